//! Runs: what is sent to the worker and what its events change.

use super::remedies::fail_with;
use super::{
    Services, bundles, cancelling, fail, masking, nodule, queue, results, sweep, training,
};
use crate::ui::file_id::FileId;
use crate::ui::masking::MaskVersion;
use crate::ui::preferences::RunPreview;
use crate::ui::question::{AskedRun, Question};
use crate::ui::running_job::{RunningJob, WhenReady};
use crate::ui::runs::Asked;
use crate::ui::state::{AppState, SeedMode};
use crate::ui::study::OpenStudy;
use crate::worker::{
    EventKind, JobHandle, JobId, PreviewChoice, SuppressionRequest, SuppressionResult,
    WorkerCommand, WorkerEvent,
};
use std::hash::{BuildHasher as _, RandomState};
use std::num::NonZeroUsize;
use std::sync::Arc;

/// Seeds have at most nine digits: short enough to be read out and typed.
const NUM_SEEDS: u64 = 1_000_000_000;

/// A seed nobody chose.
pub(super) fn new_seed() -> u64 {
    // Every `RandomState` has fresh keys, so hashing the same value again gives another number.
    RandomState::new().hash_one(0_u8) % NUM_SEEDS
}

/// Gives the study shown a seed nobody chose.
pub(super) fn draw_seed(state: &mut AppState) {
    let mut settings = state.settings().clone();
    settings.seed = new_seed();
    state.set_settings(settings);
}

/// Runs with the settings shown; draws a new seed first where the seed is not locked. Asks first,
/// once a study, where the networks were not made for what it shows. A picture that was made of the very same is shown
/// again: a second one would be its double.
pub(super) fn suppress(state: &mut AppState, services: &mut Services) {
    if asks_first(AskedRun::Suppress, state) {
        return;
    }
    if state.seed == SeedMode::Drawn {
        draw_seed(state);
    }
    let is_running = |study| state.is_running(study);
    if !state.study().is_some_and(is_running) && show_made(state) {
        results::tell_made(state);
    } else {
        start(state, services);
    }
}

/// Asks where the networks were not made for what the study shows, once a study.
pub(super) fn asks_first(run: AskedRun, state: &mut AppState) -> bool {
    let asks = |study: &&OpenStudy| !study.kind_doubts.is_empty() && !study.suppress_anyway;
    let study = state.study().filter(asks).map(|study| study.file_id);
    if let Some(study) = study {
        state.question = Some(Question::SuppressAnyway { study, run });
    }
    study.is_some()
}

/// The reader wants the run in spite of the doubts; it starts where its study is still the one shown.
pub(super) fn suppress_anyway(
    file_id: FileId,
    run: AskedRun,
    state: &mut AppState,
    services: &mut Services,
) {
    if let Some(study) = state.study_with_mut(file_id) {
        study.suppress_anyway = true;
    }
    if state.study().is_some_and(|study| study.file_id == file_id) {
        match run {
            AskedRun::Suppress => suppress(state, services),
            AskedRun::AsSet => run_as_set(state, services),
            AskedRun::Sweep => sweep::start(state, services),
            AskedRun::Nodule => nodule::start(state, services),
        }
    }
}

/// Makes a picture with the mask as it is drawn now, and everything else as it is set; one made before is shown again.
pub(super) fn run_as_set(state: &mut AppState, services: &mut Services) {
    if !asks_first(AskedRun::AsSet, state) && !show_made(state) {
        start(state, services);
    }
}

/// Has the lungs of the study shown found; `false` where that cannot be.
pub(super) fn segment(state: &mut AppState, services: &mut Services) -> bool {
    let Some(study) = state.study() else {
        return false;
    };
    let (file_id, radiograph) = (study.file_id, Arc::clone(&study.radiograph));
    if state.bundle.is_none() || state.loading.is_some() {
        let text = "There is no lung mask yet, and no model to find one; open a bundle with File > Open model bundle and \
                    wait until it is loaded.";
        fail(state, text.to_owned());
        return false;
    }
    let handle = JobHandle::new();
    let command = WorkerCommand::Segment(handle.clone(), radiograph);
    match services.engine.send(command) {
        Ok(()) => {
            let job = running(handle, Some(file_id), None);
            if let Some(older) = state.masking.finding.replace(job) {
                older.handle.cancel();
            }
            true
        }
        Err(err) => {
            fail(state, err.to_string());
            false
        }
    }
}

/// Starts the run that was asked for before its study and its bundle were there. One that was asked for of a study that
/// is not shown any more is made in the background.
pub fn suppress_when_ready(state: &mut AppState, services: &mut Services) {
    let is_loaded = state.bundle.is_some() && state.loading.is_none();
    if !is_loaded || state.study().is_none() {
        return;
    }
    let shown = state.study().map(|study| study.file_id);
    match std::mem::take(&mut state.when_ready) {
        WhenReady::Wait => {}
        WhenReady::SuppressFirst => suppress(state, services),
        WhenReady::Run(file_id) if shown == Some(file_id) => {
            if !show_made(state) {
                start(state, services);
            }
        }
        WhenReady::Run(file_id) => queue::put_first(file_id, state),
    }
}

/// Runs again after a setting was let go; without a result there is nothing to be replaced, and a
/// picture that was made with these settings before is shown again.
pub(super) fn rerun(state: &mut AppState, services: &mut Services) {
    if show_made(state) {
        return;
    }
    let is_running = |study| state.is_running(study);
    if state.stale_text().is_some() || state.study().is_some_and(is_running) {
        start(state, services);
    }
}

/// Shows the picture that was made before of what is asked for now; `false` where there is none.
pub(super) fn show_made(state: &mut AppState) -> bool {
    let made = state.study().and_then(|study| {
        let asked = Asked {
            settings: state.settings(),
            num_seeds: state.num_seeds,
            mask: study.mask_number(),
        };
        study.runs.made_with(asked, &state.bundle.as_ref()?.sha256)
    });
    if let Some(made) = made {
        cancel_of_shown(state);
        super::results::show(made, state);
    }
    made.is_some()
}

/// Runs with the settings shown, whatever was asked or made before.
pub(super) fn start(state: &mut AppState, services: &mut Services) {
    let Some(study) = state.study() else {
        return;
    };
    if state.loading.is_some() {
        // The settings shown are not this model's yet: with those of another it invents structures.
        state.when_ready = WhenReady::Run(study.file_id);
        return;
    }
    if state.bundle.is_none() {
        let text = "No model is loaded; open a bundle with File > Open model bundle.";
        fail(state, text.to_owned());
        return;
    }
    let file_id = study.file_id;
    let handle = JobHandle::new();
    let settings = state.settings().clone();
    let radiograph = Arc::clone(&study.radiograph);
    let mask = study.mask.clone();
    let request = SuppressionRequest {
        mask: mask.as_ref().map(|mask| Arc::clone(&mask.mask)),
        num_seeds: state.num_seeds,
        preview: match state.shell.preferences.run_preview {
            RunPreview::Shown => PreviewChoice::EverySteps(NonZeroUsize::MIN),
            RunPreview::Off => PreviewChoice::Off,
        },
        ..SuppressionRequest::new(radiograph, settings.clone())
    };
    let command = WorkerCommand::Suppress(handle.clone(), Box::new(request));
    match services.engine.send(command) {
        Ok(()) => {
            // From here on what another study is set to is no matter of this one.
            state.set_settings(settings);
            // Nobody needs the same picture a second time.
            state.queue.stop_run_of(file_id);
            // The newest request counts: the one before ends within a sampling step.
            if let Some(older) = state.job.replace(running(handle, Some(file_id), mask)) {
                older.handle.cancel();
            }
        }
        Err(err) => fail(state, err.to_string()),
    }
}

pub(super) fn running(
    handle: JobHandle,
    study: Option<FileId>,
    mask: Option<MaskVersion>,
) -> RunningJob {
    RunningJob {
        handle,
        study,
        mask,
        progress: None,
        preview: None,
        stop_asked: None,
        warnings: Vec::new(),
    }
}

/// Ends the run of the study shown, where it is the one that runs.
pub(super) fn cancel_of_shown(state: &mut AppState) {
    let Some(file_id) = state.study().map(|study| study.file_id) else {
        return;
    };
    state.queue.stop_run_of(file_id);
    if state.job.as_ref().and_then(|job| job.study) == Some(file_id) {
        cancelling::cancel(state);
    }
}

/// Copies the newest progress of every job, once a frame.
pub fn copy_progress(state: &mut AppState) {
    let jobs = [&mut state.job, &mut state.loading].into_iter().flatten();
    let queued = state.queue.running.as_mut().map(|run| &mut run.job);
    for job in jobs
        .chain(queued)
        .chain(&mut state.sweep.running)
        .chain(&mut state.nodule.running)
    {
        job.progress = job.handle.progress();
        job.preview = job.handle.preview();
    }
    state.training.evidence.copy_progress();
}

/// Takes a fact from the worker; facts about jobs nobody waits for any more change nothing.
pub fn apply_event(event: WorkerEvent, state: &mut AppState) {
    let is =
        |job: &Option<RunningJob>, id: JobId| job.as_ref().is_some_and(|j| j.handle.id() == id);
    if is(&state.loading, event.job) {
        bundles::apply_event(event.kind, state);
    } else if is(&state.job, event.job) {
        apply_job_event(event.kind, state);
    } else if training::is_about(event.job, state) {
        training::apply_event(event, state);
    } else if state.sweep.has(event.job) {
        sweep::apply_event(event.kind, state);
    } else if state.nodule.has(event.job) {
        nodule::apply_event(event.kind, state);
    } else if state.queue.has(event.job) {
        queue::apply_event(event.kind, state);
    } else if is(&state.masking.finding, event.job) {
        apply_finding_event(event.kind, state);
    } else {
        super::leg_nodes::apply_event(event, state);
    }
}

fn apply_job_event(kind: EventKind, state: &mut AppState) {
    match kind {
        EventKind::Suppressed(result) => {
            if let Some(job) = state.job.take() {
                keep_result(job, result, state);
            }
        }
        EventKind::Failed(failure) => {
            let study = state.job.take().and_then(|job| job.study);
            fail_with(failure, study, state);
        }
        EventKind::Stopped(_) => state.job = None,
        EventKind::Warned(warning) => {
            if let Some(job) = &mut state.job {
                job.warn(warning);
            }
        }
        _ => {}
    }
}

/// Gives a result to its study, which need not be the one shown by now.
pub(super) fn keep_result(job: RunningJob, result: Arc<SuppressionResult>, state: &mut AppState) {
    state.step_costs.measure(&result);
    let study = job.study.and_then(|file_id| state.study_with_mut(file_id));
    if let Some(study) = study {
        study.keep(result, job.mask);
    }
    results::make_room(results::MOST_BYTES, state);
}

fn apply_finding_event(kind: EventKind, state: &mut AppState) {
    if !kind.is_final() {
        return;
    }
    let file_id = state.masking.finding.take().and_then(|job| job.study);
    match kind {
        EventKind::Segmented(mask) => masking::keep_found(file_id, mask, state),
        EventKind::Failed(failure) => {
            state.masking.lay_down();
            fail(state, failure.text);
        }
        _ => state.masking.lay_down(),
    }
}
