//! The rule by which a model may take the place of the one in force.
//!
//! A candidate is promoted where it *beats* the base on the locked test set, and *does not lose* on the reference set
//! of phantoms. What decides is the tone-free PSNR, because a site's own tone is learned from a handful of pairs and says
//! little about bones; leftover bone and lost detail are watched beside it, because a picture can gain in PSNR by
//! being blurred.
//!
//! Every patient counts once. With three and more of them, "beats" means that the 95 % interval of the mean advantage
//! (Student's t, paired) lies above 0. Of one or two no interval is worth its name: each of them must be better by
//! [`CLEAR_GAIN_DB`], which is far more than another seed of the noise changes.
//!
//! "Does not lose" allows for what the choice of a seed and of a phantom changes: the mean may be worse by
//! [`REFERENCE_LOSS_DB`].

use super::column::{Better, column};
use super::{Comparison, PairedDifference, TestPairs, Trend};
use serde::Serialize;

/// Column that decides.
const DECIDES: &str = "PSNRaff";
/// Fewest patients of whom an interval is made.
const ENOUGH_PATIENTS: usize = 3;
/// Least advantage on each patient where there are too few for an interval, dB.
pub const CLEAR_GAIN_DB: f64 = 0.2;
/// Most that the mean on the reference set may be worse, dB.
pub const REFERENCE_LOSS_DB: f64 = 0.3;
/// Columns that are watched, each with the most its mean may be worse.
pub const WATCHED: [(&str, f64); 2] = [("RBF", 0.05), ("detail_corr", 0.02)];

/// One question that a candidate is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Whether its answer was good enough.
    pub passed: bool,
    /// What was asked and found, as a sentence.
    pub told: String,
}

/// What came of a candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Every question.
    pub checks: Vec<Check>,
}

impl Verdict {
    /// Judges a candidate by how the test pairs came to be, and by its comparisons with the base on the two sets.
    pub fn new(pairs: &TestPairs, test: &Comparison, reference: &Comparison) -> Self {
        let mut checks = pairs.checks().to_vec();
        checks.push(beats(complete(test, DECIDES)));
        checks.extend(watched(test, "test set"));
        let tolerated = |found| keeps(found, DECIDES, REFERENCE_LOSS_DB, "reference set");
        checks.push(tolerated(complete(reference, DECIDES)));
        checks.extend(watched(reference, "reference set"));
        Self { checks }
    }

    /// Whether the candidate may be promoted.
    pub fn is_passed(&self) -> bool {
        self.checks.iter().all(|check| check.passed)
    }

    /// One line a question.
    pub fn text(&self) -> String {
        let lines = self.checks.iter().map(|check| {
            let word = if check.passed { "ok    " } else { "FAILED" };
            format!("{word}  {}", check.told)
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// Whether the candidate beats the base on the test set.
fn beats(found: Option<&PairedDifference>) -> Check {
    let Some(found) = found else {
        return Check {
            passed: false,
            told: format!("test set: {DECIDES} is not known of every case"),
        };
    };
    let patients = found.units;
    let of = format!("test set: tone-free PSNR better by {:+.2} dB", found.mean);
    if patients < ENOUGH_PATIENTS {
        let told = format!(
            "{of}; {patients} patients are too few for an interval, each must be better by {CLEAR_GAIN_DB} dB: the least is {:+.2} dB",
            found.worst
        );
        return Check {
            passed: found.worst >= CLEAR_GAIN_DB,
            told: told.replace("1 patients are", "1 patient is"),
        };
    }
    let interval = found.interval.map_or_else(String::new, |interval| {
        format!("{:+.2} to {:+.2}", interval.low, interval.high)
    });
    Check {
        passed: found.trend() == Trend::Better,
        told: format!(
            "{of} over {patients} patients{}; its 95 % interval, {interval} dB, must lie above 0",
            unnamed_of(found)
        ),
    }
}

/// How many of the patients nobody named.
fn unnamed_of(found: &PairedDifference) -> String {
    match found.unnamed {
        0 => String::new(),
        unnamed => format!(" ({unnamed} of them pairs of which nobody named the patient)"),
    }
}

/// What is watched on a set; what is not known of every case is not good enough.
fn watched<'a>(comparison: &'a Comparison, set: &'a str) -> impl Iterator<Item = Check> + 'a {
    let watched = WATCHED.into_iter();
    watched.map(move |(name, most)| keeps(complete(comparison, name), name, most, set))
}

/// A column that is known of every case that another one is known of.
fn complete<'a>(comparison: &'a Comparison, name: &str) -> Option<&'a PairedDifference> {
    let found = comparison.differences.iter();
    let num_cases = found.map(|found| found.cases.len()).max().unwrap_or(0);
    let found = comparison.of_column(name);
    found.filter(|found| found.cases.len() == num_cases)
}

/// Whether a column is not worse than is tolerated.
fn keeps(found: Option<&PairedDifference>, name: &str, most: f64, set: &str) -> Check {
    let Some(found) = found else {
        return Check {
            passed: false,
            told: format!("{set}: {name} is not known of every case"),
        };
    };
    let (unit, better) = column(name).map_or(("", Better::Neither), |c| (c.unit, c.better));
    let unit = if unit.is_empty() {
        String::new()
    } else {
        format!(" {unit}")
    };
    let is_worse = found.mean < 0.0;
    let how = match (better, is_worse) {
        (Better::Near(best), false) => format!("nearer to {best}"),
        (Better::Near(best), true) => format!("farther from {best}"),
        (_, false) => "better".to_owned(),
        (_, true) => "worse".to_owned(),
    };
    Check {
        passed: found.mean >= -most,
        told: format!(
            "{set}: {name} {how} by {:.3}{unit}; worse by up to {most} is allowed",
            found.mean.abs()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Learned, Patients, Table, TrainedWith};

    /// Advantages in tone-free PSNR on each case, and the candidate's residual bone.
    fn comparison(psnr: &[f64], rbf: f64) -> Comparison {
        of_scores(psnr, |_| Some(rbf), |_| Some(0.9))
    }

    /// The same with residual bone and detail of each case.
    fn of_scores(
        psnr: &[f64],
        rbf: impl Fn(usize) -> Option<f64>,
        detail: impl Fn(usize) -> Option<f64>,
    ) -> Comparison {
        let (mut base, mut candidate) = (Table::default(), Table::default());
        let row = |psnr, rbf, detail| {
            vec![
                ("PSNRaff", Some(psnr)),
                ("RBF", rbf),
                ("detail_corr", detail),
            ]
        };
        for (index, advantage) in psnr.iter().enumerate() {
            base.add(index.to_string(), row(30.0, Some(0.2), Some(0.9)));
            let ours = row(30.0 + advantage, rbf(index), detail(index));
            candidate.add(index.to_string(), ours);
        }
        Comparison::new(("candidate", &candidate), ("base", &base))
    }

    /// Locked pairs that the candidate never saw.
    fn pairs() -> TestPairs {
        TestPairs {
            is_locked: true,
            left_out: 0,
            split: TrainedWith::TestSplit,
            learned: Learned::Known {
                num_files: 80,
                shared: Vec::new(),
                unknown: Vec::new(),
            },
            is_stated: false,
        }
    }

    fn passes(test: &[f64], rbf: f64, reference: &[f64]) -> bool {
        let (test, reference) = (comparison(test, rbf), comparison(reference, 0.2));
        Verdict::new(&pairs(), &test, &reference).is_passed()
    }

    #[test]
    fn three_patients_need_an_interval_above_nothing() {
        assert!(passes(&[0.5, 0.6, 0.7], 0.2, &[0.0, 0.0]));
        // The mean is better, and one patient decides it.
        assert!(!passes(&[0.0, 0.1, 1.7], 0.2, &[0.0, 0.0]));
    }

    #[test]
    fn one_or_two_patients_must_each_be_clearly_better() {
        assert!(passes(&[0.3], 0.2, &[0.0]));
        assert!(!passes(&[0.1], 0.2, &[0.0]));
        assert!(!passes(&[2.0, 0.1], 0.2, &[0.0]));
        let (test, reference) = (comparison(&[0.1], 0.2), comparison(&[0.0], 0.2));
        let verdict = Verdict::new(&pairs(), &test, &reference);
        assert!(
            verdict.text().contains("1 patient is too few"),
            "{}",
            verdict.text()
        );
    }

    #[test]
    fn what_is_won_must_not_be_paid_for_with_bone_or_on_the_reference_set() {
        assert!(passes(&[0.5, 0.6, 0.7], 0.24, &[-0.2, -0.2]));
        assert!(!passes(&[0.5, 0.6, 0.7], 0.30, &[0.0, 0.0]));
        assert!(!passes(&[0.5, 0.6, 0.7], -0.30, &[0.0, 0.0]));
        assert!(!passes(&[0.5, 0.6, 0.7], 0.2, &[-0.4, -0.4]));
    }

    #[test]
    fn nothing_scored_is_nothing_won() {
        assert!(!passes(&[], 0.2, &[0.0]));
        assert!(!passes(&[0.5, 0.6, 0.7], 0.2, &[]));
    }

    #[test]
    fn what_is_not_known_of_every_case_is_not_good_enough() {
        let good = [0.5, 0.6, 0.7];
        let reference = comparison(&[0.0], 0.2);
        let failed = |test: &Comparison| {
            let verdict = Verdict::new(&pairs(), test, &reference);
            let checks = verdict.checks.into_iter().filter(|check| !check.passed);
            checks.map(|check| check.told).collect::<Vec<_>>()
        };
        let without = of_scores(&good, |_| None, |_| Some(0.9));
        assert_eq!(
            failed(&without),
            ["test set: RBF is not known of every case"]
        );
        let in_part = of_scores(&good, |_| Some(0.2), |case| (case > 0).then_some(0.9));
        let expected = ["test set: detail_corr is not known of every case"];
        assert_eq!(failed(&in_part), expected);
        let blurred = of_scores(&good, |_| Some(0.2), |_| Some(0.8));
        assert_eq!(failed(&blurred).len(), 1);
        // Both sets are asked alike.
        let verdict = Verdict::new(&pairs(), &comparison(&good, 0.2), &without);
        assert!(!verdict.is_passed());
    }

    #[test]
    fn test_pairs_are_locked_and_were_never_seen() {
        let judged = |pairs: &TestPairs| {
            let (test, reference) = (comparison(&[0.5, 0.6, 0.7], 0.2), comparison(&[0.0], 0.2));
            let verdict = Verdict::new(pairs, &test, &reference);
            (verdict.is_passed(), verdict.text())
        };
        assert!(judged(&pairs()).0);
        let unlocked = TestPairs {
            is_locked: false,
            ..pairs()
        };
        assert!(!judged(&unlocked).0);
        let unknown = TestPairs {
            learned: Learned::Unknown,
            ..pairs()
        };
        let (passed, told) = judged(&unknown);
        let why = "FAILED  test set: nothing says what the candidate was trained on";
        assert!(!passed && told.contains(why), "{told}");
    }

    #[test]
    fn patients_whom_nobody_named_stand_beside_the_interval() {
        let mut patients = Patients::default();
        patients.insert("0".to_owned(), "p".to_owned());
        for case in ["1", "2"] {
            patients.insert_unnamed(case.to_owned(), case.to_owned());
        }
        let (mut base, mut candidate) = (Table::default(), Table::default());
        for (case, psnr) in [("0", 30.5), ("1", 30.6), ("2", 30.7)] {
            let row = |psnr| vec![("PSNRaff", Some(psnr))];
            base.add(case.to_owned(), row(30.0));
            candidate.add(case.to_owned(), row(psnr));
        }
        let found = Comparison::by_patient(("candidate", &candidate), ("base", &base), &patients);
        let told = beats(found.of_column("PSNRaff")).told;
        assert!(told.contains("3 patients (2 of them pairs"), "{told}");
        assert!(found.text().contains("2 of 3 patients"), "{}", found.text());
    }
}
