//! Held-out images over time: what the network made of each at every validation, compared with the radiograph or the true
//! soft-tissue image as in the main window.

mod view;

use super::{ask, hint_ui};
use crate::radiograph::counted;
use crate::ui::command::UiCommand;
use crate::ui::panels::compare::{Compared, tools_ui};
use crate::ui::state::AppState;
use crate::ui::training::{SampleBase, TrainingCommand, TrainingRun};
use eframe::egui::{ComboBox, Slider, Ui};
use view::sample_view_ui;

/// Room of the words beside the slider over time, points.
const LABEL_ROOM: f32 = 180.0;

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
    let (iteration, path) = match sample.pictures.get(place) {
        Some((iteration, path)) => (*iteration, path.as_path()),
        None => return,
    };
    ui.horizontal(|ui| {
        name_ui(ui, (state, run), &sample.name, commands);
        base_ui(ui, state, commands);
    });
    let names = [
        base_name(scrub.base_shown()),
        format!("After {}", counted(iteration, "iteration")),
    ];
    let compared = Compared {
        mixture: "Of the rendered image, %",
        names: &names,
        is_keyed: false,
    };
    let compare = tools_ui(ui, scrub.compare, compared);
    if compare != scrub.compare {
        ask(commands, TrainingCommand::CompareSample(compare));
    }
    sample_view_ui(ui, (state, scrub), (path, iteration, &names), commands);
    ui.horizontal(|ui| {
        let last = sample.pictures.len().saturating_sub(1);
        ui.spacing_mut().slider_width = (ui.available_width() - LABEL_ROOM).max(LABEL_ROOM);
        let slider = Slider::new(&mut place, 0..=last).show_value(false);
        let slider = ui.add(slider).accessible_name("Validation shown");
        if slider.changed() {
            ask(commands, TrainingCommand::ShowSampleAt(place));
        }
        ui.label(format!("after {}", counted(iteration, "iteration")));
    });
    hint_ui(
        ui,
        "As the averaged weights made it then, in few steps and without the lungs' own path, from the same noise each \
         time: no picture to read. Zoom and window stay while you scrub.",
    );
}

fn base_name(base: SampleBase) -> String {
    match base {
        SampleBase::Radiograph => "Radiograph",
        SampleBase::SoftTissue => "True soft tissue",
    }
    .to_owned()
}

/// What the rendered image is compared with, where there is a choice.
fn base_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let scrub = &state.training.samples;
    let mates = scrub.mates();
    if mates.is_none_or(|mates| mates.soft_tissue.is_none()) {
        return;
    }
    ui.label("beside");
    for base in [SampleBase::Radiograph, SampleBase::SoftTissue] {
        if ui.radio(scrub.base == base, base_name(base)).clicked() {
            ask(commands, TrainingCommand::SetSampleBase(base));
        }
    }
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
