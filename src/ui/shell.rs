//! What the window knows beside the studies: preferences, messages of the past, and what is open
//! over the pictures.

use super::actions::Action;
use super::message_log::MessageLog;
use super::own_windows::OwnWindowsEditor;
use super::preferences::Preferences;
use super::true_size::{Screen, ScreenRuler};
use super::window_places::Opening;
use eframe::egui::KeyboardShortcut;

/// Search for an action by its name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Palette {
    /// What was typed.
    pub query: String,
    /// Which of the found actions Enter runs, counted from 0.
    pub chosen: usize,
}

/// A key that was asked for an action while another action has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clash {
    /// Id of the action that was to get the key.
    pub action: &'static str,
    /// The key.
    pub keys: KeyboardShortcut,
    /// Id of the action that has it.
    pub holder: &'static str,
}

/// The window that changes keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KeyEditor {
    /// Id of the action that gets the key pressed next.
    pub waiting_for: Option<&'static str>,
    /// What the person must decide before a key is given away.
    pub clash: Option<Clash>,
    /// A key was pressed that no action can have.
    pub refused: bool,
}

/// What the window knows beside the studies.
#[derive(Debug, Clone, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "windows that are open or not, in any combination"
)]
pub struct Shell {
    /// What the person prefers.
    pub preferences: Preferences,
    /// Every message there was.
    pub log: MessageLog,
    /// The log is open.
    pub log_visible: bool,
    /// The palette, where it is open.
    pub palette: Option<Palette>,
    /// The window that changes keys, where it is open.
    pub key_editor: Option<KeyEditor>,
    /// The window in which the reader's own windows are kept, where it is open.
    pub own_windows: Option<OwnWindowsEditor>,
    /// The preferences are open.
    pub preferences_visible: bool,
    /// Page of the guide that is shown when it is open, counted from 0.
    pub guide_page: usize,
    /// The screen that the pictures stand on.
    pub screen: Screen,
    /// The bar by which a screen is measured, while it is.
    pub ruler: Option<ScreenRuler>,
    /// The pictures are in a window of their own.
    pub second_window: bool,
    /// How the second window was opened; `None` where the system chose.
    pub second_window_opening: Option<Opening>,
    /// How the training window was opened; `None` where the system chose.
    pub training_opening: Option<Opening>,
    /// The person wants the program to end.
    pub is_quitting: bool,
    /// The window is to fill the screen.
    pub is_full_screen: bool,
    /// The reader said that what is not saved may go.
    pub may_lose_results: bool,
    /// How often the histogram was asked for: each time it comes into sight.
    pub histogram_asked: u32,
}

impl Shell {
    /// The keys are for a window over the pictures alone: the one that changes keys, or the note of the first start,
    /// behind which nothing runs.
    pub fn is_capturing_key(&self) -> bool {
        let editor = self.key_editor;
        !self.preferences.first_run_note_seen
            || editor.is_some_and(|editor| editor.waiting_for.is_some())
    }

    /// The action that gets the key pressed next.
    pub fn capturing_action(&self) -> Option<&'static Action> {
        super::actions::find(self.key_editor?.waiting_for?)
    }
}
