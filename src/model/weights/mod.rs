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
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// Lower-case hexadecimal form of a digest.
pub(crate) fn hexadecimal(digest: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or('0');
    digest
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

/// sha256 of a whole file, lower-case hexadecimal, with its length in bytes.
///
/// # Errors
/// [`ModelError::Io`] where the file cannot be read.
pub fn sha256_of_file(path: &Path) -> Result<(String, u64), ModelError> {
    let mut file = File::open(path).map_err(|err| ModelError::io("read", path, err))?;
    let mut hasher = Sha256::new();
    let mut chunk = vec![0_u8; 1 << 20];
    let mut bytes = 0_u64;
    loop {
        let count = file
            .read(&mut chunk)
            .map_err(|err| ModelError::io("read", path, err))?;
        let Some(read) = chunk.get(..count).filter(|read| !read.is_empty()) else {
            return Ok((hexadecimal(&hasher.finalize()), bytes));
        };
        hasher.update(read);
        bytes += count as u64;
    }
}
