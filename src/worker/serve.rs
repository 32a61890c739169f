//! The loop of the worker thread: one job after another, each inside its own safety net.

use super::driven::{JobError, Trainer};
use super::engine::Engine;
use super::nodules::try_nodules;
use super::panic_text::{panic_sentence, panic_text};
use super::queue::Queue;
use super::{
    EventKind, Failure, JobHandle, JobId, News, Priority, StopReason, Wake, WorkerCommand,
    WorkerEvent, leg_nodes, sweep,
};
use crate::pipeline::{Observer, Preview, Progress, available_devices};
use crate::radiograph::Warning;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Jobs that may wait on the thread's own list; what is beyond waits in the channel.
const QUEUED_JOBS: usize = 256;
/// Between two looks at whether training that is held was cancelled.
const HOLD_GLANCE: Duration = Duration::from_millis(50);
/// Said where a job of a reader had too little memory while networks are trained.
const TRAINING_HOLDS_MEMORY: &str =
    "training holds memory too: pause it in the training window, and this can be tried again";

/// The thread's ends of everything.
pub(super) struct Service {
    pub(super) commands: Receiver<WorkerCommand>,
    pub(super) events: Sender<WorkerEvent>,
    pub(super) closing: Arc<AtomicBool>,
    pub(super) wake: Wake,
    /// Names of the jobs that wait, for whoever shows them.
    pub(super) queued: Arc<Mutex<Vec<JobId>>>,
    pub(super) desk: Desk,
}

/// What the thread alone looks at.
#[derive(Default)]
pub(super) struct Desk {
    queue: RefCell<Queue>,
    /// [`WorkerCommand::Shutdown`] came: nothing more is taken.
    ending: Cell<bool>,
    /// The running background job was told to make room.
    making_room: Cell<bool>,
    /// Training waits until it is let go, also where no job of a reader is there.
    is_training_held: Cell<bool>,
    /// Networks are being trained, or a job of a reader runs between two of their steps.
    pub(super) is_training: Cell<bool>,
}

impl Service {
    /// Serves commands until [`WorkerCommand::Shutdown`] or until the other end is gone.
    pub(super) fn run(&self, mut engine: Engine, mut trainer: Box<dyn Trainer>) {
        while let Some(command) = self.next_command() {
            if command.is_training() {
                self.train(&mut engine, trainer.as_mut(), &command);
            } else {
                self.serve(&mut engine, command);
            }
        }
    }

    /// Serves one command of a reader; a background job that made room goes back onto the list.
    pub(super) fn serve(&self, engine: &mut Engine, command: WorkerCommand) {
        let Some(handle) = command.handle().cloned() else {
            return;
        };
        let kind = if self.should_stop(&handle) {
            EventKind::Stopped(self.stop_reason())
        } else {
            self.report(&handle, EventKind::Started);
            self.run_job(engine, &handle, &command)
        };
        let made_room = self.desk.making_room.take();
        if made_room && matches!(kind, EventKind::Stopped(_)) && !self.should_stop(&handle) {
            self.desk.queue.borrow_mut().put_back(command);
            self.publish_queue();
            self.report(&handle, EventKind::Deferred);
            return;
        }
        handle.set_finished();
        self.report(&handle, kind);
    }

    /// The next command, waiting for one where none is there; `None` at the end.
    fn next_command(&self) -> Option<WorkerCommand> {
        loop {
            self.take_commands();
            let next = self.desk.queue.borrow_mut().next();
            if next.is_some() {
                self.publish_queue();
                return next;
            }
            if self.desk.ending.get() {
                return None;
            }
            self.take(self.commands.recv().ok()?);
        }
    }

    /// Takes what was sent onto the own list, where it can be overtaken; never waits.
    fn take_commands(&self) {
        while !self.desk.ending.get() && self.desk.queue.borrow().len() < QUEUED_JOBS {
            match self.commands.try_recv() {
                Ok(command) => self.take(command),
                Err(_) => break,
            }
        }
    }

    fn take(&self, command: WorkerCommand) {
        match command {
            WorkerCommand::Shutdown => self.desk.ending.set(true),
            WorkerCommand::Move { job, before } => {
                self.desk.queue.borrow_mut().place(job, before);
            }
            WorkerCommand::HoldTraining(is_held) => self.desk.is_training_held.set(is_held),
            command => self.desk.queue.borrow_mut().push(command),
        }
        self.publish_queue();
    }

    /// Whether training must wait at this step boundary: a job of a reader is there, or somebody holds it.
    pub(super) fn must_training_wait(&self) -> bool {
        self.take_commands();
        self.desk.is_training_held.get() || self.desk.queue.borrow().has_reading()
    }

    /// Whether a job of a reader is there.
    pub(super) fn has_reading(&self) -> bool {
        self.take_commands();
        self.desk.queue.borrow().has_reading()
    }

    /// The next job of a reader, waited for while training is held; `None` lets training go on.
    pub(super) fn next_before_training(&self, training: &JobHandle) -> Option<WorkerCommand> {
        loop {
            if self.should_stop(training) {
                return None;
            }
            self.take_commands();
            let next = self.desk.queue.borrow_mut().next_reading();
            if next.is_some() {
                self.publish_queue();
                return next;
            }
            let is_held = self.desk.is_training_held.get() && !self.desk.ending.get();
            if !is_held {
                return None;
            }
            match self.commands.recv_timeout(HOLD_GLANCE) {
                Ok(command) => self.take(command),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
    }

    fn publish_queue(&self) {
        let ids = self.desk.queue.borrow().ids();
        *self.queued.lock().unwrap_or_else(PoisonError::into_inner) = ids;
    }

    /// Whether the running job must make room for one that somebody waits for.
    fn must_make_room(&self, running: &JobHandle) -> bool {
        self.take_commands();
        let must = running.priority() == Priority::Background
            && self.desk.queue.borrow().has_interactive();
        if must {
            self.desk.making_room.set(true);
        }
        must
    }

    fn run_job(
        &self,
        engine: &mut Engine,
        handle: &JobHandle,
        command: &WorkerCommand,
    ) -> EventKind {
        // Libtorch turns a failed check into a panic; without this net one bad job would end the thread.
        let outcome = catch_unwind(AssertUnwindSafe(|| self.dispatch(engine, handle, command)));
        match outcome {
            Ok(Ok(kind)) => kind,
            Ok(Err(JobError::Cancelled)) => EventKind::Stopped(self.stop_reason()),
            Ok(Err(JobError::Failed(failure))) => EventKind::Failed(self.beside_training(failure)),
            Err(panic) => {
                let cause = panic_text(panic.as_ref());
                let offers = engine.offers_after(&cause, command);
                // What the panic left behind cannot be trusted.
                engine.drop_pipeline();
                EventKind::Failed(self.beside_training(Failure {
                    text: panic_sentence(&cause),
                    offers,
                }))
            }
        }
    }

    /// What training has to do with want of memory.
    fn beside_training(&self, failure: Failure) -> Failure {
        if failure.offers.is_empty() || !self.desk.is_training.get() {
            return failure;
        }
        Failure {
            text: format!("{}; {TRAINING_HOLDS_MEMORY}", failure.text),
            ..failure
        }
    }

    fn dispatch(
        &self,
        engine: &mut Engine,
        handle: &JobHandle,
        command: &WorkerCommand,
    ) -> Result<EventKind, JobError> {
        let mut observer = JobObserver {
            service: self,
            handle,
        };
        // Gradients are off per thread; training, between two steps of which this may be, has them on again after it.
        let _guard = tch::no_grad_guard();
        match command {
            WorkerCommand::LoadBundle(_, bundle) => {
                let summary = engine.bare().load_bundle(bundle)?;
                engine.remember(bundle);
                Ok(EventKind::bundle_loaded(summary, available_devices()))
            }
            WorkerCommand::Suppress(_, request) => {
                let result = engine.ready()?.suppress(request, &mut observer)?;
                Ok(EventKind::Suppressed(Arc::new(result)))
            }
            WorkerCommand::LegNodes(_, plan) => {
                let nodes = leg_nodes::make(engine.ready()?, plan, &mut observer)?;
                Ok(EventKind::LegNodesMade(Arc::new(nodes)))
            }
            WorkerCommand::Sweep(_, plan) => {
                let made = |cell| self.report(handle, EventKind::SweepCellMade(Arc::new(cell)));
                sweep::make(engine.ready()?, plan, &mut observer, made)?;
                Ok(EventKind::SweepFinished)
            }
            WorkerCommand::TryNodules(_, plan) => {
                let outcome = try_nodules(engine.ready()?, plan, &mut observer)?;
                Ok(EventKind::NodulesTried(Arc::new(outcome)))
            }
            WorkerCommand::Segment(_, radiograph) => {
                let mask = engine.ready()?.segment(radiograph, &mut observer)?;
                Ok(EventKind::Segmented(Arc::new(mask)))
            }
            WorkerCommand::Promote(_, plan) => {
                let model = plan.promote()?;
                Ok(EventKind::Promoted(Box::new(model)))
            }
            WorkerCommand::Train(..)
            | WorkerCommand::Judge(..)
            | WorkerCommand::Preflight(..)
            | WorkerCommand::PreviewAugmentations(..)
            | WorkerCommand::HoldTraining(_)
            | WorkerCommand::Move { .. }
            | WorkerCommand::Shutdown => Err(JobError::Cancelled),
        }
    }

    pub(super) fn should_stop(&self, handle: &JobHandle) -> bool {
        handle.is_cancelled() || self.closing.load(Ordering::Acquire)
    }

    pub(super) fn stop_reason(&self) -> StopReason {
        if self.closing.load(Ordering::Acquire) {
            StopReason::ShutDown
        } else {
            StopReason::Cancelled
        }
    }

    pub(super) fn report(&self, handle: &JobHandle, kind: EventKind) {
        let event = WorkerEvent {
            job: handle.id(),
            kind,
        };
        // A closed channel means that nobody listens any more; the loop notices on its next turn.
        if self.events.send(event).is_ok() {
            (self.wake)(News::Event);
        }
    }
}

struct JobObserver<'a> {
    service: &'a Service,
    handle: &'a JobHandle,
}

impl Observer for JobObserver<'_> {
    fn progressed(&mut self, progress: Progress) {
        self.handle.set_progress(progress);
        (self.service.wake)(News::Progress);
    }

    fn previewed(&mut self, preview: Preview) {
        self.handle.set_preview(preview);
        (self.service.wake)(News::Progress);
    }

    fn warned(&mut self, warning: &Warning) {
        self.service
            .report(self.handle, EventKind::Warned(warning.clone()));
    }

    fn is_cancelled(&self) -> bool {
        self.service.should_stop(self.handle) || self.service.must_make_room(self.handle)
    }
}
