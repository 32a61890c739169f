//! Facts the worker reports, in the past tense, each with its job.

use super::site::SiteModel;
use super::{
    ContestOutcome, ContestStep, JobId, LegNodes, NoduleOutcome, Preflight, SweepCell, TrainEvent,
};
use crate::pipeline::{
    BundleSummary, DeviceInfo, MemoryOffer, SuppressionResult, SuppressionSettings,
};
use crate::radiograph::{FloatImage, LungMask, Warning};
use std::fmt;
use std::sync::Arc;

/// Why a job ended without a result and without an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// The reader cancelled it, or a newer job took its place.
    Cancelled,
    /// The program is closing.
    ShutDown,
}

/// Why a job has no result.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Failure {
    /// One sentence for the reader: what, which file, what to do.
    pub text: String,
    /// Changes with which it would fit into the memory there is; empty where memory was not wanting, or none helps.
    pub offers: Vec<MemoryOffer>,
}

impl From<String> for Failure {
    /// A failure that offers nothing.
    fn from(text: String) -> Self {
        Self {
            text,
            offers: Vec::new(),
        }
    }
}

impl From<&str> for Failure {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

/// What happened.
#[derive(Debug, Clone)]
pub enum EventKind {
    /// The job left the queue.
    Started,
    /// A background job made room for an interactive one; it waits, and starts again from what it has finished.
    Deferred,
    /// A bundle is ready; with its name, SHA-256 and default settings. Ends the job.
    BundleLoaded {
        /// Name of the bundle.
        name: String,
        /// SHA-256 of the bundle, hexadecimal.
        sha256: String,
        /// What the bundle proposes.
        defaults: SuppressionSettings,
        /// Device the networks run on, as text.
        device: String,
        /// Number format of the noise estimator, as text.
        precision: String,
        /// Every device that networks can run on.
        devices: Vec<DeviceInfo>,
    },
    /// Something the reader should know; the job goes on.
    Warned(Warning),
    /// A fact about a training run; the job goes on.
    TrainingProgressed(Box<TrainEvent>),
    /// Training waits between two steps, because a reader wants something or the window holds it; the job goes on.
    TrainingPaused,
    /// Training goes on.
    TrainingResumed,
    /// The job ended with a soft-tissue image.
    Suppressed(Arc<SuppressionResult>),
    /// The job ended with soft-tissue images at several LEG weights.
    LegNodesMade(Arc<LegNodes>),
    /// One picture of a sweep is there; the job goes on.
    SweepCellMade(Arc<SweepCell>),
    /// The job ended with every picture of a sweep.
    SweepFinished,
    /// The job ended with what became of synthetic nodules.
    NodulesTried(Arc<NoduleOutcome>),
    /// The job ended with a lung mask on the radiograph's grid.
    Segmented(Arc<LungMask>),
    /// The job ended with trained networks; a sentence that says where they lie.
    Trained(String),
    /// The job ended with what a training run will take.
    Preflighted(Box<Preflight>),
    /// The job ended with three times three images as a network of the run would see them, display values in `[0, 1]`.
    AugmentationsDrawn(Arc<FloatImage>),
    /// A picture of a contest is begun; the job goes on.
    PictureBegun(Box<ContestStep>),
    /// The job ended with what came of a contest.
    Judged(Arc<ContestOutcome>),
    /// The job ended with a model in force.
    Promoted(Box<SiteModel>),
    /// The job ended early on request.
    Stopped(StopReason),
    /// The job ended with an error.
    Failed(Failure),
}

impl EventKind {
    /// A bundle is ready, on one of `devices`.
    pub(super) fn bundle_loaded(summary: BundleSummary, devices: Vec<DeviceInfo>) -> Self {
        let BundleSummary {
            name,
            sha256,
            defaults,
            device,
            precision,
            ..
        } = summary;
        Self::BundleLoaded {
            name,
            sha256,
            defaults,
            device,
            precision,
            devices,
        }
    }

    /// Whether this is the job's last event.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Started
            | Self::Deferred
            | Self::Warned(_)
            | Self::TrainingProgressed(_)
            | Self::TrainingPaused
            | Self::TrainingResumed
            | Self::PictureBegun(_)
            | Self::SweepCellMade(_) => false,
            Self::BundleLoaded { .. }
            | Self::Suppressed(_)
            | Self::LegNodesMade(_)
            | Self::SweepFinished
            | Self::NodulesTried(_)
            | Self::Segmented(_)
            | Self::Trained(_)
            | Self::Preflighted(_)
            | Self::AugmentationsDrawn(_)
            | Self::Judged(_)
            | Self::Promoted(_)
            | Self::Stopped(_)
            | Self::Failed(_) => true,
        }
    }
}

/// One fact about one job.
#[derive(Debug, Clone)]
pub struct WorkerEvent {
    /// The job it is about.
    pub job: JobId,
    /// What happened.
    pub kind: EventKind,
}
