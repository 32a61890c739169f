//! What the worker must do; commands carry their data.

use super::JobHandle;
use crate::pipeline::SuppressionRequest;
use crate::radiograph::Radiograph;
use std::path::PathBuf;
use std::sync::Arc;

/// A training run: its configuration file, and the run folder to go on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrainingPlan {
    /// `RUN.toml`.
    pub config: PathBuf,
    /// Run folder whose newest checkpoint is the start; `None` begins anew.
    pub resume: Option<PathBuf>,
}

/// A command to the worker thread.
#[derive(Debug)]
pub enum WorkerCommand {
    /// Load the bundle at this path.
    LoadBundle(JobHandle, PathBuf),
    /// Suppress the bones of one radiograph.
    Suppress(JobHandle, Box<SuppressionRequest>),
    /// Find the lungs of one radiograph.
    Segment(JobHandle, Arc<Radiograph>),
    /// Train networks.
    Train(JobHandle, Box<TrainingPlan>),
    /// Finish what is queued before and end the thread.
    Shutdown,
}

/// Kind of a command, for a newer one to replace older ones of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CommandKind {
    LoadBundle,
    Suppress,
    Segment,
    Train,
}

impl WorkerCommand {
    /// The job's handle; `None` for [`WorkerCommand::Shutdown`].
    pub fn handle(&self) -> Option<&JobHandle> {
        match self {
            Self::LoadBundle(handle, _)
            | Self::Suppress(handle, _)
            | Self::Segment(handle, _)
            | Self::Train(handle, _) => Some(handle),
            Self::Shutdown => None,
        }
    }

    pub(super) fn kind(&self) -> Option<CommandKind> {
        match self {
            Self::LoadBundle(..) => Some(CommandKind::LoadBundle),
            Self::Suppress(..) => Some(CommandKind::Suppress),
            Self::Segment(..) => Some(CommandKind::Segment),
            Self::Train(..) => Some(CommandKind::Train),
            Self::Shutdown => None,
        }
    }
}
