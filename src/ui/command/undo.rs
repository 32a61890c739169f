//! Undo and redo: the walk along the steps, to whichever study they are of.

use super::{listing, measuring, polarity, studies};
use crate::measure::Measure;
use crate::ui::file_id::FileId;
use crate::ui::state::AppState;
use crate::ui::study::StudyContent;
use crate::ui::undo::{Moment, Step, Way};
use std::sync::Arc;

/// Does something to the open study of this file as one step of its own, whether a command asked for it or not.
pub(super) fn as_step<T>(
    file_id: FileId,
    state: &mut AppState,
    change: impl FnOnce(&mut AppState) -> T,
) -> T {
    state.undo.end_gesture();
    let before = Moment::of(state, Some(file_id));
    let changed = change(state);
    let after = Moment::of(state, Some(file_id));
    state.undo.record(before, after);
    state.undo.end_gesture();
    changed
}

/// Walks one step and shows its study. One that was given up to save memory is read again first; steps of a study
/// that cannot be shown any more are passed over.
pub(super) fn walk(way: Way, state: &mut AppState) {
    lay_down(state);
    state.undo.waits = None;
    while let Some(step) = state.undo.pop(way) {
        if let Some(file_id) = step.study() {
            let Some(index) = state.index_of(file_id) else {
                continue;
            };
            if index != state.current || state.study().is_none() {
                studies::select(index, state);
            }
            match state.studies.get(index).map(|study| &study.content) {
                Some(StudyContent::Open(_)) => {}
                Some(StudyContent::Reading | StudyContent::Unread) => {
                    state.undo.put_back(way, step);
                    state.undo.waits = Some(way);
                    return;
                }
                Some(StudyContent::Failed(_)) | None => continue,
            }
        }
        if !step.taken_off().is_empty() {
            listing::put_back(step.taken_off(), state);
            step.walk(way, state);
            state.forget_unlisted();
            // It is not kept to be taken again: what is made of the file from now on must not go by a key of redo.
            return;
        }
        if step.turns_polarity()
            && let Some(file_id) = step.study()
        {
            polarity::turn_over(file_id, state);
        }
        let before = state.study().map(|study| Arc::clone(&study.measures));
        step.walk(way, state);
        state.undo.keep_walked(way, step);
        choose_what_came(&before.unwrap_or_default(), state);
        return;
    }
}

/// Walks the step that waited for its study, once that is read; not where the reader went elsewhere meanwhile.
pub(super) fn go_on(state: &mut AppState) {
    let Some(way) = state.undo.waits else {
        return;
    };
    let wanted = state.undo.next(way).and_then(Step::study);
    let shown = state.studies.get(state.current);
    let Some(shown) = shown.filter(|study| Some(study.file_id) == wanted) else {
        state.undo.waits = None;
        return;
    };
    if !matches!(shown.content, StudyContent::Reading | StudyContent::Unread) {
        walk(way, state);
    }
}

/// Words that were being written are a step of their own; what was half drawn or held is none.
fn lay_down(state: &mut AppState) {
    if let Some(file_id) = state.study().map(|study| study.file_id) {
        as_step(file_id, state, measuring::end_typing);
    }
    state.measuring.grabbed = None;
    state.measuring.draft.clear();
    state.masking.stroke = None;
}

/// A measure that comes with a step is chosen, as if it were drawn; one that goes is not the chosen one any more: the
/// next to be drawn may have its number.
fn choose_what_came(before: &[Measure], state: &mut AppState) {
    let measures = state.study().map(|study| Arc::clone(&study.measures));
    let measures = measures.unwrap_or_default();
    let has = |measures: &[Measure], id| measures.iter().any(|measure| measure.id == id);
    let mut came = measures.iter().map(|measure| measure.id);
    let came = came.find(|&id| !has(before, id));
    let selected = &mut state.measuring.selected;
    *selected = came.or(selected.filter(|&id| has(&measures, id)));
}
