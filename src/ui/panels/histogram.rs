//! How often each value occurs, and the window over it: two handles, and two numbers.

use crate::display::Histogram;
use crate::radiograph::{Voi, VoiFunction};
use crate::ui::command::UiCommand;
use crate::ui::state::AppState;
use crate::ui::study::OpenStudy;
use crate::ui::theme;
use crate::ui::widgets::check_box::check_box;
use crate::ui::widgets::handle::handle;
use crate::ui::window_level::nearest_window;
use eframe::egui::{
    Align, Color32, CursorIcon, DragValue, Id, Painter, Pos2, Rect, Sense, Shape, Stroke, Ui, Vec2,
};

/// Height of the curves, points.
const HEIGHT: f32 = 90.0;
/// Share of the axis that an arrow key moves a handle by.
const KEY_STEP: f64 = 0.01;
/// Half the width of a handle's catch, points.
const CATCH: f32 = 6.0;

/// How counts become heights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CountScale {
    /// By their square roots: the lungs are seen beside the background.
    #[default]
    Root,
    /// By their logarithms: single pixels are seen.
    Logarithm,
}

/// Draws the histogram of the picture in use with its window.
pub fn histogram_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let Some(study) = state.study() else {
        return;
    };
    ui.separator();
    let heading = ui.heading("Window");
    if is_asked_anew(ui, state.shell.histogram_asked) {
        heading.scroll_to_me(Some(Align::TOP));
    }
    let look = study.looks.of(state.windowed_content());
    let window = nearest_window(&look.voi);
    let size = Vec2::new(ui.available_width(), HEIGHT);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let axis = Axis {
        rect,
        range: study.histogram.range,
    };
    curves_ui(ui, &axis, study, state.counts);
    handles_ui(ui, &axis, &window, commands);
    numbers_ui(ui, &window, study, commands);
    let mut is_log = state.counts == CountScale::Logarithm;
    if check_box(ui, &mut is_log, "Logarithmic counts").changed() {
        commands.push(UiCommand::SetCountScale(if is_log {
            CountScale::Logarithm
        } else {
            CountScale::Root
        }));
    }
}

/// Whether it was asked for once more than in the frame before.
fn is_asked_anew(ui: &Ui, num_asked: u32) -> bool {
    let id = Id::unique("histogram asked for");
    ui.data_mut(|data| {
        let before: u32 = data.get_temp(id).unwrap_or_default();
        data.insert_temp(id, num_asked);
        before != num_asked
    })
}

/// Where values lie on the screen.
struct Axis {
    rect: Rect,
    range: (f64, f64),
}

impl Axis {
    fn x_of(&self, value: f64) -> f32 {
        let share = (value - self.range.0) / self.extent();
        self.rect.left() + self.rect.width() * (share.clamp(0.0, 1.0) as f32)
    }

    fn value_of(&self, points: f32) -> f64 {
        f64::from(points / self.rect.width()) * self.extent()
    }

    fn extent(&self) -> f64 {
        (self.range.1 - self.range.0).max(f64::MIN_POSITIVE)
    }
}

fn curves_ui(ui: &Ui, axis: &Axis, study: &OpenStudy, scale: CountScale) {
    let painter = ui.painter_at(axis.rect);
    painter.rect_filled(axis.rect, 2, theme::VIEW_BACKGROUND);
    let soft_tissue = study.runs.shown().map(|run| run.histogram.as_ref());
    let original = Some(study.histogram.as_ref());
    for (histogram, colour) in [
        (original, theme::on_picture().text_weak),
        (soft_tissue, theme::on_picture().accent),
    ] {
        if let Some(histogram) = histogram {
            curve_ui(&painter, axis.rect, (histogram, scale), colour);
        }
    }
}

fn curve_ui(
    painter: &Painter,
    rect: Rect,
    (histogram, scale): (&Histogram, CountScale),
    colour: Color32,
) {
    let height_of = |count: u32| {
        let count = f64::from(count);
        match scale {
            CountScale::Logarithm => count.ln_1p(),
            CountScale::Root => count.sqrt(),
        }
    };
    let most = height_of(histogram.most()).max(f64::MIN_POSITIVE);
    let step = rect.width() / histogram.counts.len() as f32;
    let points = histogram.counts.iter().enumerate().map(|(bin, &count)| {
        let x = rect.left() + (bin as f32 + 0.5) * step;
        let share = (height_of(count) / most) as f32;
        Pos2::new(x, rect.bottom() - share * (rect.height() - 4.0))
    });
    painter.add(Shape::line(points.collect(), Stroke::new(1.2, colour)));
}

fn handles_ui(ui: &Ui, axis: &Axis, window: &Voi, commands: &mut Vec<UiCommand>) {
    let Voi::Window { center, width, .. } = *window else {
        return;
    };
    let (low, high) = (center - 0.5 * width, center + 0.5 * width);
    let painter = ui.painter_at(axis.rect);
    let (left, right) = (axis.x_of(low), axis.x_of(high));
    let top_right = Pos2::new(right, axis.rect.top());
    painter.line_segment(
        [Pos2::new(left, axis.rect.bottom()), top_right],
        Stroke::new(1.0, theme::OVERLAY),
    );
    let narrowest = axis.extent() * 1e-3;
    let name = "Level of the window";
    let middle = (left + CATCH).min(right)..=(right - CATCH).max(left);
    if let Some(moved) = handle_ui(ui, axis, middle, (name, center)) {
        commands.push(with_ends(window, low + moved, high + moved));
    }
    for (x, name, is_low) in [
        (left, "Lower end of the window", true),
        (right, "Upper end of the window", false),
    ] {
        painter.vline(x, axis.rect.y_range(), Stroke::new(1.5, theme::OVERLAY));
        let value = if is_low { low } else { high };
        if let Some(moved) = handle_ui(ui, axis, x - CATCH..=x + CATCH, (name, value)) {
            commands.push(if is_low {
                with_ends(window, (low + moved).min(high - narrowest), high)
            } else {
                with_ends(window, low, (high + moved).max(low + narrowest))
            });
        }
    }
}

/// How far what lies over these points was dragged, modality units.
fn handle_ui(
    ui: &Ui,
    axis: &Axis,
    across: std::ops::RangeInclusive<f32>,
    (name, value): (&str, f64),
) -> Option<f64> {
    let rect = Rect::from_x_y_ranges(across, axis.rect.y_range());
    let id = ui.unique_id().with(name);
    let (response, steps) = handle(ui, (rect, id), (name, value));
    let moved = axis.value_of(response.drag_delta().x) + steps * KEY_STEP * axis.extent();
    response.on_hover_cursor(CursorIcon::ResizeHorizontal);
    (moved != 0.0).then_some(moved)
}

fn numbers_ui(ui: &mut Ui, window: &Voi, study: &OpenStudy, commands: &mut Vec<UiCommand>) {
    let Voi::Window { center, width, .. } = *window else {
        return;
    };
    let (low, high) = study.modality_range;
    let extent = (high - low).max(f64::MIN_POSITIVE);
    let (mut new_center, mut new_width) = (center, width);
    ui.horizontal(|ui| {
        let label = ui.label("Centre");
        let value = DragValue::new(&mut new_center).speed(0.005 * extent);
        // A window that the file states outside its values is shown as it is.
        let value = value.range(low..=high).clamp_existing_to_range(false);
        ui.add(value).labelled_by(label.id);
        let label = ui.label("Width");
        let value = DragValue::new(&mut new_width).speed(0.005 * extent);
        let widths = narrowest(window, extent)..=4.0 * extent;
        let value = value.range(widths).clamp_existing_to_range(false);
        ui.add(value).labelled_by(label.id);
    });
    if (new_center, new_width) != (center, width) {
        let half = 0.5 * new_width;
        commands.push(with_ends(window, new_center - half, new_center + half));
    }
}

/// The smallest width that makes sense for a window function.
fn narrowest(window: &Voi, extent: f64) -> f64 {
    match window {
        Voi::Window {
            function: VoiFunction::Linear,
            ..
        } => 1.0,
        _ => 1e-3 * extent,
    }
}

fn with_ends(window: &Voi, low: f64, high: f64) -> UiCommand {
    let function = match window {
        Voi::Window { function, .. } => *function,
        Voi::Lut(_) => VoiFunction::LinearExact,
    };
    UiCommand::SetVoi(Voi::Window {
        center: 0.5 * (low + high),
        width: high - low,
        function,
        explanation: String::new(),
    })
}
