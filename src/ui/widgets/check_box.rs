//! A box to be ticked, with a rim: empty, egui's own is a dark square on a dark panel.

use crate::ui::theme;
use eframe::egui::{Checkbox, IntoAtoms, Pos2, Rect, Response, Stroke, StrokeKind, Ui, Vec2};

/// Corner radius of egui's box, points.
const CORNER_RADIUS: u8 = 2;

/// The box with its text.
pub fn check_box<'a>(ui: &mut Ui, checked: &'a mut bool, text: impl IntoAtoms<'a>) -> Response {
    let response = ui.add(Checkbox::new(checked, text));
    let side = ui.spacing().icon_width;
    let center = Pos2::new(response.rect.left() + 0.5 * side, response.rect.center().y);
    let rim = Stroke::new(1.0, theme::of(ui).text_weak);
    let square = Rect::from_center_size(center, Vec2::splat(side));
    ui.painter()
        .rect_stroke(square, CORNER_RADIUS, rim, StrokeKind::Inside);
    response
}
