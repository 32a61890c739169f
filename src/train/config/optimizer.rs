//! Optimiser, learning rate and weight averaging.

use crate::train::TrainError;
use serde::{Deserialize, Serialize};

/// Factor of a fall where the run file names none: that of torch's `MultiStepLR`.
const DEFAULT_GAMMA: f64 = 0.1;

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
    /// Falls to its `gamma`-fold at each of the `milestones`, whatever the budget and the floor are.
    MultiStep,
}

impl Decay {
    /// Whether the learning rate depends on how much of the budget is used.
    pub fn follows_budget(self) -> bool {
        matches!(self, Self::Linear | Self::Cosine)
    }
}

/// Optimiser settings.
///
/// The defaults suit a short run of the denoiser; what the shipped networks were trained with stands in their
/// run files, `models/compact/recipe/*.toml`. GL-LCM's code trains its VQGAN with `kind = "adam"`, `learning_rate = 1e-4`,
/// `warm_up = 0`, `decay = "multi_step"`, `milestones = [200]`, `gamma = 0.25`: both of its schedulers hold the generator's
/// optimiser, and the discriminator's rate never falls.
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
    /// Iterations (from 0) with which the learning rate of `multi_step` falls, in rising order; one that is named twice counts
    /// twice.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub milestones: Vec<u64>,
    /// Factor of each fall.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gamma: Option<f64>,
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
            milestones: Vec::new(),
            gamma: None,
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
    ///
    /// `multi_step` is `learning_rate * gamma^n` with n milestones at or before `iteration`.
    ///
    /// # Source
    /// The documentation of `torch.optim.lr_scheduler.MultiStepLR`, stepped once an iteration.
    pub fn learning_rate_at(&self, iteration: u64, fraction: f64) -> f64 {
        let rise = ((iteration + 1) as f64 / (self.warm_up + 1) as f64).min(1.0);
        let fraction = fraction.clamp(0.0, 1.0);
        let falling = |remaining: f64| self.floor + (self.learning_rate - self.floor) * remaining;
        rise * match self.decay {
            Decay::Constant => self.learning_rate,
            Decay::Linear => falling(1.0 - fraction),
            Decay::Cosine => falling(0.5 * (1.0 + (std::f64::consts::PI * fraction).cos())),
            Decay::MultiStep => {
                let passed = self.milestones.partition_point(|&at| at <= iteration);
                self.learning_rate * self.gamma.unwrap_or(DEFAULT_GAMMA).powi(passed as i32)
            }
        }
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
        self.validate_milestones()?;
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

    fn validate_milestones(&self) -> Result<(), TrainError> {
        let refuse = |field: &str, reason: &str| {
            Err(TrainError::setting(&format!("optimizer.{field}"), reason))
        };
        if self.decay != Decay::MultiStep {
            return match (self.milestones.is_empty(), self.gamma) {
                (true, None) => Ok(()),
                (false, _) => refuse("milestones", "belong to `decay = \"multi_step\"`"),
                (true, Some(_)) => refuse("gamma", "belongs to `decay = \"multi_step\"`"),
            };
        }
        if self.milestones.is_empty() || !self.milestones.is_sorted() {
            return refuse(
                "milestones",
                "must name iterations in rising order, at least one",
            );
        }
        if !self.gamma.is_none_or(|gamma| gamma > 0.0 && gamma <= 1.0) {
            return refuse("gamma", "must be above 0 and at most 1");
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

    fn multi_step(milestones: &[u64], gamma: Option<f64>) -> OptimizerConfig {
        OptimizerConfig {
            learning_rate: 1e-4,
            warm_up: 0,
            decay: Decay::MultiStep,
            milestones: milestones.to_vec(),
            gamma,
            ..OptimizerConfig::default()
        }
    }

    /// What `MultiStepLR` leaves in its optimiser, step by step: at a milestone the rate is multiplied, as often as the
    /// milestone is named.
    fn chained(milestones: &[u64], gamma: f64, iteration: u64) -> f64 {
        let mut rate = 1e-4;
        for epoch in 1..=iteration {
            let times = milestones.iter().filter(|&&at| at == epoch).count();
            rate *= gamma.powi(times as i32);
        }
        rate
    }

    #[test]
    fn milestones_fall_as_those_of_torch_do() {
        for (milestones, gamma) in [
            (&[200][..], Some(0.25)),
            (&[200, 200], Some(0.5)),
            (&[1, 30, 80], None),
        ] {
            let config = multi_step(milestones, gamma);
            config.validate().unwrap();
            for iteration in [0, 1, 29, 30, 79, 80, 198, 199, 200, 201, 205, 5000] {
                let expected = chained(milestones, gamma.unwrap_or(0.1), iteration);
                for fraction in [0.0, 0.7, 1.0] {
                    let found = config.learning_rate_at(iteration, fraction);
                    assert!((found - expected).abs() < 1e-12 * expected, "{iteration}");
                }
            }
        }
        // The authors' run: 1e-4 until 200 schedulers' steps are done, then 2.5e-5.
        let authors = multi_step(&[200, 200], Some(0.5));
        assert!((authors.learning_rate_at(199, 0.0) - 1e-4).abs() < 1e-16);
        assert!((authors.learning_rate_at(200, 0.0) - 2.5e-5).abs() < 1e-16);
        assert!(!Decay::MultiStep.follows_budget() && Decay::Linear.follows_budget());
    }

    #[test]
    fn milestones_without_a_meaning_are_named() {
        let refused = |config: OptimizerConfig| config.validate().unwrap_err().to_string();
        for milestones in [&[][..], &[5, 3]] {
            let said = refused(multi_step(milestones, None));
            assert!(said.contains("`optimizer.milestones` must"), "{said}");
        }
        for gamma in [0.0, 1.5, f64::NAN] {
            let said = refused(multi_step(&[5], Some(gamma)));
            assert!(said.contains("`optimizer.gamma` must"), "{said}");
        }
        for (milestones, gamma, names) in [
            (&[5][..], None, "`optimizer.milestones` belong"),
            (&[], Some(0.5), "`optimizer.gamma` belongs"),
        ] {
            let said = refused(OptimizerConfig {
                decay: Decay::Linear,
                ..multi_step(milestones, gamma)
            });
            assert!(said.contains(names), "{said}");
        }
    }
}
