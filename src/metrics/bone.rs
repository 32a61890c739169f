//! Scores inside the lungs: bone left over, bone outlines left over, fine detail kept.
//!
//! Lengths are stated for a picture of 1024 rows and scale with its height.

use super::difference::mean;
use super::{MetricsError, ensure_grid};
use crate::radiograph::{
    FloatImage, LungMask, Neighbourhood, binary_erosion, gaussian_blur, gradient_magnitude,
};

/// Unit of length: a rib is about this wide, in rows of 1024.
const RIB_PX: f64 = 24.0;
/// Rows that [`RIB_PX`] is stated for.
const REFERENCE_ROWS: f64 = 1024.0;
/// Below this many pixels the eroded lungs are too small to score.
const MIN_PIXELS: usize = 1000;
/// The band of rib shadows: 3 to 24 px, in units of [`RIB_PX`].
const RIB_BAND: (f64, f64) = (0.12, 1.0);
/// The band of bone outlines: 0.6 to 3 px.
const OUTLINE_BAND: (f64, f64) = (0.025, 0.125);
/// Blur before the bone layer's slope is taken: 1.9 px.
const SLOPE_SIGMA: f64 = 0.08;
/// Outlines lie where that slope is above this quantile.
const OUTLINE_QUANTILE: f64 = 0.9;
/// Fine detail is what a blur of 3.6 px takes away.
const DETAIL_SIGMA: f64 = 0.15;

/// The lungs, eroded by 24 px (four-neighbour steps) so that their own border stays out.
#[derive(Debug, Clone)]
pub struct LungField {
    size: (usize, usize),
    pixels: Vec<usize>,
    unit_px: f64,
}

/// Fine detail of the prediction against that of the target, inside the lungs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Detail {
    /// Correlation, `[-1, 1]`.
    pub correlation: f64,
    /// Ratio of standard deviations: below 1 for a blurred, above 1 for a noisy prediction.
    pub gain: f64,
}

impl LungField {
    /// `None` where 1000 pixels or fewer are left: too few to score.
    pub fn new(mask: &LungMask) -> Option<Self> {
        let size = mask.raster().size();
        let unit_px = RIB_PX * size.1 as f64 / REFERENCE_ROWS;
        let eroded = binary_erosion(mask, Neighbourhood::Cross, unit_px as u32);
        let inside = eroded.raster().values().iter().enumerate();
        let pixels: Vec<usize> = inside.filter(|&(_, &v)| v == 1).map(|(i, _)| i).collect();
        (pixels.len() > MIN_PIXELS).then_some(Self {
            size,
            pixels,
            unit_px,
        })
    }

    /// Indices of the pixels inside, row by row.
    pub fn pixels(&self) -> &[usize] {
        &self.pixels
    }

    fn blurred(&self, image: &FloatImage, sigma: f64) -> FloatImage {
        gaussian_blur(image, sigma * self.unit_px)
    }

    fn band(&self, image: &FloatImage, (fine, coarse): (f64, f64), pixels: &[usize]) -> Vec<f64> {
        let (fine, coarse) = (self.blurred(image, fine), self.blurred(image, coarse));
        let at = |i: &usize| f64::from(fine.values()[*i]) - f64::from(coarse.values()[*i]);
        pixels.iter().map(at).collect()
    }

    fn ensure_grids(&self, images: [(&'static str, &FloatImage); 3]) -> Result<(), MetricsError> {
        for (what, image) in images {
            ensure_grid(what, image.size(), self.size)?;
        }
        Ok(())
    }
}

/// Share of the ribs' shadow that is left: slope of the band-passed `pred - soft` on the
/// band-passed `cxr - soft` (3 to 24 px). 1 = nothing removed, 0 = all, below 0 = over-removed.
///
/// # Errors
/// [`MetricsError::SizeMismatch`] where a picture does not lie on the lung field's grid.
pub fn residual_bone_fraction(
    cxr: &FloatImage,
    soft: &FloatImage,
    pred: &FloatImage,
    lungs: &LungField,
) -> Result<f64, MetricsError> {
    let (bone, left) = layers(cxr, soft, pred, lungs)?;
    let band = |image| lungs.band(image, RIB_BAND, &lungs.pixels);
    Ok(slope(&band(&bone), &band(&left)))
}

/// [`residual_bone_fraction`] of the bone outlines: band 0.6 to 3 px, on the tenth of the lungs
/// where the smoothed bone layer is steepest. 1 = outlines untouched, 0 = gone.
///
/// # Errors
/// [`MetricsError::SizeMismatch`] where a picture does not lie on the lung field's grid.
pub fn edge_bone_fraction(
    cxr: &FloatImage,
    soft: &FloatImage,
    pred: &FloatImage,
    lungs: &LungField,
) -> Result<f64, MetricsError> {
    let (bone, left) = layers(cxr, soft, pred, lungs)?;
    let steepness = gradient_magnitude(&lungs.blurred(&bone, SLOPE_SIGMA));
    let inside: Vec<f64> = lungs
        .pixels
        .iter()
        .map(|&i| f64::from(steepness.values()[i]))
        .collect();
    let threshold = quantile(inside.clone(), OUTLINE_QUANTILE);
    let outlines: Vec<usize> = lungs
        .pixels
        .iter()
        .zip(&inside)
        .filter(|&(_, &s)| s >= threshold)
        .map(|(&i, _)| i)
        .collect();
    let band = |image| lungs.band(image, OUTLINE_BAND, &outlines);
    Ok(slope(&band(&bone), &band(&left)))
}

/// Fine detail (below 3.6 px) of the prediction against the target's.
///
/// # Errors
/// [`MetricsError::SizeMismatch`] where a picture does not lie on the lung field's grid.
pub fn detail(
    soft: &FloatImage,
    pred: &FloatImage,
    lungs: &LungField,
) -> Result<Detail, MetricsError> {
    let images = [("the target", soft), ("the prediction", pred)];
    lungs.ensure_grids([images[0], images[1], images[1]])?;
    let fine = |image: &FloatImage| {
        let coarse = lungs.blurred(image, DETAIL_SIGMA);
        let at = |&i: &usize| f64::from(image.values()[i]) - f64::from(coarse.values()[i]);
        let values: Vec<f64> = lungs.pixels.iter().map(at).collect();
        let center = mean(values.iter().copied());
        values.into_iter().map(|v| v - center).collect::<Vec<f64>>()
    };
    let (a, b) = (fine(pred), fine(soft));
    let (aa, ab, bb) = (dot(&a, &a), dot(&a, &b), dot(&b, &b));
    Ok(Detail {
        correlation: ab / (aa * bb).sqrt(),
        gain: (aa / bb).sqrt(),
    })
}

/// The target's bone layer `cxr - soft` and what the prediction left of it, `pred - soft`.
fn layers(
    cxr: &FloatImage,
    soft: &FloatImage,
    pred: &FloatImage,
    lungs: &LungField,
) -> Result<(FloatImage, FloatImage), MetricsError> {
    lungs.ensure_grids([
        ("the target", soft),
        ("the radiograph", cxr),
        ("the prediction", pred),
    ])?;
    let minus_soft = |image: &FloatImage| {
        let mut layer = image.clone();
        for (value, &s) in layer.values_mut().iter_mut().zip(soft.values()) {
            *value -= s;
        }
        layer
    };
    Ok((minus_soft(cxr), minus_soft(pred)))
}

fn slope(on: &[f64], of: &[f64]) -> f64 {
    dot(on, of) / dot(on, on)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// Quantile with linear interpolation (`numpy.quantile`); 0 of nothing.
fn quantile(mut values: Vec<f64>, q: f64) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let position = q * values.len().saturating_sub(1) as f64;
    let at = |i: f64| values.get(i as usize).copied().unwrap_or(0.0);
    let (low, high) = (at(position.floor()), at(position.ceil()));
    low + (high - low) * position.fract()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::radiograph::Raster;

    fn phantom() -> (FloatImage, FloatImage, LungMask) {
        let size = 128;
        let mut soft = Raster::filled(size, size, 0.0_f32);
        let mut cxr = soft.clone();
        for i in 0..size * size {
            let (y, x) = ((i / size) as f32, (i % size) as f32);
            soft.values_mut()[i] = 0.4 + 0.05 * (1.9 * x).sin() * (2.3 * y).cos();
            cxr.values_mut()[i] = soft.values()[i] + 0.1 * f32::from(u8::from(y % 24.0 < 8.0));
        }
        (
            cxr,
            soft,
            LungMask::from_nonzero(&Raster::filled(size, size, 1_u8)),
        )
    }

    #[test]
    fn the_fractions_are_linear_in_what_is_left() {
        let (cxr, soft, mask) = phantom();
        let lungs = LungField::new(&mask).unwrap();
        for left in [1.0_f32, 0.4, 0.0, -0.2] {
            let pred = cxr.zip_map(&soft, |c, s| s + left * (c - s)).unwrap();
            let rib = residual_bone_fraction(&cxr, &soft, &pred, &lungs).unwrap();
            let edge = edge_bone_fraction(&cxr, &soft, &pred, &lungs).unwrap();
            assert!((rib - f64::from(left)).abs() < 1e-4, "{rib} {left}");
            assert!((edge - f64::from(left)).abs() < 1e-4, "{edge} {left}");
        }
    }

    #[test]
    fn detail_gain_is_the_contrast_of_the_texture() {
        let (_, soft, mask) = phantom();
        let lungs = LungField::new(&mask).unwrap();
        let kept = detail(&soft, &soft.map(|v| 0.5 * v + 0.2), &lungs).unwrap();
        assert!((kept.gain - 0.5).abs() < 1e-4 && (kept.correlation - 1.0).abs() < 1e-4);
    }

    #[test]
    fn a_sliver_of_lung_is_not_scored() {
        let mut inside = Raster::filled(100, 100, 0_u8);
        inside.values_mut()[..3000].fill(1);
        assert!(LungField::new(&LungMask::from_nonzero(&inside)).is_some());
        inside.values_mut()[1200..].fill(0);
        assert!(LungField::new(&LungMask::from_nonzero(&inside)).is_none());
    }

    #[test]
    fn quantile_interpolates_as_numpy_does() {
        // numpy.quantile([1, 2, 4, 8], 0.9) = 6.8
        assert!((quantile(vec![8.0, 1.0, 4.0, 2.0], 0.9) - 6.8).abs() < 1e-12);
    }
}
