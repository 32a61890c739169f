//! One stack for everything a person sets: what it was before, and what it was after.
//!
//! Zoom, pan and the choice of a study are ways of looking and stay out of it.

use super::camera::Camera;
use super::compare::Compare;
use super::layout::Layout;
use super::look::{Content, Links, Looks};
use super::masking::MaskVersion;
use super::own_windows::OwnWindows;
use super::runs::{Asked, Run};
use super::state::AppState;
use super::study::OpenStudy;
use crate::measure::Measure;
use crate::radiograph::PixelSpacing;
use crate::worker::SuppressionSettings;
use std::sync::Arc;

/// Most steps that can be taken back.
const MOST_STEPS: usize = 200;

/// Everything undo brings back, at one moment.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Moment {
    layout: Layout,
    compare: Compare,
    links: Links,
    outline_visible: bool,
    difference_limit: Option<f64>,
    difference_is_absolute: bool,
    num_seeds: usize,
    own_windows: OwnWindows,
    study: Option<StudyMoment>,
}

/// The part of a [`Moment`] that belongs to the study shown.
#[derive(Debug, Clone, PartialEq)]
struct StudyMoment {
    serial: u64,
    /// With the camera as a file is first shown.
    looks: Looks,
    settings: Option<SuppressionSettings>,
    /// Numbers of the result shown and of the one it is compared with.
    results: (Option<u64>, Option<u64>),
    mask: Option<MaskVersion>,
    measures: Arc<Vec<Measure>>,
    calibration: Option<PixelSpacing>,
    is_key_image: bool,
}

impl Moment {
    pub fn of(state: &AppState) -> Self {
        Self {
            layout: state.layout,
            compare: state.compare,
            links: state.links,
            outline_visible: state.outline_visible,
            difference_limit: state.difference_limit,
            difference_is_absolute: state.difference_is_absolute,
            num_seeds: state.num_seeds,
            own_windows: state.shell.preferences.own_windows.clone(),
            study: state
                .study()
                .map(|study| StudyMoment::of(study, state.settings())),
        }
    }

    fn serial(&self) -> Option<u64> {
        self.study.as_ref().map(|study| study.serial)
    }

    /// What a person would call the step from `self` to `after`; `None` where nothing changed.
    fn name_of_step(&self, after: &Self) -> Option<&'static str> {
        if self == after {
            return None;
        }
        if self.own_windows != after.own_windows {
            return Some("window of your own");
        }
        let of_study = match (&self.study, &after.study) {
            (Some(before), Some(after)) => before.name_of_step(after),
            _ => None,
        };
        Some(of_study.unwrap_or_else(|| {
            if self.layout != after.layout {
                "layout"
            } else if self.compare != after.compare {
                "comparison"
            } else if self.links != after.links {
                "links"
            } else if self.num_seeds != after.num_seeds {
                "pictures averaged"
            } else if self.outline_visible != after.outline_visible {
                "outline of the lungs"
            } else {
                "colours of the difference"
            }
        }))
    }

    fn restore(&self, state: &mut AppState) {
        state.layout = self.layout;
        state.compare = self.compare;
        state.links = self.links;
        state.outline_visible = self.outline_visible;
        state.difference_limit = self.difference_limit;
        state.difference_is_absolute = self.difference_is_absolute;
        state.num_seeds = self.num_seeds;
        let preferences = &mut state.shell.preferences;
        preferences.own_windows = self.own_windows.clone();
        let Some(moment) = &self.study else {
            return;
        };
        let num_seeds = self.num_seeds;
        let sha256 = state.bundle.as_ref().map(|bundle| bundle.sha256.clone());
        if let Some(study) = state.study_with_mut(moment.serial) {
            moment.restore(study);
            // A result that came after this moment may be just what its settings ask for.
            let settings = moment.settings.as_ref();
            let mask = study.mask_number();
            let asked = settings.map(|settings| Asked {
                settings,
                num_seeds,
                mask,
            });
            let made = asked.and_then(|asked| study.runs.made_with(asked, sha256.as_deref()?));
            let shown = study.runs.shown().map(Run::asked);
            if made.is_some() && shown != asked {
                study.runs.show(made);
            }
        }
        if let Some(settings) = &moment.settings {
            state.last_settings = settings.clone();
        }
    }
}

impl StudyMoment {
    /// `settings` are those the panel shows: a run that makes them the study's own changes nothing a person sees.
    fn of(study: &OpenStudy, settings: &SuppressionSettings) -> Self {
        let mut looks = study.looks.clone();
        set_cameras(&mut looks, |_| Camera::default());
        Self {
            serial: study.serial,
            looks,
            settings: Some(settings.clone()),
            results: study.runs.choice(),
            mask: study.mask.clone(),
            measures: Arc::clone(&study.measures),
            calibration: study.calibration,
            is_key_image: study.is_key_image,
        }
    }

    fn name_of_step(&self, after: &Self) -> Option<&'static str> {
        if self.settings != after.settings {
            return Some("settings");
        }
        if self.mask != after.mask {
            return Some("lung mask");
        }
        if self.results != after.results {
            return Some("choice of a result");
        }
        if self.measures != after.measures {
            return Some("measure");
        }
        if self.calibration != after.calibration {
            return Some("calibration");
        }
        if self.is_key_image != after.is_key_image {
            return Some("key image");
        }
        Content::ALL.into_iter().find_map(|content| {
            let (before, after) = (self.looks.of(content), after.looks.of(content));
            if before.voi != after.voi {
                Some("window")
            } else if before.inverted != after.inverted {
                Some("black and white")
            } else if before.orientation != after.orientation {
                Some("turn")
            } else {
                None
            }
        })
    }

    fn restore(&self, study: &mut OpenStudy) {
        let cameras = study.looks.clone();
        study.looks = self.looks.clone();
        set_cameras(&mut study.looks, |content| cameras.of(content).camera);
        study.settings.clone_from(&self.settings);
        study.mask.clone_from(&self.mask);
        let (shown, rival) = self.results;
        study.runs.show(shown);
        study.runs.set_rival(rival);
    }
}

fn set_cameras(looks: &mut Looks, camera: impl Fn(Content) -> Camera) {
    for content in Content::ALL {
        looks.change(content, Links::NONE, |look| look.camera = camera(content));
    }
}

/// A step that was taken.
#[derive(Debug, Clone)]
struct Step {
    name: &'static str,
    before: Moment,
    after: Moment,
}

/// Steps that can be taken back, and those that were.
#[derive(Debug, Clone, Default)]
pub struct UndoStack {
    done: Vec<Step>,
    undone: Vec<Step>,
    /// The newest step may still grow: the pointer is down.
    is_open: bool,
}

impl UndoStack {
    /// Name of the step that "undo" takes back.
    pub fn undo_name(&self) -> Option<&'static str> {
        self.done.last().map(|step| step.name)
    }

    /// Name of the step that "redo" takes again.
    pub fn redo_name(&self) -> Option<&'static str> {
        self.undone.last().map(|step| step.name)
    }

    /// Notes what a command changed; what a drag changes bit by bit is one step.
    pub(super) fn record(&mut self, before: Moment, after: Moment) {
        // Another study was chosen: a way of looking, not a step.
        if before.serial() != after.serial() {
            self.is_open = false;
            return;
        }
        let Some(name) = before.name_of_step(&after) else {
            return;
        };
        self.undone.clear();
        match self.done.last_mut() {
            Some(open) if self.is_open && open.name == name => open.after = after,
            _ => self.done.push(Step {
                name,
                before,
                after,
            }),
        }
        self.is_open = true;
        if self.done.len() > MOST_STEPS {
            self.done.remove(0);
        }
    }

    /// The drag ended: what comes next is another step.
    pub(super) fn end_gesture(&mut self) {
        self.is_open = false;
    }
}

/// Takes the newest step back.
pub(super) fn undo(state: &mut AppState) {
    while let Some(step) = state.undo.done.pop() {
        state.undo.is_open = false;
        if go_to(&step.before, state) {
            restore_measures((&step.after, &step.before), state);
            state.undo.undone.push(step);
            return;
        }
    }
}

/// Takes the step again that was taken back last.
pub(super) fn redo(state: &mut AppState) {
    while let Some(step) = state.undo.undone.pop() {
        if go_to(&step.after, state) {
            restore_measures((&step.before, &step.after), state);
            state.undo.done.push(step);
            return;
        }
    }
}

/// Restores the measures where the step changed them, and only there: those kept from an earlier run come between two
/// steps, and an older moment knows nothing of them.
fn restore_measures((from, to): (&Moment, &Moment), state: &mut AppState) {
    let (Some(from), Some(to)) = (&from.study, &to.study) else {
        return;
    };
    let Some(study) = state.study_with_mut(to.serial) else {
        return;
    };
    if from.measures != to.measures {
        study.measures = Arc::clone(&to.measures);
    }
    if from.calibration != to.calibration {
        study.calibration = to.calibration;
    }
    if from.is_key_image != to.is_key_image {
        study.is_key_image = to.is_key_image;
    }
}

/// Restores a moment and shows its study; nothing where the study is no longer open.
fn go_to(moment: &Moment, state: &mut AppState) -> bool {
    if let Some(serial) = moment.serial() {
        let is_it =
            |study: &super::study::Study| study.open().is_some_and(|open| open.serial == serial);
        let Some(index) = state.studies.iter().position(is_it) else {
            return false;
        };
        state.current = index;
    }
    moment.restore(state);
    true
}
