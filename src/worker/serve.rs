//! The loop of the worker thread: one job after another, each inside its own safety net.

use super::panic_text::{is_want_of_memory, panic_sentence, panic_text};
use super::queue::Queue;
use super::{
    BundleChoice, EventKind, Failure, JobHandle, JobId, News, Priority, StopReason, TrainingPlan,
    Wake, WorkerCommand, WorkerEvent, leg_nodes, sweep,
};
use crate::pipeline::{
    BundleSummary, MemoryOffer, Observer, Preview, Progress, SuppressionRequest, SuppressionResult,
    available_devices,
};
use crate::radiograph::{LungMask, Radiograph, Warning};
use crossbeam_channel::{Receiver, Sender};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

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

/// Who looks on while networks are trained.
pub trait TrainingObserver {
    /// One line of progress, as a JSON object.
    fn progressed(&mut self, line: String);
    /// Whether the run should write a checkpoint and stop; asked between any two iterations.
    fn is_cancelled(&self) -> bool;
}

/// What the thread drives; it is made and dropped on the thread, so it may own what cannot move.
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

    /// Trains networks; returns a sentence that says where they lie.
    ///
    /// # Errors
    /// [`JobError`] where it cannot be done, or the run was asked to end.
    fn train(
        &mut self,
        plan: &TrainingPlan,
        observer: &mut dyn TrainingObserver,
    ) -> Result<String, JobError>;
}

/// Makes a pipeline, on the worker thread; called again after a panic.
pub(super) type Factory = Box<dyn FnMut() -> Box<dyn Pipeline> + Send>;

/// Jobs that may wait on the thread's own list; what is beyond waits in the channel.
const QUEUED_JOBS: usize = 256;

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
}

impl Service {
    /// Serves commands until [`WorkerCommand::Shutdown`] or until the other end is gone.
    pub(super) fn run(&self, mut factory: Factory) {
        let mut engine = Engine::default();
        while let Some(command) = self.next_command() {
            let Some(handle) = command.handle().cloned() else {
                continue;
            };
            let kind = if self.should_stop(&handle) {
                EventKind::Stopped(self.stop_reason())
            } else {
                self.report(&handle, EventKind::Started);
                self.run_job(&mut engine, &mut factory, &handle, &command)
            };
            let made_room = self.desk.making_room.take();
            if made_room && matches!(kind, EventKind::Stopped(_)) && !self.should_stop(&handle) {
                self.desk.queue.borrow_mut().put_back(command);
                self.publish_queue();
                self.report(&handle, EventKind::Deferred);
                continue;
            }
            handle.set_finished();
            self.report(&handle, kind);
        }
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
            command => self.desk.queue.borrow_mut().push(command),
        }
        self.publish_queue();
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
        factory: &mut Factory,
        handle: &JobHandle,
        command: &WorkerCommand,
    ) -> EventKind {
        // Libtorch turns a failed check into a panic; without this net one bad job would end the thread.
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            self.dispatch(engine, factory, handle, command)
        }));
        match outcome {
            Ok(Ok(kind)) => kind,
            Ok(Err(JobError::Cancelled)) => EventKind::Stopped(self.stop_reason()),
            Ok(Err(JobError::Failed(failure))) => EventKind::Failed(failure),
            Err(panic) => {
                let cause = panic_text(panic.as_ref());
                let offers = engine.offers_after(&cause, command);
                // What the panic left behind cannot be trusted: the next job gets a new pipeline.
                engine.pipeline = None;
                EventKind::Failed(Failure {
                    text: panic_sentence(&cause),
                    offers,
                })
            }
        }
    }

    fn dispatch(
        &self,
        engine: &mut Engine,
        factory: &mut Factory,
        handle: &JobHandle,
        command: &WorkerCommand,
    ) -> Result<EventKind, JobError> {
        let mut observer = JobObserver {
            service: self,
            handle,
        };
        // Gradients are off per thread; only training wants them.
        let _guard = match command {
            WorkerCommand::Train(..) => None,
            _ => Some(tch::no_grad_guard()),
        };
        match command {
            WorkerCommand::LoadBundle(_, bundle) => {
                let summary = engine.bare(factory).load_bundle(bundle)?;
                engine.remember(bundle);
                Ok(EventKind::bundle_loaded(summary, available_devices()))
            }
            WorkerCommand::Suppress(_, request) => {
                let result = engine.ready(factory)?.suppress(request, &mut observer)?;
                Ok(EventKind::Suppressed(Arc::new(result)))
            }
            WorkerCommand::LegNodes(_, plan) => {
                let nodes = leg_nodes::make(engine.ready(factory)?, plan, &mut observer)?;
                Ok(EventKind::LegNodesMade(Arc::new(nodes)))
            }
            WorkerCommand::Sweep(_, plan) => {
                let made = |cell| self.report(handle, EventKind::SweepCellMade(Arc::new(cell)));
                sweep::make(engine.ready(factory)?, plan, &mut observer, made)?;
                Ok(EventKind::SweepFinished)
            }
            WorkerCommand::Segment(_, radiograph) => {
                let mask = engine.ready(factory)?.segment(radiograph, &mut observer)?;
                Ok(EventKind::Segmented(Arc::new(mask)))
            }
            WorkerCommand::Train(_, plan) => {
                let summary = engine.bare(factory).train(plan, &mut observer)?;
                Ok(EventKind::Trained(summary))
            }
            WorkerCommand::Move { .. } | WorkerCommand::Shutdown => Err(JobError::Cancelled),
        }
    }

    fn should_stop(&self, handle: &JobHandle) -> bool {
        handle.is_cancelled() || self.closing.load(Ordering::Acquire)
    }

    fn stop_reason(&self) -> StopReason {
        if self.closing.load(Ordering::Acquire) {
            StopReason::ShutDown
        } else {
            StopReason::Cancelled
        }
    }

    fn report(&self, handle: &JobHandle, kind: EventKind) {
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

/// The pipeline, and the bundle that a rebuilt one must load again.
#[derive(Default)]
struct Engine {
    pipeline: Option<Box<dyn Pipeline>>,
    bundle: Option<BundleChoice>,
}

impl Engine {
    /// Where the networks run outlasts the bundle that said so.
    fn remember(&mut self, bundle: &BundleChoice) {
        let before = self.bundle.take().and_then(|bundle| bundle.compute);
        self.bundle = Some(BundleChoice {
            compute: bundle.compute.or(before),
            ..bundle.clone()
        });
    }

    /// What would help a suppression that ended by a panic with this message.
    fn offers_after(&self, cause: &str, command: &WorkerCommand) -> Vec<MemoryOffer> {
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

    fn bare(&mut self, factory: &mut Factory) -> &mut dyn Pipeline {
        self.pipeline.get_or_insert_with(factory).as_mut()
    }

    fn ready(&mut self, factory: &mut Factory) -> Result<&mut dyn Pipeline, JobError> {
        if self.pipeline.is_none() {
            let mut pipeline = factory();
            if let Some(bundle) = &self.bundle {
                pipeline.load_bundle(bundle)?;
            }
            self.pipeline = Some(pipeline);
        }
        Ok(self.bare(factory))
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

impl TrainingObserver for JobObserver<'_> {
    fn progressed(&mut self, line: String) {
        self.service
            .report(self.handle, EventKind::TrainingProgressed(line));
    }

    fn is_cancelled(&self) -> bool {
        self.service.should_stop(self.handle)
    }
}
