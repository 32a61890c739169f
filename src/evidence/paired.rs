//! Differences between two models on the same cases.
//!
//! The cases of one table differ far more from each other than the models do on one case, so the scores are compared
//! case by case. Cases of one patient are no independent evidence: they count once, by their mean.

use super::column::column;
use super::holm::{SIGNIFICANT, holm};
use super::student::{student_beyond, student_quantile};
use super::table::{deviation, mean};
use super::{Patients, Table};
use crate::radiograph::{agreeing, counted};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Probability that an interval holds the true mean, were the differences normally distributed.
const CONFIDENCE: f64 = 0.95;

/// Bounds of a confidence interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// Lower bound.
    pub low: f64,
    /// Upper bound.
    pub high: f64,
}

/// What a difference allows to be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Trend {
    /// It is better than chance explains, all columns of the comparison together.
    Better,
    /// It is worse than that.
    Worse,
    /// Chance may explain it, or there are too few patients to tell.
    Undecided,
}

/// By how much one model is better than another in one column; below 0 where it is worse, in the column's units.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairedDifference {
    /// Name of the column.
    pub column: &'static str,
    /// Advantage on each case, in the order of the first table.
    pub cases: Vec<(String, f64)>,
    /// Number of cases of which the score is known of one of the two alone, or is infinite.
    pub missing: usize,
    /// Number of patients, or of cases where no patients are known: what mean and interval are over.
    pub units: usize,
    /// Those among them of whom nobody said who they are: pairs, each counted as a patient.
    pub unnamed: usize,
    /// Mean advantage over the patients.
    pub mean: f64,
    /// Standard deviation between the patients; `None` for one.
    pub sd: Option<f64>,
    /// Confidence interval of the mean, 95 %, of Student's t distribution; `None` for one patient.
    pub interval: Option<Interval>,
    /// [`Self::p_value`] after Holm's correction for all columns of the comparison; `None` where it has none.
    pub p_holm: Option<f64>,
    /// Least advantage of a patient.
    pub worst: f64,
    /// Number of patients on whom it is better.
    pub better: usize,
}

impl PairedDifference {
    /// What may be said of it.
    pub fn trend(&self) -> Trend {
        match self.p_holm {
            Some(p) if p < SIGNIFICANT && self.mean > 0.0 => Trend::Better,
            Some(p) if p < SIGNIFICANT && self.mean < 0.0 => Trend::Worse,
            _ => Trend::Undecided,
        }
    }

    /// Probability of a mean advantage at least as far from 0 by chance alone (Student's t, paired, two-sided); `None` for
    /// one patient.
    pub fn p_value(&self) -> Option<f64> {
        let sd = self.sd?;
        let degrees = u32::try_from(self.units - 1).unwrap_or(u32::MAX);
        let t = self.mean / (sd / (self.units as f64).sqrt());
        // The same advantage on everybody: no chance about it, nor about none.
        let t = if t.is_nan() { 0.0 } else { t };
        Some(student_beyond(t, degrees))
    }

    /// The case with the least advantage.
    pub fn worst_case(&self) -> Option<(&str, f64)> {
        let cases = self.cases.iter();
        let worst = cases.min_by(|(_, a), (_, b)| a.total_cmp(b));
        worst.map(|(case, advantage)| (case.as_str(), *advantage))
    }

    fn new(
        column: &'static str,
        (cases, missing): (Vec<(String, f64)>, usize),
        patients: &Patients,
    ) -> Option<Self> {
        let mut by_patient: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        for (case, advantage) in &cases {
            let of_patient = by_patient.entry(patients.key(case)).or_default();
            of_patient.push(*advantage);
        }
        let unnamed = cases.iter().filter(|(case, _)| patients.is_unnamed(case));
        let unnamed: BTreeSet<&str> = unnamed.map(|(case, _)| patients.key(case)).collect();
        let unnamed = unnamed.len();
        let units: Vec<f64> = by_patient.values().filter_map(|of| mean(of)).collect();
        let (centre, sd) = (mean(&units)?, deviation(&units));
        let better = units.iter().filter(|&&advantage| advantage > 0.0).count();
        let worst = units.iter().copied().fold(f64::INFINITY, f64::min);
        Some(Self {
            column,
            units: units.len(),
            unnamed,
            mean: centre,
            sd,
            interval: sd.map(|sd| interval(centre, sd, units.len())),
            p_holm: None,
            worst,
            better,
            cases,
            missing,
        })
    }
}

/// A model against another, column by column, on the cases that both have.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// The one whose advantage is told.
    pub of: String,
    /// The one it is compared with.
    pub than: String,
    /// Columns in which something is better or worse, in the order of the table.
    pub differences: Vec<PairedDifference>,
}

impl Comparison {
    /// Compares two models, each with its name; every case is a patient of its own.
    pub fn new(of: (&str, &Table), than: (&str, &Table)) -> Self {
        Self::by_patient(of, than, &Patients::default())
    }

    /// The same where several cases may be of one patient.
    pub fn by_patient(
        (of, ours): (&str, &Table),
        (than, theirs): (&str, &Table),
        patients: &Patients,
    ) -> Self {
        let difference = |name: &&'static str| {
            let better = column(name)?.better;
            let advantage = |case: &str| {
                let (ours, theirs) = (ours.value(case, name)?, theirs.value(case, name)?);
                // Two infinite scores have no difference.
                better.advantage(ours, theirs).filter(|v| v.is_finite())
            };
            let cases = ours.rows().iter();
            let found = cases.filter_map(|(case, _)| Some((case.clone(), advantage(case)?)));
            let found: Vec<(String, f64)> = found.collect();
            let is_known = |case: &str| {
                let both = [ours, theirs].map(|table| table.value(case, name));
                both.iter().any(Option::is_some)
            };
            let known = ours.rows().iter().filter(|(case, _)| is_known(case));
            let missing = known.count() - found.len();
            PairedDifference::new(name, (found, missing), patients)
        };
        let mut differences: Vec<_> = ours.columns().iter().filter_map(difference).collect();
        let p_values = differences.iter().filter_map(PairedDifference::p_value);
        let mut corrected = holm(&p_values.collect::<Vec<f64>>()).into_iter();
        for found in &mut differences {
            found.p_holm = found.p_value().and_then(|_| corrected.next());
        }
        Self {
            of: of.to_owned(),
            than: than.to_owned(),
            differences,
        }
    }

    /// The difference in a column.
    pub fn of_column(&self, name: &str) -> Option<&PairedDifference> {
        self.differences.iter().find(|found| found.column == name)
    }

    /// How many columns the words better and worse are corrected for; `None` where there is nothing to be said of any.
    pub fn correction(&self) -> Option<String> {
        let told = self.differences.iter().filter(|d| d.p_holm.is_some());
        let count = told.count();
        (count > 0).then(|| {
            format!(
                "better, worse: what chance does not explain, after Holm's correction for {}",
                counted(count, "column")
            )
        })
    }

    /// What must be said beside the intervals: that pairs count as patients whom nobody named.
    pub fn caveat(&self) -> Option<String> {
        let found = self.differences.iter().max_by_key(|found| found.unnamed)?;
        let (unnamed, units) = (found.unnamed, found.units);
        (unnamed > 0).then(|| {
            format!(
                "{unnamed} of {} {} of which nobody named the patient, each counted as one: where several are of one person, \
                 the intervals are too narrow. Name them in a list of patients (patients.csv), and split again where a split \
                 is used.",
                counted(units, "patient"),
                agreeing(unnamed, "is a pair", "are pairs")
            )
        })
    }

    /// Aligned lines for people.
    pub fn text(&self) -> String {
        let mut lines = vec![
            format!("{} against {}: above 0 it is better", self.of, self.than),
            format!(
                "{:<14}{:>10}{:>10}  {:<22}{:>8}",
                "", "mean", "sd", "95 % interval", "better"
            ),
        ];
        for found in &self.differences {
            let decimals = column(found.column).map_or(4, |column| column.decimals + 1);
            let sd = found
                .sd
                .map_or_else(|| "-".to_owned(), |sd| format!("{sd:.decimals$}"));
            let interval = found.interval.map_or_else(
                || "-".to_owned(),
                |Interval { low, high }| format!("{low:+.decimals$} to {high:+.decimals$}"),
            );
            let verdict = match found.trend() {
                Trend::Better => "  better",
                Trend::Worse => "  worse",
                Trend::Undecided => "",
            };
            lines.push(format!(
                "{:<14}{:>+10.decimals$}{sd:>10}  {interval:<22}{:>8}{verdict}",
                found.column,
                found.mean,
                format!("{} of {}", found.better, found.units),
            ));
        }
        lines.extend(self.correction());
        lines.extend(self.caveat());
        lines.join("\n")
    }
}

/// Student's interval of the mean of `count` (> 1) values.
fn interval(mean: f64, sd: f64, count: usize) -> Interval {
    let degrees = u32::try_from(count - 1).unwrap_or(u32::MAX);
    let quantile = student_quantile(0.5 + 0.5 * CONFIDENCE, degrees);
    let half = quantile * sd / (count as f64).sqrt();
    Interval {
        low: mean - half,
        high: mean + half,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: [f64; 5] = [30.7, 33.95, 29.4, 34.1, 32.0];
    const CANDIDATE: [f64; 5] = [31.2, 33.9, 30.05, 35.4, 32.2];

    fn table(values: &[f64]) -> Table {
        let mut table = Table::default();
        for (index, &value) in values.iter().enumerate() {
            table.add(format!("case{index}"), vec![("PSNRaff", Some(value))]);
        }
        table
    }

    /// `scipy.stats.ttest_rel(CANDIDATE, BASE).confidence_interval(0.95)` of scipy 1.17.
    #[test]
    fn the_interval_is_that_of_a_paired_t_test() {
        let comparison = Comparison::new(("a", &table(&CANDIDATE)), ("b", &table(&BASE)));
        let found = comparison.of_column("PSNRaff").unwrap();
        let interval = found.interval.unwrap();
        assert!((found.mean - 0.52).abs() < 1e-12);
        assert!((found.sd.unwrap() - 0.513_078_941_294_612).abs() < 1e-10);
        assert!((interval.low + 0.117_071_649_642_022_66).abs() < 1e-9);
        assert!((interval.high - 1.157_071_649_642_021_7).abs() < 1e-9);
        assert_eq!((found.better, found.trend()), (4, Trend::Undecided));
        assert!((found.worst + 0.05).abs() < 1e-12);
        assert_eq!(found.worst_case().unwrap().0, "case1");
        // 1 - sin a (1 + cos^2 a / 2), with tan a = t / 2 and t = 0.52 / (sd / sqrt 5).
        assert!((found.p_value().unwrap() - 0.086_085_383).abs() < 1e-8);
        let text = comparison.text();
        assert!(text.contains("-0.117 to +1.157"), "{text}");
    }

    #[test]
    fn cases_that_one_of_both_does_not_know_are_counted() {
        let rows = |values: [Option<f64>; 4]| {
            let mut table = Table::default();
            for (index, value) in values.into_iter().enumerate() {
                table.add(format!("case{index}"), vec![("finding_gain", value)]);
            }
            table
        };
        let ours = rows([Some(0.9), None, Some(1.0), None]);
        let theirs = rows([Some(0.8), Some(0.8), Some(f64::INFINITY), None]);
        let comparison = Comparison::new(("a", &ours), ("b", &theirs));
        let found = comparison.of_column("finding_gain").unwrap();
        assert_eq!((found.cases.len(), found.missing), (1, 2));
    }

    #[test]
    fn the_same_advantage_everywhere_is_no_chance_and_none_is_all_chance() {
        let p_value = |by: f64| {
            let better = BASE.map(|value| value + by);
            let comparison = Comparison::new(("a", &table(&better)), ("b", &table(&BASE)));
            comparison.of_column("PSNRaff").unwrap().p_value().unwrap()
        };
        assert!(p_value(0.5) < 1e-9);
        assert!(p_value(0.0) > 1.0 - 1e-9);
    }

    /// Two pictures of one patient are one piece of evidence.
    #[test]
    fn cases_of_one_patient_count_once() {
        let mut patients = Patients::default();
        for case in ["case0", "case3"] {
            patients.insert(case.to_owned(), "p".to_owned());
        }
        let (ours, theirs) = (table(&CANDIDATE), table(&BASE));
        let comparison = Comparison::by_patient(("a", &ours), ("b", &theirs), &patients);
        let found = comparison.of_column("PSNRaff").unwrap();
        // numpy.mean([(0.5 + 1.3) / 2, -0.05, 0.65, 0.2])
        assert_eq!((found.units, found.cases.len()), (4, 5));
        assert!((found.mean - 0.425).abs() < 1e-12);
        assert_eq!((found.unnamed, comparison.caveat()), (0, None));
    }

    /// Two nearly equal pictures count once, though nobody said who is on them.
    #[test]
    fn pairs_that_nobody_named_are_told() {
        let mut patients = Patients::default();
        patients.insert("case0".to_owned(), "p".to_owned());
        for (case, group) in [("case1", "case1"), ("case2", "case1"), ("case3", "case3")] {
            patients.insert_unnamed(case.to_owned(), group.to_owned());
        }
        let (ours, theirs) = (table(&CANDIDATE[..4]), table(&BASE));
        let comparison = Comparison::by_patient(("a", &ours), ("b", &theirs), &patients);
        let found = comparison.of_column("PSNRaff").unwrap();
        assert_eq!((found.units, found.unnamed), (3, 2));
        let caveat = comparison.caveat().unwrap();
        assert!(caveat.starts_with("2 of 3 patients are pairs"), "{caveat}");
    }

    #[test]
    fn one_case_has_no_interval_and_cases_of_one_table_alone_are_left_out() {
        let comparison = Comparison::new(("a", &table(&CANDIDATE[..1])), ("b", &table(&BASE)));
        let found = comparison.of_column("PSNRaff").unwrap();
        assert_eq!((found.units, found.interval, found.sd), (1, None, None));
        assert_eq!(found.trend(), Trend::Undecided);
        assert_eq!(found.p_value(), None);
        let none = Comparison::new(("a", &table(&[])), ("b", &table(&BASE)));
        assert!(none.differences.is_empty());
    }
}
