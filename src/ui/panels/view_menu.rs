//! The menu of the views: how they are arranged, turned, and what moves together in them.

use super::menu::items_ui;
use crate::ui::actions::Menu;
use crate::ui::command::UiCommand;
use crate::ui::look::Link;
use crate::ui::state::AppState;
use crate::ui::widgets::check_box::check_box;
use eframe::egui::Ui;

/// Draws the menu.
pub fn view_menu_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    ui.menu_button("View", |ui| {
        items_ui(ui, Menu::View, state, commands);
        ui.separator();
        ui.menu_button("Move together in all views", |ui| {
            for (link, name) in Link::ALL {
                let mut linked = state.links.has(link);
                if check_box(ui, &mut linked, name).changed() {
                    commands.push(UiCommand::SetLink(link, linked));
                }
            }
        });
    });
}
