//! Results of a study: which one is shown, and with which it is compared.

use crate::ui::state::AppState;

/// Shows a result and sets the panel to what made it.
pub(super) fn show(number: u64, state: &mut AppState) {
    let Some(study) = state.study_mut() else {
        return;
    };
    study.runs.show(Some(number));
    let made = study
        .result()
        .map(|result| (result.settings.clone(), result.seeds.len()));
    if let Some((settings, num_seeds)) = made {
        state.set_settings(settings);
        state.num_seeds = num_seeds;
    }
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
