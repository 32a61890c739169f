//! Sentences under the top bar, each with a button that takes it away.

use crate::ui::command::UiCommand;
use crate::ui::state::{AppState, Message, Severity};
use crate::ui::theme;
use eframe::egui::{self, Label, RichText, Sides, TextWrapMode, Ui};

/// More would push the pictures off the screen; dismissing one shows the one before it.
const MAX_VISIBLE: usize = 3;

/// Draws the newest messages.
pub fn messages_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let hidden = state.messages.len().saturating_sub(MAX_VISIBLE);
    for (index, message) in state.messages.iter().enumerate().skip(hidden) {
        if message_ui(ui, message) {
            commands.push(UiCommand::DismissMessage(index));
        }
    }
}

/// Draws one message; returns whether it was dismissed.
fn message_ui(ui: &mut Ui, message: &Message) -> bool {
    let (colour, fill) = match message.severity {
        Severity::Note => (theme::TEXT, theme::RAISED),
        Severity::Failure => (theme::FAILURE, theme::FAILURE_FILL),
    };
    let frame = egui::Frame::new()
        .fill(fill)
        .inner_margin(egui::Margin::symmetric(10, 4));
    let shown = frame.show(ui, |ui| {
        let sides = Sides::new().shrink_left().wrap_mode(TextWrapMode::Wrap);
        let text = RichText::new(&message.text).color(colour);
        sides.show(
            ui,
            |ui| ui.add(Label::new(text).selectable(true)),
            |ui| ui.button("Dismiss").clicked(),
        )
    });
    let (_, dismissed) = shown.inner;
    dismissed
}
