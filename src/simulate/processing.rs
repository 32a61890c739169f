//! From attenuation to grey, as a vendor's processing shows it.
//!
//! A rib takes away a fiftieth of what separates lung from mediastinum, yet covers a sixth of that
//! span on the screen: the processing raises small structures seven- to eightfold against the large
//! ones. Here the bulk of the body goes through a tone curve and a mild unsharp mask, everything
//! smaller through a gain, and what is strong among it is compressed:
//!
//! ```text
//! base  = tone(bulk) + edge (tone(bulk) - blur(tone(bulk)))
//! grey  = shoulder(base + gain(base) compress(detail [+ bone]) + grain)
//! bone  = grey(detail + bone) - grey(detail)
//! ```
//!
//! Every stage after `base` rises with its argument and acts on one pixel, so the bone image is
//! never negative, and 0 wherever there is no bone.

use super::config::{NoiseModel, PhantomConfig, SoftTone};
use super::scatter::contrast_kept;
use super::shading::smooth_step;
use super::texture::{self, grain};
use super::vendor::Vendor;
use crate::radiograph::{FloatImage, gaussian_blur, wide_gaussian_blur};
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

/// Attenuation and the grey shown for it, in `[0, 1]`.
const TONE: [(f32, f32); 9] = [
    (0.0, 0.030),
    (0.6, 0.150),
    (1.2, 0.240),
    (1.9, 0.325),
    (2.5, 0.470),
    (3.2, 0.655),
    (4.0, 0.770),
    (4.7, 0.885),
    (6.0, 0.990),
];
/// Largest value of a 16-bit file.
const WHITE: f32 = 65_535.0;
/// Pixels that the lengths above are stated for.
const REFERENCE_PX: f64 = 1024.0;

/// Attenuation of one patient, split by what the processing does with it.
pub(super) struct Attenuation {
    /// Large organs.
    pub(super) bulk: FloatImage,
    /// What the exposure is judged by.
    pub(super) exposure: Exposure,
    /// Soft tissue that is small: vessels, airways, texture, nodules, devices.
    pub(super) detail: FloatImage,
    /// Bone.
    pub(super) bone: FloatImage,
    /// What the soft-tissue image shows beside `detail` and the radiograph does not.
    pub(super) soft_residue: Option<FloatImage>,
}

/// Typical attenuation of two regions: a vendor's processing finds them and sets its grey scale by
/// them, so that patients of any thickness look alike.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exposure {
    /// Median over the lung field.
    pub(super) lung: f32,
    /// Median between the lungs.
    pub(super) mediastinum: f32,
}

impl Exposure {
    /// The attenuation that a typical patient has where this one has `attenuation`.
    fn normalised(self, attenuation: f32) -> f32 {
        let lung = self.lung.max(0.5);
        let mediastinum = self.mediastinum.max(lung + 0.5);
        if attenuation < lung {
            return attenuation * TYPICAL.lung / lung;
        }
        let slope = (TYPICAL.mediastinum - TYPICAL.lung) / (mediastinum - lung);
        TYPICAL.lung + slope * (attenuation - lung)
    }
}

/// The patient that [`TONE`] was made for.
const TYPICAL: Exposure = Exposure {
    lung: 2.1,
    mediastinum: 4.1,
};

/// The three pictures of a study, in `[0, 1]`, on the grid of 16-bit values.
pub(super) struct Shown {
    pub(super) radiograph: FloatImage,
    pub(super) soft_tissue: FloatImage,
    pub(super) bone: FloatImage,
}

pub(super) fn show(
    attenuation: &Attenuation,
    config: &PhantomConfig,
    vendor: &Vendor,
    rng: &mut ChaCha8Rng,
) -> Shown {
    let scale = config.size_px as f64 / REFERENCE_PX;
    let exposure = attenuation.exposure;
    let normalised = attenuation.bulk.map(|&a| exposure.normalised(a));
    let base = base(&normalised, vendor, scale);
    let blur_px = vendor.detector_sigma_px * scale;
    let kept = contrast_kept(&attenuation.bulk, TYPICAL.lung, vendor, scale);
    let detail = boosted(gaussian_blur(&attenuation.detail, blur_px), vendor, scale);
    let bone = gaussian_blur(&attenuation.bone, blur_px);
    let offset = match config.soft_tone {
        SoftTone::Common => 0.0,
        SoftTone::Offset => rng.random_range(vendor.offsets[0]..vendor.offsets[1]) / 255.0,
    };
    let grains = Grains::new(config, vendor, scale, rng);

    let mut shown = Shown {
        radiograph: base.clone(),
        soft_tissue: base.clone(),
        bone: base.clone(),
    };
    for (i, &base) in base.values().iter().enumerate() {
        let (detail, bone) = (detail.values()[i], bone.values()[i]);
        let gain = gain(base, vendor) * kept.values()[i];
        let grain = |grain: &Option<FloatImage>| grain.as_ref().map_or(0.0, |g| g.values()[i]);
        let grey = |attenuation: f32, grain: f32| {
            stored(shoulder(
                base + gain * compress(attenuation, vendor.knee) + grain,
            ))
        };
        let (cxr_grain, soft_grain) = (grain(&grains.radiograph), grain(&grains.soft_tissue));
        let radiograph = grey(detail + bone, cxr_grain);
        let residue = attenuation
            .soft_residue
            .as_ref()
            .map_or(0.0, |r| r.values()[i]);
        let soft = grey(detail + residue, soft_grain);
        // Grain that differs between the pictures must not enter the truth.
        let boneless = grey(detail, cxr_grain);
        shown.radiograph.values_mut()[i] = radiograph / WHITE;
        let soft = soft / WHITE;
        let left = 1.0 - (1.0 - vendor.offset_at_white) * smooth_step(0.6, 1.0, soft);
        let dark = smooth_step(0.0, 0.25, soft) * (1.0 - smooth_step(0.22, 0.38, soft));
        let left = left * (1.0 + vendor.offset_in_dark * dark);
        shown.soft_tissue.values_mut()[i] = stored(soft - offset * left) / WHITE;
        shown.bone.values_mut()[i] = (radiograph - boneless).max(0.0) / WHITE;
    }
    shown
}

/// Grain of the two pictures, in grey of `[0, 1]`.
struct Grains {
    radiograph: Option<FloatImage>,
    soft_tissue: Option<FloatImage>,
}

impl Grains {
    fn new(config: &PhantomConfig, vendor: &Vendor, scale: f64, rng: &mut ChaCha8Rng) -> Self {
        let mut draw = |strength: f32| {
            let sigma_px = vendor.grain_sigma_px * scale.max(1.0);
            Some(grain(config.size_px, sigma_px, strength / 255.0, rng))
        };
        let (radiograph, soft_tissue) = match config.noise {
            NoiseModel::None => (None, None),
            NoiseModel::Shared => {
                let shared = draw(vendor.grains[0]);
                (shared.clone(), shared)
            }
            NoiseModel::Independent if vendor.shared_grain > 0.0 => {
                let radiograph = draw(vendor.grains[0]);
                let soft = radiograph.as_ref().map(|radiograph| {
                    let repeated = radiograph.map(|v| v * vendor.shared_grain);
                    mottled(repeated, vendor.mottle / 255.0, scale, rng)
                });
                (radiograph, soft)
            }
            NoiseModel::Independent => (draw(vendor.grains[0]), draw(vendor.grains[1])),
        };
        Self {
            radiograph,
            soft_tissue,
        }
    }
}

/// Grain with mottle over several scales: what weighting two exposures and smoothing the result
/// leaves in a real soft-tissue image.
fn mottled(grain: FloatImage, strength: f32, scale: f64, rng: &mut ChaCha8Rng) -> FloatImage {
    const BLURS_PX: [f64; 4] = [0.45, 0.8, 1.6, 3.2];
    let mut sum = grain;
    for sigma_px in BLURS_PX {
        let layer = texture::grain(sum.width(), sigma_px * scale, strength, rng);
        for (value, &layer) in sum.values_mut().iter_mut().zip(layer.values()) {
            *value += layer;
        }
    }
    sum
}

/// Soft detail with the vendor's gain for its finest bands. Bone keeps its own size: a band filter
/// would carry it beyond its borders.
fn boosted(detail: FloatImage, vendor: &Vendor, scale: f64) -> FloatImage {
    const BANDS_PX: [f64; 2] = [1.5, 6.0];
    if vendor.band_boosts.iter().all(|boost| boost.abs() < 1e-6) {
        return detail;
    }
    let [fine, coarse] = BANDS_PX.map(|sigma_px| gaussian_blur(&detail, sigma_px * scale));
    let [fine_boost, coarse_boost] = vendor.band_boosts;
    let mut out = detail;
    let blurred = fine.values().iter().zip(coarse.values());
    for (value, (&fine, &coarse)) in out.values_mut().iter_mut().zip(blurred) {
        *value += fine_boost * (*value - fine) + coarse_boost * (fine - coarse);
    }
    out
}

/// The bulk in grey, with scatter beside the body.
fn base(bulk: &FloatImage, vendor: &Vendor, scale: f64) -> FloatImage {
    let bulk = gaussian_blur(bulk, vendor.detector_sigma_px * scale);
    let body = bulk.map(|&a| 1.0 - (-3.0 * a).exp());
    let scattered = wide_gaussian_blur(&body, vendor.scatter_sigma_px * scale);
    let mut toned = bulk.map(|&a| tone(a).powf(vendor.gamma));
    let beside = body.values().iter().zip(scattered.values());
    for (grey, (&body, &scattered)) in toned.values_mut().iter_mut().zip(beside) {
        *grey += vendor.scatter * scattered * (1.0 - body);
    }
    let blurred = wide_gaussian_blur(&toned, vendor.edge_sigma_px * scale);
    for (grey, &blurred) in toned.values_mut().iter_mut().zip(blurred.values()) {
        *grey += vendor.edge * (*grey - blurred);
    }
    toned
}

/// The tone curve: piecewise cubic with continuous slope through [`TONE`], constant outside.
fn tone(attenuation: f32) -> f32 {
    let last = TONE.len() - 1;
    let segment = TONE
        .iter()
        .take(last)
        .rposition(|&(x, _)| x <= attenuation)
        .unwrap_or(0);
    let ((x0, y0), (x1, y1)) = (TONE[segment], TONE[segment + 1]);
    let slope = |i: usize| {
        let ((xa, ya), (xb, yb)) = (TONE[i.saturating_sub(1)], TONE[(i + 1).min(last)]);
        (yb - ya) / (xb - xa)
    };
    let width = x1 - x0;
    let t = ((attenuation - x0) / width).clamp(0.0, 1.0);
    let (m0, m1) = (slope(segment) * width, slope(segment + 1) * width);
    let (t2, t3) = (t * t, t * t * t);
    (2.0 * t3 - 3.0 * t2 + 1.0) * y0
        + (t3 - 2.0 * t2 + t) * m0
        + (3.0 * t2 - 2.0 * t3) * y1
        + (t3 - t2) * m1
}

/// Grey per unit of attenuation where the bulk is shown at `base`.
fn gain(base: f32, vendor: &Vendor) -> f32 {
    let beside_body = 0.5 + 0.5 * smooth_step(0.05, 0.3, base);
    let dense = (1.0 - vendor.dense_gain) * smooth_step(0.42, 0.85, base);
    vendor.gain * beside_body * (1.0 - dense)
}

/// Small attenuation unchanged, attenuation far above `knee` as its logarithm.
fn compress(attenuation: f32, knee: f32) -> f32 {
    knee * (attenuation / knee).asinh()
}

/// Keeps the brightest parts below white.
fn shoulder(grey: f32) -> f32 {
    const START: f32 = 0.93;
    if grey <= START {
        return grey;
    }
    let room = 1.0 - START;
    START + room * (1.0 - (-(grey - START) / room).exp())
}

/// The 16-bit value of a grey in `[0, 1]`, as a float.
fn stored(grey: f32) -> f32 {
    (grey.clamp(0.0, 1.0) * WHITE).round()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tone_curve_passes_its_points_and_never_falls() {
        for (attenuation, grey) in TONE {
            assert!((tone(attenuation) - grey).abs() < 1e-6);
        }
        let curve: Vec<f32> = (-50..700).map(|i| tone(0.01 * i as f32)).collect();
        assert!(curve.windows(2).all(|pair| pair[1] >= pair[0]));
    }

    #[test]
    fn later_stages_never_fall() {
        let rising = |f: fn(f32) -> f32, low: f32, high: f32| {
            let values: Vec<f32> = (0..=200)
                .map(|i| f(low + (high - low) * i as f32 / 200.0))
                .collect();
            values.windows(2).all(|pair| pair[1] >= pair[0])
        };
        assert!(rising(|x| compress(x, Vendor::STANDARD.knee), -1.0, 1.0));
        assert!(rising(shoulder, 0.0, 2.0));
        assert!(shoulder(1.3) < 1.0);
    }
}
