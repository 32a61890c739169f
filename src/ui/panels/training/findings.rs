//! Second step: what the check of the pairs found.

use super::pair_pictures::{PICTURE_SIDE, PairTextures, Shown, pictures_of};
use super::registering::{made_ui, offer_ui};
use super::{ask, failure_ui, hint_ui, main_button};
use crate::dataset::{Finding, Report, Severity};
use crate::radiograph::{counted, first_of};
use crate::ui::command::UiCommand;
use crate::ui::state::AppState;
use crate::ui::theme;
use crate::ui::training::{CheckProgress, TrainingCommand};
use eframe::egui::text::LayoutJob;
use eframe::egui::{
    Align, Button, Label, Layout, ProgressBar, Rect, RichText, ScrollArea, Sense, TextFormat,
    TextStyle, Ui, UiBuilder, Vec2,
};
use std::path::Path;
use std::sync::Arc;

/// Most files of a finding that are named.
const MOST_FILES: usize = 3;
/// Width of the words of a finding, points.
const WORD_WIDTH: f32 = 64.0;
/// Gap between pictures and words, and between columns, points.
const GAP: f32 = 6.0;
/// Most lines of a finding's sentence; the whole of it appears under the pointer.
const MOST_LINES: usize = 3;
/// Headings behind the pictures of a pair, and their shares of the width.
const COLUMNS: [(&str, f32); 5] = [
    ("Pair", 0.32),
    ("Pixels", 0.17),
    ("Farthest shift, px", 0.17),
    ("Agreement of outlines", 0.17),
    ("Tone offset, grey levels", 0.17),
];

/// Looks at the pairs, and shows what was found.
pub(super) fn check_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let wizard = &state.training.wizard;
    if let Some(progress) = &wizard.checking {
        let stop = TrainingCommand::StopCheck;
        progress_ui(ui, progress, ("Stop the check", stop), commands);
        return;
    }
    hint_ui(
        ui,
        "Every pair is looked at: whether its mates belong together and lie on each other, whether values are cut off, \
         whether a picture is there twice. Errors stand in the way of training; warnings are for you to judge.",
    );
    made_ui(ui, state);
    if main_button(ui, !wizard.registering.is_running(), "Check the pairs") {
        ask(commands, TrainingCommand::Check);
    }
    if let Some(sentence) = wizard.report.failure() {
        failure_ui(ui, sentence);
    }
    if let Some(report) = wizard.report.done() {
        verdict_ui(ui, report);
        offer_ui(ui, state, report, commands);
        report_ui(ui, state, report);
    }
}

/// A bar, and the button that ends the work.
pub(super) fn progress_ui(
    ui: &mut Ui,
    progress: &CheckProgress,
    (name, stop): (&str, TrainingCommand),
    commands: &mut Vec<UiCommand>,
) {
    let (done, count) = progress.told();
    ui.horizontal(|ui| {
        if ui
            .add_enabled(!progress.is_stopped(), Button::new(name))
            .clicked()
        {
            ask(commands, stop);
        }
        let bar = ProgressBar::new(done as f32 / count.max(1) as f32);
        let bar = bar.desired_height(theme::BAR_HEIGHT);
        ui.add(bar.fill(theme::of(ui).selected).desired_width(240.0));
        ui.label(progress_text(done, count));
    });
}

/// How far the look at the pairs is; nothing is counted before the pairs are known.
fn progress_text(done: usize, count: usize) -> String {
    match count {
        0 => "The folder is listed, and the headers of DICOM files are read".to_owned(),
        count => format!("{done} of {}", counted(count, "pair")),
    }
}

/// Whether a network may learn from the pairs.
fn verdict_ui(ui: &mut Ui, report: &Report) {
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
}

fn report_ui(ui: &mut Ui, state: &AppState, report: &Arc<Report>) {
    let mut textures = PairTextures::take(ui, report);
    if !report.findings.is_empty() {
        ui.strong("Findings");
        let list = ("findings", theme::TRAINING_LIST);
        rows_ui(ui, list, report.findings.len(), |ui, rect, index| {
            if let Some(found) = report.findings.get(index) {
                finding_ui(ui, rect, (state, report, found), &mut textures);
            }
        });
    }
    if !report.pairs.is_empty() {
        let (heading, height) = if report.findings.is_empty() {
            ("Pairs", 2.0 * theme::TRAINING_LIST)
        } else {
            ("Pairs, those with findings first", theme::TRAINING_LIST)
        };
        ui.strong(heading);
        headings_ui(ui, &textures);
        let order = textures.order();
        rows_ui(ui, ("pairs", height), order.len(), |ui, rect, row| {
            if let Some(&(index, worst)) = order.get(row) {
                pair_ui(ui, rect, (state, report, index, worst), &mut textures);
            }
        });
    }
    textures.keep(ui);
}

/// Rows of one height, of which only those in sight are made: thousands cost no more than ten.
fn rows_ui(
    ui: &mut Ui,
    (name, height): (&str, f32),
    count: usize,
    mut row_ui: impl FnMut(&mut Ui, Rect, usize),
) {
    let list = ScrollArea::vertical()
        .id_salt(name)
        .auto_shrink([false, true])
        // Below a long page little of its own would be left to it.
        .min_scrolled_height(height)
        .max_height(height);
    list.show_rows(ui, PICTURE_SIDE, count, |ui, range| {
        for index in range {
            let size = Vec2::new(ui.available_width(), PICTURE_SIDE);
            let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
            row_ui(ui, rect, index);
        }
    });
}

fn finding_ui(
    ui: &mut Ui,
    rect: Rect,
    (state, report, found): (&AppState, &Report, &Finding),
    textures: &mut PairTextures,
) {
    let tokens = theme::of(ui);
    cell_ui(ui, rect.with_max_x(rect.left() + WORD_WIDTH), |ui| {
        ui.label(word_of(ui, found.severity));
    });
    let pictures = rect.with_min_x(rect.left() + WORD_WIDTH);
    let called = |pair| name_of(state, report, pair);
    textures.draw(ui, pictures, &pictures_of(report, found), called);
    let words = rect.with_min_x(pictures.left() + textures.width() + GAP);
    cell_ui(ui, words, |ui| {
        let text = format!("{}. {}", capitalised(found.kind.title()), found.text);
        let mut job = LayoutJob::single_section(text.clone(), body_format(ui));
        job.wrap.max_rows = MOST_LINES;
        ui.add(Label::new(job).wrap()).on_hover_text(text);
        let files = files_text(state, found);
        let files = RichText::new(files).small().color(tokens.text_weak);
        ui.add(Label::new(files).truncate().selectable(true));
    });
}

fn word_of(ui: &Ui, severity: Severity) -> RichText {
    let tokens = theme::of(ui);
    let (word, colour) = match severity {
        Severity::Error => ("Error", tokens.failure),
        Severity::Warning => ("Warning", tokens.caution),
    };
    RichText::new(word).color(colour)
}

fn body_format(ui: &Ui) -> TextFormat {
    TextFormat {
        font_id: TextStyle::Body.resolve(ui.style()),
        color: ui.visuals().text_color(),
        ..TextFormat::default()
    }
}

/// Something in a part of a row; what does not fit is cut off.
fn cell_ui(ui: &mut Ui, rect: Rect, add: impl FnOnce(&mut Ui)) {
    let layout = Layout::top_down(Align::Min);
    let mut cell = ui.new_child(UiBuilder::new().max_rect(rect).layout(layout));
    cell.shrink_clip_rect(rect);
    cell.spacing_mut().item_spacing.y = 1.0;
    add(&mut cell);
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
    let names: Vec<String> = found.files.iter().map(|path| name(path)).collect();
    first_of(&names, MOST_FILES)
}

/// How a pair is called on the screen: names of files may be those of patients.
fn name_of(state: &AppState, report: &Report, pair: usize) -> String {
    match report.pairs.get(pair) {
        Some(report) if !state.is_patient_hidden() => report.name.clone(),
        _ => format!("Pair {}", pair + 1),
    }
}

/// The parts of a row behind its pictures.
fn columns(rect: Rect, textures: &PairTextures) -> [Rect; 5] {
    let left = rect.left() + textures.width() + GAP;
    let width = (rect.right() - left).max(0.0);
    let mut from = left;
    COLUMNS.map(|(_, share)| {
        let next = from + share * width;
        let cell = rect.with_min_x(from).with_max_x(next - GAP);
        from = next;
        cell
    })
}

fn headings_ui(ui: &mut Ui, textures: &PairTextures) {
    let colour = theme::of(ui).text_weak;
    let size = Vec2::new(ui.available_width(), 2.0 * ui.spacing().interact_size.y);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let headings = COLUMNS.iter().map(|(heading, _)| *heading);
    let behind = headings.zip(columns(rect, textures));
    for (heading, cell) in textures.headings(rect).chain(behind) {
        cell_ui(ui, cell, |ui| {
            ui.add(Label::new(RichText::new(heading).small().color(colour)).wrap());
        });
    }
}

/// A pair: its pictures, the worst that was found in it, size, how its soft-tissue image lies, how it differs in tone.
fn pair_ui(
    ui: &mut Ui,
    rect: Rect,
    (state, report, index, worst): (&AppState, &Report, usize, Option<Severity>),
    textures: &mut PairTextures,
) {
    let Some(pair) = report.pairs.get(index) else {
        return;
    };
    let called = |pair| name_of(state, report, pair);
    let pictures: Vec<_> = Shown::of_pair(pair).map(|shown| (index, shown)).collect();
    textures.draw(ui, rect, &pictures, called);
    let unknown = || "not known".to_owned();
    let lies = pair.registration.as_ref();
    let tone = pair.tone.as_ref();
    let texts = [
        called(index),
        format!("{} x {}", pair.size.0, pair.size.1),
        lies.map_or_else(unknown, |lies| format!("{:.2}", lies.farthest_px)),
        lies.map_or_else(unknown, |lies| format!("{:.3}", lies.agreement[0])),
        tone.map_or_else(unknown, |tone| format!("{:.1}", tone.offset)),
    ];
    for (place, (text, cell)) in texts.into_iter().zip(columns(rect, textures)).enumerate() {
        cell_ui(ui, cell, |ui| {
            ui.add(Label::new(text).truncate());
            if let Some(worst) = worst.filter(|_| place == 0) {
                ui.label(word_of(ui, worst).small());
            }
        });
    }
}

#[cfg(test)]
mod tests;
