//! The training window: a window of the system's own, so that the radiograph stays where it is.

mod checkpoints;
mod data;
mod evidence;
mod findings;
mod pair_pictures;
mod plots;
mod preflight;
mod registering;
mod run;
mod samples;
mod split;

use crate::ui::command::UiCommand;
use crate::ui::state::AppState;
use crate::ui::theme;
use crate::ui::training::{EvidenceCommand, TrainingCommand, TrainingPage, WizardStep};
use eframe::egui::{
    Button, CentralPanel, Context, Frame, Label, RichText, ScrollArea, Ui, ViewportBuilder,
    ViewportClass, ViewportId,
};

pub use plots::plots_ui;

const TITLE: &str = "Diaphane - training";
/// Least height of a step, however small the window, points.
const LEAST_STEP: f32 = 240.0;
/// Room round what stands in the window, points.
const MARGIN: i8 = 10;

/// The viewport of the training window.
pub fn viewport_id() -> ViewportId {
    ViewportId::from_hash_of("training")
}

/// Draws the window while it is open.
pub fn training_ui(ctx: &Context, state: &AppState, commands: &mut Vec<UiCommand>) {
    if !state.training.is_open {
        return;
    }
    let builder = ViewportBuilder::default()
        .with_title(TITLE)
        .with_inner_size(theme::TRAINING_WINDOW)
        .with_min_inner_size(theme::TRAINING_LEAST);
    let builder = match state.shell.training_opening {
        Some(opening) => opening.build(builder),
        None => builder,
    };
    ctx.show_viewport_immediate(
        viewport_id(),
        builder,
        |ui: &mut Ui, class: ViewportClass| {
            if class == ViewportClass::EmbeddedWindow {
                // Where the system has one window, this one floats over the pictures.
                ui.set_min_size(theme::TRAINING_WINDOW.into());
                window_ui(ui, state, commands);
            } else {
                if ui.input(|input| input.viewport().close_requested()) {
                    ask(commands, TrainingCommand::Toggle);
                }
                let frame = Frame::new().fill(theme::of(ui).panel).inner_margin(MARGIN);
                CentralPanel::default()
                    .frame(frame)
                    .show(ui, |ui| window_ui(ui, state, commands));
            }
        },
    );
}

fn window_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    ui.horizontal(|ui| {
        let page = state.training.page;
        let prepare = Button::selectable(page == TrainingPage::Wizard, "Prepare a run");
        if ui.add(prepare).clicked() {
            let step = state.training.wizard.step;
            ask(commands, TrainingCommand::ShowStep(step));
        }
        let watch = Button::selectable(page == TrainingPage::Run, "The run");
        if ui
            .add_enabled(state.training.run.is_some(), watch)
            .on_disabled_hover_text("No run was begun or opened")
            .clicked()
        {
            ask(commands, TrainingCommand::ShowRun);
        }
        let judge = Button::selectable(page == TrainingPage::Evidence, "Evidence");
        if ui
            .add_enabled(state.training.run.is_some(), judge)
            .on_disabled_hover_text("No run was begun or opened")
            .clicked()
        {
            ask(commands, TrainingCommand::Evidence(EvidenceCommand::Show));
        }
        if ui.button("Close the window").clicked() {
            ask(commands, TrainingCommand::Toggle);
        }
        if page == TrainingPage::Wizard
            && let Some(text) = state.training_text()
        {
            ui.label(RichText::new(text).color(theme::of(ui).text_weak));
        }
    });
    ui.separator();
    // Each page is scrolled by itself: a short one after a long one would lie out of sight.
    let page = (state.training.page, state.training.wizard.step);
    let scrolled = ScrollArea::vertical().id_salt(page);
    match state.training.page {
        TrainingPage::Wizard => wizard_ui(ui, scrolled, state, commands),
        TrainingPage::Run => {
            let scrolled = scrolled.auto_shrink([false, true]);
            scrolled.show(ui, |ui| run::run_ui(ui, state, commands));
        }
        TrainingPage::Evidence => {
            let scrolled = scrolled.auto_shrink([false, true]);
            scrolled.show(ui, |ui| evidence::evidence_ui(ui, state, commands));
        }
    }
}

/// A step between the names of all steps and the way to the next one, which stay in sight while the step is scrolled.
fn wizard_ui(ui: &mut Ui, scrolled: ScrollArea, state: &AppState, commands: &mut Vec<UiCommand>) {
    let wizard = &state.training.wizard;
    ui.horizontal_wrapped(|ui| {
        for step in WizardStep::ALL {
            let obstacle = wizard.obstacle(step);
            let button = Button::selectable(wizard.step == step, step.name());
            let button = ui.add_enabled(obstacle.is_none() || wizard.step == step, button);
            let button = button.on_disabled_hover_text(obstacle.unwrap_or_default());
            if button.clicked() {
                ask(commands, TrainingCommand::ShowStep(step));
            }
        }
    });
    ui.separator();
    let below = ui.spacing().interact_size.y + 4.0 * ui.spacing().item_spacing.y;
    let height = (ui.available_height() - below).max(LEAST_STEP);
    // In a window of its own the way on stands at the window's end on every step.
    let is_apart = !ui.ctx().embed_viewports();
    scrolled
        .max_height(height)
        .auto_shrink([false, !is_apart])
        .show(ui, |ui| match wizard.step {
            WizardStep::Data => data::data_ui(ui, state, commands),
            WizardStep::Check => findings::check_ui(ui, state, commands),
            WizardStep::Split => split::split_ui(ui, state, commands),
            WizardStep::Preflight => preflight::preflight_ui(ui, state, commands),
            WizardStep::Start => preflight::start_ui(ui, state, commands),
        });
    if let Some(next) = wizard.step.next() {
        next_ui(ui, wizard.obstacle(next), next, commands);
    }
}

/// The way to the next step, or what stands in it.
fn next_ui(ui: &mut Ui, obstacle: Option<&str>, next: WizardStep, commands: &mut Vec<UiCommand>) {
    ui.separator();
    ui.horizontal(|ui| {
        if main_button(ui, obstacle.is_none(), &format!("Next: {}", next.name())) {
            ask(commands, TrainingCommand::ShowStep(next));
        }
        if let Some(obstacle) = obstacle {
            ui.label(RichText::new(obstacle).color(theme::of(ui).text_weak));
        }
    });
}

fn ask(commands: &mut Vec<UiCommand>, command: TrainingCommand) {
    commands.push(UiCommand::Training(command));
}

/// A sentence that says what went wrong, and what to do.
fn failure_ui(ui: &mut Ui, sentence: &str) {
    let tokens = theme::of(ui);
    Frame::new()
        .fill(tokens.failure_fill)
        .inner_margin(6)
        .corner_radius(4)
        .show(ui, |ui| {
            let text = RichText::new(sentence).color(tokens.failure);
            ui.add(Label::new(text).wrap().selectable(true));
        });
}

/// A sentence that explains.
fn hint_ui(ui: &mut Ui, text: &str) {
    let text = RichText::new(text).color(theme::of(ui).text_weak);
    ui.add(Label::new(text).wrap());
}

/// A sentence that somebody should read.
fn caution_ui(ui: &mut Ui, text: &str) {
    let text = RichText::new(text).color(theme::of(ui).caution);
    ui.add(Label::new(text).wrap());
}

/// The button that carries a step on.
fn main_button(ui: &mut Ui, enabled: bool, text: &str) -> bool {
    let tokens = theme::of(ui);
    let button = Button::new(RichText::new(text).color(tokens.text_on_accent));
    ui.add_enabled(enabled, button.fill(tokens.accent))
        .clicked()
}

/// Bytes in the unit that suits them.
fn bytes_text(bytes: u64) -> String {
    let mib = bytes as f64 / f64::from(1 << 20);
    if mib < 1000.0 {
        format!("{mib:.0} MiB")
    } else {
        format!("{:.1} GiB", mib / 1024.0)
    }
}
