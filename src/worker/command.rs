//! What the worker must do; commands carry their data.

use super::JobHandle;
use crate::pipeline::SuppressionSettings;
use crate::radiograph::{LungMask, Radiograph};
use std::path::PathBuf;
use std::sync::Arc;

/// One suppression.
#[derive(Debug, Clone)]
pub struct SuppressionRequest {
    /// The radiograph.
    pub radiograph: Arc<Radiograph>,
    /// The reader's choices.
    pub settings: SuppressionSettings,
    /// A mask drawn or loaded by the reader, on the radiograph's grid; `None` lets the segmenter find it.
    pub mask: Option<Arc<LungMask>>,
}

/// A command to the worker thread.
#[derive(Debug)]
pub enum WorkerCommand {
    /// Load the bundle at this path.
    LoadBundle(JobHandle, PathBuf),
    /// Suppress the bones of one radiograph.
    Suppress(JobHandle, Box<SuppressionRequest>),
    /// Finish and end the thread.
    Shutdown,
}
