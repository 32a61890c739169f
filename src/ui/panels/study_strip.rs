//! The list of opened files.

use crate::ui::command::UiCommand;
use crate::ui::state::{AppState, Study, StudyContent};
use crate::ui::theme;
use eframe::egui::{Align, Button, Id, Layout, Response, RichText, ScrollArea, Ui};

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
                let response = entry_ui(ui, study, index == state.current);
                if index == state.current && turned_to(ui, index) {
                    response.scroll_to_me(None);
                }
                if response.clicked() {
                    commands.push(UiCommand::SelectStudy(index));
                }
                let condition = RichText::new(condition(study, state)).small();
                ui.label(condition.color(theme::TEXT_WEAK));
            }
        });
    });
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

fn entry_ui(ui: &mut Ui, study: &Study, shown: bool) -> Response {
    let name = study.path.file_name().map_or_else(
        || study.path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    );
    // The growing space after the name pushes it to the left of a button as wide as the strip.
    let button = Button::selectable(shown, name).right_text("").truncate();
    ui.add(button)
        .on_hover_text(study.path.display().to_string())
}

fn condition(study: &Study, state: &AppState) -> &'static str {
    match &study.content {
        StudyContent::Unread => "not read yet",
        StudyContent::Reading => "reading...",
        StudyContent::Failed(_) => "cannot be shown",
        StudyContent::Open(open) if state.is_running(open) => "suppressing...",
        StudyContent::Open(open) if open.result.is_some() => "soft tissue ready",
        StudyContent::Open(_) => "open",
    }
}
