//! Exchanging black and white of the picture itself, for files that state their polarity wrongly.

use super::{Services, jobs};
use crate::ui::running_job::RunningJob;
use crate::ui::state::AppState;
use crate::ui::study::OpenStudy;

/// Exchanges black and white of the study shown; a picture made before would be of another radiograph, and is made
/// again, where none is there from an earlier turn.
pub(super) fn turn(state: &mut AppState, services: &mut Services) {
    let study = state.study();
    let is_wanted = study.is_some_and(|study| study.result().is_some() || state.is_running(study));
    turn_over(state);
    let is_there = state.study().is_some_and(|study| study.result().is_some());
    if is_wanted && !is_there {
        jobs::suppress(state, services);
    }
}

/// Exchanges black and white of the study shown and ends what is being made of the picture as it was.
pub(super) fn turn_over(state: &mut AppState) {
    jobs::cancel_of_shown(state);
    let file_id = state.study().map(|study| study.file_id);
    let of_shown = |job: &mut RunningJob| job.study == file_id;
    if let Some(finding) = state.masking.finding.take_if(of_shown) {
        finding.handle.cancel();
    }
    if let Some(study) = state.studies.get_mut(state.current) {
        study.turn_polarity();
    }
    let has_mask = |study: &OpenStudy| study.edited_mask().is_some();
    if !state.study().is_some_and(has_mask) {
        state.masking.lay_down();
    }
}
