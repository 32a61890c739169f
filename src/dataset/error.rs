//! Why a dataset could not be looked at, or must not be learned from.

use crate::formats::FormatError;
use crate::radiograph::{agreeing, counted};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A dataset could not be checked or split.
#[derive(Debug, thiserror::Error)]
pub enum DatasetError {
    /// A file or folder could not be read or written.
    #[error("{doing} failed ({source}); {}: {}", remedy(source), .path.display())]
    File {
        /// What was tried.
        doing: &'static str,
        /// The system's answer.
        source: std::io::Error,
        /// The file or folder.
        path: PathBuf,
    },
    /// A folder that was named is not there.
    #[error("there is no such folder; check the path: {}", .path.display())]
    Missing {
        /// The folder.
        path: PathBuf,
    },
    /// A file was named where a folder is needed.
    #[error("this is a file; give the folder of the pairs: {}", .path.display())]
    NoFolder {
        /// The file.
        path: PathBuf,
    },
    /// A registered copy was never finished: who is on its pairs, and what they were made of, is written at its end.
    #[error(
        "this registered copy was not finished, and does not say who is on its pairs; make it again with `dataset \
         register --overwrite`: {}", .path.display()
    )]
    Unfinished {
        /// The folder of the copy.
        path: PathBuf,
    },
    /// There is no pair to look at.
    #[error("no pair is found; {expected}: {}", .path.display())]
    NoPairs {
        /// How pairs are laid out, as a clause.
        expected: &'static str,
        /// The folder.
        path: PathBuf,
    },
    /// A list or split cannot be understood.
    #[error("{reason}; correct it: {}", .path.display())]
    Unusable {
        /// What is wrong, as a clause.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// A file could not be written.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// A copy of a dataset would lie among its sources.
    #[error(
        "the copy would lie among the pictures it is made of, which are never touched; give a folder elsewhere: {}", .path.display()
    )]
    OutInside {
        /// The folder of the copy.
        path: PathBuf,
    },
    /// A copy of a dataset would be mixed with other files.
    #[error(
        "the folder is not empty; give another one, or say that its files may be replaced: {}", .path.display()
    )]
    NotEmpty {
        /// The folder of the copy.
        path: PathBuf,
    },
    /// Something stands where a copy goes that would be taken for part of it.
    #[error(
        "no earlier copy wrote this, or somebody changed it since, and it would be taken for part of the copy; take it \
         away, or give another folder: {}", .path.display()
    )]
    Foreign {
        /// The file or folder.
        path: PathBuf,
    },
    /// Errors of the check stand in the way of a split.
    #[error(
        "{} {} in the way; mend or leave out what `dataset check` names, then split",
        counted(*count, "error"), agreeing(*count, "stands", "stand")
    )]
    Refused {
        /// How many.
        count: usize,
    },
    /// There are too few patients to keep some for validation and for the test.
    #[error(
        "{} {} too few to keep some for validation and some for the test; at least 3 are needed",
        counted(*patients, "patient"), agreeing(*patients, "is", "are")
    )]
    TooFewPatients {
        /// How many there are.
        patients: usize,
    },
}

/// What helps against an answer of the system, as a clause.
fn remedy(answer: &std::io::Error) -> &'static str {
    match answer.kind() {
        ErrorKind::NotFound => "check the path, or name another place",
        ErrorKind::PermissionDenied => "ask for the right to it, or name another place",
        ErrorKind::StorageFull => "free some room, or name another place",
        ErrorKind::ReadOnlyFilesystem => "name a place that can be written to",
        _ => "check the path and its disk, or name another place",
    }
}

impl DatasetError {
    pub(super) fn file(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File {
            doing,
            source,
            path,
        }
    }
}
