//! Training: prepared, begun, watched, ended.

mod events;
mod evidence;
mod preparing;
mod samples;

use super::{Services, fail, tell};
use crate::ui::files::{DialogKind, TrainingWork};
use crate::ui::message::Severity;
use crate::ui::state::AppState;
use crate::ui::training::{
    Attempt, PathField, RunStatus, TrainingCommand, TrainingPage, TrainingRun, WizardStep,
};
use crate::worker::{BranchPlan, JobHandle, JobId, RunRecord, TrainingPlan, WorkerCommand};
use std::path::{Path, PathBuf};

pub(super) use events::{apply_event, apply_work};
pub(in crate::ui) use evidence::words as model_words;

/// Does what was asked for.
pub(super) fn apply(command: TrainingCommand, state: &mut AppState, services: &mut Services) {
    use TrainingCommand as C;
    let training = &mut state.training;
    match command {
        C::Toggle => training.is_open = !training.is_open,
        C::ShowStep(step) => {
            training.page = TrainingPage::Wizard;
            training.wizard.step = step;
        }
        C::ShowRun => training.page = TrainingPage::Run,
        C::Choose(field) => services
            .files
            .open_dialog(DialogKind::TrainingFolder(field)),
        C::Pause => end(RunStatus::Pausing, state),
        C::Stop => end(RunStatus::Stopping, state),
        C::Resume => resume(state, services),
        C::AskBranch(branch) => training.branch = branch,
        C::Branch => branch(state, services),
        C::OpenRun(folder) => services.files.open_run(folder),
        C::ShowLoss(term) => {
            if let Some(run) = &mut training.run {
                run.curves.shown_loss = Some(term);
            }
        }
        C::ShowScore(term) => {
            if let Some(run) = &mut training.run {
                run.curves.shown_score = Some(term);
            }
        }
        command @ (C::ShowSample(_)
        | C::ShowSampleAt(_)
        | C::SetSampleBase(_)
        | C::CompareSample(_)
        | C::LookAtSample(_)) => samples::apply(command, state),
        C::SavePicture => save_curves(true, state, services),
        C::SaveNumbers => save_curves(false, state, services),
        C::Evidence(command) => evidence::apply(command, state, services),
        other => preparing::apply(other, state, services),
    }
}

/// Whether a job is one of training.
pub(super) fn is_about(job: JobId, state: &AppState) -> bool {
    let training = &state.training;
    training.has_run(job) || training.has_preflight(job) || training.evidence.has(job)
}

/// Holds training while the reader waits for something, and lets it go on afterwards.
pub(super) fn follow(state: &mut AppState, services: &mut Services) {
    let trains = state.training.is_running()
        || state.training.wizard.preflight_job.is_some()
        || state.training.evidence.is_judging();
    let is_held = trains && state.is_reader_waiting();
    if is_held != state.training.is_held
        && services
            .engine
            .send(WorkerCommand::HoldTraining(is_held))
            .is_ok()
    {
        state.training.is_held = is_held;
    }
    if std::mem::take(&mut state.training.wants_refresh)
        && let Some(run) = &state.training.run
    {
        services.files.refresh_run(run.folder.clone());
    }
    samples::follow(state, services);
    evidence::follow(state, services);
}

/// Ends the run at a checkpoint.
fn end(status: RunStatus, state: &mut AppState) {
    if let Some(run) = &mut state.training.run
        && let Some(job) = &run.job
    {
        job.cancel();
        run.status = status;
    }
}

/// Sends a run to the worker; a sentence where that cannot be.
fn send(plan: TrainingPlan, services: &mut Services) -> Result<JobHandle, String> {
    // Nobody waits for it, and a second run must not end a first one.
    let handle = JobHandle::background();
    let command = WorkerCommand::Train(handle.clone(), Box::new(plan));
    let sent = services.engine.send(command);
    sent.map(|()| handle).map_err(|err| err.to_string())
}

/// Begins the run of this run file.
pub(super) fn begin(run_file: PathBuf, state: &mut AppState, services: &mut Services) {
    let folder = run_file.parent().unwrap_or(Path::new("")).to_owned();
    let plan = TrainingPlan {
        config: run_file.clone(),
        resume: None,
        out: None,
    };
    match send(plan, services) {
        Ok(job) => {
            let mut run = TrainingRun::begun(folder, job);
            run.run_file = Some(run_file);
            run.iterations = Some(state.training.wizard.plan.iterations);
            run.batch = state.training.wizard.plan.batch;
            state.training.run = Some(run);
            state.training.page = TrainingPage::Run;
            // The next run is another one.
            state.training.wizard.out.clear();
            state.training.wizard.forget_after(WizardStep::Preflight);
        }
        Err(sentence) => fail(state, sentence),
    }
}

/// Goes on from the newest checkpoint of the run shown.
fn resume(state: &mut AppState, services: &mut Services) {
    let Some(run) = state.training.run.as_ref().filter(|run| run.job.is_none()) else {
        return;
    };
    let folder = run.folder.clone();
    // One that was stopped while it read its images has nothing else yet.
    let begun_with = run.run_file.clone();
    let plan = TrainingPlan {
        config: begun_with.unwrap_or_else(|| folder.join("run.toml")),
        resume: Some(folder),
        out: None,
    };
    match send(plan, services) {
        Ok(job) => {
            if let Some(run) = &mut state.training.run {
                run.job = Some(job);
                run.status = RunStatus::Beginning;
            }
        }
        Err(sentence) => fail(state, sentence),
    }
}

/// Copies what a branch needs; it goes on once that is done.
fn branch(state: &mut AppState, services: &mut Services) {
    let (Some(asked), Some(run)) = (state.training.branch.take(), &state.training.run) else {
        return;
    };
    let plan = BranchPlan {
        from: run.folder.clone(),
        to: typed_path(&asked.out),
        settings: asked.settings,
    };
    let best = run.checkpoints.iter().find(|found| found.is_best).cloned();
    services.files.branch_run(plan, asked.checkpoint, best);
}

/// Goes on with the run of a folder, which is shown from then on.
pub(super) fn go_on_with(record: RunRecord, state: &mut AppState, services: &mut Services) {
    if state.training.is_running() {
        return;
    }
    state.training.run = Some(TrainingRun::opened(record));
    state.training.page = TrainingPage::Run;
    resume(state, services);
}

fn save_curves(as_picture: bool, state: &AppState, services: &mut Services) {
    if let Some(run) = &state.training.run {
        let curves = run.curves.clone();
        services.files.save_curves(&run.folder, curves, as_picture);
    }
}

/// Takes a folder that was typed or chosen.
fn set_path(field: PathField, text: String, state: &mut AppState) {
    let wizard = &mut state.training.wizard;
    match field {
        PathField::Pairs => {
            let soft = std::mem::take(&mut wizard.soft);
            wizard.name_pairs(text, soft);
        }
        PathField::Soft => {
            let pairs = std::mem::take(&mut wizard.pairs);
            wizard.name_pairs(pairs, text);
        }
        PathField::Copy => {
            let copy = &mut wizard.registering;
            copy.out = text;
            if copy.made.failure().is_some() {
                copy.made = Attempt::None;
            }
        }
        PathField::Mixed => {
            wizard.mixed = text;
            wizard.forget_after(WizardStep::Preflight);
        }
        PathField::Run => {
            wizard.out = text;
            wizard.forget_after(WizardStep::Preflight);
        }
        PathField::Earlier => wizard.earlier = text,
    }
}

/// A typed path without the quotation marks of pasted ones, as a whole path.
fn typed_path(text: &str) -> PathBuf {
    let path = PathBuf::from(text.trim().trim_matches(['"', '\'']));
    std::path::absolute(&path).unwrap_or(path)
}

fn told_work(work: &TrainingWork) -> Option<(Severity, String)> {
    match work {
        TrainingWork::Saved(Ok(path)) => {
            Some((Severity::Note, format!("Saved {}", path.display())))
        }
        TrainingWork::Saved(Err(sentence))
        | TrainingWork::Opened(Err(sentence))
        | TrainingWork::Branched(Err(sentence)) => Some((Severity::Failure, sentence.clone())),
        _ => None,
    }
}

/// Tells the end of work that is told in the main window.
fn tell_work(work: &TrainingWork, state: &mut AppState) {
    if let Some((severity, text)) = told_work(work) {
        tell(state, severity, text);
    }
}
