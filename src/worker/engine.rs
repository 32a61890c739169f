//! The pipeline of the thread, made anew where a panic spoilt it.

use super::driven::{JobError, Pipeline};
use super::panic_text::is_want_of_memory;
use super::{BundleChoice, WorkerCommand};
use crate::pipeline::MemoryOffer;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Makes a pipeline, on the worker thread; called again after a panic.
pub(super) type Factory = Box<dyn FnMut() -> Box<dyn Pipeline> + Send>;

/// The pipeline, and the bundle that a rebuilt one must load again.
pub(super) struct Engine {
    factory: Factory,
    pipeline: Option<Box<dyn Pipeline>>,
    bundle: Option<BundleChoice>,
}

impl Engine {
    /// Nothing is made before the first job.
    pub(super) fn new(factory: Factory) -> Self {
        Self {
            factory,
            pipeline: None,
            bundle: None,
        }
    }

    /// Where the networks run outlasts the bundle that said so.
    pub(super) fn remember(&mut self, bundle: &BundleChoice) {
        let before = self.bundle.take().and_then(|bundle| bundle.compute);
        self.bundle = Some(BundleChoice {
            compute: bundle.compute.or(before),
            ..bundle.clone()
        });
    }

    /// What would help a suppression that ended by a panic with this message.
    pub(super) fn offers_after(&self, cause: &str, command: &WorkerCommand) -> Vec<MemoryOffer> {
        let (Some(pipeline), WorkerCommand::Suppress(_, request)) = (&self.pipeline, command)
        else {
            return Vec::new();
        };
        if !is_want_of_memory(cause) {
            return Vec::new();
        }
        let asked = catch_unwind(AssertUnwindSafe(|| pipeline.memory_offers(request)));
        asked.unwrap_or_default()
    }

    /// The next job gets a new pipeline.
    pub(super) fn drop_pipeline(&mut self) {
        self.pipeline = None;
    }

    /// The pipeline with whatever is loaded.
    pub(super) fn bare(&mut self) -> &mut dyn Pipeline {
        self.pipeline.get_or_insert_with(&mut self.factory).as_mut()
    }

    /// The pipeline with the bundle that was loaded last.
    pub(super) fn ready(&mut self) -> Result<&mut dyn Pipeline, JobError> {
        if self.pipeline.is_none() {
            let mut pipeline = (self.factory)();
            if let Some(bundle) = &self.bundle {
                pipeline.load_bundle(bundle)?;
            }
            self.pipeline = Some(pipeline);
        }
        Ok(self.bare())
    }
}
