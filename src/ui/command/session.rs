//! What was open before: recent files, and what a run that broke off had on the screen.

use super::{Services, studies, tell};
use crate::ui::message::Severity;
use crate::ui::session::SavedDesk;
use crate::ui::state::AppState;
use crate::ui::study::Study;
use std::path::PathBuf;
use std::time::Duration;

/// What a person asks of what was open before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionCommand {
    /// Open this path of the recent ones.
    OpenRecent(PathBuf),
    /// Forget the recent paths.
    ClearRecent,
    /// Open again what the last run had open.
    Restore,
    /// Do not: the question goes, the menu can still do it.
    Decline,
}

pub(super) fn apply(command: SessionCommand, state: &mut AppState, services: &mut Services) {
    match command {
        SessionCommand::OpenRecent(path) => studies::open_paths(vec![path], state, services),
        SessionCommand::ClearRecent => state.session.recent.clear(),
        SessionCommand::Decline => state.session.offered = false,
        SessionCommand::Restore => {
            state.session.offered = false;
            if let Some(desk) = state.session.last.take() {
                restore(desk, state);
            }
        }
    }
}

/// Opens files of the last run after those that are open already. Soft-tissue images were not kept.
fn restore(desk: SavedDesk, state: &mut AppState) {
    let SavedDesk {
        studies,
        current,
        prior,
        prior_beside,
        layout,
        links,
        compare,
    } = desk;
    let shown = studies.get(current).map(|study| study.path.clone());
    let num_files = studies.len();
    for saved in studies {
        if !state.studies.iter().any(|study| study.path == saved.path) {
            let mut study = Study::unread(saved.path);
            study.restored = saved.view;
            study.wants_result = saved.has_result;
            state.studies.push(study);
        }
    }
    state.layout = layout;
    state.links = links;
    state.compare = compare;
    let listed = |path: Option<PathBuf>| {
        let mut studies = state.studies.iter();
        let study = studies.find(|study| Some(&study.path) == path.as_ref());
        study.map(Study::file_id)
    };
    (state.prior, state.prior_beside) = (listed(prior), listed(prior_beside));
    let text = format!(
        "{num_files} files of the last run are open again, the soft-tissue images that were shown with them."
    );
    tell(state, Severity::Note, text);
    let index = state
        .studies
        .iter()
        .position(|study| Some(&study.path) == shown.as_ref());
    studies::select(index.unwrap_or(0), state);
}

/// Writes down what is open, where it is time; says when to look again.
pub fn keep_session(seconds: f64, state: &AppState, services: &mut Services) -> Option<Duration> {
    let store = services.session.as_mut()?;
    let (write, wait) = store.due(seconds, state);
    if let Some(write) = write {
        services.files.keep_session(move || write.run());
    }
    wait
}

/// A session that could not be written is told once; the work on the screen is not touched by it.
pub(super) fn kept(kept: Result<(), String>, state: &mut AppState, services: &mut Services) {
    if let Some(store) = &mut services.session {
        store.writing = false;
    }
    if let Err(reason) = kept {
        let text = format!("What is open cannot be kept for the next start: {reason}");
        tell(state, Severity::Note, text);
    }
}
