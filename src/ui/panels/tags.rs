//! The window of DICOM tags: a tree to search and copy from, and what differs from another study.

use crate::formats::{TagChange, TagDifference, TagRow};
use crate::ui::command::{BrowseCommand, UiCommand};
use crate::ui::state::AppState;
use crate::ui::tag_window::Tags;
use crate::ui::theme;
use eframe::egui::{
    Align, ComboBox, Context, Label, Layout, RichText, ScrollArea, TextEdit, TextStyle, Ui, Vec2,
    Window,
};

/// Height around the list that its window and the screen's border take, points.
const MARGIN_HEIGHT: f32 = 150.0;
/// Width of the column of tags, points.
const TAG_WIDTH: f32 = 92.0;
/// Width of the column of value representations, points.
const VR_WIDTH: f32 = 22.0;
/// Width of the column of keywords, points.
const KEYWORD_WIDTH: f32 = 216.0;
/// Width of the column that says how an element differs, points.
const CHANGE_WIDTH: f32 = 58.0;

/// Draws the window while it is open.
pub fn tags_ui(ctx: &Context, state: &AppState, commands: &mut Vec<UiCommand>) {
    let mut open = state.tags.visible;
    Window::new("DICOM tags")
        .open(&mut open)
        .default_pos(theme::TAGS_PLACE)
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
            ScrollArea::vertical()
                .auto_shrink(false)
                .max_height(height)
                .show_rows(ui, row_height, hits.len(), |ui, range| {
                    ui.spacing_mut().interact_size.y = row_height;
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
    let colours = theme::of(ui);
    ui.horizontal(|ui| {
        let indent = row.depth as f32 * theme::TREE_INDENT;
        ui.add_space(indent);
        cell_ui(ui, TAG_WIDTH, RichText::new(&row.tag).monospace());
        let vr = RichText::new(&row.vr).monospace();
        cell_ui(ui, VR_WIDTH, vr.color(colours.text_weak));
        cell_ui(
            ui,
            (KEYWORD_WIDTH - indent).max(VR_WIDTH),
            RichText::new(&row.keyword),
        );
        if row.value.is_empty() {
            return;
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let copy = ui.small_button("Copy").on_hover_text("Copy the value");
            let name = format!("Copy {}", row.keyword);
            if copy.accessible_name(name).clicked() {
                ui.ctx().copy_text(row.value.clone());
            }
            let width = ui.available_width();
            cell_ui(ui, width, RichText::new(&row.value).color(colours.text));
        });
    });
}

/// A text in a column of this width, points; one that is cut is shown whole under the pointer.
fn cell_ui(ui: &mut Ui, width: f32, text: RichText) {
    let whole = text.text().to_owned();
    let size = Vec2::new(width, ui.text_style_height(&TextStyle::Monospace));
    ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_width(width);
        ui.add(Label::new(text).truncate()).on_hover_text(whole);
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
    ui.horizontal(|ui| {
        ui.label(match differences.len() {
            0 => "No element differs".to_owned(),
            1 => "1 element differs".to_owned(),
            n => format!("{n} elements differ"),
        });
        if !differences.is_empty() {
            let text = RichText::new("from the study shown to the other");
            ui.label(text.color(theme::of(ui).text_weak));
        }
    });
    let row_height = ui.text_style_height(&TextStyle::Monospace) + 4.0;
    ScrollArea::vertical()
        .auto_shrink(false)
        .max_height(height)
        .show_rows(ui, row_height, differences.len(), |ui, range| {
            ui.spacing_mut().interact_size.y = row_height;
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
    let colours = theme::of(ui);
    ui.horizontal(|ui| {
        let indent = row.depth as f32 * theme::TREE_INDENT;
        ui.add_space(indent);
        cell_ui(ui, CHANGE_WIDTH, RichText::new(word).color(colours.caution));
        cell_ui(ui, TAG_WIDTH, RichText::new(&row.tag).monospace());
        cell_ui(
            ui,
            (KEYWORD_WIDTH - indent).max(VR_WIDTH),
            RichText::new(&row.keyword),
        );
        if before.is_empty() && after.is_empty() {
            return;
        }
        let width = (ui.available_width() - ui.spacing().item_spacing.x) / 2.0;
        for (value, colour) in [(before, colours.text_weak), (after, colours.text)] {
            let shown = if value.is_empty() { "(none)" } else { value };
            cell_ui(ui, width, RichText::new(shown).color(colour));
        }
    });
}
