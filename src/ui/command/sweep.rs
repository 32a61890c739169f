//! The grid of settings: asked for, made in the background, taken over.

use super::{Services, fail, jobs};
use crate::ui::question::AskedRun;
use crate::ui::state::AppState;
use crate::ui::sweep::SweepCommand;
use crate::worker::{EventKind, JobHandle, SuppressionRequest, SweepPlan, WorkerCommand};
use std::sync::Arc;

/// Does what was asked of the grid.
pub(super) fn apply(command: SweepCommand, state: &mut AppState, services: &mut Services) {
    use SweepCommand as C;
    let sweep = &mut state.sweep;
    match command {
        C::Toggle if sweep.is_open => {
            close(state);
        }
        C::Toggle => sweep.is_open = true,
        C::SetAxes(axes) => sweep.axes = axes,
        C::Type(parameter, text) => sweep.type_values(parameter, text),
        C::See(region) => sweep.seen = region,
        C::Start => {
            if !jobs::asks_first(AskedRun::Sweep, state) {
                start(state, services);
            }
        }
        C::Cancel => sweep.stop(),
        C::Adopt(index) => adopt(index, state, services),
    }
}

/// Closes the window and stops what it waits for; `false` where it is closed.
pub(super) fn close(state: &mut AppState) -> bool {
    state.sweep.stop();
    std::mem::take(&mut state.sweep.is_open)
}

/// Sends what is asked for to the worker; the reader was asked, where that was needed.
pub(super) fn start(state: &mut AppState, services: &mut Services) {
    let grid = match state.asked_sweep() {
        Ok(grid) => grid,
        Err(sentence) => {
            fail(state, sentence);
            return;
        }
    };
    let Some(study) = state.study() else {
        return;
    };
    let request = SuppressionRequest {
        num_seeds: grid.num_seeds,
        mask: grid.mask.as_ref().map(|mask| Arc::clone(&mask.mask)),
        ..SuppressionRequest::new(Arc::clone(&study.radiograph), grid.settings.clone())
    };
    let plan = SweepPlan::new(request, grid.all_settings(), grid.region);
    let handle = JobHandle::background();
    let job = jobs::running(handle.clone(), Some(grid.study), grid.mask.clone());
    let command = WorkerCommand::Sweep(handle, Box::new(plan));
    match services.engine.send(command) {
        Ok(()) => state.sweep.begin(grid, job),
        Err(err) => fail(state, err.to_string()),
    }
}

/// Sets the study to what made a cell, and shows its whole picture: one that was made before, or that of a run, which
/// finds the paths of the cell where the grid left them.
fn adopt(index: usize, state: &mut AppState, services: &mut Services) {
    let grid = state.sweep_grid();
    let grid = grid.filter(|grid| grid.cells.get(index).is_some_and(Option::is_some));
    let Some((grid, settings)) = grid.and_then(|grid| Some((grid, grid.settings_of(index)?)))
    else {
        return;
    };
    let (num_seeds, mask) = (grid.num_seeds, grid.mask.clone());
    state.set_settings(settings);
    state.num_seeds = num_seeds;
    if let Some(study) = state.study_mut() {
        study.mask = mask;
    }
    jobs::run_as_set(state, services);
}

/// Lets the grid go where its study, its polarity or its model is another, and stops it where a model is to be loaded.
pub(super) fn follow(state: &mut AppState) {
    if state.loading.is_some() {
        // No bundle waits for every cell.
        state.sweep.stop();
    }
    let sha256 = state.bundle.as_ref().map(|bundle| bundle.sha256.as_str());
    let fits = state.sweep.grid.as_ref().is_none_or(|grid| {
        let study = state.study_with(grid.study);
        study.is_some_and(|study| grid.fits(study, sha256))
    });
    if !fits {
        state.sweep.stop();
        state.sweep.grid = None;
    }
}

/// Takes a fact about the job that makes the grid.
pub(super) fn apply_event(kind: EventKind, state: &mut AppState) {
    let sweep = &mut state.sweep;
    match &kind {
        EventKind::Deferred => sweep.is_deferred = true,
        EventKind::Started => sweep.is_deferred = false,
        EventKind::SweepCellMade(cell) => {
            if let Some(grid) = &mut sweep.grid {
                grid.keep(Arc::clone(cell));
            }
        }
        _ => {}
    }
    if !kind.is_final() {
        return;
    }
    sweep.stop();
    if let EventKind::Failed(text) = kind {
        fail(state, format!("The grid was not finished: {text}"));
    }
}
