//! The question about a folder whose pictures state neither polarity nor pixel size.

use crate::ui::command::{FolderCommand, UiCommand};
use crate::ui::folder_facts::PIXEL_SIZES_MM;
use crate::ui::state::AppState;
use crate::ui::theme;
use crate::ui::widgets::check_box::check_box;
use eframe::egui::{self, DragValue, RichText, Ui};

/// Pixel size proposed where one is to be stated, mm: a usual detector's.
const USUAL_MM: f64 = 0.143;

/// Whether the study shown lies in a folder that must be asked about.
pub fn is_asked(state: &AppState) -> bool {
    let study = state.study();
    study.is_some_and(|study| state.folders.unknown_folder(&study.radiograph).is_some())
}

/// Draws the question with what was answered so far.
pub fn folder_bar_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let colours = theme::of(ui);
    let frame = egui::Frame::new()
        .fill(colours.caution_fill)
        .inner_margin(egui::Margin::symmetric(10, 4));
    let caution = colours.caution;
    frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.horizontal_wrapped(|ui| {
            let text = "These files state neither polarity nor pixel size. For this folder:";
            ui.label(RichText::new(text).color(caution));
            answer_ui(ui, state, commands);
        });
    });
}

fn answer_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let mut facts = state.folders.draft;
    let before = facts;
    let text = "bones are dark: exchange black and white";
    check_box(ui, &mut facts.is_inverted, text);
    let mut is_known = facts.pixel_mm.is_some();
    check_box(ui, &mut is_known, "a pixel measures");
    let mut size_mm = facts.pixel_mm.unwrap_or(USUAL_MM);
    let value = DragValue::new(&mut size_mm)
        .range(PIXEL_SIZES_MM)
        .speed(0.001)
        .fixed_decimals(3)
        .suffix(" mm");
    ui.add_enabled(is_known, value);
    facts.pixel_mm = is_known.then_some(size_mm);
    if facts != before {
        commands.push(UiCommand::Folder(FolderCommand::Draft(facts)));
    }
    if ui.button("Remember for this folder").clicked() {
        commands.push(UiCommand::Folder(FolderCommand::Keep));
    }
    if ui.button("Take them as they are").clicked() {
        commands.push(UiCommand::Folder(FolderCommand::TakeAsTheyAre));
    }
}
