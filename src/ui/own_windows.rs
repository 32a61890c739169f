//! Windows that the reader named and gave a number key, kept from one run to the next.
//!
//! Radiographs share no unit: the same lung is 300 in one file and 30 000 in another, and black in one is white in the
//! other. So such a window is kept in one of two measures, and the reader says which. In the file's own values it is
//! exact, and right for files of the same device. In shares of the automatic window of the lungs it means the same
//! contrast in every radiograph whose lungs are known: how far its centre lies towards white, and how wide it is, in
//! widths of that window.

use super::presets::{WindowPreset, voi_name};
use super::study::OpenStudy;
use super::window_level::nearest_window;
use crate::radiograph::{Voi, VoiFunction};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// Numbers that windows of the reader's own can have: those of the keys.
pub const OWN_WINDOW_NUMBERS: RangeInclusive<u8> = 1..=9;
/// Letters of a name, at most: more do not fit a menu.
const MOST_LETTERS: usize = 40;
const FUNCTIONS: [(VoiFunction, &str); 3] = [
    (VoiFunction::Linear, "linear"),
    (VoiFunction::LinearExact, "linear-exact"),
    (VoiFunction::Sigmoid, "sigmoid"),
];

/// What the numbers of a window are measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WindowMeasure {
    /// Modality values, as the file has them.
    #[default]
    Values,
    /// Widths of the automatic window of the lungs, the centre counted from its centre towards white.
    Lungs,
}

impl WindowMeasure {
    /// Both, the one for every radiograph first.
    pub const ALL: [Self; 2] = [Self::Lungs, Self::Values];

    /// As a person reads it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Values => "by the file's values",
            Self::Lungs => "by the lungs",
        }
    }

    fn written(self) -> &'static str {
        match self {
            Self::Values => "values",
            Self::Lungs => "lungs",
        }
    }
}

/// A window of the reader's own.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnWindow {
    /// What the reader calls it.
    pub name: String,
    /// What `center` and `width` are measured in.
    pub measure: WindowMeasure,
    /// Centre, modality units or widths of the lungs' window.
    pub center: f64,
    /// Width, modality units or widths of the lungs' window; > 0.
    pub width: f64,
    /// Shape; by the lungs never [`VoiFunction::Linear`], which is bound to whole values.
    pub function: VoiFunction,
}

impl OwnWindow {
    /// The window `voi`, for a table the one nearest to it, under this name; `None` where it shall be
    /// measured on lungs that are not known.
    pub fn of(name: &str, voi: &Voi, measure: WindowMeasure, study: &OpenStudy) -> Option<Self> {
        let Voi::Window {
            center,
            width,
            function,
            ..
        } = nearest_window(voi)
        else {
            return None;
        };
        let values = Self {
            name: fitting_name(name),
            measure,
            center,
            width,
            function,
        };
        if measure == WindowMeasure::Values {
            return Some(values);
        }
        let lungs = Lungs::of(study)?;
        let (center, width, function) = match function {
            // The same edges (PS3.3 C.11.2.1.2.1) without the bond to whole values.
            VoiFunction::Linear => (
                center - 0.5,
                (width - 1.0).max(1e-3),
                VoiFunction::LinearExact,
            ),
            other => (center, width, other),
        };
        Some(Self {
            center: lungs.toward_white * (center - lungs.center) / lungs.width,
            width: width / lungs.width,
            function,
            ..values
        })
    }

    /// The window for this study; `None` where it is measured on lungs that are not known.
    pub fn voi(&self, study: &OpenStudy) -> Option<Voi> {
        let (center, width) = match self.measure {
            WindowMeasure::Values => (self.center, self.width),
            WindowMeasure::Lungs => {
                let lungs = Lungs::of(study)?;
                let center = lungs.center + lungs.toward_white * self.center * lungs.width;
                (center, self.width * lungs.width)
            }
        };
        Some(Voi::Window {
            center,
            width,
            function: self.function,
            explanation: self.name.clone(),
        })
    }

    /// Whether it can be made for this study.
    pub fn is_possible(&self, study: &OpenStudy) -> bool {
        self.measure == WindowMeasure::Values || study.lung_mask().is_some()
    }

    /// Whether a picture is shown with it: known by its name, until it is dragged.
    pub fn is_shown(&self, voi: &Voi) -> bool {
        voi_name(voi) == self.name
    }
}

/// What windows are measured on.
struct Lungs {
    center: f64,
    width: f64,
    /// 1 where higher values are the brighter ones, else -1.
    toward_white: f64,
}

impl Lungs {
    fn of(study: &OpenStudy) -> Option<Self> {
        study.lung_mask()?;
        match WindowPreset::AutoLungs.voi(study) {
            Voi::Window { center, width, .. } => Some(Self {
                center,
                width,
                toward_white: if study.low_is_bright() { -1.0 } else { 1.0 },
            }),
            Voi::Lut(_) => None,
        }
    }
}

/// A name as it is kept: without blanks round it, and short enough for a menu.
pub(super) fn fitting_name(name: &str) -> String {
    let name: String = name.trim().chars().take(MOST_LETTERS).collect();
    name.trim_end().to_owned()
}

/// The reader's own windows by their numbers; as cheap to copy as undo needs it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OwnWindows(Arc<BTreeMap<u8, OwnWindow>>);

impl OwnWindows {
    /// The window of this number.
    pub fn get(&self, number: u8) -> Option<&OwnWindow> {
        self.0.get(&number)
    }

    /// Every one with its number, in order.
    pub fn iter(&self) -> impl Iterator<Item = (u8, &OwnWindow)> {
        self.0.iter().map(|(&number, window)| (number, window))
    }

    /// The first number that is free; the first of all where none is.
    pub fn free_number(&self) -> u8 {
        let mut free = OWN_WINDOW_NUMBERS.filter(|number| !self.0.contains_key(number));
        free.next().unwrap_or(*OWN_WINDOW_NUMBERS.start())
    }

    /// Keeps a window under this number, in the place of the one that had it.
    pub(super) fn keep(&mut self, number: u8, window: OwnWindow) {
        if OWN_WINDOW_NUMBERS.contains(&number) {
            Arc::make_mut(&mut self.0).insert(number, window);
        }
    }

    /// Gives the window of this number another name; an empty one changes nothing.
    pub(super) fn rename(&mut self, number: u8, name: &str) {
        let name = fitting_name(name);
        if let Some(window) = Arc::make_mut(&mut self.0).get_mut(&number)
            && !name.is_empty()
        {
            window.name = name;
        }
    }

    /// Gives a window another number; the one that has it takes its number in turn.
    pub(super) fn renumber(&mut self, from: u8, to: u8) {
        let windows = Arc::make_mut(&mut self.0);
        if !OWN_WINDOW_NUMBERS.contains(&to) {
            return;
        }
        let (moved, other) = (windows.remove(&from), windows.remove(&to));
        windows.extend(moved.map(|window| (to, window)));
        windows.extend(other.map(|window| (from, window)));
    }

    /// Forgets the window of this number.
    pub(super) fn delete(&mut self, number: u8) {
        Arc::make_mut(&mut self.0).remove(&number);
    }

    /// Windows from the settings file, and a sentence for each entry that cannot be used.
    pub(super) fn from_written(entries: BTreeMap<String, WrittenWindow>) -> (Self, Vec<String>) {
        let (mut windows, mut problems) = (Self::default(), Vec::new());
        for (key, written) in entries {
            let number = key.parse().ok();
            let number = number.filter(|number| OWN_WINDOW_NUMBERS.contains(number));
            match (number, written.understood()) {
                (None, _) => problems.push(format!(
                    "the settings file gives a window the number {key}; choose 1 to 9"
                )),
                (Some(_), Err(reason)) => problems.push(format!(
                    "the settings file holds a window {key} that cannot be used: {reason}"
                )),
                (Some(number), Ok(window)) => windows.keep(number, window),
            }
        }
        (windows, problems)
    }

    /// The windows as the settings file holds them.
    pub(super) fn written(&self) -> BTreeMap<String, WrittenWindow> {
        let windows = self.iter();
        windows
            .map(|(number, window)| (number.to_string(), WrittenWindow::of(window)))
            .collect()
    }
}

/// A window as the settings file holds it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct WrittenWindow {
    name: String,
    measured_in: String,
    center: f64,
    width: f64,
    function: String,
}

impl WrittenWindow {
    fn of(window: &OwnWindow) -> Self {
        let function = FUNCTIONS.iter().find(|(f, _)| *f == window.function);
        Self {
            name: window.name.clone(),
            measured_in: window.measure.written().to_owned(),
            center: window.center,
            width: window.width,
            function: function.map_or("", |(_, name)| name).to_owned(),
        }
    }

    fn understood(self) -> Result<OwnWindow, &'static str> {
        let name = fitting_name(&self.name);
        if name.is_empty() {
            return Err("it has no name");
        }
        if !self.center.is_finite() || !self.width.is_finite() || self.width <= 0.0 {
            return Err("its center or its width is no number that a window can have");
        }
        let mut measures = WindowMeasure::ALL.into_iter();
        let measure = measures
            .find(|measure| measure.written() == self.measured_in)
            .ok_or("measured-in is neither \"values\" nor \"lungs\"")?;
        let function = FUNCTIONS.iter().find(|(_, name)| *name == self.function);
        let (function, _) =
            function.ok_or("function is none of \"linear\", \"linear-exact\" and \"sigmoid\"")?;
        Ok(OwnWindow {
            name,
            measure,
            center: self.center,
            width: self.width,
            function: *function,
        })
    }
}

/// The window in which windows are kept, named, numbered and forgotten, while it is open.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OwnWindowsEditor {
    /// Name of the window to be kept.
    pub name: String,
    /// Number it will have.
    pub number: u8,
    /// What it will be measured in.
    pub measure: WindowMeasure,
    /// The window of this number is being renamed, so far to this.
    pub renaming: Option<(u8, String)>,
}

/// What a person asked of windows of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OwnWindowCommand {
    /// Show the picture in use with the window of this number.
    Show(u8),
    /// Open the window in which they are kept, or close it.
    ToggleEditor,
    /// Something was typed or chosen there.
    Edit(OwnWindowsEditor),
    /// Keep the window of the picture in use as the editor says.
    Keep,
    /// Give the window of this number another name.
    Rename(u8, String),
    /// Give the window of the first number the second one.
    Renumber(u8, u8),
    /// Forget the window of this number.
    Delete(u8),
}

#[cfg(test)]
mod tests;
