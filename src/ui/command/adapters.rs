//! A site's adapter: applied to the model in force, made stronger or weaker, taken off.

use super::{Services, bundles, fail, jobs};
use crate::ui::files::DialogKind;
use crate::ui::running_job::WhenReady;
use crate::ui::state::AppState;
use crate::worker::{AdapterChoice, MOST_ADAPTER_PERCENT};
use std::path::PathBuf;

/// Strength of an adapter that is applied anew, percent: what was trained.
const TRAINED_PERCENT: u16 = 100;

/// What a person asks of an adapter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdapterCommand {
    /// Open the dialog for an adapter.
    Choose,
    /// Apply this file as it was trained.
    Apply(PathBuf),
    /// The strength moved, percent of what was trained; nothing is loaded yet.
    SetStrength(u16),
    /// The strength was let go.
    Release,
    /// The model as it is.
    Remove,
}

/// Does what was asked for; what is wanted is loaded by [`follow`].
pub(super) fn apply(command: AdapterCommand, state: &mut AppState, services: &mut Services) {
    use AdapterCommand as C;
    let compute = &mut state.compute;
    match command {
        C::Choose | C::Apply(_) if compute.bundle().is_none() => {
            let text = "No model is loaded that an adapter could be applied to; open a bundle with File > Open model \
                        bundle first.";
            fail(state, text.to_owned());
        }
        C::Choose => services.files.open_dialog(DialogKind::OpenAdapter),
        C::Apply(path) => {
            let adapter = AdapterChoice {
                path,
                strength_percent: TRAINED_PERCENT,
            };
            compute.want_adapter(Some(adapter), false);
        }
        C::SetStrength(percent) => {
            let adapter = compute.adapter().map(|adapter| AdapterChoice {
                strength_percent: percent.min(MOST_ADAPTER_PERCENT),
                ..adapter.clone()
            });
            compute.want_adapter(adapter, true);
        }
        C::Release => compute.release_adapter(),
        C::Remove => compute.want_adapter(None, false),
    }
}

/// Loads the adapter that is wanted, whether a person set it or took a step back; the picture that is shown, or under
/// way, is then made again with it.
pub(super) fn follow(state: &mut AppState, services: &mut Services) {
    let Some(choice) = state.compute.wanted() else {
        return;
    };
    let is_running = |study| state.is_running(study);
    let shown = state
        .study()
        .filter(|study| study.result().is_some() || is_running(study));
    let file_id = shown.map(|study| study.file_id);
    bundles::send(choice, state, services);
    if let Some(file_id) = file_id.filter(|_| state.compute.is_adapter_waiting()) {
        jobs::cancel_of_shown(state);
        state.when_ready = WhenReady::Run(file_id);
    }
}
