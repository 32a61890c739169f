//! Spongy bone: no bone of a patient is even.

use crate::radiograph::FloatImage;
use crate::simulate::texture::octaves;
use rand_chacha::ChaCha8Rng;

/// Standard deviation of the finest octave, share of the bone's attenuation.
const STRENGTH: f32 = 0.07;
/// How its amplitude changes from one octave to the next coarser one.
const GROWTH: f32 = 0.65;
const NUM_OCTAVES: u32 = 4;
/// Cells of the finest octave on a side: 2 pixels of 1024 each.
const CELLS: usize = 512;
/// Least share of bone that a gap between trabeculae leaves.
const LEAST: f32 = 0.4;

/// Makes bone uneven; where there is none, none comes.
pub(in crate::simulate) fn add_trabeculae(bone: &mut FloatImage, rng: &mut ChaCha8Rng) {
    let texture = octaves(bone.width(), CELLS, NUM_OCTAVES, GROWTH, rng);
    for (value, texture) in bone.values_mut().iter_mut().zip(texture.values()) {
        *value *= (1.0 + STRENGTH * texture).max(LEAST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::radiograph::Raster;
    use rand::SeedableRng as _;

    #[test]
    fn bone_becomes_uneven_where_it_is_and_comes_nowhere_else() {
        // The size that the cells are meant for.
        let side = 1024;
        let values = (0..side * side).map(|i| if i % side < side / 2 { 0.0 } else { 0.1 });
        let mut bone = Raster::new(side, side, values.collect()).unwrap();
        add_trabeculae(&mut bone, &mut ChaCha8Rng::seed_from_u64(1));
        let (empty, full): (Vec<f32>, Vec<f32>) =
            bone.values().iter().partition(|value| value.abs() < 1e-9);
        assert_eq!(empty.len(), side * side / 2);
        assert_eq!(full.len(), empty.len());
        let of = |sum: f64| sum / full.len() as f64;
        let mean = of(full.iter().map(|&v| f64::from(v)).sum());
        let square = of(full.iter().map(|&v| (f64::from(v) - mean).powi(2)).sum());
        assert!((mean - 0.1).abs() < 0.005, "{mean}");
        // Octaves of unit deviation, 0.07 and 0.65 of the one before each, are 0.09 of 0.1 together; interpolation between
        // cells takes up to half of that.
        assert!(
            (0.0045..0.0095).contains(&square.sqrt()),
            "{}",
            square.sqrt()
        );
    }
}
