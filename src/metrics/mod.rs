//! Placeholder page of `metrics`.
