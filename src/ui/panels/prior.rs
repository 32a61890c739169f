//! The prior beside the current radiograph: its original with its measures, its own window, its date, and whether it
//! is of the same patient.

use super::measures::{MeasureView, still_measures_ui};
use super::overlay::{border_letters, patient_lines};
use super::views::labels::mark_lines;
use super::views::mouse::{Gesture, Looked, wheel_and_pinch};
use super::views::text::{badge_ui, centred_text, corner_text, fitted_lines};
use crate::measure::Layer;
use crate::render::{
    LayerKind, Mixture, Picture, RadiographCallback, ViewId, ViewSpec, frame_number,
};
use crate::ui::camera::{Placement, ViewRect};
use crate::ui::command::{BrowseCommand, PriorCommand, UiCommand};
use crate::ui::crosshair::{CrosshairCommand, ViewKey};
use crate::ui::layers;
use crate::ui::look::Content;
use crate::ui::orientation::Orientation;
use crate::ui::patient_text::date;
use crate::ui::scale_text::window_text;
use crate::ui::shortcuts::note_focused_prior;
use crate::ui::state::AppState;
use crate::ui::study::{OpenStudy, Study, StudyContent};
use crate::ui::theme;
use eframe::egui::{
    Align2, Button, CornerRadius, Pos2, Rect, Response, RichText, Role, Sense, Stroke, StrokeKind,
    Ui, Vec2, WidgetInfo,
};

/// On every prior, whatever else is on the screen.
const RESEARCH_LABEL: &str = "Prior - research use only";
/// Share of the width that the name may take beside the marks.
const NAME_SHARE: f32 = 0.55;

/// No layout has as many views.
const PRIOR_VIEW: ViewId = ViewId(64);
/// Size of the button that links it to the current study, points.
const LINK_SIZE: Vec2 = Vec2::new(164.0, 22.0);
/// Size of the button that takes it away, points.
const CLOSE_SIZE: Vec2 = Vec2::new(24.0, 22.0);

/// Draws the prior over the whole of `ui`.
pub fn prior_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let Some(entry) = state.prior_entry() else {
        return;
    };
    let (rect, response) = ui.allocate_exact_size(ui.available_size(), Sense::click_and_drag());
    let value = value_text(rect, ui.ctx().pixels_per_point(), state);
    response.widget_info(|| WidgetInfo {
        current_text_value: Some(value.clone()),
        ..WidgetInfo::labeled(Role::Image, true, "Prior view")
    });
    ui.painter().rect_filled(rect, 0, theme::VIEW_BACKGROUND);
    match &entry.content {
        StudyContent::Open(study) => picture_ui(ui, &response, (state, study), commands),
        StudyContent::Failed(_) => centred_text(ui, rect, "The prior cannot be shown."),
        StudyContent::Unread | StudyContent::Reading => {
            centred_text(ui, rect, "The prior is being read.");
        }
    }
    labels_ui(ui, rect, entry, state);
    buttons_ui(ui, rect, state, commands);
    let border = if response.has_focus() {
        ui.visuals().selection.stroke
    } else {
        Stroke::new(1.0, theme::on_picture().line)
    };
    let painter = ui.painter();
    painter.rect_stroke(rect, CornerRadius::ZERO, border, StrokeKind::Inside);
}

/// The picture with its measures, moved, enlarged and windowed by mouse as the others are.
fn picture_ui(
    ui: &Ui,
    response: &Response,
    (state, study): (&AppState, &OpenStudy),
    commands: &mut Vec<UiCommand>,
) {
    let (rect, ppp) = (response.rect, ui.ctx().pixels_per_point());
    let looked = looked(rect, ppp, (state, study));
    let placement = looked.placement();
    let callback = callback(study, &placement, frame_number(ui.ctx()));
    ui.painter_at(rect).add(callback.into_shape(rect));
    let measures = MeasureView {
        rect,
        placement: &placement,
        pixels_per_point: ppp,
        layer: Some(Layer::Original),
        state,
        study,
    };
    still_measures_ui(ui, &measures);
    let gesture = looked.dragged(ui, response);
    commands.extend(gesture.map(command_of));
    keys(response, (state, &looked), commands);
    if let Some(pointer) = response.hover_pos().filter(|_| response.contains_pointer()) {
        let (turned, pinched) = wheel_and_pinch(ui);
        let zoomed = looked.zoomed(pointer, turned * pinched);
        commands.extend(zoomed.map(|camera| UiCommand::Prior(PriorCommand::SetCamera(camera))));
    }
}

/// Takes what keys asked that moves a picture, while the prior has the focus.
fn keys(response: &Response, (state, looked): (&AppState, &Looked), commands: &mut Vec<UiCommand>) {
    if !response.has_focus() {
        return;
    }
    note_focused_prior(&response.ctx, response.id);
    let asked = &state.crosshair.asked;
    if asked.is_empty() || !ViewKey::all_move_picture(asked) {
        return;
    }
    let anchor = response.rect.center();
    let gestures = asked.iter().filter_map(|key| looked.keyed(*key, anchor));
    commands.extend(gestures.map(command_of));
    commands.push(UiCommand::Crosshair(CrosshairCommand::Answered));
}

fn command_of(gesture: Gesture) -> UiCommand {
    UiCommand::Prior(match gesture {
        Gesture::Reset => PriorCommand::Reset,
        Gesture::Window(drag) => PriorCommand::DragWindow(drag),
        Gesture::Look(camera) => PriorCommand::SetCamera(camera),
    })
}

fn looked(rect: Rect, ppp: f32, (state, study): (&AppState, &OpenStudy)) -> Looked {
    Looked {
        camera: state.prior_camera().unwrap_or_default(),
        view: ViewRect {
            min: [rect.left(), rect.top()].map(|v| v * ppp),
            size: [rect.width(), rect.height()].map(|v| v * ppp),
        },
        image: study.extent(Content::Original),
        pixels_per_point: ppp,
        drag: state.shell.preferences.window_drag,
    }
}

/// What the view says of itself beside its name: zoom and window.
fn value_text(rect: Rect, pixels_per_point: f32, state: &AppState) -> String {
    let Some(study) = state.prior_study() else {
        return String::new();
    };
    let zoom = looked(rect, pixels_per_point, (state, study))
        .placement()
        .zoom();
    let content = Content::Original;
    let window = window_text(state, study, (content, study.looks.of(content)));
    format!("{:.0} %, {window}", 100.0 * zoom)
}

fn callback(study: &OpenStudy, placement: &Placement, frame: u64) -> RadiographCallback {
    let original = layers::key(study, LayerKind::Original);
    RadiographCallback {
        spec: ViewSpec {
            id: PRIOR_VIEW,
            layer: original,
            original,
            rival: None,
            mask: None,
            picture: Picture::Grey,
            mixture: Mixture::LAYER,
            image_from_screen: placement.shader_map(),
            voi: study.looks.of(Content::Original).voi.clone(),
            low_is_white: study.low_is_white(Content::Original),
            dithered: true,
        },
        layers: layers::all(study),
        frame,
    }
}

/// The buttons at its foot: to let it move with the current study, and to take it away.
fn buttons_ui(ui: &mut Ui, rect: Rect, state: &AppState, commands: &mut Vec<UiCommand>) {
    let inner = rect.shrink(theme::OVERLAY_MARGIN);
    let mut put = |corner: Align2, size: Vec2, is_on: bool, text: &str| {
        let place = corner.align_size_within_rect(size.min(inner.size()), inner);
        ui.painter().rect_filled(place, 4, theme::SHADE_STRONG);
        let text = RichText::new(text).color(theme::OVERLAY);
        ui.put(place, Button::selectable(is_on, text))
    };
    let is_linked = state.prior_is_linked();
    let link = put(
        Align2::LEFT_BOTTOM,
        LINK_SIZE,
        is_linked,
        "Move with the current",
    );
    let tip = "Zoom and pan of the prior follow those of the current study";
    if link.on_hover_text(tip).clicked() {
        commands.push(UiCommand::Prior(PriorCommand::ToggleLink));
    }
    let close = put(Align2::RIGHT_BOTTOM, CLOSE_SIZE, false, "\u{d7}");
    close.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Close prior"));
    let tip = "Take the prior away; its file stays on the list";
    if close.on_hover_text(tip).clicked() {
        commands.push(UiCommand::Browse(BrowseCommand::SetPrior(None)));
    }
}

fn labels_ui(ui: &mut Ui, rect: Rect, entry: &Study, state: &AppState) {
    let inner = rect.shrink(theme::OVERLAY_MARGIN);
    let mut lines = vec!["PRIOR".to_owned()];
    if !state.is_patient_hidden() {
        let stated = entry.info.as_ref().map(|info| info.study_date.as_str());
        let stated = match stated {
            None | Some("") => "no date".to_owned(),
            Some(stated) => date(stated),
        };
        lines = vec![format!("PRIOR, {stated}")];
        lines.extend(entry.info.iter().flat_map(patient_lines));
        lines.push(entry.name());
    }
    let look = entry.open().map(|study| study.looks.of(Content::Original));
    let marks = look.map(mark_lines).unwrap_or_default();
    let share = if marks.is_empty() { 1.0 } else { NAME_SHARE };
    let lines = fitted_lines(ui, &lines, share * inner.width());
    let left = corner_text(ui, inner, Align2::LEFT_TOP, &lines);
    let marks = fitted_lines(ui, &marks, (1.0 - NAME_SHARE) * inner.width());
    let right = corner_text(ui, inner, Align2::RIGHT_TOP, &marks);
    let top = left.bottom().max(right.bottom());
    let above_link = inner.with_max_y(inner.bottom() - LINK_SIZE.y - 6.0);
    corner_text(ui, above_link, Align2::LEFT_BOTTOM, RESEARCH_LABEL);
    let orientation = look.map_or_else(Orientation::default, |look| look.orientation);
    let letters = entry.info.as_ref();
    let letters = letters.and_then(|info| border_letters(info, orientation));
    if let Some([at_left, at_right, ..]) = letters {
        corner_text(ui, inner, Align2::LEFT_CENTER, &at_left);
        corner_text(ui, inner, Align2::RIGHT_CENTER, &at_right);
    }
    if let Some(doubt) = state.prior_doubt() {
        badge_ui(ui, Pos2::new(inner.center().x, top + 6.0), inner, &doubt);
    }
}
