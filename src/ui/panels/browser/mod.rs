//! The study browser: patients, studies and series with what became of every image.

mod image_row;

use crate::ui::browser::{BrowserRow, Level, RowKind};
use crate::ui::command::{BrowseCommand, ListCommand, UiCommand};
use crate::ui::file_id::FileId;
use crate::ui::queue::QueueCommand;
use crate::ui::state::AppState;
use crate::ui::study::Study;
use crate::ui::theme;
use crate::ui::thumbnails::ThumbnailTextures;
use crate::ui::widgets::middle_ellipsis::{fitted, fitted_file_name};
use crate::ui::widgets::status_sign::paint_fold;
use eframe::egui::{
    Align2, Button, Id, Key, Rect, Response, RichText, Role, ScrollArea, Sense, Stroke, StrokeKind,
    TextEdit, TextStyle, Ui, Vec2, WidgetInfo,
};
use image_row::image_ui;

/// Rows this far beyond the visible part are drawn too, points: the arrow keys must find them.
const MARGIN: f32 = 2.0 * theme::BROWSER_IMAGE;

/// Draws the browser.
pub fn browser_ui(
    ui: &mut Ui,
    state: &AppState,
    thumbnails: &mut ThumbnailTextures,
    commands: &mut Vec<UiCommand>,
) {
    thumbnails.keep_listed(&state.studies);
    ui.add_space(4.0);
    let place = state.browser.order.iter().position(|i| *i == state.current);
    let shown = place.unwrap_or(state.current) + 1;
    ui.label(RichText::new(format!("File {shown} of {}", state.studies.len())).strong());
    search_ui(ui, state, commands);
    ui.separator();
    let rows = &state.browser.rows;
    let height = rows.iter().map(height).sum();
    let mut panel = Panel {
        state,
        thumbnails,
        commands,
    };
    ScrollArea::vertical()
        .auto_shrink(false)
        .show_viewport(ui, |ui, visible| {
            ui.set_height(height);
            let whole = ui.max_rect();
            let mut top = 0.0;
            for row in rows {
                let row_height = self::height(row);
                let min = whole.min + Vec2::new(0.0, top);
                let rect = Rect::from_min_size(min, Vec2::new(whole.width(), row_height));
                let near =
                    top < visible.bottom() + MARGIN && top + row_height > visible.top() - MARGIN;
                if near {
                    panel.row_ui(ui, row, rect);
                }
                if row.kind == RowKind::Image(state.current) && turned_to(ui, state.current_file())
                {
                    ui.scroll_to_rect(rect, None);
                }
                top += row_height;
            }
            if rows.is_empty() && !state.studies.is_empty() {
                ui.label(RichText::new("Nothing is found.").color(theme::of(ui).text_weak));
            }
        });
}

/// Height of a row, points.
fn height(row: &BrowserRow) -> f32 {
    match row.kind {
        RowKind::Image(_) => theme::BROWSER_IMAGE,
        RowKind::Group { .. } | RowKind::Skipped(_) => theme::BROWSER_HEADING,
    }
}

fn search_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    if state.is_patient_hidden() {
        let text = "No search while patients are hidden";
        ui.label(RichText::new(text).small().color(theme::of(ui).text_weak));
        return;
    }
    let mut text = state.browser.search.clone();
    let edit = TextEdit::singleline(&mut text)
        .desired_width(f32::INFINITY)
        .hint_text("Search name, ID, date, file");
    let response = ui.add(edit).accessible_name("Search studies");
    let response = response.on_hover_text("The words \"key image\" find studies with a star");
    if state.browser.wants_search {
        response.request_focus();
        commands.push(UiCommand::Browse(BrowseCommand::Find(false)));
    }
    let is_entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if is_entered && !text.is_empty() {
        commands.push(UiCommand::Browse(BrowseCommand::ShowFound));
    }
    if response.changed() {
        commands.push(UiCommand::Browse(BrowseCommand::Search(text)));
    }
}

/// Whether `file_id` is another one than in the frame before: only then the browser follows, so that
/// it can be scrolled away from the entry shown.
fn turned_to(ui: &Ui, file_id: Option<FileId>) -> bool {
    let id = Id::unique("study browser follows");
    ui.data_mut(|data| {
        let before: Option<FileId> = data.get_temp(id).flatten();
        data.insert_temp(id, file_id);
        before != file_id
    })
}

/// What rows draw with.
struct Panel<'a> {
    state: &'a AppState,
    thumbnails: &'a mut ThumbnailTextures,
    commands: &'a mut Vec<UiCommand>,
}

impl Panel<'_> {
    fn row_ui(&mut self, ui: &mut Ui, row: &BrowserRow, rect: Rect) {
        let rect = rect.with_min_x(rect.left() + row.depth as f32 * theme::TREE_INDENT);
        match &row.kind {
            RowKind::Group {
                level,
                key,
                title,
                folded,
                images,
            } => self.group_ui(ui, rect, (*level, key, title, *folded), images),
            RowKind::Image(index) => {
                image_ui(
                    ui,
                    rect,
                    *index,
                    (self.state, self.thumbnails, self.commands),
                );
            }
            RowKind::Skipped(index) => self.skipped_ui(ui, rect, *index),
        }
    }

    fn group_ui(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        (level, key, title, folded): (Level, &str, &str, bool),
        images: &[usize],
    ) {
        let id = ui.unique_id().with(("group", key));
        let response = ui.interact(rect, id, Sense::click());
        let enabled = ui.is_enabled();
        response.widget_info(|| WidgetInfo::selected(Role::Button, enabled, !folded, title));
        background(ui, rect, &response, false);
        let painter = ui.painter();
        let sign = rect.left_center() + Vec2::new(8.0, 0.0);
        paint_fold(painter, sign, folded, theme::of(ui).text_weak);
        let font = TextStyle::Body.resolve(ui.style());
        let colour = match level {
            Level::Skipped => theme::of(ui).text_weak,
            _ => theme::of(ui).text,
        };
        let room = rect.width() - 20.0;
        let shown = fitted(painter, title, &font, room);
        let at = rect.left_center() + Vec2::new(17.0, 0.0);
        painter.text(at, Align2::LEFT_CENTER, shown, font, colour);
        let response = response.on_hover_text(title);
        if response.gained_focus() {
            response.scroll_to_me(None);
        }
        if response.clicked() {
            let turn = BrowseCommand::Turn(key.to_owned());
            self.commands.push(UiCommand::Browse(turn));
        }
        if level != Level::Skipped {
            response.context_menu(|ui| {
                background_entry_ui(ui, images, self.state, self.commands);
                ui.separator();
                if ui.button("Take all of them off the list").clicked() {
                    let files = file_ids(images, self.state);
                    let command = ListCommand::TakeOff(files);
                    self.commands.push(UiCommand::List(command));
                    ui.close();
                }
            });
        }
    }

    /// A file that is no radiograph: grey, with the reason.
    fn skipped_ui(&mut self, ui: &mut Ui, rect: Rect, index: usize) {
        let Some(file) = self.state.browser.skipped.get(index) else {
            return;
        };
        let hidden = self.state.is_patient_hidden();
        let name = match file.path.file_name() {
            _ if hidden => format!("File {}", index + 1),
            Some(name) => name.to_string_lossy().into_owned(),
            None => file.path.display().to_string(),
        };
        let id = ui.unique_id().with(("skipped", index));
        let response = ui.interact(rect, id, Sense::hover());
        let label = format!("{name}: {}", file.reason);
        response.widget_info(|| WidgetInfo::labeled(Role::Label, false, &label));
        let font = TextStyle::Body.resolve(ui.style());
        let shown = fitted_file_name(ui.painter(), &name, &font, rect.width() - 6.0);
        let at = rect.left_center() + Vec2::new(4.0, 0.0);
        ui.painter().text(
            at,
            Align2::LEFT_CENTER,
            shown,
            font,
            theme::of(ui).text_weak,
        );
        let path = self.state.shown_path(&file.path);
        response.on_hover_text(format!("{}\n{path}", file.reason));
    }
}

/// The entry of a menu that queues what has no soft-tissue image of these studies.
fn background_entry_ui(
    ui: &mut Ui,
    studies: &[usize],
    state: &AppState,
    commands: &mut Vec<UiCommand>,
) {
    let found = studies.iter().filter_map(|&index| state.studies.get(index));
    let has_model = state.bundle.is_some() || state.loading.is_some();
    let is_wanted = has_model && found.into_iter().any(|study| state.can_be_queued(study));
    let button = Button::new("Suppress in the background");
    if ui.add_enabled(is_wanted, button).clicked() {
        let command = QueueCommand::Add(file_ids(studies, state));
        commands.push(UiCommand::Queue(command));
        ui.close();
    }
}

fn file_ids(studies: &[usize], state: &AppState) -> Vec<FileId> {
    let found = studies.iter().filter_map(|&index| state.studies.get(index));
    found.map(Study::file_id).collect()
}

/// What lies behind a row: the one shown, the one under the pointer, the one the keys are on.
fn background(ui: &Ui, rect: Rect, response: &Response, shown: bool) {
    let fill = match (shown, response.hovered()) {
        (true, _) => Some(theme::of(ui).selected),
        (false, true) => Some(theme::of(ui).button_hovered),
        (false, false) => None,
    };
    if let Some(fill) = fill {
        ui.painter().rect_filled(rect, 3, fill);
    }
    if response.has_focus() {
        let stroke = Stroke::new(1.0, theme::of(ui).accent);
        ui.painter()
            .rect_stroke(rect, 3, stroke, StrokeKind::Inside);
    }
}
