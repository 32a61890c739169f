//! A split of the dataset that is kept: who is learned from was decided before, and the test is locked away.

use super::leak::Known;
use super::{SampleFiles, Split};
use crate::dataset::{self, Part, SplitEntry};
use crate::model::weights::sha256_of_file;
use crate::train::{DatasetEntry, SourceConfig, SourceKind, TrainError};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What a split's file says, for a run.
#[derive(Debug)]
pub(super) struct Locked {
    split: dataset::Split,
    path: PathBuf,
}

impl Locked {
    /// Reads the file that the run file names, if it names one.
    ///
    /// # Errors
    /// [`TrainError::Data`] where it is no split, or somebody is in two of its parts.
    pub(super) fn read(path: Option<&Path>) -> Result<Option<Self>, TrainError> {
        let Some(path) = path else {
            return Ok(None);
        };
        let split = dataset::Split::read(path)?;
        let leaks = split.leak_check();
        if !leaks.passed() {
            let reason = format!("leak check {}", leaks.sentence());
            return Err(TrainError::data(path, reason));
        }
        let path = path.to_owned();
        Ok(Some(Self { split, path }))
    }

    /// Whether the split parts the pairs of a source: its folder was split, or holds pairs that were, wherever they lie
    /// now. What the split says holds for no other source.
    ///
    /// # Errors
    /// [`TrainError::Data`] where a radiograph has the name of a pair of the split and none is one;
    /// [`TrainError::File`] where one cannot be read.
    pub(super) fn covers(
        &self,
        source: &SourceConfig,
        files: &[SampleFiles],
    ) -> Result<bool, TrainError> {
        if self.has_parted(&source.folder) || source.soft_folder.iter().any(|f| self.has_parted(f))
        {
            return Ok(true);
        }
        let mut stranger = None;
        for files in files {
            let Some(pair) = self.pair(files) else {
                continue;
            };
            let (sum, _) = sha256_of_file(&files.radiograph)?;
            if pair.sha256.values().any(|known| *known == sum) {
                return Ok(true);
            }
            stranger = stranger.or(Some(&files.radiograph));
        }
        match stranger {
            None => Ok(false),
            Some(path) => {
                let reason = format!(
                    "this file has the name of a pair of {} and is not as it was there; give it another name where it \
                     is of other pairs",
                    self.path.display()
                );
                Err(TrainError::data(path, reason))
            }
        }
    }

    /// Whether a folder was split, lies in one that was, or holds files that were split.
    fn has_parted(&self, folder: &Path) -> bool {
        let folder = place(folder);
        let files = self.split.pairs.iter().flat_map(|pair| pair.sha256.keys());
        let folders: BTreeSet<&Path> = files.filter_map(|path| path.parent()).collect();
        let mut split = self.split.folders.iter();
        split.any(|split| folder.starts_with(place(split)))
            || folders
                .iter()
                .any(|files| place(files).starts_with(&folder))
    }

    /// Refuses pairs that came to a source after it was split, those apart that the run file leaves out: nobody knows
    /// whether their patients are kept for the test.
    ///
    /// # Errors
    /// [`TrainError::Data`] naming the first.
    pub(super) fn refuse_added(
        &self,
        source: &SourceConfig,
        files: &[SampleFiles],
        is_excluded: impl Fn(&SampleFiles) -> bool,
    ) -> Result<(), TrainError> {
        let paired = match source.kind {
            SourceKind::Pairs | SourceKind::LungOnly => None,
            // Radiographs without a soft-tissue image are in no split.
            SourceKind::Masks => Some(radiographs_of_pairs(&source.folder)),
        };
        let is_pair = |files: &SampleFiles| match &paired {
            Some(paired) => paired.contains(&files.radiograph),
            None => source.kind == SourceKind::Pairs,
        };
        let mut added = files.iter().filter(|files| self.pair(files).is_none());
        match added.find(|files| is_pair(files) && !is_excluded(files)) {
            None => Ok(()),
            Some(files) => {
                let reason = format!(
                    "the pair {} is not in {}: it came to its folder later, or the split is of another folder; its patient may \
                     be kept for the test: split the folder again",
                    files.name,
                    self.path.display()
                );
                Err(TrainError::data(&files.radiograph, reason))
            }
        }
    }

    /// What a radiograph of this name is used for; `None` where the split does not know it.
    pub(super) fn use_of(&self, files: &SampleFiles) -> Option<Split> {
        self.pair(files).map(|pair| used_as(pair.part))
    }

    /// By what patient and picture of a radiograph of this name are known again; `None` where the split does not know it.
    pub(super) fn known_by(&self, files: &SampleFiles) -> Option<Vec<String>> {
        let pair = self.pair(files)?;
        Some(self.split.known_by(pair).cloned().collect())
    }

    fn pair(&self, files: &SampleFiles) -> Option<&SplitEntry> {
        self.split.pairs.iter().find(|pair| pair.name == files.name)
    }

    /// Refuses radiographs that have changed since the split, and any of the test that came back under another name.
    ///
    /// # Errors
    /// [`TrainError::Data`] naming the first.
    pub(super) fn check(&self, entries: &[DatasetEntry]) -> Result<(), TrainError> {
        let tested = self
            .split
            .pairs
            .iter()
            .filter(|pair| pair.part == Part::Test);
        let tested: BTreeSet<&String> = tested.flat_map(SplitEntry::picture_sha256).collect();
        let used = entries
            .iter()
            .filter(|entry| matches!(entry.split, Split::Training | Split::Validation));
        for entry in used {
            let known = self.split.pairs.iter().find(|pair| pair.name == entry.name);
            for (path, sha256) in &entry.sha256 {
                if tested.contains(sha256) {
                    let reason = format!(
                        "this file is locked for the test by {}",
                        self.path.display()
                    );
                    return Err(TrainError::data(path, reason));
                }
                if known.is_some_and(|pair| !pair.sha256.values().any(|sum| sum == sha256)) {
                    let reason = format!("this file is not as it was in {}", self.path.display());
                    return Err(TrainError::data(path, reason));
                }
            }
        }
        Ok(())
    }

    /// Refuses radiographs of a patient, or of a picture, that the split has in another part, under whatever name they
    /// came back.
    ///
    /// # Errors
    /// [`TrainError::Data`] naming the first.
    pub(super) fn refuse_leaks(&self, known: &[Known]) -> Result<(), TrainError> {
        let pairs = self.split.pairs.iter();
        let parts: BTreeMap<&String, Part> = pairs
            .flat_map(|pair| pair.keys().map(|key| (key, pair.part)))
            .collect();
        for one in known {
            let mut kept = one.keys.iter().filter_map(|key| parts.get(key));
            if let Some(part) = kept.find(|part| used_as(**part) != one.split) {
                let reason = format!(
                    "this patient or picture is kept for {} by {}, under another name",
                    part.word(),
                    self.path.display()
                );
                return Err(TrainError::data(&one.radiograph, reason));
            }
        }
        Ok(())
    }
}

/// A folder by its whole path, links followed where it is there.
fn place(folder: &Path) -> PathBuf {
    let whole = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    whole.canonicalize().unwrap_or(whole)
}

/// Radiographs of a folder that have a soft-tissue image.
fn radiographs_of_pairs(folder: &Path) -> BTreeSet<PathBuf> {
    // A folder without pairs has no listing.
    let pairs = dataset::list_pairs(folder, None).map_or_else(|_| Vec::new(), |found| found.pairs);
    pairs.into_iter().map(|pair| pair.radiograph).collect()
}

/// What a run does with a part of a split.
fn used_as(part: Part) -> Split {
    match part {
        Part::Training => Split::Training,
        Part::Validation => Split::Validation,
        Part::Test => Split::Excluded,
    }
}
