//! Ending the run that somebody waits for.

use super::tell;
use crate::ui::message::Severity;
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
