//! The stages of a run, each with a bar of its own.

use crate::ui::theme;
use crate::worker::{Progress, Stage, StepCount};
use eframe::egui::{Rect, Role, Sense, Ui, Vec2, WidgetInfo};

/// Gap between two bars, points.
const GAP: f32 = 3.0;

/// What is done in a stage.
pub(super) fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Prepare => "Preparing",
        Stage::Segment => "Finding the lungs",
        Stage::Encode => "Encoding",
        Stage::Global => "Whole picture",
        Stage::Local => "Lungs once more",
        Stage::Decode => "Decoding",
        Stage::Fuse => "Fusing",
        Stage::Restore => "Restoring full resolution",
    }
}

/// Draws the stages of a job side by side, in their order. Their names do not fit below bars so narrow: the one under
/// way is named beside the percentage, the others by pointing at them.
pub(super) fn stages_ui(ui: &mut Ui, progress: &Progress) {
    let stages: Vec<_> = progress.stages.iter().collect();
    if stages.is_empty() {
        return;
    }
    let size = Vec2::new(ui.available_width(), theme::STAGES_HEIGHT);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let width = (rect.width() + GAP) / stages.len() as f32;
    for (index, (stage, count)) in stages.into_iter().enumerate() {
        let min = rect.min + Vec2::new(index as f32 * width, 0.0);
        let place = Rect::from_min_size(min, Vec2::new(width - GAP, rect.height()));
        bar_ui(ui, place, count);
        let name = format!("{}: {} of {}", stage_name(stage), count.done, count.total);
        let response = ui.interact(place, ui.unique_id().with(("stage", stage)), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, &name));
        response.on_hover_text(&name);
    }
}

fn bar_ui(ui: &Ui, place: Rect, count: StepCount) {
    let painter = ui.painter();
    painter.rect_filled(place, 2, theme::of(ui).sunken);
    let done = place.with_max_x(place.left() + count.share() * place.width());
    painter.rect_filled(done, 2, theme::of(ui).accent);
}
