//! Placeholder page of `model`.
