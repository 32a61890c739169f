//! From one radiograph to its soft-tissue image.
//!
//! Owns the order of the stages, what is cached between runs, and the certificate; knows no window and no thread.
//!
//! ```text
//! stored values -> display -> model grid -+-> E(x) ------> global path -> D -+-> fusion -> bone layer -> native pixels
//!                                         +-> E(x * m) --> local path --> D -+
//!                                         +-> segmenter -> m
//! ```

mod cache;
mod certificate;
mod certificate_file;
mod changes;
mod clock;
mod conventions;
mod devices;
mod error;
mod fusing;
mod grid;
mod kept_result;
mod keys;
mod lung_finder;
mod memory;
mod networks;
mod parameters;
mod perceptual;
mod plan;
mod preview;
mod progress;
mod request;
mod restore;
mod result;
mod run;
mod seeds;
mod segment;
mod segmenter;
mod settings;
mod stage_cache;
mod stage_steps;
mod suitability;
mod suppressor;
mod tensors;

pub use crate::model::site;
pub use certificate::{
    Certificate, CertifiedInput, CertifiedOutput, MaskOrigin, PlannedRun, grey16_sha256,
    mask8_sha256,
};
pub use certificate_file::{
    SOFT_COMMENT, certificate_path, read_certificate, withdraw, write_certificate, write_certified,
};
pub use changes::Changes;
pub use conventions::global_clip;
pub use devices::{DeviceInfo, available_devices};
pub use error::PipelineError;
pub use grid::{GridRule, ModelGrid};
pub use kept_result::{KeptResult, KeptResultError};
pub use lung_finder::LungFinder;
pub use memory::{MemoryOffer, MemorySaving};
pub use parameters::Parameters;
pub use perceptual::Perceptual;
pub use preview::{Preview, PreviewChoice};
pub use progress::{Observer, PlannedStage, Progress, ProgressTracker};
pub use request::{
    AdapterChoice, BundleSummary, ComputeOptions, MOST_ADAPTER_PERCENT, SuppressionRequest,
    UncertaintyForm,
};
pub use result::{Stage, StageTime, SuppressionResult};
pub use seeds::{MOST_SEEDS, uncertainty_full_scale};
pub use segment::MaskPair;
pub use settings::{
    ClippingChoice, DeviceChoice, FusionChoice, GuidanceChoice, OutputGrid, PrecisionChoice,
    SamplerChoice, SuppressionSettings,
};
pub use stage_steps::{StageSteps, StepCount};
pub use suitability::suitability_of;
pub use suppressor::Suppressor;

#[cfg(test)]
pub(crate) use certificate::fixture::radiograph as two_pixels;

pub use crate::diffusion::PathKind;
pub use crate::guard::{Mark, MarkReason};
