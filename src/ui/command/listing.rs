//! Taking files off the list, and putting them back.

use super::{Services, cancelling, measure_work, measuring, reading, studies, tell};
use crate::ui::file_id::FileId;
use crate::ui::leaving::{Leaving, TakenOff};
use crate::ui::measuring::Keeping;
use crate::ui::message::Severity;
use crate::ui::question::{PathPurpose, Question};
use crate::ui::running_job::WhenReady;
use crate::ui::state::AppState;
use crate::ui::study::{OpenStudy, Study};
use crate::ui::undo::Moment;

/// What a person asks of the list of files. The files themselves are never touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListCommand {
    /// Take the file shown off the list.
    TakeOffShown,
    /// Take these files off the list.
    TakeOff(Vec<FileId>),
    /// Take every file off the list, those passed over too.
    Clear,
}

/// Does what was asked of the list; asks first where something would be lost that was not saved.
pub(super) fn apply(command: ListCommand, state: &mut AppState, services: &mut Services) {
    let files: Vec<FileId> = match command {
        ListCommand::TakeOffShown => state.current_file().into_iter().collect(),
        ListCommand::TakeOff(files) => files,
        ListCommand::Clear => {
            state.browser.skipped.clear();
            state.studies.iter().map(Study::file_id).collect()
        }
    };
    if state
        .current_file()
        .is_some_and(|shown| files.contains(&shown))
    {
        measuring::end_typing(state);
    }
    let loses = |file_id: &FileId| !state.loss_of(*file_id).words().is_empty();
    if files.iter().any(loses) {
        state.question = Some(Question::TakeOff { files });
    } else {
        take_off(&files, false, state, services);
    }
}

/// Stops all work on these files and takes them off the list: at once, or as soon as their measures are on the disk.
pub(super) fn take_off(
    files: &[FileId],
    is_asked: bool,
    state: &mut AppState,
    services: &mut Services,
) {
    for &file_id in files {
        stop_work(file_id, state);
    }
    state
        .leaving
        .extend(files.iter().map(|&file_id| Leaving { file_id, is_asked }));
    leave(state, services);
}

/// Takes off the list what waited for its measures to be written, as a step of its own.
pub(super) fn follow(state: &mut AppState, services: &mut Services) {
    if state.leaving.is_empty() {
        return;
    }
    state.undo.end_gesture();
    let before = Moment::of(state, None);
    leave(state, services);
    let after = Moment::of(state, None);
    state.undo.record(before, after);
    state.undo.end_gesture();
}

/// Of the files that are leaving, takes those off the list that wait for nothing.
fn leave(state: &mut AppState, services: &Services) {
    let leaving = std::mem::take(&mut state.leaving);
    let mut ready = Vec::new();
    for one in leaving {
        let study = state.study_with(one.file_id);
        if study.is_some_and(|study| is_to_be_written(study, services)) {
            state.leaving.push(one);
        } else if !one.is_asked && study.is_some_and(OpenStudy::are_measures_refused) {
            let name = state.name_of(one.file_id);
            let text = format!("{name} stays on the list: its measures could not be written.");
            tell(state, Severity::Note, text);
        } else {
            ready.push(one.file_id);
        }
    }
    if !ready.is_empty() {
        remove(&ready, state);
    }
}

/// The reader's own work on a study is not on the disk yet, and will be.
fn is_to_be_written(study: &OpenStudy, services: &Services) -> bool {
    services.measures_folder.is_some()
        && match study.measure_record.keeping {
            Keeping::NotLoaded | Keeping::Loading => study.has_annotations(),
            Keeping::Writing { .. } => true,
            Keeping::Kept(_) | Keeping::Unreadable | Keeping::Failed { .. } => {
                measure_work::unwritten(study).is_some()
            }
        }
}

/// Nobody waits any more for what is made of this file.
fn stop_work(file_id: FileId, state: &mut AppState) {
    let is_of_it = |study: Option<FileId>| study == Some(file_id);
    state.queue.stop_run_of(file_id);
    if is_of_it(state.job.as_ref().and_then(|job| job.study)) {
        cancelling::cancel(state);
    }
    let finding = &mut state.masking.finding;
    if is_of_it(finding.as_ref().and_then(|job| job.study))
        && let Some(job) = finding.take()
    {
        job.handle.cancel();
    }
}

fn remove(files: &[FileId], state: &mut AppState) {
    let is_leaving = |file_id: FileId| files.contains(&file_id);
    let next = next_shown(files, state);
    if state.current_file().is_some_and(is_leaving) {
        studies::leave_study(state);
        state.when_ready = WhenReady::Wait;
    }
    let listed = std::mem::take(&mut state.studies);
    let mut taken_off = Vec::new();
    for (place, study) in listed.into_iter().enumerate() {
        if is_leaving(study.file_id) {
            forget(&study, state);
            let view = state.saved_view(&study);
            let study = study.off_the_list(view);
            taken_off.push(TakenOff { place, study });
        } else {
            state.studies.push(study);
        }
    }
    state.undo.note_taken_off(taken_off);
    state.forget_unlisted();
    let index = next.and_then(|next| state.index_of(next));
    state.current = index.unwrap_or(0);
    state.refresh_browser();
    reading::give_up_far(state);
}

/// The file shown, where it stays; else the nearest one below it in the browser that does, else above it.
fn next_shown(files: &[FileId], state: &AppState) -> Option<FileId> {
    let order = &state.browser.order;
    let at = order.iter().position(|&index| index == state.current)?;
    let (above, below) = order.split_at(at);
    let nearest = below.iter().chain(above.iter().rev());
    let mut nearest = nearest.filter_map(|&index| Some(state.studies.get(index)?.file_id));
    nearest.find(|file_id| !files.contains(file_id))
}

/// Closes what is asked about a file, and offers it no more after a crash.
fn forget(study: &Study, state: &mut AppState) {
    let purpose = state.path_box.as_ref().map(|path_box| path_box.purpose);
    if matches!(purpose, Some(PathPurpose::Save(result)) if result.study == study.file_id) {
        state.path_box = None;
    }
    if state.tags.other.as_ref() == Some(&study.path) {
        state.tags.forget_other();
    }
    state.session.forget(&study.path);
}

/// Puts files back on the list where they stood, and shows the first of them; one whose path was opened again meanwhile
/// stays as it is there.
pub(super) fn put_back(taken_off: &[TakenOff], state: &mut AppState) {
    let shown = state.current_file();
    let mut first = None;
    for TakenOff { place, study } in taken_off {
        if state.studies.iter().any(|other| other.path == study.path) {
            continue;
        }
        let place = (*place).min(state.studies.len());
        state.studies.insert(place, study.clone());
        first.get_or_insert(study.file_id);
    }
    let index = |state: &AppState, file_id: Option<FileId>| state.index_of(file_id?);
    // What was shown stands elsewhere now.
    state.current = index(state, shown).unwrap_or(0);
    if let Some(first) = index(state, first) {
        state.refresh_browser();
        studies::select(first, state);
    }
}
