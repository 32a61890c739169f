//! Checkpoints of a run, and branches from them.

use super::ask;
use super::preflight::{MOST_ITERATIONS, learning_rate_ui, patience_ui};
use crate::ui::command::UiCommand;
use crate::ui::state::AppState;
use crate::ui::theme;
use crate::ui::training::{Branch, TrainingCommand, TrainingRun};
use crate::worker::{BranchSettings, CheckpointRecord};
use eframe::egui::{Button, DragValue, Grid, RichText, TextEdit, Ui};

/// The checkpoints that lie in the run folder.
pub(super) fn checkpoints_ui(
    ui: &mut Ui,
    state: &AppState,
    run: &TrainingRun,
    commands: &mut Vec<UiCommand>,
) {
    if run.checkpoints.is_empty() {
        return;
    }
    ui.heading("Checkpoints");
    let table = Grid::new("checkpoints").striped(true).num_columns(4);
    table.show(ui, |ui| {
        for found in run.checkpoints.iter().rev() {
            row_ui(ui, (state, run), found, commands);
            ui.end_row();
        }
    });
    if let Some(branch) = &state.training.branch {
        branch_ui(ui, state, branch, commands);
    }
}

/// Where a branch goes, and how far.
fn branch_ui(ui: &mut Ui, state: &AppState, asked: &Branch, commands: &mut Vec<UiCommand>) {
    let mut changed = asked.clone();
    let from = asked.checkpoint.iteration;
    ui.label(format!(
        "A branch from iteration {from} goes on exactly from there, in a folder of its own."
    ));
    ui.horizontal(|ui| {
        let label = ui.label("Its run folder");
        let edit = TextEdit::singleline(&mut changed.out)
            .desired_width(theme::TRAINING_FIELD)
            .password(state.is_patient_hidden());
        ui.add(edit).labelled_by(label.id);
    });
    settings_ui(ui, from, &mut changed.settings);
    ui.horizontal(|ui| {
        let can_begin = !asked.out.trim().is_empty() && !state.training.is_running();
        let begin = ui.add_enabled(can_begin, Button::new("Begin the branch"));
        let tip = "Name its folder first; while a run goes on, pause or stop it";
        if begin.on_disabled_hover_text(tip).clicked() {
            ask(commands, TrainingCommand::Branch);
        }
        if ui.button("No branch").clicked() {
            ask(commands, TrainingCommand::AskBranch(None));
        }
    });
    if changed != *asked {
        ask(commands, TrainingCommand::AskBranch(Some(changed)));
    }
}

/// What the branch has otherwise.
fn settings_ui(ui: &mut Ui, from: u64, settings: &mut BranchSettings) {
    Grid::new("branch").num_columns(4).show(ui, |ui| {
        let label = ui.label("Iterations, with those before it");
        let drag = DragValue::new(&mut settings.iterations).range(from + 1..=MOST_ITERATIONS);
        ui.add(drag.speed(10.0)).labelled_by(label.id);
        learning_rate_ui(ui, &mut settings.learning_rate);
        ui.end_row();
        let label = ui.label("Iterations between validations");
        let drag = DragValue::new(&mut settings.validate_every).range(1..=MOST_ITERATIONS);
        ui.add(drag).labelled_by(label.id);
        patience_ui(ui, &mut settings.patience);
        ui.end_row();
    });
}

fn row_ui(
    ui: &mut Ui,
    (state, run): (&AppState, &TrainingRun),
    found: &CheckpointRecord,
    commands: &mut Vec<UiCommand>,
) {
    ui.label(format!("Iteration {}", found.iteration));
    let score = found.score;
    ui.label(score.map_or_else(
        || "not judged".to_owned(),
        |score| format!("score {score:.3}"),
    ));
    let marks = match (found.is_best, found.is_last) {
        (true, true) => "best and newest",
        (true, false) => "best",
        (false, true) => "newest",
        (false, false) => "",
    };
    ui.label(RichText::new(marks).color(theme::of(ui).accent));
    let branch = ui.button("Branch...");
    let name = format!("Branch from iteration {}", found.iteration);
    let tip = format!(
        "A second run that goes on from {}",
        state.shown_path(&found.path)
    );
    let branch = branch.accessible_name(name).on_hover_text(tip);
    if branch.clicked() {
        let out = format!("{}-from-{}", run.folder.display(), found.iteration);
        let asked = Branch {
            checkpoint: found.clone(),
            out,
            settings: BranchSettings {
                iterations: run.iterations.unwrap_or(0).max(found.iteration + 1),
                learning_rate: run.learning_rate,
                patience: run.patience.unwrap_or(0),
                validate_every: run.validate_every,
            },
        };
        ask(commands, TrainingCommand::AskBranch(Some(asked)));
    }
}
