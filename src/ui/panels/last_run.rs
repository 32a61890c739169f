//! What the run took that made the picture shown, stage by stage.

use super::progress::duration_text;
use super::stages::stage_name;
use crate::ui::theme;
use crate::worker::{StageTime, SuppressionResult};
use eframe::egui::{Grid, Rect, RichText, Role, Sense, Ui, Vec2, WidgetInfo};

/// Gap between two stages in the bar, points.
const GAP: f32 = 2.0;
/// Width of a stage that took next to no time, points.
const LEAST_WIDTH: f32 = 2.0;
/// Gaps between the stages that are told and their times, points.
const COLUMN_GAP: f32 = 12.0;
const ROW_GAP: f32 = 1.0;
/// Stages that are told in words, those that took longest.
const NUM_TOLD: usize = 3;

/// Draws how long the run took, its stages in one bar, and the longest of them in words. It stands where the next run
/// will show how far it is.
pub(super) fn last_run_ui(ui: &mut Ui, result: &SuppressionResult) {
    let weak = theme::of(ui).text_weak;
    let times: Vec<StageTime> = (result.stage_times.iter().copied())
        .filter(|time| time.elapsed_secs > 0.0)
        .collect();
    let total: f64 = times.iter().map(|time| time.elapsed_secs).sum();
    let took = format!("This picture took {}", duration_text(total));
    ui.label(RichText::new(took).color(weak));
    if total <= 0.0 {
        return;
    }
    bar_ui(ui, &times, total);
    let told = Grid::new("longest stages").num_columns(2);
    let told = told.spacing(Vec2::new(COLUMN_GAP, ROW_GAP));
    told.min_row_height(0.0).show(ui, |ui| {
        for time in longest(&times) {
            for text in [stage_name(time.stage).to_owned(), time_text(time)] {
                ui.label(RichText::new(text).small().color(weak));
            }
            ui.end_row();
        }
    });
}

/// The stages in their order, each as wide as the time it took.
fn bar_ui(ui: &mut Ui, times: &[StageTime], total: f64) {
    let size = Vec2::new(ui.available_width(), theme::STAGES_HEIGHT);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let gaps = (GAP + LEAST_WIDTH) * times.len() as f32;
    let shared = (rect.width() - gaps).max(0.0);
    let mut left = rect.left();
    for time in times {
        let width = LEAST_WIDTH + (time.elapsed_secs / total) as f32 * shared;
        let place = Rect::from_min_size(
            rect.with_min_x(left).min,
            Vec2::new(width, theme::STAGES_HEIGHT),
        );
        left = place.right() + GAP;
        ui.painter().rect_filled(place, 2, theme::of(ui).selected);
        let name = format!("{}: {}", stage_name(time.stage), time_text(time));
        let id = ui.unique_id().with(("stage of the last run", time.stage));
        let response = ui.interact(place, id, Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
        response.on_hover_text(&name);
    }
}

fn time_text(time: &StageTime) -> String {
    format!("{:.1} s", time.elapsed_secs)
}

/// The stages that took longest, in their order.
fn longest(times: &[StageTime]) -> Vec<&StageTime> {
    let mut longest: Vec<(usize, &StageTime)> = times.iter().enumerate().collect();
    longest.sort_by(|(_, a), (_, b)| b.elapsed_secs.total_cmp(&a.elapsed_secs));
    longest.truncate(NUM_TOLD);
    longest.sort_by_key(|(place, _)| *place);
    longest.into_iter().map(|(_, time)| time).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::Stage;

    #[test]
    fn the_longest_stages_are_told_in_the_order_they_ran() {
        let took = |stage, elapsed_secs| StageTime {
            stage,
            elapsed_secs,
            cached: false,
        };
        let times = [
            took(Stage::Segment, 0.61),
            took(Stage::Encode, 0.2),
            took(Stage::Global, 4.04),
            took(Stage::Local, 5.0),
            took(Stage::Fuse, 0.3),
        ];
        let told = longest(&times);
        let told: Vec<_> = told
            .iter()
            .map(|time| (time.stage, time_text(time)))
            .collect();
        let expected = [
            (Stage::Segment, "0.6 s"),
            (Stage::Global, "4.0 s"),
            (Stage::Local, "5.0 s"),
        ];
        assert_eq!(told, expected.map(|(stage, text)| (stage, text.to_owned())));
    }
}
