//! What a denoiser's output means and how it sees its condition.

use serde::{Deserialize, Serialize};

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
