//! The pairs of a dataset by their files, and what is no pair.

use super::DatasetError;
use super::finding::{Finding, FindingKind as Kind};
use serde::Serialize;
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
