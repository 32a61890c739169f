//! Placeholder page of `nn`.
