//! Second step: what the check of the pairs found.

use super::{ask, failure_ui, hint_ui, main_button};
use crate::dataset::{Finding, PairReport, Report, Severity};
use crate::ui::command::UiCommand;
use crate::ui::state::AppState;
use crate::ui::theme;
use crate::ui::training::TrainingCommand;
use eframe::egui::{Align, Grid, Label, Layout, ProgressBar, RichText, ScrollArea, Ui};
use std::path::Path;

/// Most files of a finding that are named.
const MOST_FILES: usize = 3;
/// Width of the words of a finding, points.
const WORD_WIDTH: f32 = 64.0;

/// Looks at the pairs, and shows what was found.
pub(super) fn check_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let wizard = &state.training.wizard;
    if let Some(progress) = &wizard.checking {
        let (done, count) = progress.told();
        ui.horizontal(|ui| {
            if ui.button("Stop the check").clicked() {
                ask(commands, TrainingCommand::StopCheck);
            }
            let bar = ProgressBar::new(done as f32 / count.max(1) as f32);
            let bar = bar.desired_height(theme::BAR_HEIGHT);
            ui.add(bar.fill(theme::of(ui).selected).desired_width(240.0));
            ui.label(format!("{done} of {count} pairs"));
        });
        return;
    }
    hint_ui(
        ui,
        "Every pair is looked at: whether its mates belong together and lie on each other, whether values are cut off, \
         whether a picture is there twice. Errors stand in the way of training; warnings are for you to judge.",
    );
    if main_button(ui, true, "Check the pairs") {
        ask(commands, TrainingCommand::Check);
    }
    if let Some(sentence) = wizard.report.failure() {
        failure_ui(ui, sentence);
    }
    if let Some(report) = wizard.report.done() {
        report_ui(ui, state, report);
    }
}

fn report_ui(ui: &mut Ui, state: &AppState, report: &Report) {
    let tokens = theme::of(ui);
    let [errors, warnings] = [Severity::Error, Severity::Warning].map(|kind| report.count(kind));
    let (text, colour) = if errors > 0 {
        ("Not fit to be learned from: ", tokens.failure)
    } else {
        ("Fit to be learned from: ", tokens.accent)
    };
    let counts = format!(
        "{text}{}, {}, {}",
        counted(report.pairs.len(), "pair"),
        counted(errors, "error"),
        counted(warnings, "warning")
    );
    ui.label(RichText::new(counts).strong().color(colour));
    let list = ScrollArea::vertical()
        .id_salt("findings")
        .max_height(theme::TRAINING_LIST);
    list.show(ui, |ui| {
        for found in &report.findings {
            finding_ui(ui, state, found);
        }
    });
    ui.collapsing("Pairs", |ui| pairs_ui(ui, state, report));
}

fn counted(count: usize, what: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {what}{ending}")
}

fn finding_ui(ui: &mut Ui, state: &AppState, found: &Finding) {
    let tokens = theme::of(ui);
    let (word, colour) = match found.severity {
        Severity::Error => ("Error", tokens.failure),
        Severity::Warning => ("Warning", tokens.caution),
    };
    ui.with_layout(Layout::left_to_right(Align::Min), |ui| {
        ui.allocate_ui_with_layout(
            [WORD_WIDTH, tokens_height(ui)].into(),
            Layout::left_to_right(Align::Min),
            |ui| {
                ui.set_min_width(WORD_WIDTH);
                ui.label(RichText::new(word).color(colour));
            },
        );
        ui.vertical(|ui| {
            let text = format!("{}. {}", capitalised(found.kind.title()), found.text);
            ui.add(Label::new(text).wrap());
            let files = files_text(state, found);
            let files = RichText::new(files).small().color(tokens.text_weak);
            ui.add(Label::new(files).wrap().selectable(true));
        });
    });
}

fn tokens_height(ui: &Ui) -> f32 {
    ui.text_style_height(&eframe::egui::TextStyle::Body)
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

/// The first files by their names: all of them lie in the folder that is checked.
fn files_text(state: &AppState, found: &Finding) -> String {
    let name = |path: &Path| {
        let name = path.file_name().map_or(path, Path::new);
        state.shown_path(name)
    };
    let names = found.files.iter().take(MOST_FILES);
    let names: Vec<String> = names.map(|path| name(path)).collect();
    let more = found.files.len().saturating_sub(MOST_FILES);
    let more = (more > 0).then(|| format!(" and {more} more"));
    format!("{}{}", names.join(", "), more.unwrap_or_default())
}

/// A row a pair: size, how its soft-tissue image lies, how it differs in tone.
fn pairs_ui(ui: &mut Ui, state: &AppState, report: &Report) {
    let table = Grid::new("pairs").striped(true).num_columns(5);
    table.show(ui, |ui| {
        for heading in [
            "Pair",
            "Pixels",
            "Farthest shift, px",
            "Agreement of outlines",
            "Tone offset, grey levels",
        ] {
            ui.label(
                RichText::new(heading)
                    .small()
                    .color(theme::of(ui).text_weak),
            );
        }
        ui.end_row();
        for (index, pair) in report.pairs.iter().enumerate() {
            pair_ui(ui, state, (index, pair));
            ui.end_row();
        }
    });
}

fn pair_ui(ui: &mut Ui, state: &AppState, (index, pair): (usize, &PairReport)) {
    if state.is_patient_hidden() {
        ui.label(format!("Pair {}", index + 1));
    } else {
        ui.label(&pair.name);
    }
    ui.label(format!("{} x {}", pair.size.0, pair.size.1));
    let unknown = || "not known".to_owned();
    let lies = pair.registration.as_ref();
    ui.label(lies.map_or_else(unknown, |lies| format!("{:.2}", lies.farthest_px)));
    ui.label(lies.map_or_else(unknown, |lies| format!("{:.3}", lies.agreement[0])));
    let tone = pair.tone.as_ref();
    ui.label(tone.map_or_else(unknown, |tone| format!("{:.1}", tone.offset)));
}
