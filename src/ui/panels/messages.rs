//! Sentences under the top bar, each with a button that takes it away.

use crate::ui::command::UiCommand;
use crate::ui::state::{AppState, Severity};
use crate::ui::theme;
use eframe::egui::{self, Align, Label, RichText, Ui};

/// Draws every message not yet dismissed.
pub fn messages_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    for (index, message) in state.messages.iter().enumerate() {
        let (text, fill) = match message.severity {
            Severity::Note => (theme::TEXT, theme::RAISED),
            Severity::Failure => (theme::FAILURE, theme::FAILURE_FILL),
        };
        egui::Frame::new()
            .fill(fill)
            .inner_margin(egui::Margin::symmetric(10, 4))
            .show(ui, |ui| {
                ui.with_layout(egui::Layout::right_to_left(Align::Center), |ui| {
                    if ui.button("Dismiss").clicked() {
                        commands.push(UiCommand::DismissMessage(index));
                    }
                    ui.with_layout(egui::Layout::left_to_right(Align::Center), |ui| {
                        ui.add(Label::new(RichText::new(&message.text).color(text)).wrap());
                    });
                });
            });
    }
}
