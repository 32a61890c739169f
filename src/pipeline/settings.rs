//! What a reader may choose for one suppression; numbers that belong to a network stay in its bundle.

use serde::{Deserialize, Serialize};

/// Sampler of the reverse process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SamplerChoice {
    /// Latent consistency sampler (GL-LCM, Eq. 3).
    Lcm,
    /// Deterministic DDIM.
    Ddim,
    /// Ancestral DDPM (BS-LDM).
    Ddpm,
}

/// How the two conditions guide the local path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GuidanceChoice {
    /// Local-Enhanced Guidance (GL-LCM, Eq. 4).
    Leg,
    /// Classifier-free guidance: a zeroed condition in place of the global one.
    Cfg,
    /// The local condition alone.
    Vanilla,
    /// The form that runs in the authors' released code (noise in place of the global term).
    AuthorsLive,
    /// The form left as a comment in the authors' released code (global sample with global condition).
    AuthorsCommented,
}

/// Clipping of the predicted clean latent; ranges come from the bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClippingChoice {
    /// Range that grows from step to step, while the timestep falls (BS-LDM).
    Dynamic,
    /// `[-1, 1]`.
    Static,
    /// Per-image percentile.
    Percentile,
    /// None.
    None,
}

/// How global and local picture become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FusionChoice {
    /// Poisson fusion inside the lung field (GL-LCM, Eq. 5).
    Poisson,
    /// Weighted mean inside the lung field.
    Alpha,
    /// The authors' call of OpenCV's `seamlessClone`, in 8 bits.
    OpenCv,
    /// The global picture alone.
    None,
}

/// Grid of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutputGrid {
    /// The radiograph's own pixels with the bone layer taken off.
    Native,
    /// The decoded picture at the model's grid.
    Model,
}

/// Where the networks run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceChoice {
    /// CUDA where there is one, otherwise the CPU.
    Auto,
    /// The CPU.
    Cpu,
    /// CUDA device by index.
    Cuda(usize),
}

/// Number format of the networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PrecisionChoice {
    /// What is fast and safe on the device.
    Auto,
    /// 32-bit float.
    F32,
    /// bfloat16.
    Bf16,
}

/// Everything one suppression depends on beside the radiograph and the bundle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SuppressionSettings {
    /// Sampling steps, 1 to 50 for LCM.
    pub steps: usize,
    /// LEG weight w of Eq. 4; 1 is no guidance, 3 the paper's value.
    pub leg_weight: f64,
    /// Form of the guidance.
    pub guidance: GuidanceChoice,
    /// Sampler.
    pub sampler: SamplerChoice,
    /// Clipping of the predicted clean latent.
    pub clipping: ClippingChoice,
    /// Fusion of the two paths.
    pub fusion: FusionChoice,
    /// Grid of the result.
    pub output: OutputGrid,
    /// Seed of the noise, which is the same on every device; pictures differ by rounding alone.
    pub seed: u64,
}
