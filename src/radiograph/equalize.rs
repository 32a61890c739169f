//! Grey values by rank.

use super::FloatImage;

/// The share of a picture's pixels that are darker, in `[0, 1)`, in place of each value: no window, gamma or gain that
/// keeps the order of the grey values changes it. Equal values stay equal; a picture of one grey becomes black.
pub fn equalized(image: &FloatImage) -> FloatImage {
    image.map(share_below(image.values()))
}

/// [`equalized`] of values on no grid.
pub fn equalized_values(values: &[f32]) -> Vec<f32> {
    values.iter().map(share_below(values)).collect()
}

fn share_below(values: &[f32]) -> impl Fn(&f32) -> f32 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    let count = sorted.len().max(1) as f32;
    move |v| sorted.partition_point(|other| other.total_cmp(v).is_lt()) as f32 / count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::radiograph::Raster;

    /// `(scipy.stats.rankdata(values, method="min") - 1) / len(values)`
    #[test]
    fn values_become_the_share_of_what_is_darker() {
        let values = vec![0.9, 0.1, 0.5, 0.1, 0.7, 0.5, 0.5, 0.0];
        let image = Raster::new(4, 2, values).unwrap();
        let expected = [0.875, 0.125, 0.375, 0.125, 0.75, 0.375, 0.375, 0.0];
        for found in [image.clone(), image.map(|v: &f32| 0.02 + 0.9 * v.powf(1.7))] {
            let ranked = equalized(&found);
            assert_eq!(ranked.values(), equalized_values(found.values()));
            let off = ranked.values().iter().zip(expected);
            assert!(off.into_iter().all(|(a, b)| (a - b).abs() < 1e-7));
        }
        let grey = equalized(&Raster::filled(3, 3, 0.4));
        assert!(grey.values().iter().all(|v| v.abs() < 1e-7));
    }
}
