//! Who is learned from, who decides when to stop, and who is kept for the test.
//!
//! Patients are parted before anything is augmented: a copy of a test picture among those learned from makes every
//! figure a fairy tale.

mod file;
mod groups;
mod leak;

use super::finding::Severity;
use super::named::is_lung_mask;
use super::patients::patient_key;
use super::{DatasetError, PairReport, Report};
use crate::formats;
use file::whole;
use groups::Group;
pub use leak::LeakCheck;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Version of the split file: the third holds no patient of a list, and names files from its own folder.
const FORMAT: u32 = 3;
/// The first version had neither patients nor pixels of pairs, and no leak check.
const OLDEST_FORMAT: u32 = 1;
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
    /// Who must not be in another part too: a patient's checksum, or the pair's name; where pairs of several are kept
    /// together, the first of them.
    pub group: String,
    /// The patient, as the radiograph's header or else the list names one: a checksum, by which the patient is known
    /// again in other files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patient: Option<String>,
    /// SHA-256 of the radiograph's stored values, by which the picture is known again in another file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pixels_sha256: Option<String>,
    /// Checksums by which patient and picture are known as well: of the list where the header names another, and of the
    /// pictures that a registered copy was made of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known_by: Vec<String>,
    /// SHA-256 of its files, by path.
    pub sha256: BTreeMap<PathBuf, String>,
}

impl SplitEntry {
    fn new(
        pair: &PairReport,
        part: Part,
        group: String,
        listed: Option<String>,
    ) -> Result<Self, DatasetError> {
        let files = [&pair.radiograph, &pair.soft_tissue].into_iter();
        let mut sha256 = BTreeMap::new();
        for path in files.chain(&pair.lung_mask) {
            sha256.insert(whole(path), sha256_of_file(path)?);
        }
        let patient = pair.patient.clone().or_else(|| listed.clone());
        let mut known_by = pair.known_by.clone();
        known_by.extend(listed);
        known_by.retain(|key| patient.as_ref() != Some(key) && *key != pair.pixels_sha256);
        Ok(Self {
            name: pair.name.clone(),
            part,
            group,
            patient,
            pixels_sha256: Some(pair.pixels_sha256.clone()),
            known_by,
            sha256,
        })
    }

    /// SHA-256 of the radiograph's file and of the soft-tissue image's. Lung masks are left out: two that are empty, or drawn
    /// as rectangles, can be equal without a picture in common.
    pub fn picture_sha256(&self) -> impl Iterator<Item = &String> {
        let pictures = self.sha256.iter().filter(|(path, _)| !is_lung_mask(path));
        pictures.map(|(_, sum)| sum)
    }

    /// What tells the patient and the pictures apart from all others: of no two parts the same.
    pub fn keys(&self) -> impl Iterator<Item = &String> {
        let own = [
            Some(&self.group),
            self.patient.as_ref(),
            self.pixels_sha256.as_ref(),
        ];
        let own = own.into_iter().flatten();
        own.chain(&self.known_by).chain(self.picture_sha256())
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
    /// The folders that were split: whatever is added to them since is in no part.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub folders: Vec<PathBuf>,
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
        let groups = groups::groups(report, patients);
        let distinct: BTreeSet<&Group> = groups.iter().collect();
        if distinct.len() < LEAST_PATIENTS {
            return Err(DatasetError::TooFewPatients {
                patients: distinct.len(),
            });
        }
        let parts = groups::parts(&distinct, plan);
        let pairs = report.pairs.iter().zip(&groups).map(|(pair, group)| {
            let part = parts.get(group).copied().unwrap_or(Part::Training);
            let listed = patients.get(&pair.name).map(|patient| patient_key(patient));
            SplitEntry::new(pair, part, group.key(), listed)
        });
        let mut split = Self {
            format: FORMAT,
            plan,
            leak_check: None,
            folders: report.folders.iter().map(|folder| whole(folder)).collect(),
            pairs: pairs.collect::<Result<_, DatasetError>>()?,
        };
        split.leak_check = Some(split.leak_check());
        Ok(split)
    }

    /// By what patient and picture of a pair are known again in other files, the files' own checksums apart: what may be
    /// kept with whatever learned from it.
    pub fn known_by<'a>(&'a self, pair: &'a SplitEntry) -> impl Iterator<Item = &'a String> {
        let own = [
            self.named_group(pair),
            pair.patient.as_ref(),
            pair.pixels_sha256.as_ref(),
        ];
        own.into_iter().flatten().chain(&pair.known_by)
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
}

fn sha256_of_file(path: &Path) -> Result<String, DatasetError> {
    let digest = formats::sha256_of_file(path);
    Ok(digest
        .map_err(DatasetError::file("reading a pair", path))?
        .0)
}
