//! Measures over the pictures: how they look, and what the mouse does to them.

use crate::measure::{Grip, Layer, Measure, Point, Shape};
use crate::ui::camera::Placement;
use crate::ui::command::UiCommand;
use crate::ui::measuring::{MeasureCommand, PixelReading, Tool};
use crate::ui::privacy::HIDDEN;
use crate::ui::state::AppState;
use crate::ui::study::OpenStudy;
use crate::ui::theme;
use eframe::egui::{
    Align2, Color32, CursorIcon, Painter, PointerButton, Pos2, Rect, Response, Stroke, Ui, Vec2,
};

/// Two places of the pointer that are one, points.
const SAME_PLACE: f32 = 3.0;
/// Distance of a value from its shape, points.
const VALUE_GAP: f32 = 10.0;
/// Widths of a line and of the dark rim that keeps it readable over white lung, points.
const LINE_WIDTHS: (f32, f32) = (1.5, 3.5);
/// Half the size of the cross on a rib, points.
const CROSS: f32 = 6.0;

/// A view in which measures are drawn.
#[derive(Clone, Copy)]
pub struct MeasureView<'a> {
    /// Where it is, points.
    pub rect: Rect,
    /// Where the image lies in it, framebuffer pixels.
    pub placement: &'a Placement,
    /// Framebuffer pixels per point.
    pub pixels_per_point: f32,
    /// The picture it shows.
    pub layer: Layer,
    /// What the window knows.
    pub state: &'a AppState,
    /// The study it shows.
    pub study: &'a OpenStudy,
}

impl MeasureView<'_> {
    /// Where a place of the view lies in the image.
    pub(super) fn image_from_ui(&self, at: Pos2) -> Point {
        let ppp = self.pixels_per_point;
        let [x, y] = self.placement.image_from_screen([at.x * ppp, at.y * ppp]);
        Point::new(f64::from(x), f64::from(y))
    }

    /// Where a place of the image lies in the view.
    pub(super) fn ui_from_image(&self, at: Point) -> Pos2 {
        let screen = self.placement.screen_from_image([at.x as f32, at.y as f32]);
        Pos2::from(screen.map(|v| v / self.pixels_per_point))
    }

    /// What the pointer can take hold of at a place of the view. With a tool in hand only what is chosen, so that new
    /// shapes may begin beside old ones.
    fn grip_at(&self, at: Pos2) -> Option<(&Measure, Grip)> {
        let measuring = &self.state.measuring;
        if !measuring.draft.is_empty() {
            return None;
        }
        let place = self.image_from_ui(at);
        let distance = |a, b| f64::from(self.ui_from_image(a).distance(self.ui_from_image(b)));
        let measures = self.study.measures.iter().rev();
        measures
            .filter(|measure| measuring.tool.is_none() || measuring.selected == Some(measure.id))
            .find_map(|measure| {
                let reach = f64::from(theme::HANDLE_REACH);
                Some((measure, measure.shape.grip_at(place, reach, distance)?))
            })
    }

    /// The primary button belongs to the measures, not to the window: a tool is in hand, or the pointer went down on
    /// a measure.
    pub fn takes_primary(&self, ui: &Ui, response: &Response) -> bool {
        let measuring = &self.state.measuring;
        if measuring.tool.is_some() || measuring.grabbed.is_some() {
            return true;
        }
        let down = ui.input(|input| input.pointer.press_origin());
        let at = down.or(response.interact_pointer_pos());
        at.is_some_and(|at| self.grip_at(at).is_some())
    }
}

/// Draws the measures of a study over one of its pictures and obeys the mouse there.
pub fn measures_ui(
    ui: &Ui,
    view: &MeasureView<'_>,
    response: &Response,
    commands: &mut Vec<UiCommand>,
) {
    // One tool has the mouse.
    if !view.state.masking.is_on {
        mouse(ui, view, response, commands);
    }
    let painter = ui.painter_at(view.rect);
    let measuring = &view.state.measuring;
    for measure in measuring.shown(&view.study.measures) {
        measure_ui(&painter, view, measure);
    }
    // After every line: none may run through words.
    for measure in measuring.shown(&view.study.measures) {
        let (text, colour) = (value_text(view, measure), colour(view.state, measure));
        text_ui(&painter, view, &measure.shape, &text, colour);
    }
    if let Some(tool) = measuring.tool {
        let pointer = response.hover_pos().filter(|at| view.rect.contains(*at));
        draft_ui(&painter, view, tool, pointer);
    }
}

/// Draws the lines of every measure and of what is being drawn, without words.
pub(super) fn shapes_ui(painter: &Painter, view: &MeasureView<'_>) {
    let measuring = &view.state.measuring;
    for measure in measuring.shown(&view.study.measures) {
        let colour = colour(view.state, measure);
        shape_ui(painter, view, &measure.shape, colour);
    }
    let center = view.rect.center();
    let rim = [Vec2::new(CROSS, 0.0), Vec2::new(0.0, CROSS)];
    for arm in rim {
        line_ui(painter, [center - arm, center + arm], theme::MEASURE_CHOSEN);
    }
}

fn colour(state: &AppState, measure: &Measure) -> Color32 {
    if state.measuring.selected == Some(measure.id) {
        theme::MEASURE_CHOSEN
    } else {
        theme::MEASURE
    }
}

fn mouse(ui: &Ui, view: &MeasureView<'_>, response: &Response, commands: &mut Vec<UiCommand>) {
    let mut ask = |command| commands.push(UiCommand::Measure(command));
    let measuring = &view.state.measuring;
    let pointer = response.interact_pointer_pos().or(response.hover_pos());
    let Some(at) = pointer else {
        return;
    };
    let here = view.image_from_ui(at);
    if let Some(grabbed) = &measuring.grabbed {
        if response.dragged_by(PointerButton::Primary) {
            if here != grabbed.to {
                ask(MeasureCommand::Drag(here));
            }
        } else if response.drag_stopped() {
            ask(MeasureCommand::Drag(here));
            ask(MeasureCommand::Release);
        } else if ui.input(|input| !input.pointer.any_down() && !input.pointer.any_released()) {
            // The view in which it was held is gone.
            ask(MeasureCommand::Release);
        }
        return;
    }
    let down = ui.input(|input| input.pointer.press_origin()).unwrap_or(at);
    if let Some((measure, grip)) = view.grip_at(down) {
        if response.contains_pointer() {
            ui.ctx().set_cursor_icon(CursorIcon::PointingHand);
        }
        let id = measure.id;
        if response.drag_started_by(PointerButton::Primary) {
            let from = view.image_from_ui(down);
            ask(MeasureCommand::Grab { id, grip, from });
            ask(MeasureCommand::Drag(here));
            return;
        }
        if response.clicked() {
            ask(MeasureCommand::Select(Some(id)));
            return;
        }
    } else if measuring.tool.is_none() && measuring.selected.is_some() && response.clicked() {
        ask(MeasureCommand::Select(None));
    }
    if let Some(tool) = measuring.tool {
        if response.contains_pointer() {
            ui.ctx().set_cursor_icon(CursorIcon::Crosshair);
        }
        draw(view, tool, response, (down, at), commands);
    }
}

/// Points placed by clicks, or two at once by a drag.
fn draw(
    view: &MeasureView<'_>,
    tool: Tool,
    response: &Response,
    (down, at): (Pos2, Pos2),
    commands: &mut Vec<UiCommand>,
) {
    let draft = &view.state.measuring.draft;
    let placed = |at: Pos2| UiCommand::Measure(MeasureCommand::Place(view.image_from_ui(at)));
    let is_new = |at: Pos2| {
        let last = draft.last().map(|last| view.ui_from_image(*last));
        last.is_none_or(|last| last.distance(at) > SAME_PLACE)
    };
    let missing = tool
        .num_points()
        .map(|needed| needed - draft.len().min(needed));
    let begins_line = match missing {
        Some(missing) => missing > 1,
        None => draft.is_empty(),
    };
    if response.double_clicked() && tool == Tool::Polygon {
        commands.push(UiCommand::Measure(MeasureCommand::Finish));
    } else if response.drag_started_by(PointerButton::Primary) && begins_line {
        commands.push(placed(down));
    } else if (response.clicked() || response.drag_stopped_by(PointerButton::Primary)) && is_new(at)
    {
        commands.push(placed(at));
    }
}

fn measure_ui(painter: &Painter, view: &MeasureView<'_>, measure: &Measure) {
    let colour = colour(view.state, measure);
    shape_ui(painter, view, &measure.shape, colour);
    if let Shape::RibProfile { at } = measure.shape {
        rib_ui(painter, view, measure, at, colour);
    }
    if view.state.measuring.selected == Some(measure.id) {
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
fn draft_ui(painter: &Painter, view: &MeasureView<'_>, tool: Tool, pointer: Option<Pos2>) {
    let mut points = view.state.measuring.draft.clone();
    if points.is_empty() {
        return;
    }
    points.extend(pointer.map(|at| view.image_from_ui(at)));
    if let Some(shape) = tool.shape(&points) {
        shape_ui(painter, view, &shape, theme::MEASURE_CHOSEN);
        let text = shape.value_text(&view.study.scale());
        text_ui(painter, view, &shape, &text, theme::MEASURE_CHOSEN);
        return;
    }
    // Cobb angle and cardiothoracic ratio are made of two lines; an unfinished angle or polygon is one.
    let in_pairs = matches!(tool, Tool::Cobb | Tool::CardiothoracicRatio);
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
    let reading = view.study.measure_record.readings.get(&measure.id);
    let reading = reading.filter(|reading| reading.shape == measure.shape);
    if let Some(PixelReading::Rib(Ok(rib))) = reading.map(|reading| &reading.value) {
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

/// What stands beside a measure: its words, its value, and of a region the mean of the picture shown.
fn value_text(view: &MeasureView<'_>, measure: &Measure) -> String {
    let label = label_text(view.state, measure);
    let value = measure.shape.value_text(&view.study.scale());
    let reading = view.study.measure_record.readings.get(&measure.id);
    let pixels = match reading.map(|reading| &reading.value) {
        Some(PixelReading::Region(layers)) => layers
            .iter()
            .find(|one| one.layer == view.layer)
            .and_then(|one| one.statistics)
            .map(|s| format!("mean {:.1}, sd {:.1}", s.mean, s.deviation))
            .unwrap_or_default(),
        Some(PixelReading::Rib(rib)) => rib_text(rib),
        _ => String::new(),
    };
    let lines = [label, value, pixels];
    let lines: Vec<_> = lines.into_iter().filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

/// What the reader wrote, as far as it may be shown: it may name the patient.
pub(super) fn label_text(state: &AppState, measure: &Measure) -> String {
    let typed = state.measuring.typing.as_ref();
    let typed = typed.filter(|(id, _)| *id == measure.id);
    let label = typed.map_or(&measure.label, |(_, text)| text);
    if state.is_patient_hidden() && !label.is_empty() {
        HIDDEN.to_owned()
    } else {
        label.clone()
    }
}

/// What is left of a rib, in a few words.
pub(super) fn rib_text(
    rib: &Result<crate::measure::RibProfile, crate::measure::RibError>,
) -> String {
    match rib {
        Err(err) => err.to_string(),
        Ok(rib) => match rib.residual_percent {
            None => "the original shows no bone here".to_owned(),
            Some(percent) if percent < -0.5 => {
                format!("{:.0} % too much taken off", -percent)
            }
            // A sum turns the zero that has a minus into the one that has none.
            Some(percent) => format!("{:.0} % of the bone left", percent.max(0.0) + 0.0),
        },
    }
}

/// Text right of a shape, or left of it where there is no room; never outside the view.
fn text_ui(painter: &Painter, view: &MeasureView<'_>, shape: &Shape, text: &str, colour: Color32) {
    let handles = shape.handles().into_iter();
    let mut ends: Vec<Pos2> = handles.map(|point| view.ui_from_image(point)).collect();
    ends.sort_by(|a, b| a.x.total_cmp(&b.x));
    let (Some(left), Some(right)) = (ends.first(), ends.last()) else {
        return;
    };
    // A shape outside the view keeps its text there, out of sight.
    let is_near = ends.iter().any(|end| view.rect.contains(*end));
    if text.is_empty() || !is_near {
        return;
    }
    let galley = painter.layout_no_wrap(text.to_owned(), theme::overlay_font(), colour);
    let (size, room) = (galley.size(), view.rect.shrink(theme::OVERLAY_MARGIN));
    let gap = Vec2::new(VALUE_GAP, 0.0);
    let at_right = Align2::LEFT_CENTER.anchor_size(*right + gap, size);
    let at_left = Align2::RIGHT_CENTER.anchor_size(*left - gap, size);
    let fits_left = at_right.right() > room.right() && at_left.left() >= room.left();
    let beside = if fits_left { at_left } else { at_right };
    let min = Pos2::new(
        beside.min.x.min(room.right() - size.x).max(room.left()),
        beside.min.y.min(room.bottom() - size.y).max(room.top()),
    );
    let rect = Rect::from_min_size(min, size);
    painter.rect_filled(rect.expand(2.0), 2, theme::SHADE);
    painter.galley(rect.min, galley, colour);
}
