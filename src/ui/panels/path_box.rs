//! A line to type or paste a path into, for systems without a file dialog.

use crate::ui::command::UiCommand;
use crate::ui::question::{PathBox, PathPurpose};
use crate::ui::state::AppState;
use crate::ui::theme;
use eframe::egui::{Id, Key, RichText, TextEdit, Ui};
use std::path::PathBuf;

/// Draws the line while it is open.
pub fn path_box_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let Some(PathBox {
        purpose,
        text: typed,
        notice,
    }) = &state.path_box
    else {
        return;
    };
    let (name, hint, action) = match purpose {
        PathPurpose::Open => ("Path", "A file, or a folder to be searched", "Open"),
        PathPurpose::Bundle => ("Model bundle", "The bundle's folder", "Load"),
        PathPurpose::Adapter => ("Adapter", "A file that ends with .safetensors", "Apply"),
        PathPurpose::Save(_) => ("Save soft tissue as", "A file that ends with .png", "Save"),
    };
    ui.horizontal(|ui| {
        let label = ui.label(name);
        let mut text = typed.clone();
        let width = (ui.available_width() - 150.0).max(120.0);
        let edit = TextEdit::singleline(&mut text)
            .desired_width(width)
            // A path proposed here is named after the patient.
            .password(state.is_patient_hidden())
            .hint_text(hint);
        let response = ui.add(edit).labelled_by(label.id);
        if newly_shown(ui) {
            response.request_focus();
        }
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let left = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape));
        if ui.button(action).clicked() || entered {
            // Pasted paths often come in quotation marks.
            let path = text.trim().trim_matches(['"', '\'']);
            if !path.is_empty() {
                commands.push(UiCommand::EnterPath(PathBuf::from(path)));
            }
        } else if ui.button("Close").clicked() || left {
            commands.push(UiCommand::ShowPathBox(false));
        } else if response.changed() {
            commands.push(UiCommand::EditPath(text));
        }
    });
    if let Some(notice) = notice {
        ui.label(RichText::new(notice).color(theme::of(ui).caution));
    }
}

/// Whether the line was not there in the frame before: then it takes the keys, and only then.
fn newly_shown(ui: &Ui) -> bool {
    let id = Id::unique("path box shown");
    let frame = ui.ctx().cumulative_frame_nr();
    ui.data_mut(|data| {
        let before: Option<u64> = data.get_temp(id);
        data.insert_temp(id, frame);
        before.is_none_or(|before| before + 1 < frame)
    })
}
