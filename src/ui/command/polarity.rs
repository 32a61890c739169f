//! Exchanging black and white of the picture itself, for files that state their polarity wrongly.

use super::{Services, cancelling, jobs};
use crate::ui::file_id::FileId;
use crate::ui::state::AppState;
use crate::ui::study::OpenStudy;

/// Exchanges black and white of the study shown; a picture made before would be of another radiograph, and is made
/// again, where none is there from an earlier turn.
pub(super) fn turn(state: &mut AppState, services: &mut Services) {
    let study = state.study();
    let is_wanted = study.is_some_and(|study| study.result().is_some() || state.is_running(study));
    let Some(file_id) = study.map(|study| study.file_id) else {
        return;
    };
    turn_over(file_id, state);
    let is_there = state.study().is_some_and(|study| study.result().is_some());
    if is_wanted && !is_there {
        jobs::suppress(state, services);
    }
}

/// Exchanges black and white of a study and ends what is being made of the picture as it was.
pub(super) fn turn_over(file_id: FileId, state: &mut AppState) {
    cancelling::end_work_on(file_id, state);
    if let Some(index) = state.index_of(file_id)
        && let Some(study) = state.studies.get_mut(index)
    {
        study.turn_polarity();
    }
    let has_mask = |study: &OpenStudy| study.edited_mask().is_some();
    if !state.study().is_some_and(has_mask) {
        state.masking.lay_down();
    }
}
