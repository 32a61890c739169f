//! Which settings of a run file have a meaning, by themselves and with each other.

use super::{DenoiserLoss, RunConfig, TrainStage};
use crate::model::SegmenterConfig;
use crate::model::manifest::Prediction;
use crate::train::TrainError;

impl RunConfig {
    /// Checks every setting by itself and against the others.
    ///
    /// # Errors
    /// [`TrainError::Setting`] naming the first setting that cannot be used.
    pub fn validate(&self) -> Result<(), TrainError> {
        self.validate_budget()?;
        self.validate_counts()?;
        self.validate_origin()?;
        self.optimizer.validate()?;
        self.samples.validate()?;
        if let Some(adapter) = &self.adapter {
            adapter.validate()?;
        }
        if let Some(patience) = &self.patience {
            patience.validate(self.validate_every)?;
        }
        self.data.validate()?;
        self.augmentation.validate()?;
        self.loss.validate()?;
        self.model.validate()?;
        self.conventions.validate()?;
        self.validate_patch()?;
        self.validate_prediction()?;
        self.validate_distillation()?;
        self.device().map(drop)
    }

    fn validate_counts(&self) -> Result<(), TrainError> {
        for (field, count) in [
            ("batch", self.batch as u64),
            ("checkpoint_every", self.checkpoint_every),
            ("report_every", self.report_every),
            ("keep_checkpoints", self.keep_checkpoints as u64),
            ("accumulate", self.accumulate as u64),
            ("threads", self.threads.map_or(1, u64::from)),
        ] {
            if count == 0 {
                return Err(TrainError::setting(field, "must be at least 1"));
            }
        }
        Ok(())
    }

    /// Where the first weights come from, and what needs them.
    fn validate_origin(&self) -> Result<(), TrainError> {
        let latent = matches!(self.stage, TrainStage::Denoiser | TrainStage::Distill);
        let refuse = |field: &str, reason: &str| Err(TrainError::setting(field, reason));
        if self.base.is_some() && self.start_from.is_some() {
            return refuse("start_from", "must be left out where `base` is given");
        }
        match (&self.vqgan, &self.base) {
            (Some(_), _) if self.stage != TrainStage::Denoiser => {
                return refuse("vqgan", "is used by stage `denoiser` only");
            }
            (Some(_), Some(_)) => {
                return refuse("vqgan", "must be left out where `base` is given");
            }
            (None, None) if self.stage == TrainStage::Denoiser => {
                return refuse(
                    "vqgan",
                    "must name the trained VQGAN for stage `denoiser`, or `base` a bundle to go on from",
                );
            }
            (None, None) if self.stage == TrainStage::Distill => {
                return refuse(
                    "base",
                    "must name the bundle that stage `distill` learns from",
                );
            }
            _ => {}
        }
        if self.adapter.is_some() && !(self.stage == TrainStage::Denoiser && self.base.is_some()) {
            return refuse("adapter", "needs `base` and stage `denoiser`");
        }
        if self.recompute_activations && !latent {
            return refuse(
                "recompute_activations",
                "is for the stages `denoiser` and `distill`",
            );
        }
        if self.prepared_views > 0 && !latent {
            return refuse(
                "prepared_views",
                "is for the stages `denoiser` and `distill`",
            );
        }
        if self.accumulate > self.batch || !self.batch.is_multiple_of(self.accumulate) {
            return refuse("accumulate", "must divide `batch`");
        }
        Ok(())
    }

    /// Patches pass through nets that halve them. What the VQGAN of a denoiser asks for besides is checked
    /// when a run begins: its architecture stands in its own run folder.
    fn validate_patch(&self) -> Result<(), TrainError> {
        let multiple = match self.stage {
            TrainStage::Segmenter => SegmenterConfig::DOWNSAMPLING,
            TrainStage::Vqgan => self.model.vqgan()?.downsampling(),
            TrainStage::Denoiser | TrainStage::Distill => self.model.denoiser()?.downsampling(),
        };
        if self.patch_px == 0 || !self.patch_px.is_multiple_of(multiple as usize) {
            return Err(TrainError::setting(
                "patch_px",
                format!(
                    "must be a positive multiple of {multiple} for stage `{}`",
                    self.stage.name()
                ),
            ));
        }
        self.validate_patch_in_grid()
    }

    /// A patch beyond the picture would be its edge, repeated. The segmenter sees whole pictures.
    fn validate_patch_in_grid(&self) -> Result<(), TrainError> {
        let grids = self.data.source.iter().map(|source| source.grid_px);
        match grids.min() {
            Some(grid_px) if self.stage != TrainStage::Segmenter && self.patch_px > grid_px => {
                Err(TrainError::setting(
                    "patch_px",
                    format!(
                        "must be at most {grid_px}, the grid that a whole picture spans (`data.source.grid_px`)"
                    ),
                ))
            }
            _ => Ok(()),
        }
    }

    /// Two losses of the denoiser look at a clean latent that an `epsilon` prediction does not give.
    fn validate_prediction(&self) -> Result<(), TrainError> {
        let epsilon = self.conventions.prediction == Prediction::Epsilon;
        let loss = &self.loss.denoiser;
        for (field, value) in [
            ("loss.denoiser.pixel", loss.pixel),
            ("loss.denoiser.rollout_share", loss.rollout_share),
        ] {
            if self.stage == TrainStage::Denoiser && epsilon && value > 0.0 {
                return Err(TrainError::setting(
                    field,
                    "needs a prediction of the clean latent; with `epsilon` it must be 0",
                ));
            }
        }
        Ok(())
    }

    /// Distillation takes its tasks from the denoiser's loss, and nothing else of it.
    fn validate_distillation(&self) -> Result<(), TrainError> {
        let given = &self.loss.denoiser;
        let used = DenoiserLoss {
            lung_weight: given.lung_weight,
            local_share: given.local_share,
            ..DenoiserLoss::default()
        };
        if self.stage != TrainStage::Distill || *given == used {
            return Ok(());
        }
        Err(TrainError::setting(
            "loss.denoiser",
            "has settings that distillation does not know; leave all out but `lung_weight` and `local_share`",
        ))
    }

    fn validate_budget(&self) -> Result<(), TrainError> {
        match (self.iterations, self.minutes) {
            (None, None) => Err(TrainError::setting(
                "iterations",
                "or `minutes` must say when the run ends",
            )),
            (Some(0), _) => Err(TrainError::setting("iterations", "must be at least 1")),
            (_, Some(minutes)) if !(minutes.is_finite() && minutes > 0.0) => {
                Err(TrainError::setting("minutes", "must be a positive number"))
            }
            _ => Ok(()),
        }
    }
}
