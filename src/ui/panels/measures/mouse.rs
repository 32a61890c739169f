//! What the mouse does to measures.

use super::MeasureView;
use crate::ui::command::UiCommand;
use crate::ui::measuring::{MeasureCommand, Tool};
use eframe::egui::{CursorIcon, PointerButton, Pos2, Response, Ui};

/// Two places of the pointer that are one, points.
const SAME_PLACE: f32 = 3.0;

pub(super) fn mouse(
    ui: &Ui,
    view: &MeasureView<'_>,
    response: &Response,
    commands: &mut Vec<UiCommand>,
) {
    let mut ask = |command| commands.push(UiCommand::Measure(command));
    let measuring = &view.state.measuring;
    let pointer = response.interact_pointer_pos().or(response.hover_pos());
    let Some(at) = pointer else {
        return;
    };
    let here = view.image_from_ui(at);
    if let Some(grabbed) = &measuring.grabbed {
        if response.dragged_by(PointerButton::Primary) {
            if here != grabbed.to {
                ask(MeasureCommand::Drag(here));
            }
        } else if response.drag_stopped() {
            ask(MeasureCommand::Drag(here));
            ask(MeasureCommand::Release);
        } else if ui.input(|input| !input.pointer.any_down() && !input.pointer.any_released()) {
            // The view in which it was held is gone.
            ask(MeasureCommand::Release);
        }
        return;
    }
    let down = ui.input(|input| input.pointer.press_origin()).unwrap_or(at);
    if let Some((measure, grip)) = view.grip_at(down) {
        if response.contains_pointer() {
            ui.ctx().set_cursor_icon(CursorIcon::PointingHand);
        }
        let id = measure.id;
        if response.drag_started_by(PointerButton::Primary) {
            let from = view.image_from_ui(down);
            ask(MeasureCommand::Grab { id, grip, from });
            ask(MeasureCommand::Drag(here));
            return;
        }
        if response.clicked() {
            ask(MeasureCommand::Select(Some(id)));
            return;
        }
    } else if measuring.tool.is_none() && measuring.selected.is_some() && response.clicked() {
        ask(MeasureCommand::Select(None));
    }
    if let Some(tool) = measuring.tool {
        if response.contains_pointer() {
            ui.ctx().set_cursor_icon(CursorIcon::Crosshair);
        }
        draw(view, tool, response, (down, at), commands);
    }
}

/// Points placed by clicks, or two at once by a drag.
fn draw(
    view: &MeasureView<'_>,
    tool: Tool,
    response: &Response,
    (down, at): (Pos2, Pos2),
    commands: &mut Vec<UiCommand>,
) {
    let draft = &view.state.measuring.draft;
    let placed = |at: Pos2| UiCommand::Measure(MeasureCommand::Place(view.image_from_ui(at)));
    let is_new = |at: Pos2| {
        let last = draft.last().map(|last| view.ui_from_image(*last));
        last.is_none_or(|last| last.distance(at) > SAME_PLACE)
    };
    let missing = tool
        .num_points()
        .map(|needed| needed - draft.len().min(needed));
    let begins_line = match missing {
        Some(missing) => missing > 1,
        None => draft.is_empty(),
    };
    if response.double_clicked() && tool == Tool::Polygon {
        commands.push(UiCommand::Measure(MeasureCommand::Finish));
    } else if response.drag_started_by(PointerButton::Primary) && begins_line {
        commands.push(placed(down));
    } else if (response.clicked() || response.drag_stopped_by(PointerButton::Primary)) && is_new(at)
    {
        commands.push(placed(at));
    }
}
