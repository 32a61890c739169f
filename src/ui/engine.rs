//! What the window needs of the worker, so that tests can put a fake in its place.

use crate::worker::{WorkerCommand, WorkerEvent};
use eframe::egui::Context;

/// Why a command was not taken, as a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct EngineError(pub String);

/// Takes commands and reports events; neither call waits.
pub trait Engine {
    /// Queues a command; older jobs of its kind are cancelled.
    ///
    /// # Errors
    /// [`EngineError`] where the queue is full or the worker has ended.
    fn send(&mut self, command: WorkerCommand) -> Result<(), EngineError>;

    /// The oldest event not yet fetched.
    fn try_recv(&mut self) -> Option<WorkerEvent>;
}

/// Takes the worker's place where it could not be started: the window still shows radiographs.
pub(super) struct AbsentEngine(pub EngineError);

impl Engine for AbsentEngine {
    fn send(&mut self, _command: WorkerCommand) -> Result<(), EngineError> {
        Err(self.0.clone())
    }

    fn try_recv(&mut self) -> Option<WorkerEvent> {
        None
    }
}

/// Starts the real worker; it wakes `ctx` with every event and every progress.
pub(super) fn start(_ctx: &Context) -> Box<dyn Engine> {
    Box::new(AbsentEngine(EngineError(
        "no worker in this build".to_owned(),
    )))
}
