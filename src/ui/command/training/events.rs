//! What the worker and file work tell of training.

use super::{Services, evidence, go_on_with, preparing, set_path, tell_work};
use crate::ui::files::TrainingWork;
use crate::ui::state::AppState;
use crate::ui::training::{Attempt, RunStatus, TrainingPage, TrainingRun};
use crate::worker::{EventKind, StopReason, WorkerEvent};
use std::sync::Arc;

/// Takes a fact about the run, or about the first steps of one.
pub(in crate::ui::command) fn apply_event(event: WorkerEvent, state: &mut AppState) {
    if state.training.has_preflight(event.job) {
        apply_preflight(event.kind, state);
        return;
    }
    if state.training.evidence.has(event.job) {
        evidence::apply_event(event, state);
        return;
    }
    let training = &mut state.training;
    let Some(run) = &mut training.run else {
        return;
    };
    match event.kind {
        EventKind::TrainingProgressed(fact) => {
            training.wants_refresh |= run.take(&fact);
        }
        EventKind::TrainingPaused if run.status == RunStatus::Running => {
            run.status = RunStatus::WaitingForReader;
        }
        EventKind::TrainingResumed => run.going_on(),
        kind if kind.is_final() => {
            end(kind, run);
            training.wants_refresh = true;
        }
        _ => {}
    }
}

fn end(kind: EventKind, run: &mut TrainingRun) {
    run.job = None;
    run.status = match kind {
        EventKind::Failed(failure) => RunStatus::Failed(failure.text),
        EventKind::Stopped(StopReason::Cancelled) if run.status == RunStatus::Stopping => {
            RunStatus::Stopped
        }
        EventKind::Stopped(_) => RunStatus::Paused,
        _ => RunStatus::Finished,
    };
}

fn apply_preflight(kind: EventKind, state: &mut AppState) {
    if !kind.is_final() {
        return;
    }
    let wizard = &mut state.training.wizard;
    wizard.preflight_job = None;
    wizard.preflight = match kind {
        EventKind::Preflighted(found) => Attempt::Done(Arc::new(*found)),
        EventKind::Failed(failure) => Attempt::Failed(failure.text),
        _ => Attempt::None,
    };
}

/// Takes what file work ended with.
pub(in crate::ui::command) fn apply_work(
    work: TrainingWork,
    state: &mut AppState,
    services: &mut Services,
) {
    tell_work(&work, state);
    let wizard = &mut state.training.wizard;
    match work {
        TrainingWork::Chose(field, path) => {
            set_path(field, path.display().to_string(), state);
        }
        TrainingWork::Checked(progress, report) => {
            let is_newest = wizard.checking.as_ref();
            if is_newest.is_some_and(|newest| Arc::ptr_eq(newest, &progress)) {
                wizard.checking = None;
                match report {
                    Some(report) => wizard.report.settle(report),
                    None => wizard.report = Attempt::None,
                }
            }
        }
        TrainingWork::Registered(progress, folder, made) => {
            let made = made.map(|made| made.map(|copy| *copy));
            preparing::registered(&progress, folder, made, wizard);
        }
        TrainingWork::Split(made) => {
            if wizard.split.is_running() {
                wizard.split.settle(made);
            }
        }
        TrainingWork::Prepared(prepared) => preparing::written(prepared, state, services),
        TrainingWork::Opened(Ok(record)) => {
            if !state.training.is_running() {
                state.training.run = Some(TrainingRun::opened(*record));
                state.training.page = TrainingPage::Run;
            }
        }
        TrainingWork::Refreshed(Some(record)) => {
            let run = state.training.run.as_mut();
            if let Some(run) = run.filter(|run| run.folder == record.folder) {
                run.take_record(*record);
            }
        }
        TrainingWork::SamplesRead(name, mates, pictures) => {
            state.training.samples.keep(&name, mates, pictures);
        }
        TrainingWork::Branched(Ok(record)) => go_on_with(*record, state, services),
        work @ (TrainingWork::ModelsRead(_)
        | TrainingWork::TookBack(_)
        | TrainingWork::WentToShipped(_)
        | TrainingWork::EvidenceRead(..)
        | TrainingWork::CaseRead(..)) => evidence::apply_work(work, state),
        TrainingWork::Branched(Err(_))
        | TrainingWork::Opened(Err(_))
        | TrainingWork::Refreshed(None)
        | TrainingWork::Saved(_) => {}
    }
}
