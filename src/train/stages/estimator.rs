//! A noise estimator under the conventions of its run: what goes in, and what its output means.

use crate::diffusion::{ClipKind, LcmSampler, NoiseSchedule, Sampler as _};
use crate::model::manifest::{ConditionScaling, Prediction};
use crate::model::{Denoiser, Recomputed};
use crate::nn::for_convolution;
use crate::train::observer::Turns;
use crate::train::random::normal;
use crate::train::{Conventions, RunConfig, TrainError, TrainStage};
use rand_chacha::ChaCha8Rng;
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

/// A network with its schedule and conventions.
pub(super) struct Estimator {
    denoiser: Denoiser,
    schedule: NoiseSchedule,
    conventions: Conventions,
    /// Scale of the condition that it learns under: a student of distillation learns what is sampled.
    learned_condition: ConditionScaling,
    /// How its predictions are clipped while it samples.
    clip: ClipKind,
    device: Device,
    compute: Kind,
    recompute: bool,
}

/// An output whose gradient can be sent back.
pub(super) struct Predicted {
    /// The network's output for each latent channel, `[B, C, h, w]`, f32.
    pub output: Tensor,
    kept: Option<Recomputed>,
}

impl Estimator {
    /// A network with fresh variables in `vs`.
    pub fn new(config: &RunConfig, vs: &VarStore) -> Result<Self, TrainError> {
        let conventions = config.conventions.clone();
        let device = vs.device();
        Ok(Self {
            denoiser: Denoiser::new(&vs.root(), &config.model.denoiser()?),
            schedule: NoiseSchedule::new(&conventions.noise_schedule())?,
            learned_condition: match config.stage {
                TrainStage::Distill => conventions.sampling_condition(),
                _ => conventions.condition,
            },
            conventions,
            clip: ClipKind::None,
            device,
            compute: config.precision.kind(device),
            recompute: config.recompute_activations,
        })
    }

    /// The same, sampling as a bundle does that clips its global path so.
    pub fn clipped(self, clip: ClipKind) -> Self {
        Self { clip, ..self }
    }

    pub fn schedule(&self) -> &NoiseSchedule {
        &self.schedule
    }

    /// The last timestep of the schedule, where there is nothing but noise.
    pub fn last_timestep(&self) -> i64 {
        self.schedule.num_timesteps() as i64 - 1
    }

    pub fn prediction(&self) -> Prediction {
        self.conventions.prediction
    }

    /// Normal numbers, with one more per channel and image as the run's offset noise asks for.
    pub fn noise(&self, shape: &[i64], rng: &mut ChaCha8Rng) -> Tensor {
        let noise = normal(rng, shape, self.device);
        let per_channel = match shape {
            [items, channels, ..] => normal(rng, &[*items, *channels, 1, 1], self.device),
            _ => return noise,
        };
        noise + per_channel * self.conventions.offset_noise
    }

    fn input(
        &self,
        noisy: &Tensor,
        condition: &Tensor,
        timesteps: &[i64],
        scaling: ConditionScaling,
    ) -> Result<(Tensor, Tensor), TrainError> {
        let scaled = match scaling {
            ConditionScaling::Unscaled => condition.shallow_clone(),
            ConditionScaling::SqrtAlphasCumprod => {
                condition * self.schedule.signal_scale(condition, timesteps)?
            }
        };
        let input = for_convolution(&Tensor::f_cat(&[noisy, &scaled], 1)?, self.compute);
        Ok((input, Tensor::from_slice(timesteps).to_device(self.device)))
    }

    /// The network's output for noisy latents as it is sampled: its first channels, as many as the latent has.
    pub fn predict(
        &self,
        noisy: &Tensor,
        condition: &Tensor,
        timesteps: &[i64],
    ) -> Result<Tensor, TrainError> {
        let scaling = self.conventions.sampling_condition();
        let (input, times) = self.input(noisy, condition, timesteps, scaling)?;
        of_latent(&self.denoiser.forward(&input, &times), noisy)
    }

    /// As [`Self::predict`]; gives a turn before every block of the network.
    pub fn predict_in_turns(
        &self,
        noisy: &Tensor,
        condition: &Tensor,
        timestep: i64,
        turns: &mut Turns<'_>,
    ) -> Result<Tensor, TrainError> {
        let scaling = self.conventions.sampling_condition();
        let (input, times) = self.input(noisy, condition, &[timestep], scaling)?;
        let check = turns.between_blocks();
        let output = self.denoiser.forward_checked(&input, &times, &check)?;
        of_latent(&output, noisy)
    }

    /// The network's output as it learns, for a loss; [`Self::send_back`] goes with it.
    pub fn predict_to_learn(
        &self,
        noisy: &Tensor,
        condition: &Tensor,
        timesteps: &[i64],
    ) -> Result<Predicted, TrainError> {
        let scaling = self.learned_condition;
        let (input, times) = self.input(noisy, condition, timesteps, scaling)?;
        if !self.recompute {
            return Ok(Predicted {
                output: of_latent(&self.denoiser.forward(&input, &times), noisy)?,
                kept: None,
            });
        }
        let kept = self.denoiser.forward_recomputed(&input, &times);
        Ok(Predicted {
            output: of_latent(&kept.output, noisy)?,
            kept: Some(kept),
        })
    }

    /// Completes the gradients of the network's variables after the loss was sent back to the output.
    pub fn send_back(&self, predicted: Predicted) -> Result<(), TrainError> {
        match predicted.kept {
            Some(kept) => Ok(self.denoiser.backward_recomputed(kept)?),
            None => Ok(()),
        }
    }

    /// The clean latent that an output stands for.
    pub fn clean_latent(
        &self,
        output: &Tensor,
        noisy: &Tensor,
        condition: &Tensor,
        timesteps: &[i64],
    ) -> Result<Tensor, TrainError> {
        Ok(match self.conventions.prediction {
            Prediction::Epsilon => self
                .schedule
                .sample_from_epsilon(noisy, output, timesteps)?,
            Prediction::Sample => output.shallow_clone(),
            Prediction::ConditionResidual => condition - output,
        })
    }

    /// What the latent consistency sampler makes of pure noise in `num_steps` steps on the global path, clipped as the
    /// run's bundle is, without guidance. Gives a turn before every block of the network.
    pub fn sample(
        &self,
        condition: &Tensor,
        num_steps: usize,
        rng: &mut ChaCha8Rng,
        turns: &mut Turns<'_>,
    ) -> Result<Tensor, TrainError> {
        let shape = condition.size();
        let mut latent = normal(rng, &shape, self.device);
        for step in LcmSampler::new(self.schedule.clone()).plan(num_steps)? {
            let timestep = [step.timestep];
            let output = self.predict_in_turns(&latent, condition, step.timestep, turns)?;
            let clean = self.clean_latent(&output, &latent, condition, &timestep)?;
            let epsilon = self
                .schedule
                .epsilon_from_sample(&latent, &clean, &timestep)?;
            let fresh = step.needs_noise().then(|| normal(rng, &shape, self.device));
            latent = step
                .step(&latent, &epsilon, self.clip, fresh.as_ref())
                .previous;
        }
        Ok(latent)
    }
}

fn of_latent(output: &Tensor, noisy: &Tensor) -> Result<Tensor, TrainError> {
    let channels = noisy.size().get(1).copied().unwrap_or(0);
    Ok(output.f_narrow(1, 0, channels)?.f_to_kind(Kind::Float)?)
}
