//! The ancestral sampler.

use super::sampler::{next_alpha, trailing_timesteps};
use super::{DiffusionError, NoiseSchedule, Sampler, StepWeights};

/// Lower bound of the posterior variance: `1e-20`, as in the fixtures' reference.
const MIN_VARIANCE: f64 = 1e-20;

/// DDPM: the mean of the posterior `q(z_next | z_t, x0)` plus noise of its variance (`fixed_small`).
/// With fewer than T steps the posterior is that of the longer jump.
///
/// # Source
/// BS-LDM samples this way with 1000 steps (Implementation Details).
#[derive(Debug, Clone)]
pub struct DdpmSampler {
    schedule: NoiseSchedule,
}

impl DdpmSampler {
    /// The sampler on a schedule.
    pub fn new(schedule: NoiseSchedule) -> Self {
        Self { schedule }
    }

    /// Posterior variance of the step from `timestep` to `next` (`None`: to the clean latent).
    ///
    /// # Errors
    /// [`DiffusionError::InvalidTimestep`] outside the schedule.
    pub fn variance(&self, timestep: i64, next: Option<i64>) -> Result<f64, DiffusionError> {
        let alpha = self.schedule.alpha_cumprod(timestep)?;
        let alpha_next = next_alpha(&self.schedule, next)?;
        let beta = 1.0 - alpha / alpha_next;
        Ok((beta * (1.0 - alpha_next) / (1.0 - alpha)).max(MIN_VARIANCE))
    }
}

impl Sampler for DdpmSampler {
    fn schedule(&self) -> &NoiseSchedule {
        &self.schedule
    }

    fn timesteps(&self, num_steps: usize) -> Result<Vec<i64>, DiffusionError> {
        trailing_timesteps("DDPM", &self.schedule, num_steps)
    }

    fn weights(&self, timestep: i64, next: Option<i64>) -> Result<StepWeights, DiffusionError> {
        let alpha = self.schedule.alpha_cumprod(timestep)?;
        let alpha_next = next_alpha(&self.schedule, next)?;
        let step_alpha = alpha / alpha_next;
        let of_clean = alpha_next.sqrt() * (1.0 - step_alpha) / (1.0 - alpha);
        let of_sample = step_alpha.sqrt() * (1.0 - alpha_next) / (1.0 - alpha);
        let noise = match next {
            Some(_) => self.variance(timestep, next)?.sqrt(),
            None => 0.0,
        };
        Ok(StepWeights {
            denoised: [1.0, 0.0],
            previous: [of_clean, of_sample],
            noise,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diffusion::NoiseScheduleConfig;

    #[test]
    fn a_thousand_steps_visit_every_timestep() {
        let sampler = DdpmSampler::new(NoiseSchedule::new(&NoiseScheduleConfig::bs_ldm()).unwrap());
        let timesteps = sampler.timesteps(1000).unwrap();
        assert!(timesteps.iter().copied().eq((0..1000).rev()));
        assert!(sampler.timesteps(1001).is_err());
    }

    #[test]
    fn noise_level_is_kept_for_unit_latents() {
        // If x0 and the noise have unit variance and x = sqrt(a) x0 + sqrt(1-a) e, so has every next sample.
        let sampler =
            DdpmSampler::new(NoiseSchedule::new(&NoiseScheduleConfig::default()).unwrap());
        for step in sampler.plan(25).unwrap() {
            let [of_clean, of_sample] = step.weights.previous;
            let alpha = step.alpha_cumprod;
            let variance = (of_clean + of_sample * alpha.sqrt()).powi(2)
                + of_sample.powi(2) * (1.0 - alpha)
                + step.weights.noise.powi(2);
            assert!((variance - 1.0).abs() < 1e-9, "step {}", step.index);
        }
    }
}
