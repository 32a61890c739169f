//! What the thread drives: the pipeline that reads, and the trainer.

use super::{
    BundleChoice, ContestObserver, ContestOutcome, Failure, JudgePlan, Preflight, TrainingObserver,
    TrainingPlan,
};
use crate::pipeline::{
    BundleSummary, MemoryOffer, Observer, SuppressionRequest, SuppressionResult,
};
use crate::radiograph::{FloatImage, LungMask, Radiograph};
use std::path::Path;
use std::sync::Arc;

/// Why a job has no result.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The observer asked for an end.
    #[error("the job was cancelled")]
    Cancelled,
    /// A sentence for the reader, and what would help.
    #[error("{0}")]
    Failed(Failure),
}

/// What reads: it is made and dropped on the thread, so it may own what cannot move.
pub trait Pipeline {
    /// Replaces the networks by those of `bundle`, where it says.
    ///
    /// # Errors
    /// [`JobError`] where the bundle cannot be read or the device is not there; the networks loaded before stay.
    fn load_bundle(&mut self, bundle: &BundleChoice) -> Result<BundleSummary, JobError>;

    /// Suppresses the bones of one radiograph.
    ///
    /// # Errors
    /// [`JobError`] where it cannot be done, or the observer asked for an end.
    fn suppress(
        &mut self,
        request: &SuppressionRequest,
        observer: &mut dyn Observer,
    ) -> Result<SuppressionResult, JobError>;

    /// What would need less memory, asked after it ran out in a run of this request.
    fn memory_offers(&self, _request: &SuppressionRequest) -> Vec<MemoryOffer> {
        Vec::new()
    }

    /// Finds the lungs of one radiograph, on its own grid.
    ///
    /// # Errors
    /// [`JobError`] where it cannot be done, or the observer asked for an end.
    fn segment(
        &mut self,
        radiograph: &Arc<Radiograph>,
        observer: &mut dyn Observer,
    ) -> Result<LungMask, JobError>;
}

/// What trains and judges; apart from the pipeline, which reads between two of its steps.
pub trait Trainer {
    /// Trains networks; returns a sentence that says where they lie.
    ///
    /// # Errors
    /// [`JobError`] where it cannot be done, or the run was asked to end.
    fn train(
        &mut self,
        plan: &TrainingPlan,
        observer: &mut dyn TrainingObserver,
    ) -> Result<String, JobError>;

    /// Runs the first steps of a run whose folder stays untouched, and says what the whole of it will take.
    ///
    /// # Errors
    /// As [`Self::train`].
    fn preflight(
        &mut self,
        plan: &TrainingPlan,
        observer: &mut dyn TrainingObserver,
    ) -> Result<Preflight, JobError>;

    /// Draws the first images that the run of a run file would show its network; three times three, each above what is to
    /// be made of it.
    ///
    /// # Errors
    /// As [`Self::train`].
    fn preview_augmentations(
        &mut self,
        config: &Path,
        observer: &mut dyn TrainingObserver,
    ) -> Result<FloatImage, JobError>;

    /// Judges what was trained against the model in force.
    ///
    /// # Errors
    /// [`JobError`] where it cannot be done, or the observer asked for an end.
    fn judge(
        &mut self,
        plan: &JudgePlan,
        observer: &mut dyn ContestObserver,
    ) -> Result<ContestOutcome, JobError>;
}
