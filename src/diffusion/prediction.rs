//! What a network's output means, and how to read it as something else.

use tch::Tensor;

use super::{DiffusionError, NoiseSchedule};

/// Quantity a network predicts for a noisy latent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PredictionKind {
    /// The noise in the latent (both papers).
    Epsilon,
    /// The clean latent.
    Sample,
}

impl PredictionKind {
    /// The output read as noise: what the samplers and the guidance work on.
    ///
    /// # Shapes
    /// `output` and `noisy`: `[B, C, h, w]`; `timesteps`: B values or one.
    ///
    /// # Errors
    /// As [`NoiseSchedule::add_noise`].
    pub fn epsilon(
        self,
        schedule: &NoiseSchedule,
        output: &Tensor,
        noisy: &Tensor,
        timesteps: &[i64],
    ) -> Result<Tensor, DiffusionError> {
        match self {
            Self::Epsilon => Ok(output.shallow_clone()),
            Self::Sample => schedule.epsilon_from_sample(noisy, output, timesteps),
        }
    }

    /// The output read as a clean latent.
    ///
    /// # Shapes
    /// As [`PredictionKind::epsilon`].
    ///
    /// # Errors
    /// As [`NoiseSchedule::add_noise`].
    pub fn sample(
        self,
        schedule: &NoiseSchedule,
        output: &Tensor,
        noisy: &Tensor,
        timesteps: &[i64],
    ) -> Result<Tensor, DiffusionError> {
        match self {
            Self::Epsilon => schedule.sample_from_epsilon(noisy, output, timesteps),
            Self::Sample => Ok(output.shallow_clone()),
        }
    }

    /// What the network should have said, for a training loss.
    pub fn target(self, clean: &Tensor, noise: &Tensor) -> Tensor {
        match self {
            Self::Epsilon => noise.shallow_clone(),
            Self::Sample => clean.shallow_clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use tch::Device;

    use super::*;
    use crate::diffusion::{NoiseScheduleConfig, NoiseSource as _, SeededNoise};

    #[test]
    fn both_kinds_describe_the_same_latent() {
        let schedule = NoiseSchedule::new(&NoiseScheduleConfig::default()).unwrap();
        let mut source = SeededNoise::new(3, Device::Cpu);
        let (clean, noise) = (source.normal(&[1, 4, 4, 4]), source.normal(&[1, 4, 4, 4]));
        let noisy = schedule.add_noise(&clean, &noise, &[499]).unwrap();
        for kind in [PredictionKind::Epsilon, PredictionKind::Sample] {
            let output = kind.target(&clean, &noise);
            let sample = kind.sample(&schedule, &output, &noisy, &[499]).unwrap();
            let epsilon = kind.epsilon(&schedule, &output, &noisy, &[499]).unwrap();
            // f32 at sqrt(a_499) = 0.53: a few units in the seventh digit.
            assert!((sample - &clean).abs().max().double_value(&[]) < 2e-6);
            assert!((epsilon - &noise).abs().max().double_value(&[]) < 2e-6);
        }
    }
}
