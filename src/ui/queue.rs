//! Studies that wait to be suppressed in the background, and the one that is.

use super::browser::ImageStatus;
use super::file_id::FileId;
use super::running_job::RunningJob;
use super::state::AppState;
use super::study::{OpenStudy, Study};
use crate::worker::JobId;

/// What a person asked of the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueueCommand {
    /// Show the queue, or hide it.
    ToggleList,
    /// Queue every study that has no soft-tissue image.
    AddAll,
    /// Queue those of these studies that have no soft-tissue image.
    Add(Vec<FileId>),
    /// Let this study, which waits, come one place earlier.
    MoveUp(FileId),
    /// Let it come one place later.
    MoveDown(FileId),
    /// Take this study off the queue, or stop its run.
    Cancel(FileId),
    /// Empty the queue and stop its run.
    CancelAll,
    /// Empty the queue, stop its run, and suppress the study shown.
    ClearAndRun,
}

/// A study of the queue that the worker has.
#[derive(Debug, Clone)]
pub struct QueuedRun {
    /// Its job.
    pub job: RunningJob,
    /// It made room for a run that somebody waits for.
    pub is_deferred: bool,
}

/// Studies that are suppressed one after the other while nobody waits for them. The worker has one of them at a time,
/// and a file is read when its turn comes: so many studies take no more memory than their results.
#[derive(Debug, Clone, Default)]
pub struct JobQueue {
    /// Studies that wait, in their order.
    pub waiting: Vec<FileId>,
    /// The one that the worker has.
    pub running: Option<QueuedRun>,
    /// The list is shown.
    pub is_visible: bool,
}

impl JobQueue {
    /// Nothing waits and nothing runs.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.running.is_none()
    }

    /// The worker has this job of the queue.
    pub(super) fn has(&self, job: JobId) -> bool {
        let run = self.running.as_ref();
        run.is_some_and(|run| run.job.handle.id() == job)
    }

    /// The study whose background run the worker has.
    pub fn running_file(&self) -> Option<FileId> {
        self.running.as_ref().and_then(|run| run.job.study)
    }

    /// Exchanges a study that waits with the one `steps` places further.
    pub(super) fn shift(&mut self, study: FileId, steps: isize) {
        let from = self.waiting.iter().position(|&waiting| waiting == study);
        let to = from.and_then(|from| from.checked_add_signed(steps));
        if let (Some(from), Some(to)) = (from, to)
            && to < self.waiting.len()
        {
            self.waiting.swap(from, to);
        }
    }

    /// Exchanges what differs between the studies that waited in `from` and in `to`; what was taken off or added since
    /// stays so.
    pub(super) fn exchange(&mut self, from: &[FileId], to: &[FileId]) {
        let is_new = |study: &FileId| to.contains(study) && !from.contains(study);
        let stays = |study: &FileId| to.contains(study) || !from.contains(study);
        let wanted = to
            .iter()
            .filter(|study| is_new(study) || self.waiting.contains(study));
        let others = self
            .waiting
            .iter()
            .filter(|study| stays(study) && !to.contains(study));
        self.waiting = wanted.chain(others).copied().collect();
    }

    /// Stops the run that the worker has, where it is of this study.
    pub(super) fn stop_run_of(&mut self, file_id: FileId) {
        if self.running_file() == Some(file_id) {
            self.stop_run();
        }
    }

    /// Stops the run that the worker has.
    pub(super) fn stop_run(&mut self) {
        if let Some(run) = self.running.take() {
            run.job.handle.cancel();
        }
    }
}

impl AppState {
    /// A suppression of this study runs, with the reader waiting or in the background.
    pub fn is_running(&self, study: &OpenStudy) -> bool {
        let job = self.job.as_ref().and_then(|job| job.study);
        [job, self.queue.running_file()].contains(&Some(study.file_id))
    }

    /// A study has no soft-tissue image, none is being made, and it does not wait for one.
    pub fn can_be_queued(&self, study: &Study) -> bool {
        let without = [
            ImageStatus::NotRun,
            ImageStatus::NotRead,
            ImageStatus::Reading,
        ];
        without.contains(&self.image_status(study))
    }

    /// A study waits in the queue.
    pub fn is_queued(&self, study: &Study) -> bool {
        self.queue.waiting.contains(&study.file_id)
    }
}
