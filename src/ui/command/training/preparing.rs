//! The steps of the wizard.

use super::{Services, begin, fail, set_path, typed_path};
use crate::dataset::{CheckRequest, RegisterRequest, RegisteredCopy};
use crate::ui::files::RunFiles;
use crate::ui::state::AppState;
use crate::ui::training::{
    Attempt, CheckProgress, Places, Prepared, TrainingCommand, Wizard, WizardStep, WrittenFor,
};
use crate::worker::{JobHandle, TrainingPlan, WorkerCommand};
use std::path::PathBuf;
use std::sync::Arc;

/// Does what was asked of the wizard.
pub(super) fn apply(command: TrainingCommand, state: &mut AppState, services: &mut Services) {
    use TrainingCommand as C;
    let wizard = &mut state.training.wizard;
    match command {
        C::Type(field, text) => set_path(field, text, state),
        C::Check => check(state, services),
        C::StopCheck => {
            if let Some(progress) = wizard.checking.take() {
                progress.stop();
            }
            wizard.report = Attempt::None;
        }
        C::Register => register(wizard, services),
        C::StopRegister => wizard.registering.stop(),
        C::SetSplit(plan) => {
            wizard.split_plan = plan;
            wizard.forget_after(WizardStep::Check);
        }
        C::Split => {
            if let Some(report) = wizard.report.done().cloned() {
                wizard.forget_after(WizardStep::Check);
                wizard.split = Attempt::Running;
                let asked = asked_pairs(wizard);
                services.files.split_pairs(asked, report, wizard.split_plan);
            }
        }
        C::SetPlan(plan) => {
            wizard.plan = plan;
            wizard.forget_after(WizardStep::Preflight);
        }
        C::Preflight => write(WrittenFor::Preflight, state, services),
        C::StopPreflight => {
            if let Some(job) = wizard.preflight_job.take() {
                job.cancel();
            }
            wizard.preflight = Attempt::None;
        }
        C::Start if !state.training.is_running() => write(WrittenFor::Start, state, services),
        _ => {}
    }
}

/// The pairs that are named, as they are looked at.
fn asked_pairs(wizard: &Wizard) -> CheckRequest {
    CheckRequest {
        radiographs: typed_path(&wizard.pairs),
        soft_tissue: typed_if_any(&wizard.soft),
        patients: None,
        thumbnails: true,
    }
}

/// A folder that need not be named.
fn typed_if_any(text: &str) -> Option<PathBuf> {
    (!text.trim().is_empty()).then(|| typed_path(text))
}

fn check(state: &mut AppState, services: &mut Services) {
    let wizard = &mut state.training.wizard;
    wizard.forget_after(WizardStep::Data);
    let progress = Arc::new(CheckProgress::default());
    services.files.check_pairs(asked_pairs(wizard), &progress);
    wizard.checking = Some(progress);
    wizard.report = Attempt::Running;
}

/// Makes a registered copy of the pairs that are named, in a folder of its own.
fn register(wizard: &mut Wizard, services: &mut Services) {
    let asked = asked_pairs(wizard);
    let copy = &mut wizard.registering;
    if copy.is_running() || copy.out.trim().is_empty() {
        return;
    }
    let out = typed_path(&copy.out);
    let request = RegisterRequest {
        dataset: asked,
        // What a copy left there that was stopped is taken away by the next one; anything else in a folder stays.
        overwrite: copy.stopped.as_ref() == Some(&out),
        out,
        inverted: false,
    };
    let progress = Arc::new(CheckProgress::default());
    services.files.register_pairs(request, &progress);
    copy.progress = Some(progress);
    copy.made = Attempt::Running;
}

/// The registered copy is there, or one sentence says why not; `None` where the reader ended it.
pub(super) fn registered(
    progress: &Arc<CheckProgress>,
    folder: PathBuf,
    made: Option<Result<RegisteredCopy, String>>,
    wizard: &mut Wizard,
) {
    let copy = &mut wizard.registering;
    let newest = copy.progress.as_ref();
    if !newest.is_some_and(|newest| Arc::ptr_eq(newest, progress)) {
        return;
    }
    copy.progress = None;
    match made {
        Some(Ok(made)) => wizard.go_on_with(&folder, made),
        Some(Err(sentence)) => copy.made = Attempt::Failed(sentence),
        None => {
            copy.made = Attempt::None;
            copy.stopped = Some(folder);
        }
    }
}

/// Writes the run file and the split; what follows once they are there.
fn write(purpose: WrittenFor, state: &mut AppState, services: &mut Services) {
    let Some(bundle) = state.compute.bundle() else {
        let text = "No model is loaded to be trained further; open a bundle with File > Open model bundle.";
        fail(state, text.to_owned());
        return;
    };
    let bundle = std::path::absolute(&bundle).unwrap_or(bundle);
    let wizard = &mut state.training.wizard;
    let Some(made) = wizard.split.done() else {
        return;
    };
    let out = typed_path(&wizard.out);
    let [soft, mixed] = [&wizard.soft, &wizard.mixed].map(|text| typed_if_any(text));
    let places = Places {
        bundle: &bundle,
        pairs: &typed_path(&wizard.pairs),
        soft: soft.as_deref(),
        mixed: mixed.as_deref(),
        split: &out.join(crate::ui::files::SPLIT_FILE),
        out: &out,
    };
    match wizard.plan.run_file(places) {
        Ok(run) => {
            let split = made.split.clone();
            wizard.writing = Some(purpose);
            if purpose == WrittenFor::Preflight {
                wizard.preflight = Attempt::Running;
            }
            let files = RunFiles {
                folder: out,
                run,
                split,
                mixed,
            };
            services.files.prepare_run(files);
        }
        Err(err) => wizard.preflight = Attempt::Failed(err.to_string()),
    }
}

/// The run file is there, or one sentence says why not.
pub(super) fn written(
    prepared: Result<Prepared, String>,
    state: &mut AppState,
    services: &mut Services,
) {
    let Some(purpose) = state.training.wizard.writing.take() else {
        return;
    };
    match prepared {
        Ok(Prepared { run_file }) if purpose == WrittenFor::Start => {
            begin(run_file, state, services);
        }
        Ok(Prepared { run_file }) => {
            let plan = TrainingPlan {
                config: run_file,
                resume: None,
                out: None,
            };
            let handle = JobHandle::background();
            let command = WorkerCommand::Preflight(handle.clone(), Box::new(plan));
            let wizard = &mut state.training.wizard;
            match services.engine.send(command) {
                Ok(()) => wizard.preflight_job = Some(handle),
                Err(err) => wizard.preflight = Attempt::Failed(err.to_string()),
            }
        }
        Err(sentence) => state.training.wizard.preflight = Attempt::Failed(sentence),
    }
}
