//! The shells' end of the worker: start, send, receive, shut down.

use super::command::CommandKind;
use super::driven::{Pipeline, Trainer};
use super::engine::Engine;
use super::serve::{Desk, Service};
use super::{JobHandle, JobId, Priority, WorkerCommand, WorkerEvent};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError, bounded};
use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Commands that may wait; more is "busy".
const QUEUED_COMMANDS: usize = 16;
/// Events that may wait for the shell; the worker pauses when they are not fetched.
const QUEUED_EVENTS: usize = 256;

/// Called on the worker thread after every event and every progress.
pub type Wake = Arc<dyn Fn(News) + Send + Sync>;

/// What a shell is woken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// An event lies in the queue.
    Event,
    /// A job's progress or preview changed; the newest alone is kept, so looking later loses nothing.
    Progress,
}

/// The worker could not be started.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The system gave no thread.
    #[error("cannot start the worker thread: {0}; close other programs and try again")]
    NoThread(#[from] std::io::Error),
}

/// Why a command was not taken.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The queue is full; the command comes back.
    #[error("the worker is busy; wait for a job to end, or cancel one")]
    Busy(Box<WorkerCommand>),
    /// The thread has ended; the command comes back.
    #[error("the worker has ended; restart the program")]
    Closed(Box<WorkerCommand>),
}

/// The one thread that owns the networks of suppression, segmentation and training; dropping it cancels what runs
/// and joins the thread.
pub struct Worker {
    commands: Option<Sender<WorkerCommand>>,
    events: Receiver<WorkerEvent>,
    closing: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    /// Jobs that wait on the thread's own list.
    queued: Arc<Mutex<Vec<JobId>>>,
    /// Jobs that were sent and have not ended, for [`Worker::send_latest`].
    open_jobs: RefCell<Vec<(CommandKind, JobHandle)>>,
}

impl Worker {
    /// Starts the thread; `factory` makes the pipeline there, at the first job and after a panic, and `trainer` moves
    /// there.
    ///
    /// # Errors
    /// [`WorkerError`] where the system gives no thread.
    pub fn start(
        factory: impl FnMut() -> Box<dyn Pipeline> + Send + 'static,
        trainer: Box<dyn Trainer + Send>,
        wake: Wake,
    ) -> Result<Self, WorkerError> {
        let (commands, command_queue) = bounded(QUEUED_COMMANDS);
        let (event_queue, events) = bounded(QUEUED_EVENTS);
        let closing = Arc::new(AtomicBool::new(false));
        let queued = Arc::<Mutex<Vec<JobId>>>::default();
        let service = Service {
            commands: command_queue,
            events: event_queue,
            closing: Arc::clone(&closing),
            wake,
            queued: Arc::clone(&queued),
            desk: Desk::default(),
        };
        let thread = std::thread::Builder::new()
            .name("diaphane-worker".to_owned())
            .spawn(move || service.run(Engine::new(Box::new(factory)), trainer))?;
        Ok(Self {
            commands: Some(commands),
            events,
            closing,
            thread: Some(thread),
            queued,
            open_jobs: RefCell::default(),
        })
    }

    /// Queues a command; never waits.
    ///
    /// # Errors
    /// [`SendError`] with the command where the queue is full or the thread has ended.
    pub fn send(&self, command: WorkerCommand) -> Result<(), SendError> {
        let Some(commands) = &self.commands else {
            return Err(SendError::Closed(Box::new(command)));
        };
        let job = command.kind().zip(command.handle().cloned());
        match commands.try_send(command) {
            Ok(()) => {
                let mut open_jobs = self.open_jobs.borrow_mut();
                open_jobs.retain(|(_, handle)| !handle.is_finished());
                open_jobs.extend(job);
                Ok(())
            }
            Err(TrySendError::Full(command)) => Err(SendError::Busy(Box::new(command))),
            Err(TrySendError::Disconnected(command)) => Err(SendError::Closed(Box::new(command))),
        }
    }

    /// Queues a command and cancels every open interactive job of its kind, where it is interactive itself: what a slider
    /// wants.
    ///
    /// # Errors
    /// As [`Worker::send`]; then nothing is cancelled.
    pub fn send_latest(&self, command: WorkerCommand) -> Result<(), SendError> {
        let (kind, newest) = (command.kind(), command.handle().map(JobHandle::id));
        let is_background = |handle: &JobHandle| handle.priority() == Priority::Background;
        let makes_room = command.handle().is_some_and(is_background);
        self.send(command)?;
        if makes_room {
            return Ok(());
        }
        for (open_kind, handle) in self.open_jobs.borrow().iter() {
            let is_older = Some(handle.id()) != newest;
            if Some(*open_kind) == kind && is_older && handle.priority() == Priority::Interactive {
                handle.cancel();
            }
        }
        Ok(())
    }

    /// Cancels one job, running or waiting; false where it has ended or was never sent.
    pub fn cancel(&self, job: JobId) -> bool {
        let open_jobs = self.open_jobs.borrow();
        let mut open = open_jobs.iter().map(|(_, handle)| handle);
        let found = open.find(|handle| handle.id() == job && !handle.is_finished());
        found.inspect(|handle| handle.cancel()).is_some()
    }

    /// Cancels every job, running or waiting; what is sent afterwards is not touched.
    pub fn cancel_all(&self) {
        for (_, handle) in self.open_jobs.borrow().iter() {
            handle.cancel();
        }
    }

    /// The jobs that wait, in the order they were sent or moved to; cancelled ones until their turn comes. What was
    /// sent while a step runs is among them after it.
    pub fn queued(&self) -> Vec<JobId> {
        let queued = self.queued.lock();
        queued.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The oldest event that waits; never waits itself.
    pub fn try_recv(&self) -> Option<WorkerEvent> {
        self.events.try_recv().ok()
    }

    /// The oldest event, waiting up to `timeout` for it; `None` where none came.
    ///
    /// # Errors
    /// [`WorkerGone`] where the thread has ended and no event is left.
    pub fn recv_timeout(&self, timeout: Duration) -> Result<Option<WorkerEvent>, WorkerGone> {
        match self.events.recv_timeout(timeout) {
            Ok(event) => Ok(Some(event)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(WorkerGone),
        }
    }

    /// Cancels the running job, drops what is queued, joins the thread, and returns the events
    /// nobody fetched; every open job is among them with its end.
    pub fn shutdown(mut self) -> Vec<WorkerEvent> {
        self.close()
    }

    fn close(&mut self) -> Vec<WorkerEvent> {
        self.closing.store(true, Ordering::Release);
        for (_, handle) in self.open_jobs.borrow().iter() {
            handle.cancel();
        }
        self.commands = None;
        // The thread may wait for room in the event queue: fetch until it lets go of its end.
        let rest = self.events.iter().collect();
        if let Some(thread) = self.thread.take() {
            // A panic outside the net was printed by the hook; nobody is left to tell.
            drop(thread.join());
        }
        rest
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if self.thread.is_some() {
            drop(self.close());
        }
    }
}

/// The worker thread has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the worker has ended; restart the program")]
pub struct WorkerGone;
