//! How far the search for radiographs is, with a way to stop it.

use crate::ui::command::UiCommand;
use crate::ui::state::AppState;
use eframe::egui::{Sides, Ui};

/// Draws what was seen and found so far; nothing while no search takes long.
pub fn search_bar_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let Some(progress) = state.search else {
        return;
    };
    let text = format!(
        "Looking for radiographs: {} files seen, {} found",
        progress.num_seen, progress.num_found
    );
    let stop = |ui: &mut Ui| {
        if ui.button("Stop looking").clicked() {
            commands.push(UiCommand::StopSearch);
        }
    };
    Sides::new()
        .shrink_left()
        .show(ui, |ui| ui.label(text), stop);
}
