//! Where a run stands.

use crate::train::{RunConfig, Terms};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where a run stands; saved with each checkpoint.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunState {
    /// Iterations done.
    pub iteration: u64,
    /// Training time so far.
    pub elapsed_secs: f64,
    /// Best validation score so far; larger is better.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best_score: Option<f64>,
    /// Iterations done when it was reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best_iteration: Option<u64>,
    /// Score that a validation has to exceed by `min_delta` for patience to begin anew; `None` where that is the best one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score_to_beat: Option<f64>,
    /// Validations since patience began anew.
    #[serde(default, alias = "validations_since_best")]
    pub validations_without_gain: u64,
    /// Iterations done when the weights were last judged; `None` where they were not, or the program did not note it yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged_at: Option<u64>,
    /// The run was stopped within the validation after this iteration, which is still to be made.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_validation_due: bool,
    /// Sum and count of every loss term since the last report, so that the log of a resumed run has the same means.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unreported: BTreeMap<String, (f64, u64)>,
}

impl RunState {
    /// Of a run that begins: weights that were good already are judged first, because what is learned has to beat them.
    pub(in crate::train) fn fresh(config: &RunConfig) -> Self {
        let goes_on = config.base.is_some() || config.start_from.is_some();
        Self {
            is_validation_due: goes_on && config.validate_every > 0,
            ..Self::default()
        }
    }

    /// Takes note of a validation score; whether it is the best so far. A gain of `min_delta` or less is one for the
    /// checkpoint that is kept, and none for patience.
    pub(in crate::train) fn judge(&mut self, score: f64, min_delta: f64) -> bool {
        self.validations_without_gain += 1;
        if !score.is_finite() {
            return false;
        }
        let to_beat = self.score_to_beat.or(self.best_score);
        if to_beat.is_none_or(|to_beat| score > to_beat + min_delta) {
            self.score_to_beat = Some(score);
            self.validations_without_gain = 0;
        }
        let is_best = self.best_score.is_none_or(|best| score > best);
        if is_best {
            self.best_score = Some(score);
            self.best_iteration = Some(self.iteration);
        }
        is_best
    }

    /// Adds the terms of an iteration to those that are to be reported.
    pub(in crate::train) fn add_terms(&mut self, terms: Terms) {
        for (term, value) in terms {
            let (sum, count) = self.unreported.entry(term).or_default();
            *sum += value;
            *count += 1;
        }
    }

    /// The means since the last report, each over the iterations that had the term; the next ones begin anew.
    pub(in crate::train) fn take_means(&mut self) -> Terms {
        let sums = std::mem::take(&mut self.unreported).into_iter();
        sums.map(|(term, (sum, count))| (term, sum / count as f64))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What patience has counted and which iteration is the best after these scores, one an iteration.
    fn after(scores: &[f64], min_delta: f64) -> (u64, Option<u64>) {
        let mut state = RunState::default();
        for score in scores {
            state.iteration += 1;
            state.judge(*score, min_delta);
        }
        (state.validations_without_gain, state.best_iteration)
    }

    #[test]
    fn small_gains_are_kept_and_use_patience_up() {
        assert_eq!(after(&[1.0, 1.25, 1.5, 1.75], 1.0), (3, Some(4)));
        // Together they are a gain: the score to beat is still the first.
        assert_eq!(after(&[1.0, 1.5, 2.0, 2.5], 1.0), (0, Some(4)));
        assert_eq!(after(&[1.0, 1.5, 1.25], 0.0), (1, Some(2)));
        assert_eq!(after(&[f64::NAN, 1.0, f64::NAN], 0.0), (1, Some(2)));
    }

    #[test]
    fn a_state_of_an_earlier_program_is_read() {
        let text = "iteration = 8\nelapsed_secs = 1.5\nbest_score = 2.0\nbest_iteration = 4\nvalidations_since_best = 2\n";
        let mut state: RunState = toml::from_str(text).unwrap();
        assert_eq!((state.validations_without_gain, state.judged_at), (2, None));
        assert!(state.judge(2.5, 1.0), "better than the best it had");
        assert_eq!(state.validations_without_gain, 3);
    }

    #[test]
    fn sums_come_back_from_the_disk_as_they_were() {
        let mut state = RunState::default();
        for value in [0.1, 0.2] {
            state.add_terms(Terms::from([("loss".to_owned(), value)]));
        }
        let text = toml::to_string(&state).unwrap();
        let mut read: RunState = toml::from_str(&text).unwrap();
        assert_eq!(read, state);
        read.add_terms(Terms::from([("pixel".to_owned(), 4.0)]));
        let means = read.take_means();
        assert_eq!(means["loss"].to_bits(), f64::midpoint(0.1, 0.2).to_bits());
        assert!((means["pixel"] - 4.0).abs() < 1e-12);
        assert!(read.unreported.is_empty());
    }
}
