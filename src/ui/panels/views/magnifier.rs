//! The magnifier in a view: picture, comparison and measures, enlarged about the pointer.

use super::text::corner_text;
use super::view::View;
use crate::render::{Mixture, Region, ViewId, frame_number};
use crate::ui::camera::Placement;
use crate::ui::magnifier::magnified;
use crate::ui::panels::measures::shapes_ui;
use crate::ui::theme;
use eframe::egui::{
    Align2, CornerRadius, CursorIcon, Painter, Pos2, Rect, Stroke, StrokeKind, Ui, Vec2,
};

/// The view of the magnifier: there is one at a time.
const MAGNIFIER: ViewId = ViewId(u32::MAX - 1);
/// Largest share of a view that it covers.
const LARGEST_SHARE: f32 = 0.6;
/// Narrower than this at the border of a view it has no room for words, points.
const ROOM_FOR_WORDS: f32 = 90.0;

impl View<'_> {
    /// The picture about the pointer, enlarged in its place. What is compared within the view is compared in it too.
    pub(super) fn magnifier_ui(&self, ui: &mut Ui, placement: &Placement, pointer: Option<Pos2>) {
        let Some(pointer) = pointer else {
            return;
        };
        let (ppp, factor) = (ui.ctx().pixels_per_point(), self.state.magnifier.factor);
        let least_side = self.rect.width().min(self.rect.height());
        let side = theme::MAGNIFIER_SIDE.min(LARGEST_SHARE * least_side);
        let rect = Rect::from_center_size(pointer, Vec2::splat(side)).intersect(self.rect);
        let anchor = [pointer.x * ppp, pointer.y * ppp];
        let placed = placement.magnified(anchor, factor);
        let content = self.content();
        let mixture = magnified(self.mixture(ui, content, Some(pointer)), anchor, factor);
        let inset = View {
            id: MAGNIFIER,
            rect,
            ..*self
        };
        let painter = ui.painter_at(rect);
        painter.rect_filled(rect, 0, theme::VIEW_BACKGROUND);
        let frame = frame_number(ui.ctx());
        let callback = inset.callback((content, mixture), &placed, frame);
        painter.add(callback.into_shape(rect));
        region_ui(&painter, &mixture, ppp);
        shapes_ui(&painter, &inset.measures(&placed, ppp));
        for (width, colour) in [(3.0, theme::SHADE), (1.0, theme::OVERLAY)] {
            let rim = Stroke::new(width, colour);
            painter.rect_stroke(rect, CornerRadius::ZERO, rim, StrokeKind::Inside);
        }
        if rect.width() > ROOM_FOR_WORDS {
            let words = format!("Magnified {factor:.1} x");
            let inner = rect.shrink(theme::OVERLAY_MARGIN);
            corner_text(ui, inner, Align2::LEFT_BOTTOM, &words);
        }
        ui.ctx().set_cursor_icon(CursorIcon::Crosshair);
    }
}

/// The line of a wipe or the rim of a lens, where they lie in what is enlarged.
fn region_ui(painter: &Painter, mixture: &Mixture, pixels_per_point: f32) {
    let ui_from_screen = |at: [f32; 2]| Pos2::from(at.map(|v| v / pixels_per_point));
    for (width, colour) in [(3.0, theme::SHADE), (1.0, theme::OVERLAY)] {
        let stroke = Stroke::new(width, colour);
        match mixture.region {
            Region::Everywhere => {}
            Region::Beyond { point, normal } => {
                let reach = painter.clip_rect().size().length();
                let point = ui_from_screen(point);
                // The piece of the line nearest to the middle: the point itself may lie far away.
                let normal = Vec2::from(normal).normalized();
                let middle = painter.clip_rect().center();
                let foot = middle - normal * (middle - point).dot(normal);
                let along = reach * normal.rot90();
                painter.line_segment([foot - along, foot + along], stroke);
            }
            Region::Within { center, radius } => {
                painter.circle_stroke(ui_from_screen(center), radius / pixels_per_point, stroke);
            }
        }
    }
}
