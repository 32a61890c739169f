//! Low-rank adapters: what is changed, and how freely.

use crate::train::TrainError;
use serde::{Deserialize, Serialize};

/// Largest rank; beyond it an adapter is no smaller than the weights.
const LARGEST_RANK: i64 = 256;

/// Low-rank changes `B A` of the denoiser's convolutions and attention projections.
///
/// # Source
/// Hu et al., LoRA (2021), section 4.1: `W = W0 + alpha / r B A`, B zero at the start, A Gaussian.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AdapterConfig {
    /// Rank r of every change.
    pub rank: i64,
    /// Factor alpha; `alpha / rank` scales the change.
    pub alpha: f64,
    /// Matrices with fewer output or input numbers than this are left as they are.
    pub least_side: i64,
}

impl Default for AdapterConfig {
    fn default() -> Self {
        Self {
            rank: 8,
            alpha: 8.0,
            // Below it a change of rank 8 would hold as many numbers as the matrix.
            least_side: 16,
        }
    }
}

impl AdapterConfig {
    pub(super) fn validate(&self) -> Result<(), TrainError> {
        if !(1..=LARGEST_RANK).contains(&self.rank) {
            return Err(TrainError::setting(
                "adapter.rank",
                format!("must lie between 1 and {LARGEST_RANK}"),
            ));
        }
        if !(self.alpha.is_finite() && self.alpha > 0.0) {
            return Err(TrainError::setting(
                "adapter.alpha",
                "must be a positive number",
            ));
        }
        if self.least_side < 1 {
            return Err(TrainError::setting(
                "adapter.least_side",
                "must be at least 1",
            ));
        }
        Ok(())
    }
}
