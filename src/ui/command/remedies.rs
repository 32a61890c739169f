//! What a failure for want of memory offers: the settings are changed, and the run is asked for again.

use super::{Services, bundles, fail, jobs, studies, tell};
use crate::ui::file_id::FileId;
use crate::ui::message::{Remedies, Severity};
use crate::ui::state::AppState;
use crate::ui::study::Study;
use crate::worker::{
    ComputeOptions, DeviceChoice, Failure, MemoryOffer, MemorySaving, OutputGrid, PrecisionChoice,
};

/// Adds a failure of the run of this study, with what it offers.
pub(super) fn fail_with(failure: Failure, study: Option<FileId>, state: &mut AppState) {
    let Failure { text, offers } = failure;
    let remedies = study
        .filter(|_| !offers.is_empty())
        .map(|study| Remedies { study, offers });
    // The same sentence about another study would have other buttons.
    state
        .messages
        .retain(|message| message.text != text || message.remedies == remedies);
    fail(state, text.clone());
    let mut shown = state.messages.iter_mut();
    if let Some(message) = shown.rfind(|message| message.text == text) {
        message.remedies = remedies;
    }
}

/// Takes the offer with this index of the message with this number: the message goes, its study is shown, its settings
/// are changed, and it is run again.
pub(super) fn take(number: u64, index: usize, state: &mut AppState, services: &mut Services) {
    let place = state.messages.iter().position(|m| m.number == number);
    let Some((place, remedies)) = place.and_then(|place| {
        let remedies = state.messages.get(place)?.remedies.clone()?;
        Some((place, remedies))
    }) else {
        return;
    };
    let Some(offer) = remedies.offers.get(index) else {
        return;
    };
    state.messages.remove(place);
    let is_it = |study: &Study| {
        study
            .open()
            .is_some_and(|open| open.file_id == remedies.study)
    };
    let Some(study) = state.studies.iter().position(is_it) else {
        let text = "This study is not open any more; open it and press Suppress.";
        tell(state, Severity::Note, text.to_owned());
        return;
    };
    if study != state.current {
        studies::select(study, state);
    }
    change(offer, state, services);
    jobs::start(state, services);
}

fn change(offer: &MemoryOffer, state: &mut AppState, services: &mut Services) {
    let before = state.compute.options();
    let mut compute: ComputeOptions = before;
    for saving in &offer.savings {
        match saving {
            MemorySaving::OneSeed => state.num_seeds = 1,
            MemorySaving::ModelGrid => {
                let mut settings = state.settings().clone();
                settings.output = OutputGrid::Model;
                state.set_settings(settings);
            }
            MemorySaving::HalfPrecision => compute.precision = PrecisionChoice::Bf16,
            MemorySaving::Cpu => compute.device = DeviceChoice::Cpu,
        }
    }
    if compute != before {
        bundles::set_compute(compute, state, services);
    }
}
