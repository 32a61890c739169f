//! The note of the first start.

use super::top_bar::BANNER;
use crate::ui::command::{ShellCommand, UiCommand};
use crate::ui::shortcuts::with_key;
use crate::ui::state::AppState;
use crate::ui::theme;
use eframe::egui::{Button, Context, Frame, Id, Label, Modal, RichText};

const SENTENCES: [&str; 4] = [
    "Diaphane takes the bones out of chest radiographs by computation. It is made for research and \
     is not a medical device: it must not be used for diagnosis.",
    "The soft-tissue image is a companion of the original. It may lack findings that are there and \
     add some that are not, so it is always read beside the original.",
    "The networks were made for frontal chest radiographs of adults. On other pictures they draw \
     something all the same, and it means nothing; doubts are shown above the pictures.",
    "Nothing leaves this computer.",
];

/// Draws the note until it was understood once.
pub fn first_run_ui(ctx: &Context, state: &AppState, commands: &mut Vec<UiCommand>) {
    if state.shell.preferences.first_run_note_seen {
        return;
    }
    let frame = Frame::popup(&ctx.global_style()).inner_margin(theme::QUESTION_MARGIN);
    Modal::new(Id::unique("first run"))
        .frame(frame)
        .show(ctx, |ui| {
            ui.set_max_width(theme::QUESTION_WIDTH);
            ui.heading("Before you begin");
            ui.add(Label::new(RichText::new(BANNER).color(theme::of(ui).caution)).wrap());
            for sentence in SENTENCES {
                ui.add(Label::new(sentence).wrap());
            }
            let help = with_key(ui.ctx(), "The guide is under Help", &UiCommand::ToggleHelp);
            ui.label(format!("{help}."));
            ui.add_space(8.0);
            let text = RichText::new("Understood").color(theme::of(ui).text_on_accent);
            let button = ui.add(Button::new(text).fill(theme::of(ui).accent));
            if ui.memory(|memory| memory.focused().is_none()) {
                button.request_focus();
            }
            if button.clicked() {
                commands.push(UiCommand::Shell(ShellCommand::Understood));
            }
        });
}
