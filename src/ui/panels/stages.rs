//! The stages of a run, each with a bar of its own.

use crate::ui::theme;
use crate::worker::{Progress, Stage, StepCount};
use eframe::egui::{Align2, FontId, Painter, Rect, Role, Sense, TextStyle, Ui, Vec2, WidgetInfo};

/// Height of a bar, points.
const BAR_HEIGHT: f32 = 5.0;
/// Gap between two bars, points.
const GAP: f32 = 3.0;
/// Smallest text of a stage's name, points.
const LEAST_TEXT: f32 = 8.0;

/// What is done in a stage.
pub(super) fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Prepare => "Preparing",
        Stage::Segment => "Finding the lungs",
        Stage::Encode => "Encoding",
        Stage::Global => "Whole picture",
        Stage::Local => "Lungs",
        Stage::Decode => "Decoding",
        Stage::Fuse => "Fusing",
        Stage::Restore => "Restoring full resolution",
    }
}

/// The same in one word, for a narrow place.
fn short_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Prepare => "Prepare",
        Stage::Segment => "Find",
        Stage::Encode => "Encode",
        Stage::Global => "Whole",
        Stage::Local => "Lungs",
        Stage::Decode => "Decode",
        Stage::Fuse => "Fuse",
        Stage::Restore => "Restore",
    }
}

/// Draws the stages of a job side by side, in their order.
pub(super) fn stages_ui(ui: &mut Ui, progress: &Progress) {
    let stages: Vec<_> = progress.stages.iter().collect();
    if stages.is_empty() {
        return;
    }
    let size = Vec2::new(ui.available_width(), theme::STAGES_HEIGHT);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let width = (rect.width() + GAP) / stages.len() as f32;
    let font = names_font(ui, width - GAP);
    for (index, (stage, count)) in stages.into_iter().enumerate() {
        let min = rect.min + Vec2::new(index as f32 * width, 0.0);
        let place = Rect::from_min_size(min, Vec2::new(width - GAP, rect.height()));
        let is_running = stage == progress.stage && count.done < count.total;
        bar_ui(ui, place, count);
        let colour = if is_running {
            theme::of(ui).text
        } else {
            theme::of(ui).text_weak
        };
        let painter = ui.painter_at(place);
        let below = place.center_bottom();
        painter.text(
            below,
            Align2::CENTER_BOTTOM,
            short_name(stage),
            font.clone(),
            colour,
        );
        let name = format!("{}: {} of {}", stage_name(stage), count.done, count.total);
        let response = ui.interact(place, ui.unique_id().with(("stage", stage)), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, &name));
        response.on_hover_text(&name);
    }
}

fn bar_ui(ui: &Ui, place: Rect, count: StepCount) {
    let rail = place.with_max_y(place.top() + BAR_HEIGHT);
    let painter: Painter = ui.painter_at(place);
    painter.rect_filled(rail, 2, theme::of(ui).sunken);
    let done = rail.with_max_x(rail.left() + count.share() * rail.width());
    painter.rect_filled(done, 2, theme::of(ui).accent);
}

/// The font in which the longest name fits a width.
fn names_font(ui: &Ui, width: f32) -> FontId {
    let font = TextStyle::Small.resolve(ui.style());
    let widest = Stage::ALL.map(|stage| {
        let name = short_name(stage).to_owned();
        let galley = ui
            .painter()
            .layout_no_wrap(name, font.clone(), theme::OVERLAY);
        galley.size().x
    });
    let widest = widest.into_iter().fold(1.0, f32::max);
    let size = (font.size * width / widest).min(font.size);
    FontId::new(size.max(LEAST_TEXT), font.family)
}
