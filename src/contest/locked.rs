//! The pairs of a split's test part, known again by their bytes.

use super::predictor::{Observer, turn};
use super::test_set::{Listed, TestPair};
use super::{ContestError, sha256_of};
use crate::dataset::{PairFiles, Part, Split, SplitEntry};
use crate::evidence::Patients;
use crate::radiograph::{agreeing, counted};
use std::path::Path;

/// What was found of a test part.
#[derive(Debug)]
pub(super) struct LockedPairs {
    /// Its pairs.
    pub(super) pairs: Vec<TestPair>,
    /// Who is on them.
    pub(super) patients: Patients,
    /// Number of its pairs that are there and that nobody wants.
    pub(super) left_out: usize,
}

impl LockedPairs {
    /// Finds the whole test part of the split in `path` among the pairs that are there; each file is hashed once.
    ///
    /// # Errors
    /// [`ContestError::TestPart`] where somebody is in two parts, or not all of it is there as it was.
    pub(super) fn find(
        listed: Vec<Listed>,
        split: &Split,
        path: &Path,
        observer: &mut dyn Observer,
    ) -> Result<Self, ContestError> {
        let unusable = |reason| ContestError::TestPart {
            split: path.to_owned(),
            reason,
        };
        let leaks = split.leak_check();
        if !leaks.passed() {
            let sentence = leaks.sentence();
            return Err(unusable(format!("the split does not hold: {sentence}")));
        }
        let entries = split.pairs.iter();
        let tested: Vec<_> = entries.filter(|entry| entry.part == Part::Test).collect();
        if tested.is_empty() {
            return Err(unusable("it is empty; split the dataset again".to_owned()));
        }
        let matched = match_bytes(listed, tested, observer)?;
        if let Some(missing) = matched.missing() {
            return Err(unusable(missing));
        }
        let mut locked = Self {
            pairs: Vec::new(),
            patients: Patients::default(),
            left_out: 0,
        };
        for (entry, pair, sha256) in matched.pairs {
            if !pair.is_wanted {
                locked.left_out += 1;
                continue;
            }
            ensure_mask(entry, &pair.files, observer)?.map_err(unusable)?;
            let (name, group) = (pair.files.name.clone(), entry.group.clone());
            let named = split.named_group(entry);
            match named {
                Some(_) => locked.patients.insert(name, group),
                None => locked.patients.insert_unnamed(name, group),
            }
            let mut pair = TestPair::read(pair.files, sha256, observer)?;
            pair.keys.extend(split.known_by(entry).cloned());
            locked.pairs.push(pair);
        }
        if locked.pairs.is_empty() {
            let text = "the sources of the run leave out all of its pairs";
            return Err(unusable(text.to_owned()));
        }
        Ok(locked)
    }
}

/// Entries of a split with their pairs.
struct Matched<'a> {
    pairs: Vec<(&'a SplitEntry, Listed, [String; 2])>,
    /// Entries that no pair has the bytes of, each with the pair of that name.
    left: Vec<(&'a SplitEntry, Option<PairFiles>)>,
}

impl Matched<'_> {
    /// Why the test part is not whole.
    fn missing(&self) -> Option<String> {
        let (found, all) = (self.pairs.len(), self.pairs.len() + self.left.len());
        if found == all {
            return None;
        }
        let changed = self.left.iter().find_map(|(_, files)| files.as_ref());
        Some(match changed {
            Some(files) => format!(
                "the pair {} is not as it was when the dataset was split: {}",
                files.name,
                files.radiograph.display()
            ),
            None => format!(
                "{found} of its {} {} in the folder of the pairs; give the folder that was split",
                counted(all, "pair"),
                agreeing(found, "is", "are")
            ),
        })
    }
}

fn match_bytes<'a>(
    listed: Vec<Listed>,
    mut wanted: Vec<&'a SplitEntry>,
    observer: &mut dyn Observer,
) -> Result<Matched<'a>, ContestError> {
    // Names tell nearly always which files are to be hashed.
    let is_named = |pair: &Listed| wanted.iter().any(|entry| entry.name == pair.files.name);
    let (named, others): (Vec<_>, Vec<_>) = listed.into_iter().partition(is_named);
    let mut pairs = Vec::new();
    let mut strangers = Vec::new();
    for pair in named.into_iter().chain(others) {
        if wanted.is_empty() {
            break;
        }
        let sha256 = hashes(&pair.files, observer)?;
        let found = wanted.iter().position(|entry| is_entry(entry, &sha256));
        // A copy of a pair does not stand for another one.
        match found.map(|at| wanted.remove(at)) {
            Some(entry) => pairs.push((entry, pair, sha256)),
            None => strangers.push(pair.files),
        }
    }
    let of_name = |entry: &SplitEntry| strangers.iter().find(|files| files.name == entry.name);
    let left = wanted.into_iter();
    let left = left.map(|entry| (entry, of_name(entry).cloned()));
    Ok(Matched {
        pairs,
        left: left.collect(),
    })
}

/// SHA-256 of a pair's two pictures.
pub(super) fn hashes(
    files: &PairFiles,
    observer: &mut dyn Observer,
) -> Result<[String; 2], ContestError> {
    turn(observer)?;
    let radiograph = sha256_of(&files.radiograph)?;
    turn(observer)?;
    Ok([radiograph, sha256_of(&files.soft_tissue)?])
}

fn is_entry(entry: &SplitEntry, sha256: &[String; 2]) -> bool {
    let mut known = sha256.iter();
    known.all(|hash| entry.sha256.values().any(|value| value == hash))
}

/// Why the lung mask is not the one of the split, where that had one: lungs decide what is bone and what is detail.
fn ensure_mask(
    entry: &SplitEntry,
    files: &PairFiles,
    observer: &mut dyn Observer,
) -> Result<Result<(), String>, ContestError> {
    // A pair is two pictures, and a mask where there is one.
    if entry.sha256.len() < 3 {
        return Ok(Ok(()));
    }
    turn(observer)?;
    let found = match &files.lung_mask {
        Some(path) => Some(sha256_of(path)?),
        None => None,
    };
    let is_known = found.is_some_and(|found| entry.sha256.values().any(|known| *known == found));
    Ok(is_known.then_some(()).ok_or_else(|| {
        let name = &files.name;
        format!("the lung mask of {name} is not as it was when the dataset was split")
    }))
}
