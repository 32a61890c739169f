//! How often each modality value occurs.

use crate::display::GreyScale;
use crate::radiograph::{FloatImage, Radiograph, Voi};

/// Counts of values in equal bins over a range; padding is left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    /// Lower border of the first bin and upper border of the last, modality units.
    pub range: (f64, f64),
    /// Pixels in each bin; those outside the range count in the first or last.
    pub counts: Vec<u32>,
}

impl Histogram {
    /// Modality values of a radiograph in `num_bins` bins over `range`.
    pub fn of_radiograph(radiograph: &Radiograph, range: (f64, f64), num_bins: usize) -> Self {
        let scale = GreyScale::new(radiograph, &Voi::covering(range.0, range.1));
        let stored = radiograph.stored.iter();
        let anatomy = stored.filter(|&value| !radiograph.is_padding(value));
        Self::of(anatomy.map(|value| scale.modality(value)), range, num_bins)
    }

    /// Modality values of a picture on the radiograph's grid.
    pub fn of_values(
        values: &FloatImage,
        radiograph: &Radiograph,
        range: (f64, f64),
        num_bins: usize,
    ) -> Self {
        let stored = radiograph.stored.iter();
        let anatomy = stored
            .zip(values.values())
            .filter(|&(stored, _)| !radiograph.is_padding(stored));
        Self::of(anatomy.map(|(_, &value)| f64::from(value)), range, num_bins)
    }

    fn of(values: impl Iterator<Item = f64>, range: (f64, f64), num_bins: usize) -> Self {
        let num_bins = num_bins.max(1);
        let mut counts = vec![0; num_bins];
        let per_value = num_bins as f64 / (range.1 - range.0).max(f64::MIN_POSITIVE);
        for value in values {
            // A cast saturates: what lies outside the range counts at its ends.
            let bin = ((value - range.0) * per_value) as usize;
            if let Some(count) = counts.get_mut(bin.min(num_bins - 1)) {
                *count += 1;
            }
        }
        Self { range, counts }
    }

    /// The largest count.
    pub fn most(&self) -> u32 {
        self.counts.iter().copied().max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_counts_once_in_its_bin() {
        let values = [0.0, 0.5, 0.99, 1.0, 2.5, 3.999, 4.0, -1.0, 9.0];
        let histogram = Histogram::of(values.into_iter(), (0.0, 4.0), 4);
        // numpy.histogram(numpy.clip(values, 0, 4), 4, (0, 4))
        assert_eq!(histogram.counts, [4, 1, 1, 3]);
        assert_eq!(histogram.most(), 4);
    }

    #[test]
    fn a_range_without_extent_and_no_bins_do_no_harm() {
        let histogram = Histogram::of([5.0, 5.0].into_iter(), (5.0, 5.0), 0);
        assert_eq!(histogram.counts, [2]);
    }
}
