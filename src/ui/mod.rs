//! Placeholder page of `ui`.
