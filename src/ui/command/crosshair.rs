//! The crosshair, and what keys ask of the view in use.

use super::{UiCommand, view};
use crate::ui::crosshair::CrosshairCommand;
use crate::ui::state::AppState;

/// Does what was asked of the crosshair.
pub(super) fn apply(command: CrosshairCommand, state: &mut AppState) {
    use CrosshairCommand as C;
    let shown = state.study().map(|study| study.file_id);
    match command {
        C::Ask(key) if shown.is_some() => state.crosshair.asked.push(key),
        C::Ask(_) | C::Answered => state.crosshair.asked.clear(),
        C::MoveTo(at) => state.crosshair.place = shown.map(|file_id| (file_id, at)),
        C::PutAway => state.crosshair.place = None,
        C::Window(content, drag) => view::apply(UiCommand::DragWindow(content, drag), state),
    }
}

/// Puts the crosshair away; `false` where there is none.
pub(super) fn escape(state: &mut AppState) -> bool {
    let was_shown = state.crosshair_at().is_some();
    state.crosshair.place = None;
    was_shown
}

/// Keeps the step of the window keys open as long as nothing else is asked for.
pub(super) fn follow_series(command: &UiCommand, state: &mut AppState) {
    let goes_on = matches!(command, UiCommand::Crosshair(CrosshairCommand::Window(..)));
    if state.crosshair.is_in_series != goes_on {
        state.undo.end_gesture();
        state.crosshair.is_in_series = goes_on;
    }
}
