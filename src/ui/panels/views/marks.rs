//! Places to look at twice, as numbered rings over the picture that they were found in.

use super::shown_results::{Part, ShownResult};
use super::view::View;
use crate::ui::camera::Placement;
use crate::ui::look::Rings;
use crate::ui::theme;
use crate::worker::Mark;
use eframe::egui::{Id, Painter, Pos2, Rect, Role, Sense, Stroke, Ui, Vec2, WidgetInfo};
use std::f32::consts::TAU;

/// Widths of a ring and of the dark halo that keeps it readable over white lung, points.
const RING_WIDTHS: (f32, f32) = (1.5, 3.5);
/// Radius of the smallest ring: one round a smaller place would hide it, points.
const LEAST_RADIUS: f32 = 8.0;
/// Straight pieces that a ring is drawn of.
const NUM_PIECES: usize = 96;
/// Pieces of a dash, and of the gap after it: the rings of a result that another is compared with are dashed.
const PIECES_PER_DASH: usize = 4;
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

    /// The pieces of its line that lie in a part of the view, points: all of it in one piece, or as many dashes.
    fn arcs(self, is_dashed: bool, (part, pixels_per_point): (Part, f32)) -> Vec<Vec<Pos2>> {
        let at = |step: f32| {
            let angle = TAU * step / NUM_PIECES as f32;
            self.center + self.radius * Vec2::angled(angle)
        };
        let is_drawn = |step: usize| {
            let middle = at(step as f32 + 0.5);
            let is_dash = !is_dashed || (step / PIECES_PER_DASH).is_multiple_of(2);
            is_dash && part.contains([middle.x, middle.y].map(|v| v * pixels_per_point))
        };
        let mut arcs: Vec<Vec<Pos2>> = Vec::new();
        let mut is_open = false;
        for step in 0..NUM_PIECES {
            if is_drawn(step) {
                if !is_open {
                    arcs.push(vec![at(step as f32)]);
                }
                arcs.last_mut()
                    .into_iter()
                    .for_each(|arc| arc.push(at(step as f32 + 1.0)));
            }
            is_open = is_drawn(step);
        }
        arcs
    }

    /// Where a number of this size stands about it.
    fn place(self, [right, down]: [f32; 2], distance: f32, size: Vec2) -> Rect {
        let direction = Vec2::new(right, down);
        let edge = self.center + (self.radius + distance) * direction.normalized();
        Rect::from_center_size(edge + 0.5 * size * direction, size)
    }
}

/// A mark on the screen, with all that is said of it.
struct DrawnMark<'a> {
    mark: &'a Mark,
    ring: Ring,
    /// Where the picture stands that it was found in.
    part: Part,
    is_dashed: bool,
    /// Its number, with that of its result where two are compared.
    tag: String,
    /// Its number and its result in words.
    name: String,
    id: Id,
}

impl View<'_> {
    /// Draws the rings of the results shown, each where its own picture stands, where they are switched on.
    pub(super) fn marks_ui(&self, ui: &Ui, placement: &Placement, shown: &[ShownResult<'_>]) {
        if self.state.rings != Rings::Shown {
            return;
        }
        let ppp = ui.ctx().pixels_per_point();
        let marks = shown
            .iter()
            .flat_map(|result| self.drawn_marks(ui, placement, result));
        let drawn: Vec<(DrawnMark<'_>, Vec<Vec<Pos2>>)> = marks
            .map(|mark| {
                let arcs = mark.ring.arcs(mark.is_dashed, (mark.part, ppp));
                (mark, arcs)
            })
            .filter(|(_, arcs)| !arcs.is_empty())
            .collect();
        let painter = ui.painter_at(self.rect);
        let colour = theme::on_picture().caution;
        for (width, colour) in [(RING_WIDTHS.1, theme::SHADE), (RING_WIDTHS.0, colour)] {
            let stroke = Stroke::new(width, colour);
            for (mark, arcs) in &drawn {
                if mark.part == Part::Whole && !mark.is_dashed {
                    painter.circle_stroke(mark.ring.center, mark.ring.radius, stroke);
                    continue;
                }
                for arc in arcs {
                    painter.line(arc.clone(), stroke);
                }
            }
        }
        // After every ring: none may run through a number.
        let rings: Vec<Ring> = drawn.iter().map(|(mark, _)| mark.ring).collect();
        let mut taken = Vec::new();
        for (index, (mark, _)) in drawn.iter().enumerate() {
            let place = tag_ui(&painter, mark, (&rings, index), (self.rect, &taken), ppp);
            if let Some(rect) = place {
                taken.push(rect);
                self.name_ui(ui, mark, rect);
            }
        }
    }

    fn drawn_marks<'a>(
        &self,
        ui: &Ui,
        placement: &Placement,
        result: &ShownResult<'a>,
    ) -> Vec<DrawnMark<'a>> {
        let (run, ppp) = (result.run, ui.ctx().pixels_per_point());
        let is_compared = self.study.runs.rival().is_some();
        let has_name = self.study.runs.all().len() > 1;
        let drawn = |(index, mark): (usize, &'a Mark)| {
            let number = index + 1;
            DrawnMark {
                mark,
                ring: ring(mark, placement, ppp),
                part: result.part,
                is_dashed: result.is_rival,
                tag: if is_compared {
                    format!("R{}: {number}", run.number)
                } else {
                    number.to_string()
                },
                name: if has_name {
                    format!("{number} of result {}", run.number)
                } else {
                    number.to_string()
                },
                id: (ui.unique_id()).with(("mark", self.id.0, run.number, number)),
            }
        };
        run.result.marks.iter().enumerate().map(drawn).collect()
    }

    /// The reason of a mark, for the pointer and for a screen reader.
    fn name_ui(&self, ui: &Ui, drawn: &DrawnMark<'_>, rect: Rect) {
        if !self.rect.contains_rect(rect) {
            return;
        }
        let name = format!("Look here, {}: {}", drawn.name, drawn.mark.reason.words());
        let tag = ui.interact(rect, drawn.id, Sense::hover());
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

/// Draws the tag of the ring at `index` over its own picture, where neither another ring nor one of the tags `taken`
/// is; returns where. `None` where its picture has no room for it.
fn tag_ui(
    painter: &Painter,
    drawn: &DrawnMark<'_>,
    rings: (&[Ring], usize),
    view: (Rect, &[Rect]),
    pixels_per_point: f32,
) -> Option<Rect> {
    let colour = theme::on_picture().caution;
    let galley = painter.layout_no_wrap(drawn.tag.clone(), theme::overlay_font(), colour);
    let is_own = |rect: &Rect| {
        let plate = rect.expand(NUMBER_ROOM);
        let [min, max] =
            [plate.min, plate.max].map(|at| [at.x, at.y].map(|v| v * pixels_per_point));
        drawn.part.covers(min, max)
    };
    let rect = free_place(rings, view, galley.size(), is_own)?;
    painter.rect_filled(rect.expand(NUMBER_ROOM), 2, theme::SHADE);
    painter.galley(rect.min, galley, colour);
    Some(rect)
}

fn free_place(
    (rings, index): (&[Ring], usize),
    (view, taken): (Rect, &[Rect]),
    size: Vec2,
    is_own: impl Fn(&Rect) -> bool,
) -> Option<Rect> {
    let ring = rings.get(index)?;
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
    let places = DISTANCES
        .into_iter()
        .flat_map(|distance| DIRECTIONS.map(|direction| ring.place(direction, distance, size)));
    let own: Vec<Rect> = places.filter(is_own).collect();
    let free = own.iter().copied().find(is_free);
    free.or_else(|| own.first().copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::Region;

    const VIEW: Rect = Rect {
        min: Pos2::new(0.0, 0.0),
        max: Pos2::new(500.0, 400.0),
    };

    fn numbers(rings: &[Ring]) -> Vec<Rect> {
        let mut taken = Vec::new();
        for index in 0..rings.len() {
            let size = Vec2::new(8.0, 14.0);
            taken.extend(free_place((rings, index), (VIEW, &taken), size, |_| true));
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
    fn a_ring_across_the_line_of_a_wipe_is_drawn_on_its_own_side_alone() {
        let ring = Ring {
            center: Pos2::new(100.0, 100.0),
            radius: 20.0,
        };
        let wipe = Region::Beyond {
            point: [220.0, 0.0],
            normal: [1.0, 0.0],
        };
        // Two screen pixels to a point: the line stands at 110 points.
        let arcs = |part| ring.arcs(false, (part, 2.0));
        let ends = |arcs: Vec<Vec<Pos2>>| {
            let xs: Vec<f32> = arcs.into_iter().flatten().map(|at| at.x).collect();
            [
                xs.iter().copied().fold(f32::MAX, f32::min),
                xs.into_iter().fold(f32::MIN, f32::max),
            ]
        };
        // A piece is 1.3 points long.
        let [left, right] = ends(arcs(Part::Inside(wipe)));
        assert!((left - 110.0).abs() < 0.7 && (right - 120.0).abs() < 0.1);
        let [left, right] = ends(arcs(Part::Outside(wipe)));
        assert!((left - 80.0).abs() < 0.1 && (right - 110.0).abs() < 0.7);
        assert_eq!(arcs(Part::Whole).len(), 1);
        assert_eq!(ring.arcs(true, (Part::Whole, 1.0)).len(), 12);
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
