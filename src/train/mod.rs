//! Placeholder page of `train`.
