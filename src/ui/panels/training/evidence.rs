//! Evidence: the checkpoints of a run judged against the model in force, and what may be done with them.

mod tables;

use super::{ask, caution_ui, failure_ui, hint_ui, main_button};
use crate::radiograph::counted;
use crate::ui::command::{UiCommand, model_words};
use crate::ui::panels::progress::duration_text;
use crate::ui::state::AppState;
use crate::ui::theme;
use crate::ui::training::{Evidence, EvidenceCommand, TrainingCommand, TrainingRun};
use crate::worker::{Candidate, CheckpointRecord, ContestOutcome, NUM_REFERENCE_CASES};
use eframe::egui::{Button, Checkbox, Label, ProgressBar, RichText, ScrollArea, TextStyle, Ui};
use std::path::Path;
use tables::{cases_ui, caveat_ui, differences_ui, models_ui, sets_ui};

/// Width of the bar that says how far judging is, points.
const BAR_WIDTH: f32 = 240.0;

/// The evidence about the run that is watched.
pub(super) fn evidence_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let Some(run) = &state.training.run else {
        hint_ui(ui, "No run was begun or opened.");
        return;
    };
    let evidence = &state.training.evidence;
    hint_ui(
        ui,
        "The best and the last checkpoint, and the model in force, make the pictures of the test pairs that the split of \
         the run locked away, and of eight phantoms. A study that is opened meanwhile comes first.",
    );
    about_ui(ui, state, run);
    judging_ui(ui, run, evidence, commands);
    if evidence.run == run.folder
        && let Some(sentence) = evidence.outcome.failure()
    {
        failure_ui(ui, sentence);
    }
    if evidence.run == run.folder
        && let Some(sentence) = &evidence.out_of_date
    {
        caution_ui(ui, sentence);
    }
    if let Some(outcome) = evidence.of_run(&run.folder) {
        outcome_ui(ui, state, outcome, commands);
    }
    in_force_ui(ui, evidence, commands);
}

/// Which run is judged, and how long that takes.
fn about_ui(ui: &mut Ui, state: &AppState, run: &TrainingRun) {
    let name = run
        .folder
        .file_name()
        .map_or(run.folder.as_path(), Path::new);
    let text = format!(
        "Run folder {}: {}",
        state.shown_path(name),
        judged_text(run)
    );
    let label = ui.add(Label::new(text).wrap());
    label.on_hover_text(state.shown_path(&run.folder));
    if !state.training.evidence.is_judging() && !run.checkpoints.is_empty() {
        hint_ui(ui, &effort_text(state, run));
    }
}

/// The checkpoints that are judged, by their iterations.
fn judged_text(run: &TrainingRun) -> String {
    let of = |is_it: fn(&CheckpointRecord) -> bool| {
        let mut found = run.checkpoints.iter().filter(|one| is_it(one));
        found.next().map(|one| one.iteration)
    };
    let done = |iteration: u64| match run.iterations {
        Some(all) => format!("{iteration} of {}", counted(all, "iteration")),
        None => counted(iteration, "iteration"),
    };
    match (of(|one| one.is_best), of(|one| one.is_last)) {
        (Some(best), Some(last)) if best != last => {
            format!("best checkpoint after {best}, last after {}", done(last))
        }
        (Some(one), _) | (None, Some(one)) => format!("checkpoint after {}", done(one)),
        (None, None) => "no checkpoint yet".to_owned(),
    }
}

/// How many pictures are made, and how long that takes as far as pictures of this window measured it.
fn effort_text(state: &AppState, run: &TrainingRun) -> String {
    let judged = run
        .checkpoints
        .iter()
        .filter(|one| one.is_best || one.is_last);
    let models = judged.count().max(1) + 1;
    let pairs = match run.num_left_out {
        0 => return "How long it takes is told after the first picture.".to_owned(),
        pairs => counted(pairs, "pair"),
    };
    let pictures = models * (run.num_left_out + NUM_REFERENCE_CASES);
    let measured = state.bundle.as_ref().and_then(|bundle| {
        let secs = state.step_costs.sampling_secs(bundle, &state.defaults, 1)?;
        Some(secs * pictures as f64)
    });
    let time = measured.map_or_else(
        || "How long that takes is told after the first one.".to_owned(),
        |secs| {
            format!(
                "About {} at the pace of the pictures made here before.",
                duration_text(secs)
            )
        },
    );
    format!(
        "Judging makes {pictures} pictures: {pairs} kept out of the run and {NUM_REFERENCE_CASES} phantoms, by {models} models. {time}"
    )
}

/// The button that begins it, or how far it is.
fn judging_ui(ui: &mut Ui, run: &TrainingRun, evidence: &Evidence, commands: &mut Vec<UiCommand>) {
    if !evidence.is_judging() {
        let obstacle = if run.job.is_some() {
            Some("The run goes on; wait for its end, pause it or stop it.")
        } else if run.checkpoints.is_empty() {
            Some("The run has no checkpoint yet.")
        } else {
            None
        };
        ui.horizontal(|ui| {
            if main_button(ui, obstacle.is_none(), "Judge on the locked test pairs") {
                tell(commands, EvidenceCommand::Judge);
            }
            ui.label(RichText::new(obstacle.unwrap_or_default()).color(theme::of(ui).text_weak));
        });
        return;
    }
    ui.horizontal(|ui| {
        if ui.button("Cancel judging").clicked() {
            tell(commands, EvidenceCommand::Cancel);
        }
        let fraction = evidence.progress.map_or(0.0, |progress| progress.fraction);
        let bar = ProgressBar::new(fraction).show_percentage();
        let bar = bar
            .desired_height(theme::BAR_HEIGHT)
            .desired_width(BAR_WIDTH);
        ui.add(bar.fill(theme::of(ui).selected));
        ui.label(progress_text(evidence));
    });
}

fn progress_text(evidence: &Evidence) -> String {
    if evidence.is_waiting {
        return "Waiting while a study is read".to_owned();
    }
    let Some(step) = &evidence.step else {
        return "The checkpoints are packed, and the pairs looked at".to_owned();
    };
    let (number, total, model) = (step.number, step.total, &step.model);
    let left = evidence.progress.and_then(|progress| progress.eta_secs);
    let left = left.map(duration_text);
    let left = left.map_or_else(String::new, |left| format!(", about {left} left"));
    format!("Picture {number} of {total}, {model}{left}")
}

fn outcome_ui(
    ui: &mut Ui,
    state: &AppState,
    outcome: &ContestOutcome,
    commands: &mut Vec<UiCommand>,
) {
    let evidence = &state.training.evidence;
    let Some(candidate) = evidence.candidate(outcome) else {
        return;
    };
    ui.separator();
    judged_ui(ui, evidence, outcome);
    if let Some(sentence) = outcome.caution() {
        caution_ui(ui, &sentence);
    }
    ui.horizontal(|ui| {
        ui.label("Candidate");
        for (place, other) in outcome.candidates.iter().enumerate() {
            let label = &other.contestant.label;
            let version = &other.contestant.info.manifest.version;
            let text = format!("{label}, {version} iterations");
            let button = Button::selectable(place == evidence.shown, text);
            if ui.add(button).clicked() {
                tell(commands, EvidenceCommand::ShowCandidate(place));
            }
        }
    });
    verdict_ui(ui, candidate);
    statement_ui(ui, evidence, candidate, commands);
    acts_ui(ui, (evidence, outcome, candidate), commands);
    ui.separator();
    sets_ui(ui, evidence, commands);
    let wide = ScrollArea::horizontal().id_salt("evidence models");
    wide.show(ui, |ui| models_ui(ui, evidence, outcome, candidate));
    let wide = ScrollArea::horizontal().id_salt("evidence differences");
    wide.show(ui, |ui| differences_ui(ui, evidence, outcome, candidate));
    caveat_ui(ui, evidence, candidate);
    cases_ui(ui, state, candidate, commands);
}

/// When it was judged, and how often the test part was looked at.
fn judged_ui(ui: &mut Ui, evidence: &Evidence, outcome: &ContestOutcome) {
    let weak = theme::of(ui).text_weak;
    let (made_at, device) = (&outcome.made_at, &outcome.device);
    let kept = if evidence.is_kept {
        "; kept in the run folder, and every model is still what it was"
    } else {
        ""
    };
    ui.label(RichText::new(format!("Judged {made_at} on {device}{kept}")).color(weak));
    if let Some(looks) = outcome.looks {
        ui.label(RichText::new(looks.sentence()).color(weak));
    }
}

/// What somebody may state of earlier weights that do not say what they learned from.
fn statement_ui(
    ui: &mut Ui,
    evidence: &Evidence,
    candidate: &Candidate,
    commands: &mut Vec<UiCommand>,
) {
    let Some(unknown) = candidate.pairs.unknown() else {
        return;
    };
    let mut is_stated = candidate.pairs.is_stated;
    let text = format!("I state that the test pairs are not among what {unknown} learned from");
    let tip = "The statement stands in the record of the promotion and in the report";
    let asked = ui.add_enabled(
        evidence.promoting.is_none(),
        Checkbox::new(&mut is_stated, text),
    );
    if asked.on_hover_text(tip).changed() {
        tell(commands, EvidenceCommand::State(is_stated));
    }
}

/// Every question with its answer, in words that need no colour.
fn verdict_ui(ui: &mut Ui, candidate: &Candidate) {
    let tokens = theme::of(ui);
    let (text, colour) = if candidate.verdict.is_passed() {
        ("It may be put in force.", tokens.accent)
    } else {
        ("It may not be put in force.", tokens.failure)
    };
    ui.label(RichText::new(text).strong().color(colour));
    ui.scope(|ui| {
        close_lines(ui);
        for check in &candidate.verdict.checks {
            let (word, colour) = if check.passed {
                ("ok", tokens.text)
            } else {
                ("FAILED", tokens.failure)
            };
            ui.horizontal_wrapped(|ui| {
                ui.label(RichText::new(word).strong().color(colour));
                ui.label(&check.told);
            });
        }
    });
}

/// Lines of text stand as close as in a paragraph, not as far as buttons.
fn close_lines(ui: &mut Ui) {
    ui.spacing_mut().interact_size.y = ui.text_style_height(&TextStyle::Body);
}

/// What may be done with the candidate shown.
fn acts_ui(
    ui: &mut Ui,
    (evidence, outcome, candidate): (&Evidence, &ContestOutcome, &Candidate),
    commands: &mut Vec<UiCommand>,
) {
    let is_passed = candidate.verdict.is_passed();
    let is_promoting = evidence.promoting.is_some();
    ui.horizontal(|ui| {
        let can = is_passed && !is_promoting && !evidence.asks_promotion;
        let button = ui.add_enabled(can, Button::new("Put in force..."));
        if button
            .on_disabled_hover_text("Every question above must be answered with ok")
            .clicked()
        {
            tell(commands, EvidenceCommand::AskPromotion(true));
        }
        let tip = "Writes all of this as a page into the folder evidence of the run";
        if ui.button("Report...").on_hover_text(tip).clicked() {
            tell(commands, EvidenceCommand::Report);
        }
        if is_promoting {
            ui.label("The model is copied and checked");
        }
    });
    if evidence.asks_promotion {
        let named = |of: &crate::worker::Contestant| {
            let manifest = &of.info.manifest;
            format!("{} {}", manifest.name, manifest.version)
        };
        let (ours, base) = (named(&candidate.contestant), named(&outcome.base));
        caution_ui(
            ui,
            &format!(
                "Put {ours} in force in place of {base}? The window, and every command that names no model, will use it; \
                 its checksum stands in every picture that is written."
            ),
        );
        ui.horizontal(|ui| {
            if main_button(ui, true, "Put in force") {
                tell(commands, EvidenceCommand::Promote);
            }
            if ui.button("Not now").clicked() {
                tell(commands, EvidenceCommand::AskPromotion(false));
            }
        });
    }
}

/// Which model is in force, and the way back.
fn in_force_ui(ui: &mut Ui, evidence: &Evidence, commands: &mut Vec<UiCommand>) {
    if let Some(sentence) = evidence.models.failure() {
        ui.separator();
        failure_ui(ui, sentence);
        let tip =
            "Puts the model that comes with the program in force, whatever became of the others";
        let button = ui.button("Use the shipped model").on_hover_text(tip);
        if button.clicked() {
            tell(commands, EvidenceCommand::UseShipped);
        }
    }
    let Some(models) = evidence.models.done() else {
        return;
    };
    ui.separator();
    let Some(model) = &models.in_force else {
        ui.label("In force: the shipped model");
        return;
    };
    ui.label(format!("In force: {}", model_words(model)));
    let before = models.before.as_ref();
    let before = before.map_or_else(|| "the shipped model".to_owned(), model_words);
    ui.horizontal(|ui| {
        let button = ui.add_enabled(evidence.promoting.is_none(), Button::new("Take back"));
        if button.clicked() {
            tell(commands, EvidenceCommand::TakeBack);
        }
        ui.label(format!("goes back to {before}"));
    });
}

fn tell(commands: &mut Vec<UiCommand>, command: EvidenceCommand) {
    ask(commands, TrainingCommand::Evidence(command));
}
