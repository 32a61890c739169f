//! Placeholder page of `worker`.
