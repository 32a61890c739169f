//! Placeholder page of `fusion`.
