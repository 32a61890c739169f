//! Alpha fusion: a weighted mean inside the lungs.

use serde::{Deserialize, Serialize};

use super::FusionError;
use super::error::ensure_size;
use crate::radiograph::{FloatImage, LungMask, gaussian_blur};

/// Settings of [`alpha_fuse`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AlphaOptions {
    /// Weight of the local result inside the lungs, `[0, 1]`. The paper's Table 5 does not state
    /// one; 0.5 is the plain mean.
    pub alpha: f32,
    /// Standard deviation in pixels over which the weight fades in from the lung border; 0 for a
    /// sharp border.
    pub feather_sigma_px: f64,
}

impl Default for AlphaOptions {
    fn default() -> Self {
        Self {
            alpha: 0.5,
            feather_sigma_px: 0.0,
        }
    }
}

/// `f = (1 - alpha m) f_g + alpha m f_l` with the lung mask `m`, feathered inwards.
///
/// # Errors
/// [`FusionError::SizeMismatch`] where the grids differ.
pub fn alpha_fuse(
    global: &FloatImage,
    local: &FloatImage,
    mask: &LungMask,
    options: &AlphaOptions,
) -> Result<FloatImage, FusionError> {
    ensure_size("the local result", local.size(), global.size())?;
    ensure_size("the lung mask", mask.raster().size(), global.size())?;
    let inside = mask.raster().map(|&v| f32::from(v));
    // The blurred mask is 1/2 on a straight border; stretched to start at 0 there, so that the
    // blank outside of the local result never shows.
    let weight =
        gaussian_blur(&inside, options.feather_sigma_px).zip_map(&inside, |soft, hard| {
            if hard > 0.0 {
                options.alpha * (2.0 * soft - 1.0).clamp(0.0, 1.0)
            } else {
                0.0
            }
        })?;
    let step = local.zip_map(global, |l, g| l - g)?;
    let step = step.zip_map(&weight, |s, w| s * w)?;
    Ok(global.zip_map(&step, |g, s| g + s)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::radiograph::Raster;

    #[test]
    fn the_outside_is_untouched_and_the_inside_is_the_mean() {
        let global = Raster::new(4, 1, vec![0.2, 0.4, 0.6, 0.8]).unwrap();
        let local = Raster::new(4, 1, vec![0.0, 0.0, 1.0, 0.0]).unwrap();
        let mask = LungMask::from_nonzero(&Raster::new(4, 1, vec![0, 1, 1, 0]).unwrap());
        let fused = alpha_fuse(&global, &local, &mask, &AlphaOptions::default()).unwrap();
        for (a, b) in fused.values().iter().zip([0.2, 0.2, 0.8, 0.8]) {
            assert!((a - b).abs() < 1e-6, "{a} {b}");
        }
    }

    #[test]
    fn feathering_starts_at_the_border() {
        let global = Raster::filled(41, 41, 1.0_f32);
        let local = Raster::filled(41, 41, 0.0_f32);
        let mut inside = Raster::filled(41, 41, 0_u8);
        for row in 5..36 {
            for col in 5..36 {
                inside.values_mut()[row * 41 + col] = 1;
            }
        }
        let options = AlphaOptions {
            alpha: 1.0,
            feather_sigma_px: 3.0,
        };
        let mask = LungMask::from_nonzero(&inside);
        let fused = alpha_fuse(&global, &local, &mask, &options).unwrap();
        assert!(fused.get(20, 20).unwrap() < 1e-5);
        assert!(fused.get(20, 5).unwrap() > 0.8);
        assert_eq!(fused.get(20, 4), Some(1.0));
    }
}
