//! What a run trains, and in which number format.

use crate::nn::fast_kind;
use serde::{Deserialize, Serialize};
use tch::{Device, Kind};

/// Which network a run trains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrainStage {
    /// The lung segmenter, on whole images.
    Segmenter,
    /// The VQGAN, on patches of radiographs and soft-tissue images.
    Vqgan,
    /// The noise estimator, on latents of a frozen VQGAN.
    Denoiser,
    /// The noise estimator of a bundle, taught by itself to need fewer steps.
    Distill,
}

impl TrainStage {
    /// The name used in run files and logs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Segmenter => "segmenter",
            Self::Vqgan => "vqgan",
            Self::Denoiser => "denoiser",
            Self::Distill => "distill",
        }
    }
}

/// Number format of a run's convolutions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// What [`crate::nn::fast_kind`] says: bf16 on CUDA and on processors that multiply it, f32 elsewhere.
    #[default]
    Auto,
    /// 32-bit float.
    F32,
    /// bfloat16.
    Bf16,
}

impl Precision {
    /// The kind of the tensors that convolutions see on `device`.
    pub fn kind(self, device: Device) -> Kind {
        match self {
            Self::Auto => fast_kind(device),
            Self::F32 => Kind::Float,
            Self::Bf16 => Kind::BFloat16,
        }
    }
}
