//! Tables of the evidence: models side by side, what the candidate has over the others, and every case.

use super::{close_lines, tell};
use crate::evidence::{Better, Comparison, Table, Trend, column};
use crate::ui::command::UiCommand;
use crate::ui::state::AppState;
use crate::ui::theme;
use crate::ui::training::{CaseSet, Evidence, EvidenceCommand};
use crate::worker::{Candidate, ContestOutcome};
use eframe::egui::{Button, Grid, Label, RichText, ScrollArea, Ui};

/// Decimals where a column says nothing.
const DECIMALS: usize = 3;

/// Which set is shown.
pub(super) fn sets_ui(ui: &mut Ui, evidence: &Evidence, commands: &mut Vec<UiCommand>) {
    ui.horizontal(|ui| {
        for set in [CaseSet::Test, CaseSet::Reference] {
            let button = Button::selectable(evidence.set == set, set.name());
            if ui.add(button).clicked() {
                tell(commands, EvidenceCommand::ShowSet(set));
            }
        }
    });
}

/// A line a score, a column a model: mean and standard deviation.
pub(super) fn models_ui(
    ui: &mut Ui,
    evidence: &Evidence,
    outcome: &ContestOutcome,
    candidate: &Candidate,
) {
    let set = evidence.set;
    let mut models: Vec<(&str, &Table)> = outcome
        .contestants()
        .map(|model| (model.label.as_str(), set.of(&model.scores)))
        .collect();
    models.push(("untouched", set.of(&outcome.untouched)));
    close_lines(ui);
    let table = Grid::new("evidence models").striped(true);
    table.show(ui, |ui| {
        ui.label(RichText::new("mean ± sd").color(theme::of(ui).text_weak));
        for (name, _) in &models {
            ui.label(RichText::new(*name).strong());
        }
        ui.end_row();
        for name in judged_columns(set.of(&candidate.contestant.scores)) {
            name_ui(ui, name);
            for (_, table) in &models {
                ui.label(mean_text(table, name));
            }
            ui.end_row();
        }
    });
}

/// What the candidate has over each other model, case by case.
pub(super) fn differences_ui(
    ui: &mut Ui,
    evidence: &Evidence,
    outcome: &ContestOutcome,
    candidate: &Candidate,
) {
    close_lines(ui);
    let ours = &candidate.contestant;
    let set = evidence.set;
    let others = outcome.contestants();
    let others: Vec<_> = others.filter(|other| other.label != ours.label).collect();
    ui.add_space(4.0);
    ui.horizontal_top(|ui| {
        for other in others.into_iter().rev() {
            let comparison = outcome.against(ours, other, |scores| set.of(scores));
            let heading = format!("{} better than {} by", ours.label, other.label);
            ui.vertical(|ui| {
                ui.label(RichText::new(heading).strong());
                comparison_ui(ui, &comparison);
            });
        }
    });
}

/// What must be known of the intervals, where it must.
pub(super) fn caveat_ui(ui: &mut Ui, evidence: &Evidence, candidate: &Candidate) {
    let of_set = match evidence.set {
        CaseSet::Test => &candidate.test,
        CaseSet::Reference => &candidate.reference,
    };
    if let Some(text) = of_set.caveat() {
        ui.add_space(4.0);
        ui.add(Label::new(text).wrap());
    }
}

fn comparison_ui(ui: &mut Ui, comparison: &Comparison) {
    let weak = theme::of(ui).text_weak;
    let table = Grid::new(("evidence differences", &comparison.than)).striped(true);
    table.show(ui, |ui| {
        for name in ["", "mean", "95 % interval", "better in", ""] {
            ui.label(RichText::new(name).color(weak));
        }
        ui.end_row();
        for found in &comparison.differences {
            let decimals = decimals_of(found.column) + 1;
            name_ui(ui, found.column);
            ui.label(format!("{:+.decimals$}", found.mean));
            ui.label(found.interval.map_or_else(
                || "-".to_owned(),
                |interval| {
                    format!(
                        "{:+.decimals$} to {:+.decimals$}",
                        interval.low, interval.high
                    )
                },
            ));
            ui.label(format!("{} of {}", found.better, found.units));
            ui.label(match found.trend() {
                Trend::Better => "better",
                Trend::Worse => "worse",
                Trend::Undecided => "",
            });
            ui.end_row();
        }
    });
    if let Some(correction) = comparison.correction() {
        ui.label(
            RichText::new(correction)
                .small()
                .color(theme::of(ui).text_weak),
        );
    }
}

/// Every case of the candidate, in the order of any column.
pub(super) fn cases_ui(
    ui: &mut Ui,
    state: &AppState,
    candidate: &Candidate,
    commands: &mut Vec<UiCommand>,
) {
    let evidence = &state.training.evidence;
    let table = evidence.cases(candidate);
    let columns = judged_columns(&table);
    ui.add_space(4.0);
    let heading = format!("{}, case by case", candidate.contestant.label);
    ui.label(RichText::new(heading).strong());
    let list = ScrollArea::both()
        .id_salt("evidence cases")
        .min_scrolled_height(theme::TRAINING_LIST)
        .max_height(theme::TRAINING_LIST);
    list.show(ui, |ui| {
        let grid = Grid::new("evidence cases").striped(true);
        grid.show(ui, |ui| {
            heads_ui(ui, evidence, &columns, commands);
            for (number, (case, _)) in table.rows().iter().enumerate() {
                case_ui(ui, (state, number), case, commands);
                for name in &columns {
                    let decimals = decimals_of(name);
                    let value = table.value(case, name);
                    ui.label(
                        value.map_or_else(|| "-".to_owned(), |value| format!("{value:.decimals$}")),
                    );
                }
                ui.end_row();
            }
        });
    });
}

/// Heads that sort by their column.
fn heads_ui(
    ui: &mut Ui,
    evidence: &Evidence,
    columns: &[&'static str],
    commands: &mut Vec<UiCommand>,
) {
    let order = evidence.case_order();
    ui.label("");
    for &name in columns {
        let is_order = order.column == name;
        let text = match (is_order, order.best_first) {
            (true, false) => format!("{name}, worst first"),
            (true, true) => format!("{name}, best first"),
            (false, _) => name.to_owned(),
        };
        let button = ui.add(Button::selectable(is_order, text));
        let button = match column(name) {
            Some(column) => button.on_hover_text(column.meaning),
            None => button,
        };
        if button.clicked() {
            tell(commands, EvidenceCommand::Sort(name));
        }
    }
    ui.end_row();
}

/// The case's name; one of a test pair opens it.
fn case_ui(
    ui: &mut Ui,
    (state, number): (&AppState, usize),
    case: &str,
    commands: &mut Vec<UiCommand>,
) {
    // Names of files may be those of patients.
    let shown = if state.is_patient_hidden() {
        format!("pair {}", number + 1)
    } else {
        case.to_owned()
    };
    if state.training.evidence.set == CaseSet::Reference {
        ui.label(case);
        return;
    }
    let tip = "Opens the radiograph in the main window, with what the models made of it to compare";
    let button = ui.button(format!("Open {shown}")).on_hover_text(tip);
    if button.clicked() {
        tell(commands, EvidenceCommand::OpenCase(case.to_owned()));
    }
}

/// Columns that say which model is better.
fn judged_columns(table: &Table) -> Vec<&'static str> {
    let columns = table.columns().iter().copied();
    let is_judged =
        |name: &&'static str| column(name).is_none_or(|column| column.better != Better::Neither);
    columns.filter(is_judged).collect()
}

fn name_ui(ui: &mut Ui, name: &str) {
    let label = ui.label(name);
    if let Some(column) = column(name) {
        label.on_hover_text(column.meaning);
    }
}

fn mean_text(table: &Table, name: &str) -> String {
    let decimals = decimals_of(name);
    let Some(mean) = table.mean(name) else {
        return "-".to_owned();
    };
    let sd = table.deviation(name);
    let sd = sd.map_or_else(String::new, |sd| format!(" ± {sd:.decimals$}"));
    format!("{mean:.decimals$}{sd}")
}

fn decimals_of(name: &str) -> usize {
    column(name).map_or(DECIMALS, |column| column.decimals)
}
