//! The window with what a person prefers.

use super::screen_ruler::{screen_row_ui, screen_ruler_ui};
use crate::ui::command::{ShellCommand, UiCommand};
use crate::ui::preferences::{DRAG_GAINS, DragButton, DragPreferences, RunPreview, UI_SCALES};
use crate::ui::state::AppState;
use crate::ui::widgets::check_box::check_box;
use eframe::egui::{Align2, ComboBox, Context, DragValue, Grid, Ui, Vec2, Window};

/// Draws the window while it is open.
pub fn preferences_ui(ctx: &Context, state: &AppState, commands: &mut Vec<UiCommand>) {
    let mut open = state.shell.preferences_visible;
    Window::new("Preferences")
        .open(&mut open)
        .anchor(Align2::CENTER_CENTER, Vec2::ZERO)
        .resizable(false)
        .collapsible(false)
        .show(ctx, |ui| {
            Grid::new("preferences").num_columns(2).show(ui, |ui| {
                look_ui(ui, state, commands);
                drag_ui(ui, state, commands);
                screen_row_ui(ui, state, commands);
            });
            screen_ruler_ui(ui, state, commands);
            ui.separator();
            ui.horizontal(|ui| {
                if ui.button("Keyboard...").clicked() {
                    commands.push(UiCommand::Shell(ShellCommand::ToggleKeyEditor));
                }
                ui.label("The guide says where these are kept.");
            });
        });
    if state.shell.preferences_visible && !open {
        commands.push(UiCommand::Shell(ShellCommand::TogglePreferences));
    }
}

fn look_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let preferences = &state.shell.preferences;
    let mut light = preferences.theme.is_light();
    ui.label("Theme");
    if check_box(ui, &mut light, "Light").changed() {
        commands.push(UiCommand::Shell(ShellCommand::ToggleTheme));
    }
    ui.end_row();
    let label = ui.label("Text and buttons");
    let percent = |scale: f64| format!("{:.0} %", 100.0 * scale);
    let combo = ComboBox::from_id_salt("scale").selected_text(percent(preferences.ui_scale));
    let combo = combo.show_ui(ui, |ui| {
        for scale in UI_SCALES {
            let shown = (scale - preferences.ui_scale).abs() < 1e-9;
            if ui.selectable_label(shown, percent(scale)).clicked() {
                commands.push(UiCommand::Shell(ShellCommand::SetScale(scale)));
            }
        }
    });
    combo.response.labelled_by(label.id);
    ui.end_row();
    ui.label("Motion");
    let mut reduced = preferences.reduced_motion;
    if check_box(ui, &mut reduced, "No flicker and no moving parts").changed() {
        commands.push(UiCommand::Shell(ShellCommand::ToggleReducedMotion));
    }
    ui.end_row();
    ui.label("During a run");
    let mut shown = preferences.run_preview == RunPreview::Shown;
    let previews = check_box(ui, &mut shown, "Preview of where it is heading");
    let tip = "Costs a little time at every step; never a result, and never saved";
    if previews.on_hover_text(tip).changed() {
        commands.push(UiCommand::Shell(ShellCommand::TogglePreviews));
    }
    ui.end_row();
}

/// What a drag over a picture does.
fn drag_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let before = state.shell.preferences.window_drag;
    let mut drag = before;
    let label = ui.label("Window by dragging");
    let combo = ComboBox::from_id_salt("drag button").selected_text(drag.button.name());
    let combo = combo.show_ui(ui, |ui| {
        for button in [DragButton::Left, DragButton::Right, DragButton::Middle] {
            ui.selectable_value(&mut drag.button, button, button.name());
        }
    });
    combo.response.labelled_by(label.id);
    ui.end_row();
    let (across, along) = if drag.swap_axes {
        ("Down", "Right")
    } else {
        ("Right", "Down")
    };
    for (value, text) in [
        (
            &mut drag.swap_axes,
            "Up and down changes the width".to_owned(),
        ),
        (
            &mut drag.reverse_width,
            format!("{across} makes it narrower"),
        ),
        (
            &mut drag.reverse_level,
            format!("{along} makes it brighter"),
        ),
    ] {
        ui.label("");
        check_box(ui, value, text);
        ui.end_row();
    }
    let label = ui.label("Speed of a drag");
    let [slowest, fastest] = DRAG_GAINS;
    let gain = DragValue::new(&mut drag.gain)
        .range(slowest..=fastest)
        .speed(0.01);
    ui.add(gain).labelled_by(label.id);
    ui.end_row();
    ui.label("");
    if ui.button("Usual settings of the drag").clicked() {
        drag = DragPreferences::default();
    }
    ui.end_row();
    if drag != before {
        commands.push(UiCommand::Shell(ShellCommand::SetWindowDrag(drag)));
    }
}
