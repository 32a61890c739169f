//! The list of opened files.

use crate::ui::command::UiCommand;
use crate::ui::state::{AppState, Study, StudyContent};
use crate::ui::theme;
use eframe::egui::{Button, RichText, ScrollArea, Ui};

/// Draws the strip; one entry a file, the state in words.
pub fn study_strip_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    ui.add_space(4.0);
    let shown = state.current + 1;
    ui.label(RichText::new(format!("Study {shown} of {}", state.studies.len())).strong());
    ui.separator();
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        for (index, study) in state.studies.iter().enumerate() {
            let name = study.path.file_name().map_or_else(
                || study.path.display().to_string(),
                |name| name.to_string_lossy().into_owned(),
            );
            let button = Button::selectable(index == state.current, name).truncate();
            let width = ui.available_width();
            let response = ui.add_sized([width, 22.0], button);
            let tip = study.path.display().to_string();
            if response.on_hover_text(tip).clicked() {
                commands.push(UiCommand::SelectStudy(index));
            }
            ui.label(
                RichText::new(condition(study, state))
                    .small()
                    .color(theme::TEXT_WEAK),
            );
        }
    });
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
