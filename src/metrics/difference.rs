//! Scores of the plain difference between prediction and target.

use super::{MetricsError, ensure_grid};
use crate::radiograph::FloatImage;

/// Mean squared errors below this count as this: identical pictures have 120 dB, not infinity.
const SMALLEST_MSE: f64 = 1e-12;

/// Mean squared error, display units squared.
///
/// # Errors
/// [`MetricsError`] where the grids differ or are empty.
pub fn mse(pred: &FloatImage, soft: &FloatImage) -> Result<f64, MetricsError> {
    ensure_grid("the prediction", pred.size(), soft.size())?;
    Ok(mean(differences(soft, pred).map(|d| d * d)))
}

/// Peak signal-to-noise ratio for a peak of 1, `-10 log10 MSE`, dB.
///
/// # Errors
/// [`MetricsError`] where the grids differ or are empty.
pub fn psnr(pred: &FloatImage, soft: &FloatImage) -> Result<f64, MetricsError> {
    Ok(decibels(mse(pred, soft)?))
}

/// [`psnr`] after the best affine grey map of the prediction: tone taken out, dB.
///
/// # Errors
/// [`MetricsError`] where the grids differ or are empty.
pub fn psnr_affine(pred: &FloatImage, soft: &FloatImage) -> Result<f64, MetricsError> {
    ensure_grid("the prediction", pred.size(), soft.size())?;
    let pairs = || {
        let both = pred.values().iter().zip(soft.values());
        both.map(|(&p, &s)| (f64::from(p), f64::from(s)))
    };
    let (mean_pred, mean_soft) = (mean(pairs().map(|p| p.0)), mean(pairs().map(|p| p.1)));
    let centred = || pairs().map(|(p, s)| (p - mean_pred, s - mean_soft));
    let variance: f64 = centred().map(|(p, _)| p * p).sum();
    let covariance: f64 = centred().map(|(p, s)| p * s).sum();
    let slope = if variance > 0.0 {
        covariance / variance
    } else {
        0.0
    };
    Ok(decibels(mean(
        centred().map(|(p, s)| (slope * p - s).powi(2)),
    )))
}

/// The authors' bone suppression ratio: with `d = soft - pred`,
/// `1 - sum max(d - mean d, 0)^2 / sum (cxr - soft)^2`. Not finite where the target equals the
/// radiograph.
///
/// Mean-shifted and one-sided: bone left in the prediction is free.
///
/// # Errors
/// [`MetricsError`] where the grids differ or are empty.
pub fn bsr(cxr: &FloatImage, soft: &FloatImage, pred: &FloatImage) -> Result<f64, MetricsError> {
    ensure_grid("the prediction", pred.size(), soft.size())?;
    ensure_grid("the radiograph", cxr.size(), soft.size())?;
    let shift = mean(differences(soft, pred));
    let over: f64 = differences(soft, pred)
        .map(|d| (d - shift).max(0.0).powi(2))
        .sum();
    let bone: f64 = differences(cxr, soft).map(|d| d * d).sum();
    Ok(1.0 - over / bone)
}

/// `a - b`, pixel by pixel.
pub(super) fn differences<'a>(
    a: &'a FloatImage,
    b: &'a FloatImage,
) -> impl Iterator<Item = f64> + 'a {
    let both = a.values().iter().zip(b.values());
    both.map(|(&a, &b)| f64::from(a) - f64::from(b))
}

/// Mean; 0 of nothing.
pub(super) fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0_u32), |(sum, count), v| (sum + v, count + 1));
    sum / f64::from(count.max(1))
}

/// A mean squared error as PSNR for a peak of 1.
pub(super) fn decibels(mse: f64) -> f64 {
    -10.0 * mse.max(SMALLEST_MSE).log10()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::radiograph::Raster;

    fn ramp() -> FloatImage {
        Raster::new(4, 2, (0..8).map(|i| i as f32 / 8.0).collect()).unwrap()
    }

    #[test]
    fn an_affine_map_costs_psnr_but_not_its_affine_kind() {
        let pred = ramp().map(|v| 0.5 * v + 0.1);
        assert!(psnr(&pred, &ramp()).unwrap() < 20.0);
        assert!(psnr_affine(&pred, &ramp()).unwrap() > 100.0);
    }

    #[test]
    fn identical_pictures_have_120_decibels() {
        assert!((psnr(&ramp(), &ramp()).unwrap() - 120.0).abs() < 1e-9);
    }

    #[test]
    fn a_wrong_grid_is_named() {
        let err = mse(&Raster::filled(3, 3, 0.0), &ramp()).unwrap_err();
        assert!(
            err.to_string()
                .starts_with("the prediction has 3 x 3 pixels")
        );
        let none = Raster::new(0, 0, vec![]).unwrap();
        assert_eq!(mse(&none, &none), Err(MetricsError::Empty));
    }
}
