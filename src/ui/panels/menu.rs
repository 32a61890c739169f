//! Menus, as the table of actions has them.

use crate::ui::actions::{ACTIONS, Menu};
use crate::ui::command::UiCommand;
use crate::ui::shortcuts::keys_text;
use crate::ui::state::AppState;
use eframe::egui::{Button, ScrollArea, Ui, style::ScrollStyle};

/// Height of the screen that a menu leaves free, points.
const FREE_HEIGHT: f32 = 120.0;

/// Draws a menu of the bar: its actions with their keys, marked where they are switched on.
pub(super) fn menu_ui(
    ui: &mut Ui,
    (name, menu): (&str, Menu),
    state: &AppState,
    commands: &mut Vec<UiCommand>,
) {
    ui.menu_button(name, |ui| items_ui(ui, menu, state, commands));
}

/// The actions of a menu.
pub(super) fn items_ui(ui: &mut Ui, menu: Menu, state: &AppState, commands: &mut Vec<UiCommand>) {
    let height = ui.ctx().content_rect().height() - FREE_HEIGHT;
    // Where it must be scrolled, that is seen.
    ui.spacing_mut().scroll = ScrollStyle::solid();
    // A menu that opens has little height yet: its items are not to be scrolled for that.
    let area = ScrollArea::vertical()
        .max_height(height)
        .min_scrolled_height(height);
    area.show(ui, |ui| {
        for action in ACTIONS.iter().filter(|action| action.menu == menu) {
            let on = action.is_on(state) == Some(true);
            let button = Button::selectable(on, action.label);
            let button = button.shortcut_text(keys_text(ui.ctx(), action));
            let mut item = ui.add_enabled(action.is_available(state), button);
            if let Some(obstacle) = action.obstacle(state) {
                item = item.on_disabled_hover_text(obstacle);
            }
            if item.clicked() {
                commands.push(action.command.clone());
                ui.close();
            }
        }
    });
}
