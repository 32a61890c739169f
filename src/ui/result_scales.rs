//! Where the scales of a difference and of an uncertainty end: by the values themselves, until the reader says
//! otherwise.

use super::state::AppState;
use super::study::OpenStudy;

/// Share of the values that lie below the end of an automatic scale.
const BELOW_END: f64 = 0.995;
/// Values that are looked at: of more, every so manieth.
const MOST_SAMPLES: usize = 1 << 18;
/// Bone that is white at the difference range a study begins with, display units.
const WHITE_BONE: f64 = 0.25;

/// Ends that the reader set for what belongs to results, modality units; `None` is automatic.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ResultScales {
    /// Of the difference of two results.
    pub difference: Option<f64>,
    /// Of the uncertainty.
    pub uncertainty: Option<f64>,
}

/// Where a scale of these sizes ends by itself: the 99.5th percentile, rounded up to two digits; their largest, where
/// that is zero. `None` where there is nothing but zeros.
pub(super) fn automatic_limit(num_values: usize, size_at: impl Fn(usize) -> f32) -> Option<f64> {
    // An even step could meet the same columns in every row.
    let step = num_values.div_ceil(MOST_SAMPLES) | 1;
    let sizes = (0..num_values).step_by(step).map(size_at);
    let mut sizes: Vec<f32> = sizes.filter(|size| size.is_finite()).collect();
    let last = sizes.len().checked_sub(1)?;
    let rank = (BELOW_END * last as f64).round() as usize;
    let (_, size, above) = sizes.select_nth_unstable_by(rank.min(last), f32::total_cmp);
    let largest = above.iter().fold(*size, |a, b| a.max(*b));
    let end = if *size > 0.0 { *size } else { largest };
    (end > 0.0).then(|| rounded_up(f64::from(end)))
}

fn rounded_up(value: f64) -> f64 {
    let unit = 10_f64.powf(value.log10().floor() - 1.0);
    // What is on a step already stays there, whatever the last bit says.
    (value / unit - 1e-6).ceil() * unit
}

impl AppState {
    /// Difference in the end colours of the map for the study shown, modality units.
    pub fn shown_difference_limit(&self) -> f64 {
        let chosen = self.study().and_then(|study| match study.runs.rival() {
            Some(_) => study.result_scales.difference,
            None => study.difference_limit,
        });
        chosen.unwrap_or_else(|| self.default_difference_limit())
    }

    /// Where the scale of the difference ends until the reader says otherwise, modality units.
    pub fn default_difference_limit(&self) -> f64 {
        self.study().map_or(1.0, |study| {
            let of_results = study.runs.rival_limit();
            of_results.unwrap_or_else(|| study.default_difference_limit())
        })
    }

    pub(super) fn set_difference_limit(&mut self, limit: f64) {
        if let Some(study) = self.study_mut() {
            match study.runs.rival() {
                Some(_) => study.result_scales.difference = Some(limit),
                None => study.difference_limit = Some(limit),
            }
        }
    }

    /// The bone image is scaled by the difference from the original, whatever else is compared.
    pub(super) fn set_bone_limit(&mut self, limit: f64) {
        if let Some(study) = self.study_mut() {
            study.difference_limit = Some(limit);
        }
    }

    pub(super) fn set_uncertainty_limit(&mut self, limit: f64) {
        if let Some(study) = self.study_mut() {
            study.result_scales.uncertainty = Some(limit);
        }
    }

    /// Standard deviation in the end colour of the map for the study shown, modality units.
    pub fn shown_uncertainty_limit(&self) -> f64 {
        let chosen = self
            .study()
            .and_then(|study| study.result_scales.uncertainty);
        chosen.unwrap_or_else(|| self.default_uncertainty_limit())
    }

    /// Where the scale of the uncertainty ends until the reader says otherwise, modality units.
    pub fn default_uncertainty_limit(&self) -> f64 {
        let run = self.study().and_then(|study| study.runs.shown());
        run.and_then(|run| run.uncertainty_limit).unwrap_or(1.0)
    }

    /// Bone that is white for a study that is shown, display units.
    pub fn white_bone(&self, study: &OpenStudy) -> f64 {
        let default = study.default_difference_limit();
        WHITE_BONE * study.difference_limit.unwrap_or(default) / default
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected: numpy 2 `percentile(values, 99.5, method="nearest")`, by hand rounded up to two digits.
    #[test]
    fn a_scale_ends_where_nearly_all_values_are_below() {
        let limit = |values: &[f32]| automatic_limit(values.len(), |i| values[i]);
        let ramp: Vec<f32> = (0..=1000).map(|i| i as f32).collect();
        assert_eq!(limit(&ramp), Some(1000.0));
        let small: Vec<f32> = ramp.iter().map(|v| v / 1e4).collect();
        assert!((limit(&small).unwrap() - 0.1).abs() < 1e-9);
        // One wild pixel in a thousand does not decide it.
        let mut wild = vec![12.0; 1000];
        wild[7] = 4000.0;
        assert_eq!(limit(&wild), Some(12.0));
        let mut few = vec![0.0; 1000];
        few[7] = 41.2;
        assert_eq!(limit(&few), Some(42.0));
        assert_eq!(limit(&[0.0; 9]), None);
        assert_eq!(limit(&[]), None);
        assert_eq!(limit(&[f32::NAN]), None);
    }
}
