//! The prior beside the current radiograph: its original, its own window, its date, and whether it
//! is of the same patient.

use super::overlay::border_letters;
use super::views::text::{badge_ui, centred_text, corner_text, fitted_lines};
use crate::render::{
    LayerKind, Mixture, Picture, RadiographCallback, ViewId, ViewSpec, frame_number,
};
use crate::ui::camera::{ImageExtent, ViewRect};
use crate::ui::layers;
use crate::ui::look::Content;
use crate::ui::orientation::Orientation;
use crate::ui::patient_text::date;
use crate::ui::state::AppState;
use crate::ui::study::{OpenStudy, Study, StudyContent};
use crate::ui::theme;
use eframe::egui::{
    Align2, CornerRadius, Pos2, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
};

/// No layout has as many views.
const PRIOR_VIEW: ViewId = ViewId(64);

/// Draws the prior over the whole of `ui`.
pub fn prior_ui(ui: &mut Ui, state: &AppState) {
    let Some(entry) = state.prior_entry() else {
        return;
    };
    let (rect, response) = ui.allocate_exact_size(ui.available_size(), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, "Prior view"));
    ui.painter().rect_filled(rect, 0, theme::VIEW_BACKGROUND);
    match &entry.content {
        StudyContent::Open(study) => picture_ui(ui, rect, study),
        StudyContent::Failed(_) => centred_text(ui, rect, "The prior cannot be shown."),
        StudyContent::Unread | StudyContent::Reading => {
            centred_text(ui, rect, "The prior is being read.");
        }
    }
    labels_ui(ui, rect, entry, state);
    let border = Stroke::new(1.0, theme::on_picture().line);
    let painter = ui.painter();
    painter.rect_stroke(rect, CornerRadius::ZERO, border, StrokeKind::Inside);
}

fn picture_ui(ui: &Ui, rect: Rect, study: &OpenStudy) {
    let ppp = ui.ctx().pixels_per_point();
    let view = ViewRect {
        min: [rect.left(), rect.top()].map(|v| v * ppp),
        size: [rect.width(), rect.height()].map(|v| v * ppp),
    };
    let (width, height) = study.radiograph.size();
    let aspect = study.radiograph.pixel_aspect();
    let is_usable = (0.1..=10.0).contains(&aspect);
    let look = study.looks.of(Content::Original);
    let image = ImageExtent {
        size: [width as f32, height as f32],
        pixel_aspect: if is_usable { aspect as f32 } else { 1.0 },
        orientation: look.orientation,
    };
    let original = layers::key(study, LayerKind::Original);
    let callback = RadiographCallback {
        spec: ViewSpec {
            id: PRIOR_VIEW,
            layer: original,
            original,
            rival: None,
            mask: None,
            picture: Picture::Grey,
            mixture: Mixture::LAYER,
            image_from_screen: look.camera.place(view, image).shader_map(),
            voi: look.voi.clone(),
            low_is_white: study.low_is_white(Content::Original),
            dithered: true,
        },
        layers: layers::all(study),
        frame: frame_number(ui.ctx()),
    };
    ui.painter_at(rect).add(callback.into_shape(rect));
}

fn labels_ui(ui: &mut Ui, rect: Rect, entry: &Study, state: &AppState) {
    let inner = rect.shrink(theme::OVERLAY_MARGIN);
    let mut lines = vec!["PRIOR".to_owned()];
    if !state.is_patient_hidden() {
        let stated = entry.info.as_ref().map(|info| info.study_date.as_str());
        lines.push(match stated {
            None | Some("") => "No date".to_owned(),
            Some(stated) => date(stated),
        });
        lines.push(entry.name());
    }
    let lines = fitted_lines(ui, &lines, inner.width());
    let top = corner_text(ui, inner, Align2::LEFT_TOP, &lines).bottom();
    let orientation = entry.open().map_or_else(Orientation::default, |study| {
        study.looks.of(Content::Original).orientation
    });
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
