//! All noise of a run, drawn before the first step so that the loop never waits for an upload.

use tch::Tensor;

use super::{DualPathConfig, Guidance, NoiseOrder};
use crate::diffusion::{NoiseSource, NoiseStream, PlannedStep};

/// Noise of one step, each `[B, C, h, w]`, where it is used.
#[derive(Debug, Default)]
pub(super) struct StepNoise {
    pub(super) guidance: Option<Tensor>,
    pub(super) global: Option<Tensor>,
    pub(super) local: Option<Tensor>,
}

/// Which noise a run uses.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    pub(super) global: bool,
    pub(super) local: bool,
}

/// Draws in the order and size the settings ask for.
pub(super) struct Draws<'a> {
    source: &'a mut dyn NoiseSource,
    order: NoiseOrder,
    live_guidance: bool,
    shape: [i64; 4],
}

impl<'a> Draws<'a> {
    pub(super) fn new(
        source: &'a mut dyn NoiseSource,
        config: &DualPathConfig,
        shape: [i64; 4],
    ) -> Self {
        Self {
            source,
            order: config.noise_order,
            live_guidance: config.guidance == Guidance::AuthorsLive,
            shape,
        }
    }

    /// Start latent; drawn and dropped in the authors' order where a kept path already has it.
    pub(super) fn start(&mut self, kept: Option<&Tensor>) -> Tensor {
        match (kept, self.order) {
            (Some(kept), NoiseOrder::Independent) => kept.shallow_clone(),
            (Some(kept), NoiseOrder::Authors) => {
                drop(self.source.normal(&self.shape));
                kept.shallow_clone()
            }
            (None, NoiseOrder::Independent) => {
                self.source.normal_in(NoiseStream::Start, &self.shape)
            }
            (None, NoiseOrder::Authors) => self.source.normal(&self.shape),
        }
    }

    pub(super) fn steps(&mut self, plan: &[PlannedStep], wanted: Wanted) -> Vec<StepNoise> {
        plan.iter()
            .map(|step| StepNoise {
                guidance: self.draw(NoiseStream::Guidance, self.live_guidance, wanted.local),
                global: self.draw(NoiseStream::GlobalPath, step.needs_noise(), wanted.global),
                local: self.draw(NoiseStream::LocalPath, step.needs_noise(), wanted.local),
            })
            .collect()
    }

    /// In the authors' order everything that `occurs` in a run of both paths is drawn, `wanted` or not.
    fn draw(&mut self, stream: NoiseStream, occurs: bool, wanted: bool) -> Option<Tensor> {
        match self.order {
            NoiseOrder::Independent => {
                (occurs && wanted).then(|| self.source.normal_in(stream, &self.shape))
            }
            NoiseOrder::Authors => {
                let [batch, channels, height, width] = self.shape;
                let drawn =
                    occurs.then(|| self.source.normal(&[batch, 2 * channels, height, width]));
                // A copy, so that the unused half does not stay in memory for the whole run.
                drawn
                    .filter(|_| wanted)
                    .map(|all| all.narrow(1, 0, channels).copy())
            }
        }
    }
}
