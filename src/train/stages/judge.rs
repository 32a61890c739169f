//! Validation images as tensors, and how close a prediction comes.

use crate::radiograph::FloatImage;
use crate::train::data::on_grid;
use crate::train::{Dataset, Terms};
use std::collections::BTreeMap;
use tch::{Device, Kind, Tensor};

/// Whole images are padded to multiples of this at least, whatever the networks ask for: networks of fewer
/// halvings are judged on the same pixels.
pub(super) const LEAST_MULTIPLE_PX: usize = 64;

/// One whole validation image on the model's grid, `[1, 1, H, W]` each.
#[derive(Debug)]
pub(super) struct WholeImage {
    /// Its name.
    pub name: String,
    /// Radiograph in `[-1, 1]`.
    pub radiograph: Tensor,
    /// Soft-tissue image in `[-1, 1]`.
    pub soft_tissue: Option<Tensor>,
    /// 1 inside the lung field.
    pub lungs: Option<Tensor>,
    /// Whether the soft-tissue image is valid in the lungs only.
    pub valid_in_lungs_only: bool,
}

/// All validation images, on the CPU; both sides are multiples of `multiple_px`, a power of two.
pub(super) fn whole_images(dataset: &Dataset, multiple_px: i64) -> Vec<WholeImage> {
    // Of two powers of two the larger is a multiple of the other.
    let multiple_px = LEAST_MULTIPLE_PX.max(multiple_px as usize);
    dataset
        .validation()
        .map(|(sample, grid_px)| {
            let plane = |image: &FloatImage| {
                let image = on_grid(image, grid_px, multiple_px);
                let (width, height) = image.size();
                Tensor::from_slice(image.values()).reshape([1, 1, height as i64, width as i64])
            };
            WholeImage {
                name: sample.name.clone(),
                radiograph: plane(&sample.radiograph) * 2.0 - 1.0,
                soft_tissue: sample
                    .soft_tissue
                    .as_ref()
                    .map(|soft| plane(soft) * 2.0 - 1.0),
                lungs: sample
                    .lungs
                    .as_ref()
                    .map(|lungs| plane(lungs).ge(0.5).to_kind(Kind::Float)),
                valid_in_lungs_only: sample.valid_in_lungs_only,
            }
        })
        .collect()
}

impl WholeImage {
    /// Where the soft-tissue image counts; `None` where it does everywhere.
    pub fn validity(&self, device: Device) -> Option<Tensor> {
        self.lungs
            .as_ref()
            .filter(|_| self.valid_in_lungs_only)
            .map(|lungs| lungs.to_device(device))
    }
}

/// Peak signal-to-noise ratio in dB of images in `[-1, 1]` (peak 2), and the same after the best affine
/// map of the prediction's grey values, under an optional weight.
pub(super) fn psnr(prediction: &Tensor, target: &Tensor, weight: Option<&Tensor>) -> (f64, f64) {
    let weight = weight.map_or_else(|| target.ones_like(), Tensor::shallow_clone);
    let total = weight.sum(Kind::Double).double_value(&[]).max(1.0);
    let mean = |values: &Tensor| (values * &weight).sum(Kind::Double).double_value(&[]) / total;
    let error = mean(&(prediction - target).square());
    let (mean_p, mean_t) = (mean(prediction), mean(target));
    let (p, t) = (prediction - mean_p, target - mean_t);
    let (pp, tt, pt) = (mean(&p.square()), mean(&t.square()), mean(&(&p * &t)));
    let left = if pp > 0.0 || pp.is_nan() {
        tt - pt * pt / pp
    } else {
        tt
    };
    // Below 120 dB the single precision of the images decides nothing. `max` would take what is no number for 120 dB.
    let decibel = |error: f64| {
        if error.is_nan() {
            f64::NAN
        } else {
            -10.0 * (error / 4.0).max(1e-12).log10()
        }
    };
    (decibel(error), decibel(left))
}

/// Means of several images' terms, each over the images that have it.
pub(super) fn mean_terms(each: &[Terms]) -> Terms {
    let mut sums: BTreeMap<&String, (f64, f64)> = BTreeMap::new();
    for (name, value) in each.iter().flatten() {
        let (sum, count) = sums.entry(name).or_default();
        *sum += value;
        *count += 1.0;
    }
    sums.into_iter()
        .map(|(name, (sum, count))| (name.clone(), sum / count))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn psnr_counts_errors_on_the_scale_of_display_values() {
        let target = Tensor::from_slice(&[-1.0_f32, 0.0, 0.5, 1.0]).reshape([1, 1, 2, 2]);
        // An offset of 0.1 on [-1, 1] is 0.05 of the display range: -20 log10(0.05) = 26.02 dB, and
        // nothing is left of it after an affine map.
        let (plain, affine) = psnr(&(&target + 0.1), &target, None);
        assert!((plain - 26.020_6).abs() < 1e-3, "{plain}");
        assert!(affine > 100.0, "{affine}");
        let (plain, affine) = psnr(&(&target * f64::NAN), &target, None);
        assert!(plain.is_nan() && affine.is_nan(), "{plain} {affine}");
    }
}
