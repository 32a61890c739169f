//! The probe with a synthetic nodule: asked for, tried in the background, shown.

use super::{Services, fail, jobs};
use crate::ui::nodule::NoduleCommand;
use crate::ui::question::AskedRun;
use crate::ui::state::AppState;
use crate::worker::{EventKind, JobHandle, WorkerCommand};
use std::sync::Arc;

/// Does what was asked of the probe.
pub(super) fn apply(command: NoduleCommand, state: &mut AppState, services: &mut Services) {
    use NoduleCommand as C;
    match command {
        C::Here => here(state, services),
        C::Close => {
            close(state);
        }
        C::SetDiameter(diameter_mm) => state.nodule.diameter_mm = diameter_mm,
        C::SetGreyLevels(levels) => state.nodule.grey_levels = levels,
        C::Try => ask(state, services),
        C::Cancel => state.nodule.stop(),
    }
}

/// Closes the window and stops what it waits for; `false` where it is closed.
pub(super) fn close(state: &mut AppState) -> bool {
    state.nodule.stop();
    std::mem::take(&mut state.nodule.is_open)
}

fn here(state: &mut AppState, services: &mut Services) {
    let study = state.study().map(|study| study.file_id);
    match study.zip(state.probe) {
        Some(place) => {
            state.nodule.place = Some(place);
            state.nodule.is_open = true;
            ask(state, services);
        }
        None if state.nodule.is_open => {
            close(state);
        }
        None => state.nodule.is_open = true,
    }
}

fn ask(state: &mut AppState, services: &mut Services) {
    if !jobs::asks_first(AskedRun::Nodule, state) {
        start(state, services);
    }
}

/// Sends what is asked for to the worker; the reader was asked, where that was needed.
pub(super) fn start(state: &mut AppState, services: &mut Services) {
    let plan = match state.asked_nodule() {
        Ok(plan) => plan,
        Err(sentence) => {
            fail(state, sentence);
            return;
        }
    };
    let settings = plan.request.settings.clone();
    let study = state.study().map(|study| study.file_id);
    let handle = JobHandle::background();
    let job = jobs::running(handle.clone(), study, None);
    let command = WorkerCommand::TryNodules(handle, Box::new(plan));
    match services.engine.send(command) {
        Ok(()) => state.nodule.begin(settings, job),
        Err(err) => fail(state, err.to_string()),
    }
}

/// Lets the nodule go where its study or the study's polarity is another, and stops it where a model is to be loaded.
pub(super) fn follow(state: &mut AppState) {
    if state.loading.is_some() {
        state.nodule.stop();
        state.nodule.tried = None;
    }
    let tried = state.nodule.tried.as_ref();
    let fits = tried.is_none_or(|tried| {
        let study = state.study_with(tried.study);
        study.is_some_and(|study| tried.fits(study))
    });
    if !fits {
        state.nodule.tried = None;
    }
}

/// Takes a fact about the job that tries a nodule.
pub(super) fn apply_event(kind: EventKind, state: &mut AppState) {
    match &kind {
        EventKind::Deferred => state.nodule.is_deferred = true,
        EventKind::Started => state.nodule.is_deferred = false,
        _ => {}
    }
    if !kind.is_final() {
        return;
    }
    let job = state.nodule.running.take();
    state.nodule.is_deferred = false;
    match kind {
        EventKind::NodulesTried(outcome) => {
            let study = job.and_then(|job| job.study);
            let open = study.and_then(|file_id| state.study_with(file_id));
            if let Some((study, radiograph)) =
                open.map(|study| (study.file_id, Arc::clone(&study.radiograph)))
            {
                state.nodule.keep(study, &radiograph, &outcome);
            }
        }
        EventKind::Failed(failure) => fail(state, failure.text),
        _ => {}
    }
}
