//! Numbers of a region on every picture of a study at once.

use super::{Layer, Pictures, Region};

/// What the values of some pixels are like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Statistics {
    /// Number of values.
    pub count: usize,
    /// Mean.
    pub mean: f64,
    /// Sample standard deviation (over `count - 1`); 0 for a single value.
    pub deviation: f64,
    /// Smallest.
    pub min: f64,
    /// Largest.
    pub max: f64,
    /// Median; of an even number of values the mean of the middle two.
    pub median: f64,
}

impl Statistics {
    /// Of these values, which are reordered; `None` without any.
    pub fn of(values: &mut [f64]) -> Option<Self> {
        let count = values.len();
        let first = *values.first()?;
        // About the first value, so that a large common offset costs no digits.
        let mean = first + values.iter().map(|v| v - first).sum::<f64>() / count as f64;
        let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
        let (min, max) = values
            .iter()
            .fold((first, first), |(low, high), &v| (low.min(v), high.max(v)));
        let (below, &mut upper, _) = values.select_nth_unstable_by(count / 2, f64::total_cmp);
        let lower = below.iter().copied().max_by(f64::total_cmp);
        let median = match lower {
            Some(lower) if count.is_multiple_of(2) => 0.5 * (lower + upper),
            _ => upper,
        };
        Some(Self {
            count,
            mean,
            deviation: (squares / (count.max(2) - 1) as f64).sqrt(),
            min,
            max,
            median,
        })
    }
}

/// Statistics of one layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayerStatistics {
    /// The layer.
    pub layer: Layer,
    /// Its numbers; `None` where the region holds no pixel of anatomy.
    pub statistics: Option<Statistics>,
}

/// Statistics of the pixels whose centres lie in `region`, without padding, on every layer that is there.
pub fn region_statistics(region: &Region, pictures: &Pictures<'_>) -> Vec<LayerStatistics> {
    let of_layer = |layer| {
        let mut values = Vec::new();
        region.for_each_pixel(pictures.size(), |row, col| {
            values.extend(pictures.value(layer, row, col));
        });
        LayerStatistics {
            layer,
            statistics: Statistics::of(&mut values),
        }
    };
    pictures.layers().into_iter().map(of_layer).collect()
}

/// Contrast-to-noise ratio of two regions, `|mean_a - mean_b| / sqrt((sd_a^2 + sd_b^2) / 2)`; `None` without noise.
pub fn contrast_to_noise(a: &Statistics, b: &Statistics) -> Option<f64> {
    let noise = (0.5 * (a.deviation.powi(2) + b.deviation.powi(2))).sqrt();
    (noise > 0.0).then(|| (a.mean - b.mean).abs() / noise)
}
