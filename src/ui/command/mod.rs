//! What a person asked for, and the only code that changes [`AppState`].

mod jobs;
mod saving;
mod studies;

use super::camera::{Camera, Zoom};
use super::compare::{Compare, CompareTool};
use super::engine::Engine;
use super::files::{DialogKind, FileWork};
use super::presets::WindowPreset;
use super::state::{
    AppState, Layout, Message, PathBox, PathPurpose, PixelPosition, Question, SeedMode, Severity,
};
use super::study::OpenStudy;
use super::window_level::{WindowDrag, dragged};
use crate::radiograph::Radiograph;
use crate::worker::SuppressionSettings;
use std::path::PathBuf;
use std::sync::Arc;

pub(super) use jobs::{apply_event, copy_progress, suppress_when_ready};
pub(super) use studies::apply_file_event;

/// What a person asked for.
#[derive(Debug, Clone)]
pub enum UiCommand {
    /// Open the dialog for radiographs.
    ChooseFiles,
    /// Open the dialog for a bundle.
    ChooseBundle,
    /// Open the dialog that saves the soft-tissue image.
    ChooseOutput,
    /// Show the path box for radiographs, or hide it whatever it is for.
    ShowPathBox(bool),
    /// The text of the path box changed.
    EditPath(String),
    /// Do with this path what the path box is for.
    EnterPath(PathBuf),
    /// Open files and folders.
    OpenPaths(Vec<PathBuf>),
    /// Show a radiograph that is in memory already.
    ShowRadiograph(Arc<Radiograph>),
    /// Show this study of the strip.
    SelectStudy(usize),
    /// Show the study after this one.
    NextStudy,
    /// Show the study before this one.
    PreviousStudy,
    /// Load the bundle in this folder.
    LoadBundle(PathBuf),
    /// Suppress the bones of the study shown.
    Suppress,
    /// Stop the suppression that runs.
    CancelJob,
    /// Close what is open over the pictures; where nothing is, stop the suppression that runs.
    Escape,
    /// Yes or no to the question asked.
    Answer(bool),
    /// A setting moved; nothing runs yet.
    EditSettings(SuppressionSettings),
    /// A setting was let go: run again if there is a result to be replaced.
    ReleaseSettings,
    /// Back to what the bundle proposes.
    ResetSettings,
    /// Keep the seed at the next run, or draw a new one.
    SetSeedMode(SeedMode),
    /// Draw a new seed now.
    DrawSeed,
    /// Write the soft-tissue image of the open study with this number here, and its certificate.
    SaveSoftTissue(PathBuf, u64),
    /// Arrange the views.
    SetLayout(Layout),
    /// Hold or let go the key that shows the original.
    Peek(bool),
    /// Compare original and soft-tissue image this way.
    SetCompare(Compare),
    /// Take up a tool of comparison, or lay it down.
    ToggleCompareTool(CompareTool),
    /// Exchange original and soft-tissue image in the single view.
    Swap,
    /// Take this much more of the bone off, as a share; less where negative.
    MoveSuppression(f32),
    /// Drag over a picture.
    DragWindow(WindowDrag),
    /// Show the picture with this window.
    SetWindow(WindowPreset),
    /// Show the picture with the window of this number, counted from 0 as the menu lists them.
    SetWindowNumber(usize),
    /// Exchange black and white.
    ToggleInvert,
    /// The file states its polarity wrongly: exchange black and white for the networks and the outputs too.
    TurnPolarity,
    /// Look elsewhere.
    SetCamera(Camera),
    /// Show the whole image.
    Fit,
    /// One screen pixel per image pixel.
    OneToOne,
    /// Everything as it was loaded.
    ResetView,
    /// Draw the outline of the lung field, or not.
    ToggleOutline,
    /// Difference in the end colours of the map, modality units.
    SetDifferenceLimit(f64),
    /// The pointer stands on this pixel.
    Probe(Option<PixelPosition>),
    /// Hide everything that tells whose pictures these are, or show it again.
    TogglePatient,
    /// List every doubt about a study, or the gravest alone.
    ToggleDoubts,
    /// Take a message away.
    DismissMessage(usize),
    /// Show or hide help.
    ToggleHelp,
}

/// What commands reach beside the state.
pub(super) struct Services {
    pub engine: Box<dyn Engine>,
    pub files: FileWork,
}

/// Does what was asked for.
pub(super) fn apply(command: UiCommand, state: &mut AppState, services: &mut Services) {
    use UiCommand as C;
    match command {
        C::ChooseFiles => services.files.open_dialog(DialogKind::OpenFiles),
        C::ChooseBundle => services.files.open_dialog(DialogKind::OpenBundle),
        C::ChooseOutput => saving::choose_output(state, services),
        C::EnterPath(path) => enter_path(path, state, services),
        C::OpenPaths(paths) => studies::open_paths(paths, state, services),
        C::ShowRadiograph(radiograph) => studies::show(radiograph, state),
        C::SelectStudy(index) => studies::select(index, state, services),
        C::NextStudy => studies::select(state.current.saturating_add(1), state, services),
        C::PreviousStudy => studies::select(state.current.saturating_sub(1), state, services),
        C::SaveSoftTissue(path, study) => saving::save(path, study, state, services),
        C::LoadBundle(path) => jobs::load_bundle(path, state, services),
        C::Suppress => jobs::suppress(state, services),
        C::TurnPolarity => jobs::turn_polarity(state, services),
        C::CancelJob => jobs::cancel(state),
        C::Escape => escape(state),
        C::Answer(yes) => answer(yes, state, services),
        C::EditSettings(settings) => state.set_settings(settings),
        C::ReleaseSettings => jobs::rerun(state, services),
        C::ResetSettings => {
            let seed = state.settings().seed;
            let proposed = state.defaults.clone();
            state.set_settings(SuppressionSettings { seed, ..proposed });
            jobs::rerun(state, services);
        }
        C::SetSeedMode(mode) => state.seed = mode,
        C::DrawSeed => {
            jobs::draw_seed(state);
            jobs::rerun(state, services);
        }
        other => apply_to_view(other, state),
    }
}

/// Closes the uppermost of what is open over the pictures, or else stops the run.
fn escape(state: &mut AppState) {
    if state.question.take().is_some() {
        return;
    }
    if state.help_visible {
        state.help_visible = false;
    } else if state.path_box.take().is_none() {
        jobs::cancel(state);
    }
}

fn answer(yes: bool, state: &mut AppState, services: &mut Services) {
    match state.question.take() {
        Some(Question::SuppressAnyway) if yes => {
            if let Some(study) = state.study_mut() {
                study.suppress_anyway = true;
            }
            jobs::suppress(state, services);
        }
        Some(Question::Replace { picture, study, .. }) if yes => {
            saving::replace(picture, study, state, services);
        }
        _ => {}
    }
}

fn enter_path(path: PathBuf, state: &mut AppState, services: &mut Services) {
    let purpose = state.path_box.take().map(|path_box| path_box.purpose);
    match purpose.unwrap_or(PathPurpose::Open) {
        PathPurpose::Open => studies::open_paths(vec![path], state, services),
        PathPurpose::Bundle => jobs::load_bundle(path, state, services),
        PathPurpose::Save(study) => saving::save(path, study, state, services),
    }
}

/// Commands that touch only what is seen.
fn apply_to_view(command: UiCommand, state: &mut AppState) {
    use UiCommand as C;
    match command {
        C::ShowPathBox(true) => {
            state.path_box = Some(PathBox {
                purpose: PathPurpose::Open,
                text: String::new(),
                notice: None,
            });
        }
        C::ShowPathBox(false) => state.path_box = None,
        C::EditPath(text) => {
            if let Some(path_box) = &mut state.path_box {
                path_box.text = text;
            }
        }
        C::SetLayout(layout) => state.layout = layout,
        C::Peek(peeking) => state.peeking = peeking,
        C::SetCompare(compare) => state.compare = compare,
        C::ToggleCompareTool(tool) => state.compare = state.compare.toggled(tool),
        C::Swap => state.compare.swapped = !state.compare.swapped,
        C::MoveSuppression(share) => {
            let moved = state.compare.suppression + share;
            state.compare.suppression = moved.clamp(0.0, 1.0);
        }
        C::ToggleOutline => state.outline_visible = !state.outline_visible,
        C::SetDifferenceLimit(limit) => state.difference_limit = Some(limit),
        C::Probe(position) => state.probe = position,
        C::TogglePatient => state.privacy = state.privacy.toggled(),
        C::ToggleDoubts => state.doubts_listed = state.doubts_listed.toggled(),
        C::ToggleHelp => state.help_visible = !state.help_visible,
        C::DismissMessage(index) if index < state.messages.len() => {
            state.messages.remove(index);
        }
        C::ResetView => {
            state.difference_limit = None;
            state.compare = Compare::default();
            if let Some(study) = state.study_mut() {
                study.reset_view();
            }
        }
        other => {
            if let Some(study) = state.study_mut() {
                apply_to_study(&other, study);
            }
        }
    }
}

fn apply_to_study(command: &UiCommand, study: &mut OpenStudy) {
    use UiCommand as C;
    match command {
        C::DragWindow(drag) => {
            let polarity = study.radiograph.polarity;
            study.voi = dragged(&study.voi, *drag, polarity, study.modality_range);
        }
        C::SetWindow(preset) => study.voi = preset.voi(study),
        C::SetWindowNumber(number) => {
            if let Some(preset) = WindowPreset::all(study).get(*number) {
                study.voi = preset.voi(study);
            }
        }
        C::ToggleInvert => study.inverted = !study.inverted,
        C::SetCamera(camera) => study.camera = *camera,
        C::Fit => study.camera = Camera::default(),
        C::OneToOne => study.camera.zoom = Zoom::Scale(1.0),
        _ => {}
    }
}

/// Adds a failure, once.
pub(super) fn fail(state: &mut AppState, text: String) {
    tell(state, Severity::Failure, text);
}

pub(super) fn tell(state: &mut AppState, severity: Severity, text: String) {
    let message = Message { severity, text };
    if !state.messages.contains(&message) {
        state.messages.push(message);
    }
}
