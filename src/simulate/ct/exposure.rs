//! From lengths of tissue to what a detector reads: spectrum, scatter, logarithm.

use super::projector::PathLengths;
use super::study::CtConfig;
use super::tissue::SOFT_DENSITY;
use crate::radiograph::{FloatImage, wide_gaussian_blur};
use crate::simulate::materials::{BONE_DENSITY, Spectrum};

/// Scattered against primary radiation behind a grid, in the mean over the picture.
const SCATTER_TO_PRIMARY: f32 = 0.25;
/// How far scatter reaches, pixels of 1024.
const SCATTER_SIGMA_PX: f64 = 60.0;
/// Way through lung from which a ray counts as one over the lungs, cm.
const MUCH_LUNG_CM: f32 = 5.0;
/// Darkest signal that is told from none, against the open field.
const FLOOR: f64 = 1e-5;

/// Attenuation (natural logarithm) of one chest.
pub(super) struct Exposed {
    /// Of the soft tissue, bones replaced by it.
    pub(super) soft: FloatImage,
    /// What bones add, never negative, 0 beside them.
    pub(super) bone: FloatImage,
    /// The soft tissue as two weighted exposures show it.
    pub(super) subtracted: FloatImage,
}

/// Exposes a chest at both tube voltages.
pub(super) fn expose(paths: &PathLengths, config: &CtConfig) -> Exposed {
    let [low, high] = config.tube_kv.map(|tube_kv| Shots::new(paths, tube_kv));
    // Bone vanishes where taking the place of soft tissue changes both logarithms in this proportion.
    let excess = |shots: &Shots| BONE_DENSITY * shots.slopes[1] - SOFT_DENSITY * shots.slopes[0];
    let weight = excess(&high) / excess(&low);
    let scale = high.slopes[0] / (high.slopes[0] - weight * low.slopes[0]);
    let mut subtracted = high.with_bone.clone();
    for (value, &low) in subtracted
        .values_mut()
        .iter_mut()
        .zip(low.with_bone.values())
    {
        *value = ((f64::from(*value) - weight * f64::from(low)) * scale) as f32;
    }
    let mut bone = high.with_bone;
    for (value, &soft) in bone.values_mut().iter_mut().zip(high.soft.values()) {
        *value = (*value - soft).max(0.0);
    }
    Exposed {
        soft: high.soft,
        bone,
        subtracted,
    }
}

/// The chest with and without its bones at one voltage.
struct Shots {
    soft: FloatImage,
    with_bone: FloatImage,
    /// Attenuation of a little more water and bone behind what lies over the lungs in the mean, per
    /// g/cm2: there bone is to vanish.
    slopes: [f64; 2],
}

impl Shots {
    fn new(paths: &PathLengths, tube_kv: f64) -> Self {
        let spectrum = Spectrum::new(tube_kv);
        let (soft, bone) = (paths.soft.values(), paths.bone.values());
        let mut primary = paths.soft.clone();
        let mut with_bone = paths.soft.clone();
        let pixels = primary.values_mut().iter_mut().zip(with_bone.values_mut());
        for ((primary, with_bone), (&soft, &bone)) in pixels.zip(soft.iter().zip(bone)) {
            let (soft, bone) = (f64::from(soft), f64::from(bone));
            let signal = spectrum.transmission(soft, 0.0);
            *primary = signal as f32;
            *with_bone = if bone > 0.0 {
                let water = (soft - SOFT_DENSITY * bone).max(0.0);
                spectrum
                    .transmission(water, BONE_DENSITY * bone)
                    .min(signal) as f32
            } else {
                signal as f32
            };
        }
        let scatter = scatter(&primary, &paths.body);
        let logarithm = |signal: FloatImage| {
            let mut signal = signal;
            for (value, &scatter) in signal.values_mut().iter_mut().zip(scatter.values()) {
                *value = -(f64::from(*value + scatter).max(FLOOR).ln()) as f32;
            }
            signal
        };
        let inside: Vec<f64> = (soft.iter().zip(paths.lung.values()))
            .filter(|&(_, &lung)| lung > MUCH_LUNG_CM)
            .map(|(&soft, _)| f64::from(soft))
            .collect();
        let mean = inside.iter().sum::<f64>() / inside.len().max(1) as f64;
        Self {
            soft: logarithm(primary),
            with_bone: logarithm(with_bone),
            slopes: spectrum.slopes_behind(mean),
        }
    }
}

/// Scatter of the chest without its bones, for both pictures: what bones change of it is wide and
/// faint, and would stand in the bone image as a veil.
fn scatter(primary: &FloatImage, body: &FloatImage) -> FloatImage {
    let mut source = primary.clone();
    for (value, &body) in source.values_mut().iter_mut().zip(body.values()) {
        *value *= (body / 10.0).min(1.0);
    }
    let sigma_px = SCATTER_SIGMA_PX * source.width() as f64 / 1024.0;
    wide_gaussian_blur(&source, sigma_px).map(|&v| SCATTER_TO_PRIMARY * v)
}
