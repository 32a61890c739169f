//! Held-out images: which is shown, when, and how.

use crate::ui::command::Services;
use crate::ui::state::AppState;
use crate::ui::training::TrainingCommand;

/// Does what was asked of the held-out image.
pub(super) fn apply(command: TrainingCommand, state: &mut AppState) {
    use TrainingCommand as C;
    let is_still = state.shell.preferences.reduced_motion;
    let samples = &mut state.training.samples;
    match command {
        C::ShowSample(name) => samples.show(name),
        C::ShowSampleAt(place) => samples.place = Some(place),
        C::SetSampleBase(base) => samples.base = base,
        C::CompareSample(compare) => samples.compare = compare.without_motion(is_still),
        C::LookAtSample(look) => samples.look(look),
        _ => {}
    }
}

/// Reads pictures of the held-out image that is shown, where they are new.
pub(super) fn follow(state: &mut AppState, services: &mut Services) {
    let training = &mut state.training;
    if let Some(run) = training.run.as_ref().filter(|_| training.is_open)
        && let Some(request) = training.samples.ask(run)
    {
        services.files.read_samples(request);
    }
}
