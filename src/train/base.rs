//! The bundle that a run fine-tunes: architecture, conventions and first weights come from it.
//!
//! The bundle itself is only read. A run folder holds a copy of it, so that a run goes on, and is packed, whatever becomes of
//! the bundle's own folder.

use super::{Conventions, LatentStats, ModelConfig, RunConfig, RunFolder, TrainError, TrainStage};
use crate::model::bundle::{BundleInfo, copy_bundle, find_bundle};
use crate::model::manifest::{FileRole, Fit, InputUnits, SegmenterInput};
use crate::model::weights::load_weights;
use crate::model::{Bundle, DenoiserConfig, LearnedFrom, Manifest, VqganConfig};
use serde::Serialize;
use std::path::{Path, PathBuf};
use tch::nn::VarStore;

/// The copy in a run folder.
const KEPT: &str = "base";

/// Fills a network with the base's weights, where the run has a base.
///
/// # Errors
/// [`TrainError::Model`] where they cannot be read or are not what the manifest says.
pub(crate) fn load_base(
    config: &RunConfig,
    role: FileRole,
    vs: &VarStore,
    folder: &RunFolder,
) -> Result<(), TrainError> {
    if let Some(base) = Base::of_run(config, folder)? {
        let BaseWeights { file, sha256 } = base.weights(role)?;
        load_weights(vs, &file, Some(&sha256))?;
    }
    Ok(())
}

/// Copies the base that a run folder holds into another folder, where it holds one.
///
/// # Errors
/// [`TrainError::Model`] where it is damaged or cannot be copied.
pub fn copy_base(run: &Path, to: &Path) -> Result<(), TrainError> {
    let kept = run.join(KEPT);
    if kept.is_dir() {
        copy_bundle(&Base::open(&kept)?.info, &to.join(KEPT))?;
    }
    Ok(())
}

/// A weights file of a bundle, with the checksum its manifest states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BaseWeights {
    /// The file.
    pub file: PathBuf,
    /// sha256, lower-case hexadecimal.
    pub sha256: String,
}

/// The bundle a run starts from.
#[derive(Debug, Clone)]
pub(crate) struct Base {
    info: BundleInfo,
}

impl Base {
    /// Opens the bundle in a folder, or of a name that the program knows.
    ///
    /// # Errors
    /// [`TrainError::Model`] where there is none, or its manifest cannot be read.
    pub fn open(path: &Path) -> Result<Self, TrainError> {
        let folder = if path.is_dir() {
            path.to_owned()
        } else {
            find_bundle(&path.to_string_lossy())?
        };
        Ok(Self {
            info: Bundle::info(&folder)?,
        })
    }

    /// The base of a run: the copy in its folder, or where there is none yet, the bundle that its run file names. `None`
    /// for a run without a base.
    ///
    /// # Errors
    /// [`TrainError::Model`] where it cannot be read.
    pub fn of_run(config: &RunConfig, folder: &RunFolder) -> Result<Option<Self>, TrainError> {
        let named = config.base.as_deref();
        named
            .map(|named| Self::kept_in(folder.root(), named))
            .transpose()
    }

    /// The copy in the run folder `run`, or where there is none, the bundle `named`.
    ///
    /// # Errors
    /// [`TrainError::Model`] where it cannot be read.
    pub fn kept_in(run: &Path, named: &Path) -> Result<Self, TrainError> {
        Self::open(&Self::place_in(run, named))
    }

    /// Where the run folder `run` keeps its copy, or where there is none, `named`.
    pub fn place_in(run: &Path, named: &Path) -> PathBuf {
        let kept = run.join(KEPT);
        if kept.is_dir() {
            kept
        } else {
            named.to_owned()
        }
    }

    /// Copies the base into the folder of its run, where it does not lie there yet.
    ///
    /// # Errors
    /// [`TrainError::Model`] where it is damaged or cannot be copied.
    pub fn keep(config: &RunConfig, folder: &RunFolder) -> Result<(), TrainError> {
        let kept = folder.root().join(KEPT);
        match &config.base {
            Some(named) if !kept.exists() => Ok(copy_bundle(&Self::open(named)?.info, &kept)?),
            _ => Ok(()),
        }
    }

    /// Whether a run file in `folder` means a bundle that the program knows by this name, not a folder.
    pub fn is_bare_name(path: &Path, folder: &Path) -> bool {
        path.components().count() == 1 && !folder.join(path).is_dir()
    }

    /// What the bundle says about itself.
    pub fn manifest(&self) -> &Manifest {
        &self.info.manifest
    }

    /// The hash that names it.
    pub fn sha256(&self) -> &str {
        &self.info.sha256
    }

    /// Where it lies.
    pub fn folder(&self) -> &Path {
        &self.info.folder
    }

    /// What its networks learned from; `None` where it does not say.
    ///
    /// # Errors
    /// [`TrainError::Model`] where what it says is damaged.
    pub fn learned_from(&self) -> Result<Option<LearnedFrom>, TrainError> {
        Ok(LearnedFrom::read(&self.info)?)
    }

    /// The weights of one network.
    ///
    /// # Errors
    /// [`TrainError::Setting`] where the bundle has none.
    pub fn weights(&self, role: FileRole) -> Result<BaseWeights, TrainError> {
        let entry = self.info.manifest.file(role).ok_or_else(|| {
            TrainError::setting("base", format!("names a bundle without a {role}"))
        })?;
        Ok(BaseWeights {
            file: self.info.folder.join(&entry.name),
            sha256: entry.sha256.clone(),
        })
    }

    /// Architecture of the codec.
    pub fn vqgan(&self) -> &VqganConfig {
        &self.info.manifest.vqgan.config
    }

    /// Scale of its latents.
    pub fn latent_stats(&self) -> LatentStats {
        let latent = &self.info.manifest.latent;
        LatentStats {
            mean: latent.mean.clone(),
            std: latent.std.clone(),
        }
    }

    fn denoiser(&self) -> &DenoiserConfig {
        &self.info.manifest.denoiser.config
    }

    /// Puts architecture and conventions of the bundle into a run's settings.
    ///
    /// # Errors
    /// [`TrainError::Setting`] where the run file asks for others, or for what the trainer cannot continue.
    pub fn settle(&self, config: &mut RunConfig) -> Result<(), TrainError> {
        self.settle_model(config)?;
        self.settle_conventions(config)?;
        self.check_grid(config)?;
        if config.stage == TrainStage::Segmenter {
            self.check_segmenter(config)?;
        }
        Ok(())
    }

    fn settle_model(&self, config: &mut RunConfig) -> Result<(), TrainError> {
        let manifest = &self.info.manifest;
        let segmenter = match &manifest.segmenter {
            Some(spec) => as_table(&spec.config)?,
            None => toml::Table::new(),
        };
        let model = ModelConfig {
            preset: manifest.preset,
            segmenter,
            vqgan: as_table(self.vqgan())?,
            denoiser: as_table(self.denoiser())?,
        };
        let given = &config.model;
        let same = given.vqgan()? == model.vqgan()? && given.denoiser()? == model.denoiser()?;
        if *given != ModelConfig::default() && !same {
            return Err(TrainError::setting(
                "model",
                "must be left out where `base` names the bundle to go on from",
            ));
        }
        config.model = model;
        Ok(())
    }

    fn settle_conventions(&self, config: &mut RunConfig) -> Result<(), TrainError> {
        let manifest = &self.info.manifest;
        let given = &config.conventions;
        let in_training = manifest.denoiser.condition_in_training;
        let in_sampling = manifest.denoiser.condition;
        let conventions = Conventions {
            prediction: manifest.denoiser.prediction,
            condition: in_training,
            condition_in_sampling: (in_sampling != in_training).then_some(in_sampling),
            offset_noise: given.offset_noise,
            normalize_latents: true,
            quantize_latents: manifest.vqgan.quantize_latents,
            segmenter_input: self.segmenter_input(given),
            schedule: manifest.schedule.clone(),
        };
        let unstated = Conventions {
            offset_noise: given.offset_noise,
            segmenter_input: given.segmenter_input,
            ..Conventions::default()
        };
        if *given != unstated && *given != conventions {
            return Err(TrainError::setting(
                "conventions",
                "must be left out, but for `offset_noise`, where `base` names the bundle to go on from",
            ));
        }
        config.conventions = conventions;
        Ok(())
    }

    /// What a segmenter that goes on sees; that of a bundle whose segmenter the trainer cannot continue stays as it was
    /// asked for.
    fn segmenter_input(&self, given: &Conventions) -> SegmenterInput {
        let spec = self.info.manifest.segmenter.as_ref();
        let input = spec.map_or(given.segmenter_input, |spec| spec.input);
        if input == SegmenterInput::Stretched {
            return given.segmenter_input;
        }
        input
    }

    fn check_grid(&self, config: &RunConfig) -> Result<(), TrainError> {
        let grid_px = self.info.manifest.grid.size_px as usize;
        let sources = &config.data.source;
        if config.stage == TrainStage::Segmenter || sources.iter().all(|s| s.grid_px == grid_px) {
            return Ok(());
        }
        Err(TrainError::setting(
            "data.source.grid_px",
            format!("must be {grid_px}, the grid of the bundle that `base` names"),
        ))
    }

    /// A segmenter goes on only on the pictures that it was made for.
    fn check_segmenter(&self, config: &RunConfig) -> Result<(), TrainError> {
        let Some(spec) = &self.info.manifest.segmenter else {
            return Err(TrainError::setting(
                "base",
                "names a bundle without a segmenter",
            ));
        };
        let known = (spec.fit, spec.units) == (Fit::Pad, InputUnits::Signed);
        if !known || spec.input == SegmenterInput::Stretched {
            return Err(TrainError::setting(
                "base",
                "names a bundle whose segmenter sees other grey values than the trainer shows",
            ));
        }
        if config.patch_px != spec.size_px as usize {
            return Err(TrainError::setting(
                "patch_px",
                format!(
                    "must be {}, the size the base's segmenter sees",
                    spec.size_px
                ),
            ));
        }
        Ok(())
    }
}

fn as_table(network: &impl Serialize) -> Result<toml::Table, TrainError> {
    toml::Table::try_from(network)
        .map_err(|err| TrainError::setting("base", format!("has sizes that cannot be used: {err}")))
}
