//! What can go wrong on the way from a radiograph to its soft-tissue image.

use crate::diffusion::DiffusionError;
use crate::fusion::FusionError;
use crate::model::{LpipsError, ModelError};
use crate::radiograph::ShapeError;

/// Why there is no soft-tissue image.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// The observer asked for an end.
    #[error("the suppression was cancelled")]
    Cancelled,
    /// No bundle was loaded.
    #[error("no networks are loaded; choose a bundle first")]
    NoBundle,
    /// The bundle has no segmenter and no mask was given.
    #[error("the bundle {bundle} cannot find the lungs itself; give a lung mask (--mask)")]
    NoSegmenter {
        /// Name of the bundle.
        bundle: String,
    },
    /// The mask lies on another grid than the radiograph.
    #[error(
        "the lung mask has {} x {} pixels and the radiograph {} x {}; give a mask of the radiograph's size",
        mask.0, mask.1, radiograph.0, radiograph.1
    )]
    MaskSize {
        /// Width and height of the mask.
        mask: (usize, usize),
        /// Width and height of the radiograph.
        radiograph: (usize, usize),
    },
    /// The radiograph has no pixels.
    #[error("the radiograph has no pixels; check the file")]
    NoPixels,
    /// The radiograph has no window and no VOI LUT.
    #[error("the radiograph has no window to show it under; check the file")]
    NoWindow,
    /// A setting lies outside its range.
    #[error("{name} is {value}; choose {range}")]
    Setting {
        /// Name of the setting.
        name: &'static str,
        /// Its value.
        value: String,
        /// What is possible.
        range: &'static str,
    },
    /// The device is not there.
    #[error("there is no CUDA device {index} ({available} found); choose another, or the CPU")]
    NoDevice {
        /// Index asked for.
        index: usize,
        /// Number of devices found.
        available: usize,
    },
    /// The networks could not be loaded or do not fit.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The perceptual distance could not be computed.
    #[error(transparent)]
    Perceptual(#[from] LpipsError),
    /// The sampling could not be done.
    #[error(transparent)]
    Diffusion(DiffusionError),
    /// The pictures could not be fused or restored.
    #[error(transparent)]
    Fusion(#[from] FusionError),
    /// Two pictures that should share a grid do not.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// A stage needs more memory than there is; found before anything is run.
    #[error(
        "{stage} needs about {needed_mib} MiB of memory and {available_mib} MiB are free; {advice}"
    )]
    Memory {
        /// The stage that needs most.
        stage: super::Stage,
        /// Its need, MiB.
        needed_mib: u64,
        /// What is free, MiB.
        available_mib: u64,
        /// What to do, in words.
        advice: String,
        /// Changes with which it would fit; empty where no setting helps.
        offers: Vec<super::MemoryOffer>,
    },
    /// Libtorch refused an operation, for want of memory above all.
    #[error("the networks could not run: {}; choose a smaller grid, another device, or close other programs", first_line(.0))]
    Torch(#[from] tch::TchError),
    /// The networks gave values that are no picture.
    #[error("the networks gave values that are not finite; try another seed, sampler or clipping")]
    NotFinite,
}

impl From<DiffusionError> for PipelineError {
    fn from(err: DiffusionError) -> Self {
        match err {
            DiffusionError::Cancelled => Self::Cancelled,
            other => Self::Diffusion(other),
        }
    }
}

/// Libtorch appends a stack trace to its messages.
fn first_line(err: &tch::TchError) -> String {
    let text = err.to_string();
    text.lines().next().unwrap_or_default().to_owned()
}
