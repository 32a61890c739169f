//! The study browser, the prior and the tags: what a person asks of them, and the work beside the
//! window that follows what is open.

use super::{Services, queue, reading, studies};
use crate::ui::browser::Visibility;
use crate::ui::preview::Preview;
use crate::ui::state::AppState;
use crate::ui::study::{Study, StudyContent};
use crate::ui::tag_window::Tags;
use std::path::Path;
use std::sync::Arc;

/// What a person asks of the study browser, the prior and the tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BrowseCommand {
    /// Show the browser, or hide it.
    TogglePanel,
    /// Show only what this is found in.
    Search(String),
    /// Give the keys to the search field; `false` once it has them.
    Find(bool),
    /// Show the first study that was found.
    ShowFound,
    /// Fold the group of this key, or unfold it.
    Turn(String),
    /// Show this study beside the current one as its prior, or none.
    SetPrior(Option<usize>),
    /// Open the window of DICOM tags, or close it.
    ToggleTags,
    /// List only tags that this is found in.
    SearchTags(String),
    /// Compare the tags listed with those of this study, or with none.
    CompareTags(Option<usize>),
}

pub(super) fn apply(command: BrowseCommand, state: &mut AppState, services: &mut Services) {
    use BrowseCommand as C;
    match command {
        C::TogglePanel => {
            state.browser.visibility = if state.is_browser_visible() {
                Visibility::Hidden
            } else {
                Visibility::Shown
            };
        }
        C::Search(text) => state.browser.search = text,
        C::Find(is_wanted) => {
            if is_wanted {
                state.browser.visibility = Visibility::Shown;
            }
            state.browser.wants_search = is_wanted;
        }
        C::ShowFound => {
            if let Some(index) = state.browser.first_found() {
                studies::select(index, state);
            }
        }
        C::Turn(key) => state.browser.turn(key),
        C::SetPrior(index) => {
            let study = index.and_then(|index| state.studies.get(index));
            state.prior = study.map(Study::file_id);
            state.prior_beside = state.current_file();
        }
        C::ToggleTags if state.tags.visible => state.tags.close(),
        C::ToggleTags => state.tags.visible = true,
        C::SearchTags(text) => {
            state.tags.search = text;
            state.tags.refresh();
        }
        C::CompareTags(index) => compare_tags(index, state, services),
    }
}

fn compare_tags(index: Option<usize>, state: &mut AppState, services: &mut Services) {
    let path = index.and_then(|index| Some(state.studies.get(index)?.path.clone()));
    state.tags.other_tags = match &path {
        Some(path) => {
            services.files.read_tags(path.clone());
            Tags::Reading
        }
        None => Tags::Nothing,
    };
    state.tags.other = path;
    state.tags.refresh();
}

/// Brings up to date what follows from the state: rows, thumbnails, the prior's file, the tags listed.
pub fn follow(state: &mut AppState, services: &mut Services) {
    state.refresh_browser();
    follow_tags(state, services);
    queue::advance(state, services);
    reading::read_wanted(state, services);
    if state.is_browser_visible() {
        start_preview(state, services);
    }
}

/// The window lists the tags of the study shown.
fn follow_tags(state: &mut AppState, services: &mut Services) {
    let shown = state.studies.get(state.current).map(|study| &study.path);
    if !state.tags.visible || shown == state.tags.subject.as_ref() {
        return;
    }
    let shown = shown.cloned();
    state.tags.tags = match &shown {
        Some(path) => {
            services.files.read_tags(path.clone());
            Tags::Reading
        }
        None => Tags::Nothing,
    };
    state.tags.subject = shown;
    state.tags.refresh();
}

/// Starts the next thumbnail, where none is being made: one at a time leaves the machine to the reader.
fn start_preview(state: &mut AppState, services: &mut Services) {
    if state.browser.in_work.is_some() {
        return;
    }
    let next = state.studies.iter().find_map(|study| {
        let radiograph = match &study.content {
            StudyContent::Unread => None,
            StudyContent::Open(open) => Some(Arc::clone(&open.radiograph)),
            StudyContent::Reading | StudyContent::Failed(_) => return None,
        };
        let missing = study.thumbnail.is_none();
        missing.then(|| (study.path.clone(), radiograph))
    });
    if let Some((path, radiograph)) = next {
        state.browser.in_work = Some(path.clone());
        let folder = services.measures_folder.clone();
        services.files.preview(path, radiograph, folder);
    }
}

/// Gives an entry its thumbnail, or the reason why it has none.
pub(super) fn keep_preview(
    path: &Path,
    preview: &Result<Box<Preview>, String>,
    state: &mut AppState,
) {
    state.browser.in_work = None;
    // Entries of one path are of one picture, or of none.
    for study in state.studies.iter_mut().filter(|study| study.path == path) {
        match preview {
            Ok(preview) => study.take_preview(Preview::clone(preview)),
            Err(sentence) => {
                if matches!(study.content, StudyContent::Unread) {
                    study.content = StudyContent::Failed(sentence.clone());
                }
            }
        }
    }
}
