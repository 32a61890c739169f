//! Sentences under the top bar, each with a button that takes it away.

use crate::ui::command::UiCommand;
use crate::ui::state::{AppState, Severity};
use crate::ui::theme;
use eframe::egui::{self, Label, RichText, Sides, TextWrapMode, Ui};

/// More would push the pictures off the screen; dismissing one shows the one before it.
const MAX_VISIBLE: usize = 3;

/// Draws the newest messages.
pub fn messages_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let hidden = state.messages.len().saturating_sub(MAX_VISIBLE);
    for (index, message) in state.messages.iter().enumerate().skip(hidden) {
        // A sentence may name a file, and files are named after patients.
        let text = match (state.is_patient_hidden(), message.severity) {
            (false, _) => message.text.as_str(),
            (true, Severity::Note) => "A note is hidden with the patient's details (P shows them).",
            (true, Severity::Failure) => {
                "An error is hidden with the patient's details (P shows them)."
            }
        };
        if message_ui(ui, message.severity, text) {
            commands.push(UiCommand::DismissMessage(index));
        }
    }
}

/// Draws one message; returns whether it was dismissed.
fn message_ui(ui: &mut Ui, severity: Severity, text: &str) -> bool {
    let (colour, fill) = match severity {
        Severity::Note => (theme::of(ui).text, theme::of(ui).raised),
        Severity::Failure => (theme::of(ui).failure, theme::of(ui).failure_fill),
    };
    let frame = egui::Frame::new()
        .fill(fill)
        .inner_margin(egui::Margin::symmetric(10, 4));
    let shown = frame.show(ui, |ui| {
        let sides = Sides::new().shrink_left().wrap_mode(TextWrapMode::Wrap);
        let text = RichText::new(text).color(colour);
        sides.show(
            ui,
            |ui| ui.add(Label::new(text).selectable(true)),
            |ui| ui.button("Dismiss").clicked(),
        )
    });
    let (_, dismissed) = shown.inner;
    dismissed
}
