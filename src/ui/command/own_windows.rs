//! Windows of the reader's own: shown, kept, named, numbered, forgotten.

use super::{UiCommand, tell, view};
use crate::ui::message::Severity;
use crate::ui::own_windows::{
    OwnWindow, OwnWindowCommand, OwnWindowsEditor, WindowMeasure, fitting_name,
};
use crate::ui::state::AppState;

/// Does what was asked for.
pub(super) fn apply(command: OwnWindowCommand, state: &mut AppState) {
    use OwnWindowCommand as C;
    let windows = &mut state.shell.preferences.own_windows;
    match command {
        C::Show(number) => show(number, state),
        C::ToggleEditor => toggle_editor(state),
        C::Edit(editor) => state.shell.own_windows = Some(editor),
        C::Keep => keep(state),
        C::Rename(number, name) => {
            windows.rename(number, &name);
            if let Some(editor) = &mut state.shell.own_windows {
                editor.renaming = None;
            }
        }
        C::Renumber(from, to) => windows.renumber(from, to),
        C::Delete(number) => windows.delete(number),
    }
}

fn show(number: u8, state: &mut AppState) {
    let own = state.shell.preferences.own_windows.get(number);
    let (Some(study), Some(own)) = (state.study(), own) else {
        return;
    };
    if let Some(voi) = own.voi(study) {
        view::apply(UiCommand::SetVoi(voi), state);
    } else {
        let text = format!(
            "The window {} is measured on the lungs, which are not known yet: press Suppress, or draw a lung mask.",
            own.name
        );
        tell(state, Severity::Note, text);
    }
}

/// Opens the editor ready to keep the window shown, or closes it.
fn toggle_editor(state: &mut AppState) {
    if state.shell.own_windows.take().is_some() {
        return;
    }
    let has_lungs = state
        .study()
        .is_some_and(|study| study.lung_mask().is_some());
    state.shell.own_windows = Some(OwnWindowsEditor {
        number: state.shell.preferences.own_windows.free_number(),
        measure: if has_lungs {
            WindowMeasure::Lungs
        } else {
            WindowMeasure::Values
        },
        ..OwnWindowsEditor::default()
    });
}

/// Keeps the window of the picture in use, and shows the picture with it: under its name.
fn keep(state: &mut AppState) {
    let Some(editor) = state.shell.own_windows.clone() else {
        return;
    };
    let content = state.active_content();
    let own = state.study().and_then(|study| {
        let voi = &study.looks.of(content).voi;
        OwnWindow::of(&editor.name, voi, editor.measure, study)
    });
    let Some(own) = own.filter(|_| !fitting_name(&editor.name).is_empty()) else {
        return;
    };
    let windows = &mut state.shell.preferences.own_windows;
    windows.keep(editor.number, own);
    state.shell.own_windows = Some(OwnWindowsEditor {
        name: String::new(),
        number: windows.free_number(),
        ..editor.clone()
    });
    show(editor.number, state);
}
