//! What the reader must decide before the window does what was asked for.

use crate::ui::command::UiCommand;
use crate::ui::file_id::FileId;
use crate::ui::question::Question;
use crate::ui::state::AppState;
use crate::ui::theme;
use eframe::egui::{Button, Context, Frame, Id, Label, Modal, RichText, Ui};

/// Draws the question while there is one.
pub fn question_ui(ctx: &Context, state: &AppState, commands: &mut Vec<UiCommand>) {
    let Some(question) = &state.question else {
        return;
    };
    let frame = Frame::popup(&ctx.global_style()).inner_margin(theme::QUESTION_MARGIN);
    let modal = Modal::new(Id::unique("question")).frame(frame);
    modal.show(ctx, |ui| {
        ui.set_max_width(theme::QUESTION_WIDTH);
        let (yes, no) = match question {
            Question::SuppressAnyway { study, .. } => {
                suppress_anyway_ui(ui, state, *study);
                ("Suppress anyway", "Do not suppress")
            }
            Question::Replace { existing, .. } => {
                ui.heading("Replace what is there?");
                for path in existing {
                    ui.add(Label::new(state.shown_path(path)).wrap());
                }
                ("Replace", "Keep them")
            }
        };
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            let safe = Button::new(RichText::new(no).color(theme::of(ui).text_on_accent));
            let safe = ui.add(safe.fill(theme::of(ui).accent));
            // Enter answers with what loses nothing.
            if ui.memory(|memory| memory.focused().is_none()) {
                safe.request_focus();
            }
            if safe.clicked() {
                commands.push(UiCommand::Answer(false));
            }
            if ui.button(yes).clicked() {
                commands.push(UiCommand::Answer(true));
            }
        });
    });
}

fn suppress_anyway_ui(ui: &mut Ui, state: &AppState, study: FileId) {
    ui.heading("The networks were not made for this picture. Suppress anyway?");
    let reasons = state
        .study_with(study)
        .into_iter()
        .flat_map(|study| &study.kind_doubts);
    for reason in reasons {
        ui.add(Label::new(RichText::new(&reason.text).color(theme::of(ui).caution)).wrap());
    }
    let text = "The networks would make a picture all the same, and it would mean nothing.";
    ui.add(Label::new(text).wrap());
}
