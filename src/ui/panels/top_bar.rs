//! Menus, the buttons of every minute, and the banner that is never hidden.

use super::measure_list::measure_menu_ui;
use super::menu::{items_ui, menu_ui};
use super::recent_menu::recent_menu_ui;
use super::view_menu::view_menu_ui;
use super::window_menu::window_menu_ui;
use crate::ui::actions::Menu;
use crate::ui::command::UiCommand;
use crate::ui::layout::Layout;
use crate::ui::shortcuts::with_key;
use crate::ui::state::AppState;
use crate::ui::theme;
use eframe::egui::{self, Align, Button, RichText, TextStyle, Ui, Vec2};

/// The sentence that is always visible.
pub const BANNER: &str = "Research use only - companion image, read with the original";

/// The same where the bar is narrow; a screen reader has the whole sentence.
const SHORT_BANNER: &str = "Research use only";

/// Margin of the banner's text at both ends, points.
const BANNER_MARGIN: i8 = 8;

/// Start and stop share one place and one size.
const RUN_BUTTON: Vec2 = Vec2::new(theme::RUN_BUTTON_WIDTH, 0.0);

/// Draws the bar.
pub fn top_bar_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    // In a narrow window, or with large text, the buttons take two lines.
    let has_room = ui.horizontal_wrapped(|ui| {
        menus_ui(ui, state, commands);
        ui.separator();
        run_buttons_ui(ui, state, commands);
        ui.separator();
        for (layout, name, tip) in [
            (
                Layout::Single,
                "In place",
                "Soft tissue in the original's place; hold Space for the original, T exchanges them",
            ),
            (Layout::SideBySide, "Side by side", "Original | soft tissue"),
            (
                Layout::Difference,
                "Difference",
                "Original | what was taken away",
            ),
        ] {
            let command = UiCommand::SetLayout(layout);
            let tip = with_key(ui.ctx(), tip, &command);
            let button = Button::selectable(state.layout == layout, name);
            if ui.add(button).on_hover_text(tip).clicked() {
                commands.push(command);
            }
        }
        ui.separator();
        let study = state.study();
        let inverted = study.is_some_and(|study| study.looks.of(state.active_content()).inverted);
        toggle_ui(ui, (inverted, "Invert"), UiCommand::ToggleInvert, commands);
        let outline = (state.outline_visible, "Lungs");
        toggle_ui(ui, outline, UiCommand::ToggleOutline, commands);
        steps_ui(ui, state, commands);
        let reset = ui.add_enabled(study.is_some(), Button::new("Reset"));
        let tip = with_key(ui.ctx(), "Exactly as loaded", &UiCommand::ResetView);
        if reset.on_hover_text(tip).clicked() {
            commands.push(UiCommand::ResetView);
        }
        let help = with_key(
            ui.ctx(),
            "The guide, and what mouse and keys do",
            &UiCommand::ToggleHelp,
        );
        if ui.button("Help").on_hover_text(help).clicked() {
            commands.push(UiCommand::ToggleHelp);
        }
        let room = ui.available_size_before_wrap().x;
        let mut forms = [BANNER, SHORT_BANNER].into_iter();
        let fitting = forms.find(|text| banner_width(ui, text) <= room);
        if let Some(text) = fitting {
            banner_ui(ui, text);
        }
        fitting.is_some()
    });
    // With the largest text a line of its own: a banner that is cut says nothing.
    if !has_room.inner {
        ui.horizontal(|ui| banner_ui(ui, SHORT_BANNER));
    }
}

/// Width of the banner in points, with its frame.
fn banner_width(ui: &Ui, text: &str) -> f32 {
    let font = TextStyle::Body.resolve(ui.style());
    let galley = ui
        .painter()
        .layout_no_wrap(text.to_owned(), font, theme::of(ui).caution);
    galley.size().x + 2.0 * f32::from(BANNER_MARGIN) + 2.0
}

fn banner_ui(ui: &mut Ui, text: &str) {
    ui.with_layout(egui::Layout::right_to_left(Align::Center), |ui| {
        egui::Frame::new()
            .fill(theme::of(ui).caution_fill)
            .corner_radius(4)
            .inner_margin(egui::Margin::symmetric(BANNER_MARGIN, 3))
            .show(ui, |ui| {
                let text = RichText::new(text).color(theme::of(ui).caution);
                let label = ui.add(egui::Label::new(text).truncate());
                label.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, BANNER));
                let tip = "Not a medical device. The picture may lack or add findings.";
                label.on_hover_text(format!("{BANNER}. {tip}"));
            });
    });
}

/// Undo and redo, with what they would take back or again.
fn steps_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let steps = [
        ("Undo", state.undo.undo_name(), UiCommand::Undo),
        ("Redo", state.undo.redo_name(), UiCommand::Redo),
    ];
    for (name, step, command) in steps {
        let tip = format!("{name}: {}", step.unwrap_or("nothing"));
        let tip = with_key(ui.ctx(), &tip, &command);
        let button = ui.add_enabled(step.is_some(), Button::new(name));
        if button.on_hover_text(tip).clicked() {
            commands.push(command);
        }
    }
}

fn toggle_ui(
    ui: &mut Ui,
    (active, name): (bool, &str),
    command: UiCommand,
    commands: &mut Vec<UiCommand>,
) {
    let tip = with_key(ui.ctx(), name, &command);
    let button = Button::selectable(active, name);
    if ui.add(button).on_hover_text(tip).clicked() {
        commands.push(command);
    }
}

fn run_buttons_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    // A run may begin by itself while the hand is on its way here: what stands here never stops one.
    if state.job.is_some() {
        let tip =
            "A run with the settings shown is under way; Cancel run stands beside its progress";
        let button = Button::new("Running").min_size(RUN_BUTTON);
        ui.add_enabled(false, button).on_disabled_hover_text(tip);
        return;
    }
    let button = Button::new(RichText::new("Suppress").color(theme::of(ui).text_on_accent))
        .fill(theme::of(ui).accent)
        .min_size(RUN_BUTTON);
    let tip = with_key(
        ui.ctx(),
        "Take the bones out of this radiograph",
        &UiCommand::Suppress,
    );
    let response = ui.add_enabled(state.study().is_some(), button);
    if response
        .on_hover_text(tip)
        .on_disabled_hover_text("Open a radiograph first")
        .clicked()
    {
        commands.push(UiCommand::Suppress);
    }
}

fn menus_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    ui.menu_button("File", |ui| {
        items_ui(ui, Menu::File, state, commands);
        recent_menu_ui(ui, state, commands);
    });
    window_menu_ui(ui, state, commands);
    view_menu_ui(ui, state, commands);
    measure_menu_ui(ui, state, commands);
    menu_ui(ui, ("Tools", Menu::Tools), state, commands);
}
