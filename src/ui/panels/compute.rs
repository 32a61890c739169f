//! Where the networks run, and in which number format.

use super::settings::choice_ui;
use crate::ui::command::UiCommand;
use crate::ui::state::AppState;
use crate::ui::theme;
use crate::worker::{DeviceChoice, PrecisionChoice};
use eframe::egui::{RichText, Ui};

/// What is left to the program.
const AUTOMATIC: &str = "Automatic";

/// A gibibyte.
const GIB: f64 = (1_u64 << 30) as f64;

/// The memory of the device chosen, as far as it is known. What *Automatic* came to stands in the line at the bottom.
fn memory_ui(ui: &mut Ui, state: &AppState, chosen: DeviceChoice) {
    let mut devices = state.compute.devices.iter();
    let Some(device) = devices.find(|device| device.choice == chosen) else {
        return;
    };
    let text = match device.memory_bytes {
        Some(bytes) => format!("Memory: {:.1} GiB", bytes as f64 / GIB),
        None => "Memory: not told by the device".to_owned(),
    };
    ui.label(RichText::new(text).small().color(theme::of(ui).text_weak));
}

/// Draws both choices; another one loads the model again.
pub fn compute_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let before = state.compute.options();
    let mut options = before;
    let found = state.compute.devices.iter();
    let mut devices = vec![(DeviceChoice::Auto, AUTOMATIC)];
    devices.extend(found.map(|device| (device.choice, device.name.as_str())));
    let precisions = [
        (PrecisionChoice::Auto, AUTOMATIC),
        (PrecisionChoice::F32, "32-bit float (f32)"),
        (PrecisionChoice::Bf16, "16-bit float (bf16)"),
    ];
    choice_ui(ui, "Device", &mut options.device, &devices);
    memory_ui(ui, state, options.device);
    choice_ui(ui, "Precision", &mut options.precision, &precisions);
    let hint = RichText::new("Loads the model again; results stay").small();
    ui.label(hint.color(theme::of(ui).text_weak));
    if options != before {
        commands.push(UiCommand::SetCompute(options));
    }
}
