//! A site's adapter: which one, and how much of it.

use crate::ui::command::{AdapterCommand, UiCommand};
use crate::ui::state::AppState;
use crate::ui::theme;
use crate::ui::widgets::release_slider::{Marks, release_slider, rested};
use crate::worker::{AdapterChoice, MOST_ADAPTER_PERCENT};
use eframe::egui::{Label, RichText, Ui};

/// Strength as it was trained, percent.
const TRAINED_PERCENT: u16 = 100;

/// Draws the choice of an adapter, and the strength of the one that is applied.
pub fn adapter_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let weak = theme::of(ui).text_weak;
    ui.label("Adapter");
    let Some(adapter) = state.compute.adapter() else {
        let tip = "Low-rank changes of the model, as diaphane models adapter writes them";
        if ui.button("Open adapter...").on_hover_text(tip).clicked() {
            ask(commands, AdapterCommand::Choose);
        }
        return;
    };
    ui.horizontal_wrapped(|ui| {
        let name = adapter.path.file_stem().unwrap_or_default();
        let name = ui.add(Label::new(name.to_string_lossy()).truncate());
        name.on_hover_text(state.shown_path(&adapter.path));
        if ui
            .button("Remove")
            .on_hover_text("The model as it is")
            .clicked()
        {
            ask(commands, AdapterCommand::Remove);
        }
    });
    strength_ui(ui, adapter, commands);
    let hint = "100 is what was trained, 0 the model as it is; loads the model again";
    ui.add(Label::new(RichText::new(hint).small().color(weak)).wrap());
}

fn strength_ui(ui: &mut Ui, adapter: &AdapterChoice, commands: &mut Vec<UiCommand>) {
    let mut percent = adapter.strength_percent;
    let marks = Marks {
        ticks: &[TRAINED_PERCENT],
        band: None,
        default: Some(TRAINED_PERCENT),
    };
    let range = 0..=MOST_ADAPTER_PERCENT;
    let change = release_slider(ui, "Adapter strength, %", &mut percent, range, marks);
    if change.edited {
        ask(commands, AdapterCommand::SetStrength(percent));
    }
    if rested(ui, "adapter strength", change).released {
        ask(commands, AdapterCommand::Release);
    }
}

fn ask(commands: &mut Vec<UiCommand>, command: AdapterCommand) {
    commands.push(UiCommand::Adapter(command));
}
