//! Random texture: the unresolved part of the lung, and grain.

use crate::radiograph::{FloatImage, Raster, gaussian_blur, resize_bicubic};
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

/// Normal noise, independent in every pixel, standard deviation 1.
pub(super) fn white_noise(size_px: usize, rng: &mut ChaCha8Rng) -> FloatImage {
    Raster::filled(size_px, size_px, ()).map(|()| rng.sample(StandardNormal))
}

/// Grain of a detector: white noise blurred by `sigma_px`, standard deviation `strength`.
pub(super) fn grain(
    size_px: usize,
    sigma_px: f64,
    strength: f32,
    rng: &mut ChaCha8Rng,
) -> FloatImage {
    let blurred = gaussian_blur(&white_noise(size_px, rng), sigma_px);
    let sum: f64 = blurred
        .values()
        .iter()
        .map(|&v| f64::from(v) * f64::from(v))
        .sum();
    let sd = (sum / blurred.values().len().max(1) as f64)
        .sqrt()
        .max(1e-9) as f32;
    blurred.map(|v| v * strength / sd)
}

/// Noise whose amplitude changes by the factor `growth` from one octave to the next coarser one; the finest
/// octave has `finest_cells` cells to a side and standard deviation about 1.
pub(super) fn octaves(
    size_px: usize,
    finest_cells: usize,
    num_octaves: u32,
    growth: f32,
    rng: &mut ChaCha8Rng,
) -> FloatImage {
    let mut sum = Raster::filled(size_px, size_px, 0.0_f32);
    for octave in 0..num_octaves {
        let cells = (finest_cells >> octave).max(4);
        let amplitude = growth.powi(octave as i32);
        let layer = resize_bicubic(&white_noise(cells, rng), size_px, size_px);
        for (value, layer) in sum.values_mut().iter_mut().zip(layer.values()) {
            *value += amplitude * layer;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng as _;

    #[test]
    fn grain_has_the_strength_asked_for() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let grain = grain(64, 0.8, 0.02, &mut rng);
        let sum: f32 = grain.values().iter().map(|v| v * v).sum();
        assert!(((sum / 4096.0).sqrt() - 0.02).abs() < 1e-5);
    }
}
