//! Distances that are minimised; every one is a mean over pixels and takes an optional weight.
//!
//! A weight `[B, 1, H, W]` (zero where the target says nothing) counts each pixel by its value and
//! divides by the weights' sum, so that the scale of a loss does not depend on the share that is valid.

use tch::Tensor;

/// Mean of `values [B, C, H, W]` under `weight [B, 1, H, W]`; 0 where no weight is positive.
pub fn weighted_mean(values: &Tensor, weight: Option<&Tensor>) -> Tensor {
    let Some(weight) = weight else {
        return values.mean(values.kind());
    };
    let channels = values.size().get(1).copied().unwrap_or(1) as f64;
    let total = (weight.sum(values.kind()) * channels).clamp_min(1e-6);
    (values * weight).sum(values.kind()) / total
}

/// Mean absolute difference.
pub fn l1(prediction: &Tensor, target: &Tensor, weight: Option<&Tensor>) -> Tensor {
    weighted_mean(&(prediction - target).abs(), weight)
}

/// Mean squared difference.
pub fn mse(prediction: &Tensor, target: &Tensor, weight: Option<&Tensor>) -> Tensor {
    weighted_mean(&(prediction - target).square(), weight)
}

/// Mean absolute difference of neighbours' differences, along columns plus along rows: it prices
/// thin outlines, which an absolute difference hardly sees.
pub fn gradient_l1(prediction: &Tensor, target: &Tensor, weight: Option<&Tensor>) -> Tensor {
    let error = prediction - target;
    let along = |dim: i64| {
        let len = error.size().get(dim as usize).copied().unwrap_or(1);
        let part = |tensor: &Tensor, start| tensor.narrow(dim, start, len - 1);
        let difference = (part(&error, 1) - part(&error, 0)).abs();
        // A difference counts where both of its pixels do.
        let both = weight.map(|weight| part(weight, 1).minimum(&part(weight, 0)));
        weighted_mean(&difference, both.as_ref())
    };
    along(2) + along(3)
}

/// Smooth L1: `0.5 d^2 / beta` below `beta`, `|d| - 0.5 beta` above.
pub fn smooth_l1(
    prediction: &Tensor,
    target: &Tensor,
    beta: f64,
    weight: Option<&Tensor>,
) -> Tensor {
    let values = prediction.smooth_l1_loss(target, tch::Reduction::None, beta);
    weighted_mean(&values, weight)
}

/// Pseudo-Huber: `sqrt(d^2 + c^2) - c`, which is `0.5 d^2 / c` for small and `|d|` for large differences.
///
/// # Source
/// Song and Dhariwal, Improved Techniques for Training Consistency Models (2023), equation 7.
pub fn pseudo_huber(
    prediction: &Tensor,
    target: &Tensor,
    c: f64,
    weight: Option<&Tensor>,
) -> Tensor {
    let values = ((prediction - target).square() + c * c).sqrt() - c;
    weighted_mean(&values, weight)
}

/// Binary cross-entropy of logits.
pub fn cross_entropy(logits: &Tensor, target: &Tensor) -> Tensor {
    logits.binary_cross_entropy_with_logits::<Tensor>(target, None, None, tch::Reduction::Mean)
}

/// One minus the soft Dice coefficient `2 sum(p t) / (sum(p) + sum(t))` of each item, averaged.
pub fn soft_dice(logits: &Tensor, target: &Tensor) -> Tensor {
    let probability = logits.sigmoid();
    let kind = logits.kind();
    let sum = |tensor: &Tensor| tensor.sum_dim_intlist([1_i64, 2, 3].as_slice(), false, kind);
    let both = sum(&(&probability * target));
    let total = sum(&probability) + sum(target);
    // One pixel keeps the ratio of two empty masks at 1.
    ((both * -2.0 - 1.0) / (total + 1.0) + 1.0).mean(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(values: &[f32], width: i64) -> Tensor {
        Tensor::from_slice(values).reshape([1, 1, -1, width])
    }

    #[test]
    fn weights_leave_out_what_is_not_valid() {
        let (a, b) = (image(&[1.0, 5.0, 2.0, 9.0], 2), image(&[0.0; 4], 2));
        let weight = image(&[1.0, 0.0, 1.0, 0.0], 2);
        assert!((l1(&a, &b, None).double_value(&[]) - 4.25).abs() < 1e-6);
        assert!((l1(&a, &b, Some(&weight)).double_value(&[]) - 1.5).abs() < 1e-6);
        assert!((mse(&a, &b, Some(&weight)).double_value(&[]) - 2.5).abs() < 1e-6);
        // Down the first column |2 - 1|; no pair along a row is valid on both sides.
        assert!((gradient_l1(&a, &b, Some(&weight)).double_value(&[]) - 1.0).abs() < 1e-6);
        // |5 - 1|, |9 - 2| along rows; |2 - 1|, |9 - 5| along columns.
        assert!((gradient_l1(&a, &b, None).double_value(&[]) - 5.5 - 2.5).abs() < 1e-6);
    }

    #[test]
    fn smooth_l1_is_quadratic_near_zero() {
        let (a, b) = (image(&[0.05, 1.0], 2), image(&[0.0, 0.0], 2));
        let value = smooth_l1(&a, &b, 0.1, None).double_value(&[]);
        assert!((value - f64::midpoint(0.0125, 0.95)).abs() < 1e-6);
    }

    #[test]
    fn dice_is_zero_for_a_perfect_mask_and_near_one_for_a_disjoint_one() {
        let mask = image(&[1.0, 0.0, 1.0, 0.0], 2);
        let sure = (&mask - 0.5) * 60.0;
        assert!(soft_dice(&sure, &mask).double_value(&[]).abs() < 1e-5);
        let wrong = soft_dice(&-sure, &mask).double_value(&[]);
        // Both masks hold two pixels: 1 - 1 / 5.
        assert!((wrong - 0.8).abs() < 1e-5, "{wrong}");
    }
}
