//! The pictures in a window of their own, for another monitor.

use super::views::views_ui;
use crate::ui::command::{ShellCommand, UiCommand};
use crate::ui::look::Content;
use crate::ui::shortcuts;
use crate::ui::state::AppState;
use crate::ui::theme;
use eframe::egui::{
    Align2, Area, CentralPanel, Context, Id, RichText, Ui, ViewportBuilder, ViewportClass,
    ViewportId,
};

const TITLE: &str = "Diaphane - pictures";

/// The viewport of the second window.
pub fn viewport_id() -> ViewportId {
    ViewportId::from_hash_of("pictures")
}

/// Draws the pictures in the second window, and what stands in their place in the first; returns
/// the zoom they have, screen pixels per image pixel. Each view is drawn in one window alone.
pub fn second_window_ui(
    ui: &mut Ui,
    state: &AppState,
    commands: &mut Vec<UiCommand>,
) -> Option<f32> {
    let area = ui.available_rect_before_wrap();
    ui.painter().rect_filled(area, 0, theme::VIEW_BACKGROUND);
    Area::new(Id::unique("bring back"))
        .pivot(Align2::CENTER_CENTER)
        .fixed_pos(area.center())
        .show(ui.ctx(), |ui| {
            let text = RichText::new("The pictures are in the second window.");
            ui.label(text.color(theme::on_picture().text));
            if ui.button("Bring the pictures back").clicked() {
                commands.push(UiCommand::Shell(ShellCommand::ToggleSecondWindow));
            }
        });
    let builder = ViewportBuilder::default()
        .with_title(TITLE)
        .with_inner_size(theme::WINDOW_SIZE)
        .with_min_inner_size(theme::MIN_WINDOW_SIZE);
    let builder = match state.shell.second_window_opening {
        Some(opening) => opening.build(builder),
        None => builder,
    };
    let show = |ui: &mut Ui, class: ViewportClass| window_ui(ui, class, state, commands);
    ui.ctx()
        .show_viewport_immediate(viewport_id(), builder, show)
}

fn window_ui(
    ui: &mut Ui,
    class: ViewportClass,
    state: &AppState,
    commands: &mut Vec<UiCommand>,
) -> Option<f32> {
    let ctx = ui.ctx().clone();
    // Within the first window its keys are read already, and its border closes nothing else.
    if class != ViewportClass::EmbeddedWindow {
        commands.extend(shortcuts::pressed(&ctx));
        shortcuts::held(&ctx);
        let dropped = shortcuts::dropped_files(&ctx);
        commands.extend((!dropped.is_empty()).then_some(UiCommand::OpenPaths(dropped)));
        if ctx.input(|input| input.viewport().close_requested()) {
            commands.push(UiCommand::Shell(ShellCommand::ToggleSecondWindow));
        }
    }
    CentralPanel::no_frame()
        .show(ui, |ui| views_ui(ui, state, commands))
        .inner
}

/// What a key held in the second window asks every view to show.
pub fn held(ctx: &Context, state: &AppState) -> Option<Content> {
    let open = state.shell.second_window;
    open.then(|| shortcuts::held_in(ctx, viewport_id()))
        .flatten()
}
