//! First step: which pairs, which model, which folder; and the way to an earlier run.

use super::{ask, caution_ui, hint_ui};
use crate::ui::command::UiCommand;
use crate::ui::state::AppState;
use crate::ui::theme;
use crate::ui::training::{FineTuning, MIXED_PERCENT, PathField, RunPlan, TrainingCommand};
use eframe::egui::{Button, DragValue, Grid, TextEdit, Ui};
use std::path::PathBuf;

/// Which pairs, which model and which folder.
pub(super) fn data_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    base_ui(ui, state, commands);
    ui.add_space(4.0);
    Grid::new("training data").num_columns(3).show(ui, |ui| {
        path_ui(ui, state, (PathField::Pairs, "Pairs"), commands);
        ui.end_row();
        path_ui(ui, state, (PathField::Soft, "Soft-tissue images"), commands);
        ui.end_row();
        path_ui(ui, state, (PathField::Mixed, "Pairs to mix in"), commands);
        ui.end_row();
        mixed_share_ui(ui, state, commands);
        ui.end_row();
        path_ui(ui, state, (PathField::Run, "Run folder"), commands);
        ui.end_row();
    });
    hint_ui(
        ui,
        "The folder of the pairs holds radiographs and soft-tissue images: NAME_cxr and NAME_soft, two folders of equal \
         names, or DICOM studies. Where the soft-tissue images lie in a folder of their own, under the names of their \
         radiographs or as DICOM files of their studies, name that too. The run folder takes everything that is made; the pairs and the model are only read.",
    );
    hint_ui(
        ui,
        "Pairs to mix in are up to you: phantoms of `diaphane simulate`, or other pairs that the model knows, against \
         forgetting what this site's pairs do not show. They are learned from only: nobody of them judges the run or is kept \
         for the test.",
    );
    ui.add_space(8.0);
    ui.separator();
    ui.heading("An earlier run");
    Grid::new("earlier run").num_columns(3).show(ui, |ui| {
        path_ui(ui, state, (PathField::Earlier, "Its folder"), commands);
        ui.end_row();
    });
    let folder = state.training.wizard.earlier.trim();
    let can_open = !folder.is_empty() && !state.training.is_running();
    let open = ui.add_enabled(can_open, Button::new("Open the run"));
    let tip = "Name its folder first; while a run goes on, another one cannot be opened";
    if open.on_disabled_hover_text(tip).clicked() {
        ask(commands, TrainingCommand::OpenRun(PathBuf::from(folder)));
    }
}

/// What the run starts from.
fn base_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    if state.bundle.is_none() {
        caution_ui(
            ui,
            "No model is loaded to be trained further; open a bundle with File > Open model bundle.",
        );
        return;
    }
    ui.label(format!(
        "Trains the noise estimator of {} further; the model itself stays as it is.",
        state.compute.base_name()
    ));
    if state.compute.adapter().is_some() {
        hint_ui(
            ui,
            "The adapter in force is left out: a run starts from the model itself.",
        );
    }
    let plan = &state.training.wizard.plan;
    ui.horizontal(|ui| {
        ui.label("Changes");
        for method in [FineTuning::Whole, FineTuning::Adapter] {
            if ui.radio(plan.method == method, method.name()).clicked() {
                let plan = RunPlan {
                    method,
                    learning_rate: method.learning_rate(),
                    ..plan.clone()
                };
                ask(commands, TrainingCommand::SetPlan(plan));
            }
        }
    });
}

/// How often pairs that are mixed in are drawn.
fn mixed_share_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let wizard = &state.training.wizard;
    let label = ui.label("Their share");
    let mut percent = wizard.plan.mixed_percent;
    let is_mixed = !wizard.mixed.trim().is_empty();
    let drag = ui.horizontal(|ui| {
        let drag = DragValue::new(&mut percent).range(MIXED_PERCENT);
        let drag = drag.suffix(" % of the patches drawn");
        ui.add_enabled(is_mixed, drag).labelled_by(label.id)
    });
    let tip = "Name a folder of pairs to mix in first";
    if drag.inner.on_disabled_hover_text(tip).changed() {
        let plan = RunPlan {
            mixed_percent: percent,
            ..wizard.plan.clone()
        };
        ask(commands, TrainingCommand::SetPlan(plan));
    }
}

/// A path to type or to choose.
pub(super) fn path_ui(
    ui: &mut Ui,
    state: &AppState,
    (field, name): (PathField, &str),
    commands: &mut Vec<UiCommand>,
) {
    let label = ui.label(name);
    let mut text = state.training.wizard.path(field).to_owned();
    let width = (ui.ctx().content_rect().width() - 240.0).clamp(160.0, theme::TRAINING_FIELD);
    let mut edit = TextEdit::singleline(&mut text).password(state.is_patient_hidden());
    if field == PathField::Soft {
        edit = edit.hint_text("in the same folder");
    } else if field == PathField::Mixed {
        edit = edit.hint_text("none");
    }
    // A grid offers no more than its column had before: a wish for width would not be heard.
    let size = [width, ui.spacing().interact_size.y];
    if ui.add_sized(size, edit).labelled_by(label.id).changed() {
        ask(commands, TrainingCommand::Type(field, text));
    }
    let choose = ui.button("Choose...");
    let choose = choose.accessible_name(format!("Choose: {name}"));
    if choose.clicked() {
        ask(commands, TrainingCommand::Choose(field));
    }
}
