//! Multi-scale structural similarity as a loss.

use tch::{Kind, Tensor};

/// Exponents of the five scales, from full resolution down.
const WEIGHTS: [f64; 5] = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];
/// Side of the Gaussian window in pixels; smaller images shrink it to themselves.
const WINDOW_PX: i64 = 11;
/// Spread of the Gaussian window in pixels.
const SIGMA_PX: f64 = 1.5;
/// Smallest side that leaves one pixel on the coarsest of the five scales.
const SMALLEST_PX: i64 = 16;
/// A scale without any similarity counts as this instead of 0, whose fractional power has no
/// finite gradient and would end a training with not-a-number.
const FLOOR: f64 = 1e-6;

/// What each scale sees, for inspection; both `[5]`, clipped below.
#[derive(Debug)]
pub struct MsSsimScores {
    /// Mean structural similarity.
    pub ssim: Tensor,
    /// Mean of its contrast and structure factor alone.
    pub contrast_structure: Tensor,
    /// Width of the value range taken per scale, 1 or 2 (255 for 8-bit values).
    pub ranges: [i64; 5],
}

/// Multi-scale structural similarity, 1 for equal images; differentiable.
///
/// `Π_{s<5} cs_s^w_s · ssim_5^w_5`, negative factors taken as zero. The range L in the constants
/// `(0.01 L)²` and `(0.03 L)²` is guessed per scale from `image`, as the authors' code does: 255 if
/// a value exceeds 128, else 1; plus 1 if a value lies below -0.5.
///
/// # Shapes
/// Both `[B, 1, H, W]`, sides of at least 16 px, to a scalar. Not symmetric: the guess sees `image`.
///
/// # Panics
/// When the sizes differ or are smaller.
pub fn ms_ssim(image: &Tensor, reference: &Tensor) -> Tensor {
    let MsSsimScores {
        ssim,
        contrast_structure,
        ..
    } = ms_ssim_scores(image, reference);
    let weights = Tensor::from_slice(&WEIGHTS)
        .to_kind(ssim.kind())
        .to_device(ssim.device());
    let finer = contrast_structure.pow(&weights).narrow(0, 0, 4);
    finer.prod(None) * ssim.pow(&weights).get(4)
}

/// The factors of [`ms_ssim`] per scale.
///
/// # Panics
/// When the sizes differ or are smaller than 16 px.
pub fn ms_ssim_scores(image: &Tensor, reference: &Tensor) -> MsSsimScores {
    let size = image.size();
    assert!(
        size == reference.size()
            && matches!(size[..], [_, 1, height, width] if height.min(width) >= SMALLEST_PX),
        "MS-SSIM compares [B, 1, H, W] of at least {SMALLEST_PX} px, not {size:?} and {:?}",
        reference.size()
    );
    let mut image = image.shallow_clone();
    let mut reference = reference.shallow_clone();
    let (mut ssims, mut structures, mut ranges) = (Vec::new(), Vec::new(), [0; 5]);
    for range in &mut ranges {
        *range = value_range(&image);
        let (ssim, structure) = ssim_means(&image, &reference, *range as f64);
        ssims.push(ssim.clamp_min(FLOOR));
        structures.push(structure.clamp_min(FLOOR));
        image = halve(&image);
        reference = halve(&reference);
    }
    MsSsimScores {
        ssim: Tensor::stack(&ssims, 0),
        contrast_structure: Tensor::stack(&structures, 0),
        ranges,
    }
}

fn halve(image: &Tensor) -> Tensor {
    image.avg_pool2d([2, 2], [2, 2], [0, 0], false, true, None)
}

fn value_range(image: &Tensor) -> i64 {
    let largest = image.detach().max().double_value(&[]);
    let smallest = image.detach().min().double_value(&[]);
    let top = if largest > 128.0 { 255 } else { 1 };
    top + i64::from(smallest < -0.5)
}

/// Mean SSIM and mean contrast-structure factor under a Gaussian window without padding.
fn ssim_means(image: &Tensor, reference: &Tensor, range: f64) -> (Tensor, Tensor) {
    let (c1, c2) = ((0.01 * range).powi(2), (0.03 * range).powi(2));
    let side = image.size().into_iter().skip(2).min().unwrap_or(1);
    let window = gaussian(side.min(WINDOW_PX)).to_device(image.device());
    // The window is a product of two rows: two short convolutions do the work of a square one.
    let row = window.view([1, 1, 1, -1]).to_kind(image.kind());
    let column = row.transpose(2, 3);
    let blur = |values: &Tensor| {
        let rows = values.conv2d(&row, None::<&Tensor>, [1, 1], [0, 0], [1, 1], 1);
        rows.conv2d(&column, None::<&Tensor>, [1, 1], [0, 0], [1, 1], 1)
    };
    let (mean, ref_mean) = (blur(image), blur(reference));
    let means = &mean * &ref_mean;
    let mean_squares = mean.square() + ref_mean.square();
    let covariance = blur(&(image * reference)) - &means;
    let variances = blur(&(image.square() + reference.square())) - &mean_squares;

    let structure = (covariance * 2.0 + c2) / (variances + c2);
    let luminance = (means * 2.0 + c1) / (mean_squares + c1);
    let ssim = (luminance * &structure).mean(None);
    (ssim, structure.mean(None))
}

/// A normalised Gaussian of `side_px` samples, its centre at `side_px / 2`.
fn gaussian(side_px: i64) -> Tensor {
    let offsets = Tensor::arange(side_px, (Kind::Double, tch::Device::Cpu)) - side_px / 2;
    let window = (offsets.square() / (-2.0 * SIGMA_PX * SIGMA_PX)).exp();
    let total = window.sum(Kind::Double);
    window / total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_images_score_one_and_opposite_ones_keep_a_finite_gradient() {
        tch::manual_seed(5);
        let options = (Kind::Float, tch::Device::Cpu);
        let image = (Tensor::rand([1, 1, 32, 48], options) * 2.0 - 1.0).set_requires_grad(true);
        let same = ms_ssim(&image, &image.detach()).double_value(&[]);
        assert!((same - 1.0).abs() < 1e-5, "{same}");
        let opposite = ms_ssim(&image, &-image.detach());
        assert!(opposite.double_value(&[]) < 0.1);
        opposite.backward();
        assert!(bool::try_from(image.grad().isfinite().all()).unwrap());
    }
}
