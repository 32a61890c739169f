//! Places to look at twice, as numbered rings over every picture of a study.

use super::view::View;
use crate::ui::camera::Placement;
use crate::ui::look::Rings;
use crate::ui::theme;
use crate::worker::Mark;
use eframe::egui::{Align2, Pos2, Rect, Role, Sense, Stroke, Ui, Vec2, WidgetInfo};

/// Widths of a ring and of the dark halo that keeps it readable over white lung, points.
const RING_WIDTHS: (f32, f32) = (1.5, 3.5);
/// Radius of the smallest ring: one round a smaller place would hide it, points.
const LEAST_RADIUS: f32 = 8.0;

impl View<'_> {
    /// Draws the rings of the result shown, where they are switched on.
    pub(super) fn marks_ui(&self, ui: &Ui, placement: &Placement) {
        let has_rings = self.state.rings == Rings::Shown;
        let Some(result) = self.study.result().filter(|_| has_rings) else {
            return;
        };
        for (index, mark) in result.marks.iter().enumerate() {
            self.mark_ui(ui, placement, (index + 1, mark));
        }
    }

    fn mark_ui(&self, ui: &Ui, placement: &Placement, (number, mark): (usize, &Mark)) {
        let ppp = ui.ctx().pixels_per_point();
        let at = placement.screen_from_image([mark.col_px as f32, mark.row_px as f32]);
        let at = Pos2::from(at.map(|v| v / ppp));
        let radius = (mark.radius_px as f32 * placement.zoom() / ppp).max(LEAST_RADIUS);
        let painter = ui.painter_at(self.rect);
        let colour = theme::on_picture().caution;
        for (width, colour) in [(RING_WIDTHS.1, theme::SHADE), (RING_WIDTHS.0, colour)] {
            painter.circle_stroke(at, radius, Stroke::new(width, colour));
        }
        let galley = painter.layout_no_wrap(number.to_string(), theme::overlay_font(), colour);
        let corner = at + Vec2::new(radius, -radius) * std::f32::consts::FRAC_1_SQRT_2;
        let rect: Rect = Align2::LEFT_BOTTOM.anchor_size(corner, galley.size());
        painter.rect_filled(rect.expand(2.0), 2, theme::SHADE);
        painter.galley(rect.min, galley, colour);
        if !self.rect.contains_rect(rect) {
            return;
        }
        let id = ui.unique_id().with(("mark", self.id.0, number));
        let name = format!("Look here, {number}: {}", mark.reason.words());
        let tag = ui.interact(rect, id, Sense::hover());
        tag.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
        tag.on_hover_text(&name);
    }
}
