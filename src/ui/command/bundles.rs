//! Model bundles: loaded, loaded again on another device, and taken into use.

use super::{Services, fail, jobs};
use crate::ui::compute::{BundleInfo, Settled};
use crate::ui::running_job::WhenReady;
use crate::ui::state::AppState;
use crate::ui::study::Study;
use crate::worker::{
    BundleChoice, ComputeOptions, EventKind, JobHandle, SuppressionSettings, WorkerCommand,
};
use std::path::PathBuf;

/// Loads the bundle in this folder where networks run already.
pub(super) fn load(path: PathBuf, state: &mut AppState, services: &mut Services) {
    let choice = BundleChoice {
        path,
        compute: Some(state.compute.options()),
        adapter: None,
    };
    send(choice, state, services);
}

/// Loads the bundle in force again, elsewhere.
pub(super) fn set_compute(options: ComputeOptions, state: &mut AppState, services: &mut Services) {
    if let Some(path) = state.compute.bundle() {
        let choice = BundleChoice {
            path,
            compute: Some(options),
            adapter: state.compute.adapter().cloned(),
        };
        send(choice, state, services);
    }
}

/// Has a bundle loaded. Device and number format are always stated: a choice that the worker has and the window gave up
/// must not come back with the next bundle.
pub(super) fn send(choice: BundleChoice, state: &mut AppState, services: &mut Services) {
    let handle = JobHandle::new();
    let command = WorkerCommand::LoadBundle(handle.clone(), choice.clone());
    match services.engine.send(command) {
        Ok(()) => {
            state.loading = Some(jobs::running(handle, None, None));
            state.compute.ask(choice);
        }
        Err(err) => {
            state.compute.give_adapter_up();
            fail(state, err.to_string());
        }
    }
}

/// Takes a fact about the bundle that is being loaded.
pub(super) fn apply_event(kind: EventKind, state: &mut AppState) {
    match kind {
        EventKind::BundleLoaded {
            name,
            sha256,
            defaults,
            device,
            precision,
            devices,
        } => {
            state.loading = None;
            let settled = state.compute.settle(&name, devices);
            let bundle = BundleInfo {
                name,
                sha256,
                device,
                precision,
            };
            take_bundle(bundle, settled, defaults, state);
        }
        EventKind::Failed(failure) => {
            give_loading_up(state);
            fail(state, failure.text);
        }
        EventKind::Stopped(_) => give_loading_up(state),
        _ => {}
    }
}

fn give_loading_up(state: &mut AppState) {
    state.loading = None;
    state.compute.refuse();
    state.when_ready = WhenReady::Wait;
}

/// Works with this bundle from now on; settings stay where it is the one before on another device or with another
/// adapter.
fn take_bundle(
    bundle: BundleInfo,
    settled: Settled,
    defaults: SuppressionSettings,
    state: &mut AppState,
) {
    let before = state.bundle.replace(bundle);
    let sha256 = |bundle: &BundleInfo| bundle.sha256.clone();
    let is_same = before.as_ref().map(sha256) == state.bundle.as_ref().map(sha256);
    if is_same || settled == Settled::OtherAdapter {
        return;
    }
    // Another model, other settings: those of the one before may be none of this one's.
    for index in 0..state.studies.len() {
        if let Some(study) = state.studies.get_mut(index).and_then(Study::open_mut) {
            study.settings = None;
        }
        state.take_waiting_settings(index);
    }
    state.undo.forget_model();
    let seed = state.last_settings.seed;
    state.last_settings = SuppressionSettings {
        seed,
        ..defaults.clone()
    };
    state.defaults = defaults;
}
