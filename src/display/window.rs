//! Windows from the values of a picture, for files that bring none.

use crate::radiograph::{LungMask, ModalityTransform, Radiograph, StoredValues, Voi};

/// The window from the smallest to the largest modality value that is not padding; where all is
/// padding, of all values.
pub fn min_max_window(
    stored: &StoredValues,
    modality: &ModalityTransform,
    padding: Option<(i32, i32)>,
) -> Voi {
    let is_padding =
        |value: i32| padding.is_some_and(|(first, last)| (first..=last).contains(&value));
    let range = |values: &mut dyn Iterator<Item = i32>| {
        let values = values.map(|value| modality.apply(value));
        values.fold(None, |range: Option<(f64, f64)>, value| match range {
            None => Some((value, value)),
            Some((low, high)) => Some((low.min(value), high.max(value))),
        })
    };
    let (low, high) = range(&mut stored.iter().filter(|&value| !is_padding(value)))
        .or_else(|| range(&mut stored.iter()))
        .unwrap_or((0.0, 1.0));
    Voi::covering(low, high)
}

/// The window between two percentiles (0 to 100) of the modality values that are not padding:
/// markers, collimator edges and dead pixels at the ends do not decide the contrast. With a mask on the radiograph's
/// own grid only the values inside it count.
pub fn percentile_window(
    radiograph: &Radiograph,
    mask: Option<&LungMask>,
    low_percent: f64,
    high_percent: f64,
) -> Voi {
    let mut counts = vec![0_usize; 1 << 17];
    // Stored values fit 16 bits, signed or not; the table starts at the smallest signed one.
    let index = |value: i32| (value + 32_768).clamp(0, 131_071) as usize;
    let mut num_values = 0_u32;
    let inside = mask.map(|mask| mask.raster().values());
    for (pixel, value) in radiograph.stored.iter().enumerate() {
        let is_outside = inside.is_some_and(|inside| inside.get(pixel) != Some(&1));
        if radiograph.is_padding(value) || is_outside {
            continue;
        }
        if let Some(count) = counts.get_mut(index(value)) {
            *count += 1;
            num_values += 1;
        }
    }
    if num_values == 0 {
        return min_max_window(&radiograph.stored, &radiograph.modality, None);
    }
    let stored_at = |percent: f64| {
        let rank = (percent.clamp(0.0, 100.0) / 100.0 * f64::from(num_values - 1)).round() as usize;
        let mut below = 0;
        let found = counts.iter().position(|&count| {
            below += count;
            below > rank
        });
        found.unwrap_or(0) as i32 - 32_768
    };
    let ends =
        [low_percent, high_percent].map(|percent| radiograph.modality.apply(stored_at(percent)));
    Voi::covering(ends[0].min(ends[1]), ends[0].max(ends[1]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::radiograph::Raster;

    #[test]
    fn padding_does_not_widen_the_window() {
        let stored = StoredValues::U16(Raster::new(4, 1, vec![0, 500, 700, 4000]).unwrap());
        let modality = ModalityTransform::Rescale {
            slope: -2.0,
            intercept: 0.0,
        };
        let window = min_max_window(&stored, &modality, Some((0, 10)));
        assert_eq!(window, Voi::covering(-8000.0, -1000.0));
        let all_padding = min_max_window(&stored, &modality, Some((0, 5000)));
        assert_eq!(all_padding, Voi::covering(-8000.0, 0.0));
    }
}
