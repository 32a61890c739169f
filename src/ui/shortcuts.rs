//! Keys as text, and keys pressed in a frame, turned into what they ask for.

use super::actions::{ACTIONS, Action, Trigger};
use super::command::UiCommand;
use super::keymap::Keymap;
use super::look::Content;
use eframe::egui::{self, Context, Id, Key, KeyboardShortcut};
use std::path::PathBuf;

/// The key of a command as text; empty where it has none.
pub fn key_text(ctx: &Context, command: &UiCommand) -> String {
    let action = ACTIONS.iter().find(|action| action.command == *command);
    action.map_or_else(String::new, |action| keys_text(ctx, action))
}

/// A tip with the key of its command in brackets, where it has one.
pub fn with_key(ctx: &Context, text: &str, command: &UiCommand) -> String {
    match key_text(ctx, command).as_str() {
        "" => text.to_owned(),
        key => format!("{text} ({key})"),
    }
}

/// The key of an action as a reader knows it; empty where it has none.
pub fn keys_text(ctx: &Context, action: &Action) -> String {
    let keys = Keymap::of(ctx).keys(action);
    keys.map_or_else(String::new, |keys| shown_text(ctx, keys))
}

/// A key as a reader knows it.
pub fn shown_text(ctx: &Context, keys: KeyboardShortcut) -> String {
    let symbol = keys.logical_key.symbol_or_name();
    // No font of the window has signs for these.
    let key = match keys.logical_key {
        Key::ArrowLeft | Key::ArrowRight | Key::ArrowUp | Key::ArrowDown => keys.logical_key.name(),
        _ => symbol,
    };
    if keys.modifiers.is_none() {
        return key.to_owned();
    }
    let text = ctx.format_shortcut(&keys);
    match text.strip_suffix(symbol) {
        Some(modifiers) => format!("{modifiers}{key}"),
        None => text,
    }
}

/// Files dropped on the window in this frame.
pub fn dropped_files(ctx: &Context) -> Vec<PathBuf> {
    let files = ctx.input(|input| input.raw.dropped_files.clone());
    files.iter().map(|file| file.path().to_path_buf()).collect()
}

/// Commands whose keys were pressed in this frame, in the order of the keys; none while someone types.
pub fn pressed(ctx: &Context) -> Vec<UiCommand> {
    if ctx.text_edit_focused() {
        return Vec::new();
    }
    let keymap = Keymap::of(ctx);
    let mut commands = Vec::new();
    let menu_open = egui::Popup::is_any_open(ctx);
    let in_view = !menu_open && view_has_focus(ctx);
    ctx.input_mut(|input| {
        input.events.retain(|event| {
            // An open menu or list closes itself by Escape, and nothing else then.
            let command = command_of(&keymap, event, in_view)
                .filter(|command| !(menu_open && matches!(command, UiCommand::Escape)));
            let is_left = command.is_none();
            commands.extend(command);
            is_left
        });
    });
    commands
}

/// What an event asks for; a key that is held repeats only what goes on by steps.
fn command_of(keymap: &Keymap, event: &egui::Event, in_view: bool) -> Option<UiCommand> {
    let &egui::Event::Key {
        key,
        pressed: true,
        repeat,
        modifiers,
        ..
    } = event
    else {
        return None;
    };
    let counts = |action: &Action| in_view || action.trigger != Trigger::InView;
    let action = keymap.action_of((key, modifiers), counts)?;
    let is_asked = action.trigger != Trigger::Hold && (!repeat || action.repeats());
    is_asked.then(|| action.command.clone())
}

/// Notes the view that has the focus, so that its keys count.
pub fn note_focused_view(ctx: &Context, view: Id) {
    ctx.data_mut(|data| data.insert_temp(focused_view_slot(), view));
}

/// Whether a view has the focus, so that keys which count there alone are its own.
pub fn view_has_focus(ctx: &Context) -> bool {
    is_focused(ctx, focused_view_slot())
}

/// Notes that the prior has the focus, so that keys speak of it.
pub fn note_focused_prior(ctx: &Context, view: Id) {
    ctx.data_mut(|data| data.insert_temp(focused_prior_slot(), view));
}

/// Whether the prior has the focus.
pub fn prior_has_focus(ctx: &Context) -> bool {
    is_focused(ctx, focused_prior_slot())
}

fn is_focused(ctx: &Context, slot: Id) -> bool {
    let noted: Option<Id> = ctx.data(|data| data.get_temp(slot));
    noted.is_some() && noted == ctx.memory(egui::Memory::focused)
}

fn focused_view_slot() -> Id {
    Id::unique("focused view")
}

fn focused_prior_slot() -> Id {
    Id::unique("focused prior")
}

/// What a held key asks every view to show.
pub fn held(ctx: &Context) -> Option<Content> {
    if ctx.text_edit_focused() {
        return None;
    }
    let keys = held_keys(ctx);
    ctx.input_mut(|input| {
        // So that no button is pressed by them.
        let is_held = |wanted: Key| keys.iter().any(|(key, _)| *key == wanted);
        input
            .events
            .retain(|event| !matches!(event, egui::Event::Key { key, .. } if is_held(*key)));
        shown_by(input, &keys)
    })
}

/// What a key held in the window of this viewport asks every view to show.
pub fn held_in(ctx: &Context, viewport: egui::ViewportId) -> Option<Content> {
    let keys = held_keys(ctx);
    ctx.input_for(viewport, |input| shown_by(input, &keys))
}

fn shown_by(input: &egui::InputState, keys: &[(Key, Content)]) -> Option<Content> {
    if input.modifiers.any() {
        return None;
    }
    let mut held = keys.iter().filter(|(key, _)| input.key_down(*key));
    held.next().map(|&(_, content)| content)
}

/// Keys that act while they are held, with what they show.
fn held_keys(ctx: &Context) -> Vec<(Key, Content)> {
    let keymap = Keymap::of(ctx);
    let actions = ACTIONS
        .iter()
        .filter(|action| action.trigger == Trigger::Hold);
    let keys = actions.filter_map(|action| match action.command {
        UiCommand::Hold(Some(content)) => Some((keymap.keys(action)?.logical_key, content)),
        _ => None,
    });
    keys.collect()
}
