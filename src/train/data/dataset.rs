//! All images of a run, split by name.

use super::leak::{Known, refuse_leaks};
use super::locked::Locked;
use super::people::People;
use super::{Batch, Patch, PatchShape, Sample, SampleFiles, list_source};
use crate::model::weights::sha256_of_file;
use crate::radiograph::FloatImage;
use crate::train::found_lungs::FoundLungs;
use crate::train::observer::Turns;
use crate::train::{
    AugmentationConfig, DataConfig, Observer, RunConfig, SourceConfig, SourceKind, TrainError,
    TrainStage,
};
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use tch::Device;

/// What a radiograph is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// Patches are drawn from it.
    Training,
    /// It is only looked at to judge the networks.
    Validation,
    /// The run file leaves it out.
    Excluded,
    /// It lacks what the stage needs.
    Unusable,
}

/// One line of the run's data listing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DatasetEntry {
    /// Name shared by its files.
    pub name: String,
    /// What its files mean.
    pub kind: SourceKind,
    /// What it is used for.
    pub split: Split,
    /// The radiograph's file.
    pub radiograph: PathBuf,
    /// SHA-256 of each file that was read, hexadecimal, by path.
    pub sha256: BTreeMap<PathBuf, String>,
    /// By what its patient and picture are known again in other files: checksums, and the group of the split.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<String>,
}

#[derive(Debug)]
struct Source {
    weight: f64,
    grid_px: usize,
    samples: Vec<Sample>,
}

/// What a source holds, before its images are read.
struct Listed<'a> {
    source: &'a SourceConfig,
    files: Vec<SampleFiles>,
    people: People,
    /// The split, where it parts this source.
    locked: Option<&'a Locked>,
}

impl<'a> Listed<'a> {
    /// # Errors
    /// [`TrainError`] where the source cannot be used, or holds pairs that its split does not know.
    fn new(
        source: &'a SourceConfig,
        config: &RunConfig,
        locked: Option<&'a Locked>,
        stopped: &AtomicBool,
    ) -> Result<Self, TrainError> {
        let is_latent = matches!(config.stage, TrainStage::Denoiser | TrainStage::Distill);
        if is_latent && source.kind == SourceKind::Masks {
            return Err(TrainError::data(
                &source.folder,
                "the denoiser needs soft-tissue images, which a source of kind `masks` has not",
            ));
        }
        let files = list_source(source, stopped)?;
        let locked = match locked {
            Some(locked) if locked.covers(source, &files)? => Some(locked),
            _ => None,
        };
        if let Some(locked) = locked {
            locked.refuse_added(source, &files, |files| is_excluded(files, &config.data))?;
        }
        let people = People::of(source, &files)?;
        Ok(Self {
            source,
            files,
            people,
            locked,
        })
    }
}

/// Whether the run file leaves out what is called so.
fn is_excluded(files: &SampleFiles, data: &DataConfig) -> bool {
    data.exclude
        .iter()
        .any(|start| files.name.starts_with(start))
}

/// The images of one run, in memory.
#[derive(Debug)]
pub struct Dataset {
    sources: Vec<Source>,
    validation: Vec<(Sample, usize)>,
    entries: Vec<DatasetEntry>,
    /// Folders of pairs that no split covers.
    pub(super) unchecked: Vec<PathBuf>,
    /// Lungs that no file showed.
    pub(in crate::train) lungs: FoundLungs,
    stage: TrainStage,
    patch_px: usize,
}

impl Dataset {
    /// Finds, checks, splits and reads the images of a run; the observer is given its turn before each.
    ///
    /// # Errors
    /// [`TrainError`] where a folder or file cannot be used, a validation name is not found,
    /// nothing is left to train on, or the observer asked for an end.
    pub fn load(config: &RunConfig, observer: &mut dyn Observer) -> Result<Self, TrainError> {
        let mut turns = Turns::new(observer);
        let mut dataset = Self {
            sources: Vec::new(),
            validation: Vec::new(),
            entries: Vec::new(),
            unchecked: Vec::new(),
            lungs: FoundLungs::default(),
            stage: config.stage,
            patch_px: config.patch_px,
        };
        let locked = Locked::read(config.data.split.as_deref())?;
        let listed = turns.meanwhile(|stopped| {
            let sources = config.data.source.iter();
            let listed =
                sources.map(|source| Listed::new(source, config, locked.as_ref(), stopped));
            listed.collect::<Result<Vec<_>, _>>()
        })?;
        let mut known = Vec::new();
        for source in listed {
            dataset.read_source(source, config, &mut turns, &mut known)?;
        }
        dataset.check(&config.data)?;
        refuse_leaks(&known)?;
        if let Some(locked) = locked {
            locked.check(&dataset.entries)?;
            locked.refuse_leaks(&known)?;
        }
        Ok(dataset)
    }

    fn read_source(
        &mut self,
        listed: Listed<'_>,
        config: &RunConfig,
        turns: &mut Turns<'_>,
        known: &mut Vec<Known>,
    ) -> Result<(), TrainError> {
        let Listed {
            source,
            files,
            people,
            locked,
        } = listed;
        if locked.is_none() && source.kind == SourceKind::Pairs {
            self.unchecked.push(source.folder.clone());
        }
        let longest_px = match config.stage {
            // Half as much again as the net sees, so that enlarged views stay sharp.
            TrainStage::Segmenter => config.patch_px * 3 / 2,
            TrainStage::Vqgan | TrainStage::Denoiser | TrainStage::Distill => source.grid_px,
        };
        let mut samples = Vec::new();
        for files in files {
            turns.give_or_stop()?;
            let split = self.split_of(&files, &config.data, locked);
            let Some((sample, mut keys)) = self.admit(&files, split, longest_px)? else {
                continue;
            };
            keys.extend(people.copied_from(&files)?);
            // Who was parted is who the split says it is.
            let parted = locked.and_then(|locked| locked.known_by(&files));
            keys.extend(parted.unwrap_or_else(|| people.listed(&files).into_iter().collect()));
            self.note_keys(&keys);
            known.push(Known {
                split,
                radiograph: files.radiograph,
                keys,
            });
            match split {
                Split::Training => samples.push(sample),
                _ => self.validation.push((sample, source.grid_px)),
            }
        }
        if !samples.is_empty() {
            self.sources.push(Source {
                weight: source.weight,
                grid_px: source.grid_px,
                samples,
            });
        }
        Ok(())
    }

    fn split_of(&self, files: &SampleFiles, data: &DataConfig, locked: Option<&Locked>) -> Split {
        let usable = match self.stage {
            TrainStage::Segmenter => files.lungs.is_some(),
            TrainStage::Denoiser | TrainStage::Distill => files.soft_tissue.is_some(),
            TrainStage::Vqgan => true,
        };
        if !usable {
            Split::Unusable
        } else if let Some(decided) = locked.and_then(|locked| locked.use_of(files)) {
            // Who looked at a pair and does not want it is asked after the split was made.
            if is_excluded(files, data) {
                Split::Excluded
            } else {
                decided
            }
        } else if data.validation.contains(&files.name) {
            Split::Validation
        } else if is_excluded(files, data) {
            Split::Excluded
        } else {
            Split::Training
        }
    }

    fn admit(
        &mut self,
        files: &SampleFiles,
        split: Split,
        longest_px: usize,
    ) -> Result<Option<(Sample, Vec<String>)>, TrainError> {
        let used = matches!(split, Split::Training | Split::Validation);
        let mut sha256 = BTreeMap::new();
        if used {
            for path in std::iter::once(&files.radiograph)
                .chain(&files.soft_tissue)
                .chain(&files.lungs)
            {
                sha256.insert(path.clone(), sha256_of_file(path)?.0);
            }
        }
        self.entries.push(DatasetEntry {
            name: files.name.clone(),
            kind: files.kind,
            split,
            radiograph: files.radiograph.clone(),
            sha256,
            keys: Vec::new(),
        });
        used.then(|| Sample::read_with_keys(files, Some(longest_px)))
            .transpose()
    }

    /// Notes of the radiograph admitted last by what its patient and picture are known again.
    fn note_keys(&mut self, keys: &[String]) {
        if let Some(entry) = self.entries.last_mut() {
            let keys: BTreeSet<&String> = keys.iter().collect();
            entry.keys = keys.into_iter().cloned().collect();
        }
    }

    /// Refuses a split that misses something.
    fn check(&self, data: &DataConfig) -> Result<(), TrainError> {
        for name in &data.validation {
            let found = self.validation.iter().filter(|(s, _)| s.name == *name);
            let wrong = match found.count() {
                1 => continue,
                0 => "which no source holds",
                _ => "which several sources hold: give one of them another name",
            };
            let reason = format!("names `{name}`, {wrong}");
            return Err(TrainError::setting("data.validation", reason));
        }
        if self.sources.is_empty() {
            return Err(TrainError::setting(
                "data.source",
                "leaves nothing to train on after the split",
            ));
        }
        Ok(())
    }

    /// The data listing: every radiograph found, with its use and checksums.
    pub fn entries(&self) -> &[DatasetEntry] {
        &self.entries
    }

    /// Number of radiographs that patches are drawn from.
    pub fn num_training(&self) -> usize {
        self.sources.iter().map(|source| source.samples.len()).sum()
    }

    /// Radiographs that patches are drawn from, with their grid in pixels.
    pub fn training(&self) -> impl Iterator<Item = (&Sample, usize)> {
        self.sources.iter().flat_map(|source| {
            let grid_px = source.grid_px;
            source.samples.iter().map(move |sample| (sample, grid_px))
        })
    }

    /// Known soft-tissue images that patches are drawn from, with their grid in pixels: about `most` of them, of every
    /// source its share.
    pub(in crate::train) fn soft_tissue_spread(
        &self,
        most: usize,
    ) -> impl Iterator<Item = (&FloatImage, usize)> {
        let known = self.training();
        let known =
            known.filter_map(|(sample, grid_px)| Some((sample.soft_tissue.as_ref()?, grid_px)));
        let known: Vec<_> = known.collect();
        let every = known.len().div_ceil(most.max(1)).max(1);
        known.into_iter().step_by(every)
    }

    /// Training images without a lung mask.
    pub(in crate::train) fn without_lungs(&mut self) -> impl Iterator<Item = &mut Sample> {
        let samples = self.sources.iter_mut().flat_map(|s| &mut s.samples);
        samples.filter(|sample| sample.lungs.is_none())
    }

    /// Radiographs kept for validation, with their grid in pixels.
    pub fn validation(&self) -> impl Iterator<Item = (&Sample, usize)> {
        self.validation
            .iter()
            .map(|(sample, grid_px)| (sample, *grid_px))
    }

    /// Draws the patches of one iteration.
    pub fn draw(
        &self,
        batch: usize,
        config: &AugmentationConfig,
        rng: &mut ChaCha8Rng,
        device: Device,
    ) -> Batch {
        let patches: Vec<Patch> = (0..batch)
            .filter_map(|_| self.draw_one(config, rng))
            .collect();
        Batch::stack(&patches, device)
    }

    /// Draws patches, each from a generator of its own.
    pub fn draw_each(
        &self,
        generators: impl Iterator<Item = ChaCha8Rng>,
        config: &AugmentationConfig,
        device: Device,
    ) -> Batch {
        let patches: Vec<Patch> = generators
            .filter_map(|mut rng| self.draw_one(config, &mut rng))
            .collect();
        Batch::stack(&patches, device)
    }

    fn draw_one(&self, config: &AugmentationConfig, rng: &mut ChaCha8Rng) -> Option<Patch> {
        let total: f64 = self.sources.iter().map(|source| source.weight).sum();
        let mut left = rng.random::<f64>() * total;
        let source = self
            .sources
            .iter()
            .find(|source| {
                left -= source.weight;
                left < 0.0
            })
            .or(self.sources.last())?;
        let sample = source
            .samples
            .get(rng.random_range(0..source.samples.len()))?;
        let side = self.patch_px;
        let shape = match self.stage {
            TrainStage::Segmenter => PatchShape::Whole { side },
            TrainStage::Vqgan | TrainStage::Denoiser | TrainStage::Distill => PatchShape::Part {
                side,
                grid_px: source.grid_px,
            },
        };
        Some(Patch::draw(sample, shape, config, rng))
    }
}

#[cfg(test)]
mod tests;
