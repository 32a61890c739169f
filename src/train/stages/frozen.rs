//! The VQGAN that a denoiser is trained on, kept in the denoiser's run folder.
//!
//! The denoiser is worth nothing without exactly this VQGAN: a codec that is trained further has other
//! latents. The copy keeps both together, whatever becomes of the VQGAN's own run.

use crate::model::VqganConfig;
use crate::train::{RunConfig, RunFolder, TrainError, weights_file};
use std::path::{Path, PathBuf};

/// Architecture, as TOML, and weights in the run folder.
const ARCHITECTURE: &str = "vqgan.toml";
const WEIGHTS: &str = "vqgan.safetensors";

/// Architecture and weights file of a frozen VQGAN.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FrozenVqgan {
    /// Architecture.
    pub architecture: VqganConfig,
    /// Its averaged weights.
    pub weights: PathBuf,
}

impl FrozenVqgan {
    /// The VQGAN of a denoiser's run: the copy in its folder, or where there is none yet, the one that
    /// its run file names.
    ///
    /// # Errors
    /// [`TrainError`] where neither can be read.
    pub fn find(config: &RunConfig, folder: &RunFolder) -> Result<Self, TrainError> {
        let weights = folder.root().join(WEIGHTS);
        if let (Some(architecture), true) = (folder.read_toml(ARCHITECTURE)?, weights.is_file()) {
            return Ok(Self {
                architecture,
                weights,
            });
        }
        let given = config
            .vqgan
            .as_ref()
            .ok_or_else(|| TrainError::setting("vqgan", "must name the trained VQGAN"))?;
        let architecture = if given.is_dir() {
            RunFolder::open(given)?.settings()?.model.vqgan()?
        } else {
            config.model.vqgan()?
        };
        Ok(Self {
            architecture,
            weights: weights_file(given)?,
        })
    }

    /// Copies the VQGAN into a denoiser's run folder, once.
    ///
    /// # Errors
    /// [`TrainError::File`] where it cannot be copied.
    pub fn keep(self, folder: &RunFolder) -> Result<Self, TrainError> {
        let kept = folder.root().join(WEIGHTS);
        if self.weights == kept {
            return Ok(self);
        }
        copy_atomically(&self.weights, &kept)?;
        // Written last: without it the weights are not taken for a complete copy.
        folder.write_toml(ARCHITECTURE, &self.architecture)?;
        Ok(Self {
            weights: kept,
            ..self
        })
    }
}

fn copy_atomically(from: &Path, to: &Path) -> Result<(), TrainError> {
    let partial = to.with_extension("part");
    std::fs::copy(from, &partial)
        .and_then(|_| std::fs::rename(&partial, to))
        .map_err(TrainError::file("copying the VQGAN", from))
}
