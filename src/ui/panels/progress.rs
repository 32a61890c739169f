//! How far a run is, and where it is heading.

use super::last_run::last_run_ui;
use super::stages::{stage_name, stages_ui};
use crate::ui::command::UiCommand;
use crate::ui::running_job::RunningJob;
use crate::ui::shortcuts::with_key;
use crate::ui::state::AppState;
use crate::ui::theme;
use crate::worker::{JobId, PathKind, Preview, Progress};
use eframe::egui::{
    Align, ColorImage, Id, Image, Label, Layout, ProgressBar, Rect, RichText, TextureHandle,
    TextureOptions, Ui, UiBuilder, Vec2,
};

/// The block at the top has the same height with and without a run and its preview: a slider must not slip away
/// from under the pointer.
pub fn progress_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let size = Vec2::new(ui.available_width(), theme::PROGRESS_HEIGHT);
    let block = UiBuilder::new()
        .max_rect(Rect::from_min_size(ui.cursor().min, size))
        .layout(Layout::left_to_right(Align::Min));
    let mut block = ui.new_child(block);
    let preview = state.job.as_ref().and_then(|job| job.preview.as_ref());
    if let (Some(job), Some(preview)) = (&state.job, preview) {
        preview_ui(&mut block, job, preview);
    }
    block.vertical(|ui| run_ui(ui, state, commands));
    ui.allocate_space(size);
    ui.separator();
}

/// How far the run is, or what the last one took.
fn run_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let Some(job) = state.job.as_ref().or(state.loading.as_ref()) else {
        match state.study().and_then(|study| study.result()) {
            Some(result) => last_run_ui(ui, result),
            None => ready_ui(ui, state),
        }
        return;
    };
    let (fraction, text) = match job.progress {
        Some(progress) => (progress.fraction, progress_text(&progress)),
        None if state.job.is_some() => (0.0, "Waiting for the worker".to_owned()),
        None => (0.0, "Loading the model".to_owned()),
    };
    let bar = ProgressBar::new(fraction).show_percentage();
    let bar = bar.desired_height(theme::BAR_HEIGHT);
    ui.add(bar.fill(theme::of(ui).selected));
    if let Some(progress) = &job.progress {
        stages_ui(ui, progress);
    }
    ui.add(Label::new(RichText::new(text).color(theme::of(ui).text_weak)).wrap());
    if state.job.is_some() && ui.button("Cancel run").clicked() {
        commands.push(UiCommand::CancelJob);
    }
}

/// What stands where the progress bar will be, before there is anything to tell.
fn ready_ui(ui: &mut Ui, state: &AppState) {
    let weak = theme::of(ui).text_weak;
    let (text, what) = if state.bundle.is_some() {
        let key = with_key(ui.ctx(), "Suppress", &UiCommand::Suppress);
        let what = format!(
            "{key} finds the lungs, takes the bones off and shows the soft-tissue image beside the original. How far it \
             is stands here, and it can be stopped."
        );
        ("Ready", what)
    } else {
        let what = "How far a run is, and how long it takes, will stand here.";
        ("Open a model bundle to suppress bones", what.to_owned())
    };
    ui.label(RichText::new(text).color(weak));
    let what = RichText::new(what).small().color(weak);
    ui.add(Label::new(what).wrap());
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
pub fn duration_text(secs: f64) -> String {
    if secs < 90.0 {
        format!("{:.0} s", secs.max(1.0))
    } else {
        format!("{:.0} min", secs / 60.0)
    }
}

/// Where the run is heading: a small picture that is no result and goes nowhere else. How far the run is stands beside
/// it, once.
fn preview_ui(ui: &mut Ui, job: &RunningJob, preview: &Preview) {
    let texture = texture(ui, job.handle.id(), preview);
    let path = match preview.path() {
        PathKind::Global => "whole picture",
        PathKind::Local => "lungs",
    };
    let name = format!("Preview of the {path}: not a result");
    let [width, height] = theme::PREVIEW_SIZE;
    let size = Vec2::new(width, theme::PROGRESS_HEIGHT);
    ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
        ui.set_width(width);
        let picture = Image::new(&texture).max_size(Vec2::new(width, height));
        let picture = ui.add(picture.alt_text(&name));
        picture.on_hover_ui(|ui| {
            ui.label(&name);
            ui.add(Image::new(&texture).max_size(Vec2::splat(theme::PREVIEW_ENLARGED)));
        });
        let caption = RichText::new("Preview only").small();
        ui.label(caption.color(theme::of(ui).text_weak));
    });
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
            "Lungs once more, step 12 of 50, about 5 min left"
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
