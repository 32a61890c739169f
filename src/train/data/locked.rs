//! A split of the dataset that is kept: who is learned from was decided before, and the test is locked away.

use super::leak::Known;
use super::{SampleFiles, Split};
use crate::dataset::{self, Part};
use crate::train::{DatasetEntry, TrainError};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What a split's file says, for a run.
#[derive(Debug)]
pub(super) struct Locked {
    split: dataset::Split,
    path: PathBuf,
}

impl Locked {
    /// Reads the file that the run file names, if it names one.
    ///
    /// # Errors
    /// [`TrainError::Data`] where it is no split, or somebody is in two of its parts.
    pub(super) fn read(path: Option<&Path>) -> Result<Option<Self>, TrainError> {
        let Some(path) = path else {
            return Ok(None);
        };
        let split =
            dataset::Split::read(path).map_err(|err| TrainError::data(path, err.to_string()))?;
        let leaks = split.leak_check();
        if !leaks.passed() {
            let reason = format!("leak check {}", leaks.sentence());
            return Err(TrainError::data(path, reason));
        }
        let path = path.to_owned();
        Ok(Some(Self { split, path }))
    }

    /// What a radiograph of this name is used for; `None` where the split does not know it.
    pub(super) fn use_of(&self, files: &SampleFiles) -> Option<Split> {
        let mut pairs = self.split.pairs.iter();
        let pair = pairs.find(|pair| pair.name == files.name)?;
        Some(used_as(pair.part))
    }

    /// Who is on a radiograph of this name, where somebody said.
    pub(super) fn group_of(&self, files: &SampleFiles) -> Option<&String> {
        let mut pairs = self.split.pairs.iter();
        let pair = pairs.find(|pair| pair.name == files.name)?;
        self.split.named_group(pair)
    }

    /// Refuses radiographs that have changed since the split, and any of the test that came back under another name.
    ///
    /// # Errors
    /// [`TrainError::Data`] naming the first.
    pub(super) fn check(&self, entries: &[DatasetEntry]) -> Result<(), TrainError> {
        let tested = self
            .split
            .pairs
            .iter()
            .filter(|pair| pair.part == Part::Test);
        let tested: BTreeSet<&String> = tested.flat_map(|pair| pair.sha256.values()).collect();
        let used = entries
            .iter()
            .filter(|entry| matches!(entry.split, Split::Training | Split::Validation));
        for entry in used {
            let known = self.split.pairs.iter().find(|pair| pair.name == entry.name);
            for (path, sha256) in &entry.sha256 {
                if tested.contains(sha256) {
                    let reason = format!(
                        "this file is locked for the test by {}",
                        self.path.display()
                    );
                    return Err(TrainError::data(path, reason));
                }
                if known.is_some_and(|pair| !pair.sha256.values().any(|sum| sum == sha256)) {
                    let reason = format!("this file is not as it was in {}", self.path.display());
                    return Err(TrainError::data(path, reason));
                }
            }
        }
        Ok(())
    }

    /// Refuses radiographs of a patient, or of a picture, that the split has in another part, under whatever name they
    /// came back.
    ///
    /// # Errors
    /// [`TrainError::Data`] naming the first.
    pub(super) fn refuse_leaks(&self, known: &[Known]) -> Result<(), TrainError> {
        let pairs = self.split.pairs.iter();
        let parts: BTreeMap<&String, Part> = pairs
            .flat_map(|pair| pair.keys().map(|key| (key, pair.part)))
            .collect();
        for one in known {
            let mut kept = one.keys.iter().filter_map(|key| parts.get(key));
            if let Some(part) = kept.find(|part| used_as(**part) != one.split) {
                let reason = format!(
                    "this patient or picture is kept for {} by {}, under another name",
                    part.word(),
                    self.path.display()
                );
                return Err(TrainError::data(&one.radiograph, reason));
            }
        }
        Ok(())
    }
}

/// What a run does with a part of a split.
fn used_as(part: Part) -> Split {
    match part {
        Part::Training => Split::Training,
        Part::Validation => Split::Validation,
        Part::Test => Split::Excluded,
    }
}
