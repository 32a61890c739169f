//! Placeholder page of `render`.
