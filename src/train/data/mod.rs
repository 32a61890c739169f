//! Training images: finding, pairing, reading, splitting, cutting and changing them.
//!
//! Owns display values in `[0, 1]`, 1 = white, bones white. Knows nothing of networks or losses.

mod augment;
mod blur;
mod caution;
mod dataset;
mod grid;
mod leak;
mod listing;
mod locked;
mod patch;
mod people;
mod read;
mod sample;
mod shadows;
mod warp;

pub use dataset::{Dataset, DatasetEntry, Split};
pub(crate) use grid::{in_square, on_grid};
pub use listing::{SampleFiles, list_source};
pub use patch::{Batch, Patch, PatchShape};
pub use sample::Sample;
