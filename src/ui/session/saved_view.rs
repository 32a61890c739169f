//! How a radiograph was looked at, as it is written down.

use crate::radiograph::{Radiograph, Voi, VoiFunction};
use crate::ui::camera::Camera;
use crate::ui::look::{Content, Links, Look};
use crate::ui::orientation::Orientation;
use crate::ui::state::AppState;
use crate::ui::study::{OpenStudy, Study};
use crate::worker::SuppressionSettings;
use serde::{Deserialize, Serialize};

/// How a radiograph was looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SavedView {
    /// One for each of its pictures, in the order of [`Content::ALL`].
    looks: Vec<SavedLook>,
    /// The reader exchanged its black and white, against what file and folder say.
    #[serde(default)]
    is_turned: bool,
    /// Settings of its own, and which bundle they were for.
    #[serde(default)]
    pub(in crate::ui) of_bundle: Option<BundleSettings>,
}

/// Settings, and the bundle they were chosen for: those of one model make another invent structures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BundleSettings {
    /// SHA-256 of the bundle, hexadecimal.
    pub sha256: String,
    /// Settings.
    pub settings: SuppressionSettings,
}

/// How one picture was looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct SavedLook {
    window: SavedWindow,
    inverted: bool,
    camera: Camera,
    orientation: Orientation,
}

/// Values of interest, tables by their place in the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum SavedWindow {
    OfFile(usize),
    Window {
        center: f64,
        width: f64,
        function: String,
    },
}

const FUNCTIONS: [(VoiFunction, &str); 3] = [
    (VoiFunction::Linear, "LINEAR"),
    (VoiFunction::LinearExact, "LINEAR_EXACT"),
    (VoiFunction::Sigmoid, "SIGMOID"),
];

impl SavedView {
    /// How `study` is looked at while the bundle with this checksum is loaded.
    pub(in crate::ui) fn of(study: &OpenStudy, sha256: Option<&str>) -> Self {
        let saved = |content| {
            let look = study.looks.of(content);
            SavedLook {
                window: SavedWindow::of(&look.voi, &study.radiograph),
                inverted: look.inverted,
                camera: look.camera,
                orientation: look.orientation,
            }
        };
        Self {
            looks: Content::ALL.map(saved).to_vec(),
            is_turned: study.is_turned,
            of_bundle: sha256
                .zip(study.settings.as_ref())
                .map(|(sha256, settings)| BundleSettings {
                    sha256: sha256.to_owned(),
                    settings: settings.clone(),
                }),
        }
    }

    /// Looks at a study in this way; its settings wait for their bundle.
    pub(in crate::ui) fn apply(&self, study: &mut OpenStudy) {
        if study.is_turned != self.is_turned {
            study.turn_polarity();
        }
        for (content, saved) in Content::ALL.into_iter().zip(&self.looks) {
            let voi = saved.window.voi(&study.radiograph);
            // What was linked is equal in all of them already.
            study.looks.change(content, Links::NONE, |look| {
                *look = Look {
                    voi: voi.unwrap_or_else(|| look.voi.clone()),
                    inverted: saved.inverted,
                    camera: saved.camera,
                    orientation: saved.orientation.valid(),
                };
            });
        }
    }
}

impl SavedWindow {
    fn of(voi: &Voi, radiograph: &Radiograph) -> Self {
        let of_file = radiograph.vois.iter().position(|other| other == voi);
        match (voi, of_file) {
            (_, Some(index)) => Self::OfFile(index),
            (Voi::Lut(_), None) => Self::OfFile(0),
            (
                Voi::Window {
                    center,
                    width,
                    function,
                    ..
                },
                None,
            ) => Self::Window {
                center: *center,
                width: *width,
                function: name_of(*function).to_owned(),
            },
        }
    }

    /// The values of interest; `None` where they do not fit the file any more.
    fn voi(&self, radiograph: &Radiograph) -> Option<Voi> {
        match self {
            Self::OfFile(index) => radiograph.vois.get(*index).cloned(),
            Self::Window {
                center,
                width,
                function,
            } => {
                let is_usable = center.is_finite() && *width >= 1e-6 && width.is_finite();
                let known = FUNCTIONS.iter().find(|(_, name)| name == function);
                is_usable.then(|| Voi::Window {
                    center: *center,
                    width: *width,
                    function: known.map_or(VoiFunction::LinearExact, |(function, _)| *function),
                    explanation: String::new(),
                })
            }
        }
    }
}

fn name_of(function: VoiFunction) -> &'static str {
    let named = FUNCTIONS.iter().find(|(other, _)| *other == function);
    named.map_or("LINEAR_EXACT", |(_, name)| name)
}

impl AppState {
    /// How a file is looked at, or was before the program ended and its content was given up.
    pub(in crate::ui) fn saved_view(&self, study: &Study) -> Option<SavedView> {
        let sha256 = self.bundle.as_ref().map(|bundle| bundle.sha256.as_str());
        let Some(open) = study.open() else {
            return study.restored.clone();
        };
        let mut view = SavedView::of(open, sha256);
        if view.of_bundle.is_none() {
            view.of_bundle.clone_from(&study.waiting_settings);
        }
        Some(view)
    }

    /// Gives a study the settings that wait for the bundle in force.
    pub(in crate::ui) fn take_waiting_settings(&mut self, index: usize) {
        let Some(bundle) = &self.bundle else {
            return;
        };
        let Some(study) = self.studies.get_mut(index) else {
            return;
        };
        let is_for_it = |waiting: &mut BundleSettings| waiting.sha256 == bundle.sha256;
        if let Some(waiting) = study.waiting_settings.take_if(is_for_it)
            && let Some(open) = study.open_mut()
        {
            open.settings = Some(waiting.settings);
        }
    }
}
