//! The pictures: which views a layout has, and where each of them lies.

mod keys;
pub(super) mod labels;
mod magnifier;
mod marks;
mod measures;
pub(in crate::ui::panels) mod mouse;
mod shown_results;
pub(super) mod text;
mod view;

use crate::render::ViewId;
use crate::ui::command::{ShellCommand, UiCommand};
use crate::ui::state::AppState;
use crate::ui::study::StudyContent;
use crate::ui::sweep::SweepCommand;
use crate::ui::theme;
use crate::ui::true_size::Screen;
use eframe::egui::{Rect, Ui, Vec2};
use text::centred_text;
use view::View;

pub(super) use view::AI_LABEL;

/// Draws every view of the layout over the whole of `ui`; returns the zoom of the one in use, screen
/// pixels per image pixel.
pub fn views_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) -> Option<f32> {
    let screen = Screen::of(ui.ctx());
    if screen != state.shell.screen {
        commands.push(UiCommand::Shell(ShellCommand::ShownOn(screen)));
    }
    let area = ui.available_rect_before_wrap();
    let Some(study) = state.study() else {
        empty_ui(ui, area, state);
        return None;
    };
    let contents = state.layout.contents();
    let (mut probed, mut zoom, mut seen) = (None, None, None);
    for (index, &content) in contents.iter().enumerate() {
        let view = View {
            id: ViewId(index as u32),
            rect: cell(area, state.layout.num_rows(), index, contents.len()),
            cell: content,
            state,
            study,
        };
        let pixels_per_point = ui.ctx().pixels_per_point();
        let placement = view.placement(pixels_per_point);
        if content == state.active_content() {
            zoom = Some(placement.zoom());
            seen = view.seen(&placement, pixels_per_point);
        }
        probed = view.show(ui, &placement, commands).or(probed);
    }
    if probed != state.probe {
        commands.push(UiCommand::Probe(probed));
    }
    if state.sweep.is_open && seen != state.sweep.seen {
        commands.push(UiCommand::Sweep(SweepCommand::See(seen)));
    }
    zoom
}

/// The `index`th of `count` equal cells in `num_rows` rows.
fn cell(area: Rect, num_rows: usize, index: usize, count: usize) -> Rect {
    let num_columns = count.div_ceil(num_rows);
    let side = |length: f32, n: usize| (length - theme::VIEW_GAP * (n as f32 - 1.0)) / n as f32;
    let size = Vec2::new(
        side(area.width(), num_columns),
        side(area.height(), num_rows),
    );
    let (row, column) = (index / num_columns, index % num_columns);
    let step = size + Vec2::splat(theme::VIEW_GAP);
    Rect::from_min_size(area.min + step * Vec2::new(column as f32, row as f32), size)
}

/// What stands where no picture is.
fn empty_ui(ui: &mut Ui, area: Rect, state: &AppState) {
    let text = match state.studies.get(state.current).map(|study| &study.content) {
        Some(StudyContent::Failed(_)) if state.is_patient_hidden() => {
            "This file cannot be shown; the reason is hidden with the patient's details (P shows it)."
        }
        Some(StudyContent::Failed(sentence)) => sentence.as_str(),
        Some(StudyContent::Reading | StudyContent::Unread) => "Reading...",
        _ => "Open a chest radiograph: File > Open files, or drop files and folders here",
    };
    ui.painter().rect_filled(area, 0, theme::VIEW_BACKGROUND);
    centred_text(ui, area, text);
}
