//! The right panel: what a suppression depends on, and how far it is.

use super::compare::compare_ui;
use super::compute::compute_ui;
use super::histogram::histogram_ui;
use super::leg_scrub::leg_scrub_ui;
use super::look_here::look_here_ui;
use super::magnifier::magnifier_panel_ui;
use super::mask::mask_panel_ui;
use super::measure_list::measure_list_ui;
use super::progress::progress_ui;
use super::queue::queue_ui;
use crate::ui::command::UiCommand;
use crate::ui::leg_scrub::LEG_RANGE;
use crate::ui::scale_text::DIFFERENCE_RANGE;
use crate::ui::state::{AppState, SeedMode};
use crate::ui::theme;
use crate::ui::widgets::release_slider::{Change, release_slider};
use crate::worker::{FusionChoice, GuidanceChoice, SamplerChoice, SuppressionSettings};
use eframe::egui::{Button, CollapsingHeader, ComboBox, DragValue, RichText, ScrollArea, Ui};

/// Steps that the LCM sampler can take (the 50 of its training).
const MOST_LCM_STEPS: usize = 50;
/// Steps that the other samplers can take: the timesteps of both papers.
const MOST_STEPS: usize = 1000;

/// Most pictures that the slider offers to average.
const MOST_SHOWN_SEEDS: usize = 16;

/// Draws the panel.
pub fn settings_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.add_space(4.0);
        measure_list_ui(ui, state, commands);
        magnifier_panel_ui(ui, state, commands);
        mask_panel_ui(ui, state, commands);
        queue_ui(ui, state, commands);
        ui.heading("Suppression");
        progress_ui(ui, state, commands);
        // Until a model is loaded there is nothing these would be settings of.
        let is_loaded = state.bundle.is_some() && state.loading.is_none();
        ui.add_enabled_ui(is_loaded, |ui| suppression_ui(ui, state, commands));
        compare_ui(ui, state, commands);
        look_here_ui(ui, state, commands);
        difference_ui(ui, state, commands);
        histogram_ui(ui, state, commands);
    });
}

/// Everything a run depends on.
fn suppression_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let mut settings = state.settings().clone();
    let mut change = sliders_ui(ui, &mut settings, &state.defaults);
    // What is seldom moved is folded away: the tools of comparison must be in sight on a small screen.
    CollapsingHeader::new("More settings").show(ui, |ui| {
        change = change.or(choices_ui(ui, &mut settings));
        change = change.or(seed_ui(ui, &mut settings, state, commands));
        change = change.or(num_seeds_ui(ui, state, commands));
        compute_ui(ui, state, commands);
        leg_scrub_ui(ui, state, commands);
    });
    if change.edited {
        commands.push(UiCommand::EditSettings(settings));
    }
    if change.released {
        commands.push(UiCommand::ReleaseSettings);
    }
    reset_ui(ui, state, commands);
}

/// How many pictures are made, each with its own noise: their mean is shown, and how far they differ.
fn num_seeds_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) -> Change {
    let mut num_seeds = state.num_seeds;
    let range = 1..=MOST_SHOWN_SEEDS;
    let change = release_slider(ui, "Pictures averaged", &mut num_seeds, range, &[1]);
    let hint = if num_seeds == 1 {
        "2 or more show how certain the picture is".to_owned()
    } else {
        format!("Takes {num_seeds} times as long; U shows how far they differ")
    };
    ui.label(RichText::new(hint).small().color(theme::of(ui).text_weak));
    if change.edited {
        commands.push(UiCommand::SetNumSeeds(num_seeds));
    }
    Change {
        edited: false,
        released: change.released,
    }
}

/// Back to what the model proposes; the seed stays, because it is no better than another.
fn reset_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let proposed = SuppressionSettings {
        seed: state.settings().seed,
        ..state.defaults.clone()
    };
    let button = Button::new("Reset to model defaults");
    let response = ui.add_enabled(*state.settings() != proposed, button);
    if response
        .on_hover_text("Every setting of this study but the seed")
        .on_disabled_hover_text("This study has the settings the model proposes")
        .clicked()
    {
        commands.push(UiCommand::ResetSettings);
    }
}

fn sliders_ui(
    ui: &mut Ui,
    settings: &mut SuppressionSettings,
    defaults: &SuppressionSettings,
) -> Change {
    let weight = &mut settings.leg_weight;
    let mut change = release_slider(
        ui,
        "LEG weight",
        weight,
        LEG_RANGE,
        &[1.0, defaults.leg_weight],
    );
    // A weight moved for one study is that of the next ones too, and too much of it takes more than bone.
    let colour = if (*weight - defaults.leg_weight).abs() < 1e-9 {
        theme::of(ui).text_weak
    } else {
        theme::of(ui).caution
    };
    let hint = RichText::new(leg_hint(defaults.leg_weight)).small();
    ui.label(hint.color(colour))
        .on_hover_text("Local-Enhanced Guidance: how strongly the lung field's own detail leads.");
    let most = most_steps(settings.sampler);
    let steps = &mut settings.steps;
    let marks: Vec<usize> = (1..=most)
        .contains(&defaults.steps)
        .then_some(defaults.steps)
        .into_iter()
        .collect();
    change = change.or(release_slider(ui, "Steps", steps, 1..=most, &marks));
    ui.label(
        RichText::new("More steps take longer")
            .small()
            .color(theme::of(ui).text_weak),
    );
    change
}

/// Most steps of a sampler.
pub(in crate::ui) fn most_steps(sampler: SamplerChoice) -> usize {
    match sampler {
        SamplerChoice::Lcm => MOST_LCM_STEPS,
        SamplerChoice::Ddim | SamplerChoice::Ddpm => MOST_STEPS,
    }
}

/// What the notable values of the LEG weight mean.
fn leg_hint(default: f64) -> String {
    if (default - 1.0).abs() < 1e-9 {
        "1: no extra guidance (default)".to_owned()
    } else {
        format!("1: no extra guidance, {default}: default")
    }
}

fn choices_ui(ui: &mut Ui, settings: &mut SuppressionSettings) -> Change {
    let guidance = [
        (GuidanceChoice::Leg, "Local-enhanced (LEG)"),
        (GuidanceChoice::Cfg, "Classifier-free"),
        (GuidanceChoice::Vanilla, "None"),
        (GuidanceChoice::AuthorsLive, "Authors' code as run"),
        (
            GuidanceChoice::AuthorsCommented,
            "Authors' code, commented form",
        ),
    ];
    let sampler = [
        (SamplerChoice::Lcm, "LCM"),
        (SamplerChoice::Ddim, "DDIM"),
        (SamplerChoice::Ddpm, "DDPM"),
    ];
    let fusion = [
        (FusionChoice::Poisson, "Poisson"),
        (FusionChoice::Alpha, "Weighted mean"),
        (FusionChoice::OpenCv, "OpenCV, 8 bits"),
        (FusionChoice::None, "Global picture only"),
    ];
    let change = choice_ui(ui, "Guidance", &mut settings.guidance, &guidance)
        .or(choice_ui(ui, "Sampler", &mut settings.sampler, &sampler))
        .or(choice_ui(ui, "Fusion", &mut settings.fusion, &fusion));
    // Another sampler may not be able to take as many.
    settings.steps = settings.steps.min(most_steps(settings.sampler));
    change
}

pub(super) fn choice_ui<T: Copy + PartialEq>(
    ui: &mut Ui,
    name: &str,
    value: &mut T,
    choices: &[(T, &str)],
) -> Change {
    let before = *value;
    let shown = choices.iter().find(|(choice, _)| *choice == before);
    ui.label(name);
    let combo = ComboBox::from_id_salt(name)
        .selected_text(shown.map_or("", |(_, label)| *label))
        .width(ui.available_width().min(220.0))
        .show_ui(ui, |ui| {
            for (choice, label) in choices {
                ui.selectable_value(value, *choice, *label);
            }
        });
    combo.response.accessible_name(name);
    let changed = *value != before;
    Change {
        edited: changed,
        released: changed,
    }
}

fn seed_ui(
    ui: &mut Ui,
    settings: &mut SuppressionSettings,
    state: &AppState,
    commands: &mut Vec<UiCommand>,
) -> Change {
    ui.label("Seed");
    let row = ui.horizontal(|ui| {
        let number = DragValue::new(&mut settings.seed).update_while_editing(false);
        let number = ui.add(number).accessible_name("Seed");
        let mut locked = state.seed == SeedMode::Locked;
        let lock = ui.checkbox(&mut locked, "Locked");
        if lock
            .on_hover_text("Locked: every run uses this seed. Open: Suppress draws a new one.")
            .changed()
        {
            commands.push(UiCommand::SetSeedMode(if locked {
                SeedMode::Locked
            } else {
                SeedMode::Drawn
            }));
        }
        if ui
            .button("Random")
            .on_hover_text("Draw another seed")
            .clicked()
        {
            commands.push(UiCommand::DrawSeed);
        }
        Change::of(&number)
    });
    row.inner
}

fn difference_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let Some(study) = state.study().filter(|study| study.result().is_some()) else {
        return;
    };
    ui.separator();
    let mut limit = state.shown_difference_limit();
    let default = study.default_difference_limit();
    let [least, most] = DIFFERENCE_RANGE.map(|share| share * default);
    let range = least..=most;
    if release_slider(ui, "Difference range", &mut limit, range, &[default]).edited {
        commands.push(UiCommand::SetDifferenceLimit(limit));
    }
    let mut is_absolute = state.difference_is_absolute;
    let tip = "How much was changed, whether taken away or added";
    let absolute = ui.checkbox(&mut is_absolute, "Size of the difference alone");
    if absolute.on_hover_text(tip).changed() {
        commands.push(UiCommand::SetDifferenceAbsolute(is_absolute));
    }
    let hint = RichText::new("Modality value at the ends of the scale").small();
    ui.label(hint.color(theme::of(ui).text_weak));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hint_names_a_value_once() {
        assert_eq!(leg_hint(1.0), "1: no extra guidance (default)");
        assert_eq!(leg_hint(3.0), "1: no extra guidance, 3: default");
    }
}
