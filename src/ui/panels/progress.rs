//! How far a run is, and where it is heading.

use super::stages::{stage_name, stages_ui};
use crate::ui::command::UiCommand;
use crate::ui::running_job::RunningJob;
use crate::ui::state::AppState;
use crate::ui::theme;
use crate::worker::{JobId, PathKind, Preview, Progress};
use eframe::egui::{
    ColorImage, Id, Image, ProgressBar, RichText, TextureHandle, TextureOptions, Ui, Vec2,
};

/// The block at the top has the same height with and without a run: a slider must not slip away
/// from under the pointer at the moment it is let go.
pub fn progress_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let size = Vec2::new(ui.available_width(), theme::PROGRESS_HEIGHT);
    ui.allocate_ui(size, |ui| {
        ui.set_min_size(size);
        let Some(job) = state.job.as_ref().or(state.loading.as_ref()) else {
            ui.label(RichText::new(idle_text(state)).color(theme::of(ui).text_weak));
            return;
        };
        let (fraction, text) = match job.progress {
            Some(progress) => (progress.fraction, progress_text(&progress)),
            None if state.job.is_some() => (0.0, "Waiting for the worker".to_owned()),
            None => (0.0, "Loading the model".to_owned()),
        };
        let bar = ProgressBar::new(fraction).show_percentage();
        ui.add(bar.fill(theme::of(ui).selected));
        if let Some(progress) = &job.progress {
            stages_ui(ui, progress);
        }
        ui.label(RichText::new(text).color(theme::of(ui).text_weak));
        if state.job.is_some() && ui.button("Cancel run").clicked() {
            commands.push(UiCommand::CancelJob);
        }
    });
    if let Some(job) = &state.job {
        preview_ui(ui, job);
    }
    ui.separator();
}

/// What stands where the progress bar will be.
fn idle_text(state: &AppState) -> String {
    let result = state.study().and_then(|study| study.result());
    match result {
        Some(result) => {
            let times = result.stage_times.iter();
            let total: f64 = times.map(|time| time.elapsed_secs).sum();
            format!("Last run took {}", duration_text(total))
        }
        None if state.bundle.is_some() => "Ready".to_owned(),
        None => "Open a model bundle to suppress bones".to_owned(),
    }
}

/// Stage, step and remaining time in words.
pub(super) fn progress_text(progress: &Progress) -> String {
    let mut parts = vec![stage_name(progress.stage).to_owned()];
    if progress.total > 1 {
        parts.push(format!("step {} of {}", progress.done, progress.total));
    }
    let remaining = progress.eta_secs.map(duration_text);
    parts.extend(remaining.map(|time| format!("about {time} left")));
    parts.join(", ")
}

/// About how long.
pub(super) fn duration_text(secs: f64) -> String {
    if secs < 90.0 {
        format!("{:.0} s", secs.max(1.0))
    } else {
        format!("{:.0} min", secs / 60.0)
    }
}

/// Where the run is heading: a small picture that is no result and goes nowhere else.
fn preview_ui(ui: &mut Ui, job: &RunningJob) {
    let Some(preview) = &job.preview else {
        return;
    };
    let texture = texture(ui, job.handle.id(), preview);
    let size = Vec2::new(ui.available_width(), theme::PREVIEW_HEIGHT);
    let path = match preview.path() {
        PathKind::Global => "whole picture",
        PathKind::Local => "lungs",
    };
    let (step, num_steps) = (preview.step(), preview.num_steps());
    let name = format!("Preview of the {path}, step {step} of {num_steps}: not a result");
    ui.label(RichText::new(&name).small().color(theme::of(ui).text_weak));
    ui.add(Image::new(&texture).max_size(size).alt_text(name));
}

/// The newest preview on the graphics card; one texture serves every preview of a window.
fn texture(ui: &Ui, job: JobId, preview: &Preview) -> TextureHandle {
    let id = Id::unique("preview");
    let shows = (job, preview.path(), preview.step());
    let known = ui.data(|data| data.get_temp::<(TextureHandle, Shows)>(id));
    if let Some((texture, shown)) = &known
        && *shown == shows
    {
        return texture.clone();
    }
    let (width, height) = preview.size();
    let greys = preview.greys().iter();
    let greys: Vec<u8> = greys
        .map(|v| (255.0 * v.clamp(0.0, 1.0)).round() as u8)
        .collect();
    let image = ColorImage::from_gray([width, height], &greys);
    let texture = ui
        .ctx()
        .load_texture("preview", image, TextureOptions::LINEAR);
    ui.data_mut(|data| data.insert_temp(id, (texture.clone(), shows)));
    texture
}

/// Which preview a texture holds.
type Shows = (JobId, PathKind, usize);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::{Stage, StageSteps};

    #[test]
    fn progress_names_stage_step_and_time() {
        let progress = Progress {
            stage: Stage::Local,
            done: 12,
            total: 50,
            fraction: 0.4,
            eta_secs: Some(300.0),
            stages: StageSteps::default(),
        };
        assert_eq!(
            progress_text(&progress),
            "Local path, step 12 of 50, about 5 min left"
        );
        let encode = Progress {
            stage: Stage::Encode,
            total: 1,
            eta_secs: None,
            ..progress
        };
        assert_eq!(progress_text(&encode), "Encoding");
    }
}
