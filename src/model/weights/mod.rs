//! Weights on disk: reading, checking and writing safetensors.
//!
//! A file is believed in nothing: header length, offsets, names, shapes, number formats, checksum and finiteness are
//! all checked, and everything that is wrong is reported at once. Files are read in one pass, tensor by tensor, so
//! that the largest network needs no second copy of itself in memory.
//!
//! Must not know which network the variables belong to.

mod atomic;
mod check;
mod read;
mod write;

pub use check::{LoadedWeights, load_weights};
pub use read::{TensorEntry, WeightKind};
pub use write::{SavedWeights, WeightPrecision, save_weights};

pub(crate) use atomic::AtomicFile;
pub(crate) use check::fill;
pub(crate) use read::{SafetensorsFile, TensorSource, tensor_from_bytes};
pub(crate) use write::save_tensors;

use super::ModelError;
use crate::formats;
use std::path::Path;

/// sha256 of a whole file, lower-case hexadecimal, with its length in bytes.
///
/// # Errors
/// [`ModelError::Io`] where the file cannot be read.
pub fn sha256_of_file(path: &Path) -> Result<(String, u64), ModelError> {
    formats::sha256_of_file(path).map_err(|err| ModelError::io("read", path, err))
}
