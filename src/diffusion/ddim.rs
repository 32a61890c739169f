//! The deterministic sampler.

use super::sampler::{next_alpha, trailing_timesteps};
use super::{DiffusionError, NoiseSchedule, Sampler, StepWeights};

/// DDIM with eta 0: `z_next = sqrt(a_next) x0 + sqrt(1 - a_next) eps`, where `eps` is the noise that
/// the *clipped* `x0` implies, so that clipping does not pull the sample off the noise level.
#[derive(Debug, Clone)]
pub struct DdimSampler {
    schedule: NoiseSchedule,
}

impl DdimSampler {
    /// The sampler on a schedule.
    pub fn new(schedule: NoiseSchedule) -> Self {
        Self { schedule }
    }
}

impl Sampler for DdimSampler {
    fn schedule(&self) -> &NoiseSchedule {
        &self.schedule
    }

    fn timesteps(&self, num_steps: usize) -> Result<Vec<i64>, DiffusionError> {
        trailing_timesteps("DDIM", &self.schedule, num_steps)
    }

    fn weights(&self, timestep: i64, next: Option<i64>) -> Result<StepWeights, DiffusionError> {
        let alpha = self.schedule.alpha_cumprod(timestep)?;
        let alpha_next = next_alpha(&self.schedule, next)?;
        let of_sample = ((1.0 - alpha_next) / (1.0 - alpha)).sqrt();
        Ok(StepWeights {
            denoised: [1.0, 0.0],
            previous: [alpha_next.sqrt() - of_sample * alpha.sqrt(), of_sample],
            noise: 0.0,
        })
    }
}

#[cfg(test)]
mod tests {
    use tch::{Device, Tensor};

    use super::*;
    use crate::diffusion::{
        ClipKind, NoiseScheduleConfig, NoiseSource as _, PlannedStep, SeededNoise,
    };

    #[test]
    fn a_perfect_denoiser_leads_back_to_the_clean_latent() {
        let schedule = NoiseSchedule::new(&NoiseScheduleConfig::default()).unwrap();
        let sampler = DdimSampler::new(schedule.clone());
        let mut source = SeededNoise::new(2, Device::Cpu);
        let clean = source.normal(&[1, 4, 8, 8]);
        for num_steps in [1, 7, 50] {
            let mut sample = source.normal(&[1, 4, 8, 8]);
            for step in sampler.plan(num_steps).unwrap() {
                let epsilon = perfect_epsilon(&schedule, &step, &sample, &clean);
                sample = step.step(&sample, &epsilon, ClipKind::None, None).previous;
            }
            // f32; the first step divides by sqrt(a_999) = 0.068.
            assert!((sample - &clean).abs().max().double_value(&[]) < 2e-5);
        }
    }

    fn perfect_epsilon(
        schedule: &NoiseSchedule,
        step: &PlannedStep,
        sample: &Tensor,
        clean: &Tensor,
    ) -> Tensor {
        schedule
            .epsilon_from_sample(sample, clean, &[step.timestep])
            .unwrap()
    }

    #[test]
    fn true_noise_keeps_the_sample_on_its_straight_path() {
        let schedule = NoiseSchedule::new(&NoiseScheduleConfig::default()).unwrap();
        let sampler = DdimSampler::new(schedule.clone());
        let mut source = SeededNoise::new(4, Device::Cpu);
        let (clean, noise) = (source.normal(&[1, 4, 4, 4]), source.normal(&[1, 4, 4, 4]));
        let plan = sampler.plan(10).unwrap();
        let mut sample = schedule.add_noise(&clean, &noise, &[999]).unwrap();
        for pair in plan.windows(2) {
            sample = pair[0].step(&sample, &noise, ClipKind::None, None).previous;
            let expected = schedule
                .add_noise(&clean, &noise, &[pair[1].timestep])
                .unwrap();
            assert!((&sample - expected).abs().max().double_value(&[]) < 1e-4);
        }
    }

    #[test]
    fn steps_start_at_the_last_timestep() {
        let sampler =
            DdimSampler::new(NoiseSchedule::new(&NoiseScheduleConfig::default()).unwrap());
        assert_eq!(sampler.timesteps(4).unwrap(), [999, 749, 499, 249]);
        assert_eq!(sampler.timesteps(3).unwrap(), [999, 666, 332]);
        assert!(sampler.timesteps(1001).is_err());
        assert!(sampler.timesteps(0).is_err());
    }
}
