//! A run: how it stands, what can be done with it, its curves and checkpoints.

use super::checkpoints::checkpoints_ui;
use super::samples::samples_ui;
use super::{ask, caution_ui, failure_ui, hint_ui, plots_ui};
use crate::radiograph::counted;
use crate::ui::command::UiCommand;
use crate::ui::panels::progress::duration_text;
use crate::ui::state::AppState;
use crate::ui::theme;
use crate::ui::training::{RunStatus, TrainingCommand, TrainingRun};
use eframe::egui::{Button, ProgressBar, RichText, Ui};

/// The run that is watched.
pub(super) fn run_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let Some(run) = &state.training.run else {
        hint_ui(ui, "No run was begun or opened.");
        return;
    };
    status_ui(ui, run);
    buttons_ui(ui, run, commands);
    ui.label(
        RichText::new(state.shown_path(&run.folder))
            .small()
            .color(theme::of(ui).text_weak),
    );
    if let RunStatus::Failed(sentence) = &run.status {
        failure_ui(ui, sentence);
        next_step_ui(ui, run);
    }
    for warning in &run.warnings {
        caution_ui(ui, warning);
    }
    ui.separator();
    if run.curves.loss().is_some() {
        plots_ui(ui, &run.curves, run.best, commands);
    } else {
        let text = match run.job {
            Some(_) => "Curves appear with the first report.",
            None => "The log of this run holds no report.",
        };
        hint_ui(ui, text);
    }
    samples_ui(ui, state, run, commands);
    checkpoints_ui(ui, state, run, commands);
}

/// In words and as a bar.
fn status_ui(ui: &mut Ui, run: &TrainingRun) {
    let tokens = theme::of(ui);
    ui.horizontal(|ui| {
        let colour = match run.status {
            RunStatus::Failed(_) => tokens.failure,
            RunStatus::WaitingForReader | RunStatus::Paused => tokens.caution,
            _ => tokens.accent,
        };
        ui.label(RichText::new(run.status.words()).strong().color(colour));
        if let Some(latest) = run.latest {
            let bar = ProgressBar::new(latest.fraction as f32).show_percentage();
            let bar = bar.desired_height(theme::BAR_HEIGHT).desired_width(220.0);
            ui.add(bar.fill(tokens.selected));
        }
        ui.label(speed_text(run));
    });
    if let Some((iteration, score)) = run.best {
        let since = run.epochs_since_best();
        let since = since.map_or_else(String::new, |epochs| format!(", {epochs:.1} epochs ago"));
        let patience = patience_text(run);
        ui.label(format!(
            "Best score {score:.3} after {}{since}{patience}",
            counted(iteration, "iteration")
        ));
    }
}

/// How long the run will wait for a better score.
fn patience_text(run: &TrainingRun) -> String {
    let Some(patience) = run.patience else {
        return String::new();
    };
    let waited = run.validations_without_gain;
    format!(
        "; {waited} of {} without a better one",
        counted(patience, "validation")
    )
}

fn speed_text(run: &TrainingRun) -> String {
    let Some(latest) = run.latest else {
        return String::new();
    };
    let done = latest.iteration;
    let done = run.iterations.map_or_else(
        || counted(done, "iteration"),
        |all| format!("{done} of {}", counted(all, "iteration")),
    );
    let mut parts = vec![done];
    if run.job.is_some() && latest.iterations_per_sec > 0.0 {
        parts.push(format!("{:.2} s each", 1.0 / latest.iterations_per_sec));
        let left = run.secs_left().map(duration_text);
        parts.extend(left.map(|left| format!("about {left} left")));
    } else {
        parts.push(format!(
            "{} of training",
            duration_text(latest.elapsed_secs)
        ));
    }
    parts.join(", ")
}

fn buttons_ui(ui: &mut Ui, run: &TrainingRun, commands: &mut Vec<UiCommand>) {
    ui.horizontal(|ui| {
        let is_ending = matches!(run.status, RunStatus::Pausing | RunStatus::Stopping);
        if run.job.is_some() {
            let tip = "Writes a checkpoint and lets its networks go, so that reading has the memory; Resume goes on as if it had never stopped";
            let pause = ui.add_enabled(!is_ending, Button::new("Pause"));
            if pause.on_hover_text(tip).clicked() {
                ask(commands, TrainingCommand::Pause);
            }
            let tip = "Writes a checkpoint and ends; the best checkpoint stays";
            let stop = ui.add_enabled(!is_ending, Button::new("Stop and keep the best"));
            if stop.on_hover_text(tip).clicked() {
                ask(commands, TrainingCommand::Stop);
            }
        } else {
            let can_resume = run.status != RunStatus::Finished;
            let tip = "Goes on from the newest checkpoint";
            let resume = ui.add_enabled(can_resume, Button::new("Resume"));
            if resume.on_hover_text(tip).clicked() {
                ask(commands, TrainingCommand::Resume);
            }
        }
        if run.curves.loss().is_some() {
            ui.separator();
            save_ui(ui, commands);
        }
    });
}

/// What can be done after a failure.
fn next_step_ui(ui: &mut Ui, run: &TrainingRun) {
    let text = match run.checkpoints.iter().find(|found| found.is_last) {
        Some(last) => format!(
            "Nothing before iteration {} is lost. Mend what is named above, then press Resume; or branch from a \
             checkpoint below.",
            last.iteration
        ),
        None => {
            "No checkpoint was written yet. Mend what is named above and prepare the run again."
                .to_owned()
        }
    };
    ui.label(text);
}

fn save_ui(ui: &mut Ui, commands: &mut Vec<UiCommand>) {
    let tip = "curves.png in the run folder";
    let picture = ui.button("Save the curves as PNG").on_hover_text(tip);
    if picture.clicked() {
        ask(commands, TrainingCommand::SavePicture);
    }
    let tip = "curves.csv in the run folder";
    let numbers = ui.button("Save the numbers as CSV").on_hover_text(tip);
    if numbers.clicked() {
        ask(commands, TrainingCommand::SaveNumbers);
    }
}
