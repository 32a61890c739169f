//! The lung mask while it is edited: its section of the right panel, and the brush over the pictures.

use super::measures::MeasureView;
use crate::measure::Point;
use crate::radiograph::{BrushEffect, BrushStroke};
use crate::ui::command::UiCommand;
use crate::ui::masking::{BRUSH_RADII, MaskCommand};
use crate::ui::shortcuts::with_key;
use crate::ui::state::AppState;
use crate::ui::study::OpenStudy;
use crate::ui::theme;
use eframe::egui::{
    Button, CursorIcon, InputState, Painter, PointerButton, Pos2, Rect, Response, RichText, Shape,
    Slider, SliderClamping, Stroke, Ui,
};

/// Corners of the brush's circle.
const NUM_CORNERS: usize = 48;

/// The section of the right panel; nothing where the mask is neither edited nor drawn.
pub fn mask_panel_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let Some(study) = state.study() else {
        return;
    };
    if !state.masking.is_on && study.mask.is_none() {
        return;
    }
    let mut ask = |command| commands.push(UiCommand::Mask(command));
    ui.heading("Lung mask");
    ui.label(RichText::new(hint(state, study)).color(theme::of(ui).accent));
    if state.masking.is_on {
        let mut radius = state.masking.radius(study);
        ui.label("Brush radius, pixels");
        let slider = Slider::new(&mut radius, BRUSH_RADII)
            .logarithmic(true)
            .clamping(SliderClamping::Edits)
            .max_decimals(0);
        let slider = ui.add(slider).accessible_name("Brush radius, pixels");
        if slider.changed() {
            ask(MaskCommand::SetRadius(radius));
        }
    }
    ui.horizontal_wrapped(|ui| {
        let apply = Button::new("Apply the mask");
        let tip = "Makes the picture again: only the lungs' own path and the fusion, where the rest is known";
        let applied = state.is_mask_applied(study);
        let apply = ui.add_enabled(!applied, apply);
        if apply.on_hover_text(tip).clicked() {
            ask(MaskCommand::Apply);
        }
        let back = Button::new("Back to the found mask");
        if ui.add_enabled(study.mask.is_some(), back).clicked() {
            ask(MaskCommand::Forget);
        }
        let (text, toggle) = if state.masking.is_on {
            ("Lay the brush down", MaskCommand::Toggle)
        } else {
            ("Take the brush up", MaskCommand::Toggle)
        };
        let toggled = UiCommand::Mask(toggle);
        let tip = with_key(ui.ctx(), "The mouse paints while the brush is in hand", &toggled);
        if ui.button(text).on_hover_text(tip).clicked() {
            ask(toggle);
        }
    });
    ui.separator();
}

/// What is going on.
fn hint(state: &AppState, study: &OpenStudy) -> &'static str {
    if study.edited_mask().is_none() {
        return if state.masking.finding.is_some() {
            "The lungs are being found; the brush works once they are"
        } else {
            "There is no mask to begin with; take the brush up again"
        };
    }
    match (state.masking.is_on, state.is_mask_applied(study)) {
        (true, _) => {
            "Drag paints; Shift or the right button erases; [ and ] or the wheel with Ctrl change the brush (Esc ends)"
        }
        (false, true) if state.is_running(study) => {
            "A picture is being made with the mask you drew"
        }
        (false, true) => "The picture was made with the mask you drew",
        (false, false) => "The mask was edited; the picture is not made with it yet",
    }
}

/// Turns the mouse over a view into strokes, and draws the brush and the stroke that is being drawn.
pub fn brush_ui(
    ui: &Ui,
    view: &MeasureView<'_>,
    (response, pointer): (&Response, Option<Pos2>),
    commands: &mut Vec<UiCommand>,
) {
    let masking = &view.state.masking;
    if !masking.is_on || view.study.edited_mask().is_none() {
        return;
    }
    if view.state.crosshair_at().is_none() {
        mouse(ui, view, response, commands);
    }
    let painter = ui.painter_at(view.rect);
    if let Some(stroke) = &masking.stroke {
        stroke_ui(&painter, view, stroke);
    }
    if let Some(pointer) = pointer {
        ui.ctx().set_cursor_icon(CursorIcon::Crosshair);
        circle_ui(&painter, view, view.image_from_ui(pointer));
    }
}

fn mouse(ui: &Ui, view: &MeasureView<'_>, response: &Response, commands: &mut Vec<UiCommand>) {
    let mut ask = |command| commands.push(UiCommand::Mask(command));
    let masking = &view.state.masking;
    if response.contains_pointer() {
        let (held, zoom) = ui.input(|input| (input.modifiers.command, input.zoom_delta()));
        if held && (zoom - 1.0).abs() > 1e-4 {
            ask(MaskCommand::SetRadius(
                masking.radius(view.study) * f64::from(zoom),
            ));
        }
    }
    let Some(at) = response.interact_pointer_pos() else {
        // The view in which the stroke was drawn is gone.
        let is_up = |input: &InputState| !input.pointer.any_down() && !input.pointer.any_released();
        if masking.stroke.is_some() && ui.input(is_up) {
            ask(MaskCommand::End);
        }
        return;
    };
    let here = view.image_from_ui(at);
    let down = ui.input(|input| input.pointer.press_origin()).unwrap_or(at);
    let buttons = [PointerButton::Primary, PointerButton::Secondary];
    for button in buttons {
        let erases = button == PointerButton::Secondary || ui.input(|input| input.modifiers.shift);
        let effect = if erases {
            BrushEffect::Erase
        } else {
            BrushEffect::Paint
        };
        if response.drag_started_by(button) {
            ask(MaskCommand::Begin(effect, view.image_from_ui(down)));
            ask(MaskCommand::Extend(here));
        } else if response.dragged_by(button)
            && let Some(stroke) = &masking.stroke
        {
            // A pointer at rest asks for nothing: every command is another frame.
            if stroke.path.last() != Some(&[here.x, here.y]) {
                ask(MaskCommand::Extend(here));
            }
        } else if response.drag_stopped_by(button) && masking.stroke.is_some() {
            ask(MaskCommand::Extend(here));
            ask(MaskCommand::End);
        } else if response.clicked_by(button) {
            ask(MaskCommand::Begin(effect, here));
            ask(MaskCommand::End);
        }
    }
}

/// The stroke as bars of one screen pixel: each is covered once, however the stroke bends.
fn stroke_ui(painter: &Painter, view: &MeasureView<'_>, stroke: &BrushStroke) {
    let (_, height) = view.study.radiograph.size();
    let Some((top, bottom)) = stroke.rows(height) else {
        return;
    };
    let colour = match stroke.effect {
        BrushEffect::Paint => theme::BRUSH_PAINTS,
        BrushEffect::Erase => theme::BRUSH_ERASES,
    };
    let per_screen_pixel = 1.0 / view.placement.zoom().max(f32::MIN_POSITIVE);
    let step = per_screen_pixel.ceil().max(1.0) as usize;
    for row in (top..=bottom).step_by(step) {
        let (y, next) = (row as f64, (row + step) as f64);
        for [left, right] in stroke.spans(0.5 * (y + next)) {
            let ends = [Point::new(left, y), Point::new(right, next)];
            let [a, b] = ends.map(|point| view.ui_from_image(point));
            painter.rect_filled(Rect::from_two_pos(a, b), 0, colour);
        }
    }
}

/// The brush round a place of the image; an ellipse on the screen where pixels are no squares.
fn circle_ui(painter: &Painter, view: &MeasureView<'_>, center: Point) {
    let radius = view.state.masking.radius(view.study);
    let corners: Vec<Pos2> = (0..NUM_CORNERS)
        .map(|corner| {
            let (sin, cos) = (std::f64::consts::TAU * corner as f64 / NUM_CORNERS as f64).sin_cos();
            view.ui_from_image(Point::new(center.x + radius * cos, center.y + radius * sin))
        })
        .collect();
    for (width, colour) in [(3.5, theme::SHADE), (1.5, theme::MEASURE_CHOSEN)] {
        let rim = Stroke::new(width, colour);
        painter.add(Shape::closed_line(corners.clone(), rim));
    }
}
