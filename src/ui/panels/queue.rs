//! The queue: what runs in the background, what waits, and in which order.

use super::progress::progress_text;
use crate::ui::command::UiCommand;
use crate::ui::file_id::FileId;
use crate::ui::queue::{QueueCommand, QueuedRun};
use crate::ui::state::AppState;
use crate::ui::theme;
use crate::ui::widgets::middle_ellipsis::fitted_file_name;
use eframe::egui::{Button, ProgressBar, RichText, Role, ScrollArea, TextStyle, Ui, WidgetInfo};

/// Height of the list, points: what is below it stays in sight.
const LIST_HEIGHT: f32 = 160.0;

/// The section of the right panel; nothing while the queue is hidden.
pub fn queue_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let queue = &state.queue;
    if !queue.is_visible {
        return;
    }
    ui.heading("Queue");
    let mut ask = |command| commands.push(UiCommand::Queue(command));
    // Above the list: what empties it must be in sight however long it is.
    buttons_ui(ui, state, &mut ask);
    if let Some(run) = &queue.running {
        running_ui(ui, state, run, &mut ask);
    }
    let list = ScrollArea::vertical()
        .id_salt("queue")
        .max_height(LIST_HEIGHT);
    list.show(ui, |ui| {
        for (place, &study) in queue.waiting.iter().enumerate() {
            let is_last = place + 1 == queue.waiting.len();
            waiting_ui(
                ui,
                (study, &state.name_of(study)),
                (place == 0, is_last),
                &mut ask,
            );
        }
    });
    if queue.is_empty() {
        ui.label(RichText::new("Nothing waits").color(theme::of(ui).text_weak));
    }
    ui.separator();
}

/// What fills and empties the queue.
fn buttons_ui(ui: &mut Ui, state: &AppState, ask: &mut impl FnMut(QueueCommand)) {
    let queue = &state.queue;
    ui.horizontal_wrapped(|ui| {
        let all = ui.button("Suppress all that are not run");
        if all.clicked() {
            ask(QueueCommand::AddAll);
        }
        let cancel = ui.add_enabled(!queue.is_empty(), Button::new("Cancel all"));
        if cancel.clicked() {
            ask(QueueCommand::CancelAll);
        }
        let clear = Button::new("Clear and run this one");
        let clear = ui.add_enabled(!queue.is_empty() && state.study().is_some(), clear);
        let tip = "Empties the queue and suppresses the study shown";
        if clear.on_hover_text(tip).clicked() {
            ask(QueueCommand::ClearAndRun);
        }
    });
}

fn running_ui(ui: &mut Ui, state: &AppState, run: &QueuedRun, ask: &mut impl FnMut(QueueCommand)) {
    let Some(study) = run.job.study else {
        return;
    };
    let name = state.name_of(study);
    let progress = run.job.progress.as_ref();
    ui.horizontal(|ui| {
        if button(ui, true, "x", &format!("Cancel {name}")) {
            ask(QueueCommand::Cancel(study));
        }
        name_ui(ui, &name);
    });
    let bar = ProgressBar::new(progress.map_or(0.0, |progress| progress.fraction));
    let bar = bar.desired_height(theme::BAR_HEIGHT);
    ui.add(bar.show_percentage().fill(theme::of(ui).selected));
    let text = match progress {
        _ if run.is_deferred => "Waits for the run that was asked for meanwhile".to_owned(),
        Some(progress) => progress_text(progress),
        None => "Waiting for the worker".to_owned(),
    };
    ui.label(RichText::new(text).color(theme::of(ui).text_weak));
}

fn waiting_ui(
    ui: &mut Ui,
    (study, name): (FileId, &str),
    (is_first, is_last): (bool, bool),
    ask: &mut impl FnMut(QueueCommand),
) {
    ui.horizontal(|ui| {
        if button(ui, true, "x", &format!("Cancel {name}")) {
            ask(QueueCommand::Cancel(study));
        }
        if button(ui, !is_first, "Up", &format!("Move {name} up")) {
            ask(QueueCommand::MoveUp(study));
        }
        if button(ui, !is_last, "Down", &format!("Move {name} down")) {
            ask(QueueCommand::MoveDown(study));
        }
        name_ui(ui, name);
    });
}

/// A file's name in what is left of its row.
fn name_ui(ui: &mut Ui, name: &str) {
    let font = TextStyle::Body.resolve(ui.style());
    let shown = fitted_file_name(ui.painter(), name, &font, ui.available_width());
    let label = ui.label(shown);
    label.widget_info(|| WidgetInfo::labeled(Role::Label, true, name));
    label.on_hover_text(name);
}

/// A small button that a screen reader tells from those of other studies.
fn button(ui: &mut Ui, enabled: bool, text: &str, name: &str) -> bool {
    let button = ui.add_enabled(enabled, Button::new(text).small());
    button.accessible_name(name).clicked()
}
