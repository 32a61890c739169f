//! Whether LEG weights are prepared, and how far that is.

use crate::ui::command::{ShellCommand, UiCommand};
use crate::ui::state::AppState;
use crate::ui::theme;
use crate::ui::widgets::check_box::check_box;
use eframe::egui::{RichText, Ui};

/// Draws the switch.
pub fn leg_scrub_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let mut prepares = state.shell.preferences.prepare_leg_weights;
    let switch = check_box(ui, &mut prepares, "Prepare LEG weights in the background");
    let tip = "The picture follows the LEG slider while it is dragged; not for runs of more than a minute";
    if switch.on_hover_text(tip).changed() {
        commands.push(UiCommand::Shell(ShellCommand::ToggleLegPreparation));
    }
    let text = match (state.follows_leg_slider(), state.leg_scrub.is_waiting()) {
        (true, _) => "Prepared: the picture follows the slider",
        (false, true) => "Being prepared",
        (false, false) => return,
    };
    ui.label(RichText::new(text).small().color(theme::of(ui).text_weak));
}
