//! The command palette: every action by a few letters of its name.

use crate::ui::actions::{ACTIONS, Action, Trigger};
use crate::ui::command::{ShellCommand, UiCommand};
use crate::ui::fuzzy;
use crate::ui::shell::Palette;
use crate::ui::shortcuts::{keys_text, view_has_focus, with_key};
use crate::ui::state::AppState;
use crate::ui::theme;
use eframe::egui::{
    Align, Align2, Area, Button, Context, Frame, Id, Key, Layout, Modal, Modifiers, Order, Role,
    ScrollArea, TextEdit, Ui, Vec2, WidgetInfo,
};

/// Draws the palette while it is open.
pub fn palette_ui(ctx: &Context, state: &AppState, commands: &mut Vec<UiCommand>) {
    let Some(palette) = &state.shell.palette else {
        return;
    };
    let id = Id::unique("palette");
    let area = Area::new(id).order(Order::Foreground).anchor(
        Align2::CENTER_TOP,
        Vec2::new(0.0, theme::PALETTE_MARGINS[0]),
    );
    let frame = Frame::popup(&ctx.global_style()).inner_margin(theme::QUESTION_MARGIN);
    let shown = Modal::new(id).area(area).frame(frame).show(ctx, |ui| {
        ui.set_width(theme::PALETTE_WIDTH);
        contents_ui(ui, palette, state, commands);
    });
    if shown.backdrop_response.clicked() {
        commands.push(UiCommand::Shell(ShellCommand::TogglePalette));
    }
}

/// A second row of a command gives it a second key, and nothing else to choose.
fn is_first_of_its_command(action: &Action) -> bool {
    let first = ACTIONS.iter().find(|other| other.command == action.command);
    first.is_some_and(|first| first.id == action.id)
}

/// Actions the query names, the best first; all of them, as the table has them, without a query.
fn found(query: &str, state: &AppState) -> Vec<&'static Action> {
    let offered = ACTIONS.iter().filter(|action| {
        let palette_itself = UiCommand::Shell(ShellCommand::TogglePalette);
        action.trigger == Trigger::Press
            && action.is_available(state)
            && !matches!(action.command, UiCommand::Escape)
            && action.command != palette_itself
            && is_first_of_its_command(action)
    });
    let mut scored: Vec<_> = offered
        .filter_map(|action| Some((fuzzy::score(query, &action.label_in(state))?, action)))
        .collect();
    scored.sort_by_key(|(score, action)| {
        (-score, action.label.len() * usize::from(!query.is_empty()))
    });
    scored.into_iter().map(|(_, action)| action).collect()
}

fn contents_ui(ui: &mut Ui, palette: &Palette, state: &AppState, commands: &mut Vec<UiCommand>) {
    let actions = found(&palette.query, state);
    let last = actions.len().saturating_sub(1);
    let mut next = palette.clone();
    next.chosen = next.chosen.min(last);
    // Before the field sees them: the arrows move through the list, not through the text.
    let (down, up, run, close) = ui.input_mut(|input| {
        let mut pressed = |key| input.consume_key(Modifiers::NONE, key);
        (
            pressed(Key::ArrowDown),
            pressed(Key::ArrowUp),
            pressed(Key::Enter),
            pressed(Key::Escape),
        )
    });
    if down {
        next.chosen = (next.chosen + 1).min(last);
    } else if up {
        next.chosen = next.chosen.saturating_sub(1);
    }
    let field = TextEdit::singleline(&mut next.query)
        .desired_width(f32::INFINITY)
        .hint_text("A few letters of what you want to do");
    let field = ui.add(field).accessible_name("Find a command");
    let is_free = ui.memory(|memory| memory.focused().is_none()) || view_has_focus(ui.ctx());
    if !field.has_focus() && is_free {
        field.request_focus();
    }
    if field.changed() {
        next.chosen = 0;
    }
    ui.add_space(4.0);
    let clicked = list_ui(ui, (&actions, state), &next, down || up);
    let wanted = if run {
        actions.get(next.chosen).copied()
    } else {
        clicked
    };
    if let Some(action) = wanted {
        commands.push(UiCommand::Shell(ShellCommand::TogglePalette));
        commands.push(action.command.clone());
    } else if close {
        commands.push(UiCommand::Shell(ShellCommand::TogglePalette));
    } else if next != *palette {
        commands.push(UiCommand::Shell(ShellCommand::EditPalette(next)));
    }
}

/// The found actions with their keys; returns the one that was clicked.
fn list_ui(
    ui: &mut Ui,
    (actions, state): (&[&'static Action], &AppState),
    palette: &Palette,
    moved: bool,
) -> Option<&'static Action> {
    if actions.is_empty() {
        ui.label("No command has such a name.");
    }
    let mut clicked = None;
    // As many rows as fit: a window over the pictures has no height of its own that its list could fill.
    let [above, below] = theme::PALETTE_MARGINS;
    let height = ui.ctx().content_rect().height() - above - below;
    let list = ScrollArea::vertical()
        .max_height(height)
        .min_scrolled_height(height);
    list.show(ui, |ui| {
        ui.with_layout(Layout::top_down_justified(Align::LEFT), |ui| {
            for (index, action) in actions.iter().enumerate() {
                let chosen = index == palette.chosen;
                let label = action.label_in(state);
                let button = Button::selectable(chosen, label.as_ref())
                    .shortcut_text(keys_text(ui.ctx(), action));
                let response = ui.add(button);
                let name = with_key(ui.ctx(), &label, &action.command);
                response
                    .widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, chosen, &name));
                if chosen && moved {
                    response.scroll_to_me(None);
                }
                if response.clicked() {
                    clicked = Some(*action);
                }
            }
        });
    });
    clicked
}
