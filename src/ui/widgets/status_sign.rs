//! Signs of a tree, drawn with lines: the window's font has no glyphs for them.

use crate::ui::browser::ImageStatus;
use eframe::egui::{Color32, Painter, Pos2, Shape, Stroke, Vec2};

/// Half the size of a sign, points.
const RADIUS: f32 = 4.0;

/// Draws the sign of a status about `center`.
pub fn paint_status(painter: &Painter, center: Pos2, status: ImageStatus, colour: Color32) {
    let stroke = Stroke::new(1.4, colour);
    let at = |x: f32, y: f32| center + RADIUS * Vec2::new(x, y);
    match status {
        ImageStatus::NotRead | ImageStatus::Reading => {
            for x in [-0.9, 0.0, 0.9] {
                painter.circle_filled(at(x, 0.0), 1.0, colour);
            }
        }
        ImageStatus::Failed => {
            painter.line_segment([at(-0.8, -0.8), at(0.8, 0.8)], stroke);
            painter.line_segment([at(-0.8, 0.8), at(0.8, -0.8)], stroke);
        }
        ImageStatus::NotRun => {
            painter.circle_stroke(center, 0.9 * RADIUS, stroke);
        }
        ImageStatus::Waiting => {
            painter.circle_stroke(center, 0.9 * RADIUS, stroke);
            let hands = vec![at(0.0, -0.6), center, at(0.5, 0.0)];
            painter.add(Shape::line(hands, stroke));
        }
        ImageStatus::Running => {
            let corners = vec![at(-0.7, -0.9), at(1.0, 0.0), at(-0.7, 0.9)];
            painter.add(Shape::convex_polygon(corners, colour, Stroke::NONE));
        }
        ImageStatus::Done => {
            let check = vec![at(-0.9, 0.0), at(-0.25, 0.7), at(1.0, -0.8)];
            painter.add(Shape::line(check, stroke));
        }
        ImageStatus::Stale => {
            let corners = vec![at(0.0, -1.0), at(1.05, 0.85), at(-1.05, 0.85)];
            painter.add(Shape::closed_line(corners, stroke));
        }
    }
}

/// Points of the star of a key image.
const STAR_POINTS: u32 = 5;
/// How far its inner corners lie from the middle, as a share of the outer ones: that of the pentagram.
const STAR_INNER: f32 = 0.382;

/// Draws the star of a key image.
pub fn paint_star(painter: &Painter, center: Pos2, radius: f32, colour: Color32) {
    let corner = |i: u32| {
        let angle = std::f32::consts::PI * i as f32 / STAR_POINTS as f32;
        let reach = if i.is_multiple_of(2) {
            radius
        } else {
            STAR_INNER * radius
        };
        center + reach * Vec2::new(angle.sin(), -angle.cos())
    };
    // A star is not convex: its five points and the pentagon between them are.
    for point in 0..STAR_POINTS {
        let tip = 2 * point;
        let corners = vec![
            center,
            corner(tip + 2 * STAR_POINTS - 1),
            corner(tip),
            corner(tip + 1),
        ];
        painter.add(Shape::convex_polygon(corners, colour, Stroke::NONE));
    }
}

/// Draws the triangle before a group's heading: to the right while it is folded, down while it is not.
pub fn paint_fold(painter: &Painter, center: Pos2, folded: bool, colour: Color32) {
    let corners = if folded {
        [(-0.6, -0.9), (0.8, 0.0), (-0.6, 0.9)]
    } else {
        [(-0.9, -0.6), (0.9, -0.6), (0.0, 0.8)]
    };
    let corners = corners.map(|(x, y)| center + RADIUS * Vec2::new(x, y));
    painter.add(Shape::convex_polygon(
        corners.to_vec(),
        colour,
        Stroke::NONE,
    ));
}
