//! The line at the bottom: pixel under the pointer, zoom, window, spacing, device, bundle.

use super::pixel_values::pixel_text;
use crate::ui::scale_text::{spacing_text, window_text};
use crate::ui::state::AppState;
use crate::ui::theme;
use eframe::egui::accesskit::{Live, Node};
use eframe::egui::{Color32, Label, RichText, Sides, TextStyle, TextWrapMode, Ui};

/// Draws the bar; `zoom` is what the views of this very frame have, screen pixels per image pixel.
pub fn status_bar_ui(ui: &mut Ui, state: &AppState, zoom: Option<f32>) {
    // In a narrow window the values have what the facts at the right leave; they must not run into them.
    let sides = Sides::new().shrink_left().wrap_mode(TextWrapMode::Truncate);
    sides.show(ui, |ui| probe_ui(ui, state), |ui| facts_ui(ui, state, zoom));
}

fn probe_ui(ui: &mut Ui, state: &AppState) {
    if state.study().is_none() {
        return;
    }
    let font = TextStyle::Monospace.resolve(ui.style());
    let (painter, width) = (ui.painter().clone(), ui.available_width());
    let fits = |text: &str| {
        let galley = painter.layout_no_wrap(text.to_owned(), font.clone(), Color32::PLACEHOLDER);
        galley.size().x <= width
    };
    let text = match pixel_text(state, fits) {
        Some(values) => RichText::new(values),
        None => RichText::new("Pixel values under the pointer").color(theme::of(ui).text_weak),
    };
    let label = ui.add(Label::new(text.monospace()).truncate());
    if state.crosshair_at().is_some() {
        // Said by a screen reader as it changes, which nobody wants while the mouse moves.
        let say = |node: &mut Node| node.set_live(Live::Polite);
        ui.ctx().accesskit_node_builder(label.id, say);
    }
}

/// From the right: model, training, privacy, pixel size, window, zoom.
fn facts_ui(ui: &mut Ui, state: &AppState, zoom: Option<f32>) {
    ui.label(bundle_text(state));
    if let Some(training) = state.training_text() {
        ui.separator();
        ui.label(RichText::new(training).color(theme::of(ui).accent));
    }
    if state.is_patient_hidden() {
        ui.separator();
        ui.label(RichText::new("Patient hidden (P)").color(theme::of(ui).caution));
    }
    if let Some(study) = state.study() {
        ui.separator();
        let spacing = ui.label(spacing_text(study.spacing()));
        if !study.calibration_text().is_empty() {
            let tip = format!("The file on its calibration: {}", study.calibration_text());
            spacing.on_hover_text(tip);
        }
        ui.separator();
        let content = state.active_content();
        ui.label(window_text(
            state,
            study,
            (content, study.looks.of(content)),
        ));
        if let Some(zoom) = zoom {
            ui.separator();
            ui.label(zoom_text(state, zoom));
        }
    }
}

fn zoom_text(state: &AppState, zoom: f32) -> String {
    let percent = format!("Zoom {:.0} %", zoom * 100.0);
    match state.true_size_text(zoom) {
        Some(true_size) => format!("{percent}, {true_size}"),
        None => percent,
    }
}

fn bundle_text(state: &AppState) -> String {
    match (&state.bundle, &state.loading) {
        (_, Some(_)) => "Loading the model...".to_owned(),
        (Some(bundle), None) => {
            format!("{} on {}, {}", bundle.name, bundle.device, bundle.precision)
        }
        (None, None) => "No model loaded".to_owned(),
    }
}
