//! Facts the worker reports, in the past tense, each with its job.

use super::JobId;
use crate::pipeline::{SuppressionResult, SuppressionSettings};
use std::sync::Arc;

/// Why a job ended without a result and without an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// The reader cancelled it.
    Cancelled,
    /// The program is closing.
    ShutDown,
}

/// What happened.
#[derive(Debug, Clone)]
pub enum EventKind {
    /// The job left the queue.
    Started,
    /// A bundle is ready; with its name, SHA-256 and default settings.
    BundleLoaded {
        /// Name of the bundle.
        name: String,
        /// SHA-256 of the bundle, hexadecimal.
        sha256: String,
        /// What the bundle proposes.
        defaults: SuppressionSettings,
        /// Device the networks run on, as text.
        device: String,
    },
    /// Something the reader should know; the job goes on.
    Warned(String),
    /// The job ended with a soft-tissue image.
    Suppressed(Arc<SuppressionResult>),
    /// The job ended early on request.
    Stopped(StopReason),
    /// The job ended with an error, as one sentence.
    Failed(String),
}

/// One fact about one job.
#[derive(Debug, Clone)]
pub struct WorkerEvent {
    /// The job it is about.
    pub job: JobId,
    /// What happened.
    pub kind: EventKind,
}
