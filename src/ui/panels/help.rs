//! What the mouse and the keys do.

use crate::ui::command::UiCommand;
use crate::ui::shortcuts::SHORTCUTS;
use crate::ui::state::AppState;
use eframe::egui::{Align2, Context, Grid, RichText, Vec2, Window};

const MOUSE: [(&str, &str); 7] = [
    ("Hold Space", "Original in place of every other picture"),
    ("Left drag", "Right: wider window. Down: darker"),
    ("Shift + left drag", "The same, finely"),
    ("Wheel", "Zoom about the pointer"),
    ("Right or middle drag", "Move"),
    ("Double click", "Reset: exactly as loaded"),
    ("1 to 9", "Windows, as the menu Window lists them"),
];

/// Draws the help window while it is open.
pub fn help_ui(ctx: &Context, state: &AppState, commands: &mut Vec<UiCommand>) {
    let mut open = state.help_visible;
    Window::new("Mouse and keys")
        .open(&mut open)
        .anchor(Align2::CENTER_CENTER, Vec2::ZERO)
        .resizable(false)
        .collapsible(false)
        .show(ctx, |ui| {
            Grid::new("help")
                .num_columns(2)
                .striped(true)
                .show(ui, |ui| {
                    for (action, meaning) in MOUSE {
                        ui.label(RichText::new(action).strong());
                        ui.label(meaning);
                        ui.end_row();
                    }
                    for shortcut in SHORTCUTS {
                        let key = ui.ctx().format_shortcut(&shortcut.keys);
                        ui.label(RichText::new(key).strong());
                        ui.label(shortcut.label);
                        ui.end_row();
                    }
                });
        });
    if state.help_visible && !open {
        commands.push(UiCommand::ToggleHelp);
    }
}
