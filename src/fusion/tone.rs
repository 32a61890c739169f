//! The authors' two tone corrections, which their paper does not mention; explicit here, so that a
//! result can be made with or without them.

use super::FusionError;
use super::error::ensure_size;
use crate::radiograph::{FloatImage, LungMask};

/// Grey levels of an 8-bit radiograph that the authors' truncation turns into 0: they bring
/// level 1 through `[-1, 1]` and back, where it lands just below 1.
const LAST_BLANK_LEVEL: f32 = 1.0;

/// Shifts the local result so that its mean inside the mask equals the global one's; outside it
/// stays as it is. An empty mask shifts nothing.
///
/// The authors take the global result *after* [`blank_background`] and the local one *before*.
///
/// # Errors
/// [`FusionError::SizeMismatch`] where the grids differ.
pub fn shift_local_mean(
    local: &FloatImage,
    global: &FloatImage,
    mask: &LungMask,
) -> Result<FloatImage, FusionError> {
    ensure_size("the local result", local.size(), global.size())?;
    ensure_size("the lung mask", mask.raster().size(), global.size())?;
    let inside = mask.raster();
    let difference: f64 = local
        .values()
        .iter()
        .zip(global.values())
        .zip(inside.values())
        .filter(|&(_, &m)| m == 1)
        .map(|((&l, &g), _)| f64::from(g) - f64::from(l))
        .sum();
    let shift = (difference / mask.num_inside().max(1) as f64) as f32;
    Ok(local.zip_map(inside, |l, m| if m == 1 { l + shift } else { l })?)
}

/// Sets `image` to 0 where the radiograph (display units `[0, 1]`) is 8-bit grey level 0 or 1.
///
/// # Errors
/// [`FusionError::SizeMismatch`] where the grids differ.
pub fn blank_background(
    image: &FloatImage,
    radiograph: &FloatImage,
) -> Result<FloatImage, FusionError> {
    ensure_size("the radiograph", radiograph.size(), image.size())?;
    let blanked = |value, grey: f32| {
        if (grey * 255.0).round() <= LAST_BLANK_LEVEL {
            0.0
        } else {
            value
        }
    };
    Ok(image.zip_map(radiograph, blanked)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::radiograph::Raster;

    #[test]
    fn the_mean_is_shifted_inside_only() {
        let local = Raster::new(4, 1, vec![0.0, 0.2, 0.4, 0.0]).unwrap();
        let global = Raster::new(4, 1, vec![9.0, 0.5, 0.5, 9.0]).unwrap();
        let mask = LungMask::from_nonzero(&Raster::new(4, 1, vec![0, 1, 1, 0]).unwrap());
        let shifted = shift_local_mean(&local, &global, &mask).unwrap();
        for (a, b) in shifted.values().iter().zip([0.0, 0.4, 0.6, 0.0]) {
            assert!((a - b).abs() < 1e-6, "{a} {b}");
        }
    }

    #[test]
    fn levels_zero_and_one_are_background() {
        let grey = Raster::new(4, 1, [0.0, 1.0, 2.0, 3.0].map(|v| v / 255.0).to_vec()).unwrap();
        let blanked = blank_background(&Raster::filled(4, 1, 0.5), &grey).unwrap();
        assert_eq!(blanked.values(), &[0.0, 0.0, 0.5, 0.5]);
    }

    #[test]
    fn a_wrong_grid_is_named() {
        let err = blank_background(&Raster::filled(2, 2, 0.5), &Raster::filled(3, 2, 0.5));
        assert_eq!(
            err.unwrap_err().to_string(),
            "the radiograph has 3 x 2 pixels where 2 x 2 are needed; bring both to one grid first"
        );
    }
}
