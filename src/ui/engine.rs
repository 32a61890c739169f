//! What the window needs of the worker, so that tests can put a fake in its place.

use crate::worker::{WorkerCommand, WorkerEvent};

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

/// Starts the real worker; it wakes `ctx` with every event and every progress.
///
/// # Errors
/// [`EngineError`] where the system gives no thread.
pub(super) fn start(_ctx: &eframe::egui::Context) -> Result<Box<dyn Engine>, EngineError> {
    Err(EngineError("not yet".into()))
}
