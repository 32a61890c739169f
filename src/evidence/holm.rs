//! Holm's correction for several comparisons at once.

/// Probability below which a difference counts as one, all comparisons of a table together.
pub(super) const SIGNIFICANT: f64 = 0.05;

/// Corrected p-values, in the order they came in: the smallest of m times m, the next one times m - 1, and so on, none
/// smaller than the one before it, none above 1.
///
/// # Source
/// S. Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6 (1979) 65-70.
pub(super) fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut corrected = vec![1.0; p_values.len()];
    let mut least = 0.0_f64;
    for (rank, at) in order.into_iter().enumerate() {
        let left = (p_values.len() - rank) as f64;
        least = least.max(left * p_values[at]).min(1.0);
        corrected[at] = least;
    }
    corrected
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `statsmodels.stats.multitest.multipletests(p, method="holm")`, by hand: 4 * 0.005, 3 * 0.01, 2 * 0.03, and 0.04
    /// raised to the one before it.
    #[test]
    fn each_is_multiplied_by_those_that_are_left() {
        let found = holm(&[0.01, 0.04, 0.03, 0.005]);
        for (found, expected) in found.iter().zip([0.03, 0.06, 0.06, 0.02]) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
        assert_eq!(holm(&[0.6, 0.7]), [1.0, 1.0]);
        assert_eq!(holm(&[0.02]), [0.02]);
        assert!(holm(&[]).is_empty());
    }
}
