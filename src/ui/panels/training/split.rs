//! Third step: who is learned from, who judges, who is kept for the test.

use super::{ask, caution_ui, failure_ui, hint_ui, main_button};
use crate::dataset::SplitPlan;
use crate::radiograph::{agreeing, counted};
use crate::ui::command::UiCommand;
use crate::ui::state::AppState;
use crate::ui::theme;
use crate::ui::training::{SplitMade, TrainingCommand};
use eframe::egui::{DragValue, Grid, RichText, Ui};

/// Largest share of the patients that judges or is kept, per cent.
const MOST_PERCENT: f64 = 40.0;

/// Parts the patients.
pub(super) fn split_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let wizard = &state.training.wizard;
    hint_ui(
        ui,
        "Patients are parted before anything is augmented. Those of the validation choose the best checkpoint; those of the \
         test are never read by the run.",
    );
    plan_ui(ui, wizard.split_plan, commands);
    ui.horizontal(|ui| {
        if main_button(ui, !wizard.split.is_running(), "Part the patients") {
            ask(commands, TrainingCommand::Split);
        }
        if wizard.split.is_running() {
            ui.label("Reading every file for its checksum");
        }
    });
    if let Some(sentence) = wizard.split.failure() {
        failure_ui(ui, sentence);
    }
    if let Some(made) = wizard.split.done() {
        made_ui(ui, made);
    }
}

fn plan_ui(ui: &mut Ui, plan: SplitPlan, commands: &mut Vec<UiCommand>) {
    let mut changed = plan;
    Grid::new("split").num_columns(2).show(ui, |ui| {
        let seed = ui.label("Seed");
        ui.add(DragValue::new(&mut changed.seed))
            .labelled_by(seed.id);
        ui.end_row();
        for (name, share) in [
            ("Validation", &mut changed.validation),
            ("Test", &mut changed.test),
        ] {
            let label = ui.label(name);
            let mut percent = *share * 100.0;
            let drag = DragValue::new(&mut percent)
                .range(1.0..=MOST_PERCENT)
                .max_decimals(0)
                .suffix(" % of the patients");
            if ui.add(drag).labelled_by(label.id).changed() {
                *share = percent.round() / 100.0;
            }
            ui.end_row();
        }
    });
    if changed != plan {
        ask(commands, TrainingCommand::SetSplit(changed));
    }
}

fn made_ui(ui: &mut Ui, made: &SplitMade) {
    let tokens = theme::of(ui);
    let [training, validation, test] = made.counts();
    ui.label(format!(
        "{} for training, {validation} for validation, {test} locked for the test",
        counted(training, "pair")
    ));
    if made.leaks.is_empty() {
        let text = "No leak: nobody is in two parts, and no file changed since.";
        ui.label(RichText::new(text).strong().color(tokens.accent));
    } else {
        let text = "The split leaks: its figures would be too good. It cannot be used.";
        ui.label(RichText::new(text).strong().color(tokens.failure));
        for leak in &made.leaks {
            failure_ui(ui, leak);
        }
    }
    if let Some(sentence) = &made.phantom_test {
        caution_ui(ui, sentence);
    }
    if made.num_without_patient > 0 {
        let text = format!(
            "{} {} no patient: each such pair counts as a patient of its own. Where one person has several, name the \
             patients in the file patients.csv beside the pairs, one line a pair: pair,patient.",
            counted(made.num_without_patient, "pair"),
            agreeing(made.num_without_patient, "names", "name")
        );
        caution_ui(ui, &text);
    }
}
