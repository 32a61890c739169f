//! What is seen, and how.

use super::ui_command::Turning;
use super::{UiCommand, crosshair, prior, shell, tell};
use crate::radiograph::{Polarity, Voi};
use crate::ui::camera::{Camera, Zoom};
use crate::ui::compare::Compare;
use crate::ui::look::{Content, Link, Look};
use crate::ui::message::Severity;
use crate::ui::orientation::Orientation;
use crate::ui::presets::WindowPreset;
use crate::ui::question::{PathBox, PathPurpose};
use crate::ui::scale_text::DIFFERENCE_RANGE;
use crate::ui::state::AppState;
use crate::ui::study::{OpenStudy, Study};
use crate::ui::window_level::{WindowDrag, dragged, dragged_limit, is_falling};

/// Commands that touch only what is seen.
pub(super) fn apply(command: UiCommand, state: &mut AppState) {
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
        C::Hold(held) => state.held = held,
        C::ActivateView(content) => state.active = content,
        C::SetLink(link, linked) => set_link(link, linked, state),
        C::SetCompare(compare) => shell::set_compare(compare, state),
        C::ToggleCompareTool(tool) => shell::set_compare(state.compare.toggled(tool), state),
        C::Magnify(command) => state.magnifier = state.magnifier.after(command),
        C::Prior(command) => prior::apply(command, state),
        C::Crosshair(command) => crosshair::apply(command, state),
        C::Swap => state.compare.swapped = !state.compare.swapped,
        C::MoveSuppression(share) => move_suppression(share, state),
        C::ToggleMarks => state.rings = state.rings.toggled(),
        C::ToggleOutline => state.outline_visible = !state.outline_visible,
        C::SetDifferenceAbsolute(is_absolute) => state.difference_is_absolute = is_absolute,
        C::SetCountScale(scale) => state.counts = scale,
        C::NextOverlay => {
            let overlay = &mut state.shell.preferences.overlay;
            *overlay = overlay.next();
        }
        C::SetDifferenceLimit(limit) => state.set_difference_limit(limit),
        C::SetUncertaintyLimit(limit) => state.set_uncertainty_limit(limit),
        C::Probe(position) => state.probe = position,
        C::TogglePatient => state.privacy = state.privacy.toggled(),
        C::ToggleDoubts => state.doubts_listed = state.doubts_listed.toggled(),
        C::ToggleHelp => state.help_visible = !state.help_visible,
        C::Shell(command) => shell::apply(command, state),
        C::DismissMessage(index) if index < state.messages.len() => {
            state.messages.remove(index);
        }
        C::ResetView => reset_view(state),
        C::TrueSize => show_true_size(state),
        C::DragWindow(content, drag) if !content.has_window() => {
            state.active = content;
            drag_range(content, drag, state);
        }
        C::DragWindow(content, _) | C::SetCamera(content, _) => {
            state.active = content;
            look_otherwise(content, &command, state);
        }
        C::SetVoi(_) | C::SetWindow(_) | C::SetWindowNumber(_) => {
            look_otherwise(state.windowed_content(), &command, state);
        }
        _ => look_otherwise(state.active_content(), &command, state),
    }
}

/// Takes more or less of the bone off.
fn move_suppression(share: f32, state: &mut AppState) {
    let moved = state.compare.suppression + share;
    state.compare.suppression = moved.clamp(0.0, 1.0);
}

/// Zooms the picture in use to its true size, or says why it has none here.
fn show_true_size(state: &mut AppState) {
    match state.true_size() {
        Ok((zoom, _)) => zoom_to(zoom, state),
        Err(obstacle) => tell(state, Severity::Note, format!("{obstacle}.")),
    }
}

fn zoom_to(zoom: f32, state: &mut AppState) {
    let (content, links) = (state.active_content(), state.links);
    if let Some(study) = state.study_mut() {
        let look = |look: &mut Look| look.camera.zoom = Zoom::Scale(zoom);
        study.looks.change(content, links, look);
    }
}

/// Everything as it was loaded.
fn reset_view(state: &mut AppState) {
    state.compare = Compare::default();
    if let Some(study) = state.study_mut() {
        study.reset_view();
    }
}

/// Makes or cuts a link; where it is made, every picture follows the one in use.
fn set_link(link: Link, linked: bool, state: &mut AppState) {
    state.links = state.links.with(link, linked);
    let (links, content) = (state.links, state.active_content());
    for study in state.studies.iter_mut().filter_map(Study::open_mut) {
        study.looks.follow(content, links);
    }
}

/// Changes how this picture is looked at; the others follow as far as they are linked.
fn look_otherwise(content: Content, command: &UiCommand, state: &mut AppState) {
    let links = state.links;
    if let Some(study) = state.study_mut() {
        let changed = changed(command, study, study.looks.of(content));
        if let Some(changed) = changed {
            study.looks.change(content, links, |look| *look = changed);
        }
    }
}

fn changed(command: &UiCommand, study: &OpenStudy, look: &Look) -> Option<Look> {
    use UiCommand as C;
    let mut changed = look.clone();
    match command {
        C::DragWindow(_, drag) => {
            let falls = look.inverted != is_falling(&look.voi);
            let low_is_white = (study.radiograph.polarity == Polarity::LowIsWhite) != falls;
            let voi = dragged(&look.voi, *drag, low_is_white, study.modality_range);
            set_voi(voi, &mut changed);
        }
        C::SetVoi(voi) => set_voi(voi.clone(), &mut changed),
        C::SetWindow(preset) => set_voi(preset.voi(study), &mut changed),
        C::SetWindowNumber(number) => {
            let preset = *WindowPreset::all(study).get(*number)?;
            set_voi(preset.voi(study), &mut changed);
        }
        C::ToggleInvert => changed.inverted = !look.inverted,
        C::SetCamera(_, camera) => changed.camera = *camera,
        C::Fit => changed.camera = Camera::default(),
        C::OneToOne => changed.camera.zoom = Zoom::Scale(1.0),
        C::TwoToOne => changed.camera.zoom = Zoom::Scale(2.0),
        C::Turn(turning) => changed.orientation = turned(look.orientation, *turning),
        _ => return None,
    }
    Some(changed)
}

/// Shows other values of interest. Between a table that falls and a window, which rises, what is white stays white.
fn set_voi(voi: Voi, look: &mut Look) {
    let turns = is_falling(&look.voi) != is_falling(&voi);
    look.inverted = look.inverted != turns;
    look.voi = voi;
}

/// A drag over a picture that has no window sets the range of its scale; that of the bone goes by the range of the
/// difference from the original.
fn drag_range(content: Content, drag: WindowDrag, state: &mut AppState) {
    let Some(study) = state.study() else {
        return;
    };
    let of_study = study.default_difference_limit();
    let (shown, default) = match content {
        Content::Uncertainty => (
            state.shown_uncertainty_limit(),
            state.default_uncertainty_limit(),
        ),
        Content::Bone => (study.difference_limit.unwrap_or(of_study), of_study),
        _ => (
            state.shown_difference_limit(),
            state.default_difference_limit(),
        ),
    };
    let is_inverted = content == Content::Bone && study.looks.of(content).inverted;
    let [least, most] = DIFFERENCE_RANGE.map(|share| share * default);
    let limit = dragged_limit(shown, drag, is_inverted).clamp(least, most);
    match content {
        Content::Uncertainty => state.set_uncertainty_limit(limit),
        Content::Bone => state.set_bone_limit(limit),
        _ => state.set_difference_limit(limit),
    }
}

fn turned(orientation: Orientation, turning: Turning) -> Orientation {
    match turning {
        Turning::Right => orientation.turned_right(),
        Turning::Left => orientation.turned_left(),
        Turning::Across => orientation.mirrored_across(),
        Turning::Down => orientation.mirrored_down(),
    }
}
