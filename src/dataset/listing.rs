//! The pairs of a dataset by their files, and what is no pair.

use super::DatasetError;
use super::finding::{Finding, FindingKind as Kind};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// How pairs were told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FolderKind {
    /// `NAME_cxr.*` and `NAME_soft.*`.
    Endings,
    /// Equal names in two folders.
    TwoFolders,
    /// DICOM studies.
    DicomStudies,
}

/// The files of one pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairFiles {
    /// What names it, and no other pair of the dataset: the part its files' names share.
    pub name: String,
    /// The radiograph.
    pub radiograph: PathBuf,
    /// The soft-tissue image.
    pub soft_tissue: PathBuf,
    /// The lung mask.
    pub lung_mask: Option<PathBuf>,
}

/// What a dataset's folders hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// How its pairs were told.
    pub kind: FolderKind,
    /// The pairs, in the order of their names.
    pub pairs: Vec<PairFiles>,
    /// Files without a mate, with several, and files passed over.
    pub findings: Vec<Finding>,
}

impl Listing {
    /// Itself, where it has a pair, or a radiograph that nobody can tell the mate of.
    ///
    /// # Errors
    /// [`DatasetError::NoPairs`], saying how pairs are laid out.
    pub(super) fn unless_empty(
        self,
        expected: &'static str,
        folder: &Path,
    ) -> Result<Self, DatasetError> {
        let mut findings = self.findings.iter();
        if self.pairs.is_empty() && !findings.any(|found| found.kind == Kind::SeveralMates) {
            return Err(no_pairs(expected, folder));
        }
        Ok(self)
    }

    /// The first radiograph that nobody can tell the mate of, among files whose names begin with one of `only`; an
    /// empty `only` means every file.
    pub fn ambiguous(&self, only: &[String]) -> Option<&Finding> {
        let is_meant = |path: &PathBuf| {
            let name = stem(path);
            only.is_empty() || only.iter().any(|start| name.starts_with(start))
        };
        self.findings
            .iter()
            .find(|found| found.kind == Kind::SeveralMates && found.files.iter().any(is_meant))
    }
}

/// There is no pair in a folder.
pub(super) fn no_pairs(expected: &'static str, folder: &Path) -> DatasetError {
    DatasetError::NoPairs {
        expected,
        path: folder.to_owned(),
    }
}

/// A file's name without its ending.
pub(super) fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

/// A picture that has no mate.
pub(super) fn without_mate(path: &PathBuf) -> Finding {
    let text = "It has no mate of its name and is left out; give it one, or take it away.";
    Finding::new(Kind::NoMate, &[path], text)
}

/// Gives every pair a name of its own: exports call the first image of every study alike, and two pairs of one name
/// would be taken for one wherever names count. Such pairs are called by their folders too.
pub(super) fn tell_apart(pairs: &mut [PairFiles], root: &Path) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for pair in pairs.iter() {
        *counts.entry(pair.name.clone()).or_default() += 1;
    }
    for pair in pairs.iter_mut() {
        if counts.get(&pair.name).is_some_and(|&count| count > 1) {
            let below = pair.radiograph.strip_prefix(root);
            let below = below.unwrap_or(&pair.radiograph).with_extension("");
            let parts = below.components();
            let parts: Vec<String> = parts
                .map(|part| part.as_os_str().to_string_lossy().into_owned())
                .collect();
            pair.name = parts.join("_");
        }
    }
    pairs.sort_by(|a, b| (&a.name, &a.radiograph).cmp(&(&b.name, &b.radiograph)));
    let mut taken = BTreeSet::new();
    for pair in pairs {
        let own = pair.name.clone();
        for number in 2.. {
            if taken.insert(pair.name.clone()) {
                break;
            }
            pair.name = format!("{own}_{number}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_that_every_study_calls_alike_are_called_by_their_folders_too() {
        let pair = |path: &str| PairFiles {
            name: stem(Path::new(path)),
            radiograph: path.into(),
            soft_tissue: path.into(),
            lung_mask: None,
        };
        let files = [
            "r/b/IM1.dcm",
            "r/a/IM1.dcm",
            "r/c/IM2.dcm",
            "r/a/IM1",
            "r/a_IM1.dcm",
        ];
        let mut pairs: Vec<PairFiles> = files.map(pair).into();
        tell_apart(&mut pairs, Path::new("r"));
        let names: Vec<&str> = pairs.iter().map(|pair| pair.name.as_str()).collect();
        assert_eq!(names, ["IM2", "a_IM1", "a_IM1_2", "a_IM1_3", "b_IM1"]);
    }
}
