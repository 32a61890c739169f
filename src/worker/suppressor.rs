//! The real pipeline behind the thread: the suppressor.

use super::driven::{JobError, Pipeline};
use super::trainer::NetworkTrainer;
use super::{BundleChoice, Failure, Wake, Worker, WorkerError};
use crate::pipeline::{
    BundleSummary, ComputeOptions, MemoryOffer, Observer, PipelineError, SuppressionRequest,
    SuppressionResult, Suppressor,
};
use crate::radiograph::{LungMask, Radiograph};
use std::sync::Arc;

/// Starts the worker with the real pipeline; load a bundle before the first suppression.
///
/// # Errors
/// [`WorkerError`] where the system gives no thread.
pub fn start_suppressor(compute: ComputeOptions, wake: Wake) -> Result<Worker, WorkerError> {
    let pipeline = move || -> Box<dyn Pipeline> { Box::new(Suppressor::new(compute)) };
    Worker::start(pipeline, Box::new(NetworkTrainer), wake)
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
}
