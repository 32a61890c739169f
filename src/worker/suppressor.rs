//! The real pipeline behind the thread: the suppressor, and the trainer.

use super::serve::{JobError, Pipeline, TrainingObserver};
use super::{BundleChoice, Failure, TrainingPlan, Wake, Worker, WorkerError};
use crate::pipeline::{
    BundleSummary, ComputeOptions, MemoryOffer, Observer, PipelineError, SuppressionRequest,
    SuppressionResult, Suppressor,
};
use crate::radiograph::{LungMask, Radiograph};
use crate::train::{self, EndReason, RunConfig, Start, TrainEvent};
use std::sync::Arc;

/// Starts the worker with the real pipeline; load a bundle before the first suppression.
///
/// # Errors
/// [`WorkerError`] where the system gives no thread.
pub fn start_suppressor(compute: ComputeOptions, wake: Wake) -> Result<Worker, WorkerError> {
    Worker::start(move || Box::new(Suppressor::new(compute)), wake)
}

impl From<PipelineError> for JobError {
    fn from(err: PipelineError) -> Self {
        match err {
            PipelineError::Cancelled => Self::Cancelled,
            err => {
                let text = err.to_string();
                let offers = match err {
                    PipelineError::Memory { offers, .. } => offers,
                    _ => Vec::new(),
                };
                Self::Failed(Failure { text, offers })
            }
        }
    }
}

impl Pipeline for Suppressor {
    fn load_bundle(&mut self, bundle: &BundleChoice) -> Result<BundleSummary, JobError> {
        let options = bundle.compute.unwrap_or(self.options());
        Ok(self.load_bundle_on(&bundle.path, options, bundle.adapter.as_ref())?)
    }

    fn suppress(
        &mut self,
        request: &SuppressionRequest,
        observer: &mut dyn Observer,
    ) -> Result<SuppressionResult, JobError> {
        Ok(Self::suppress(self, request, observer)?)
    }

    fn memory_offers(&self, request: &SuppressionRequest) -> Vec<MemoryOffer> {
        Self::memory_offers(self, request)
    }

    fn segment(
        &mut self,
        radiograph: &Arc<Radiograph>,
        observer: &mut dyn Observer,
    ) -> Result<LungMask, JobError> {
        Ok(Self::segment(self, radiograph, observer)?)
    }

    fn train(
        &mut self,
        plan: &TrainingPlan,
        observer: &mut dyn TrainingObserver,
    ) -> Result<String, JobError> {
        let failed = |err: train::TrainError| JobError::Failed(err.to_string().into());
        let mut config = RunConfig::read(&plan.config).map_err(failed)?;
        let start = match &plan.resume {
            Some(folder) => {
                config.out.clone_from(folder);
                Start::Resumed
            }
            None => Start::Fresh,
        };
        let summary = train::run(&config, start, &mut Lines(observer)).map_err(failed)?;
        match summary.reason {
            EndReason::Cancelled => Err(JobError::Cancelled),
            EndReason::Finished => Ok(format!(
                "trained for {} iterations; the weights are in {}",
                summary.iterations,
                summary.last_checkpoint.display()
            )),
            EndReason::Settled => Ok(format!(
                "trained for {} iterations and got no better; the best weights are those of iteration {}, in {}",
                summary.iterations,
                summary.best_iteration.unwrap_or(summary.iterations),
                summary.out.display()
            )),
        }
    }
}

/// Passes facts of a training run on as lines.
struct Lines<'a>(&'a mut dyn TrainingObserver);

impl train::Observer for Lines<'_> {
    fn event(&mut self, event: &TrainEvent) {
        // An event is plain numbers and names: it has a JSON form.
        if let Ok(line) = serde_json::to_string(event) {
            self.0.progressed(line);
        }
    }

    fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}
