//! Gaussian low-pass of one patch.

/// `values` of a `side` x `side` patch, convolved with a Gaussian of `sigma` patch pixels cut at
/// three sigmas; the border repeats.
pub(super) fn gaussian(values: &[f32], side: usize, sigma: f64) -> Vec<f32> {
    let radius = (3.0 * sigma).ceil() as usize;
    if radius == 0 || side == 0 {
        return values.to_vec();
    }
    let weights: Vec<f64> = (0..=radius)
        .map(|i| (-0.5 * (i as f64 / sigma).powi(2)).exp())
        .collect();
    let total = weights[0] + 2.0 * weights[1..].iter().sum::<f64>();
    let weights: Vec<f32> = weights.iter().map(|w| (w / total) as f32).collect();
    let rows = along_rows(values, side, &weights);
    transposed(&along_rows(&transposed(&rows, side), side, &weights), side)
}

fn along_rows(values: &[f32], side: usize, weights: &[f32]) -> Vec<f32> {
    let radius = weights.len() - 1;
    let mut blurred = Vec::with_capacity(values.len());
    let mut padded = vec![0.0_f32; side + 2 * radius];
    for row in values.chunks_exact(side) {
        padded[..radius].fill(row[0]);
        padded[radius..radius + side].copy_from_slice(row);
        padded[radius + side..].fill(row[side - 1]);
        let start = blurred.len();
        blurred.extend(row.iter().map(|v| v * weights[0]));
        for (offset, &weight) in weights.iter().enumerate().skip(1) {
            let left = &padded[radius - offset..radius - offset + side];
            let right = &padded[radius + offset..radius + offset + side];
            for ((out, a), b) in blurred[start..].iter_mut().zip(left).zip(right) {
                *out += weight * (a + b);
            }
        }
    }
    blurred
}

fn transposed(values: &[f32], side: usize) -> Vec<f32> {
    (0..side * side)
        .map(|i| values[(i % side) * side + i / side])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_impulse_response_is_a_gaussian() {
        let side = 21;
        let mut values = vec![0.0_f32; side * side];
        values[10 * side + 10] = 1.0;
        let blurred = gaussian(&values, side, 1.5);
        // 1 / (2 pi sigma^2) at the centre, up to sampling (exp) and the cut at 5 pixels.
        assert!((blurred[10 * side + 10] - 0.070_74).abs() < 2e-4);
        assert!((blurred.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        assert!((blurred[10 * side + 13] - blurred[13 * side + 10]).abs() < 1e-8);
        assert!(
            (blurred[10 * side + 13] / blurred[10 * side + 10] - (-2.0_f32).exp()).abs() < 1e-4
        );
    }

    #[test]
    fn a_constant_stays() {
        let blurred = gaussian(&[0.25; 49], 7, 4.0);
        assert!(blurred.iter().all(|v| (v - 0.25).abs() < 1e-6));
    }
}
