//! Placeholder page of `pipeline`.
