//! Fourth and fifth step: what the run takes, and its beginning.

use super::{ask, bytes_text, caution_ui, failure_ui, hint_ui, main_button};
use crate::radiograph::counted;
use crate::ui::command::UiCommand;
use crate::ui::panels::progress::duration_text;
use crate::ui::state::AppState;
use crate::ui::theme;
use crate::ui::training::{RunPlan, TrainingCommand};
use crate::worker::Preflight;
use eframe::egui::{DragValue, Grid, RichText, Ui};

/// Patches come in multiples of this, pixels: a codec takes them down to an eighth, a noise estimator its latents
/// to an eighth of that.
const PATCH_STEP_PX: f64 = 64.0;
/// Most iterations of a run.
pub(super) const MOST_ITERATIONS: u64 = 1_000_000;
/// Share of the free memory or disk above which a run is told to be tight.
const TIGHT: f64 = 0.8;

/// What the run takes, from its first steps.
pub(super) fn preflight_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let wizard = &state.training.wizard;
    plan_ui(ui, &wizard.plan, commands);
    hint_ui(
        ui,
        "The first steps are made as the run makes them, in a folder that is removed again. A study that is opened \
         meanwhile comes first.",
    );
    ui.horizontal(|ui| {
        let is_running = wizard.preflight.is_running() || state.training.is_running();
        let can_run = !is_running && wizard.plan.contradiction().is_none();
        if main_button(ui, can_run, "Run the first steps") {
            ask(commands, TrainingCommand::Preflight);
        }
        if wizard.preflight.is_running() {
            if ui.button("Stop").clicked() {
                ask(commands, TrainingCommand::StopPreflight);
            }
            ui.label("Making the first steps...");
        } else if state.training.is_running() {
            ui.label("A run goes on; wait for its end, or pause it.");
        }
    });
    let contradiction = wizard.plan.contradiction();
    if let Some(sentence) = contradiction.as_deref().or(wizard.preflight.failure()) {
        failure_ui(ui, sentence);
    }
    if let Some(found) = wizard.preflight.done() {
        found_ui(ui, found, among_text(&wizard.mixed));
    }
}

fn plan_ui(ui: &mut Ui, plan: &RunPlan, commands: &mut Vec<UiCommand>) {
    let mut changed = plan.clone();
    Grid::new("plan").num_columns(4).show(ui, |ui| {
        let label = ui.label("Iterations");
        let drag = DragValue::new(&mut changed.iterations).range(10..=MOST_ITERATIONS);
        ui.add(drag.speed(10.0)).labelled_by(label.id);
        learning_rate_ui(ui, &mut changed.learning_rate);
        ui.end_row();
        let label = ui.label("Patches an iteration");
        ui.add(DragValue::new(&mut changed.batch).range(1..=256))
            .labelled_by(label.id);
        let label = ui.label("Side of a patch, px");
        let mut side = changed.patch_px as f64;
        let drag = DragValue::new(&mut side)
            .range(64.0..=1024.0)
            .speed(PATCH_STEP_PX);
        if ui.add(drag.max_decimals(0)).labelled_by(label.id).changed() {
            changed.patch_px = ((side / PATCH_STEP_PX).round() * PATCH_STEP_PX) as usize;
        }
        ui.end_row();
        let label = ui.label("Seed");
        ui.add(DragValue::new(&mut changed.seed))
            .labelled_by(label.id);
        patience_ui(ui, &mut changed.patience);
        ui.end_row();
        let (validated, kept) = (plan.validated_every(), plan.kept_every());
        let tip =
            "How often the validation pairs are looked at; a tenth of the run until you choose";
        interval_ui(
            ui,
            ("Iterations between validations", tip),
            validated,
            &mut changed.validate_every,
        );
        let tip = "How often what was learned is written down; a tenth of the run until you choose";
        interval_ui(
            ui,
            ("Iterations between checkpoints", tip),
            kept,
            &mut changed.checkpoint_every,
        );
        ui.end_row();
    });
    let tip = "One patch after the other, and activations computed a second time: less memory for more time";
    ui.checkbox(&mut changed.saves_memory, "Less memory, more time")
        .on_hover_text(tip);
    if changed != *plan {
        ask(commands, TrainingCommand::SetPlan(changed));
    }
}

/// How often something is done, with its name; `shown` until somebody chooses.
fn interval_ui(ui: &mut Ui, (name, tip): (&str, &str), shown: u64, chosen: &mut Option<u64>) {
    let label = ui.label(name);
    let mut every = shown;
    let drag = DragValue::new(&mut every).range(1..=MOST_ITERATIONS);
    let drag = ui.add(drag).labelled_by(label.id).on_hover_text(tip);
    if drag.changed() {
        *chosen = Some(every);
    }
}

/// The largest learning rate, with its name.
pub(super) fn learning_rate_ui(ui: &mut Ui, learning_rate: &mut f64) {
    let label = ui.label("Learning rate");
    let drag = DragValue::new(learning_rate).range(1e-7..=1e-2);
    let drag = drag
        .speed(1e-6)
        .custom_formatter(|value, _| format!("{value:e}"));
    let tip = "The largest; it falls with the share of the iterations that is done";
    ui.add(drag).labelled_by(label.id).on_hover_text(tip);
}

/// How long a run waits for a better score, with its name.
pub(super) fn patience_ui(ui: &mut Ui, patience: &mut u64) {
    let label = ui.label("Validations without a better score");
    let drag = DragValue::new(patience).range(0..=100);
    let tip = "The run ends by itself after so many; 0 trains to its end";
    ui.add(drag).labelled_by(label.id).on_hover_text(tip);
}

/// Says that pairs which are mixed in count as well.
fn among_text(mixed: &str) -> &'static str {
    if mixed.trim().is_empty() {
        ""
    } else {
        " (those mixed in among them)"
    }
}

/// What the first steps told.
fn found_ui(ui: &mut Ui, found: &Preflight, among: &str) {
    ui.add_space(4.0);
    Grid::new("preflight")
        .num_columns(2)
        .striped(true)
        .show(ui, |ui| {
            for (name, value) in rows(found, among) {
                ui.label(RichText::new(name).color(theme::of(ui).text_weak));
                ui.label(value);
                ui.end_row();
            }
        });
    for sentence in doubts(found) {
        caution_ui(ui, &sentence);
    }
}

fn rows(found: &Preflight, among: &str) -> Vec<(&'static str, String)> {
    let beside = |needed: u64, free: Option<u64>| {
        let free = free.map_or_else(
            || "how much is free is not known".to_owned(),
            |free| format!("{} free", bytes_text(free)),
        );
        format!("{}, {free}", bytes_text(needed))
    };
    let memory = found.memory_bytes.map_or_else(
        || "not known on this system".to_owned(),
        |bytes| beside(bytes, found.free_memory_bytes),
    );
    let mut rows = vec![
        ("Device", found.device.clone()),
        (
            "Pairs",
            format!(
                "{} for training{among}, {} for validation",
                found.num_training, found.num_validation
            ),
        ),
        (
            "Trained numbers",
            format!("{:.1} million", found.num_parameters as f64 / 1e6),
        ),
        ("One iteration", secs_text(found.secs_per_iteration)),
        (
            "The whole run",
            format!("about {}", duration_text(found.total_secs)),
        ),
        ("Memory of the machine", memory),
        ("A checkpoint", bytes_text(found.checkpoint_bytes)),
        (
            "Disk for the run folder",
            beside(found.disk_bytes, found.free_disk_bytes),
        ),
    ];
    if let Some(secs) = found.secs_per_validation {
        rows.insert(4, ("One validation", secs_text(secs)));
    }
    rows
}

fn secs_text(secs: f64) -> String {
    format!("{secs:.2} s")
}

/// What may stand in the way, with what would help.
fn doubts(found: &Preflight) -> Vec<String> {
    let is_tight = |needed: Option<u64>, free: Option<u64>| {
        let both = needed.zip(free);
        both.is_some_and(|(needed, free)| needed as f64 > TIGHT * free as f64)
    };
    let mut doubts = Vec::new();
    if is_tight(found.memory_bytes, found.free_memory_bytes) {
        doubts.push(
            "Little memory would be left for reading: tick \"Less memory\", or take fewer or \
             smaller patches."
                .to_owned(),
        );
    }
    if is_tight(Some(found.disk_bytes), found.free_disk_bytes) {
        doubts.push(
            "The disk is nearly full with it: choose a run folder on another one.".to_owned(),
        );
    }
    if found.num_validation == 0 {
        doubts.push("Nobody judges the run: no checkpoint will be the best.".to_owned());
    }
    if found.device.starts_with("Cuda") {
        let text = "The memory of the graphics card is not told here: a run that does not fit ends with a sentence.";
        doubts.push(text.to_owned());
    }
    doubts
}

/// The beginning of the run.
pub(super) fn start_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let wizard = &state.training.wizard;
    let Some(found) = wizard.preflight.done() else {
        return;
    };
    ui.label(format!(
        "{} on {}{}, about {} on {}. Everything goes to {}.",
        counted(wizard.plan.iterations, "iteration"),
        counted(found.num_training, "pair"),
        among_text(&wizard.mixed),
        duration_text(found.total_secs),
        found.device,
        state.shown_path(wizard.out.trim().as_ref()),
    ));
    hint_ui(
        ui,
        "Reading goes on as before: whatever you open or run comes between two steps of the training.",
    );
    let can_start = !state.training.is_running();
    if main_button(ui, can_start, "Start training") {
        ask(commands, TrainingCommand::Start);
    }
    if !can_start {
        ui.label("A run goes on; wait for its end, or pause it.");
    }
    if let Some(sentence) = wizard.preflight.failure() {
        failure_ui(ui, sentence);
    }
}
