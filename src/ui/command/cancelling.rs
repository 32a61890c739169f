//! Ending the run that somebody waits for.

use super::tell;
use crate::ui::file_id::FileId;
use crate::ui::message::Severity;
use crate::ui::running_job::RunningJob;
use crate::ui::state::AppState;
use std::time::{Duration, Instant};

/// Two calls for the end of a run are one decision no longer apart than this.
const STOP_CALLS_APART: Duration = Duration::from_secs(4);

/// Stops the run shown at the second of two calls; the first one says so. A key that also closes windows and lays
/// tools down must not end minutes of work by one stroke too many.
pub(super) fn cancel_at_second_call(state: &mut AppState) {
    let Some(job) = &mut state.job else {
        return;
    };
    let is_second = job
        .stop_asked
        .is_some_and(|at| at.elapsed() < STOP_CALLS_APART);
    if is_second {
        cancel_and_say(state);
    } else {
        job.stop_asked = Some(Instant::now());
        let text = "Press Escape again to stop the run.";
        tell(state, Severity::Advice, text.to_owned());
    }
}

/// Stops the run, and says that it was.
pub(super) fn cancel_and_say(state: &mut AppState) {
    if state.job.is_some() {
        cancel(state);
        let text = "The run was stopped; the picture is as it was.";
        tell(state, Severity::Advice, text.to_owned());
    }
}

pub(super) fn cancel(state: &mut AppState) {
    if let Some(job) = state.job.take() {
        job.handle.cancel();
    }
}

/// Ends whatever is being made of a study: its picture is no longer the one it was asked of.
pub(super) fn end_work_on(file_id: FileId, state: &mut AppState) {
    state.queue.stop_run_of(file_id);
    if state
        .sweep
        .grid
        .as_ref()
        .is_some_and(|grid| grid.study == file_id)
    {
        state.sweep.stop();
    }
    let is_of = |job: &mut RunningJob| job.study == Some(file_id);
    let jobs = [
        state.nodule.running.take_if(is_of),
        state.job.take_if(is_of),
        state.masking.finding.take_if(is_of),
    ];
    for job in jobs.into_iter().flatten() {
        job.handle.cancel();
    }
}
