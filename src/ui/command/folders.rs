//! What the reader says of the pictures in a folder.

use super::{Services, fail, polarity, tell};
use crate::ui::folder_facts::{FolderFacts, facts_of, write};
use crate::ui::message::Severity;
use crate::ui::state::AppState;
use crate::ui::study::Study;
use std::sync::Arc;

/// What a person answers to the question about a folder.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FolderCommand {
    /// The answer as it stands now; not decided yet.
    Draft(FolderFacts),
    /// It holds for this folder from now on.
    Keep,
    /// Its pictures are as their files say, and their pixel size is not known; that holds from now on, too.
    TakeAsTheyAre,
    /// What was said of the folder of the picture shown is taken back, and asked again.
    AskAgain,
}

pub(super) fn apply(command: FolderCommand, state: &mut AppState, services: &mut Services) {
    let Some(radiograph) = state.study().map(|study| Arc::clone(&study.radiograph)) else {
        return;
    };
    let folders = &mut state.folders;
    let folder = match command {
        FolderCommand::AskAgain => folders.answered_folder(&radiograph),
        _ => folders.unknown_folder(&radiograph),
    };
    let Some(folder) = folder else {
        return;
    };
    let kept = match command {
        FolderCommand::Draft(facts) => {
            folders.draft = facts;
            return;
        }
        FolderCommand::TakeAsTheyAre => {
            folders.draft = FolderFacts::default();
            folders.keep(folder)
        }
        FolderCommand::Keep => folders.keep(folder),
        FolderCommand::AskAgain => folders.forget(folder),
    };
    if let Some((file, text)) = kept {
        services.files.keep_folders(move || write(&file, &text));
    }
    services.files.set_folders(Arc::clone(&folders.known));
    for index in 0..state.studies.len() {
        if let Some(study) = state.studies.get_mut(index)
            && study.path.parent() == Some(folder)
        {
            study.thumbnail = None;
            bring_up_to_date(index, state, services);
        }
    }
}

/// Gives an open study what is known of its folder by now. What is being made of it with the other polarity ends, and
/// what was made waits until it is turned back.
pub(super) fn bring_up_to_date(index: usize, state: &mut AppState, services: &mut Services) {
    let Some(open) = state.studies.get(index).and_then(Study::open) else {
        return;
    };
    let (before, now) = (
        open.folder_facts,
        facts_of(&open.radiograph, &state.folders.known),
    );
    let (file_id, is_running) = (open.file_id, state.is_running(open));
    let is_turned = before.is_inverted != now.is_inverted;
    if is_turned && index == state.current {
        polarity::turn(state, services);
    } else if is_turned {
        polarity::turn_over(file_id, state);
        if is_running {
            let name = state.study_name(index);
            let text = format!("The run of {name} was stopped: its black and white are exchanged.");
            tell(state, Severity::Note, text);
        }
    }
    if let Some(open) = state.study_with_mut(file_id) {
        // Not by the reader's hand, but by what is known of the folder.
        open.is_turned ^= is_turned;
        open.folder_facts = now;
        let stated = open.radiograph.spacing;
        let spacing = stated.filter(|_| stated != before.spacing());
        let mut radiograph = (*open.radiograph).clone();
        radiograph.spacing = spacing.or(now.spacing());
        open.radiograph = Arc::new(radiograph);
    }
}

/// Says where the facts could not be written down.
pub(super) fn kept(kept: Result<(), String>, state: &mut AppState) {
    if let Err(sentence) = kept {
        let text =
            format!("What you said of this folder is not kept for the next time: {sentence}");
        fail(state, text);
    }
}
