//! Placeholder page of `display`.
