//! The question after a run that broke off: open again what was open?

use crate::ui::command::{SessionCommand, UiCommand};
use crate::ui::state::AppState;
use crate::ui::theme;
use eframe::egui::{self, Label, RichText, Sides, TextWrapMode, Ui};

/// Draws the question; it names no file.
pub fn restore_bar_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let num_files = state
        .session
        .last
        .as_ref()
        .map_or(0, |desk| desk.studies.len());
    let files = if num_files == 1 { "file" } else { "files" };
    let text = format!(
        "The last time the program did not end cleanly: restore {num_files} {files}? \
         The soft-tissue images that were shown come back, too."
    );
    let frame = egui::Frame::new()
        .fill(theme::of(ui).caution_fill)
        .inner_margin(egui::Margin::symmetric(10, 4));
    frame.show(ui, |ui| {
        let sides = Sides::new().shrink_left().wrap_mode(TextWrapMode::Wrap);
        let text = RichText::new(text).color(theme::of(ui).caution);
        sides.show(
            ui,
            |ui| ui.add(Label::new(text)),
            |ui| {
                // From the right.
                if ui.button("Not now").clicked() {
                    commands.push(UiCommand::Session(SessionCommand::Decline));
                }
                if ui.button("Restore").clicked() {
                    commands.push(UiCommand::Session(SessionCommand::Restore));
                }
            },
        );
    });
}
