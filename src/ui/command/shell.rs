//! What a person asks of the window itself: preferences, keys, help, messages.

use super::tell;
use crate::ui::actions::{Action, find};
use crate::ui::compare::Compare;
use crate::ui::guide;
use crate::ui::message::Severity;
use crate::ui::preferences::{DragPreferences, stepped_scale};
use crate::ui::shell::{Clash, KeyEditor, Palette};
use crate::ui::state::AppState;
use crate::ui::true_size::{Screen, ScreenRuler};
use eframe::egui::{Key, KeyboardShortcut};

/// Keys that no action can have: they move through the window and press its buttons.
const RESERVED: [Key; 2] = [Key::Tab, Key::Enter];

/// What a person asks of the window itself.
#[derive(Debug, Clone, PartialEq)]
pub enum ShellCommand {
    /// Open the search for a command, or close it.
    TogglePalette,
    /// Something was typed into the palette, or another row chosen.
    EditPalette(Palette),
    /// Open the log of messages, or close it.
    ToggleLog,
    /// Open the preferences, or close them.
    TogglePreferences,
    /// Open the window that changes keys, or close it.
    ToggleKeyEditor,
    /// The key pressed next is for the action of this id; `None` waits no longer.
    CaptureKey(Option<&'static str>),
    /// Give the action of this id this key, or none; asks first where another action has it.
    BindKey(&'static str, Option<KeyboardShortcut>),
    /// Take the key from the action that has it: yes or no.
    SettleClash(bool),
    /// The table's key for the action of this id.
    ResetKey(&'static str),
    /// The table's keys for all.
    ResetAllKeys,
    /// Dark to light and back.
    ToggleTheme,
    /// Text and buttons so many steps larger; smaller where negative.
    StepScale(i8),
    /// Text and buttons in their own size.
    ResetScale,
    /// Text and buttons in this share of their size.
    SetScale(f64),
    /// Nothing moves by itself, or again.
    ToggleReducedMotion,
    /// Prepare LEG weights in the background, or no longer.
    ToggleLegPreparation,
    /// Show where a run is heading, or no longer.
    TogglePreviews,
    /// What a drag over a picture does.
    SetWindowDrag(DragPreferences),
    /// The note of the first start was understood.
    Understood,
    /// Show this page of the guide, counted from 0.
    ShowGuidePage(usize),
    /// The pictures stand on this screen.
    ShownOn(Screen),
    /// Show the bar by which a screen is measured, or take it away.
    SetRuler(Option<ScreenRuler>),
    /// This screen has so many pixels per millimetre; `None` forgets it.
    MeasureScreen(Screen, Option<f64>),
    /// Move the pictures into a window of their own, or back.
    ToggleSecondWindow,
    /// Let the window fill the screen, or no longer.
    ToggleFullScreen,
    /// Bring the histogram into sight.
    ShowHistogram,
    /// End the program as closing its window does.
    Quit,
}

/// Does what was asked for.
pub(super) fn apply(command: ShellCommand, state: &mut AppState) {
    use ShellCommand as S;
    let shell = &mut state.shell;
    let preferences = &mut shell.preferences;
    match command {
        S::TogglePalette => {
            shell.palette = match shell.palette {
                Some(_) => None,
                None => Some(Palette::default()),
            };
        }
        S::EditPalette(palette) => shell.palette = Some(palette),
        S::ToggleLog => shell.log_visible = !shell.log_visible,
        S::TogglePreferences => shell.preferences_visible = !shell.preferences_visible,
        S::ToggleKeyEditor => {
            shell.key_editor = match shell.key_editor {
                Some(_) => None,
                None => Some(KeyEditor::default()),
            };
        }
        S::ToggleTheme => preferences.theme = preferences.theme.toggled(),
        S::StepScale(steps) => preferences.ui_scale = stepped_scale(preferences.ui_scale, steps),
        S::ResetScale => preferences.ui_scale = 1.0,
        S::SetScale(scale) => preferences.ui_scale = stepped_scale(scale, 0),
        S::ToggleReducedMotion => reduce_motion(!preferences.reduced_motion, state),
        S::ToggleLegPreparation => {
            preferences.prepare_leg_weights = !preferences.prepare_leg_weights;
        }
        S::TogglePreviews => preferences.run_preview = preferences.run_preview.toggled(),
        S::SetWindowDrag(drag) => preferences.window_drag = drag,
        S::Understood => preferences.first_run_note_seen = true,
        S::ShowGuidePage(page) => {
            shell.guide_page = page.min(guide::PAGES.len());
            state.help_visible = true;
        }
        S::ShownOn(screen) => shell.screen = screen,
        S::SetRuler(ruler) => shell.ruler = ruler,
        S::MeasureScreen(screen, pixels_per_mm) => {
            preferences.screens.set(screen, pixels_per_mm);
            shell.ruler = None;
        }
        S::ToggleSecondWindow => shell.second_window = !shell.second_window,
        S::ToggleFullScreen => shell.is_full_screen = !shell.is_full_screen,
        S::Quit => shell.is_quitting = true,
        S::ShowHistogram => shell.histogram_asked = shell.histogram_asked.wrapping_add(1),
        keys => apply_to_keys(&keys, state),
    }
}

/// Closes the uppermost window of the shell; `false` where none is open.
pub(super) fn close_one(state: &mut AppState) -> bool {
    let shell = &mut state.shell;
    if shell.palette.take().is_some()
        || shell.key_editor.take().is_some()
        || shell.own_windows.take().is_some()
    {
        return true;
    }
    if shell.ruler.take().is_some() && shell.preferences_visible {
        return true;
    }
    for open in [&mut shell.preferences_visible, &mut shell.log_visible] {
        if std::mem::take(open) {
            return true;
        }
    }
    false
}

fn reduce_motion(reduced: bool, state: &mut AppState) {
    state.shell.preferences.reduced_motion = reduced;
    set_compare(state.compare, state);
}

/// Compares this way; without the flicker, which moves by itself, where motion is reduced.
pub(super) fn set_compare(compare: Compare, state: &mut AppState) {
    let reduced = state.shell.preferences.reduced_motion;
    state.compare = compare.without_motion(reduced);
    if state.compare.tool != compare.tool {
        let text = "Motion is reduced, so nothing flickers by itself (Tools > Reduced motion).";
        tell(state, Severity::Advice, text.to_owned());
    }
}

fn apply_to_keys(command: &ShellCommand, state: &mut AppState) {
    use ShellCommand as S;
    let keymap = &mut state.shell.preferences.keymap;
    match *command {
        S::ResetAllKeys => *keymap = crate::ui::keymap::Keymap::default(),
        S::CaptureKey(action) => {
            state.shell.key_editor = Some(KeyEditor {
                waiting_for: action,
                ..KeyEditor::default()
            });
        }
        S::BindKey(id, keys) => {
            if let Some(action) = find(id) {
                bind(action, keys, state);
            }
        }
        S::ResetKey(id) => {
            if let Some(action) = find(id) {
                bind(action, action.keys, state);
            }
        }
        S::SettleClash(yes) => settle(yes, state),
        _ => {}
    }
}

fn bind(action: &'static Action, keys: Option<KeyboardShortcut>, state: &mut AppState) {
    let shell = &mut state.shell;
    let mut editor = KeyEditor::default();
    let keymap = &mut shell.preferences.keymap;
    let holder = keys.and_then(|keys| keymap.holder(keys, action).map(|holder| (keys, holder)));
    // Enter is the crosshair's own while a view has the focus, and can come back to it.
    let is_own = keys == action.keys;
    if !is_own && keys.is_some_and(|keys| RESERVED.contains(&keys.logical_key)) {
        editor.refused = true;
    } else if let Some((keys, holder)) = holder {
        editor.clash = Some(Clash {
            action: action.id,
            keys,
            holder: holder.id,
        });
    } else {
        keymap.set(action, keys);
    }
    shell.key_editor = Some(editor);
}

fn settle(yes: bool, state: &mut AppState) {
    let Some(editor) = &mut state.shell.key_editor else {
        return;
    };
    let Some(clash) = editor.clash.take().filter(|_| yes) else {
        return;
    };
    if let (Some(action), Some(holder)) = (find(clash.action), find(clash.holder)) {
        let keymap = &mut state.shell.preferences.keymap;
        keymap.set(holder, None);
        keymap.set(action, Some(clash.keys));
    }
}
