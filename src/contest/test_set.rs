//! The pairs that decide, and whether a candidate saw them before.

use super::locked::{LockedPairs, hashes};
use super::predictor::{Observer, turn};
use super::{ContestError, sha256_of};
use crate::dataset::{self, CopySources, PairFiles, Split, patient_sha256};
use crate::evidence::{Learned, Patients, TestPairs, TrainedWith};
use crate::formats::{self, hexadecimal, stored_fingerprint};
use crate::model::{BundleInfo, LearnedFrom};
use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};

/// A pair that decides.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TestPair {
    files: PairFiles,
    /// SHA-256 of its two pictures' files.
    sha256: [String; 2],
    /// By what its patient and picture are known again in other files.
    pub(super) keys: Vec<String>,
}

/// Where pairs lie, and which of them are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairFolders {
    /// Folder of the radiographs.
    pub radiographs: PathBuf,
    /// Folder of the soft-tissue images; `None` where they lie with the radiographs.
    pub soft_tissue: Option<PathBuf>,
    /// Takes only names that start with one of these; empty takes all.
    pub only: Vec<String>,
    /// Takes at most this many, in the order of their names.
    pub limit: Option<usize>,
}

/// A pair of the folders.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) files: PairFiles,
    /// Whether it is taken.
    pub(super) is_wanted: bool,
}

impl PairFolders {
    /// Every pair of the folders.
    pub fn all(radiographs: PathBuf, soft_tissue: Option<PathBuf>) -> Self {
        Self {
            radiographs,
            soft_tissue,
            only: Vec::new(),
            limit: None,
        }
    }

    fn list(&self) -> Result<Vec<Listed>, ContestError> {
        let listing = dataset::list_pairs(&self.radiographs, self.soft_tissue.as_deref())?;
        if let Some(found) = listing.ambiguous(&self.only) {
            return Err(ContestError::Ambiguous {
                text: found.text.clone(),
                folder: self.radiographs.clone(),
            });
        }
        let mut room = self.limit.unwrap_or(usize::MAX);
        let is_chosen = |name: &str| {
            self.only.is_empty() || self.only.iter().any(|start| name.starts_with(start))
        };
        let listed = listing.pairs.into_iter().map(|files| {
            let is_wanted = room > 0 && is_chosen(&files.name);
            room -= usize::from(is_wanted);
            Listed { files, is_wanted }
        });
        Ok(listed.collect())
    }
}

/// The pairs that decide.
#[derive(Debug, Clone, PartialEq)]
pub struct TestSet {
    pairs: Vec<TestPair>,
    /// Who is on them, where somebody said.
    pub patients: Patients,
    /// Folders of the pairs.
    pub folders: Vec<PathBuf>,
    /// The split's file and its hash, where there is one.
    pub split: Option<(PathBuf, String)>,
    /// Pairs of the split's test part that the folders hold and that were not to be taken.
    left_out: usize,
}

impl TestSet {
    /// The test part of the split, or every pair of the folders without one. The observer has its turn before each file.
    ///
    /// # Errors
    /// [`ContestError`] where a pair cannot be read, the split does not hold, or not all of its test pairs are there;
    /// [`ContestError::Cancelled`].
    pub fn new(
        folders: &[PairFolders],
        split: Option<&Path>,
        observer: &mut dyn Observer,
    ) -> Result<Self, ContestError> {
        let listed = list(folders)?;
        let folders = folders
            .iter()
            .flat_map(|place| std::iter::once(&place.radiographs).chain(&place.soft_tissue))
            .cloned()
            .collect();
        let Some(path) = split else {
            let mut set = Self {
                pairs: Vec::new(),
                patients: Patients::default(),
                folders,
                split: None,
                left_out: 0,
            };
            for Listed { files, .. } in listed.into_iter().filter(|pair| pair.is_wanted) {
                let name = files.name.clone();
                set.patients.insert_unnamed(name.clone(), name);
                let sha256 = hashes(&files, observer)?;
                set.pairs.push(TestPair::read(files, sha256, observer)?);
            }
            return Ok(set);
        };
        let split = Split::read(path)?;
        let locked = LockedPairs::find(listed, &split, path, observer)?;
        Ok(Self {
            pairs: locked.pairs,
            patients: locked.patients,
            folders,
            split: Some((path.to_owned(), sha256_of(path)?)),
            left_out: locked.left_out,
        })
    }

    /// Number of pairs.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether there is no pair.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Files of the pairs.
    pub fn files(&self) -> impl Iterator<Item = &PairFiles> {
        self.pairs.iter().map(|pair| &pair.files)
    }

    /// SHA-256 that names the pictures of the pairs, wherever they lie and whatever split they are of.
    pub fn sha256(&self) -> String {
        let mut files: Vec<&str> = self
            .pairs
            .iter()
            .flat_map(|pair| &pair.sha256)
            .map(String::as_str)
            .collect();
        files.sort_unstable();
        hexadecimal(&Sha256::digest(files.join("\n")))
    }

    /// How these pairs came to be for this candidate, of which it may be stated that what nothing is known of did not hold
    /// them.
    ///
    /// # Errors
    /// [`ContestError::Model`] where what the candidate says of its training is damaged.
    pub fn for_candidate(
        &self,
        info: &BundleInfo,
        is_stated: bool,
    ) -> Result<TestPairs, ContestError> {
        let learned = LearnedFrom::read(info)?;
        Ok(TestPairs {
            is_locked: self.split.is_some(),
            left_out: self.left_out,
            split: self.trained_with(learned.as_ref()),
            learned: learned.map_or(Learned::Unknown, |learned| {
                let shared = self.pairs.iter().filter(|pair| pair.is_among(&learned));
                Learned::Known {
                    num_files: learned.num_files(),
                    shared: shared.map(|pair| pair.files.name.clone()).collect(),
                    unknown: learned.unknown.into_iter().collect(),
                }
            }),
            is_stated,
        })
    }

    fn trained_with(&self, learned: Option<&LearnedFrom>) -> TrainedWith {
        match (learned, &self.split) {
            (Some(learned), Some((_, sha256))) if !learned.splits.is_empty() => {
                if learned.splits.contains(sha256) {
                    TrainedWith::TestSplit
                } else {
                    TrainedWith::OtherSplit
                }
            }
            _ => TrainedWith::Unknown,
        }
    }
}

/// Every pair of the folders, once.
fn list(folders: &[PairFolders]) -> Result<Vec<Listed>, ContestError> {
    let mut listed: Vec<Listed> = Vec::new();
    for place in folders {
        for pair in place.list()? {
            let name = &pair.files.name;
            let other = listed.iter_mut().find(|other| other.files.name == *name);
            match other {
                // Two sources may take parts of one folder.
                Some(other) if other.files == pair.files => other.is_wanted |= pair.is_wanted,
                Some(_) => {
                    let text = format!("{name} names pairs of two folders; rename one of them");
                    let folder = place.radiographs.clone();
                    return Err(ContestError::Ambiguous { text, folder });
                }
                None => listed.push(pair),
            }
        }
    }
    Ok(listed)
}

impl TestPair {
    pub(super) fn read(
        files: PairFiles,
        sha256: [String; 2],
        observer: &mut dyn Observer,
    ) -> Result<Self, ContestError> {
        turn(observer)?;
        let radiograph = formats::read(&files.radiograph)?;
        let mut keys = vec![stored_fingerprint(&radiograph.stored)];
        keys.extend(patient_sha256(&radiograph.info));
        // A registered copy is the picture that it was made of.
        let sources = CopySources::of(std::iter::once(files.radiograph.as_path()))?;
        keys.extend(sources.known_by(&files.radiograph)?);
        Ok(Self {
            files,
            sha256,
            keys,
        })
    }

    fn is_among(&self, learned: &LearnedFrom) -> bool {
        self.sha256.iter().any(|file| learned.has_file(file))
            || self
                .keys
                .iter()
                .any(|key| learned.has_key(key) || learned.has_file(key))
    }
}

#[cfg(test)]
mod tests;
