//! Curves of a run: losses, scores and the learning rate over iterations.

use crate::worker::{LogRow, Terms};
use std::collections::BTreeMap;

/// Points of a curve: iterations done, and the value there.
pub type Points = Vec<[f64; 2]>;

/// Share of the smoothed curve that stays from one report to the next.
const KEPT: f64 = 0.9;
/// The term that stands for all losses where a stage has one of this name.
const WHOLE_LOSS: &str = "loss";
/// The score that picks the best checkpoint.
const SCORE: &str = "score";

/// Curves of a run, by the names of their terms.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Curves {
    /// Loss terms, averaged between two reports.
    pub training: BTreeMap<String, Points>,
    /// Scores of the validation images, with the same noise each time.
    pub validation: BTreeMap<String, Points>,
    /// Learning rate.
    pub learning_rate: Points,
    /// The loss term that is drawn; `None` draws the whole loss.
    pub shown_loss: Option<String>,
    /// The score that is drawn; `None` draws the one that picks the best checkpoint.
    pub shown_score: Option<String>,
}

impl Curves {
    /// The curves of a log.
    pub fn of(rows: &[LogRow]) -> Self {
        let mut curves = Self::default();
        for row in rows {
            let point = [row.iteration as f64, row.value];
            match row.part.as_str() {
                "training" => &mut curves.training,
                "validation" => &mut curves.validation,
                _ => {
                    curves.learning_rate.push(point);
                    continue;
                }
            }
            .entry(row.term.clone())
            .or_default()
            .push(point);
        }
        curves
    }

    /// Takes in a report on training.
    pub(super) fn report(&mut self, iteration: u64, terms: &Terms, learning_rate: f64) {
        for (term, &value) in terms {
            let points = self.training.entry(term.clone()).or_default();
            points.push([iteration as f64, value]);
        }
        self.learning_rate.push([iteration as f64, learning_rate]);
    }

    /// Takes in a validation.
    pub(super) fn judge(&mut self, iteration: u64, terms: &Terms, score: f64) {
        let score = (SCORE.to_owned(), score);
        let terms = terms.iter().map(|(term, &value)| (term.clone(), value));
        for (term, value) in terms.chain([score]) {
            let points = self.validation.entry(term).or_default();
            points.push([iteration as f64, value]);
        }
    }

    /// Forgets what lies after an iteration: a run that goes on from there tells it again.
    pub(super) fn rewind(&mut self, iteration: u64) {
        let all = self
            .training
            .values_mut()
            .chain(self.validation.values_mut());
        for points in all.chain([&mut self.learning_rate]) {
            points.retain(|point| point[0] <= iteration as f64);
        }
    }

    /// The last iteration of any curve; 0 without one.
    pub fn last_iteration(&self) -> f64 {
        let all = self.training.values().chain(self.validation.values());
        let ends = all.filter_map(|points| points.last());
        ends.map(|point| point[0]).fold(0.0, f64::max)
    }

    /// Name and points of the loss that is drawn.
    pub fn loss(&self) -> Option<(&str, &Points)> {
        chosen(&self.training, self.shown_loss.as_deref(), WHOLE_LOSS)
    }

    /// Name and points of the score that is drawn.
    pub fn score(&self) -> Option<(&str, &Points)> {
        chosen(&self.validation, self.shown_score.as_deref(), SCORE)
    }

    /// Everything that is drawn or could be, one number a line.
    pub fn csv(&self) -> String {
        let mut lines = vec!["iteration,part,term,value\n".to_owned()];
        let schedule = [("learning_rate".to_owned(), self.learning_rate.clone())];
        let parts = [
            ("training", self.training.clone()),
            ("validation", self.validation.clone()),
            ("schedule", BTreeMap::from(schedule)),
        ];
        for (part, terms) in parts {
            for (term, points) in terms {
                let rows = points
                    .iter()
                    .map(|[iteration, value]| format!("{iteration:.0},{part},{term},{value}\n"));
                lines.extend(rows);
            }
        }
        lines.concat()
    }
}

/// The term asked for, else the usual one, else the first.
fn chosen<'a>(
    terms: &'a BTreeMap<String, Points>,
    asked: Option<&str>,
    usual: &str,
) -> Option<(&'a str, &'a Points)> {
    let named = |name: &str| terms.get_key_value(name);
    let found = asked.and_then(named).or_else(|| named(usual));
    let (name, points) = found.or_else(|| terms.iter().next())?;
    Some((name, points))
}

/// An exponential moving average from the first point on: `sum of KEPT^age * value / sum of KEPT^age`.
pub fn smoothed(points: &[[f64; 2]]) -> Points {
    let (mut sum, mut weight) = (0.0, 0.0);
    let points = points.iter().filter(|point| point[1].is_finite());
    points
        .map(|&[iteration, value]| {
            sum = KEPT * sum + value;
            weight = KEPT * weight + 1.0;
            [iteration, sum / weight]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected: `pandas.Series([4, 2, 2, 0]).ewm(alpha=0.1, adjust=True).mean()` (pandas 3.1).
    #[test]
    fn the_smoothed_curve_is_the_adjusted_mean_of_pandas() {
        let points = [[10.0, 4.0], [20.0, 2.0], [30.0, 2.0], [40.0, 0.0]];
        let expected = [4.0, 2.947_368_421, 2.597_785_978, 1.842_396_045];
        let found = smoothed(&points);
        assert_eq!(found.len(), expected.len());
        for ((got, expected), point) in found.iter().zip(expected).zip(points) {
            assert!((got[1] - expected).abs() < 1e-8, "{got:?}, not {expected}");
            assert!(
                (got[0] - point[0]).abs() < f64::EPSILON,
                "{got:?} is not at {point:?}"
            );
        }
    }

    #[test]
    fn what_a_resumed_run_tells_again_is_there_once() {
        let mut curves = Curves::default();
        let terms = Terms::from([("loss".to_owned(), 0.5), ("l1".to_owned(), 0.25)]);
        for iteration in [10, 20, 30] {
            curves.report(iteration, &terms, 1e-4);
        }
        curves.judge(20, &terms, 31.5);
        curves.rewind(20);
        assert_eq!(curves.loss().unwrap().1.len(), 2);
        assert_eq!(curves.score(), Some(("score", &vec![[20.0, 31.5]])));
        assert_eq!(curves.learning_rate, [[10.0, 1e-4], [20.0, 1e-4]]);
        let csv = curves.csv();
        assert!(csv.starts_with("iteration,part,term,value\n10,training,l1,0.25\n"));
        assert!(csv.ends_with("20,schedule,learning_rate,0.0001\n"), "{csv}");
        curves.shown_loss = Some("l1".to_owned());
        assert_eq!(curves.loss().unwrap().0, "l1");
    }
}
