//! The list of measures with their values, and the menu of the tools.

use super::measure_plot::{line_plot_ui, rib_plot_ui};
use super::measures::{label_text, rib_text};
use crate::measure::{LayerStatistics, Measure, MeasureId, Shape, Statistics, contrast_to_noise};
use crate::ui::command::UiCommand;
use crate::ui::measuring::{MeasureCommand, PixelReading, Tool};
use crate::ui::shortcuts::{key_text, with_key};
use crate::ui::state::AppState;
use crate::ui::study::OpenStudy;
use crate::ui::theme;
use eframe::egui::{Button, DragValue, Grid, Label, RichText, TextEdit, Ui};

/// True lengths that can be stated, mm.
const TRUE_LENGTHS: std::ops::RangeInclusive<f64> = 0.1..=2000.0;

/// The menu of the tools.
pub fn measure_menu_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    if state.study().is_none() {
        ui.add_enabled(false, Button::new("Measure"));
        return;
    }
    ui.menu_button("Measure", |ui| {
        for tool in Tool::ALL {
            let command = UiCommand::Measure(MeasureCommand::Take(tool));
            let in_hand = state.measuring.tool == Some(tool);
            let button = Button::selectable(in_hand, tool.name());
            let button = button.shortcut_text(key_text(ui.ctx(), &command));
            if ui.add(button).on_hover_text(tool.hint()).clicked() {
                commands.push(command);
                ui.close();
            }
        }
    });
}

/// The section of the right panel; nothing where nothing is measured and no tool is in hand.
pub fn measure_list_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let Some(study) = state.study() else {
        return;
    };
    let measuring = &state.measuring;
    if measuring.tool.is_none() && !study.has_measures() {
        return;
    }
    ui.heading("Measures");
    if let Some(tool) = measuring.tool {
        let hint = format!("{}: {} (Esc ends)", tool.name(), tool.hint());
        ui.label(RichText::new(hint).color(theme::of(ui).accent));
    }
    for measure in measuring.shown(&study.measures) {
        row_ui(ui, state, study, measure, commands);
        if measuring.selected == Some(measure.id) {
            ui.indent(measure.id, |ui| {
                details_ui(ui, state, study, measure, commands);
            });
        }
    }
    if study.calibration.is_some() {
        ui.label(
            RichText::new("Millimetres follow the length you stated").color(theme::of(ui).caution),
        );
        let back = ui.button("Back to the file's pixel size");
        if back.clicked() {
            commands.push(UiCommand::Measure(MeasureCommand::ForgetCalibration));
        }
    }
    ui.separator();
}

fn row_ui(
    ui: &mut Ui,
    state: &AppState,
    study: &OpenStudy,
    measure: &Measure,
    commands: &mut Vec<UiCommand>,
) {
    let chosen = state.measuring.selected == Some(measure.id);
    let mut text = measure.name();
    for part in [
        measure.shape.value_text(&study.scale()),
        label_text(state, measure),
    ] {
        if !part.is_empty() {
            text = format!("{text}: {part}");
        }
    }
    let button = Button::selectable(chosen, text).wrap();
    if ui.add(button).clicked() {
        let id = (!chosen).then_some(measure.id);
        commands.push(UiCommand::Measure(MeasureCommand::Select(id)));
    }
}

/// Everything about the measure that is chosen.
fn details_ui(
    ui: &mut Ui,
    state: &AppState,
    study: &OpenStudy,
    measure: &Measure,
    commands: &mut Vec<UiCommand>,
) {
    let scale = study.scale();
    let reading = study.current_reading(measure);
    let withheld = state.withheld_text().filter(|_| reading.is_some());
    if let Some(text) = withheld {
        ui.label(RichText::new(text).color(theme::of(ui).caution));
    }
    match reading {
        Some(PixelReading::Region(layers)) => region_ui(ui, (state, study), measure.id, layers),
        Some(PixelReading::Profile(profiles)) => {
            if let Shape::Profile { ends } = &measure.shape {
                let length = scale.length(ends[0], ends[1]).value;
                line_plot_ui(ui, &state.told_profiles(profiles), length, &scale);
            }
        }
        Some(PixelReading::Rib(_)) if withheld.is_some() => {}
        Some(PixelReading::Rib(rib)) => {
            ui.add(Label::new(rib_text(rib)).wrap());
            if let Ok(rib) = rib {
                rib_plot_ui(ui, rib, &scale);
            }
        }
        Some(PixelReading::Lost) => {
            ui.label("The pixels under it could not be read.");
        }
        None => {}
    }
    if matches!(measure.shape, Shape::Length { .. }) {
        calibrate_ui(ui, state, commands);
    }
    ui.horizontal(|ui| {
        words_ui(ui, state, measure, commands);
        let delete = UiCommand::Measure(MeasureCommand::Delete);
        let tip = with_key(ui.ctx(), "Take this measure away", &delete);
        if ui.button("Delete").on_hover_text(tip).clicked() {
            commands.push(delete);
        }
    });
}

/// The line in which words are written to a measure; hidden words are not to be edited blindly.
fn words_ui(ui: &mut Ui, state: &AppState, measure: &Measure, commands: &mut Vec<UiCommand>) {
    if state.is_patient_hidden() {
        return;
    }
    let typing = state.measuring.typing.as_ref();
    let typed = typing.filter(|(id, _)| *id == measure.id);
    let mut text = typed.map_or_else(|| measure.label.clone(), |(_, text)| text.clone());
    let width = (ui.available_width() - 70.0).max(60.0);
    let line = TextEdit::singleline(&mut text)
        .hint_text("Words")
        .desired_width(width);
    let response = ui.add(line).accessible_name("Words of the measure");
    let is_asked = typed.is_some_and(|(_, text)| text.is_empty() && measure.label.is_empty());
    if is_asked && !response.has_focus() && !response.lost_focus() {
        response.request_focus();
    }
    if response.changed() {
        commands.push(UiCommand::Measure(MeasureCommand::Type(measure.id, text)));
    }
    if response.lost_focus() {
        commands.push(UiCommand::Measure(MeasureCommand::EndTyping));
    }
}

fn calibrate_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    ui.horizontal_wrapped(|ui| {
        ui.label("True length");
        let mut true_mm = state.measuring.true_length_mm;
        let value = DragValue::new(&mut true_mm)
            .range(TRUE_LENGTHS)
            .speed(0.5)
            .suffix(" mm");
        let response = ui.add(value).accessible_name("True length");
        if response.changed() {
            let command = MeasureCommand::SetTrueLength(true_mm);
            commands.push(UiCommand::Measure(command));
        }
        let tip = "Every length of this study follows, now and the next time; shown as \"user\"";
        if ui.button("Calibrate").on_hover_text(tip).clicked() {
            commands.push(UiCommand::Measure(MeasureCommand::Calibrate));
        }
    });
}

/// Every layer's numbers, and the contrast to the other regions.
fn region_ui(
    ui: &mut Ui,
    (state, study): (&AppState, &OpenStudy),
    id: MeasureId,
    layers: &[LayerStatistics],
) {
    let layers: Vec<_> = state.told_statistics(layers).copied().collect();
    let small = |text: String| RichText::new(text).small();
    let Some(first) = layers.iter().find_map(|one| one.statistics) else {
        ui.label("No pixel of the picture lies in it");
        return;
    };
    Grid::new(("statistics", id))
        .min_row_height(theme::TABLE_ROW)
        .num_columns(5)
        .spacing([6.0, 3.0])
        .show(ui, |ui| {
            for head in ["", "mean", "sd", "min", "max"] {
                ui.label(small(head.to_owned()).color(theme::of(ui).text_weak));
            }
            ui.end_row();
            for one in &layers {
                ui.label(small(one.layer.name().to_owned()));
                if let Some(s) = one.statistics {
                    for value in [s.mean, s.deviation, s.min, s.max] {
                        ui.label(small(number(value)));
                    }
                }
                ui.end_row();
            }
        });
    let medians = layers
        .iter()
        .filter_map(|one| Some((one.layer, one.statistics?.median)));
    let medians: Vec<String> = medians
        .map(|(layer, median)| format!("{} {}", layer.name(), number(median)))
        .collect();
    let text = format!("{} pixels; medians: {}", first.count, medians.join(", "));
    ui.add(Label::new(small(text)).wrap());
    for other in study.measures.iter().filter(|other| other.id != id) {
        if let Some(PixelReading::Region(others)) = study.current_reading(other)
            && let Some(text) = contrast_text(&layers, others)
        {
            let text = format!("Contrast to noise with {}: {text}", other.name());
            ui.add(Label::new(small(text)).wrap())
                .on_hover_text("|mean a - mean b| / sqrt((sd a² + sd b²) / 2)");
        }
    }
}

/// Contrast-to-noise ratio of two regions on every layer that has one.
fn contrast_text(layers: &[LayerStatistics], others: &[LayerStatistics]) -> Option<String> {
    let ratio = |one: &LayerStatistics| {
        let other = others.iter().find(|other| other.layer == one.layer)?;
        let pair: (Statistics, Statistics) = (one.statistics?, other.statistics?);
        let ratio = contrast_to_noise(&pair.0, &pair.1)?;
        Some(format!("{} {ratio:.2}", one.layer.name()))
    };
    let all: Vec<String> = layers.iter().filter_map(ratio).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

/// A value with about four digits that matter.
fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 1000.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}
