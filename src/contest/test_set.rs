//! The pairs that decide, and whether a candidate saw them before.

use super::ContestError;
use crate::dataset::{self, PairFiles, Part, Split, SplitEntry, patient_sha256};
use crate::evidence::{Learned, Patients, TestPairs};
use crate::formats::{self, stored_fingerprint};
use crate::model::{BundleInfo, LearnedFrom};
use std::path::{Path, PathBuf};

/// A pair that decides.
#[derive(Debug, Clone, PartialEq)]
struct TestPair {
    files: PairFiles,
    /// SHA-256 of its two pictures' files.
    sha256: [String; 2],
    /// By what its patient and picture are known again in other files.
    keys: Vec<String>,
}

/// Where pairs lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairFolders {
    /// Folder of the radiographs.
    pub radiographs: PathBuf,
    /// Folder of the soft-tissue images; `None` where they lie with the radiographs.
    pub soft_tissue: Option<PathBuf>,
}

/// The pairs that decide.
#[derive(Debug, Clone, PartialEq)]
pub struct TestSet {
    pairs: Vec<TestPair>,
    /// Who is on them, where the split says.
    pub patients: Patients,
    /// Folders of the pairs.
    pub folders: Vec<PathBuf>,
    /// The split's file and its hash, where there is one.
    pub split: Option<(PathBuf, String)>,
}

impl TestSet {
    /// The test part of the split, or every pair of the folders without one.
    ///
    /// # Errors
    /// [`ContestError`] where a pair cannot be read, the split does not hold, or not all of its test pairs are there.
    pub fn new(folders: &[PairFolders], split: Option<&Path>) -> Result<Self, ContestError> {
        let mut found = Vec::new();
        for place in folders {
            let folder = &place.radiographs;
            let listing = dataset::list_pairs(folder, place.soft_tissue.as_deref())?;
            if let Some(found) = listing.ambiguous(&[]) {
                return Err(ContestError::Ambiguous {
                    text: found.text.clone(),
                    folder: folder.clone(),
                });
            }
            for pair in listing.pairs {
                if found
                    .iter()
                    .any(|other: &PairFiles| other.name == pair.name)
                {
                    let text = format!(
                        "{} names pairs of two folders; rename one of them",
                        pair.name
                    );
                    let folder = folder.clone();
                    return Err(ContestError::Ambiguous { text, folder });
                }
                found.push(pair);
            }
        }
        let folders = folders
            .iter()
            .flat_map(|place| std::iter::once(&place.radiographs).chain(&place.soft_tissue))
            .cloned()
            .collect();
        let Some(path) = split else {
            let pairs = found.into_iter().map(TestPair::read);
            return Ok(Self {
                pairs: pairs.collect::<Result<_, _>>()?,
                patients: Patients::new(),
                folders,
                split: None,
            });
        };
        let split = Split::read(path)?;
        let unusable = |reason| ContestError::TestPart {
            split: path.to_owned(),
            reason,
        };
        ensure_holds(&split).map_err(unusable)?;
        let (pairs, patients) = locked(found, &split)?.map_err(unusable)?;
        Ok(Self {
            pairs,
            patients,
            folders,
            split: Some((path.to_owned(), sha256_of(path)?)),
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

    /// How these pairs came to be for this candidate.
    ///
    /// # Errors
    /// [`ContestError::Model`] where what the candidate says of its training is damaged.
    pub fn for_candidate(&self, info: &BundleInfo) -> Result<TestPairs, ContestError> {
        let learned = LearnedFrom::read(info)?;
        let learned = learned.map_or(Learned::Unknown, |learned| {
            let shared = self.pairs.iter().filter(|pair| pair.is_among(&learned));
            Learned::Known {
                num_files: learned.num_files(),
                shared: shared.map(|pair| pair.files.name.clone()).collect(),
                unknown: learned.unknown.into_iter().collect(),
            }
        });
        Ok(TestPairs {
            is_locked: self.split.is_some(),
            learned,
        })
    }
}

impl TestPair {
    fn read(files: PairFiles) -> Result<Self, ContestError> {
        let sha256 = [
            sha256_of(&files.radiograph)?,
            sha256_of(&files.soft_tissue)?,
        ];
        let radiograph = formats::read(&files.radiograph)?;
        let mut keys = vec![stored_fingerprint(&radiograph.stored)];
        keys.extend(patient_sha256(&radiograph.info));
        Ok(Self {
            files,
            sha256,
            keys,
        })
    }

    fn is_among(&self, learned: &LearnedFrom) -> bool {
        self.sha256.iter().any(|file| learned.has_file(file))
            || self.keys.iter().any(|key| learned.has_key(key))
    }
}

fn ensure_holds(split: &Split) -> Result<(), String> {
    let findings = split.test_findings();
    let Some(first) = findings.first() else {
        return Ok(());
    };
    let file = first.files.first();
    let file = file.map_or_else(String::new, |file| file.display().to_string());
    let count = findings.len();
    Err(format!(
        "the split does not hold ({count} findings): {} {file}",
        first.text
    ))
}

/// The pairs of a split's test part, known again by their bytes, with their patients; or why they are not all there.
fn locked(
    found: Vec<PairFiles>,
    split: &Split,
) -> Result<Result<(Vec<TestPair>, Patients), String>, ContestError> {
    let entries = split.pairs.iter();
    let tested: Vec<_> = entries.filter(|entry| entry.part == Part::Test).collect();
    if tested.is_empty() {
        return Ok(Err("it is empty; split the dataset again".to_owned()));
    }
    // Names tell nearly always which files are to be hashed.
    let is_named = |pair: &PairFiles| tested.iter().any(|entry| entry.name == pair.name);
    let (named, others): (Vec<_>, Vec<_>) = found.into_iter().partition(is_named);
    let (mut pairs, mut patients) = (Vec::new(), Patients::new());
    // A copy of a pair does not stand for another one.
    let mut wanted = tested.clone();
    for files in named.into_iter().chain(others) {
        if pairs.len() == tested.len() {
            break;
        }
        let sha256 = [
            sha256_of(&files.radiograph)?,
            sha256_of(&files.soft_tissue)?,
        ];
        let found = wanted.iter().position(|entry| is_entry(entry, &sha256));
        if let Some(entry) = found.map(|at| wanted.remove(at)) {
            patients.insert(files.name.clone(), entry.group.clone());
            let mut pair = TestPair::read(files)?;
            pair.keys.extend(split.named_group(entry).cloned());
            pairs.push(pair);
        }
    }
    if pairs.len() != tested.len() {
        let (found, all) = (pairs.len(), tested.len());
        return Ok(Err(format!(
            "{found} of its {all} pairs are in the folder of the pairs; give the folder that was split"
        )));
    }
    Ok(Ok((pairs, patients)))
}

fn is_entry(entry: &SplitEntry, sha256: &[String; 2]) -> bool {
    let mut known = sha256.iter();
    known.all(|hash| entry.sha256.values().any(|value| value == hash))
}

fn sha256_of(path: &Path) -> Result<String, ContestError> {
    let digest = formats::sha256_of_file(path).map_err(|source| ContestError::Io {
        path: path.to_owned(),
        source,
    })?;
    Ok(digest.0)
}
