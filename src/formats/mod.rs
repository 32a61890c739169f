//! Placeholder page of `formats`.
