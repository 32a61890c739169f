//! The latent consistency sampler.

use super::sampler::next_alpha;
use super::{DiffusionError, NoiseSchedule, Sampler, StepWeights};

/// Timesteps the sampler chooses among: `original_inference_steps` of diffusers' `LCMScheduler`.
const ORIGINAL_STEPS: usize = 50;

/// Factor on the timestep in the boundary condition: `timestep_scaling` of diffusers' `LCMScheduler`.
const TIMESTEP_SCALING: f64 = 10.0;

/// Standard deviation of the data in the boundary condition: `sigma_data` of diffusers' `LCMScheduler`.
const SIGMA_DATA: f64 = 0.5;

/// Predicts the clean latent at once, then noises it again with fresh noise for the next timestep.
///
/// `z_hat = c_skip(t) z_t + c_out(t) clip(x0)`, `z_next = sqrt(a_next) z_hat + sqrt(1 - a_next) eta`;
/// the last step returns `z_hat`.
///
/// # Source
/// GL-LCM, Eq. 3; timesteps and constants as diffusers' `scheduling_lcm.py`, which the authors use.
#[derive(Debug, Clone)]
pub struct LcmSampler {
    schedule: NoiseSchedule,
}

impl LcmSampler {
    /// The sampler on a schedule.
    pub fn new(schedule: NoiseSchedule) -> Self {
        Self { schedule }
    }

    /// `(c_skip, c_out)` of a timestep: (1, 0) at 0, so that a clean latent maps to itself.
    pub fn boundary(timestep: i64) -> (f64, f64) {
        let scaled = TIMESTEP_SCALING * timestep as f64;
        let power = scaled * scaled + SIGMA_DATA * SIGMA_DATA;
        (SIGMA_DATA * SIGMA_DATA / power, scaled / power.sqrt())
    }
}

impl Sampler for LcmSampler {
    fn schedule(&self) -> &NoiseSchedule {
        &self.schedule
    }

    fn timesteps(&self, num_steps: usize) -> Result<Vec<i64>, DiffusionError> {
        let maximum = ORIGINAL_STEPS.min(self.schedule.num_timesteps());
        if num_steps == 0 || num_steps > maximum {
            return Err(DiffusionError::InvalidStepCount {
                sampler: "LCM",
                requested: num_steps,
                maximum,
            });
        }
        let stride = self.schedule.num_timesteps() / maximum;
        let spacing = maximum as f64 / num_steps as f64;
        Ok((0..num_steps)
            .map(|i| maximum - (i as f64 * spacing).floor() as usize)
            .map(|nth| (nth * stride) as i64 - 1)
            .collect())
    }

    fn weights(&self, timestep: i64, next: Option<i64>) -> Result<StepWeights, DiffusionError> {
        let (c_skip, c_out) = Self::boundary(timestep);
        let alpha_next = next_alpha(&self.schedule, next)?;
        let signal = alpha_next.sqrt();
        Ok(StepWeights {
            denoised: [c_out, c_skip],
            previous: [signal * c_out, signal * c_skip],
            noise: (1.0 - alpha_next).sqrt(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diffusion::NoiseScheduleConfig;

    #[test]
    fn more_than_fifty_steps_are_refused() {
        let sampler = LcmSampler::new(NoiseSchedule::new(&NoiseScheduleConfig::default()).unwrap());
        assert_eq!(sampler.timesteps(50).unwrap().len(), 50);
        for requested in [0, 51] {
            assert_eq!(
                sampler.timesteps(requested),
                Err(DiffusionError::InvalidStepCount {
                    sampler: "LCM",
                    requested,
                    maximum: 50
                })
            );
        }
    }

    #[test]
    fn boundary_keeps_a_clean_latent() {
        assert_eq!(LcmSampler::boundary(0), (1.0, 0.0));
    }

    #[test]
    fn only_the_last_step_takes_no_noise() {
        let sampler = LcmSampler::new(NoiseSchedule::new(&NoiseScheduleConfig::default()).unwrap());
        let plan = sampler.plan(8).unwrap();
        let noisy: Vec<bool> = plan
            .iter()
            .map(crate::diffusion::PlannedStep::needs_noise)
            .collect();
        assert_eq!(noisy, [true, true, true, true, true, true, true, false]);
    }
}
