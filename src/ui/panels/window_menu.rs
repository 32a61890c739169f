//! The menu of the windows: the file's, the automatic ones, and the reader's own, with their keys.

use crate::ui::command::UiCommand;
use crate::ui::own_windows::OwnWindowCommand;
use crate::ui::presets::WindowPreset;
use crate::ui::shortcuts::key_text;
use crate::ui::state::AppState;
use crate::ui::study::OpenStudy;
use eframe::egui::{Button, Ui};

/// Why a window of the reader's own cannot be chosen.
pub(super) const LUNGS_UNKNOWN: &str =
    "Measured on the lungs, which are not known yet: press Suppress, or draw a lung mask";

/// Draws the menu.
pub fn window_menu_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let Some(study) = state.study() else {
        ui.add_enabled(false, Button::new("Window"));
        return;
    };
    ui.menu_button("Window", |ui| {
        presets_ui(ui, (study, state), commands);
        ui.separator();
        own_ui(ui, (study, state), commands);
        if ui.button("Keep this window as...").clicked() {
            commands.push(UiCommand::OwnWindow(OwnWindowCommand::ToggleEditor));
            ui.close();
        }
        ui.separator();
        let turn = ui.button("Wrong polarity: exchange black and white");
        let tip = "For the networks and what is saved too; Invert changes the screen alone";
        if turn.on_hover_text(tip).clicked() {
            commands.push(UiCommand::TurnPolarity);
            ui.close();
        }
    });
}

/// The windows that the study brings or that are made from its values.
fn presets_ui(ui: &mut Ui, (study, state): (&OpenStudy, &AppState), commands: &mut Vec<UiCommand>) {
    let voi = &study.looks.of(state.active_content()).voi;
    for (index, preset) in WindowPreset::all(study).into_iter().enumerate() {
        let key = key_text(ui.ctx(), &UiCommand::SetWindowNumber(index));
        let button = Button::selectable(preset.is_shown(study, voi), preset.name(study));
        if ui.add(button.shortcut_text(key)).clicked() {
            commands.push(UiCommand::SetWindow(preset));
            ui.close();
        }
    }
}

/// The reader's own windows.
fn own_ui(ui: &mut Ui, (study, state): (&OpenStudy, &AppState), commands: &mut Vec<UiCommand>) {
    let voi = &study.looks.of(state.active_content()).voi;
    for (number, own) in state.shell.preferences.own_windows.iter() {
        let command = UiCommand::OwnWindow(OwnWindowCommand::Show(number));
        let button = Button::selectable(own.is_shown(voi), &own.name);
        let button = button.shortcut_text(key_text(ui.ctx(), &command));
        let response = ui.add_enabled(own.is_possible(study), button);
        if response.on_disabled_hover_text(LUNGS_UNKNOWN).clicked() {
            commands.push(command);
            ui.close();
        }
    }
}
