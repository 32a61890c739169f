//! Placeholder page of `simulate`.
