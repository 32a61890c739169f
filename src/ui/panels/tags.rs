//! The window of DICOM tags: a tree to search and copy from, and what differs from another study.

use crate::formats::{TagChange, TagDifference, TagRow};
use crate::ui::command::{BrowseCommand, UiCommand};
use crate::ui::state::AppState;
use crate::ui::tag_window::Tags;
use crate::ui::theme;
use eframe::egui::{
    ComboBox, Context, Label, RichText, ScrollArea, TextEdit, TextStyle, Ui, Window,
};

/// Height around the list that its window and the screen's border take, points.
const MARGIN_HEIGHT: f32 = 150.0;
/// Room of a value beside its tag and keyword, points.
const VALUE_WIDTH: f32 = 330.0;

/// Draws the window while it is open.
pub fn tags_ui(ctx: &Context, state: &AppState, commands: &mut Vec<UiCommand>) {
    let mut open = state.tags.visible;
    Window::new("DICOM tags")
        .open(&mut open)
        .default_size(theme::TAGS_SIZE)
        .collapsible(false)
        .show(ctx, |ui| {
            if state.is_patient_hidden() {
                ui.label("The tags are hidden with the patient's details (P shows them).");
            } else {
                contents_ui(ui, state, commands);
            }
        });
    if state.tags.visible && !open {
        commands.push(UiCommand::Browse(BrowseCommand::ToggleTags));
    }
}

fn contents_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    ui.horizontal(|ui| {
        let mut text = state.tags.search.clone();
        let edit = TextEdit::singleline(&mut text)
            .desired_width(240.0)
            .hint_text("Keyword, tag or value");
        if ui.add(edit).accessible_name("Search tags").changed() {
            commands.push(UiCommand::Browse(BrowseCommand::SearchTags(text)));
        }
        compare_ui(ui, state, commands);
    });
    ui.separator();
    let height = ui.ctx().content_rect().height() - MARGIN_HEIGHT;
    let height = height.min(theme::TAGS_SIZE[1]);
    if state.tags.other.is_some() {
        differences_ui(ui, state, height);
        return;
    }
    match &state.tags.tags {
        Tags::Nothing => drop(ui.label("Open a radiograph to see its tags.")),
        Tags::Reading => drop(ui.label("Reading...")),
        Tags::Failed(sentence) => drop(ui.label(sentence)),
        Tags::Read(tree) => {
            let hits = &state.tags.hits;
            ui.label(format!("{} of {} elements", hits.len(), tree.rows.len()));
            let row_height = ui.text_style_height(&TextStyle::Monospace) + 4.0;
            ScrollArea::both()
                .auto_shrink(false)
                .max_height(height)
                .show_rows(ui, row_height, hits.len(), |ui, range| {
                    let shown = hits.get(range).unwrap_or_default();
                    for row in shown.iter().filter_map(|index| tree.rows.get(*index)) {
                        row_ui(ui, row);
                    }
                });
        }
    }
}

/// Chooses the study the tags are compared with.
fn compare_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let chosen = state.tags.other.as_ref();
    let index = state
        .studies
        .iter()
        .position(|study| Some(&study.path) == chosen);
    let name = index.map_or_else(
        || "Compare with...".to_owned(),
        |index| state.study_name(index),
    );
    let mut choose = |index| {
        commands.push(UiCommand::Browse(BrowseCommand::CompareTags(index)));
    };
    let shown = ComboBox::from_id_salt("compare tags")
        .selected_text(name)
        .show_ui(ui, |ui| {
            if ui.selectable_label(chosen.is_none(), "Nothing").clicked() {
                choose(None);
            }
            for (other, study) in state.studies.iter().enumerate() {
                let is_subject = Some(&study.path) == state.tags.subject.as_ref();
                let label = state.study_name(other);
                if !is_subject && ui.selectable_label(index == Some(other), label).clicked() {
                    choose(Some(other));
                }
            }
        });
    shown.response.accessible_name("Compare with");
}

fn row_ui(ui: &mut Ui, row: &TagRow) {
    ui.horizontal(|ui| {
        ui.add_space(row.depth as f32 * theme::TREE_INDENT);
        ui.label(RichText::new(&row.tag).monospace());
        ui.label(
            RichText::new(&row.vr)
                .monospace()
                .color(theme::of(ui).text_weak),
        );
        ui.label(&row.keyword);
        if row.value.is_empty() {
            return;
        }
        let copy = ui.small_button("Copy").on_hover_text("Copy the value");
        if copy
            .accessible_name(format!("Copy {}", row.keyword))
            .clicked()
        {
            ui.ctx().copy_text(row.value.clone());
        }
        let value = RichText::new(&row.value).color(theme::OVERLAY);
        ui.add(Label::new(value).truncate())
            .on_hover_text(&row.value);
    });
}

fn differences_ui(ui: &mut Ui, state: &AppState, height: f32) {
    for tags in [&state.tags.tags, &state.tags.other_tags] {
        match tags {
            Tags::Failed(sentence) => {
                ui.label(sentence);
                return;
            }
            Tags::Read(_) => {}
            Tags::Nothing | Tags::Reading => {
                ui.label("Reading...");
                return;
            }
        }
    }
    let differences = &state.tags.differences;
    ui.label(match differences.len() {
        0 => "No element differs".to_owned(),
        1 => "1 element differs".to_owned(),
        n => format!("{n} elements differ"),
    });
    let row_height = ui.text_style_height(&TextStyle::Monospace) + 4.0;
    ScrollArea::both()
        .auto_shrink(false)
        .max_height(height)
        .show_rows(ui, row_height, differences.len(), |ui, range| {
            for difference in differences.get(range).unwrap_or_default() {
                difference_ui(ui, difference);
            }
        });
}

fn difference_ui(ui: &mut Ui, difference: &TagDifference) {
    let TagDifference {
        change,
        row,
        before,
        after,
    } = difference;
    let word = match change {
        TagChange::Added => "added",
        TagChange::Removed => "removed",
        TagChange::Changed => "changed",
    };
    ui.horizontal(|ui| {
        ui.add_space(row.depth as f32 * theme::TREE_INDENT);
        ui.label(RichText::new(word).color(theme::of(ui).caution));
        ui.label(RichText::new(&row.tag).monospace());
        ui.label(&row.keyword);
        for (value, colour) in [(before, theme::of(ui).text_weak), (after, theme::OVERLAY)] {
            if !value.is_empty() {
                ui.scope(|ui| {
                    ui.set_max_width(VALUE_WIDTH);
                    let text = RichText::new(value).color(colour);
                    ui.add(Label::new(text).truncate()).on_hover_text(value);
                });
            }
        }
    });
}
