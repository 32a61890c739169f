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

/// Mean structural similarity with an 11 x 11 Gaussian window of 1.5 px and data range 1, as
/// scikit-image computes it with `gaussian_weights=True, use_sample_covariance=False`.
/// `None` for pictures smaller than the window.
///
/// # Errors
/// [`MetricsError`] where the grids differ or are empty.
pub fn ssim(pred: &FloatImage, soft: &FloatImage) -> Result<Option<f64>, MetricsError> {
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
    let product = windowed(&multiplied(pred, soft));
    let mut sum = 0.0_f64;
    for row in MARGIN_PX..height - MARGIN_PX {
        for col in MARGIN_PX..width - MARGIN_PX {
            let i = row * width + col;
            let at = |image: &FloatImage| image.values()[i];
            let (a, b) = (at(&mean_a), at(&mean_b));
            let (var_a, var_b) = (at(&square_a) - a * a, at(&square_b) - b * b);
            let covariance = at(&product) - a * b;
            let similar = (2.0 * a * b + C1) * (2.0 * covariance + C2);
            sum += f64::from(similar / ((a * a + b * b + C1) * (var_a + var_b + C2)));
        }
    }
    let count = (width - 2 * MARGIN_PX) * (height - 2 * MARGIN_PX);
    Ok(Some(sum / count as f64))
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
