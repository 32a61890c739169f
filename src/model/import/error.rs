//! Errors of checkpoint import.

use crate::model::ModelError;
use crate::model::error::Listed;
use std::io;
use std::path::{Path, PathBuf};

/// Why a checkpoint was not imported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The operating system refused to read.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The file is no checkpoint of a kind this program reads.
    #[error("this is not a checkpoint that can be imported: {reason}: {}", path.display())]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// What it is, and what to do.
        reason: String,
    },
    /// The file contradicts itself or ends too early.
    #[error("the checkpoint is damaged: {reason}; fetch it again: {}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong in it.
        reason: String,
    },
    /// The file asks for more than any network of this program needs.
    #[error("the checkpoint is refused as too large: {reason}: {}", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Size found and allowed.
        reason: String,
    },
    /// The pickle would call functions that have no place in a checkpoint.
    #[error("the checkpoint is refused because loading it would run {}; nothing was run; do not open this file in Python: {}", Listed(names.clone()), path.display())]
    ForbiddenGlobals {
        /// The file.
        path: PathBuf,
        /// Every such function, as `module.name`.
        names: Vec<String>,
    },
    /// No network of this program has these tensors.
    #[error("no known network has the {tensors} tensors of this checkpoint (first: {}); expected a U-Net, a VQGAN or a lung segmenter: {}", Listed(first.clone()), path.display())]
    Unrecognised {
        /// The file.
        path: PathBuf,
        /// Number of tensors.
        tensors: usize,
        /// A few names.
        first: Vec<String>,
    },
    /// Two files hold the same network.
    #[error("both {} and {} hold a {role}; give one of them", first.display(), second.display())]
    Duplicate {
        /// Name of the network.
        role: String,
        /// One file.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// A network that every bundle needs is not among the files.
    #[error(
        "no file holds the {role}; a bundle needs the VQGAN and the U-Net, so give both checkpoints"
    )]
    Incomplete {
        /// Name of the network.
        role: String,
    },
    /// The preset was not named.
    #[error(
        "say --preset gl-lcm or --preset bs-ldm: both have the same tensor names and shapes but another order of attention channels, so it cannot be guessed"
    )]
    PresetNeeded,
    /// The codebook is that of the other published network.
    #[error("the size of the codebook is that of the other network; say --preset {preset}: {}", path.display())]
    OtherPreset {
        /// The file.
        path: PathBuf,
        /// The preset it fits.
        preset: &'static str,
    },
    /// The preset has no published checkpoints.
    #[error(
        "the preset compact has no published checkpoints to import; say --preset gl-lcm or --preset bs-ldm"
    )]
    PresetWithoutCheckpoints,
    /// The tensors were read but do not make the network, or the bundle could not be written.
    #[error(transparent)]
    Model(#[from] ModelError),
}

impl ImportError {
    pub(super) fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io {
            action,
            path: path.to_path_buf(),
            source,
        }
    }

    pub(super) fn unsupported(path: &Path, reason: impl Into<String>) -> Self {
        Self::Unsupported {
            path: path.to_path_buf(),
            reason: reason.into(),
        }
    }

    pub(super) fn damaged(path: &Path, reason: impl Into<String>) -> Self {
        Self::Damaged {
            path: path.to_path_buf(),
            reason: reason.into(),
        }
    }

    pub(super) fn too_large(path: &Path, reason: impl Into<String>) -> Self {
        Self::TooLarge {
            path: path.to_path_buf(),
            reason: reason.into(),
        }
    }
}
