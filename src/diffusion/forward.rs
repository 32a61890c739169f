//! The forward process and its inverses, for batches in which each latent has its own timestep.

use tch::Tensor;

use super::{DiffusionError, NoiseSchedule};

impl NoiseSchedule {
    /// Noisy latents `z_t = sqrt(a_t) z_0 + sqrt(1 - a_t) eps`.
    ///
    /// # Shapes
    /// `clean` and `noise`: `[B, ...]`; `timesteps`: B values, or one for the whole batch.
    ///
    /// # Errors
    /// [`DiffusionError::InvalidTimestep`] outside the schedule, [`DiffusionError::InvalidShape`] where the
    /// tensors or the number of timesteps do not fit.
    ///
    /// # Source
    /// GL-LCM, Eq. 1.
    pub fn add_noise(
        &self,
        clean: &Tensor,
        noise: &Tensor,
        timesteps: &[i64],
    ) -> Result<Tensor, DiffusionError> {
        same_shape("noise", clean, noise)?;
        let signal = self.signal_scale(clean, timesteps)?;
        let spread = self.noise_scale(clean, timesteps)?;
        Ok(signal * clean + spread * noise)
    }

    /// Clean latents from predicted noise: `z_0 = (z_t - sqrt(1 - a_t) eps) / sqrt(a_t)`.
    ///
    /// # Shapes
    /// As [`NoiseSchedule::add_noise`].
    ///
    /// # Errors
    /// As [`NoiseSchedule::add_noise`].
    pub fn sample_from_epsilon(
        &self,
        noisy: &Tensor,
        epsilon: &Tensor,
        timesteps: &[i64],
    ) -> Result<Tensor, DiffusionError> {
        same_shape("predicted noise", noisy, epsilon)?;
        let spread = self.noise_scale(noisy, timesteps)?;
        Ok((noisy - spread * epsilon) / self.signal_scale(noisy, timesteps)?)
    }

    /// Noise from predicted clean latents: `eps = (z_t - sqrt(a_t) z_0) / sqrt(1 - a_t)`.
    ///
    /// # Shapes
    /// As [`NoiseSchedule::add_noise`].
    ///
    /// # Errors
    /// As [`NoiseSchedule::add_noise`].
    pub fn epsilon_from_sample(
        &self,
        noisy: &Tensor,
        sample: &Tensor,
        timesteps: &[i64],
    ) -> Result<Tensor, DiffusionError> {
        same_shape("predicted latent", noisy, sample)?;
        let signal = self.signal_scale(noisy, timesteps)?;
        Ok((noisy - signal * sample) / self.noise_scale(noisy, timesteps)?)
    }

    /// `sqrt(a_t)` per latent, shaped `[B, 1, ...]` to multiply `like`, on its device and in its kind.
    ///
    /// # Errors
    /// As [`NoiseSchedule::add_noise`].
    pub fn signal_scale(&self, like: &Tensor, timesteps: &[i64]) -> Result<Tensor, DiffusionError> {
        self.per_latent(like, timesteps, f64::sqrt)
    }

    /// `sqrt(1 - a_t)` per latent, shaped as [`NoiseSchedule::signal_scale`].
    ///
    /// # Errors
    /// As [`NoiseSchedule::add_noise`].
    pub fn noise_scale(&self, like: &Tensor, timesteps: &[i64]) -> Result<Tensor, DiffusionError> {
        self.per_latent(like, timesteps, |alpha| (1.0 - alpha).sqrt())
    }

    fn per_latent(
        &self,
        like: &Tensor,
        timesteps: &[i64],
        scale: fn(f64) -> f64,
    ) -> Result<Tensor, DiffusionError> {
        let shape = like.size();
        let batch = shape.first().copied().unwrap_or(1);
        let count = timesteps.len() as i64;
        if count != batch && count != 1 {
            return Err(DiffusionError::InvalidShape {
                what: "list of timesteps",
                expected: vec![batch],
                found: vec![count],
            });
        }
        let scales = timesteps
            .iter()
            .map(|&t| self.alpha_cumprod(t).map(scale))
            .collect::<Result<Vec<f64>, _>>()?;
        let mut broadcast = vec![1; shape.len().max(1)];
        broadcast[0] = count;
        Ok(Tensor::from_slice(&scales)
            .to_kind(like.kind())
            .to_device(like.device())
            .reshape(broadcast))
    }
}

fn same_shape(what: &'static str, of: &Tensor, found: &Tensor) -> Result<(), DiffusionError> {
    let (expected, found) = (of.size(), found.size());
    if expected == found {
        return Ok(());
    }
    Err(DiffusionError::InvalidShape {
        what,
        expected,
        found,
    })
}

#[cfg(test)]
mod tests {
    use tch::{Device, Kind};

    use super::*;
    use crate::diffusion::{NoiseScheduleConfig, NoiseSource as _, SeededNoise};

    fn largest_difference(a: &Tensor, b: &Tensor) -> f64 {
        (a - b).abs().max().double_value(&[])
    }

    #[test]
    fn clean_latents_and_noise_come_back_at_every_tenth_timestep() {
        let schedule = NoiseSchedule::new(&NoiseScheduleConfig::default()).unwrap();
        let mut source = SeededNoise::new(11, Device::Cpu);
        let clean = source.normal(&[2, 4, 6, 5]).to_kind(Kind::Double);
        let noise = source.normal(&[2, 4, 6, 5]).to_kind(Kind::Double);
        for t in (0..1000).step_by(10) {
            let timesteps = [t, 999 - t];
            let noisy = schedule.add_noise(&clean, &noise, &timesteps).unwrap();
            let sample = schedule
                .sample_from_epsilon(&noisy, &noise, &timesteps)
                .unwrap();
            let epsilon = schedule
                .epsilon_from_sample(&noisy, &clean, &timesteps)
                .unwrap();
            // In f64 only the division by sqrt(a_t) >= 0.068 enlarges the rounding error.
            assert!(largest_difference(&sample, &clean) < 1e-12);
            assert!(largest_difference(&epsilon, &noise) < 1e-12);
        }
    }

    #[test]
    fn power_is_kept_for_independent_unit_noise() {
        let schedule = NoiseSchedule::new(&NoiseScheduleConfig::default()).unwrap();
        let like = Tensor::zeros([3, 4, 2, 2], (Kind::Double, Device::Cpu));
        let signal = schedule.signal_scale(&like, &[0, 500, 999]).unwrap();
        let spread = schedule.noise_scale(&like, &[0, 500, 999]).unwrap();
        assert_eq!(signal.size(), [3, 1, 1, 1]);
        let power = signal.square() + spread.square();
        assert!(largest_difference(&power, &power.ones_like()) < 1e-12);
    }

    #[test]
    fn shapes_that_do_not_fit_are_refused() {
        let schedule = NoiseSchedule::new(&NoiseScheduleConfig::default()).unwrap();
        let latent = Tensor::zeros([2, 4, 2, 2], (Kind::Float, Device::Cpu));
        let other = Tensor::zeros([2, 4, 2, 3], (Kind::Float, Device::Cpu));
        assert!(matches!(
            schedule.add_noise(&latent, &other, &[1]),
            Err(DiffusionError::InvalidShape { what: "noise", .. })
        ));
        assert!(matches!(
            schedule.add_noise(&latent, &latent, &[1, 2, 3]),
            Err(DiffusionError::InvalidShape { .. })
        ));
    }
}
