//! Random numbers that depend on seed, stage and iteration only, so that a resumed run continues
//! exactly without any stored generator.

use super::TrainStage;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use tch::{Device, Tensor};

/// What a generator is used for; two purposes never share numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Drawing and changing training images.
    Images,
    /// Noise, timesteps and choices of the training step.
    Step,
    /// Fixed noise of the validation.
    Validation,
    /// Drawing and changing the images of a prepared view; its number stands for the iteration.
    Views,
    /// Noise that tells what a latent channel changes in a picture.
    Channels,
}

/// The generator of one iteration and purpose.
///
/// ChaCha with 8 rounds, keyed by the four numbers themselves: nothing carries over from one
/// iteration to the next.
pub fn generator(seed: u64, stage: TrainStage, iteration: u64, purpose: Purpose) -> ChaCha8Rng {
    let mut key = [0_u8; 32];
    for (bytes, number) in
        key.chunks_exact_mut(8)
            .zip([seed, stage as u64, iteration, purpose as u64])
    {
        bytes.copy_from_slice(&number.to_le_bytes());
    }
    ChaCha8Rng::from_seed(key)
}

/// Standard normal numbers of `shape` on `device`; drawn on the CPU, so that every device sees the
/// same ones.
pub fn normal(rng: &mut ChaCha8Rng, shape: &[i64], device: Device) -> Tensor {
    let len: i64 = shape.iter().product();
    let values: Vec<f32> = (0..len).map(|_| rng.sample(StandardNormal)).collect();
    Tensor::from_slice(&values).reshape(shape).to_device(device)
}

/// A number of `[low, high]`, uniformly; `low` where both are equal.
pub fn uniform(rng: &mut ChaCha8Rng, low: f64, high: f64) -> f64 {
    low + (high - low) * rng.random::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_of_the_key_changes_the_stream() {
        let draw = |seed, stage, iteration, purpose| -> u64 {
            generator(seed, stage, iteration, purpose).random()
        };
        let base = draw(1, TrainStage::Vqgan, 2, Purpose::Images);
        assert_eq!(base, draw(1, TrainStage::Vqgan, 2, Purpose::Images));
        for other in [
            draw(2, TrainStage::Vqgan, 2, Purpose::Images),
            draw(1, TrainStage::Denoiser, 2, Purpose::Images),
            draw(1, TrainStage::Vqgan, 3, Purpose::Images),
            draw(1, TrainStage::Vqgan, 2, Purpose::Step),
        ] {
            assert_ne!(base, other);
        }
    }

    #[test]
    fn normal_numbers_have_zero_mean_and_unit_variance() {
        let mut rng = generator(7, TrainStage::Denoiser, 0, Purpose::Step);
        let values = normal(&mut rng, &[4, 50, 50], Device::Cpu);
        assert_eq!(values.size(), [4, 50, 50]);
        // Standard errors of 10,000 draws: 0.01 for the mean, 0.014 for the variance.
        assert!(values.mean(tch::Kind::Float).double_value(&[]).abs() < 0.05);
        assert!((values.var(true).double_value(&[]) - 1.0).abs() < 0.07);
    }
}
