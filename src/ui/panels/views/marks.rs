//! Places to look at twice, as numbered rings over every picture of a study.

use super::view::View;
use crate::ui::camera::Placement;
use crate::ui::look::Rings;
use crate::ui::theme;
use crate::worker::Mark;
use eframe::egui::{Painter, Pos2, Rect, Role, Sense, Stroke, Ui, Vec2, WidgetInfo};

/// Widths of a ring and of the dark halo that keeps it readable over white lung, points.
const RING_WIDTHS: (f32, f32) = (1.5, 3.5);
/// Radius of the smallest ring: one round a smaller place would hide it, points.
const LEAST_RADIUS: f32 = 8.0;
/// Room round a number, points.
const NUMBER_ROOM: f32 = 2.0;
/// Distances of a number from its ring, points: the next one where the one before is taken all round.
const DISTANCES: [f32; 4] = [0.0, 10.0, 20.0, 32.0];
/// Where a number may stand about its ring, right and down, the favourite first.
const DIRECTIONS: [[f32; 2]; 8] = [
    [1.0, -1.0],
    [1.0, 1.0],
    [-1.0, -1.0],
    [-1.0, 1.0],
    [1.0, 0.0],
    [-1.0, 0.0],
    [0.0, -1.0],
    [0.0, 1.0],
];

/// A ring on the screen, points.
#[derive(Debug, Clone, Copy)]
struct Ring {
    center: Pos2,
    radius: f32,
}

impl Ring {
    /// Whether its line runs through a rectangle.
    fn crosses(self, rect: Rect) -> bool {
        let nearest = rect.distance_to_pos(self.center);
        let corners = [
            rect.left_top(),
            rect.right_top(),
            rect.left_bottom(),
            rect.right_bottom(),
        ];
        let distances = corners.map(|corner| corner.distance(self.center));
        let farthest = distances.into_iter().fold(0.0, f32::max);
        nearest <= self.radius && self.radius <= farthest
    }

    /// Where a number of this size stands about it.
    fn place(self, [right, down]: [f32; 2], distance: f32, size: Vec2) -> Rect {
        let direction = Vec2::new(right, down);
        let edge = self.center + (self.radius + distance) * direction.normalized();
        Rect::from_center_size(edge + 0.5 * size * direction, size)
    }
}

impl View<'_> {
    /// Draws the rings of the result shown, where they are switched on.
    pub(super) fn marks_ui(&self, ui: &Ui, placement: &Placement) {
        let has_rings = self.state.rings == Rings::Shown;
        let Some(result) = self.study.result().filter(|_| has_rings) else {
            return;
        };
        let ppp = ui.ctx().pixels_per_point();
        let rings: Vec<Ring> = result
            .marks
            .iter()
            .map(|mark| ring(mark, placement, ppp))
            .collect();
        let painter = ui.painter_at(self.rect);
        let colour = theme::on_picture().caution;
        for (width, colour) in [(RING_WIDTHS.1, theme::SHADE), (RING_WIDTHS.0, colour)] {
            for ring in &rings {
                painter.circle_stroke(ring.center, ring.radius, Stroke::new(width, colour));
            }
        }
        // After every ring: none may run through a number.
        let mut taken = Vec::new();
        for (index, mark) in result.marks.iter().enumerate() {
            let rect = number_ui(&painter, (&rings, index), (self.rect, &taken));
            taken.push(rect);
            self.name_ui(ui, (index + 1, mark), rect);
        }
    }

    /// The reason of a mark, for the pointer and for a screen reader.
    fn name_ui(&self, ui: &Ui, (number, mark): (usize, &Mark), rect: Rect) {
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

fn ring(mark: &Mark, placement: &Placement, pixels_per_point: f32) -> Ring {
    let at = placement.screen_from_image([mark.col_px as f32, mark.row_px as f32]);
    let radius = mark.radius_px as f32 * placement.zoom() / pixels_per_point;
    Ring {
        center: Pos2::from(at.map(|v| v / pixels_per_point)),
        radius: radius.max(LEAST_RADIUS),
    }
}

/// Draws the number of the ring at `index` where neither another ring nor one of the numbers `taken` is; returns where.
fn number_ui(
    painter: &Painter,
    (rings, index): (&[Ring], usize),
    (view, taken): (Rect, &[Rect]),
) -> Rect {
    let colour = theme::on_picture().caution;
    let text = (index + 1).to_string();
    let galley = painter.layout_no_wrap(text, theme::overlay_font(), colour);
    let rect = free_place((rings, index), (view, taken), galley.size());
    painter.rect_filled(rect.expand(NUMBER_ROOM), 2, theme::SHADE);
    painter.galley(rect.min, galley, colour);
    rect
}

fn free_place(
    (rings, index): (&[Ring], usize),
    (view, taken): (Rect, &[Rect]),
    size: Vec2,
) -> Rect {
    let Some(ring) = rings.get(index) else {
        return Rect::NOTHING;
    };
    let is_free = |rect: &Rect| {
        let plate = rect.expand(NUMBER_ROOM);
        let others = rings
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != index);
        view.contains_rect(plate)
            && taken
                .iter()
                .all(|other| !other.expand(NUMBER_ROOM).intersects(plate))
            && others.into_iter().all(|(_, other)| !other.crosses(plate))
    };
    let mut places = DISTANCES
        .into_iter()
        .flat_map(|distance| DIRECTIONS.map(|direction| ring.place(direction, distance, size)));
    let favourite = ring.place(DIRECTIONS[0], DISTANCES[0], size);
    places.find(is_free).unwrap_or(favourite)
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIEW: Rect = Rect {
        min: Pos2::new(0.0, 0.0),
        max: Pos2::new(500.0, 400.0),
    };

    fn numbers(rings: &[Ring]) -> Vec<Rect> {
        let mut taken = Vec::new();
        for index in 0..rings.len() {
            let rect = free_place((rings, index), (VIEW, &taken), Vec2::new(8.0, 14.0));
            taken.push(rect);
        }
        taken
    }

    #[test]
    fn a_number_that_has_room_stands_at_the_upper_right() {
        let ring = Ring {
            center: Pos2::new(200.0, 200.0),
            radius: 10.0,
        };
        let rect = numbers(&[ring])[0];
        let corner = rect.left_bottom() - ring.center;
        assert!((corner.length() - 10.0).abs() < 1e-3 && corner.x > 0.0 && corner.y < 0.0);
    }

    #[test]
    fn numbers_of_rings_that_crowd_lie_under_no_other_ring_and_over_no_other_number() {
        let at = |x: f32, y: f32| Ring {
            center: Pos2::new(x, y),
            radius: 12.0,
        };
        let rings = [
            at(200.0, 200.0),
            at(204.0, 180.0),
            at(210.0, 192.0),
            at(188.0, 188.0),
            at(6.0, 6.0),
        ];
        let numbers = numbers(&rings);
        for (index, number) in numbers.iter().enumerate() {
            assert!(VIEW.contains_rect(*number));
            for (other, ring) in rings.iter().enumerate() {
                assert!(other == index || !ring.crosses(*number), "{index} {other}");
            }
            let others = numbers.iter().skip(index + 1);
            assert!(others.into_iter().all(|other| !other.intersects(*number)));
        }
    }
}
