//! Who is learned from, who decides when to stop, and who is kept for the test.
//!
//! Patients are parted before anything is augmented: a copy of a test picture among those learned from makes every
//! figure a fairy tale.

use super::finding::{Finding, FindingKind as Kind, Severity};
use super::{DatasetError, PairReport, Report};
use crate::formats::{self, hexadecimal, write_atomically};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Version of the split file.
const FORMAT: u32 = 2;
/// The first version had neither patients nor pixels of pairs, and no leak check.
const FIRST_FORMAT: u32 = 1;
/// Fewest patients of which three parts can be made.
const LEAST_PATIENTS: usize = 3;

/// What a pair is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Networks learn from it.
    Training,
    /// It decides which checkpoint is the best.
    Validation,
    /// It is locked away: only the final figures come from it.
    Test,
}

impl Part {
    /// As it is called in a sentence.
    pub fn word(self) -> &'static str {
        match self {
            Self::Training => "training",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}

/// How a dataset is to be parted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SplitPlan {
    /// Decides who comes into which part; the same seed and the same patients give the same parts.
    pub seed: u64,
    /// Share of the patients kept for validation, `0..1`; at least one.
    pub validation: f64,
    /// Share of the patients kept for the test, `0..1`; at least one.
    pub test: f64,
}

impl Default for SplitPlan {
    /// One in ten for each, as in the papers.
    fn default() -> Self {
        Self {
            seed: 1,
            validation: 0.1,
            test: 0.1,
        }
    }
}

/// One pair of a split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SplitEntry {
    /// What names the pair.
    pub name: String,
    /// What it is used for.
    pub part: Part,
    /// Who must not be in another part too: a patient's checksum, or the pair's name; with near duplicates, the first
    /// of them.
    pub group: String,
    /// The patient as the radiograph's header names one: a checksum, by which the patient is known again in other files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<String>,
    /// SHA-256 of the radiograph's stored values, by which the picture is known again in another file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pixels_sha256: Option<String>,
    /// SHA-256 of its files, by path.
    pub sha256: BTreeMap<PathBuf, String>,
}

impl SplitEntry {
    /// What tells the patient and the pictures apart from all others: of no two parts the same.
    pub fn keys(&self) -> impl Iterator<Item = &String> {
        let own = [
            Some(&self.group),
            self.patient.as_ref(),
            self.pixels_sha256.as_ref(),
        ];
        own.into_iter().flatten().chain(self.sha256.values())
    }
}

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
            return format!("FAILED: {leaks} patients or pictures are in two parts of the split");
        }
        let counted = match unnamed {
            0 => format!("{patients} patients"),
            unnamed => format!(
                "{patients} patients; {unnamed} pairs name none and count as one each: give a list of patients where \
                 there is one"
            ),
        };
        format!("PASSED: no patient and no picture is in two parts ({counted})")
    }
}

/// A dataset in three parts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Split {
    /// Version of the file.
    pub format: u32,
    /// How it was parted.
    pub plan: SplitPlan,
    /// What the leak check said when the dataset was split. Whoever uses the split asks again
    /// ([`Split::leak_check`]): a file can be edited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leak_check: Option<LeakCheck>,
    /// Every pair.
    pub pairs: Vec<SplitEntry>,
}

impl Split {
    /// Parts a dataset by patients. `patients` names who is on a pair, by the pair's name, where the files do not.
    ///
    /// # Errors
    /// [`DatasetError::Refused`] where the report has errors, [`DatasetError::TooFewPatients`], [`DatasetError::File`].
    pub fn new(
        report: &Report,
        patients: &BTreeMap<String, String>,
        plan: SplitPlan,
    ) -> Result<Self, DatasetError> {
        let count = report.count(Severity::Error);
        if count > 0 {
            return Err(DatasetError::Refused { count });
        }
        let groups = groups(report, patients);
        let distinct: BTreeSet<&String> = groups.values().collect();
        if distinct.len() < LEAST_PATIENTS {
            return Err(DatasetError::TooFewPatients {
                patients: distinct.len(),
            });
        }
        let parts = parts(distinct, plan);
        let entry = |pair: &PairReport| {
            let group = groups.get(&pair.name).cloned().unwrap_or_default();
            let files = [
                Some(&pair.radiograph),
                Some(&pair.soft_tissue),
                pair.lung_mask.as_ref(),
            ];
            let mut sha256 = BTreeMap::new();
            for path in files.into_iter().flatten() {
                sha256.insert(path.clone(), sha256_of_file(path)?);
            }
            Ok(SplitEntry {
                name: pair.name.clone(),
                part: parts.get(&group).copied().unwrap_or(Part::Training),
                group,
                patient: pair.patient.clone(),
                pixels_sha256: Some(pair.pixels_sha256.clone()),
                sha256,
            })
        };
        let pairs = report.pairs.iter().map(entry);
        let mut split = Self {
            format: FORMAT,
            plan,
            leak_check: None,
            pairs: pairs.collect::<Result<_, DatasetError>>()?,
        };
        split.leak_check = Some(split.leak_check());
        Ok(split)
    }

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

    /// Reads a split file.
    ///
    /// # Errors
    /// [`DatasetError`] where it cannot be read or is none.
    pub fn read(path: &Path) -> Result<Self, DatasetError> {
        let text =
            std::fs::read_to_string(path).map_err(DatasetError::file("reading the split", path))?;
        let split: Self = serde_json::from_str(&text).map_err(|err| DatasetError::Unusable {
            reason: format!("it is no split of a dataset ({err})"),
            path: path.to_owned(),
        })?;
        if !(FIRST_FORMAT..=FORMAT).contains(&split.format) {
            return Err(DatasetError::Unusable {
                reason: format!(
                    "its format is {}, this program knows {FORMAT}",
                    split.format
                ),
                path: path.to_owned(),
            });
        }
        Ok(split)
    }

    /// Writes the split file whole or not at all.
    ///
    /// # Errors
    /// [`DatasetError::Format`], where the file exists and `overwrite` is false above all.
    pub fn write(&self, path: &Path, overwrite: bool) -> Result<(), DatasetError> {
        let text = serde_json::to_string_pretty(self).map_err(|err| DatasetError::Unusable {
            reason: format!("the split cannot be written as JSON ({err})"),
            path: path.to_owned(),
        })?;
        Ok(write_atomically(path, text.as_bytes(), overwrite)?)
    }

    /// Who is on a pair, where somebody said: names of pairs say nothing of patients, and another dataset has the same.
    pub fn named_group<'a>(&self, pair: &'a SplitEntry) -> Option<&'a String> {
        let is_name = self.pairs.iter().any(|other| other.name == pair.group);
        (!is_name).then_some(&pair.group)
    }

    /// Number of pairs of a part.
    pub fn count(&self, part: Part) -> usize {
        self.pairs.iter().filter(|pair| pair.part == part).count()
    }

    /// What is wrong with the split: someone in two parts, the same files in two parts, files that have changed.
    pub fn findings(&self) -> Vec<Finding> {
        self.findings_among(|_| true)
    }

    /// The same where only files of the test part must be what they were; no other file is read.
    pub fn test_findings(&self) -> Vec<Finding> {
        self.findings_among(|pair| pair.part == Part::Test)
    }

    fn findings_among(&self, is_read: impl Fn(&SplitEntry) -> bool) -> Vec<Finding> {
        let mut findings = self.leaks();
        let read = self.pairs.iter().filter(|pair| is_read(pair));
        for (path, expected) in read.flat_map(|pair| &pair.sha256) {
            let text = match sha256_of_file(path) {
                Ok(found) if found == *expected => continue,
                Ok(_) => "It is not as it was when the dataset was split.".to_owned(),
                Err(err) => format!("{err}."),
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

/// Who each pair belongs to: patients, joined where pictures are nearly the same.
fn groups(report: &Report, patients: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let own = |pair: &PairReport| {
        let named = patients.get(&pair.name).cloned();
        named
            .or_else(|| pair.patient.clone())
            .unwrap_or_else(|| pair.name.clone())
    };
    let mut groups: BTreeMap<String, String> = report
        .pairs
        .iter()
        .map(|pair| (pair.name.clone(), own(pair)))
        .collect();
    let near = report
        .findings
        .iter()
        .filter(|found| found.kind == Kind::NearDuplicate);
    for found in near {
        let of_files = report
            .pairs
            .iter()
            .filter(|pair| found.files.contains(&pair.radiograph));
        let joined: BTreeSet<String> = of_files
            .filter_map(|pair| groups.get(&pair.name).cloned())
            .collect();
        let Some(first) = joined.first().cloned() else {
            continue;
        };
        for group in groups.values_mut().filter(|group| joined.contains(*group)) {
            group.clone_from(&first);
        }
    }
    groups
}

/// Which part each group falls to: those whose checksum with the seed comes first are tested, the next ones validate.
fn parts(groups: BTreeSet<&String>, plan: SplitPlan) -> BTreeMap<String, Part> {
    let mut order: Vec<(String, &String)> = groups
        .into_iter()
        .map(|group| {
            (
                hexadecimal(&Sha256::digest(format!("{} {group}", plan.seed))),
                group,
            )
        })
        .collect();
    order.sort();
    let number = |share: f64| ((share * order.len() as f64).round() as usize).max(1);
    let (test, validation) = (number(plan.test), number(plan.validation));
    let kept = order.len() - 1;
    let of_index = |i: usize| match i {
        i if i < test.min(kept - 1) => Part::Test,
        i if i < (test + validation).min(kept) => Part::Validation,
        _ => Part::Training,
    };
    let parted = order.into_iter().enumerate();
    parted
        .map(|(i, (_, group))| (group.clone(), of_index(i)))
        .collect()
}

fn sha256_of_file(path: &Path) -> Result<String, DatasetError> {
    let digest = formats::sha256_of_file(path);
    Ok(digest
        .map_err(DatasetError::file("reading a pair", path))?
        .0)
}
