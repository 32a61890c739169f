//! Measures in a view, and the loupe that shows where an end of one goes.

use super::view::View;
use crate::measure::{Grip, Layer, Point};
use crate::render::{Mixture, Region, ViewId, frame_number};
use crate::ui::camera::{Camera, Placement, Zoom};
use crate::ui::look::Content;
use crate::ui::panels::measures::{MeasureView, cross_ui, shapes_ui};
use crate::ui::theme;
use eframe::egui::{
    Align2, CornerRadius, PointerButton, Rect, Response, Stroke, StrokeKind, Ui, Vec2,
};

/// The view of the loupe: there is one at a time.
const LOUPE: ViewId = ViewId(u32::MAX);
/// Enlargement over the view it belongs to.
const LOUPE_FACTOR: f32 = 3.0;

impl View<'_> {
    /// Where measures are drawn in this view.
    pub(super) fn measures<'a>(
        &'a self,
        placement: &'a Placement,
        pixels_per_point: f32,
    ) -> MeasureView<'a> {
        MeasureView {
            rect: self.rect,
            placement,
            pixels_per_point,
            layer: self.layer(),
            state: self.state,
            study: self.study,
        }
    }

    /// Which numbers belong to the picture: none where two results are compared and it is not the one shown itself.
    fn layer(&self) -> Option<Layer> {
        let compares_results = self.study.runs.rival().is_some();
        match self.content() {
            Content::Original => (!self.shows_rival()).then_some(Layer::Original),
            Content::SoftTissue => Some(Layer::SoftTissue),
            Content::Bone => Some(Layer::Bone),
            Content::Difference => (!compares_results).then_some(Layer::Difference),
            Content::Uncertainty => Some(Layer::Uncertainty),
        }
    }

    /// The picture round the end that is being placed or moved, enlarged, in the upper corner away from the pointer.
    pub(super) fn loupe_ui(&self, ui: &Ui, placement: &Placement, response: &Response) {
        let Some(at) = self.magnified(ui, placement, response) else {
            return;
        };
        let ppp = ui.ctx().pixels_per_point();
        let pointer = response.interact_pointer_pos();
        let is_left = pointer.is_some_and(|at| at.x < self.rect.center().x);
        let corner = if is_left {
            Align2::RIGHT_TOP
        } else {
            Align2::LEFT_TOP
        };
        let inner = self.rect.shrink(theme::OVERLAY_MARGIN);
        let side = theme::LOUPE_SIDE
            .min(0.5 * inner.width())
            .min(0.5 * inner.height());
        let rect: Rect = corner.align_size_within_rect(Vec2::splat(side), inner);
        let loupe = View {
            id: LOUPE,
            rect,
            ..*self
        };
        let [width, height] = self.image().size;
        let camera = Camera {
            zoom: Zoom::Scale(LOUPE_FACTOR * placement.zoom()),
            center: [at.x as f32 / width.max(1.0), at.y as f32 / height.max(1.0)],
        };
        let placed = camera.place(loupe.view_px(ppp), self.image());
        let mixture = match self.content() {
            Content::SoftTissue => Mixture {
                amount: self.state.compare.suppression,
                region: Region::Everywhere,
            },
            _ => Mixture::LAYER,
        };
        let frame = frame_number(ui.ctx());
        let painter = ui.painter_at(rect);
        painter.rect_filled(rect, 0, theme::VIEW_BACKGROUND);
        let callback = loupe.callback((self.content(), mixture), &placed, frame);
        painter.add(callback.into_shape(rect));
        shapes_ui(&painter, &loupe.measures(&placed, ppp));
        cross_ui(&painter, rect.center());
        let border = Stroke::new(1.5, theme::MEASURE_CHOSEN);
        painter.rect_stroke(rect, CornerRadius::ZERO, border, StrokeKind::Inside);
    }

    /// The end under the pointer while the primary button is down.
    fn magnified(&self, ui: &Ui, placement: &Placement, response: &Response) -> Option<Point> {
        if !response.dragged_by(PointerButton::Primary) {
            return None;
        }
        let measuring = &self.state.measuring;
        match (&measuring.grabbed, measuring.tool) {
            (Some(grabbed), _) => match grabbed.grip {
                Grip::Handle(index) => grabbed.measure.shape.handles().get(index).copied(),
                Grip::Whole => None,
            },
            (None, Some(_)) => {
                let ppp = ui.ctx().pixels_per_point();
                let at = response.interact_pointer_pos()?;
                Some(self.measures(placement, ppp).image_from_ui(at))
            }
            (None, None) => None,
        }
    }
}
