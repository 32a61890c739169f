//! Where the value of a measure stands: beside its shape, never over it.

use super::measures::MeasureView;
use super::views::text::paint_lines;
use crate::measure::Shape;
use crate::ui::theme;
use eframe::egui::{Align2, Color32, Painter, Pos2, Rect, Vec2};

/// Distance of a value from its shape, points.
const VALUE_GAP: f32 = 10.0;
/// Room that a line keeps free on both sides, points.
const LINE_ROOM: f32 = 3.0;

/// Draws a value right of a shape, else left of it, above it or below it, where there is room and none of the shape's
/// own lines runs through it; never outside the view.
pub(super) fn value_ui(
    painter: &Painter,
    view: &MeasureView<'_>,
    shape: &Shape,
    (text, colour): (&str, Color32),
) {
    let handles = shape.handles().into_iter();
    let ends: Vec<Pos2> = handles.map(|point| view.ui_from_image(point)).collect();
    // A shape outside the view keeps its text there, out of sight.
    let is_near = ends.iter().any(|end| view.rect.contains(*end));
    if text.is_empty() || !is_near {
        return;
    }
    let galley = painter.layout_no_wrap(text.to_owned(), theme::overlay_font(), colour);
    let room = view.rect.shrink(theme::OVERLAY_MARGIN);
    let segments = shape.segments().into_iter();
    let segments: Vec<_> = segments
        .map(|segment| segment.map(|point| view.ui_from_image(point)))
        .collect();
    let rect = place(&ends, &segments, (galley.size(), room));
    paint_lines(painter, rect, &galley, Align2::LEFT_TOP);
}

/// The first place that is free, or the first place of all moved into the room.
fn place(ends: &[Pos2], segments: &[[Pos2; 2]], (size, room): (Vec2, Rect)) -> Rect {
    let places = places(ends, size);
    let is_free = |rect: &Rect| {
        let kept_free = rect.expand(LINE_ROOM);
        room.contains_rect(*rect) && !segments.iter().any(|ends| crosses(*ends, kept_free))
    };
    let free = places.iter().copied().find(is_free);
    // Moved into the view a place may come to lie over the shape: another one that does not is better.
    let mut moved = places.iter().map(|rect| moved_into(*rect, room));
    let first = moved.clone().next();
    let over_none = moved.find(is_free);
    free.or(over_none).or(first).unwrap_or(Rect::NOTHING)
}

/// Right of the shape, left of it, above and below it, then beside its corners.
fn places(ends: &[Pos2], size: Vec2) -> Vec<Rect> {
    let outermost =
        |of: fn(&Pos2) -> f32| ends.iter().copied().min_by(|a, b| of(a).total_cmp(&of(b)));
    let (Some(left), Some(right), Some(top), Some(bottom)) = (
        outermost(|at| at.x),
        outermost(|at| -at.x),
        outermost(|at| at.y),
        outermost(|at| -at.y),
    ) else {
        return Vec::new();
    };
    let (across, down) = (Vec2::new(VALUE_GAP, 0.0), Vec2::new(0.0, VALUE_GAP));
    vec![
        Align2::LEFT_CENTER.anchor_size(right + across, size),
        Align2::RIGHT_CENTER.anchor_size(left - across, size),
        Align2::CENTER_BOTTOM.anchor_size(top - down, size),
        Align2::CENTER_TOP.anchor_size(bottom + down, size),
        Align2::RIGHT_BOTTOM.anchor_size(right - down, size),
        Align2::RIGHT_TOP.anchor_size(right + down, size),
        Align2::LEFT_BOTTOM.anchor_size(left - down, size),
        Align2::LEFT_TOP.anchor_size(left + down, size),
    ]
}

fn moved_into(rect: Rect, room: Rect) -> Rect {
    let min = Pos2::new(
        rect.min.x.min(room.right() - rect.width()).max(room.left()),
        rect.min
            .y
            .min(room.bottom() - rect.height())
            .max(room.top()),
    );
    Rect::from_min_size(min, rect.size())
}

/// Whether a line between two points runs through a rectangle: by cutting off what lies beyond each of its sides.
fn crosses([from, to]: [Pos2; 2], rect: Rect) -> bool {
    let way = to - from;
    let (mut begins, mut ends) = (0.0_f32, 1.0_f32);
    for (start, step, low, high) in [
        (from.x, way.x, rect.left(), rect.right()),
        (from.y, way.y, rect.top(), rect.bottom()),
    ] {
        if step.abs() < 1e-6 {
            if start < low || start > high {
                return false;
            }
            continue;
        }
        let shares = [(low - start) / step, (high - start) / step];
        begins = begins.max(shares[0].min(shares[1]));
        ends = ends.min(shares[0].max(shares[1]));
    }
    begins <= ends
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: Rect = Rect {
        min: Pos2::new(0.0, 0.0),
        max: Pos2::new(400.0, 300.0),
    };
    const SIZE: Vec2 = Vec2::new(120.0, 14.0);

    fn placed(lines: &[[Pos2; 2]]) -> Rect {
        let ends: Vec<Pos2> = lines.concat();
        place(&ends, lines, (SIZE, ROOM))
    }

    #[test]
    fn a_value_stands_right_of_its_shape_where_there_is_room() {
        let rect = placed(&[[Pos2::new(40.0, 100.0), Pos2::new(90.0, 150.0)]]);
        assert_eq!(rect.left_center(), Pos2::new(100.0, 150.0));
    }

    /// Two lines from border to border, as of a heart and a thorax that fill a narrow view.
    #[test]
    fn a_value_never_lies_over_the_lines_it_is_of() {
        for slope in [0.0, 8.0, 60.0] {
            let lines = [
                [Pos2::new(120.0, 140.0), Pos2::new(330.0, 140.0 + slope)],
                [Pos2::new(6.0, 190.0), Pos2::new(394.0, 190.0 + slope)],
            ];
            let rect = placed(&lines);
            assert!(ROOM.contains_rect(rect), "{rect:?}");
            assert!(lines.iter().all(|line| !crosses(*line, rect)), "{rect:?}");
        }
    }

    #[test]
    fn a_line_crosses_what_it_runs_through() {
        let rect = Rect::from_min_max(Pos2::new(10.0, 10.0), Pos2::new(20.0, 20.0));
        let line = |x0: f32, y0: f32, x1: f32, y1: f32| [Pos2::new(x0, y0), Pos2::new(x1, y1)];
        for through in [
            line(0.0, 15.0, 30.0, 15.0),
            line(0.0, 0.0, 30.0, 30.0),
            line(0.0, 25.0, 25.0, 0.0),
            line(12.0, 12.0, 13.0, 13.0),
        ] {
            assert!(crosses(through, rect), "{through:?}");
        }
        for beside in [
            line(0.0, 5.0, 30.0, 5.0),
            line(0.0, 15.0, 8.0, 15.0),
            line(0.0, 45.0, 45.0, 0.0),
            line(15.0, 21.0, 15.0, 40.0),
        ] {
            assert!(!crosses(beside, rect), "{beside:?}");
        }
    }
}
