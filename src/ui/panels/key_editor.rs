//! The window that changes keys.

use crate::ui::actions::{ACTIONS, Action, find};
use crate::ui::command::{ShellCommand, UiCommand};
use crate::ui::keymap::as_pressed;
use crate::ui::shell::{Clash, KeyEditor};
use crate::ui::shortcuts::{keys_text, shown_text};
use crate::ui::state::AppState;
use crate::ui::theme;
use eframe::egui::{
    Align2, Context, Event, Grid, Key, KeyboardShortcut, Label, RichText, ScrollArea, Ui, Vec2,
    Window,
};

/// Draws the window while it is open.
pub fn key_editor_ui(ctx: &Context, state: &AppState, commands: &mut Vec<UiCommand>) {
    let Some(editor) = &state.shell.key_editor else {
        return;
    };
    if let Some(action) = state.shell.capturing_action()
        && let Some(command) = captured(ctx, action)
    {
        commands.push(UiCommand::Shell(command));
    }
    let mut open = true;
    Window::new("Keyboard")
        .open(&mut open)
        .anchor(Align2::CENTER_CENTER, Vec2::ZERO)
        .default_size(theme::LIST_WINDOW)
        .collapsible(false)
        .show(ctx, |ui| {
            head_ui(ui, editor, state, commands);
            ui.separator();
            let height = (ui.available_height() - 8.0).min(theme::LIST_WINDOW[1]);
            ScrollArea::vertical()
                .max_height(height)
                .auto_shrink(false)
                .show(ui, |ui| rows_ui(ui, editor, state, commands));
        });
    if !open {
        commands.push(UiCommand::Shell(ShellCommand::ToggleKeyEditor));
    }
}

/// What the key pressed in this frame does to the action that waits for one.
fn captured(ctx: &Context, action: &'static Action) -> Option<ShellCommand> {
    ctx.input_mut(|input| {
        let mut pressed = None;
        input.events.retain(|event| {
            let Event::Key {
                key,
                pressed: true,
                modifiers,
                ..
            } = event
            else {
                return true;
            };
            pressed = pressed.or(Some(as_pressed(*key, *modifiers)));
            false
        });
        let keys = pressed?;
        if keys.logical_key == Key::Escape {
            return Some(ShellCommand::CaptureKey(None));
        }
        Some(ShellCommand::BindKey(action.id, Some(keys)))
    })
}

/// What to do, or the question that must be answered first.
fn head_ui(ui: &mut Ui, editor: &KeyEditor, state: &AppState, commands: &mut Vec<UiCommand>) {
    let caution = theme::of(ui).caution;
    if let Some(clash) = &editor.clash {
        clash_ui(ui, clash, commands);
    } else if let Some(action) = state.shell.capturing_action() {
        let text = format!("Press the key for: {} (Escape: leave it)", action.label);
        ui.label(RichText::new(text).color(caution));
    } else if editor.refused {
        let text = "Tab and Enter move through the window and press its buttons; choose another.";
        ui.label(RichText::new(text).color(caution));
    } else {
        ui.label("Click a key, then press the one you want.");
    }
    if ui.button("Reset all keys").clicked() {
        commands.push(UiCommand::Shell(ShellCommand::ResetAllKeys));
    }
}

fn clash_ui(ui: &mut Ui, clash: &Clash, commands: &mut Vec<UiCommand>) {
    let label = |id| find(id).map_or("", |action| action.label);
    let keys: KeyboardShortcut = clash.keys;
    let text = format!(
        "{} is the key of: {}. Move it to: {}?",
        shown_text(ui.ctx(), keys),
        label(clash.holder),
        label(clash.action)
    );
    let text = RichText::new(text).color(theme::of(ui).caution);
    ui.add(Label::new(text).wrap());
    ui.horizontal(|ui| {
        for (name, yes) in [("Keep it there", false), ("Move it here", true)] {
            if ui.button(name).clicked() {
                commands.push(UiCommand::Shell(ShellCommand::SettleClash(yes)));
            }
        }
    });
}

/// A row for every action.
fn rows_ui(ui: &mut Ui, editor: &KeyEditor, state: &AppState, commands: &mut Vec<UiCommand>) {
    let keymap = &state.shell.preferences.keymap;
    let grid = Grid::new("keys").num_columns(4).striped(true);
    grid.show(ui, |ui| {
        for action in ACTIONS.iter().filter(|action| action.id != "escape") {
            ui.label(action.label_in(state));
            let waiting = editor.waiting_for == Some(action.id);
            let keys = keys_text(ui.ctx(), action);
            let shown = match keys.as_str() {
                _ if waiting => "Press a key",
                "" => "None",
                keys => keys,
            };
            let name = format!("Key of: {}", action.label);
            let button = ui.selectable_label(waiting, RichText::new(shown).monospace());
            if button.accessible_name(name).clicked() {
                commands.push(UiCommand::Shell(ShellCommand::CaptureKey(Some(action.id))));
            }
            let mut offer = |ui: &mut Ui, text: &str, enabled: bool, command: ShellCommand| {
                let name = format!("{text}: {}", action.label);
                let button = eframe::egui::Button::new(text).small();
                if ui
                    .add_enabled(enabled, button)
                    .accessible_name(name)
                    .clicked()
                {
                    commands.push(UiCommand::Shell(command));
                }
            };
            let has_key = keymap.keys(action).is_some();
            offer(
                ui,
                "No key",
                has_key,
                ShellCommand::BindKey(action.id, None),
            );
            let changed = keymap.is_changed(action);
            offer(ui, "Reset", changed, ShellCommand::ResetKey(action.id));
            ui.end_row();
        }
    });
}
