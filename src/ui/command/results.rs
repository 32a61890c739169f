//! Results of a study: which one is shown, and with which it is compared.

use crate::ui::state::AppState;

/// Shows a result and sets the panel to what made it.
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
    study.mask = run.mask.clone();
    state.set_settings(settings);
    state.num_seeds = num_seeds;
}

pub(super) fn compare_with(number: Option<u64>, state: &mut AppState) {
    if let Some(study) = state.study_mut() {
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
