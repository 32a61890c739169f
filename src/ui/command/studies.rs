//! Studies: opening and changing over.

use super::{
    AdapterCommand, Services, browse, fail, folders, keeping_results, measure_work, measuring,
    reading, saving, session, tell, training,
};
use crate::formats::{Found, Skipped};
use crate::radiograph::Radiograph;
use crate::ui::files::FileEvent;
use crate::ui::message::Severity;
use crate::ui::question::Question;
use crate::ui::state::AppState;
use crate::ui::study::{OpenStudy, Study};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(super) fn open_paths(paths: Vec<PathBuf>, state: &mut AppState, services: &mut Services) {
    state.path_box = None;
    let (weights, paths) = paths.into_iter().partition(|path| is_weights(path));
    tell_of_weights(weights, state);
    if !paths.is_empty() {
        state.session.opening.extend(paths.iter().cloned());
        services.files.find(paths);
    }
}

/// A file of numbers for networks, by its ending.
fn is_weights(path: &Path) -> bool {
    let ending = path.extension();
    ending.is_some_and(|ending| ending.eq_ignore_ascii_case("safetensors"))
}

/// Says where what was dropped among radiographs belongs.
fn tell_of_weights(weights: Vec<PathBuf>, state: &mut AppState) {
    for path in weights {
        let path = path.display();
        let text = format!(
            "This is no radiograph: an adapter is applied with File > Open adapter, a model is opened by its folder with \
             File > Open model bundle: {path}"
        );
        tell(state, Severity::Note, text);
    }
}

/// Takes what file work ended with.
pub fn apply_file_event(event: FileEvent, state: &mut AppState, services: &mut Services) {
    if let Some(session) = &mut services.session {
        session.touched |= matches!(
            event,
            FileEvent::Found(_) | FileEvent::Read(..) | FileEvent::ResultKept(_)
        );
    }
    match event {
        FileEvent::Found(found) => add(found, state),
        FileEvent::Read(file_id, read) => {
            reading::keep(file_id, read, state);
            // The reader may have answered while it was being read.
            if let Some(index) = state.index_of(file_id) {
                folders::bring_up_to_date(index, state, services);
            }
        }
        FileEvent::Previewed(path, preview) => browse::keep_preview(&path, &preview, state),
        FileEvent::Tags(path, tree) => state.tags.keep(&path, tree),
        FileEvent::FoldersKept(kept) => folders::kept(kept, state),
        FileEvent::SessionKept(kept) => session::kept(kept, state, services),
        FileEvent::Saved(Ok(saved)) => {
            if let Some(study) = state.study_with_mut(saved.result.study) {
                study.runs.note_saved(saved.result.run);
            }
            let text = format!(
                "Saved {} and its certificate {}",
                saved.picture.display(),
                saved.certificate.display()
            );
            tell(state, Severity::Note, text);
        }
        FileEvent::Saved(Err(sentence)) => fail(state, sentence),
        FileEvent::ResultKept(kept) => keeping_results::kept(kept, state),
        FileEvent::ResultRead(file_id, polarity, read) => {
            keeping_results::take_read(file_id, polarity, read, state);
        }
        FileEvent::Measures(event) => measure_work::apply_event(event, state),
        FileEvent::Training(work) => training::apply_work(work, state, services),
        FileEvent::ChoseNothing => {}
        FileEvent::ChoseFiles(paths) => open_paths(paths, state, services),
        FileEvent::ChoseBundle(path) => super::bundles::load(path, state, services),
        FileEvent::ChoseAdapter(path) => {
            super::adapters::apply(AdapterCommand::Apply(path), state, services);
        }
        FileEvent::ChoseOutput(path, result) => saving::save(path, result, state, services),
        FileEvent::DialogMissing(kind) => saving::ask_for_path(kind, state),
    }
}

/// Adds entries to the browser and shows that of them which stands at its top; a file opened before is shown again.
fn add(found: Found, state: &mut AppState) {
    let Found {
        files,
        skipped,
        stopped,
    } = found;
    let opened = std::mem::take(&mut state.session.opening);
    if !files.is_empty() {
        state.session.remember(opened);
    }
    if let Some(Skipped { path, reason }) = skipped.first() {
        let num_files = skipped.len();
        let text = format!(
            "{num_files} passed over; the first: {reason} {}",
            path.display()
        );
        tell(state, Severity::Note, text);
    }
    state.browser.pass_over(skipped);
    if stopped {
        let text = format!(
            "The search was stopped; it had found {} files.",
            files.len()
        );
        tell(state, Severity::Note, text);
    }
    if files.is_empty() {
        if stopped {
            return;
        }
        let text = "No radiograph was found there; DICOM, PNG, TIFF and JPEG files can be opened.";
        fail(state, text.to_owned());
        return;
    }
    let found: HashSet<PathBuf> = files.iter().cloned().collect();
    let mut known: HashSet<PathBuf> = state.studies.iter().map(|s| s.path.clone()).collect();
    let new = files.into_iter().filter(|path| known.insert(path.clone()));
    state.studies.extend(new.map(Study::unread));
    state.refresh_browser();
    let is_found = |index: &&usize| {
        let study = state.studies.get(**index);
        study.is_some_and(|study| found.contains(&study.path))
    };
    if let Some(&index) = state.browser.order.iter().find(is_found) {
        select(index, state);
    }
}

/// Shows a radiograph that was not read from the strip.
pub(super) fn show(radiograph: Arc<Radiograph>, state: &mut AppState) {
    leave_study(state);
    let mut study = Study::unread(radiograph.source.path.clone());
    study.fill(Box::new(OpenStudy::new(radiograph)), state.texture_limit);
    state.studies.push(study);
    state.current = state.studies.len() - 1;
}

/// Shows the entry so many rows further in the browser, or stays at its end.
pub(super) fn turn(steps: isize, state: &mut AppState) {
    if let Some(index) = state.browser.neighbour(state.current, steps) {
        select(index, state);
    }
}

/// Shows an entry; it is read, where it is not, together with what else is wanted.
pub(super) fn select(index: usize, state: &mut AppState) {
    if index >= state.studies.len() {
        return;
    }
    if index != state.current {
        leave_study(state);
    }
    state.current = index;
    state.refresh_browser();
    reading::give_up_far(state);
}

/// A job for the study left goes on: its result waits there. Words being written are its own; what is asked of the
/// eye ends.
pub(super) fn leave_study(state: &mut AppState) {
    measuring::end_typing(state);
    state.probe = None;
    state.measuring.leave_study();
    state.masking.lay_down();
    // The other question names its files and may be answered from anywhere.
    if matches!(state.question, Some(Question::SuppressAnyway { .. })) {
        state.question = None;
    }
}
