//! Structural similarity.

use super::{MetricsError, ensure_grid};
use crate::radiograph::{FloatImage, Raster, gaussian_blur_truncated};

/// Standard deviation of the window, pixels.
const SIGMA_PX: f64 = 1.5;
/// Cuts the window to 11 x 11.
const TRUNCATE: f64 = 3.5;
/// Half the window: border pixels that are left out of the mean.
const MARGIN_PX: usize = 5;
/// `(K1 L)^2` with K1 = 0.01 and the data range L = 1.
const C1: f32 = 1e-4;
/// `(K2 L)^2` with K2 = 0.03.
const C2: f32 = 9e-4;

/// Structural similarity of two pictures, pixel by pixel.
///
/// An 11 x 11 Gaussian window of 1.5 px and data range 1, as scikit-image computes it with
/// `gaussian_weights=True, use_sample_covariance=False`; the border of half a window is left out.
#[derive(Debug, Clone)]
pub struct SsimMap(FloatImage);

impl SsimMap {
    /// `None` for pictures smaller than the window.
    ///
    /// # Errors
    /// [`MetricsError`] where the grids differ or are empty.
    pub fn new(pred: &FloatImage, soft: &FloatImage) -> Result<Option<Self>, MetricsError> {
        ensure_grid("the prediction", pred.size(), soft.size())?;
        let (width, height) = soft.size();
        if width.min(height) <= 2 * MARGIN_PX {
            return Ok(None);
        }
        let windowed = |image: &FloatImage| gaussian_blur_truncated(image, SIGMA_PX, TRUNCATE);
        let (mean_a, mean_b) = (windowed(pred), windowed(soft));
        let (square_a, square_b) = (
            windowed(&pred.map(|v| v * v)),
            windowed(&soft.map(|v| v * v)),
        );
        let mut map = windowed(&multiplied(pred, soft));
        for (i, value) in map.values_mut().iter_mut().enumerate() {
            let at = |image: &FloatImage| image.values()[i];
            let (a, b) = (at(&mean_a), at(&mean_b));
            let (var_a, var_b) = (at(&square_a) - a * a, at(&square_b) - b * b);
            let covariance = *value - a * b;
            let similar = (2.0 * a * b + C1) * (2.0 * covariance + C2);
            *value = similar / ((a * a + b * b + C1) * (var_a + var_b + C2));
        }
        Ok(Some(Self(map)))
    }

    /// Mean over the pixels that `is_counted` names by their index, row by row; `None` where it names none.
    pub fn mean_where(&self, is_counted: impl Fn(usize) -> bool) -> Option<f64> {
        let (width, height) = self.0.size();
        let (mut sum, mut count) = (0.0_f64, 0_usize);
        for row in MARGIN_PX..height - MARGIN_PX {
            for index in row * width + MARGIN_PX..(row + 1) * width - MARGIN_PX {
                if is_counted(index) {
                    sum += f64::from(self.0.values()[index]);
                    count += 1;
                }
            }
        }
        (count > 0).then(|| sum / count as f64)
    }
}

/// Mean structural similarity, see [`SsimMap`]; `None` for pictures smaller than its window.
///
/// # Errors
/// [`MetricsError`] where the grids differ or are empty.
pub fn ssim(pred: &FloatImage, soft: &FloatImage) -> Result<Option<f64>, MetricsError> {
    let map = SsimMap::new(pred, soft)?;
    Ok(map.and_then(|map| map.mean_where(|_| true)))
}

fn multiplied(a: &FloatImage, b: &FloatImage) -> FloatImage {
    let (width, height) = a.size();
    let mut product = Raster::filled(width, height, 0.0_f32);
    let both = a.values().iter().zip(b.values());
    for (out, (&a, &b)) in product.values_mut().iter_mut().zip(both) {
        *out = a * b;
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `structural_similarity(a, b, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=1,
    /// full=True)` of scikit-image 0.26 on the same 24 x 20 pictures, its map averaged 5 px from the border: over
    /// all of it, and left and right of column 12. Blurs in `f32` leave 1e-5.
    #[test]
    fn parts_of_the_map_have_the_means_that_scikit_image_finds() {
        let picture = |shift: f32| {
            let value = |i: usize| {
                let (row, col) = ((i / 24) as f32, (i % 24) as f32);
                0.5 + 0.3 * (0.7 * col + shift * row).sin() * (0.4 * row).cos()
            };
            Raster::new(24, 20, (0..480).map(value).collect()).unwrap()
        };
        let map = SsimMap::new(&picture(0.1), &picture(0.0)).unwrap().unwrap();
        let found = [
            map.mean_where(|_| true),
            map.mean_where(|i| i % 24 < 12),
            map.mean_where(|i| i % 24 >= 12),
        ];
        for (found, expected) in found.into_iter().zip(SCIKIT_IMAGE) {
            assert!(
                (found.unwrap() - expected).abs() < 1e-5,
                "{found:?} {expected}"
            );
        }
        assert_eq!(map.mean_where(|_| false), None);
    }

    const SCIKIT_IMAGE: [f64; 3] = [0.543_526_774, 0.531_336_355, 0.555_717_193];
}
