//! A job's name, its cancel flag, and the slots of its newest progress and preview.

use crate::pipeline::{Preview, Progress};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Names a job for the life of the program; larger is newer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(u64);

/// Which jobs wait for which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Priority {
    /// Somebody waits for it: it goes before every background job, also one that runs.
    Interactive,
    /// It fills the time between: an interactive job stops it within a step, and it starts again afterwards.
    Background,
}

/// The two ends of a job share this: who asked may cancel and look at the progress, the worker reads and writes.
#[derive(Debug, Clone)]
pub struct JobHandle {
    id: JobId,
    priority: Priority,
    cancelled: Arc<AtomicBool>,
    finished: Arc<AtomicBool>,
    progress: Arc<Mutex<Option<Progress>>>,
    preview: Arc<Mutex<Option<Arc<Preview>>>>,
}

impl JobHandle {
    /// A new job that somebody waits for, newer than every other.
    #[expect(clippy::new_without_default, reason = "every call makes another job")]
    pub fn new() -> Self {
        Self::with_priority(Priority::Interactive)
    }

    /// A new job that makes room for others, newer than every other.
    pub fn background() -> Self {
        Self::with_priority(Priority::Background)
    }

    fn with_priority(priority: Priority) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self {
            id: JobId(NEXT.fetch_add(1, Ordering::Relaxed)),
            priority,
            cancelled: Arc::default(),
            finished: Arc::default(),
            progress: Arc::default(),
            preview: Arc::default(),
        }
    }

    /// The job's name.
    pub fn id(&self) -> JobId {
        self.id
    }

    /// Whether it goes before others.
    pub fn priority(&self) -> Priority {
        self.priority
    }

    /// Asks the job to stop; it does so within one sampling step.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether the job was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Whether the job has ended, in whatever way.
    pub fn is_finished(&self) -> bool {
        self.finished.load(Ordering::Acquire)
    }

    pub(super) fn set_finished(&self) {
        self.finished.store(true, Ordering::Release);
    }

    /// The newest progress.
    pub fn progress(&self) -> Option<Progress> {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces the progress.
    pub fn set_progress(&self, progress: Progress) {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = Some(progress);
    }

    /// The newest preview; older ones are gone, so that they never queue.
    pub fn preview(&self) -> Option<Arc<Preview>> {
        let preview = self.preview.lock().unwrap_or_else(PoisonError::into_inner);
        preview.clone()
    }

    /// Replaces the preview.
    pub fn set_preview(&self, preview: Preview) {
        *self.preview.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(preview));
    }
}
