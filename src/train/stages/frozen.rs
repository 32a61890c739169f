//! The VQGAN that a denoiser is trained on, kept in the denoiser's run folder.
//!
//! The denoiser is worth nothing without exactly this VQGAN: a codec that is trained further has other
//! latents. The copy keeps both together, whatever becomes of the VQGAN's own run.

use crate::model::VqganConfig;
use crate::model::manifest::FileRole;
use crate::model::weights::sha256_of_file;
use crate::train::base::{Base, BaseWeights};
use crate::train::{RunConfig, RunFolder, TrainError, load_variables, weights_file};
use std::path::PathBuf;
use tch::nn::VarStore;

/// Latents along a patch that the pixel loss needs: those of its smallest crop.
const LEAST_LATENTS: i64 = 8;

/// Architecture, as TOML, and weights in the run folder.
const ARCHITECTURE: &str = "vqgan.toml";
const WEIGHTS: &str = "vqgan.safetensors";
/// What the weights are called in the list of inputs.
const HELD_AS: &str = "weights of the codec";

/// Architecture and weights file of a frozen VQGAN.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FrozenVqgan {
    /// Architecture.
    pub architecture: VqganConfig,
    /// Its averaged weights.
    pub weights: PathBuf,
    /// Their checksum, where it was noted.
    pub sha256: Option<String>,
}

impl FrozenVqgan {
    /// The VQGAN of a denoiser's run: that of its base, the copy in its folder, or where there is none yet, the one that
    /// its run file names.
    ///
    /// # Errors
    /// [`TrainError`] where neither can be read.
    pub fn find(config: &RunConfig, folder: &RunFolder) -> Result<Self, TrainError> {
        if let Some(base) = Base::of_run(config, folder)? {
            return Self::of_base(&base);
        }
        let weights = folder.root().join(WEIGHTS);
        if let (Some(architecture), true) = (folder.read_toml(ARCHITECTURE)?, weights.is_file()) {
            return Ok(Self {
                architecture,
                weights,
                sha256: folder.held_to(HELD_AS)?,
            });
        }
        Self::named(config)
    }

    fn of_base(base: &Base) -> Result<Self, TrainError> {
        let BaseWeights { file, sha256 } = base.weights(FileRole::Vqgan)?;
        Ok(Self {
            architecture: base.vqgan().clone(),
            weights: file,
            sha256: Some(sha256),
        })
    }

    /// The VQGAN that a run file names.
    ///
    /// # Errors
    /// [`TrainError`] where it cannot be read or has no checkpoint yet.
    pub fn named(config: &RunConfig) -> Result<Self, TrainError> {
        if let Some(base) = &config.base {
            return Self::of_base(&Base::open(base)?);
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
            sha256: None,
        })
    }

    /// Fills a network of this architecture.
    ///
    /// # Errors
    /// [`TrainError::Lost`] where the weights are not as they were written, [`TrainError::Checkpoint`] where they do not fit.
    pub fn fill(&self, vs: &VarStore) -> Result<(), TrainError> {
        if let Some(noted) = &self.sha256
            && sha256_of_file(&self.weights)?.0 != *noted
        {
            let path = self.weights.clone();
            return Err(TrainError::Lost { path });
        }
        load_variables(vs, &self.weights)
    }

    /// Refuses patches and a denoiser that do not fit the latents of this VQGAN.
    ///
    /// # Errors
    /// [`TrainError::Setting`] naming what does not fit.
    pub fn check(&self, config: &RunConfig) -> Result<(), TrainError> {
        let denoiser = config.model.denoiser()?;
        let (latent_px, latents) = (self.architecture.downsampling(), denoiser.downsampling());
        let (patch_px, multiple) = (config.patch_px as i64, latent_px * latents);
        if patch_px % multiple != 0 {
            return Err(TrainError::setting(
                "patch_px",
                format!(
                    "must be a multiple of {multiple}: a latent of the VQGAN spans {latent_px} px, and the denoiser takes latents in multiples of {latents}"
                ),
            ));
        }
        if config.loss.denoiser.pixel > 0.0 && patch_px < LEAST_LATENTS * latent_px {
            return Err(TrainError::setting(
                "patch_px",
                format!(
                    "must be at least {} where `loss.denoiser.pixel` is not 0",
                    LEAST_LATENTS * latent_px
                ),
            ));
        }
        let channels = self.architecture.latent_channels;
        if denoiser.in_channels != 2 * channels || denoiser.out_channels < channels {
            return Err(TrainError::setting(
                "model.denoiser.in_channels",
                format!(
                    "must be {}, and `out_channels` at least {channels}: a latent of the VQGAN has {channels} channels",
                    2 * channels
                ),
            ));
        }
        Ok(())
    }

    /// Copies the VQGAN into a denoiser's run folder, once.
    ///
    /// # Errors
    /// [`TrainError::File`] where it cannot be copied.
    pub fn keep(self, folder: &RunFolder) -> Result<Self, TrainError> {
        if self.weights.starts_with(folder.root()) {
            return Ok(self);
        }
        let kept = folder.root().join(WEIGHTS);
        folder.keep_copy(&self.weights, WEIGHTS)?;
        let sha256 = sha256_of_file(&kept)?.0;
        folder.hold_to(HELD_AS, &sha256)?;
        // Written last: without it the weights are not taken for a complete copy.
        folder.write_toml(ARCHITECTURE, &self.architecture)?;
        Ok(Self {
            weights: kept,
            sha256: Some(sha256),
            ..self
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::ModelConfig;

    /// What the check says to a run with these lines, on a VQGAN of the compact preset with these levels.
    fn said(channels: Vec<i64>, lines: &str) -> String {
        let text = format!(
            "stage = \"denoiser\"\nout = \"run\"\niterations = 1\nvqgan = \"codec\"\n{lines}\n\
             [[data.source]]\nkind = \"pairs\"\nfolder = \"pairs\"\n"
        );
        let config: RunConfig = toml::from_str(&text).unwrap();
        config.validate().unwrap();
        let vqgan = FrozenVqgan {
            architecture: VqganConfig {
                channels,
                ..ModelConfig::default().vqgan().unwrap()
            },
            weights: PathBuf::new(),
            sha256: None,
        };
        match vqgan.check(&config) {
            Ok(()) => String::new(),
            Err(err) => err.to_string(),
        }
    }

    #[test]
    fn patches_fit_the_latents_of_the_vqgan_that_is_used() {
        // The denoiser of the preset halves three times.
        assert_eq!(said(vec![4, 4, 8], "patch_px = 64"), "");
        assert_eq!(said(vec![4, 8], "patch_px = 32"), "");
        let refused = said(vec![4, 4, 8], "patch_px = 32");
        assert!(refused.contains("must be a multiple of 64"), "{refused}");
        let refused = said(vec![4, 8], "patch_px = 40");
        assert!(refused.contains("must be a multiple of 32"), "{refused}");
    }

    #[test]
    fn the_pixel_loss_needs_patches_that_hold_its_crop() {
        let flat = "[model.denoiser]\nchannel_mult = [1]\n[loss.denoiser]\npixel = 0.5";
        let refused = said(vec![4, 8], &format!("patch_px = 16\n{flat}"));
        assert!(refused.contains("at least 32"), "{refused}");
        assert_eq!(said(vec![4, 8], &format!("patch_px = 32\n{flat}")), "");
    }

    #[test]
    fn a_denoiser_of_other_channels_is_refused() {
        let refused = said(
            vec![4, 8],
            "patch_px = 32\n[model.denoiser]\nin_channels = 6",
        );
        assert!(refused.contains("must be 8"), "{refused}");
    }
}
