//! What every stage on latents learns from and is judged by.

use super::RunContext;
use super::estimator::Estimator;
use super::judged::Judged;
use super::latent::LatentSpace;
use super::latent_task::LatentTask;
use super::prepared::PreparedViews;
use crate::train::observer::Turns;
use crate::train::{Batch, DenoiserLoss, SamplesConfig, TrainError};
use rand_chacha::ChaCha8Rng;
use tch::Tensor;

/// The frozen VQGAN's latents of training and validation images.
pub(super) struct LatentData {
    pub space: LatentSpace,
    pub validation: Vec<Judged>,
    prepared: Option<PreparedViews>,
    tasks: DenoiserLoss,
    samples: SamplesConfig,
}

impl LatentData {
    pub fn load(context: RunContext<'_>, turns: &mut Turns<'_>) -> Result<Self, TrainError> {
        let config = context.config;
        let space = LatentSpace::load(context, turns)?;
        let multiple_px = space.latent_px() * config.model.denoiser()?.downsampling();
        Ok(Self {
            validation: Judged::all(context, multiple_px, &space, turns)?,
            prepared: PreparedViews::open(context, space.weights())?,
            tasks: config.loss.denoiser.clone(),
            samples: config.samples.clone(),
            space,
        })
    }

    /// As [`super::Stage::lacking_views`].
    pub fn lacking_views(&mut self, items: usize, rng: &mut ChaCha8Rng) -> Option<Vec<u64>> {
        Some(self.prepared.as_mut()?.choose(items, rng))
    }

    /// The latents of fresh images, or of prepared views, of which `batch` holds those that were lacking; they are kept.
    pub fn task(&mut self, batch: &Batch, rng: &mut ChaCha8Rng) -> Result<LatentTask, TrainError> {
        match &mut self.prepared {
            Some(prepared) => prepared.task(&self.space, &self.tasks, batch),
            None => Ok(LatentTask::drawn(&self.space, &self.tasks, batch, rng)),
        }
    }

    /// As [`super::Stage::samples`].
    pub fn samples(
        &self,
        estimator: &Estimator,
        turns: &mut Turns<'_>,
    ) -> Result<Vec<(String, Tensor)>, TrainError> {
        let chosen = self.validation.iter().take(self.samples.images);
        chosen
            .map(|judged| judged.sample(estimator, &self.space, self.samples.steps, turns))
            .collect()
    }
}
