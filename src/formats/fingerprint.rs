//! A name for the stored values themselves, independent of how a file wraps them.

use crate::radiograph::StoredValues;
use sha2::{Digest as _, Sha256};

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
