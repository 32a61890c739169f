//! Placeholder page of `diffusion`.
