//! What the window needs of the worker, so that tests can put a fake in its place.

use crate::worker::{ComputeOptions, News, Worker, WorkerCommand, WorkerEvent, start_suppressor};
use eframe::egui::Context;
use std::sync::Arc;
use std::time::Duration;

/// Why a command was not taken, as a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct EngineError(pub String);

/// Takes commands and reports events; neither call waits.
pub trait Engine {
    /// Queues a command; older jobs of its kind are cancelled, unless it is one of the background.
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

impl Engine for Worker {
    fn send(&mut self, command: WorkerCommand) -> Result<(), EngineError> {
        self.send_latest(command)
            .map_err(|err| EngineError(err.to_string()))
    }

    fn try_recv(&mut self) -> Option<WorkerEvent> {
        Self::try_recv(self)
    }
}

/// Starts the real worker; it wakes `ctx` at once with every event, and no oftener than `pace` with
/// progress.
pub(super) fn start(ctx: &Context, pace: Duration) -> Box<dyn Engine> {
    let wake = Arc::new(waking(ctx.clone(), pace));
    match start_suppressor(ComputeOptions::default(), wake) {
        Ok(worker) => Box::new(worker),
        Err(err) => Box::new(AbsentEngine(EngineError(err.to_string()))),
    }
}

/// Asks for a frame: at once for an event, within `pace` for progress.
fn waking(ctx: Context, pace: Duration) -> impl Fn(News) + Send + Sync {
    move |news| match news {
        News::Event => ctx.request_repaint(),
        News::Progress => ctx.request_repaint_after(pace),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// What the window system is told when a frame is wanted.
    fn delay_after(news: News, pace: Duration) -> Duration {
        let ctx = Context::default();
        // The first frames of a window ask for more of their own accord.
        for _ in 0..3 {
            let mut output = ctx.run_ui(eframe::egui::RawInput::default(), |_| {});
            output.textures_delta.clear();
        }
        let asked = Arc::new(Mutex::new(None));
        let told = Arc::clone(&asked);
        ctx.set_request_repaint_callback(move |info| {
            *told.lock().expect("whole") = Some(info.delay);
        });
        waking(ctx, pace)(news);
        let delay = asked.lock().expect("whole").take();
        delay.expect("a frame was asked for")
    }

    #[test]
    fn an_event_is_drawn_at_once_and_progress_at_its_pace() {
        for pace in [Duration::from_millis(100), Duration::from_secs(3)] {
            assert_eq!(delay_after(News::Event, pace), Duration::ZERO);
            assert_eq!(delay_after(News::Progress, pace), pace);
        }
    }
}
