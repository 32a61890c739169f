//! What the worker must do; commands carry their data.

use super::{JobHandle, JobId, JudgePlan, LegNodesPlan, NodulePlan, PromotionPlan, SweepPlan};
use crate::pipeline::{AdapterChoice, ComputeOptions, SuppressionRequest};
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
    /// Run folder of a run that is made again under the settings of another; `None` where the run file says.
    pub out: Option<PathBuf>,
}

/// A bundle, and where its networks shall run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleChoice {
    /// Folder of the bundle.
    pub path: PathBuf,
    /// Device and number format; `None` keeps those in force, at first those the worker was started with.
    pub compute: Option<ComputeOptions>,
    /// Changes of the bundle's noise estimator; `None` takes the bundle as it is.
    pub adapter: Option<AdapterChoice>,
}

impl From<PathBuf> for BundleChoice {
    /// The bundle where networks run already.
    fn from(path: PathBuf) -> Self {
        Self {
            path,
            compute: None,
            adapter: None,
        }
    }
}

/// A command to the worker thread.
#[derive(Debug)]
pub enum WorkerCommand {
    /// Load a bundle; the same bundle on another device switches the device.
    LoadBundle(JobHandle, BundleChoice),
    /// Suppress the bones of one radiograph.
    Suppress(JobHandle, Box<SuppressionRequest>),
    /// Make soft-tissue images at several LEG weights; a job of [`JobHandle::background`].
    LegNodes(JobHandle, Box<LegNodesPlan>),
    /// Make one region under several settings; a job of [`JobHandle::background`].
    Sweep(JobHandle, Box<SweepPlan>),
    /// Try what becomes of synthetic nodules on one radiograph.
    TryNodules(JobHandle, Box<NodulePlan>),
    /// Let a waiting job come before another that waits, or last.
    Move {
        /// The job to move.
        job: JobId,
        /// The job it shall come before; `None` puts it at the end.
        before: Option<JobId>,
    },
    /// Find the lungs of one radiograph.
    Segment(JobHandle, Arc<Radiograph>),
    /// Train networks, when nobody waits for anything else: whatever is sent meanwhile comes between two steps.
    Train(JobHandle, Box<TrainingPlan>),
    /// Run the first steps of a training run that is not begun yet, and say what the whole of it will take.
    Preflight(JobHandle, Box<TrainingPlan>),
    /// Draw the first images that the run of a run file would show its network.
    PreviewAugmentations(JobHandle, PathBuf),
    /// Judge models on the same cases, when nobody waits for anything else: whatever is sent meanwhile comes before the
    /// next picture.
    Judge(JobHandle, Box<JudgePlan>),
    /// Put a model in force that was judged and passed.
    Promote(JobHandle, Box<PromotionPlan>),
    /// Let training wait at its next step boundary, or go on.
    HoldTraining(bool),
    /// Finish what is queued before and end the thread.
    Shutdown,
}

/// Kind of a command, for a newer one to replace older ones of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CommandKind {
    LoadBundle,
    Suppress,
    LegNodes,
    Sweep,
    TryNodules,
    Segment,
    Train,
    Preflight,
    PreviewAugmentations,
    Judge,
    Promote,
}

impl WorkerCommand {
    /// The job's handle; `None` for what is no job.
    pub fn handle(&self) -> Option<&JobHandle> {
        match self {
            Self::LoadBundle(handle, _)
            | Self::Suppress(handle, _)
            | Self::LegNodes(handle, _)
            | Self::Sweep(handle, _)
            | Self::TryNodules(handle, _)
            | Self::Segment(handle, _)
            | Self::Train(handle, _)
            | Self::Preflight(handle, _)
            | Self::PreviewAugmentations(handle, _)
            | Self::Judge(handle, _)
            | Self::Promote(handle, _) => Some(handle),
            Self::HoldTraining(_) | Self::Move { .. } | Self::Shutdown => None,
        }
    }

    pub(super) fn kind(&self) -> Option<CommandKind> {
        match self {
            Self::LoadBundle(..) => Some(CommandKind::LoadBundle),
            Self::Suppress(..) => Some(CommandKind::Suppress),
            Self::LegNodes(..) => Some(CommandKind::LegNodes),
            Self::Sweep(..) => Some(CommandKind::Sweep),
            Self::TryNodules(..) => Some(CommandKind::TryNodules),
            Self::Segment(..) => Some(CommandKind::Segment),
            Self::Train(..) => Some(CommandKind::Train),
            Self::Preflight(..) => Some(CommandKind::Preflight),
            Self::PreviewAugmentations(..) => Some(CommandKind::PreviewAugmentations),
            Self::Judge(..) => Some(CommandKind::Judge),
            Self::Promote(..) => Some(CommandKind::Promote),
            Self::HoldTraining(_) | Self::Move { .. } | Self::Shutdown => None,
        }
    }

    /// Whether it trains networks, prepares that or judges them, for which nobody waits.
    pub(super) fn is_training(&self) -> bool {
        matches!(
            self,
            Self::Train(..)
                | Self::Preflight(..)
                | Self::PreviewAugmentations(..)
                | Self::Judge(..)
        )
    }
}
