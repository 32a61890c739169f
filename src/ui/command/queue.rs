//! The queue of background runs: filled, reordered, emptied, and carried on study by study.

use super::{Services, fail, jobs, remedies, results, tell};
use crate::ui::file_id::FileId;
use crate::ui::message::Severity;
use crate::ui::queue::{QueueCommand, QueuedRun};
use crate::ui::runs::BYTES_PER_PIXEL;
use crate::ui::state::AppState;
use crate::ui::study::{Study, StudyContent};
use crate::worker::{EventKind, JobHandle, PreviewChoice, SuppressionRequest, WorkerCommand};

/// Does what was asked of the queue.
pub(super) fn apply(command: QueueCommand, state: &mut AppState, services: &mut Services) {
    use QueueCommand as C;
    let queue = &mut state.queue;
    match command {
        C::ToggleList => queue.is_visible = !queue.is_visible,
        C::AddAll => add(state.studies.iter().map(Study::file_id).collect(), state),
        C::Add(studies) => add(studies, state),
        C::MoveUp(study) => queue.shift(study, -1),
        C::MoveDown(study) => queue.shift(study, 1),
        C::Cancel(study) => {
            queue.waiting.retain(|&waiting| waiting != study);
            queue.stop_run_of(study);
        }
        C::CancelAll => clear(state),
        C::ClearAndRun => {
            clear(state);
            jobs::suppress(state, services);
        }
    }
}

fn clear(state: &mut AppState) {
    state.queue.waiting.clear();
    state.queue.stop_run();
}

/// Queues those of the studies that have no soft-tissue image, in the order of the browser.
fn add(mut studies: Vec<FileId>, state: &mut AppState) {
    if state.bundle.is_none() && state.loading.is_none() {
        let text = "No model is loaded; open a bundle with File > Open model bundle.";
        fail(state, text.to_owned());
        return;
    }
    studies.retain(|&file_id| {
        let study = state.listed(file_id);
        study.is_some_and(|study| state.can_be_queued(study))
    });
    let places = state.browser.places();
    studies.sort_by_cached_key(|&file_id| {
        let index = state.index_of(file_id);
        index.map(|index| places.get(index).copied().unwrap_or(index))
    });
    studies.dedup();
    if studies.is_empty() {
        let text = "Every study is suppressed, or waits for it already.";
        tell(state, Severity::Advice, text.to_owned());
        return;
    }
    state.queue.waiting.extend(studies);
    state.queue.is_visible = true;
}

/// The next one is this study, where it can be shown and is on the list still.
pub(super) fn put_first(file_id: FileId, state: &mut AppState) {
    let index = state.index_of(file_id);
    if index.and_then(|index| state.studies.get(index)).is_some() {
        state.queue.waiting.retain(|&waiting| waiting != file_id);
        state.queue.waiting.insert(0, file_id);
    }
}

/// What becomes of the study whose turn it is.
enum Turn {
    /// Its file must be read first.
    Wait,
    /// It goes to the worker.
    Run,
    /// Nothing: it cannot be shown, or is suppressed by now.
    Drop,
    /// The reader must be asked first, and nobody is there to ask.
    Ask,
}

fn turn_of(study: &Study, state: &AppState) -> Turn {
    match &study.content {
        StudyContent::Unread | StudyContent::Reading => Turn::Wait,
        StudyContent::Failed(_) => Turn::Drop,
        StudyContent::Open(open) if open.result().is_some() || state.is_running(open) => Turn::Drop,
        StudyContent::Open(open) if !open.kind_doubts.is_empty() && !open.suppress_anyway => {
            Turn::Ask
        }
        StudyContent::Open(_) => Turn::Run,
    }
}

/// Carries the queue on, where the worker has nothing of it.
pub(super) fn advance(state: &mut AppState, services: &mut Services) {
    // The settings in force are not those of a model that is being loaded.
    if state.loading.is_some() || state.bundle.is_none() {
        return;
    }
    while state.queue.running.is_none()
        && let Some(&file_id) = state.queue.waiting.first()
    {
        let study = state.listed(file_id);
        match study.map_or(Turn::Drop, |study| turn_of(study, state)) {
            Turn::Wait => return,
            Turn::Drop => {}
            Turn::Ask => {
                let name = state.name_of(file_id);
                let text = format!(
                    "{name} was passed over: the networks may not be made for it; show it and press Suppress."
                );
                tell(state, Severity::Note, text);
            }
            Turn::Run if !has_room(file_id, state) => {
                stop_full(state);
                return;
            }
            Turn::Run => run(file_id, state, services),
        }
        if !state.queue.waiting.is_empty() {
            state.queue.waiting.remove(0);
        }
    }
}

/// Whether the result of a study fits beside those there are.
fn has_room(file_id: FileId, state: &AppState) -> bool {
    let study = state.study_with(file_id);
    let more = study.map_or(0, |study| {
        let (width, height) = study.radiograph.size();
        BYTES_PER_PIXEL * width * height
    });
    results::num_bytes(state) + more <= results::MOST_BYTES
}

/// A queue that went on would throw away what it made before.
fn stop_full(state: &mut AppState) {
    let num_waiting = state.queue.waiting.len();
    state.queue.waiting.clear();
    let text = format!(
        "The queue stopped before {num_waiting} studies: the results made so far take {} GiB of memory. \
         Save and forget some of them, then queue the rest.",
        results::MOST_BYTES >> 30
    );
    fail(state, text);
}

/// Sends a study to the worker as a job that makes room for others, with its own settings or those last used.
fn run(file_id: FileId, state: &mut AppState, services: &mut Services) {
    let num_seeds = state.num_seeds;
    let last = state.last_settings.clone();
    let Some(study) = state.study_with_mut(file_id) else {
        return;
    };
    let settings = study.settings.get_or_insert(last).clone();
    let request = SuppressionRequest {
        num_seeds,
        preview: PreviewChoice::Off,
        mask: study.mask.as_ref().map(|mask| mask.mask.clone()),
        ..SuppressionRequest::new(study.radiograph.clone(), settings)
    };
    let handle = JobHandle::background();
    let job = jobs::running(handle.clone(), Some(file_id), study.mask.clone());
    let command = WorkerCommand::Suppress(handle, Box::new(request));
    match services.engine.send(command) {
        Ok(()) => {
            state.queue.running = Some(QueuedRun {
                job,
                is_deferred: false,
            });
        }
        Err(err) => {
            // The next ones would fare no better.
            state.queue.waiting.clear();
            fail(state, format!("The queue was stopped: {err}."));
        }
    }
}

/// Takes a fact about the run of the queue.
pub(super) fn apply_event(kind: EventKind, state: &mut AppState) {
    if let Some(run) = &mut state.queue.running {
        match kind {
            EventKind::Deferred => run.is_deferred = true,
            EventKind::Started => run.is_deferred = false,
            EventKind::Warned(warning) => {
                run.job.warn(warning);
                return;
            }
            _ => {}
        }
    }
    if !kind.is_final() {
        return;
    }
    let Some(run) = state.queue.running.take() else {
        return;
    };
    match kind {
        EventKind::Suppressed(result) => jobs::keep_result(run.job, result, state),
        EventKind::Failed(failure) => remedies::fail_with(failure, run.job.study, state),
        _ => {}
    }
}
