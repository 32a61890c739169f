//! One table of keys: the window obeys it, tooltips and help show it.

use super::command::{BrowseCommand, Turning, UiCommand};
use super::compare::CompareTool;
use super::layout::Layout;
use super::look::Content;
use eframe::egui::{self, Key, KeyboardShortcut, Modifiers};

/// A key and what it asks for.
#[derive(Debug, Clone)]
pub struct Shortcut {
    /// The key.
    pub keys: KeyboardShortcut,
    /// What it asks for.
    pub command: UiCommand,
    /// What it does, for the help window.
    pub label: &'static str,
}

/// Keys that show a picture in every view while they are held.
pub const HELD_KEYS: [(Key, Content, &str); 3] = [
    (Key::Space, Content::Original, "Original, while held"),
    (Key::B, Content::Bone, "Bone layer, while held"),
    (Key::U, Content::Uncertainty, "Uncertainty, while held"),
];

const fn plain(key: Key, command: UiCommand, label: &'static str) -> Shortcut {
    Shortcut {
        keys: KeyboardShortcut::new(Modifiers::NONE, key),
        command,
        label,
    }
}

const fn with_ctrl(key: Key, command: UiCommand, label: &'static str) -> Shortcut {
    Shortcut {
        keys: KeyboardShortcut::new(Modifiers::COMMAND, key),
        command,
        label,
    }
}

const fn with_shift(key: Key, command: UiCommand, label: &'static str) -> Shortcut {
    Shortcut {
        keys: KeyboardShortcut::new(Modifiers::SHIFT, key),
        command,
        label,
    }
}

const fn with_ctrl_shift(key: Key, command: UiCommand, label: &'static str) -> Shortcut {
    Shortcut {
        keys: KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), key),
        command,
        label,
    }
}

/// Every shortcut of the window.
pub const SHORTCUTS: &[Shortcut] = &[
    with_ctrl(Key::O, UiCommand::ChooseFiles, "Open files"),
    with_ctrl(Key::L, UiCommand::ShowPathBox(true), "Open a path"),
    with_ctrl(
        Key::S,
        UiCommand::ChooseOutput,
        "Save the soft-tissue image",
    ),
    plain(Key::S, UiCommand::Suppress, "Suppress bones"),
    plain(
        Key::Escape,
        UiCommand::Escape,
        "Close what is open, else stop the run",
    ),
    plain(Key::F, UiCommand::Fit, "Fit to the view"),
    plain(
        Key::Z,
        UiCommand::OneToOne,
        "One screen pixel per image pixel",
    ),
    plain(Key::I, UiCommand::ToggleInvert, "Invert black and white"),
    plain(Key::R, UiCommand::ResetView, "Reset: exactly as loaded"),
    plain(
        Key::L,
        UiCommand::ToggleOutline,
        "Outline of the lung field",
    ),
    plain(
        Key::F5,
        UiCommand::SetLayout(Layout::SideBySide),
        "Original and soft tissue",
    ),
    plain(Key::F6, UiCommand::SetLayout(Layout::Single), "Single view"),
    plain(
        Key::F7,
        UiCommand::SetLayout(Layout::Difference),
        "Original and difference",
    ),
    plain(
        Key::F8,
        UiCommand::SetLayout(Layout::Three),
        "Original, soft tissue and difference",
    ),
    plain(
        Key::F9,
        UiCommand::SetLayout(Layout::Four),
        "The same and the bone layer, two by two",
    ),
    plain(
        Key::T,
        UiCommand::Swap,
        "Single view: original or soft tissue in place",
    ),
    plain(
        Key::W,
        UiCommand::ToggleCompareTool(CompareTool::Wipe),
        "Wipe between original and soft tissue",
    ),
    plain(
        Key::G,
        UiCommand::ToggleCompareTool(CompareTool::Lens),
        "Lens on the soft tissue",
    ),
    plain(
        Key::K,
        UiCommand::ToggleCompareTool(CompareTool::Flicker),
        "Flicker between original and soft tissue",
    ),
    plain(
        Key::OpenBracket,
        UiCommand::MoveSuppression(-0.1),
        "Take less of the bone off",
    ),
    plain(
        Key::CloseBracket,
        UiCommand::MoveSuppression(0.1),
        "Take more of the bone off",
    ),
    plain(
        Key::P,
        UiCommand::TogglePatient,
        "Hide names, dates and file names, or show them",
    ),
    plain(
        Key::O,
        UiCommand::NextOverlay,
        "Less text over the pictures, or all of it",
    ),
    plain(
        Key::Comma,
        UiCommand::Turn(Turning::Left),
        "Turn to the left",
    ),
    plain(
        Key::Period,
        UiCommand::Turn(Turning::Right),
        "Turn to the right",
    ),
    with_shift(
        Key::H,
        UiCommand::Turn(Turning::Across),
        "Mirror left and right",
    ),
    with_shift(
        Key::V,
        UiCommand::Turn(Turning::Down),
        "Mirror top and bottom",
    ),
    with_ctrl(Key::Z, UiCommand::Undo, "Undo"),
    with_ctrl_shift(Key::Z, UiCommand::Redo, "Redo"),
    with_ctrl(Key::Y, UiCommand::Redo, "Redo"),
    plain(Key::PageDown, UiCommand::NextStudy, "Next study"),
    plain(Key::PageUp, UiCommand::PreviousStudy, "Previous study"),
    plain(
        Key::N,
        UiCommand::Browse(BrowseCommand::TogglePanel),
        "Study browser",
    ),
    with_ctrl(
        Key::T,
        UiCommand::Browse(BrowseCommand::ToggleTags),
        "DICOM tags",
    ),
    plain(Key::F1, UiCommand::ToggleHelp, "Help"),
];

/// The key of a command as text; empty where it has none.
pub fn key_text(ctx: &egui::Context, command: &UiCommand) -> String {
    let wanted = std::mem::discriminant(command);
    let found = SHORTCUTS
        .iter()
        .find(|shortcut| match (&shortcut.command, command) {
            (UiCommand::SetLayout(a), UiCommand::SetLayout(b)) => a == b,
            (UiCommand::Turn(a), UiCommand::Turn(b)) => a == b,
            (UiCommand::ToggleCompareTool(a), UiCommand::ToggleCompareTool(b)) => a == b,
            (UiCommand::Browse(a), UiCommand::Browse(b)) => a == b,
            (other, _) => std::mem::discriminant(other) == wanted,
        });
    found.map_or_else(String::new, |shortcut| keys_text(ctx, shortcut))
}

/// A tip with the key of its command in brackets, where it has one.
pub fn with_key(ctx: &egui::Context, text: &str, command: &UiCommand) -> String {
    match key_text(ctx, command).as_str() {
        "" => text.to_owned(),
        key => format!("{text} ({key})"),
    }
}

/// Keys as a reader knows them.
pub fn keys_text(ctx: &egui::Context, shortcut: &Shortcut) -> String {
    if shortcut.keys.modifiers.is_none() {
        shortcut.keys.logical_key.symbol_or_name().to_owned()
    } else {
        ctx.format_shortcut(&shortcut.keys)
    }
}

/// Number keys that choose a window: 1 to 9.
pub const NUM_KEYS: usize = 9;
const NUMBERS: [Key; NUM_KEYS] = [
    Key::Num1,
    Key::Num2,
    Key::Num3,
    Key::Num4,
    Key::Num5,
    Key::Num6,
    Key::Num7,
    Key::Num8,
    Key::Num9,
];

/// Commands whose keys were pressed in this frame, in the order of the keys; none while someone types.
pub fn pressed(ctx: &egui::Context) -> Vec<UiCommand> {
    if ctx.text_edit_focused() {
        return Vec::new();
    }
    let mut commands = Vec::new();
    let menu_open = egui::Popup::is_any_open(ctx);
    ctx.input_mut(|input| {
        input.events.retain(|event| {
            // An open menu or list closes itself by Escape, and nothing else then.
            let command = command_of(event)
                .filter(|command| !(menu_open && matches!(command, UiCommand::Escape)));
            let is_left = command.is_none();
            commands.extend(command);
            is_left
        });
    });
    commands
}

/// What an event asks for; a key that is held repeats nothing.
fn command_of(event: &egui::Event) -> Option<UiCommand> {
    let egui::Event::Key {
        key,
        pressed: true,
        repeat: false,
        modifiers,
        ..
    } = event
    else {
        return None;
    };
    if let Some(number) = NUMBERS.iter().position(|number| number == key)
        && modifiers.is_none()
    {
        return Some(UiCommand::SetWindowNumber(number));
    }
    let found = SHORTCUTS.iter().find(|Shortcut { keys, .. }| {
        keys.logical_key == *key && modifiers.matches_exact(keys.modifiers)
    });
    found.map(|shortcut| shortcut.command.clone())
}

/// The picture that a held key asks for; takes the keys away, so that no button is pressed by them.
pub fn held(ctx: &egui::Context) -> Option<Content> {
    if ctx.text_edit_focused() {
        return None;
    }
    ctx.input_mut(|input| {
        let is_held = |wanted: Key| HELD_KEYS.iter().any(|(key, ..)| *key == wanted);
        input
            .events
            .retain(|event| !matches!(event, egui::Event::Key { key, .. } if is_held(*key)));
        if input.modifiers.any() {
            return None;
        }
        let mut held = HELD_KEYS.iter();
        let found = held.find(|(key, ..)| input.key_down(*key));
        found.map(|&(_, content, _)| content)
    })
}
