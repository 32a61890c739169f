//! How the test pairs came to be: what must hold before any score counts.

use super::Check;
use crate::radiograph::counted;
use serde::{Deserialize, Serialize};

/// How the test pairs came to be, beside their scores.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestPairs {
    /// A split of the dataset locked them away.
    pub is_locked: bool,
    /// Pairs of the locked part that the sources of the run leave out.
    pub left_out: usize,
    /// Whether that split is the one of the training.
    pub split: TrainedWith,
    /// What the candidate saw in training.
    pub learned: Learned,
    /// Somebody stated that they are not among what nothing is known of.
    pub is_stated: bool,
}

/// With which split a candidate was trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrainedWith {
    /// It does not say.
    Unknown,
    /// With the one that the test pairs are of.
    TestSplit,
    /// With another one.
    OtherSplit,
}

/// What is known of the data that a candidate learned from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Learned {
    /// Nothing.
    Unknown,
    /// Its files and people.
    Known {
        /// Files that were learned from, or that decided which weights are the best.
        num_files: usize,
        /// Test pairs of which a file, the patient or the picture is among them, by name.
        shared: Vec<String>,
        /// Earlier weights it goes on from, of whose data nothing is known.
        unknown: Vec<String>,
    },
}

impl TestPairs {
    /// What must hold before any picture is made.
    pub fn checks(&self) -> [Check; 2] {
        [self.locked(), self.unseen()]
    }

    /// Earlier weights of whose data nothing is known: of them it must be stated that the test pairs were not among it.
    pub fn unknown(&self) -> Option<String> {
        match &self.learned {
            Learned::Known { unknown, .. } if !unknown.is_empty() => Some(unknown.join(", ")),
            _ => None,
        }
    }

    /// What somebody stated; `None` where nothing was, or nothing needed to be.
    pub fn statement(&self) -> Option<String> {
        let unknown = self.unknown().filter(|_| self.is_stated)?;
        Some(format!(
            "the test pairs were not among what {unknown} learned from"
        ))
    }

    fn locked(&self) -> Check {
        let told = match (self.is_locked, self.split) {
            (false, _) => "no split says which pairs were kept for the test",
            (true, TrainedWith::TestSplit) => {
                "locked away by the split that the candidate was trained with"
            }
            (true, TrainedWith::OtherSplit) => {
                "locked away by the split, which is another one than the candidate was trained with; files, pictures and \
                 patients are compared all the same"
            }
            (true, TrainedWith::Unknown) => {
                "locked away by the split; nothing says which split the candidate was trained with"
            }
        };
        let left_out = match self.left_out {
            0 => String::new(),
            1 => "; 1 pair of its test part is left out by the sources of the run".to_owned(),
            left_out => format!(
                "; {left_out} pairs of its test part are left out by the sources of the run"
            ),
        };
        Check {
            passed: self.is_locked,
            told: format!("test set: {told}{left_out}"),
        }
    }

    /// Whether the candidate never saw the test pairs.
    fn unseen(&self) -> Check {
        let (passed, told) = match &self.learned {
            Learned::Unknown => (
                false,
                "nothing says what the candidate was trained on".to_owned(),
            ),
            Learned::Known { shared, .. } if !shared.is_empty() => (
                false,
                format!(
                    "the candidate saw {}, or weights that it goes on from did; leave that out of the test part",
                    shared.join(", ")
                ),
            ),
            Learned::Known { num_files, .. } => {
                let (passed, beside) = self.earlier();
                let told = format!(
                    "none of it is among the {} of its training (a copy at another size or depth is not known again){beside}",
                    counted(*num_files, "file")
                );
                (passed, told)
            }
        };
        Check {
            passed,
            told: format!("test set: {told}"),
        }
    }

    /// What is said of the weights that the candidate goes on from, and whether it is enough.
    fn earlier(&self) -> (bool, String) {
        let Some(unknown) = self.unknown() else {
            return (true, String::new());
        };
        let silent = format!("nothing says what it goes on from was trained on: {unknown}");
        match self.statement() {
            Some(statement) => (true, format!("; {silent}; stated by the user: {statement}")),
            None => (
                false,
                format!(", but {silent}; it must be stated that the test pairs were not among it"),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(learned: Learned) -> TestPairs {
        TestPairs {
            is_locked: true,
            left_out: 0,
            split: TrainedWith::TestSplit,
            learned,
            is_stated: false,
        }
    }

    fn seen(shared: &[&str], unknown: &[&str]) -> Learned {
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Learned::Known {
            num_files: 80,
            shared: owned(shared),
            unknown: owned(unknown),
        }
    }

    fn passed(pairs: &TestPairs) -> [bool; 2] {
        pairs.checks().map(|check| check.passed)
    }

    #[test]
    fn pairs_that_were_locked_and_never_seen_pass() {
        assert_eq!(passed(&pairs(seen(&[], &[]))), [true, true]);
        let unlocked = TestPairs {
            is_locked: false,
            ..pairs(seen(&[], &[]))
        };
        assert_eq!(passed(&unlocked), [false, true]);
        assert_eq!(passed(&pairs(Learned::Unknown)), [true, false]);
        assert_eq!(passed(&pairs(seen(&["b"], &[]))), [true, false]);
    }

    /// A statement stands in for what a base does not say, and for nothing else.
    #[test]
    fn what_a_base_learned_from_must_be_known_or_stated() {
        let silent = pairs(seen(&[], &["old 1"]));
        assert_eq!(passed(&silent), [true, false]);
        assert_eq!(
            (silent.unknown(), silent.statement()),
            (Some("old 1".to_owned()), None)
        );
        let stated = |pairs: TestPairs| TestPairs {
            is_stated: true,
            ..pairs
        };
        let told = stated(silent);
        assert_eq!(passed(&told), [true, true]);
        let statement = told.statement().unwrap();
        assert!(statement.contains("old 1") && told.checks()[1].told.contains(&statement));
        assert_eq!(
            passed(&stated(pairs(seen(&["b"], &["old 1"])))),
            [true, false]
        );
        assert_eq!(passed(&stated(pairs(Learned::Unknown))), [true, false]);
        // Where everything is known nothing is stated.
        assert_eq!(stated(pairs(seen(&[], &[]))).statement(), None);
    }

    #[test]
    fn another_split_is_told_and_refuses_nothing() {
        let other = TestPairs {
            split: TrainedWith::OtherSplit,
            left_out: 2,
            ..pairs(seen(&[], &[]))
        };
        let [locked, _] = other.checks();
        assert!(locked.passed && locked.told.contains("another one than the candidate"));
        assert!(
            locked
                .told
                .contains("2 pairs of its test part are left out")
        );
    }
}
