//! Failures under the top bar, each with a button that takes it away.

use crate::ui::command::UiCommand;
use crate::ui::message::{Message, Severity};
use crate::ui::state::AppState;
use crate::ui::theme;
use eframe::egui::{self, Label, RichText, Sides, TextWrapMode, Ui};

/// More would push the pictures off the screen; dismissing one shows the one before it.
const MAX_VISIBLE: usize = 3;

/// Failures not yet dismissed, with their places among the messages.
pub fn standing(state: &AppState) -> impl DoubleEndedIterator<Item = (usize, &Message)> {
    let messages = state.messages.iter().enumerate();
    messages.filter(|(_, message)| message.severity == Severity::Failure)
}

/// What of a message may be on the screen: a sentence may name a file, and files are named after
/// patients.
pub fn shown_text<'a>(message: &'a Message, state: &AppState) -> &'a str {
    match (state.is_patient_hidden(), message.severity) {
        (false, _) | (true, Severity::Advice) => message.text.as_str(),
        (true, Severity::Note) => "A note is hidden with the patient's details (P shows them).",
        (true, Severity::Failure) => {
            "An error is hidden with the patient's details (P shows them)."
        }
    }
}

/// Draws the newest failures.
pub fn messages_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let hidden = standing(state).count().saturating_sub(MAX_VISIBLE);
    for (index, message) in standing(state).skip(hidden) {
        if message_ui(ui, shown_text(message, state), message, commands) {
            commands.push(UiCommand::DismissMessage(index));
        }
    }
}

/// Draws one failure and what it offers; returns whether it was dismissed.
fn message_ui(ui: &mut Ui, text: &str, message: &Message, commands: &mut Vec<UiCommand>) -> bool {
    let colours = theme::of(ui);
    let frame = egui::Frame::new()
        .fill(colours.failure_fill)
        .inner_margin(egui::Margin::symmetric(10, 4));
    let shown = frame.show(ui, |ui| {
        let sides = Sides::new().shrink_left().wrap_mode(TextWrapMode::Wrap);
        let text = RichText::new(text).color(colours.failure);
        let shown = sides.show(
            ui,
            |ui| ui.add(Label::new(text).selectable(true)),
            |ui| ui.button("Dismiss").clicked(),
        );
        offers_ui(ui, message, commands);
        shown
    });
    let (_, dismissed) = shown.inner;
    dismissed
}

/// A button for each change with which the run would fit.
fn offers_ui(ui: &mut Ui, message: &Message, commands: &mut Vec<UiCommand>) {
    let Some(remedies) = &message.remedies else {
        return;
    };
    ui.horizontal_wrapped(|ui| {
        ui.label("Run again:");
        for (index, offer) in remedies.offers.iter().enumerate() {
            let button = ui.button(format!("With {}", offer.text()));
            let tip = "Changes the settings and runs this study again";
            if button.on_hover_text(tip).clicked() {
                commands.push(UiCommand::TakeOffer(message.number, index));
            }
        }
    });
}
