//! A job of a small window: the button that stops it, and how far it is.

use super::progress::progress_text;
use crate::ui::running_job::RunningJob;
use crate::ui::theme;
use eframe::egui::{ProgressBar, RichText, Ui};

/// Draws the row; whether the button was pressed. A job that made room says so.
pub fn job_row_ui(ui: &mut Ui, stop: &str, job: &RunningJob, is_deferred: bool) -> bool {
    let row = ui.horizontal(|ui| {
        let is_stopped = ui.button(stop).clicked();
        let fraction = job.progress.map_or(0.0, |progress| progress.fraction);
        let bar = ProgressBar::new(fraction).show_percentage();
        ui.add(
            bar.desired_width(theme::SWEEP_FIELD)
                .fill(theme::of(ui).selected),
        );
        let text = match &job.progress {
            _ if is_deferred => "Waits for the run that was asked for meanwhile".to_owned(),
            Some(progress) => progress_text(progress),
            None => "Waiting for the worker".to_owned(),
        };
        ui.label(RichText::new(text).color(theme::of(ui).text_weak));
        is_stopped
    });
    row.inner
}
