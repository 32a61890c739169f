//! The line at the bottom: pixel under the pointer, zoom, window, spacing, device, bundle.

use crate::display::GreyScale;
use crate::ui::look::Look;
use crate::ui::scale_text::{spacing_text, window_text};
use crate::ui::state::{AppState, PixelPosition};
use crate::ui::study::OpenStudy;
use crate::ui::theme;
use crate::worker::SuppressionResult;
use eframe::egui::{Label, RichText, Sides, TextWrapMode, Ui};
use std::sync::Arc;

/// Draws the bar; `zoom` is what the views of this very frame have, screen pixels per image pixel.
pub fn status_bar_ui(ui: &mut Ui, state: &AppState, zoom: Option<f32>) {
    // In a narrow window the values end in dots; they must not run into what stands at the right.
    let sides = Sides::new().shrink_left().wrap_mode(TextWrapMode::Truncate);
    sides.show(ui, |ui| probe_ui(ui, state), |ui| facts_ui(ui, state, zoom));
}

fn probe_ui(ui: &mut Ui, state: &AppState) {
    let Some(study) = state.study() else {
        return;
    };
    let look = study.looks.of(state.windowed_content());
    // What stands between two results has no values of its own.
    let result = study.result().filter(|_| state.interpolation().is_none());
    let text = match state
        .probe
        .and_then(|at| probe_text((study, result), look, at))
    {
        Some(values) => RichText::new(values),
        None => RichText::new("Pixel values under the pointer").color(theme::of(ui).text_weak),
    };
    ui.add(Label::new(text.monospace()).truncate());
}

/// From the right: model, privacy, pixel size, window, zoom.
fn facts_ui(ui: &mut Ui, state: &AppState, zoom: Option<f32>) {
    ui.label(bundle_text(state));
    if state.is_patient_hidden() {
        ui.separator();
        ui.label(RichText::new("Patient hidden (P)").color(theme::of(ui).caution));
    }
    if let Some(study) = state.study() {
        ui.separator();
        ui.label(spacing_text(study.spacing()));
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

/// Every value of one pixel; `None` outside the image.
fn probe_text(
    (study, result): (&OpenStudy, Option<&Arc<SuppressionResult>>),
    look: &Look,
    at: PixelPosition,
) -> Option<String> {
    let PixelPosition { row, col } = at;
    let stored = study.radiograph.stored.get(row, col)?;
    let scale = GreyScale::new(&study.radiograph, &look.voi);
    // Padding stays black on the screen, inverted or not.
    let turned = look.inverted && !scale.is_padding(stored);
    let shown = |display: f32| {
        if turned { 1.0 - display } else { display }
    };
    let mut parts = vec![format!(
        "x {col:>4}  y {row:>4}  stored {stored:>5}  modality {:>7.1}  shown {:>3.0}",
        scale.modality(stored),
        255.0 * shown(scale.display(stored)),
    )];
    if let Some(result) = result {
        let soft = result.soft_tissue.get(row, col)?;
        let display = shown(scale.display_at(stored, f64::from(soft)));
        let bone = result.bone.get(row, col)?;
        parts.push(format!(
            "soft tissue {soft:>7.1} (shown {:>3.0})  difference {:>7.1}  bone {:>5.1} %",
            255.0 * display,
            scale.modality(stored) - f64::from(soft),
            100.0 * bone
        ));
        if let Some(uncertainty) = &result.uncertainty {
            let deviation = uncertainty.get(row, col)?;
            parts.push(format!("uncertainty {deviation:>5.1}"));
        }
    }
    Some(parts.join("  "))
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
