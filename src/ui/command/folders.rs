//! What the reader says of the pictures in a folder.

use super::{Services, fail, polarity};
use crate::ui::folder_facts::{FolderFacts, write};
use crate::ui::state::AppState;
use crate::ui::study::{OpenStudy, Study};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a person answers to the question about a folder.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FolderCommand {
    /// The answer as it stands now; not decided yet.
    Draft(FolderFacts),
    /// It holds for this folder from now on.
    Keep,
    /// Not now: the pictures are taken as they are.
    PutOff,
}

pub(super) fn apply(command: FolderCommand, state: &mut AppState, services: &mut Services) {
    let Some(folder) = asked_folder(state) else {
        return;
    };
    match command {
        FolderCommand::Draft(facts) => state.folders.draft = facts,
        FolderCommand::PutOff => {
            state.folders.put_off.insert(folder);
        }
        FolderCommand::Keep => {
            let facts = state.folders.draft;
            if let Some((file, text)) = state.folders.keep(&folder) {
                services.files.keep_folders(move || write(&file, &text));
            }
            services.files.set_folders(Arc::clone(&state.folders.known));
            for index in 0..state.studies.len() {
                take_over(index, (&folder, facts), state, services);
            }
        }
    }
}

fn asked_folder(state: &AppState) -> Option<PathBuf> {
    let radiograph = &state.study()?.radiograph;
    state.folders.unknown_folder(radiograph).map(Path::to_owned)
}

/// A study of this folder that is open already; what was made of it with the other polarity is made again on demand.
fn take_over(
    index: usize,
    (folder, facts): (&Path, FolderFacts),
    state: &mut AppState,
    services: &mut Services,
) {
    let is_here = |study: &Study| study.path.parent() == Some(folder);
    let Some(study) = state.studies.get_mut(index).filter(|study| is_here(study)) else {
        return;
    };
    study.thumbnail = None;
    let Some(open) = study.open_mut() else {
        return;
    };
    let radiograph = facts.applied((*open.radiograph).clone());
    let is_turned = radiograph.polarity != open.radiograph.polarity;
    if is_turned && index == state.current {
        polarity::turn(state, services);
    } else if is_turned {
        study.turn_polarity();
    }
    if let Some(open) = state.studies.get_mut(index).and_then(Study::open_mut) {
        take_spacing(open, &radiograph);
    }
}

fn take_spacing(open: &mut OpenStudy, known: &crate::radiograph::Radiograph) {
    let mut radiograph = (*open.radiograph).clone();
    radiograph.spacing = known.spacing;
    open.radiograph = Arc::new(radiograph);
}

/// Says where the facts could not be written down.
pub(super) fn kept(kept: Result<(), String>, state: &mut AppState) {
    if let Err(sentence) = kept {
        let text =
            format!("What you said of this folder is not kept for the next time: {sentence}");
        fail(state, text);
    }
}
