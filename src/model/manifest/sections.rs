//! The tables of a manifest.

use crate::model::{DenoiserConfig, SegmenterConfig, VqganConfig};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What the denoiser's output means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prediction {
    /// The noise (both published networks).
    Epsilon,
    /// The clean latent x0.
    Sample,
    /// What must be taken off the condition: x0 = condition - output, in normalised latents.
    ConditionResidual,
}

/// How the condition is scaled before it is concatenated with the noisy latent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConditionScaling {
    /// As the codec gives it, after normalisation.
    Unscaled,
    /// Times `sqrt(alphas_cumprod[t])`.
    SqrtAlphasCumprod,
}

/// How a radiograph is brought to the model's grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// Longer side to `size_px`, then padded to a multiple of `multiple_px`.
    Pad,
    /// Both sides to `size_px`, whatever the aspect ratio (the published networks).
    Square,
}

/// Grid on which the networks work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GridSpec {
    /// Side in pixels.
    pub size_px: u32,
    /// How the aspect ratio is treated.
    pub fit: Fit,
    /// Both sides of the grid are multiples of this.
    pub multiple_px: u32,
}

/// Image codec and its convention.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VqganSpec {
    /// Whether conditions and targets are codebook entries rather than continuous latents.
    pub quantize_latents: bool,
    /// Architecture.
    #[serde(flatten)]
    pub config: VqganConfig,
}

/// Noise estimator and its conventions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DenoiserSpec {
    /// What the output means.
    pub prediction: Prediction,
    /// Scale of the condition while sampling.
    pub condition: ConditionScaling,
    /// Scale of the condition while the network was trained; differs from `condition` in the published networks.
    pub condition_in_training: ConditionScaling,
    /// Architecture.
    #[serde(flatten)]
    pub config: DenoiserConfig,
}

/// Per-channel normalisation of latents: `(latent - mean) / std`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LatentSpec {
    /// Mean of each latent channel; 0 where latents are used as they are.
    pub mean: Vec<f64>,
    /// Standard deviation of each latent channel; 1 where latents are used as they are.
    pub std: Vec<f64>,
}

/// Noise schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ScheduleSpec {
    /// Squares of equally spaced square roots of beta (GL-LCM).
    ScaledLinear {
        /// First beta.
        beta_start: f64,
        /// Last beta.
        beta_end: f64,
        /// Number of timesteps T.
        num_timesteps: u32,
    },
    /// Squared cosine, each beta at most 0.999 (BS-LDM).
    Cosine {
        /// Number of timesteps T.
        num_timesteps: u32,
    },
}

impl ScheduleSpec {
    /// Number of timesteps T.
    pub fn num_timesteps(&self) -> u32 {
        match self {
            Self::ScaledLinear { num_timesteps, .. } | Self::Cosine { num_timesteps } => {
                *num_timesteps
            }
        }
    }
}

/// Clipping of the predicted clean latent, in the units of the normalised latent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ClipSpec {
    /// Range `slope * step + intercept` with the step counted from 0.
    Dynamic {
        /// Growth per step.
        slope: f64,
        /// Intercept of the global path.
        global: f64,
        /// Intercept of the local path.
        local: f64,
    },
    /// The same range at every step.
    Static {
        /// Range of the global path.
        global: f64,
        /// Range of the local path.
        local: f64,
    },
    /// Range from a quantile of the magnitudes, at least 1.
    Percentile {
        /// Quantile, in (0, 1).
        quantile: f64,
    },
    /// No clipping.
    None,
}

/// What the local path sees, and how its picture meets the global one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LocalPathSpec {
    /// Grey scale of the radiograph whose part inside the lungs is the local condition.
    pub input: InputRange,
    /// Width in pixels of the model's grid of the border inside the lung field where the local picture does not count:
    /// there the codec mixes the lung with the black outside of it.
    pub border_px: u32,
    /// Whether the local picture is shifted to the global one's mean inside the lungs before both are fused.
    pub shift_mean: bool,
    /// Whether both pictures are black where the radiograph's 8-bit grey level is 0 or 1.
    pub blank_background: bool,
}

/// Grey scale of a network's input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InputRange {
    /// Display values as they are.
    Displayed,
    /// Display values stretched so that each radiograph reaches from black to white.
    Stretched,
}

/// Grey scale of a segmenter's input.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SegmenterInput {
    /// Display values as they are.
    #[default]
    Displayed,
    /// Display values stretched so that each radiograph reaches from black to white.
    Stretched,
    /// The share of the pixels that are darker, those of the black border with them, as
    /// [`crate::radiograph::equalized`] tells it: the window of the radiograph changes nothing.
    Equalized,
}

/// Values a network's input spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InputUnits {
    /// Black is -1, white is 1.
    Signed,
    /// Black is 0, white is 1.
    Unit,
}

/// Lung segmenter and its conventions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SegmenterSpec {
    /// Side of the square image it sees, in pixels.
    pub size_px: u32,
    /// How a radiograph that is not square is brought to that square.
    pub fit: Fit,
    /// Grey scale of its input.
    pub input: SegmenterInput,
    /// Values its input spans.
    pub units: InputUnits,
    /// Probability above which a pixel belongs to the lungs.
    pub threshold: f64,
    /// What is done to its mask.
    #[serde(default)]
    pub cleaning: CleaningSpec,
    /// Architecture.
    #[serde(flatten)]
    pub config: SegmenterConfig,
}

/// Cleaning of a lung mask before it is used; the default is this project's own.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CleaningSpec {
    /// Components that take less than this share of the picture go.
    pub min_component_share: f64,
    /// Steps of 3 x 3 opening in a picture whose longer side is 1024 px; 0 for none.
    pub opening_px: u32,
    /// Whether holes are filled.
    pub fill_holes: bool,
}

impl Default for CleaningSpec {
    /// A lung takes some 10 % of a radiograph; what is far smaller, or hangs on by a thread, is none.
    fn default() -> Self {
        Self {
            min_component_share: 0.005,
            opening_px: 6,
            fill_holes: true,
        }
    }
}

impl CleaningSpec {
    /// The authors': components of fewer than 100 px at 1024 x 1024 go, and nothing else is done.
    pub const AUTHORS: Self = Self {
        min_component_share: 100.0 / (1024.0 * 1024.0),
        opening_px: 0,
        fill_holes: false,
    };
}

/// Sampler of the reverse process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SamplerName {
    /// Latent consistency sampler.
    Lcm,
    /// Deterministic DDIM.
    Ddim,
    /// Ancestral DDPM.
    Ddpm,
}

/// Fusion of the global and the local picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FusionName {
    /// Poisson fusion inside the lung field.
    Poisson,
    /// Weighted mean inside the lung field.
    Alpha,
    /// The authors' call of OpenCV's `seamlessClone`, in 8 bits.
    Opencv,
    /// The global picture alone.
    None,
}

/// Guidance of the local path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuidanceName {
    /// Local-Enhanced Guidance.
    Leg,
    /// Classifier-free guidance.
    Cfg,
    /// The local condition alone.
    Vanilla,
    /// The form that runs in the authors' released code.
    AuthorsLive,
    /// The form left as a comment in the authors' released code.
    AuthorsCommented,
}

/// Settings a new session starts with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SamplingDefaults {
    /// Sampling steps.
    pub steps: u32,
    /// LEG weight w; 1 is no guidance.
    pub leg_weight: f64,
    /// Sampler.
    pub sampler: SamplerName,
    /// Fusion.
    pub fusion: FusionName,
    /// Guidance.
    pub guidance: GuidanceName,
}

/// Which network a weights file belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileRole {
    /// Image codec.
    Vqgan,
    /// Noise estimator.
    Denoiser,
    /// Lung segmenter.
    Segmenter,
}

impl fmt::Display for FileRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Vqgan => "vqgan",
            Self::Denoiser => "denoiser",
            Self::Segmenter => "segmenter",
        })
    }
}

/// One weights file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Network it belongs to.
    pub role: FileRole,
    /// File name inside the bundle.
    pub name: String,
    /// sha256 of the file, lower-case hexadecimal.
    pub sha256: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Where imported weights came from: file name and sha256 of the checkpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
}

/// A file of a bundle that holds no weights.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedFile {
    /// File name inside the bundle.
    pub name: String,
    /// sha256 of the file, lower-case hexadecimal.
    pub sha256: String,
    /// Size in bytes.
    pub bytes: u64,
}
