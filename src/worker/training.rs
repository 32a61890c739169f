//! Training on the worker thread: reading comes first.
//!
//! At every boundary between two steps whatever a reader asked for is served, inside the training job and on the same
//! thread, each job with its own safety net; then the run goes on by itself, bit for bit as if it had not waited.

use super::driven::{JobError, Trainer};
use super::engine::Engine;
use super::panic_text::{is_want_of_memory, panic_sentence, panic_text};
use super::serve::Service;
use super::{
    ContestObserver, ContestStep, EventKind, Failure, JobHandle, News, Progress, TrainEvent,
    TrainingObserver, WorkerCommand,
};
use crate::radiograph::Warning;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

impl Service {
    /// Trains networks, or tries the first steps of a run.
    pub(super) fn train(
        &self,
        engine: &mut Engine,
        trainer: &mut dyn Trainer,
        command: &WorkerCommand,
    ) {
        let Some(handle) = command.handle() else {
            return;
        };
        let kind = if self.should_stop(handle) {
            EventKind::Stopped(self.stop_reason())
        } else {
            self.report(handle, EventKind::Started);
            let threads = Threads::of_now();
            self.desk.is_training.set(true);
            let kind = self.run_training(engine, trainer, command);
            self.desk.is_training.set(false);
            threads.restore();
            kind
        };
        handle.set_finished();
        self.report(handle, kind);
    }

    fn run_training(
        &self,
        engine: &mut Engine,
        trainer: &mut dyn Trainer,
        command: &WorkerCommand,
    ) -> EventKind {
        // Libtorch turns a failed check into a panic.
        let outcome = catch_unwind(AssertUnwindSafe(|| self.trained(engine, trainer, command)));
        match outcome {
            Ok(Ok(kind)) => kind,
            Ok(Err(JobError::Cancelled)) => EventKind::Stopped(self.stop_reason()),
            Ok(Err(JobError::Failed(failure))) => EventKind::Failed(failure),
            Err(panic) => {
                let cause = panic_text(panic.as_ref());
                EventKind::Failed(match command {
                    WorkerCommand::Judge(..) => panic_sentence(&cause).into(),
                    _ => broken_off(&cause),
                })
            }
        }
    }

    fn trained(
        &self,
        engine: &mut Engine,
        trainer: &mut dyn Trainer,
        command: &WorkerCommand,
    ) -> Result<EventKind, JobError> {
        let Some(handle) = command.handle() else {
            return Err(JobError::Cancelled);
        };
        let mut watch = Watch {
            service: self,
            handle,
            engine,
            reading_threads: Threads::of_now(),
        };
        match command {
            WorkerCommand::Preflight(_, plan) => {
                let found = trainer.preflight(plan, &mut watch)?;
                Ok(EventKind::Preflighted(Box::new(found)))
            }
            WorkerCommand::PreviewAugmentations(_, config) => {
                let picture = trainer.preview_augmentations(config, &mut watch)?;
                Ok(EventKind::AugmentationsDrawn(Arc::new(picture)))
            }
            WorkerCommand::Judge(_, plan) => {
                let outcome = trainer.judge(plan, &mut watch)?;
                Ok(EventKind::Judged(Arc::new(outcome)))
            }
            WorkerCommand::Train(_, plan) => {
                trainer.train(plan, &mut watch).map(EventKind::Trained)
            }
            _ => Err(JobError::Cancelled),
        }
    }
}

/// What a person can do about a run that ended by a panic with this message.
fn broken_off(cause: &str) -> Failure {
    let text = if is_want_of_memory(cause) {
        format!(
            "the device has not enough memory for this run ({cause}); take fewer or smaller patches (`batch`, \
             `patch_px`), or the CPU, and go on from the newest checkpoint"
        )
    } else {
        format!("training broke off ({cause}); resume it: it goes on from the newest checkpoint")
    };
    text.into()
}

/// How many threads libtorch computes with; of this thread alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Threads(i32);

impl Threads {
    fn of_now() -> Self {
        Self(tch::get_num_threads())
    }

    fn restore(self) {
        if Self::of_now() != self {
            tch::set_num_threads(self.0);
        }
    }
}

/// Looks on while networks are trained or judged, and lets readers in between two steps.
struct Watch<'a> {
    service: &'a Service,
    handle: &'a JobHandle,
    engine: &'a mut Engine,
    /// What readers had before the run chose its own.
    reading_threads: Threads,
}

impl TrainingObserver for Watch<'_> {
    fn event(&mut self, event: &TrainEvent) {
        let event = Box::new(event.clone());
        let kind = EventKind::TrainingProgressed(event);
        self.service.report(self.handle, kind);
    }

    fn between_steps(&mut self) {
        // One that is to end frees its memory first.
        if self.service.should_stop(self.handle) || !self.service.must_training_wait() {
            return;
        }
        self.service.report(self.handle, EventKind::TrainingPaused);
        let threads = Threads::of_now();
        self.reading_threads.restore();
        while let Some(command) = self.service.next_before_training(self.handle) {
            self.service.serve(self.engine, command);
        }
        threads.restore();
        self.service.report(self.handle, EventKind::TrainingResumed);
    }

    fn is_cancelled(&self) -> bool {
        self.service.should_stop(self.handle)
    }
}

impl ContestObserver for Watch<'_> {
    fn began(&mut self, step: ContestStep) {
        let kind = EventKind::PictureBegun(Box::new(step));
        self.service.report(self.handle, kind);
    }

    fn progressed(&mut self, progress: Progress) {
        self.handle.set_progress(progress);
        (self.service.wake)(News::Progress);
    }

    fn warned(&mut self, warning: &Warning) {
        let kind = EventKind::Warned(warning.clone());
        self.service.report(self.handle, kind);
    }

    fn between_pictures(&mut self) {
        self.between_steps();
    }

    fn must_make_room(&self) -> bool {
        self.service.has_reading()
    }

    fn is_cancelled(&self) -> bool {
        self.service.should_stop(self.handle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_broke_off_says_what_to_do() {
        let want = broken_off("CUDA out of memory. Tried to allocate 20.00 MiB");
        assert!(want.text.contains("`patch_px`"));
        assert!(broken_off("shape mismatch").text.contains("resume it"));
    }
}
