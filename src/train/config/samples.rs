//! Pictures that a run writes of its validation images.

use crate::train::TrainError;
use serde::{Deserialize, Serialize};

/// Largest number of sampling steps of a picture.
const MOST_STEPS: usize = 50;

/// Soft-tissue images of the first validation images, on the global path, from the same noise each time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SamplesConfig {
    /// Images that are rendered at every validation; 0 for none.
    pub images: usize,
    /// Sampling steps.
    pub steps: usize,
}

impl Default for SamplesConfig {
    fn default() -> Self {
        Self {
            images: 4,
            steps: 4,
        }
    }
}

impl SamplesConfig {
    pub(super) fn validate(&self) -> Result<(), TrainError> {
        if (1..=MOST_STEPS).contains(&self.steps) {
            return Ok(());
        }
        Err(TrainError::setting(
            "samples.steps",
            format!("must lie between 1 and {MOST_STEPS}"),
        ))
    }
}
