//! What a person prefers, from one run of the program to the next.

mod file;

use super::keymap::Keymap;
use super::own_windows::{OwnWindows, WrittenWindow};
use super::panels::overlay::OverlayLevel;
use super::theme::ThemeChoice;
use super::true_size::Screens;
use eframe::egui::PointerButton;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub use file::{PreferencesFile, config_folder};

/// Sizes text and buttons can have, shares of their own.
pub const UI_SCALES: [f64; 8] = [0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0];
/// Ends of the gain of a window drag.
pub const DRAG_GAINS: [f64; 2] = [0.25, 4.0];

/// What a person prefers. The keys of the settings file are the names of these fields with hyphens.
#[derive(Debug, Clone, PartialEq)]
pub struct Preferences {
    /// Dark or light.
    pub theme: ThemeChoice,
    /// Size of text and buttons, a share of their own; 0.75 to 2.
    pub ui_scale: f64,
    /// Nothing on the screen moves or flickers by itself.
    pub reduced_motion: bool,
    /// How much text stands over the pictures.
    pub overlay: OverlayLevel,
    /// The note of the first start was understood.
    pub first_run_note_seen: bool,
    /// Pictures at several LEG weights are made in the background, for the slider.
    pub prepare_leg_weights: bool,
    /// Where a run is heading is shown while it goes on.
    pub run_preview: RunPreview,
    /// What a drag over a picture does to the window.
    pub window_drag: DragPreferences,
    /// Windows of the person's own.
    pub own_windows: OwnWindows,
    /// Screens whose pixels were measured.
    pub screens: Screens,
    /// Keys the person changed.
    pub keymap: Keymap,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            theme: ThemeChoice::default(),
            ui_scale: 1.0,
            reduced_motion: false,
            overlay: OverlayLevel::default(),
            first_run_note_seen: false,
            prepare_leg_weights: true,
            run_preview: RunPreview::default(),
            window_drag: DragPreferences::default(),
            own_windows: OwnWindows::default(),
            screens: Screens::default(),
            keymap: Keymap::default(),
        }
    }
}

/// Whether a small picture shows where a run is heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunPreview {
    /// After every step.
    #[default]
    Shown,
    /// Never: steps are a little faster.
    Off,
}

impl RunPreview {
    /// The other one.
    #[must_use]
    pub fn toggled(self) -> Self {
        match self {
            Self::Shown => Self::Off,
            Self::Off => Self::Shown,
        }
    }
}

/// A button of the mouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DragButton {
    /// The left one.
    #[default]
    Left,
    /// The right one.
    Right,
    /// The wheel.
    Middle,
}

impl DragButton {
    /// As egui calls it.
    pub fn pointer(self) -> PointerButton {
        match self {
            Self::Left => PointerButton::Primary,
            Self::Right => PointerButton::Secondary,
            Self::Middle => PointerButton::Middle,
        }
    }

    /// As a person calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Left => "Left",
            Self::Right => "Right",
            Self::Middle => "Middle",
        }
    }
}

/// What a drag over a picture does to the window: viewers disagree about it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct DragPreferences {
    /// The button that changes the window; the others move the picture.
    pub button: DragButton,
    /// Up and down changes the width, left and right the level.
    pub swap_axes: bool,
    /// Right, or down where the axes are swapped, makes the window narrower.
    pub reverse_width: bool,
    /// Down, or right where the axes are swapped, makes the picture brighter.
    pub reverse_level: bool,
    /// How fast a drag is, a share of the built-in speed.
    pub gain: f64,
}

impl Default for DragPreferences {
    fn default() -> Self {
        Self {
            button: DragButton::default(),
            swap_axes: false,
            reverse_width: false,
            reverse_level: false,
            gain: 1.0,
        }
    }
}

impl DragPreferences {
    /// A drag of `[right, down]` points as `[wider, darker]` points.
    pub fn wider_and_darker(&self, [right, down]: [f32; 2]) -> [f32; 2] {
        let [wider, darker] = if self.swap_axes {
            [down, right]
        } else {
            [right, down]
        };
        let signed = |value: f32, reversed: bool| if reversed { -value } else { value };
        let gain = self.gain as f32;
        [
            gain * signed(wider, self.reverse_width),
            gain * signed(darker, self.reverse_level),
        ]
    }
}

/// The settings file as it stands on the disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Written {
    theme: ThemeChoice,
    ui_scale: f64,
    reduced_motion: bool,
    overlay: OverlayLevel,
    first_run_note_seen: bool,
    prepare_leg_weights: bool,
    run_preview: RunPreview,
    window_drag: DragPreferences,
    own_windows: BTreeMap<String, WrittenWindow>,
    screens: BTreeMap<String, f64>,
    keys: BTreeMap<String, String>,
}

impl Default for Written {
    fn default() -> Self {
        Self::from(&Preferences::default())
    }
}

impl From<&Preferences> for Written {
    fn from(preferences: &Preferences) -> Self {
        Self {
            theme: preferences.theme,
            ui_scale: preferences.ui_scale,
            reduced_motion: preferences.reduced_motion,
            overlay: preferences.overlay,
            first_run_note_seen: preferences.first_run_note_seen,
            prepare_leg_weights: preferences.prepare_leg_weights,
            run_preview: preferences.run_preview,
            window_drag: preferences.window_drag,
            own_windows: preferences.own_windows.written(),
            screens: preferences.screens.written(),
            keys: preferences.keymap.to_text(),
        }
    }
}

impl Written {
    /// What the file asks for within what the program can do, and a sentence for each entry that
    /// cannot be used.
    fn understood(self) -> (Preferences, Vec<String>) {
        let (keymap, mut problems) = Keymap::from_text(&self.keys);
        let (own_windows, unusable) = OwnWindows::from_written(self.own_windows);
        problems.extend(unusable);
        let (screens, unusable) = Screens::from_written(&self.screens);
        problems.extend(unusable);
        let within = |value: f64, [low, high]: [f64; 2]| {
            if value.is_finite() {
                value.clamp(low, high)
            } else {
                1.0
            }
        };
        let mut window_drag = self.window_drag;
        window_drag.gain = within(window_drag.gain, DRAG_GAINS);
        let preferences = Preferences {
            theme: self.theme,
            ui_scale: within(
                self.ui_scale,
                [UI_SCALES[0], UI_SCALES[UI_SCALES.len() - 1]],
            ),
            reduced_motion: self.reduced_motion,
            overlay: self.overlay,
            first_run_note_seen: self.first_run_note_seen,
            prepare_leg_weights: self.prepare_leg_weights,
            run_preview: self.run_preview,
            window_drag,
            own_windows,
            screens,
            keymap,
        };
        (preferences, problems)
    }
}

/// The size so many steps larger than this one; smaller where negative.
pub fn stepped_scale(scale: f64, steps: i8) -> f64 {
    let nearest = UI_SCALES
        .iter()
        .enumerate()
        .min_by(|(_, a), (_, b)| (**a - scale).abs().total_cmp(&(**b - scale).abs()));
    let index = nearest.map_or(0, |(index, _)| index);
    let moved = index.saturating_add_signed(isize::from(steps));
    UI_SCALES[moved.min(UI_SCALES.len() - 1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drag_goes_where_the_person_wants_it() {
        let drag = DragPreferences::default();
        let rounded = |drag: DragPreferences| {
            let moved = drag.wider_and_darker([3.0, 5.0]);
            moved.map(|points| points.round() as i32)
        };
        assert_eq!(rounded(drag), [3, 5]);
        let other = DragPreferences {
            swap_axes: true,
            reverse_level: true,
            gain: 2.0,
            ..drag
        };
        assert_eq!(rounded(other), [10, -6]);
    }

    #[test]
    fn sizes_step_and_end() {
        assert!((stepped_scale(1.0, 1) - 1.1).abs() < 1e-9);
        assert!((stepped_scale(1.13, -1) - 1.0).abs() < 1e-9);
        assert!((stepped_scale(2.0, 1) - 2.0).abs() < 1e-9);
        assert!((stepped_scale(0.75, -1) - 0.75).abs() < 1e-9);
    }

    #[test]
    fn what_is_out_of_range_is_brought_back() {
        let written = Written {
            ui_scale: 9.0,
            window_drag: DragPreferences {
                gain: f64::NAN,
                ..DragPreferences::default()
            },
            ..Written::default()
        };
        let (understood, problems) = written.understood();
        assert!(problems.is_empty());
        assert_eq!(
            (understood.ui_scale, understood.window_drag.gain),
            (2.0, 1.0)
        );
    }
}
