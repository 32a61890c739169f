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
            Question::TakeOff { files } => {
                take_off_ui(ui, state, files);
                ("Take off the list", "Keep on the list")
            }
            Question::Quit => {
                quit_ui(ui, state);
                ("Quit", "Stay")
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

fn quit_ui(ui: &mut Ui, state: &AppState) {
    if state.training.is_running() {
        ui.heading("Quit while networks are trained?");
        let text = "The training writes a checkpoint first, which may take a moment. Open its folder in the training \
                    window the next time, and Resume goes on from there.";
        ui.add(Label::new(text).wrap());
    }
    let text = match state.num_unsaved() {
        0 => return,
        1 => "The soft-tissue image of one study is not saved.".to_owned(),
        n => format!("The soft-tissue images of {n} studies are not saved."),
    };
    ui.heading("Quit without saving?");
    ui.add(Label::new(RichText::new(text).color(theme::of(ui).caution)).wrap());
    let text = "What is not saved has to be made again. Measures are kept, and what is open can be opened again with its \
                windows and layout.";
    ui.add(Label::new(text).wrap());
}

/// Most files that are named in the question.
const MOST_NAMED: usize = 6;

/// What is lost of each file; what is not, and how far undo reaches.
fn take_off_ui(ui: &mut Ui, state: &AppState, files: &[FileId]) {
    ui.heading(match files.len() {
        1 => "Take this file off the list?".to_owned(),
        n => format!("Take {n} files off the list?"),
    });
    let losses = files.iter().filter_map(|&file_id| {
        let words = state.loss_of(file_id).words().join(", ");
        let name = state.name_of(file_id);
        (!words.is_empty()).then(|| format!("{name} loses {words}."))
    });
    let losses: Vec<String> = losses.collect();
    for loss in losses.iter().take(MOST_NAMED) {
        ui.add(Label::new(RichText::new(loss).color(theme::of(ui).caution)).wrap());
    }
    if losses.len() > MOST_NAMED {
        let text = format!("{} more lose something too.", losses.len() - MOST_NAMED);
        ui.label(RichText::new(text).color(theme::of(ui).caution));
    }
    let text = "Files on the disk are not touched. Undo puts a file back on the list, without what it lost.";
    ui.add(Label::new(text).wrap());
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
