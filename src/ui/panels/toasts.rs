//! Notes that pass by themselves, over the lower border of the pictures; the log keeps them.

use super::messages::shown_text;
use crate::ui::command::UiCommand;
use crate::ui::message::{Message, Severity};
use crate::ui::state::AppState;
use crate::ui::theme;
use eframe::egui::{Align2, Area, Context, Frame, Id, Label, Order, Sides, Ui, Vec2};
use std::time::Duration;

/// Seconds a note stays; the pointer on it holds it.
const SHOWN_SECS: f64 = 8.0;
/// Seconds of these in which it fades.
const FADE_SECS: f64 = 0.6;
/// Distance from the borders of the window: the status bar and the settings stay free, points.
const FROM_BORDER: Vec2 = Vec2::new(-(theme::SETTINGS_WIDTH + 24.0), -44.0);
/// Notes on the screen at once.
const MAX_VISIBLE: usize = 3;

/// Draws the newest notes, and takes away those whose time is over.
pub fn toasts_ui(ctx: &Context, state: &AppState, commands: &mut Vec<UiCommand>) {
    let messages = state.messages.iter().enumerate();
    let notes: Vec<_> = messages
        .filter(|(_, message)| message.severity != Severity::Failure)
        .collect();
    if notes.is_empty() {
        return;
    }
    let hidden = notes.len().saturating_sub(MAX_VISIBLE);
    let area = Area::new(Id::unique("notes"))
        .order(Order::Foreground)
        .anchor(Align2::RIGHT_BOTTOM, FROM_BORDER);
    area.show(ctx, |ui| {
        for (index, message) in notes.into_iter().skip(hidden) {
            if toast_ui(ui, message, state) {
                commands.push(UiCommand::DismissMessage(index));
                // The places of the others have moved by then.
                break;
            }
        }
    });
}

/// Draws one note; returns whether it is over.
fn toast_ui(ui: &mut Ui, message: &Message, state: &AppState) -> bool {
    let id = Id::unique("note").with(message.number);
    let now = ui.input(|input| input.time);
    let since = ui.data_mut(|data| *data.get_temp_mut_or(id, now));
    let left = SHOWN_SECS - (now - since);
    let fades = !state.shell.preferences.reduced_motion;
    if fades {
        ui.set_opacity((left / FADE_SECS).clamp(0.05, 1.0) as f32);
    }
    let frame = Frame::popup(ui.style());
    let shown = frame.show(ui, |ui| {
        ui.set_width(theme::TOAST_WIDTH);
        let sides = Sides::new().shrink_left();
        let text = Label::new(shown_text(message, state))
            .wrap()
            .selectable(true);
        let (_, dismissed) = sides.show(ui, |ui| ui.add(text), |ui| ui.button("Dismiss").clicked());
        dismissed
    });
    if shown.response.contains_pointer() {
        ui.data_mut(|data| data.insert_temp(id, now));
    }
    let wait = if fades && left < FADE_SECS {
        0.0
    } else {
        left - FADE_SECS
    };
    let wait = Duration::from_secs_f64(wait.max(1.0 / 60.0));
    ui.ctx().request_repaint_after(wait);
    shown.inner || left <= 0.0
}
