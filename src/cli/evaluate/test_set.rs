//! The pairs that decide, and whether a candidate saw them before.

use super::pairs;
use crate::dataset::{PairFiles, Part, Split, SplitEntry, patient_sha256};
use crate::evidence::{Learned, Patients, TestPairs};
use crate::formats::{self, stored_fingerprint};
use crate::model::LearnedFrom;
use crate::model::site::BundleInfo;
use anyhow::{Context as _, bail, ensure};
use std::path::{Path, PathBuf};

/// A pair that decides.
struct TestPair {
    files: PairFiles,
    /// SHA-256 of its two pictures' files.
    sha256: [String; 2],
    /// By what its patient and picture are known again in other files.
    keys: Vec<String>,
}

/// The pairs that decide.
pub(in crate::cli) struct TestSet {
    pairs: Vec<TestPair>,
    pub(super) patients: Patients,
    /// The split's file and its hash, where there is one.
    pub(in crate::cli) split: Option<(PathBuf, String)>,
}

impl TestSet {
    /// The test part of the split, or every pair of the folder without one.
    pub(in crate::cli) fn new(folder: &Path, split: Option<&Path>) -> anyhow::Result<Self> {
        let mut found = Vec::new();
        for files in pairs::in_one_folder(folder)? {
            found.push(TestPair::read(files)?);
        }
        let Some(path) = split else {
            return Ok(Self {
                pairs: found,
                patients: Patients::new(),
                split: None,
            });
        };
        let split = Split::read(path)?;
        ensure_holds(&split, path)?;
        let (pairs, patients) = locked(found, &split)
            .with_context(|| format!("the test part of {} cannot be used", path.display()))?;
        let sha256 = sha256_of(path)?;
        Ok(Self {
            pairs,
            patients,
            split: Some((path.to_owned(), sha256)),
        })
    }

    pub(in crate::cli) fn len(&self) -> usize {
        self.pairs.len()
    }

    pub(super) fn files(&self) -> impl Iterator<Item = &PairFiles> {
        self.pairs.iter().map(|pair| &pair.files)
    }

    /// How these pairs came to be for this candidate.
    pub(in crate::cli) fn for_candidate(&self, info: &BundleInfo) -> anyhow::Result<TestPairs> {
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
    fn read(files: PairFiles) -> anyhow::Result<Self> {
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

    fn is_entry(&self, entry: &SplitEntry) -> bool {
        let mut known = self.sha256.iter();
        known.all(|hash| entry.sha256.values().any(|value| value == hash))
    }

    fn is_among(&self, learned: &LearnedFrom) -> bool {
        self.sha256.iter().any(|file| learned.has_file(file))
            || self.keys.iter().any(|key| learned.has_key(key))
    }
}

fn ensure_holds(split: &Split, path: &Path) -> anyhow::Result<()> {
    let findings = split.findings();
    let Some(first) = findings.first() else {
        return Ok(());
    };
    let file = first.files.first();
    bail!(
        "the split {} does not hold ({} findings): {} {}",
        path.display(),
        findings.len(),
        first.text,
        file.map_or_else(String::new, |file| file.display().to_string())
    )
}

/// The pairs of a split's test part, known again by their bytes, with their patients.
fn locked(found: Vec<TestPair>, split: &Split) -> anyhow::Result<(Vec<TestPair>, Patients)> {
    let entries = split.pairs.iter();
    let tested: Vec<_> = entries.filter(|entry| entry.part == Part::Test).collect();
    ensure!(!tested.is_empty(), "it is empty; split the dataset again");
    let (mut pairs, mut patients) = (Vec::new(), Patients::new());
    for mut pair in found {
        if let Some(entry) = tested.iter().find(|entry| pair.is_entry(entry)) {
            patients.insert(pair.files.name.clone(), entry.group.clone());
            pair.keys.extend(split.named_group(entry).cloned());
            pairs.push(pair);
        }
    }
    ensure!(
        pairs.len() == tested.len(),
        "{} of its {} pairs are in the folder of --pairs; give the folder that was split",
        pairs.len(),
        tested.len()
    );
    Ok((pairs, patients))
}

fn sha256_of(path: &Path) -> anyhow::Result<String> {
    let digest = formats::sha256_of_file(path);
    Ok(digest
        .with_context(|| format!("cannot read {}", path.display()))?
        .0)
}
