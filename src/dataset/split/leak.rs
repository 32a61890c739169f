//! Whether somebody is in two parts of a split, and whether its files are what they were.

use super::super::finding::{Finding, FindingKind as Kind};
use super::super::phantoms::phantoms_only;
use super::{Part, Split, SplitEntry, sha256_of_file};
use crate::dataset::{DatasetError, PairReport};
use crate::radiograph::{agreeing, counted};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Whether somebody is in two parts of a split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeakCheck {
    /// Patients or pictures in two parts.
    pub leaks: usize,
    /// Patients that were told apart.
    pub patients: usize,
    /// Pairs that name no patient: each counts as a patient of its own, which nobody can check.
    pub unnamed: usize,
}

impl LeakCheck {
    /// Whether nobody is in two parts.
    pub fn passed(self) -> bool {
        self.leaks == 0
    }

    /// The line to be shown, in words that need no colour.
    pub fn sentence(self) -> String {
        let Self {
            leaks,
            patients,
            unnamed,
        } = self;
        if leaks > 0 {
            let what = agreeing(leaks, "patient or picture is", "patients or pictures are");
            return format!("FAILED: {leaks} {what} in two parts of the split");
        }
        let counted = match unnamed {
            0 => counted(patients, "patient"),
            unnamed => format!(
                "{}; {} {}: give a list of patients where there is one",
                counted(patients, "patient"),
                counted(unnamed, "pair"),
                agreeing(
                    unnamed,
                    "names none and counts as one",
                    "name none and count as one each"
                )
            ),
        };
        format!("PASSED: no patient and no picture is in two parts ({counted})")
    }
}

impl Split {
    /// Whether somebody is in two parts, as the split is now; files are not read.
    pub fn leak_check(&self) -> LeakCheck {
        let names: BTreeSet<&String> = self.pairs.iter().map(|pair| &pair.name).collect();
        let groups: BTreeSet<&String> = self.pairs.iter().map(|pair| &pair.group).collect();
        let unnamed = self.pairs.iter();
        let unnamed = unnamed.filter(|pair| pair.patient.is_none() && names.contains(&pair.group));
        LeakCheck {
            leaks: self.leaks().len(),
            patients: groups.len(),
            unnamed: unnamed.count(),
        }
    }

    /// What is wrong with the split: someone in two parts, the same files in two parts, files that have changed or are
    /// gone.
    pub fn findings(&self) -> Vec<Finding> {
        self.findings_beside(&[])
    }

    /// [`Self::findings`], and what a dataset has that the split does not know. A file that is not where it was is known
    /// again by its bytes among those of `pairs`.
    pub fn findings_beside(&self, pairs: &[PairReport]) -> Vec<Finding> {
        let mut findings = self.leaks();
        let mut there = Moved::new(pairs);
        for (path, expected) in self.pairs.iter().flat_map(|pair| &pair.sha256) {
            let text = match state_of(path, expected) {
                State::AsItWas => continue,
                State::Gone if there.has(path, expected) => continue,
                State::Gone if pairs.is_empty() => {
                    "It is not where it was when the dataset was split.".to_owned()
                }
                State::Gone => {
                    "It is not where it was when the dataset was split, nor among the pairs given."
                        .to_owned()
                }
                State::Changed => "It is not as it was when the dataset was split.".to_owned(),
                State::Unreadable(err) => format!("{err}."),
            };
            findings.push(Finding::new(Kind::Changed, &[path], text));
        }
        let names: BTreeSet<&String> = self.pairs.iter().map(|pair| &pair.name).collect();
        let added = pairs.iter().filter(|pair| !names.contains(&pair.name));
        findings.extend(added.map(|pair| {
            let text = format!(
                "{} is in no part of the split; split again, or take it out.",
                pair.name
            );
            Finding::new(Kind::NotSplit, &[&pair.radiograph], text)
        }));
        findings.extend(self.phantom_test(pairs));
        findings
    }

    /// Told where every test pair is a phantom and others are not, as far as `pairs` say.
    pub fn phantom_test(&self, pairs: &[PairReport]) -> Option<Finding> {
        let has_others = pairs.iter().any(|pair| !pair.is_phantom);
        let is_tested = |pair: &&PairReport| {
            let mut tested = self.pairs.iter().filter(|one| one.part == Part::Test);
            tested.any(|one| one.name == pair.name)
        };
        let text = "The test part holds phantoms alone: its figures say nothing of patients. Split with another seed, or with a larger share for the test.";
        let tested = pairs.iter().filter(is_tested);
        phantoms_only(tested.filter(|_| has_others), &self.folders, text)
    }

    /// What is wrong with the split where only files of the test part must be what they were; no other file is read.
    /// A file that is not where it was is not told: whoever uses the test part knows its files by their bytes.
    pub fn test_findings(&self) -> Vec<Finding> {
        let mut findings = self.leaks();
        let tested = self.pairs.iter().filter(|pair| pair.part == Part::Test);
        for (path, expected) in tested.flat_map(|pair| &pair.sha256) {
            let text = match state_of(path, expected) {
                State::AsItWas | State::Gone => continue,
                State::Changed => "It is not as it was when the dataset was split.".to_owned(),
                State::Unreadable(err) => format!("{err}."),
            };
            findings.push(Finding::new(Kind::Changed, &[path], text));
        }
        findings
    }

    /// Who is in two parts, by patient and by the files' bytes.
    fn leaks(&self) -> Vec<Finding> {
        let mut parts: BTreeMap<&str, BTreeMap<Part, &SplitEntry>> = BTreeMap::new();
        for pair in &self.pairs {
            for key in pair.keys() {
                parts
                    .entry(key)
                    .or_default()
                    .entry(pair.part)
                    .or_insert(pair);
            }
        }
        let leaking = parts.into_values().filter(|parts| parts.len() > 1);
        let leaks: BTreeSet<Vec<&String>> = leaking
            .map(|parts| parts.into_values().map(|pair| &pair.name).collect())
            .collect();
        leaks
            .into_iter()
            .map(|names| {
                let of = |name: &&String| self.pairs.iter().find(|pair| pair.name == **name);
                let files = names.iter().filter_map(of).filter_map(|pair| pair.sha256.keys().next());
                let files: Vec<&PathBuf> = files.collect();
                let text = "One patient, or one picture, is in two parts of the split: its figures would be too good.";
                Finding::new(Kind::Leak, &files, text)
            })
            .collect()
    }
}

/// What became of a file since the split.
enum State {
    AsItWas,
    Changed,
    Gone,
    Unreadable(DatasetError),
}

fn state_of(path: &Path, expected: &str) -> State {
    match sha256_of_file(path) {
        Ok(found) if found == expected => State::AsItWas,
        Ok(_) => State::Changed,
        Err(DatasetError::File { source, .. }) if source.kind() == ErrorKind::NotFound => {
            State::Gone
        }
        Err(err) => State::Unreadable(err),
    }
}

/// Files among which those of a split are looked for that are not where they were.
struct Moved<'a> {
    files: Vec<&'a PathBuf>,
    /// SHA-256 of those that were read; `None` where one cannot be.
    sums: BTreeMap<&'a PathBuf, Option<String>>,
}

impl<'a> Moved<'a> {
    fn new(pairs: &'a [PairReport]) -> Self {
        let files = pairs.iter().flat_map(|pair| {
            let files = [&pair.radiograph, &pair.soft_tissue].into_iter();
            files.chain(&pair.lung_mask)
        });
        Self {
            files: files.collect(),
            sums: BTreeMap::new(),
        }
    }

    /// Whether one of them has these bytes; those of the lost file's name are read first.
    fn has(&mut self, lost: &Path, expected: &str) -> bool {
        let is_named = |file: &&PathBuf| file.file_name() == lost.file_name();
        let (named, others): (Vec<&PathBuf>, Vec<&PathBuf>) =
            self.files.iter().copied().partition(is_named);
        named.into_iter().chain(others).any(|file| {
            let read = || sha256_of_file(file).ok();
            let sum = self.sums.entry(file).or_insert_with(read);
            sum.as_deref() == Some(expected)
        })
    }
}
