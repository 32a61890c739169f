//! Lines and handles of measures.

use super::{MeasureView, colour, is_chosen};
use crate::measure::{Measure, Point, Shape};
use crate::ui::measuring::{PixelReading, Tool};
use crate::ui::panels::measure_value::value_ui;
use crate::ui::theme;
use eframe::egui::{Color32, Painter, Pos2, Stroke, Vec2};

/// Widths of a line and of the dark rim that keeps it readable over white lung, points.
const LINE_WIDTHS: (f32, f32) = (1.5, 3.5);
/// Half the size of a cross, points.
const CROSS: f32 = 6.0;

/// Draws the lines of every measure and of what is being drawn, without words.
pub(in crate::ui::panels) fn shapes_ui(painter: &Painter, view: &MeasureView<'_>) {
    for measure in view.shown() {
        let colour = colour(view, measure);
        shape_ui(painter, view, &measure.shape, colour);
    }
}

/// The place that an end goes to, in the middle of a loupe.
pub(in crate::ui::panels) fn cross_ui(painter: &Painter, center: Pos2) {
    for arm in [Vec2::new(CROSS, 0.0), Vec2::new(0.0, CROSS)] {
        line_ui(painter, [center - arm, center + arm], theme::MEASURE_CHOSEN);
    }
}

pub(super) fn measure_ui(painter: &Painter, view: &MeasureView<'_>, measure: &Measure) {
    let colour = colour(view, measure);
    shape_ui(painter, view, &measure.shape, colour);
    if let Shape::RibProfile { at } = measure.shape {
        rib_ui(painter, view, measure, at, colour);
    }
    if is_chosen(view, measure) {
        for handle in measure.shape.handles() {
            let at = view.ui_from_image(handle);
            painter.circle(
                at,
                theme::HANDLE_RADIUS,
                theme::SHADE,
                Stroke::new(LINE_WIDTHS.0, colour),
            );
        }
    }
}

/// What is being drawn, with the pointer as its next point.
pub(super) fn draft_ui(
    painter: &Painter,
    view: &MeasureView<'_>,
    tool: Tool,
    pointer: Option<Pos2>,
) {
    let mut points = view.state.measuring.draft.clone();
    if points.is_empty() {
        return;
    }
    points.extend(pointer.map(|at| view.image_from_ui(at)));
    if let Some(shape) = tool.shape(&points, view.study.scale().aspect()) {
        shape_ui(painter, view, &shape, theme::MEASURE_CHOSEN);
        let text = shape.brief_text(&view.study.scale());
        value_ui(painter, view, &shape, (&text, theme::MEASURE_CHOSEN));
        return;
    }
    // Axes, Cobb angle and cardiothoracic ratio are made of two lines; an unfinished angle or polygon is one.
    let in_pairs = matches!(
        tool,
        Tool::Bidirectional | Tool::Cobb | Tool::CardiothoracicRatio
    );
    let step = if in_pairs { 2 } else { 1 };
    for pair in points.windows(2).step_by(step) {
        let ends = [0, 1].map(|i| view.ui_from_image(pair[i]));
        line_ui(painter, ends, theme::MEASURE_CHOSEN);
    }
}

fn line_ui(painter: &Painter, ends: [Pos2; 2], colour: Color32) {
    painter.line_segment(ends, Stroke::new(LINE_WIDTHS.1, theme::SHADE));
    painter.line_segment(ends, Stroke::new(LINE_WIDTHS.0, colour));
}

fn shape_ui(painter: &Painter, view: &MeasureView<'_>, shape: &Shape, colour: Color32) {
    let segments: Vec<[Pos2; 2]> = shape
        .segments()
        .into_iter()
        .map(|segment| segment.map(|point| view.ui_from_image(point)))
        .collect();
    // Every rim first: none may lie over a line.
    for (width, colour) in [(LINE_WIDTHS.1, theme::SHADE), (LINE_WIDTHS.0, colour)] {
        let stroke = Stroke::new(width, colour);
        for ends in &segments {
            if matches!(shape, Shape::Arrow { .. }) {
                painter.arrow(ends[0], ends[1] - ends[0], stroke);
            } else {
                painter.line_segment(*ends, stroke);
            }
        }
    }
}

/// A cross on the rib; once it was read, the line across it and the piece along it that was averaged.
fn rib_ui(
    painter: &Painter,
    view: &MeasureView<'_>,
    measure: &Measure,
    at: Point,
    colour: Color32,
) {
    if let Some(PixelReading::Rib(Ok(rib))) = view.study.current_reading(measure) {
        for line in [rib.across, rib.along] {
            line_ui(painter, line.map(|point| view.ui_from_image(point)), colour);
        }
        return;
    }
    let at = view.ui_from_image(at);
    for arm in [Vec2::new(CROSS, CROSS), Vec2::new(CROSS, -CROSS)] {
        line_ui(painter, [at - arm, at + arm], colour);
    }
}
