//! Errors of bundles, manifests and weights.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// How many entries of a list an error sentence spells out; the field holds all of them.
const SPELLED_OUT: usize = 12;

/// What can go wrong between a bundle's files and its networks.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// No folder of that name holds a manifest.
    #[error("no model bundle {name:?} was found; give a folder that holds manifest.toml, or set DIAPHANE_MODELS (authors' weights become a bundle with `diaphane import`); looked in {}", Listed(searched.iter().map(|folder| folder.display().to_string()).collect()))]
    BundleNotFound {
        /// Name or path that was asked for.
        name: String,
        /// Folders that were searched, in order.
        searched: Vec<PathBuf>,
    },
    /// The operating system refused to read or write.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried, as a verb: "read", "write", "rename".
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// An output exists and may not be replaced.
    #[error("{} exists already; choose another folder or allow overwriting", path.display())]
    AlreadyExists {
        /// The existing file or folder.
        path: PathBuf,
    },
    /// The manifest is not TOML, or a field is absent or of the wrong type.
    #[error("the manifest cannot be read: {reason}; correct the file, or fetch the bundle again: {}", path.display())]
    ManifestSyntax {
        /// The manifest.
        path: PathBuf,
        /// The parser's reason with its line.
        reason: String,
    },
    /// The manifest has unknown fields or contradicts itself.
    #[error("the manifest is not consistent: {}; correct it: {}", Listed(problems.clone()), path.display())]
    ManifestInvalid {
        /// The manifest.
        path: PathBuf,
        /// Everything that is wrong.
        problems: Vec<String>,
    },
    /// A weights file ends before its header says it does.
    #[error("the weights file is truncated: {reason}; fetch it again: {}", path.display())]
    Truncated {
        /// The weights file.
        path: PathBuf,
        /// Lengths found and expected.
        reason: String,
    },
    /// A weights file is not what its format demands.
    #[error("the weights file is corrupt: {reason}; fetch it again: {}", path.display())]
    Corrupt {
        /// The weights file.
        path: PathBuf,
        /// What is wrong in it.
        reason: String,
    },
    /// A weights file asks for more memory than any network of this program needs.
    #[error("the weights file is refused as too large: {reason}: {}", path.display())]
    TooLarge {
        /// The weights file.
        path: PathBuf,
        /// Size found and allowed.
        reason: String,
    },
    /// The weights are readable, but not those of this network.
    #[error("the weights do not fit the network ({} problems): {}; use the file this bundle was written with: {}", problems.len(), Listed(problems.iter().map(ToString::to_string).collect()), path.display())]
    WeightsMismatch {
        /// The weights file.
        path: PathBuf,
        /// Everything that is wrong.
        problems: Vec<WeightProblem>,
    },
    /// Weights to be saved are not finite in the chosen precision.
    #[error("{name} holds {count} values that are not finite in the chosen precision; save with 32-bit floats, or go back to an earlier checkpoint: {}", path.display())]
    NotFinite {
        /// The file that was to be written.
        path: PathBuf,
        /// Variable name.
        name: String,
        /// Number of offending values.
        count: i64,
    },
    /// An adapter was trained on other weights.
    #[error("the adapter was made for other weights than those of the bundle {bundle}; choose the bundle it was trained on: {}", path.display())]
    ForeignAdapter {
        /// The adapter's file.
        path: PathBuf,
        /// Name of the bundle.
        bundle: String,
    },
    /// A bundle is damaged, or another one than was meant.
    #[error("the bundle is faulty ({reason}); write or fetch it again: {}", folder.display())]
    Faulty {
        /// Its folder.
        folder: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The file that says what a bundle learned from is not the one that its manifest names.
    #[error("what the bundle learned from cannot be read: {reason}; pack it again, or fetch it again: {}", path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// libtorch refused an operation.
    #[error("libtorch failed while handling {what}: {source}")]
    Torch {
        /// What was being handled.
        what: String,
        /// libtorch's reason.
        source: tch::TchError,
    },
}

impl ModelError {
    /// An I/O error with its verb and path.
    pub(crate) fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io {
            action,
            path: path.to_path_buf(),
            source,
        }
    }

    /// A libtorch error with what was being handled.
    pub(crate) fn torch(what: &str, source: tch::TchError) -> Self {
        Self::Torch {
            what: what.to_owned(),
            source,
        }
    }
}

/// One thing that keeps a weights file from being a network's weights.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WeightProblem {
    /// The network has a variable that the file lacks.
    Missing {
        /// Variable name.
        name: String,
        /// Shape the network expects.
        shape: Vec<i64>,
    },
    /// The file has a tensor that the network lacks.
    Surplus {
        /// Tensor name.
        name: String,
    },
    /// The shapes differ.
    Shape {
        /// Variable name.
        name: String,
        /// Shape of the network's variable.
        expected: Vec<i64>,
        /// Shape in the file.
        found: Vec<i64>,
    },
    /// The number format is none of F32, F16, BF16, or for a counter not I64.
    Kind {
        /// Tensor name.
        name: String,
        /// Whether the variable counts rather than weighs.
        counter: bool,
        /// Format in the file.
        found: String,
    },
    /// The tensor holds NaN or infinity.
    NotFinite {
        /// Tensor name.
        name: String,
        /// Number of offending values.
        count: i64,
    },
    /// The file is not the one that was described.
    Checksum {
        /// sha256 that was promised, lower-case hexadecimal.
        expected: String,
        /// sha256 of the file.
        found: String,
    },
    /// The file's size is not the one that was described.
    Size {
        /// Bytes that were promised.
        expected: u64,
        /// Bytes of the file.
        found: u64,
    },
}

impl fmt::Display for WeightProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { name, shape } => write!(f, "{name} {shape:?} is missing"),
            Self::Surplus { name } => write!(f, "{name} is no variable of the network"),
            Self::Shape {
                name,
                expected,
                found,
            } => write!(f, "{name} has shape {found:?}, expected {expected:?}"),
            Self::Kind {
                name,
                counter,
                found,
            } => {
                let expected = if *counter { "I64" } else { "F32, F16 or BF16" };
                write!(f, "{name} has kind {found}, expected {expected}")
            }
            Self::NotFinite { name, count } => {
                write!(f, "{name} holds {count} values that are not finite")
            }
            Self::Checksum { expected, found } => {
                write!(f, "sha256 is {found}, expected {expected}")
            }
            Self::Size { expected, found } => {
                write!(f, "size is {found} bytes, expected {expected}")
            }
        }
    }
}

/// Spells a list out in one line and counts what does not fit.
pub(crate) struct Listed(pub(crate) Vec<String>);

impl fmt::Display for Listed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, entry) in self.0.iter().take(SPELLED_OUT).enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            f.write_str(entry)?;
        }
        match self.0.len().saturating_sub(SPELLED_OUT) {
            0 => Ok(()),
            more => write!(f, ", and {more} more"),
        }
    }
}
