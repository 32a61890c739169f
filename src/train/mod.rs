//! Training: from folders of radiographs to the weights of a bundle.
//!
//! Owns run files, training images and their augmentation, losses, optimisers, averaging, checkpoints
//! and the run folder. One thread, one run at a time; whoever calls [`run`] watches it, and may stop it,
//! through an [`Observer`]. Must not know windows, command lines or threads.
//!
//! ```text
//!  RUN.toml ── RunConfig ─┐
//!  folders ─── Dataset ───┼─> Stage: segmenter | vqgan | denoiser | distill ──> RunFolder ── export ──> bundle, adapter
//!  (bundle) ── Base ──────┘
//! ```
//!
//! # Example
//! ```no_run
//! use diaphane::train::{RunConfig, Start, Unobserved, run};
//! use std::path::Path;
//!
//! let config = RunConfig::read(Path::new("RUN.toml"))?;
//! let summary = run(&config, Start::Fresh, &mut Unobserved)?;
//! println!("{} iterations", summary.iterations);
//! # Ok::<(), diaphane::train::TrainError>(())
//! ```

mod base;
mod config;
mod data;
mod error;
mod export;
mod found_lungs;
mod learned;
pub mod losses;
mod low_rank;
mod network;
mod observer;
mod optimizer;
mod packed;
mod packing;
mod preview;
mod random;
mod recipe;
mod resume;
mod run;
mod run_folder;
mod stages;

pub use base::copy_base;
pub use config::{
    AdapterConfig, AugmentationConfig, ChannelWeights, Conventions, DataConfig, Decay,
    DenoiserLoss, DistillLoss, LossConfig, ModelConfig, OptimizerConfig, OptimizerKind,
    PatienceConfig, PixelDistance, Precision, RunConfig, SamplesConfig, SegmenterLoss,
    SourceConfig, SourceKind, TrainStage, VqganLoss,
};
pub use data::{Batch, Dataset, DatasetEntry, Patch, PatchShape, Sample, SampleFiles, Split};
pub use error::TrainError;
pub use export::{ExportConfig, export, export_adapter};
pub use found_lungs::FOUND_LUNGS;
pub use learned::learned_from_run_files;
pub use network::{TrainedNetwork, load_variables};
pub use observer::{Observer, Terms, TrainEvent, Unobserved};
pub use optimizer::Optimizer;
pub use packed::{ExportedBundle, PackedCheckpoint};
pub use packing::pack_checkpoint;
pub use preview::preview_augmentations;
pub use recipe::with_recipe;
pub use run::{EndReason, RunSummary, Start, run, weights_file};
pub use run_folder::{RunFolder, RunState, Which};
pub use stages::LatentStats;
