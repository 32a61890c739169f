//! The list of opened files.

use crate::ui::command::UiCommand;
use crate::ui::state::AppState;
use crate::ui::study::{Study, StudyContent};
use crate::ui::theme;
use crate::ui::widgets::middle_ellipsis::fitted;
use eframe::egui::{Align, Button, Id, Layout, Response, RichText, ScrollArea, TextStyle, Ui};

/// Gap under an entry, points.
const ENTRY_GAP: f32 = 3.0;
/// Room kept beside a name: the gap before the growing space of its button, points.
const NAME_SLACK: f32 = 10.0;

/// Draws the strip; one entry a file, the state in words.
pub fn study_strip_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    ui.add_space(4.0);
    let shown = state.current + 1;
    ui.label(RichText::new(format!("Study {shown} of {}", state.studies.len())).strong());
    ui.separator();
    let justified = Layout::top_down_justified(Align::LEFT);
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.with_layout(justified, |ui| {
            for (index, study) in state.studies.iter().enumerate() {
                let response = ui.scope(|ui| study_ui(ui, study, index, state));
                let response = response.inner;
                ui.add_space(ENTRY_GAP);
                if index == state.current && turned_to(ui, index) {
                    response.scroll_to_me(None);
                }
                if response.clicked() {
                    commands.push(UiCommand::SelectStudy(index));
                }
            }
        });
    });
}

/// Name and state of one study, close together.
fn study_ui(ui: &mut Ui, study: &Study, index: usize, state: &AppState) -> Response {
    let shown = index == state.current;
    ui.spacing_mut().item_spacing.y = 0.0;
    let response = entry_ui(ui, study, (index, shown), state);
    ui.horizontal_wrapped(|ui| {
        // Under the name, which stands as far from the border of its button.
        ui.add_space(ui.spacing().button_padding.x);
        let condition = RichText::new(condition(study, state)).small();
        ui.label(condition.color(theme::TEXT_WEAK));
        let cautions = cautions_text(study.num_cautions);
        if !cautions.is_empty() {
            ui.label(RichText::new(cautions).small().color(theme::CAUTION));
        }
    });
    response
}

/// Whether `index` is another entry than in the frame before: only then the strip follows, so that
/// it can be scrolled away from the entry shown.
fn turned_to(ui: &Ui, index: usize) -> bool {
    let id = Id::unique("study strip follows");
    ui.data_mut(|data| {
        let before: Option<usize> = data.get_temp(id);
        data.insert_temp(id, index);
        before != Some(index)
    })
}

fn entry_ui(
    ui: &mut Ui,
    study: &Study,
    (index, shown): (usize, bool),
    state: &AppState,
) -> Response {
    let name = state.study_name(index);
    let room = ui.available_width() - 2.0 * ui.spacing().button_padding.x - NAME_SLACK;
    let font = TextStyle::Button.resolve(ui.style());
    let shown_name = fitted(ui.painter(), &name, &font, room);
    // The growing space after the name pushes it to the left of a button as wide as the strip.
    let button = Button::selectable(shown, shown_name).right_text("");
    ui.add(button)
        .accessible_name(&name)
        .on_hover_text(format!("{name}\n{}", state.shown_path(&study.path)))
}

/// How many cautions the file itself gives, in words; empty without one.
fn cautions_text(num_cautions: usize) -> String {
    match num_cautions {
        0 => String::new(),
        1 => "1 caution".to_owned(),
        n => format!("{n} cautions"),
    }
}

fn condition(study: &Study, state: &AppState) -> &'static str {
    match &study.content {
        StudyContent::Unread if study.identity.is_some() => "closed; opens on a click",
        StudyContent::Unread => "not read yet",
        StudyContent::Reading => "reading...",
        StudyContent::Failed(_) => "cannot be shown",
        StudyContent::Open(open) if state.is_running(open) => "suppressing...",
        StudyContent::Open(open) if open.result().is_some() => "soft tissue ready",
        StudyContent::Open(_) => "open",
    }
}
