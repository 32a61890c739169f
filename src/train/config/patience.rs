//! When a run has learned what it can.

use crate::train::TrainError;
use serde::{Deserialize, Serialize};

/// A run ends by itself where so many validations in a row were no gain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatienceConfig {
    /// Validations without a gain after which the run ends.
    pub validations: u64,
    /// A score is a gain where it exceeds that of the last gain by more than this. Which checkpoint is the best it does not
    /// decide.
    #[serde(default)]
    pub min_delta: f64,
}

impl PatienceConfig {
    pub(super) fn validate(&self, validate_every: u64) -> Result<(), TrainError> {
        if self.validations == 0 || validate_every == 0 {
            return Err(TrainError::setting(
                "patience.validations",
                "must be at least 1, with `validate_every` above 0",
            ));
        }
        if !(self.min_delta.is_finite() && self.min_delta >= 0.0) {
            return Err(TrainError::setting(
                "patience.min_delta",
                "must not be negative",
            ));
        }
        Ok(())
    }
}
