//! Optimiser, learning rate and weight averaging.

use crate::train::TrainError;
use serde::{Deserialize, Serialize};

/// Rule of one optimiser step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OptimizerKind {
    /// Weight decay enters as part of the gradient.
    Adam,
    /// Weight decay shrinks the weights apart from the gradient.
    Adamw,
}

/// Course of the learning rate after the warm-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decay {
    /// Stays at the peak.
    Constant,
    /// Falls in a straight line to the floor.
    Linear,
    /// Falls along half a cosine to the floor.
    Cosine,
}

/// Optimiser settings.
///
/// The defaults suit a short run of the denoiser; what the shipped networks were trained with stands in their
/// run files, `models/compact/recipe/*.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OptimizerConfig {
    /// Rule of a step.
    pub kind: OptimizerKind,
    /// Peak learning rate.
    pub learning_rate: f64,
    /// Learning rate at the end of the budget.
    pub floor: f64,
    /// Iterations of linear rise from 0 to the peak.
    pub warm_up: u64,
    /// Course from the peak to the floor, over the share of the budget that is used.
    pub decay: Decay,
    /// Averaging factors of gradient and squared gradient.
    pub betas: [f64; 2],
    /// Keeps the division by the second moment finite.
    pub eps: f64,
    /// Weight decay.
    pub weight_decay: f64,
    /// Largest global gradient norm; 0 does not clip.
    pub gradient_clip: f64,
    /// Decay of the averaged weights; 0 makes the average follow the weights.
    pub ema_decay: f64,
}

impl Default for OptimizerConfig {
    fn default() -> Self {
        Self {
            kind: OptimizerKind::Adamw,
            learning_rate: 8e-4,
            floor: 1e-5,
            warm_up: 50,
            decay: Decay::Linear,
            betas: [0.9, 0.999],
            eps: 1e-8,
            weight_decay: 1e-3,
            gradient_clip: 1.0,
            ema_decay: 0.995,
        }
    }
}

impl OptimizerConfig {
    /// Learning rate of `iteration` (from 0) when `fraction` of the budget, in `[0, 1]`, is used.
    pub fn learning_rate_at(&self, iteration: u64, fraction: f64) -> f64 {
        let rise = ((iteration + 1) as f64 / (self.warm_up + 1) as f64).min(1.0);
        let fraction = fraction.clamp(0.0, 1.0);
        let remaining = match self.decay {
            Decay::Constant => 1.0,
            Decay::Linear => 1.0 - fraction,
            Decay::Cosine => 0.5 * (1.0 + (std::f64::consts::PI * fraction).cos()),
        };
        rise * (self.floor + (self.learning_rate - self.floor) * remaining)
    }

    pub(super) fn validate(&self) -> Result<(), TrainError> {
        let refuse = |field: &str, reason: &str| {
            Err(TrainError::setting(&format!("optimizer.{field}"), reason))
        };
        if !(self.learning_rate.is_finite() && self.learning_rate > 0.0) {
            return refuse("learning_rate", "must be a positive number");
        }
        if !(self.floor >= 0.0 && self.floor <= self.learning_rate) {
            return refuse("floor", "must lie between 0 and the learning rate");
        }
        if !self.betas.iter().all(|beta| (0.0..1.0).contains(beta)) {
            return refuse("betas", "must lie in [0, 1)");
        }
        if !(self.eps.is_finite() && self.eps > 0.0) {
            return refuse("eps", "must be a positive number");
        }
        for (field, value) in [
            ("weight_decay", self.weight_decay),
            ("gradient_clip", self.gradient_clip),
        ] {
            if !(value.is_finite() && value >= 0.0) {
                return refuse(field, "must not be negative");
            }
        }
        if !(0.0..1.0).contains(&self.ema_decay) {
            return refuse("ema_decay", "must lie in [0, 1)");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_learning_rate_rises_and_falls_to_the_floor() {
        let config = OptimizerConfig {
            warm_up: 9,
            ..OptimizerConfig::default()
        };
        assert!((config.learning_rate_at(0, 0.0) - 8e-5).abs() < 1e-12);
        assert!((config.learning_rate_at(9, 0.0) - 8e-4).abs() < 1e-12);
        assert!((config.learning_rate_at(5000, 1.0) - 1e-5).abs() < 1e-12);
        let cosine = OptimizerConfig {
            decay: Decay::Cosine,
            ..config
        };
        assert!((cosine.learning_rate_at(5000, 0.5) - 0.5 * (8e-4 + 1e-5)).abs() < 1e-12);
    }
}
