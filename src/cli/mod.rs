//! Placeholder page of `cli`.
