//! Errors of the site's folder.

use crate::formats::FormatError;
use crate::model::ModelError;
use std::io;
use std::path::{Path, PathBuf};

/// What can go wrong with the site's model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SiteError {
    /// The operating system refused.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A file of the site cannot be understood.
    #[error("the site's file cannot be used: {reason}; mend it, or go back to the shipped model with `diaphane models rollback --shipped`: {}", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The copy of the promoted bundle is gone.
    #[error("the site model {model} is gone; bring its folder back, or go back to the model before with `diaphane models rollback`, or to the shipped one with `--shipped`: {}", folder.display())]
    Gone {
        /// Name and date.
        model: String,
        /// Where it should be.
        folder: PathBuf,
    },
    /// The copy of the promoted bundle is another one now.
    #[error("the site model {model} is not what was promoted: its hash is {found}, it was {expected}; nothing runs with it; go back to the model before with `diaphane models rollback`, or to the shipped one with `--shipped`: {}", folder.display())]
    Changed {
        /// Name and date.
        model: String,
        /// Its folder.
        folder: PathBuf,
        /// Hash that was promoted.
        expected: String,
        /// Hash it has.
        found: String,
    },
    /// Another model came into force since the candidate was judged.
    #[error(
        "the model in force is another one by now ({}) than the candidate was judged against ({}); judge it again",
        short(found),
        short(judged_against)
    )]
    Overtaken {
        /// Hash of the model it was judged against.
        judged_against: String,
        /// Hash of the one in force.
        found: String,
    },
    /// There is nothing to take back.
    #[error("no site model was promoted; the shipped one is in force")]
    NothingPromoted,
    /// A bundle cannot be read.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A file cannot be written.
    #[error(transparent)]
    Format(#[from] FormatError),
}

/// The digits of a hash that tell it from others.
fn short(sha256: &str) -> &str {
    sha256.get(..12).unwrap_or(sha256)
}

impl SiteError {
    pub(super) fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io {
            action,
            path: path.to_path_buf(),
            source,
        }
    }
}
