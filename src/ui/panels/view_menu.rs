//! The menu of the views: how they are arranged, turned, and what moves together in them.

use crate::ui::command::{Turning, UiCommand};
use crate::ui::layout::Layout;
use crate::ui::look::Link;
use crate::ui::shortcuts::key_text;
use crate::ui::state::AppState;
use eframe::egui::{Button, Ui};

const LAYOUTS: [(Layout, &str); 7] = [
    (Layout::Single, "In place"),
    (Layout::SideBySide, "Original | soft tissue"),
    (Layout::Stacked, "Original above soft tissue"),
    (Layout::Difference, "Original | difference"),
    (Layout::Three, "Original | soft tissue | difference"),
    (Layout::Four, "Original, soft tissue, bone and difference"),
    (Layout::Uncertainty, "Soft tissue | uncertainty"),
];

const TURNS: [(Turning, &str); 4] = [
    (Turning::Left, "Turn left"),
    (Turning::Right, "Turn right"),
    (Turning::Across, "Mirror left and right"),
    (Turning::Down, "Mirror top and bottom"),
];

/// Draws the menu.
pub fn view_menu_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    ui.menu_button("View", |ui| {
        for (layout, name) in LAYOUTS {
            let command = UiCommand::SetLayout(layout);
            item_ui(ui, (state.layout == layout, name), command, commands);
        }
        ui.separator();
        for (turning, name) in TURNS {
            item_ui(ui, (false, name), UiCommand::Turn(turning), commands);
        }
        ui.separator();
        item_ui(ui, (false, "Fit to the view"), UiCommand::Fit, commands);
        item_ui(ui, (false, "One to one"), UiCommand::OneToOne, commands);
        ui.separator();
        ui.menu_button("Move together in all views", |ui| {
            for (link, name) in Link::ALL {
                let mut linked = state.links.has(link);
                if ui.checkbox(&mut linked, name).changed() {
                    commands.push(UiCommand::SetLink(link, linked));
                }
            }
        });
    });
}

fn item_ui(
    ui: &mut Ui,
    (chosen, name): (bool, &str),
    command: UiCommand,
    commands: &mut Vec<UiCommand>,
) {
    let key = key_text(ui.ctx(), &command);
    if ui
        .add(Button::selectable(chosen, name).shortcut_text(key))
        .clicked()
    {
        commands.push(command);
        ui.close();
    }
}
