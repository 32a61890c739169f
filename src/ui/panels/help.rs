//! What the mouse and the keys do.

use crate::ui::command::UiCommand;
use crate::ui::shortcuts::{SHORTCUTS, keys_text};
use crate::ui::state::AppState;
use eframe::egui::{Align2, Context, Grid, RichText, ScrollArea, Ui, Vec2, Window};

/// Height around the list that its window and the screen's border take, points.
const MARGIN_HEIGHT: f32 = 100.0;

const MOUSE: [(&str, &str); 9] = [
    ("Hold Space", "Original in place of every other picture"),
    ("Hold B", "Bone layer in place of every other picture"),
    ("Hold U", "Uncertainty in place of every other picture"),
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
            // In a low window the list scrolls; its title and what closes it stay in sight.
            let height = ctx.content_rect().height() - MARGIN_HEIGHT;
            let list = ScrollArea::vertical().max_height(height);
            list.show(ui, rows_ui);
        });
    if state.help_visible && !open {
        commands.push(UiCommand::ToggleHelp);
    }
}

/// A row for every gesture and key.
fn rows_ui(ui: &mut Ui) {
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
                let key = keys_text(ui.ctx(), shortcut);
                ui.label(RichText::new(key).strong());
                ui.label(shortcut.label);
                ui.end_row();
            }
        });
}
