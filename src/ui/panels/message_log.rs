//! The log: every sentence the window said, newest first.

use super::messages::shown_text;
use crate::ui::command::{ShellCommand, UiCommand};
use crate::ui::message::Severity;
use crate::ui::message_log::LogEntry;
use crate::ui::state::AppState;
use crate::ui::theme;
use eframe::egui::{Align2, Button, Context, Label, RichText, ScrollArea, Ui, Vec2, Window};

/// Draws the log while it is open.
pub fn message_log_ui(ctx: &Context, state: &AppState, commands: &mut Vec<UiCommand>) {
    let mut open = state.shell.log_visible;
    Window::new("Messages")
        .open(&mut open)
        .anchor(Align2::CENTER_CENTER, Vec2::ZERO)
        .default_size(theme::LIST_WINDOW)
        .collapsible(false)
        .show(ctx, |ui| contents_ui(ui, state));
    if state.shell.log_visible && !open {
        commands.push(UiCommand::Shell(ShellCommand::ToggleLog));
    }
}

fn contents_ui(ui: &mut Ui, state: &AppState) {
    let log = &state.shell.log;
    ui.horizontal(|ui| {
        let copy = ui.add_enabled(!log.is_empty(), Button::new("Copy all"));
        if copy.clicked() {
            let lines: Vec<_> = log.newest_first().map(|entry| line(entry, state)).collect();
            ui.ctx().copy_text(lines.join("\n"));
        }
        let num_kept = log.newest_first().len();
        ui.label(format!(
            "{num_kept} kept until the window is closed, newest first"
        ));
    });
    ui.separator();
    let list = ScrollArea::vertical().auto_shrink(false);
    list.show(ui, |ui| {
        for entry in log.newest_first() {
            entry_ui(ui, entry, state);
        }
        if log.is_empty() {
            ui.label("Nothing was said yet.");
        }
    });
}

fn entry_ui(ui: &mut Ui, entry: &LogEntry, state: &AppState) {
    ui.horizontal_top(|ui| {
        let weak = theme::of(ui).text_weak;
        let number = entry.message.number;
        let copy = Button::new("Copy").small();
        let copy = ui
            .add(copy)
            .accessible_name(format!("Copy message {number}"));
        if copy.clicked() {
            ui.ctx().copy_text(line(entry, state));
        }
        ui.label(RichText::new(entry.time_text()).monospace().color(weak));
        let colour = match entry.message.severity {
            Severity::Note | Severity::Advice => theme::of(ui).text,
            Severity::Failure => theme::of(ui).failure,
        };
        let text = format!("{}: {}", weight(entry), shown_text(&entry.message, state));
        let text = RichText::new(text).color(colour);
        ui.add(Label::new(text).wrap().selectable(true));
    });
}

/// A failure is told by a word too, not by its colour alone.
fn weight(entry: &LogEntry) -> &'static str {
    match entry.message.severity {
        Severity::Note | Severity::Advice => "Note",
        Severity::Failure => "Error",
    }
}

/// An entry as it is copied; no more of it than the screen shows.
fn line(entry: &LogEntry, state: &AppState) -> String {
    let text = shown_text(&entry.message, state);
    format!("{}  {}: {text}", entry.time_text(), weight(entry))
}
