//! What a run left behind.

use serde::Serialize;
use std::path::PathBuf;

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The budget is used up.
    Finished,
    /// The observer stopped it; it can be resumed.
    Cancelled,
    /// Validations were no better for as long as the run file has patience.
    Settled,
}

/// What a run left behind.
#[derive(Debug, Clone, Serialize)]
pub struct RunSummary {
    /// The run folder.
    pub out: PathBuf,
    /// Why it ended.
    pub reason: EndReason,
    /// Iterations done, resumed parts included.
    pub iterations: u64,
    /// Training time, resumed parts included.
    pub elapsed_secs: f64,
    /// Best validation score; larger is better.
    pub best_score: Option<f64>,
    /// Iterations done when it was reached.
    pub best_iteration: Option<u64>,
    /// The newest checkpoint.
    pub last_checkpoint: PathBuf,
}
