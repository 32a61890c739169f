//! What waits for the worker, and what comes next.

use super::{JobId, Priority, WorkerCommand};
use std::collections::VecDeque;

/// Commands in the order they were sent or moved to.
///
/// An interactive job goes before every background job. Loading networks is the exception: nothing overtakes it and it
/// overtakes nothing, so that what was asked of one bundle is not run with another. Training comes when nothing else
/// waits, wherever it stands.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: VecDeque<WorkerCommand>,
}

impl Queue {
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Names of the jobs that wait, in the order they stand in.
    pub(super) fn ids(&self) -> Vec<JobId> {
        let handles = self.waiting.iter().filter_map(WorkerCommand::handle);
        handles.map(super::JobHandle::id).collect()
    }

    pub(super) fn push(&mut self, command: WorkerCommand) {
        self.waiting.push_back(command);
    }

    /// Puts a job back that had begun: it is the first of its kind again.
    pub(super) fn put_back(&mut self, command: WorkerCommand) {
        self.waiting.push_front(command);
    }

    /// Takes the next command.
    pub(super) fn next(&mut self) -> Option<WorkerCommand> {
        self.next_reading().or_else(|| self.waiting.pop_front())
    }

    /// Takes the next command that is not for training.
    pub(super) fn next_reading(&mut self) -> Option<WorkerCommand> {
        let interactive = self.free().find(|(_, command)| is_interactive(command));
        let next = interactive.or_else(|| self.reading().next());
        let (place, _) = next?;
        self.waiting.remove(place)
    }

    /// Whether a command waits that is not for training.
    pub(super) fn has_reading(&self) -> bool {
        self.reading().next().is_some()
    }

    /// Whether a job waits that a background job must make room for.
    pub(super) fn has_interactive(&self) -> bool {
        let wanted = |command: &WorkerCommand| {
            let handle = command.handle();
            handle.is_some_and(|handle| !handle.is_cancelled()) && is_interactive(command)
        };
        self.free().any(|(_, command)| wanted(command))
    }

    /// Moves a waiting job to where it comes before another, or to the end; not past a bundle that is to be loaded.
    pub(super) fn place(&mut self, job: JobId, before: Option<JobId>) {
        let Some(from) = self.position(job) else {
            return;
        };
        let to = match before {
            None => self.waiting.len(),
            Some(before) => match self.position(before) {
                Some(to) => to,
                None => return,
            },
        };
        let (first, last) = (from.min(to), from.max(to.saturating_sub(1)));
        if self.waiting.range(first..=last).any(is_barrier) {
            return;
        }
        if let Some(command) = self.waiting.remove(from) {
            let to = if to > from { to - 1 } else { to };
            self.waiting.insert(to, command);
        }
    }

    fn position(&self, job: JobId) -> Option<usize> {
        let mut handles = self.waiting.iter().map(WorkerCommand::handle);
        handles.position(|handle| handle.is_some_and(|handle| handle.id() == job))
    }

    /// What is not for training, with its place.
    fn reading(&self) -> impl Iterator<Item = (usize, &WorkerCommand)> {
        let waiting = self.waiting.iter().enumerate();
        waiting.filter(|(_, command)| !command.is_training())
    }

    /// What of it may be reordered: everything before the first barrier.
    fn free(&self) -> impl Iterator<Item = (usize, &WorkerCommand)> {
        self.reading()
            .take_while(|(_, command)| !is_barrier(command))
    }
}

fn is_barrier(command: &WorkerCommand) -> bool {
    matches!(command, WorkerCommand::LoadBundle(..))
}

fn is_interactive(command: &WorkerCommand) -> bool {
    let handle = command.handle();
    handle.is_some_and(|handle| handle.priority() == Priority::Interactive)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::{JobHandle, TrainingPlan};
    use std::path::PathBuf;

    fn training() -> (JobId, WorkerCommand) {
        let handle = JobHandle::new();
        let plan = TrainingPlan {
            config: "RUN.toml".into(),
            resume: None,
            out: None,
        };
        (handle.id(), WorkerCommand::Train(handle, Box::new(plan)))
    }

    fn barrier() -> (JobId, WorkerCommand) {
        let handle = JobHandle::new();
        let bundle = PathBuf::from("bundle").into();
        (handle.id(), WorkerCommand::LoadBundle(handle, bundle))
    }

    /// The mask search of no radiograph stands for every other job.
    fn job(handle: JobHandle) -> (JobId, WorkerCommand) {
        let radiograph = crate::pipeline::two_pixels();
        (
            handle.id(),
            WorkerCommand::Segment(handle, radiograph.into()),
        )
    }

    fn order(queue: &mut Queue) -> Vec<JobId> {
        std::iter::from_fn(|| queue.next())
            .filter_map(|command| command.handle().map(JobHandle::id))
            .collect()
    }

    #[test]
    fn interactive_jobs_overtake_background_but_no_bundle() {
        let mut queue = Queue::default();
        let commands = [
            job(JobHandle::background()),
            job(JobHandle::new()),
            barrier(),
            job(JobHandle::new()),
        ];
        let [(slow, a), (fast, b), (bundle, c), (after, d)] = commands;
        for command in [a, b, c, d] {
            queue.push(command);
        }
        assert!(queue.has_interactive());
        assert_eq!(order(&mut queue), [fast, slow, bundle, after]);
    }

    #[test]
    fn training_comes_last_and_stands_in_nobodys_way() {
        let mut queue = Queue::default();
        let commands = [
            training(),
            job(JobHandle::background()),
            barrier(),
            training(),
            job(JobHandle::new()),
        ];
        let ids: Vec<JobId> = commands.iter().map(|(id, _)| *id).collect();
        for (_, command) in commands {
            queue.push(command);
        }
        assert!(queue.has_reading() && !queue.has_interactive());
        assert_eq!(order(&mut queue), [ids[1], ids[2], ids[4], ids[0], ids[3]]);
        queue.push(training().1);
        assert!(!queue.has_reading() && queue.next_reading().is_none());
    }

    #[test]
    fn jobs_are_moved_but_not_past_a_bundle() {
        let mut queue = Queue::default();
        let jobs: Vec<(JobId, WorkerCommand)> = vec![
            job(JobHandle::background()),
            job(JobHandle::background()),
            job(JobHandle::background()),
            barrier(),
            job(JobHandle::background()),
        ];
        let ids: Vec<JobId> = jobs.iter().map(|(id, _)| *id).collect();
        for (_, command) in jobs {
            queue.push(command);
        }
        queue.place(ids[2], Some(ids[0]));
        assert_eq!(queue.ids()[..3], [ids[2], ids[0], ids[1]]);
        queue.place(ids[2], Some(ids[1]));
        assert_eq!(queue.ids()[..3], [ids[0], ids[2], ids[1]]);
        queue.place(ids[0], None);
        queue.place(ids[4], Some(ids[0]));
        assert_eq!(queue.ids(), [ids[0], ids[2], ids[1], ids[3], ids[4]]);
    }

    #[test]
    fn a_cancelled_job_stops_nobody() {
        let mut queue = Queue::default();
        let handle = JobHandle::new();
        queue.push(job(handle.clone()).1);
        handle.cancel();
        assert!(!queue.has_interactive());
    }
}
