//! The bundle that a run fine-tunes: architecture, conventions and first weights come from it.
//!
//! The bundle itself is only read. What a run needs of it later lies in the run's own folder.

use super::{Conventions, LatentStats, ModelConfig, RunConfig, RunFolder, TrainError, TrainStage};
use crate::model::bundle::{BundleInfo, find_bundle};
use crate::model::manifest::{FileRole, Fit, InputRange, InputUnits};
use crate::model::weights::load_weights;
use crate::model::{Bundle, DenoiserConfig, Manifest, VqganConfig};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use tch::nn::VarStore;

/// Weights of the base in a run folder, and what they are.
const WEIGHTS: &str = "base.safetensors";
const RECORD: &str = "base.toml";

/// Which bundle, and which of its files, a run goes on from; `base.toml` of its folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaseRecord {
    /// Name of the bundle.
    pub name: String,
    /// Version of its weights.
    pub version: String,
    /// sha256 that names its manifest and weights together.
    pub bundle_sha256: String,
    /// sha256 of the weights file that the run goes on from.
    pub weights_sha256: String,
}

impl BaseRecord {
    /// The record of a run folder; `None` where the run has no base.
    ///
    /// # Errors
    /// [`TrainError::RunFile`] where it is damaged.
    pub fn read(folder: &RunFolder) -> Result<Option<Self>, TrainError> {
        folder.read_toml(RECORD)
    }
}

/// Fills a network with the base's weights, where the run has a base; they are copied into the run folder first, so
/// that a run that goes on is not at the mercy of the bundle's folder.
///
/// # Errors
/// [`TrainError::Model`] where they cannot be read or are not what the manifest says.
pub(crate) fn load_base(
    config: &RunConfig,
    role: FileRole,
    vs: &VarStore,
    folder: &RunFolder,
) -> Result<(), TrainError> {
    let Some(path) = &config.base else {
        return Ok(());
    };
    let kept = folder.root().join(WEIGHTS);
    let record = match BaseRecord::read(folder)? {
        Some(record) if kept.is_file() => record,
        _ => {
            let base = Base::open(path)?;
            let BaseWeights { file, sha256 } = base.weights(role)?;
            folder.keep_copy(&file, WEIGHTS)?;
            let record = BaseRecord {
                name: base.manifest().name.clone(),
                version: base.manifest().version.clone(),
                bundle_sha256: base.sha256().to_owned(),
                weights_sha256: sha256,
            };
            // Written last: without it the weights are not taken for a complete copy.
            folder.write_toml(RECORD, &record)?;
            record
        }
    };
    load_weights(vs, &kept, Some(&record.weights_sha256))?;
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

    /// Whether a run file in `folder` means a bundle that the program knows by this name, not a folder.
    pub fn is_bare_name(path: &Path, folder: &Path) -> bool {
        path.components().count() == 1 && !folder.join(path).is_dir()
    }

    /// What the bundle says about itself.
    pub fn manifest(&self) -> &Manifest {
        &self.info.manifest
    }

    /// sha256 that names manifest and weights together.
    pub fn sha256(&self) -> &str {
        &self.info.sha256
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
        let conventions = Conventions {
            prediction: manifest.denoiser.prediction,
            condition: manifest.denoiser.condition_in_training,
            offset_noise: given.offset_noise,
            normalize_latents: true,
            quantize_latents: manifest.vqgan.quantize_latents,
            schedule: manifest.schedule.clone(),
        };
        let unstated = Conventions {
            offset_noise: given.offset_noise,
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
        let known = (spec.fit, spec.input, spec.units)
            == (Fit::Pad, InputRange::Displayed, InputUnits::Signed);
        if !known {
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
