//! Entries of the File menu about what was open before, the prior, and the end.

use crate::ui::command::{BrowseCommand, SessionCommand, ShellCommand, UiCommand};
use crate::ui::shortcuts::key_text;
use crate::ui::state::AppState;
use eframe::egui::{Button, RichText, Ui};
use std::path::Path;

/// Draws the entries.
pub fn recent_menu_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    ui.separator();
    ui.menu_button("Open recent", |ui| recent_ui(ui, state, commands));
    let has_last = state.session.last.is_some();
    let reopen = UiCommand::Session(SessionCommand::Restore);
    entry_ui(ui, ("Reopen the last files", has_last), reopen, commands);
    ui.separator();
    let prior = UiCommand::Browse(BrowseCommand::SetPrior(None));
    let has_prior = state.prior.is_some();
    entry_ui(ui, ("Take the prior away", has_prior), prior, commands);
    ui.separator();
    let quit = UiCommand::Shell(ShellCommand::Quit);
    entry_ui(ui, ("Quit", true), quit, commands);
}

fn entry_ui(
    ui: &mut Ui,
    (label, enabled): (&str, bool),
    command: UiCommand,
    commands: &mut Vec<UiCommand>,
) {
    let key = key_text(ui.ctx(), &command);
    let mut button = Button::new(label);
    if !key.is_empty() {
        button = button.shortcut_text(key);
    }
    if ui.add_enabled(enabled, button).clicked() {
        commands.push(command);
        ui.close();
    }
}

fn recent_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    if state.is_patient_hidden() {
        ui.label(RichText::new("Hidden with the patient's details (P)").weak());
        return;
    }
    if state.session.recent.is_empty() {
        ui.label(RichText::new("Nothing was opened yet").weak());
        return;
    }
    for path in &state.session.recent {
        if ui
            .button(short_name(path))
            .on_hover_text(path.display().to_string())
            .clicked()
        {
            let open = SessionCommand::OpenRecent(path.clone());
            commands.push(UiCommand::Session(open));
            ui.close();
        }
    }
    ui.separator();
    let clear = UiCommand::Session(SessionCommand::ClearRecent);
    entry_ui(ui, ("Clear", true), clear, commands);
}

/// The last two parts of a path: many a file is called `IM1`.
fn short_name(path: &Path) -> String {
    let name = |path: &Path| {
        path.file_name()
            .map(|name| name.to_string_lossy().into_owned())
    };
    match (path.parent().and_then(name), name(path)) {
        (Some(folder), Some(file)) => format!("{folder}/{file}"),
        _ => path.display().to_string(),
    }
}
