//! Held-out images over time: the radiograph, and beside it what the network made of it at each validation.

use super::{ask, hint_ui};
use crate::ui::command::UiCommand;
use crate::ui::state::AppState;
use crate::ui::theme;
use crate::ui::training::{Greys, TrainingCommand, TrainingRun};
use eframe::egui::{
    ColorImage, ComboBox, Id, Image, Slider, TextureHandle, TextureOptions, Ui, Vec2,
};
use std::sync::Arc;

/// The section; nothing where the run rendered none.
pub(super) fn samples_ui(
    ui: &mut Ui,
    state: &AppState,
    run: &TrainingRun,
    commands: &mut Vec<UiCommand>,
) {
    let Some(first) = run.samples.first() else {
        return;
    };
    ui.heading("Held-out images");
    let scrub = &state.training.samples;
    let Some(sample) = scrub.shown(run) else {
        ask(commands, TrainingCommand::ShowSample(first.name.clone()));
        return;
    };
    let mut place = scrub.place_in(sample);
    ui.horizontal(|ui| {
        name_ui(ui, (state, run), &sample.name, commands);
        let last = sample.pictures.len().saturating_sub(1);
        let slider = Slider::new(&mut place, 0..=last).show_value(false);
        let slider = ui.add(slider).accessible_name("Validation shown");
        if slider.changed() {
            ask(commands, TrainingCommand::ShowSampleAt(place));
        }
        if let Some((iteration, _)) = sample.pictures.get(place) {
            ui.label(format!("after {iteration} iterations"));
        }
    });
    let path = sample.pictures.get(place).map(|(_, path)| path);
    let sides = [
        ("Radiograph", sample.radiograph.as_ref()),
        ("Soft tissue", path),
    ];
    let width = (ui.available_width() / 2.0 - 8.0).clamp(80.0, theme::TRAINING_SAMPLE);
    ui.horizontal(|ui| {
        for (name, path) in sides {
            if let Some(greys) = path.and_then(|path| scrub.picture(path)) {
                let texture = texture(ui, name, greys);
                let picture = Image::new(&texture).max_size(Vec2::splat(width));
                ui.add(picture.alt_text(name)).on_hover_text(name);
            }
        }
    });
    hint_ui(
        ui,
        "At the right as the averaged weights made it then, in few steps and without the lungs' own path, from the same \
         noise each time: no picture to read.",
    );
}

fn name_ui(
    ui: &mut Ui,
    (state, run): (&AppState, &TrainingRun),
    shown: &str,
    commands: &mut Vec<UiCommand>,
) {
    // Names of files may be those of patients.
    let called = |index: usize, name: &str| {
        if state.is_patient_hidden() {
            format!("Image {}", index + 1)
        } else {
            name.to_owned()
        }
    };
    let place = run.samples.iter().position(|sample| sample.name == shown);
    let combo = ComboBox::from_id_salt("held-out image")
        .selected_text(called(place.unwrap_or(0), shown))
        .show_ui(ui, |ui| {
            for (index, sample) in run.samples.iter().enumerate() {
                let text = called(index, &sample.name);
                if ui.selectable_label(sample.name == shown, text).clicked() {
                    ask(commands, TrainingCommand::ShowSample(sample.name.clone()));
                }
            }
        });
    combo.response.accessible_name("Held-out image");
}

/// The picture on the graphics card, made anew where it is another one.
fn texture(ui: &Ui, name: &str, greys: &Greys) -> TextureHandle {
    let id = Id::unique(("held-out", name));
    let known = ui.data(|data| data.get_temp::<(TextureHandle, Greys)>(id));
    if let Some((texture, shown)) = known
        && Arc::ptr_eq(&shown, greys)
    {
        return texture;
    }
    let (width, height) = greys.size();
    let image = ColorImage::from_gray([width, height], greys.values());
    let texture = ui.ctx().load_texture(name, image, TextureOptions::LINEAR);
    ui.data_mut(|data| data.insert_temp(id, (texture.clone(), Arc::clone(greys))));
    texture
}
