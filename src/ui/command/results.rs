//! Results of a study: which one is shown, and with which it is compared.

use super::tell;
use crate::ui::message::Severity;
use crate::ui::state::AppState;
use crate::ui::study::Study;

/// Memory that the results of all studies may take, bytes: forty of 3000 x 3000 pixels.
pub(super) const MOST_BYTES: usize = 4 << 30;

/// Shows a result and sets the panel to what made it; settings of another model stay out of force.
pub(super) fn show(number: u64, state: &mut AppState) {
    let Some(study) = state.study_mut() else {
        return;
    };
    study.runs.show(Some(number));
    let Some(run) = study.runs.shown() else {
        return;
    };
    let made = run.asked();
    let (settings, num_seeds) = (made.settings.clone(), made.num_seeds);
    let sha256 = run.result.bundle_sha256.clone();
    study.mask = run.mask.clone();
    let bundle = state.bundle.as_ref();
    if bundle.is_none_or(|bundle| bundle.sha256 == sha256) {
        state.set_settings(settings);
    }
    state.num_seeds = num_seeds;
}

/// Says why nothing runs: what was asked for is shown already.
pub(super) fn tell_made(state: &mut AppState) {
    let shown = state.study().and_then(|study| study.runs.shown());
    if let Some(number) = shown.map(|run| run.number) {
        let text = format!(
            "Result {number} was made with these very settings, and is shown; a second one would be the same. Another \
             seed makes another picture."
        );
        tell(state, Severity::Advice, text);
    }
}

/// Compares with a result, or with the original; a result is not compared with itself.
pub(super) fn compare_with(number: Option<u64>, state: &mut AppState) {
    let Some(study) = state.study_mut() else {
        return;
    };
    let shown = study.runs.shown().map(|run| run.number);
    let rival = study.runs.rival().map(|run| run.number);
    if number != rival && (number.is_none() || number != shown) {
        // A range that was set for another pair says nothing of this one.
        study.result_scales.difference = None;
        study.runs.set_rival(number);
    }
}

pub(super) fn pin(number: u64, pinned: bool, state: &mut AppState) {
    if let Some(study) = state.study_mut() {
        study.runs.set_pinned(number, pinned);
    }
}

pub(super) fn forget(number: u64, state: &mut AppState) {
    if let Some(study) = state.study_mut() {
        study.runs.remove(number);
    }
}

/// Memory that the results of all studies take, bytes.
pub(super) fn num_bytes(state: &AppState) -> usize {
    let open = state.studies.iter().filter_map(Study::open);
    open.map(|study| study.runs.num_bytes()).sum()
}

/// Gives up the oldest results of studies that are not on the screen, until all of them fit into `most_bytes`;
/// pinned ones stay.
pub(super) fn make_room(most_bytes: usize, state: &mut AppState) {
    let mut num_given_up = 0;
    while num_bytes(state) > most_bytes {
        let (current, prior) = (state.current, state.prior);
        let studies = state.studies.iter_mut().enumerate();
        let others =
            studies.filter(|(index, study)| *index != current && prior != Some(study.file_id));
        let open = others.filter_map(|(_, study)| study.open_mut());
        let with_age = open.filter_map(|study| Some((study.runs.oldest_unpinned()?, study)));
        let Some((_, study)) = with_age.min_by_key(|(made, _)| *made) else {
            break;
        };
        study.runs.give_up_oldest();
        num_given_up += 1;
    }
    if num_given_up > 0 {
        let text = format!(
            "{num_given_up} older results of other studies were given up to save memory; pinned ones stay."
        );
        tell(state, Severity::Advice, text);
    }
}

#[cfg(test)]
mod tests;
