//! Names for what files hold: of the stored values, independent of how a file wraps them, and of whole files.

use crate::radiograph::StoredValues;
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// SHA-256 of the stored values as little-endian 32-bit integers, row by row, in lower-case
/// hexadecimal: equal for the same picture under every transfer syntax.
pub fn stored_fingerprint(stored: &StoredValues) -> String {
    let mut hasher = Sha256::new();
    let mut buffer = Vec::with_capacity(4 * 4096);
    for value in stored {
        buffer.extend_from_slice(&value.to_le_bytes());
        if buffer.len() == buffer.capacity() {
            hasher.update(&buffer);
            buffer.clear();
        }
    }
    hasher.update(&buffer);
    hexadecimal(&hasher.finalize())
}

/// Bytes as lower-case hexadecimal digits.
pub fn hexadecimal(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            digits.extend(char::from_digit(u32::from(digit), 16));
        }
    }
    digits
}

/// SHA-256 of a whole file, lower-case hexadecimal, with its length in bytes.
///
/// # Errors
/// Where the file cannot be read.
pub fn sha256_of_file(path: &Path) -> io::Result<(String, u64)> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut chunk = vec![0_u8; 1 << 20];
    let mut bytes = 0_u64;
    loop {
        let count = file.read(&mut chunk)?;
        let Some(read) = chunk.get(..count).filter(|read| !read.is_empty()) else {
            return Ok((hexadecimal(&hasher.finalize()), bytes));
        };
        hasher.update(read);
        bytes += count as u64;
    }
}
