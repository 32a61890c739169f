//! Shadows of soft tissue and devices that both images of a patch get alike: whatever is in both stays.

use super::Patch;
use crate::train::AugmentationConfig;
use crate::train::random::uniform;
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution as _, Poisson};
use std::f64::consts::TAU;

/// Stream of the numbers drawn here: those of every other change stay what they are without shadows.
const OWN_STREAM: u64 = 1;
/// Diameters of round shadows, px: 3 to 38 mm where a chest of 430 mm fills 1024 px.
const DIAMETER_PX: [f64; 2] = [8.0, 90.0];
/// Contrast of round shadows, display units.
const ROUND_CONTRAST: [f64; 2] = [0.02, 0.25];
/// Share of round shadows that are darker than what they lie on, as bullae are.
const DARK_SHARE: f64 = 0.15;
/// Share of round shadows with a hollow.
const HOLLOW_SHARE: f64 = 0.15;
/// Widths of strands, px: from a small vessel or a wire to a tube.
const WIDTH_PX: [f64; 2] = [1.5, 12.0];
/// Contrast of strands, display units.
const STRAND_CONTRAST: [f64; 2] = [0.02, 0.3];
/// Straight parts that a strand is drawn with.
const PARTS: u32 = 24;

/// Lays round shadows and strands on radiograph and soft-tissue image, as many as the configuration says on average.
pub(super) fn lay(patch: &mut Patch, config: &AugmentationConfig, rng: &ChaCha8Rng) {
    let mut rng = rng.clone();
    rng.set_stream(OWN_STREAM);
    let mut layer = vec![0.0_f32; patch.radiograph.len()];
    for _ in 0..count(config.round_shadows, &mut rng) {
        Round::draw(patch.side, &mut rng).add(&mut layer, patch.side);
    }
    patch.emphasis = emphasis(&layer, config.shadow_weight as f32);
    for _ in 0..count(config.strands, &mut rng) {
        Strand::draw(patch.side, &mut rng).add(&mut layer, patch.side);
    }
    for values in std::iter::once(&mut patch.radiograph).chain(patch.soft_tissue.as_mut()) {
        for (v, shadow) in values.iter_mut().zip(&layer) {
            *v += shadow;
        }
    }
}

/// What errors count for where only round shadows lie yet; `None` where they count alike everywhere.
fn emphasis(round: &[f32], weight: f32) -> Option<Vec<f32>> {
    let of = |v: &f32| if v.abs() > 0.0 { weight } else { 1.0 };
    (weight > 1.0).then(|| round.iter().map(of).collect())
}

fn count(mean: f64, rng: &mut ChaCha8Rng) -> usize {
    // A mean of zero, which is no Poisson distribution, is refused by it.
    Poisson::new(mean).map_or(0, |counts| counts.sample(rng) as usize)
}

/// Uniform in the logarithm: small ones are as many as large ones.
fn log_uniform(rng: &mut ChaCha8Rng, [low, high]: [f64; 2]) -> f64 {
    uniform(rng, low.ln(), high.ln()).exp()
}

/// A nodule, a mass, a bulla.
struct Round {
    row: f64,
    col: f64,
    radius: f64,
    contrast: f64,
    /// Shorter over longer diameter, and the direction of the longer.
    flattened: (f64, f64),
    /// Amplitude and phase of the outline's lobes, two to four to the turn.
    lobes: [(f64, f64); 3],
    /// Exponents of `(1 - t^a)^b`, the height at `t` radii: a sphere has 2 and one half.
    profile: (f64, f64),
    /// Radius of a hollow over the radius.
    hollow: Option<f64>,
}

impl Round {
    fn draw(side: usize, rng: &mut ChaCha8Rng) -> Self {
        let side = side as f64;
        let contrast = log_uniform(rng, ROUND_CONTRAST);
        let dark = rng.random_bool(DARK_SHARE);
        let hollow = uniform(rng, 0.3, 0.75);
        Self {
            row: uniform(rng, 0.0, side),
            col: uniform(rng, 0.0, side),
            radius: 0.5 * log_uniform(rng, DIAMETER_PX),
            contrast: if dark { -contrast } else { contrast },
            flattened: (uniform(rng, 0.65, 1.0), uniform(rng, 0.0, TAU)),
            lobes: [(); 3].map(|()| (uniform(rng, 0.0, 0.06), uniform(rng, 0.0, TAU))),
            profile: (uniform(rng, 1.5, 4.0), uniform(rng, 0.4, 2.0)),
            hollow: rng.random_bool(HOLLOW_SHARE).then_some(hollow),
        }
    }

    fn height(&self, row: f64, col: f64) -> f64 {
        let (sin, cos) = self.flattened.1.sin_cos();
        let (dy, dx) = (row - self.row, col - self.col);
        let along = dx * cos + dy * sin;
        let across = (dy * cos - dx * sin) / self.flattened.0;
        let angle = across.atan2(along);
        let lobes = self.lobes.iter().zip([2.0, 3.0, 4.0]);
        let outline: f64 = lobes.map(|(&(a, p), n)| a * (n * angle + p).sin()).sum();
        let t = along.hypot(across) / (self.radius * (1.0 + outline));
        let hollow = self.hollow.map_or(0.0, |radius| self.cap(t / radius));
        self.contrast * (self.cap(t) - 0.8 * hollow)
    }

    fn cap(&self, t: f64) -> f64 {
        (1.0 - t.powf(self.profile.0)).max(0.0).powf(self.profile.1)
    }

    fn add(&self, layer: &mut [f32], side: usize) {
        let reach = 1.3 * self.radius;
        add_near(layer, side, (self.row, self.col), reach, |row, col, v| {
            v + self.height(row, col) as f32
        });
    }
}

/// A vessel, a tube, a wire: a bent line of one width that may taper to half of it.
struct Strand {
    /// Ends and the point that the line is bent towards, row and column.
    bend: [(f64, f64); 3],
    radius: f64,
    taper: f64,
    contrast: f64,
}

impl Strand {
    fn draw(side: usize, rng: &mut ChaCha8Rng) -> Self {
        let side = side as f64;
        let mut point = || {
            let row = uniform(rng, -0.1 * side, 1.1 * side);
            (row, uniform(rng, -0.1 * side, 1.1 * side))
        };
        Self {
            bend: [point(), point(), point()],
            radius: 0.5 * log_uniform(rng, WIDTH_PX),
            taper: uniform(rng, 0.5, 1.0),
            contrast: log_uniform(rng, STRAND_CONTRAST),
        }
    }

    /// The point at `t` of the way, and the radius there.
    fn at(&self, t: f64) -> ((f64, f64), f64) {
        let weights = [(1.0 - t).powi(2), 2.0 * t * (1.0 - t), t * t];
        let sum = |part: fn(&(f64, f64)) -> f64| -> f64 {
            let bend = self.bend.iter().zip(weights);
            bend.map(|(point, weight)| weight * part(point)).sum()
        };
        let radius = self.radius * (1.0 - t + t * self.taper);
        ((sum(|p| p.0), sum(|p| p.1)), radius)
    }

    fn add(&self, layer: &mut [f32], side: usize) {
        // Parts overlap at their joints: the strand is the highest of them, not their sum.
        let mut own = vec![0.0_f32; layer.len()];
        for part in 0..PARTS {
            let (from, radius) = self.at(f64::from(part) / f64::from(PARTS));
            let (to, _) = self.at(f64::from(part + 1) / f64::from(PARTS));
            let middle = (0.5 * (from.0 + to.0), 0.5 * (from.1 + to.1));
            let length = (to.0 - from.0).hypot(to.1 - from.1);
            let reach = 0.5 * length + radius + 1.0;
            add_near(&mut own, side, middle, reach, |row, col, v| {
                let u = distance((row, col), from, to) / radius;
                v.max((self.contrast * (1.0 - u * u).max(0.0).sqrt()) as f32)
            });
        }
        for (v, own) in layer.iter_mut().zip(own) {
            *v += own;
        }
    }
}

/// Distance of a point from a straight part.
fn distance(point: (f64, f64), from: (f64, f64), to: (f64, f64)) -> f64 {
    let (dy, dx) = (to.0 - from.0, to.1 - from.1);
    let along = (point.0 - from.0) * dy + (point.1 - from.1) * dx;
    let t = (along / (dy * dy + dx * dx).max(f64::MIN_POSITIVE)).clamp(0.0, 1.0);
    (point.0 - from.0 - t * dy).hypot(point.1 - from.1 - t * dx)
}

/// Replaces the values of the pixels at most `reach` px from the middle, along either axis.
fn add_near(
    layer: &mut [f32],
    side: usize,
    (row, col): (f64, f64),
    reach: f64,
    value: impl Fn(f64, f64, f32) -> f32,
) {
    let range = |middle: f64| {
        let low = (middle - reach).floor().max(0.0) as usize;
        let high = ((middle + reach).ceil().max(0.0) as usize).min(side);
        low..high
    };
    for y in range(row) {
        for x in range(col) {
            let at = y * side + x;
            if let Some(v) = layer.get_mut(at) {
                *v = value(y as f64, x as f64, *v);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::TrainStage;
    use crate::train::random::{Purpose, generator};

    const SIDE: usize = 96;

    fn laid(round_shadows: f64, strands: f64, seed: u64) -> Patch {
        let mut patch = Patch {
            side: SIDE,
            radiograph: vec![0.6; SIDE * SIDE],
            soft_tissue: Some(vec![0.4; SIDE * SIDE]),
            lungs: None,
            validity: None,
            emphasis: None,
        };
        let config = AugmentationConfig {
            round_shadows,
            strands,
            ..AugmentationConfig::default()
        };
        let rng = generator(seed, TrainStage::Denoiser, 0, Purpose::Images);
        lay(&mut patch, &config, &rng);
        patch
    }

    #[test]
    fn both_images_get_the_same_shadows_and_keep_their_bones() {
        for (round, strands) in [(3.0, 0.0), (0.0, 3.0)] {
            let patch = laid(round, strands, 4);
            let soft = patch.soft_tissue.unwrap();
            assert!(soft.iter().any(|v| (v - 0.4).abs() > 0.01));
            for (radiograph, soft) in patch.radiograph.iter().zip(&soft) {
                assert!((radiograph - soft - 0.2).abs() < 1e-6);
            }
        }
    }

    /// Where both images were changed by a round shadow, and nowhere else.
    #[test]
    fn errors_in_round_shadows_count_for_more() {
        let mut patch = laid(0.0, 0.0, 1);
        assert_eq!(patch.emphasis, None);
        let config = AugmentationConfig {
            round_shadows: 2.0,
            shadow_weight: 5.0,
            ..AugmentationConfig::default()
        };
        let rng = generator(4, TrainStage::Denoiser, 0, Purpose::Images);
        lay(&mut patch, &config, &rng);
        let emphasis = patch.emphasis.unwrap();
        assert!(emphasis.contains(&5.0) && emphasis.contains(&1.0));
        for (v, weight) in patch.radiograph.iter().zip(emphasis) {
            let is_changed = (v - 0.6).abs() > 1e-6;
            // The rim of a shadow may be too faint for the sum with 0.6 to tell.
            assert!(weight > 1.0 || !is_changed, "{v} {weight}");
            assert!(weight <= 5.0);
        }
    }

    #[test]
    fn no_shadows_are_none_and_shadows_stay_within_their_contrast() {
        let plain = laid(0.0, 0.0, 1).radiograph;
        assert!(plain.iter().all(|v| (v - 0.6).abs() < 1e-7));
        for seed in 0..20 {
            let one = laid(0.0, 1.0, seed);
            for v in one.radiograph {
                assert!((0.6 - 1e-6..=0.6 + STRAND_CONTRAST[1] as f32 + 1e-6).contains(&v));
            }
        }
    }

    /// The mean of a spherical shadow over its disc is two thirds of its height.
    #[test]
    fn a_sphere_has_the_volume_of_a_sphere() {
        let sphere = Round {
            row: 48.0,
            col: 48.0,
            radius: 30.0,
            contrast: 0.1,
            flattened: (1.0, 0.0),
            lobes: [(0.0, 0.0); 3],
            profile: (2.0, 0.5),
            hollow: None,
        };
        let mut layer = vec![0.0; SIDE * SIDE];
        sphere.add(&mut layer, SIDE);
        let volume: f32 = layer.iter().sum();
        let disc = std::f32::consts::PI * 30.0 * 30.0;
        assert!((volume / disc / 0.1 - 2.0 / 3.0).abs() < 0.01, "{volume}");
    }
}
