//! How far the magnifier enlarges.

use crate::ui::command::UiCommand;
use crate::ui::magnifier::{MAGNIFIER_FACTORS, MagnifierCommand};
use crate::ui::state::AppState;
use crate::ui::widgets::release_slider::release_slider;
use eframe::egui::Ui;

/// The section of the right panel; nothing while the magnifier is not in hand.
pub fn magnifier_panel_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    if !state.magnifier.is_on {
        return;
    }
    let mut factor = state.magnifier.factor;
    let change = release_slider(ui, "Magnification", &mut factor, MAGNIFIER_FACTORS, &[3.0]);
    if change.edited {
        let command = MagnifierCommand::SetFactor(factor);
        commands.push(UiCommand::Magnify(command));
    }
    ui.separator();
}
