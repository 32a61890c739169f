//! The right panel: what a suppression depends on, and how far it is.

use super::adapter::adapter_ui;
use super::compare::compare_ui;
use super::compute::compute_ui;
use super::histogram::histogram_ui;
use super::leg_scrub::leg_scrub_ui;
use super::look_here::look_here_ui;
use super::magnifier::magnifier_panel_ui;
use super::mask::mask_panel_ui;
use super::measure_list::measure_list_ui;
use super::progress::{duration_text, progress_ui};
use super::queue::queue_ui;
use super::result_scales::result_scales_ui;
use crate::ui::command::UiCommand;
use crate::ui::leg_scrub::LEG_RANGE;
use crate::ui::state::{AppState, SeedMode};
use crate::ui::study::OpenStudy;
use crate::ui::theme;
use crate::ui::widgets::check_box::check_box;
use crate::ui::widgets::release_slider::{Change, Marks, release_slider, rested};
use crate::worker::{
    ClippingChoice, FusionChoice, GuidanceChoice, SamplerChoice, SuppressionSettings,
};
use eframe::egui::{
    Button, CollapsingHeader, ComboBox, DragValue, Frame, Id, Label, Panel, RichText, Role,
    ScrollArea, Ui, WidgetInfo,
};

/// Steps that the LCM sampler can take (the 50 of its training).
const MOST_LCM_STEPS: usize = 50;
/// Steps that the other samplers can take: the timesteps of both papers.
const MOST_STEPS: usize = 1000;

/// LEG weight without any guidance.
const NEUTRAL_LEG: f64 = 1.0;

/// Most pictures that the slider offers to average.
const MOST_SHOWN_SEEDS: usize = 16;

/// Draws the panel.
pub fn settings_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    lower_ui(ui, state, commands);
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.add_space(4.0);
        magnifier_panel_ui(ui, state, commands);
        mask_panel_ui(ui, state, commands);
        ui.heading("Suppression");
        progress_ui(ui, state, commands);
        // Until a model is loaded there is nothing these would be settings of.
        let is_loaded = state.bundle.is_some() && state.loading.is_none();
        ui.add_enabled_ui(is_loaded, |ui| suppression_ui(ui, state, commands));
        compare_ui(ui, state, commands);
        look_here_ui(ui, state, commands);
        histogram_ui(ui, state, commands);
        result_scales_ui(ui, state, commands);
    });
}

/// Lists that grow while a person works, at the bottom: what stands above them never moves.
fn lower_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let has_tool = state.measuring.tool.is_some();
    let is_measured = |study: &OpenStudy| has_tool || study.has_measures();
    if !state.study().is_some_and(is_measured) && !state.queue.is_visible {
        return;
    }
    // No higher than what is in it: the rest is room for the settings above.
    let id = Id::unique("height of the side lists");
    let needed = ui.data(|data| data.get_temp::<f32>(id));
    let most = theme::LOWER_SHARE * ui.available_height();
    let panel = Panel::bottom("side_lists")
        .frame(Frame::new())
        .resizable(false)
        .exact_size(needed.map_or(most, |needed| needed.min(most)));
    panel.show(ui, |ui| {
        let lists = ScrollArea::vertical()
            .id_salt("side lists")
            .auto_shrink(false)
            .show(ui, |ui| {
                ui.add_space(6.0);
                measure_list_ui(ui, state, commands);
                queue_ui(ui, state, commands);
            });
        let needed = lists.content_size.y;
        let before = ui.data_mut(|data| std::mem::replace(data.get_temp_mut_or(id, 0.0), needed));
        if (needed - before).abs() > 0.5 {
            // The next frame has room for it.
            ui.ctx().request_repaint();
        }
    });
}

/// Everything a run depends on.
fn suppression_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    if state.bundle.is_none() && state.loading.is_some() {
        // What the model proposes is not known yet; other numbers would look like its own.
        let text = "The settings stand here once the model is loaded.";
        ui.label(RichText::new(text).color(theme::of(ui).text_weak));
        return;
    }
    let mut settings = state.settings().clone();
    let mut change = sliders_ui(ui, &mut settings, state);
    // What is seldom moved is folded away: the tools of comparison must be in sight on a small screen.
    CollapsingHeader::new("More settings").show(ui, |ui| {
        change = change.or(choices_ui(ui, &mut settings));
        change = change.or(seed_ui(ui, &mut settings, state, commands));
        change = change.or(num_seeds_ui(ui, state, commands));
        adapter_ui(ui, state, commands);
        compute_ui(ui, state, commands);
        leg_scrub_ui(ui, state, commands);
    });
    if change.edited {
        commands.push(UiCommand::EditSettings(settings));
    }
    let of_study = state.study().map(|study| study.file_id);
    if rested(ui, of_study, change).released {
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

fn sliders_ui(ui: &mut Ui, settings: &mut SuppressionSettings, state: &AppState) -> Change {
    let defaults = &state.defaults;
    let mut change = leg_ui(ui, &mut settings.leg_weight, defaults.leg_weight);
    let most = most_steps(settings.sampler);
    let steps = &mut settings.steps;
    let marks: Vec<usize> = (1..=most)
        .contains(&defaults.steps)
        .then_some(defaults.steps)
        .into_iter()
        .collect();
    let marks = marks.as_slice();
    change = change.or(release_slider(ui, "Steps", steps, 1..=most, marks));
    let cost = RichText::new(cost_text(state, settings)).small();
    let cost = ui.label(cost.color(theme::of(ui).text_weak));
    cost.on_hover_text(
            "The sampling alone, by the time its steps took in the last run with this model on this device",
        );
    change
}

/// The weight of the guidance, with the range to stay in and what it does in the words of a reader.
fn leg_ui(ui: &mut Ui, weight: &mut f64, default: f64) -> Change {
    let marks = Marks {
        ticks: &[1.0, default],
        band: Some((NEUTRAL_LEG.min(default), NEUTRAL_LEG.max(default))),
        default: Some(default),
    };
    let change = release_slider(ui, "LEG weight", weight, LEG_RANGE, marks);
    // A weight moved for one study is that of the next ones too, and too much of it takes more than bone.
    let colour = if (*weight - default).abs() < 1e-9 {
        theme::of(ui).text_weak
    } else {
        theme::of(ui).caution
    };
    let hint = RichText::new(leg_hint(*weight, default)).small();
    let hint = ui.add(Label::new(hint.color(colour)).wrap());
    hint.on_hover_text(
        "Local-Enhanced Guidance: how strongly the lung field's own detail leads. A double click on the slider goes \
         back to what the model proposes.",
    );
    change
}

/// What the steps take here; nothing in numbers before a run measured one.
fn cost_text(state: &AppState, settings: &SuppressionSettings) -> String {
    let bundle = state.bundle.as_ref();
    let num_seeds = state.num_seeds;
    let secs =
        bundle.and_then(|bundle| state.step_costs.sampling_secs(bundle, settings, num_seeds));
    let Some(secs) = secs else {
        return "More steps take longer".to_owned();
    };
    let steps = match settings.steps {
        1 => "1 step".to_owned(),
        steps => format!("{steps} steps"),
    };
    let pictures = if num_seeds > 1 {
        format!(" for each of {num_seeds} pictures")
    } else {
        String::new()
    };
    let time = if secs < 10.0 {
        format!("{secs:.1} s")
    } else {
        duration_text(secs)
    };
    format!("{steps}{pictures} ~ {time} here")
}

/// Most steps of a sampler.
pub(in crate::ui) fn most_steps(sampler: SamplerChoice) -> usize {
    match sampler {
        SamplerChoice::Lcm => MOST_LCM_STEPS,
        SamplerChoice::Ddim | SamplerChoice::Ddpm => MOST_STEPS,
    }
}

/// What a LEG weight does, in the words of a reader, and what is marked.
fn leg_hint(weight: f64, default: f64) -> String {
    let (low, high) = (NEUTRAL_LEG.min(default), NEUTRAL_LEG.max(default));
    let marked = if (default - NEUTRAL_LEG).abs() < 1e-9 {
        "Marked: 1, no extra guidance (default)".to_owned()
    } else {
        format!("Marked: {low} to {high}; 1 is no extra guidance, {default} the default")
    };
    let effect = if weight > high + 1e-9 {
        "Beyond the marked range more than bone goes: vessels under the ribs may fade."
    } else if weight < low - 1e-9 {
        "Below the marked range more of the ribs stays."
    } else {
        "Higher takes more of the ribs off, lower leaves more of them."
    };
    format!("{effect} {marked}.")
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
    let clipping = [
        (ClippingChoice::Dynamic, "Range that grows (dynamic)"),
        (ClippingChoice::Static, "From -1 to 1"),
        (ClippingChoice::Percentile, "By the picture's percentile"),
        (ClippingChoice::None, "None"),
    ];
    let fusion = [
        (FusionChoice::Poisson, "Seamless (Poisson)"),
        (FusionChoice::Alpha, "Weighted mean"),
        (FusionChoice::OpenCv, "OpenCV, 8 bits"),
        (FusionChoice::None, "Global picture only"),
    ];
    let change = choice_ui(ui, "Guidance", &mut settings.guidance, &guidance)
        .or(choice_ui(ui, "Sampler", &mut settings.sampler, &sampler))
        .or(choice_ui(ui, "Clipping", &mut settings.clipping, &clipping))
        .or(choice_ui(
            ui,
            "Lungs set into the picture",
            &mut settings.fusion,
            &fusion,
        ));
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
    let row = ui.horizontal_wrapped(|ui| {
        let number = DragValue::new(&mut settings.seed).update_while_editing(false);
        let number = ui.add(number).accessible_name("Seed");
        let mut locked = state.seed == SeedMode::Locked;
        let lock = check_box(ui, &mut locked, "Locked");
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
        let mut change = Change::of(&number);
        let next = ui.button("+1").on_hover_text("The next seed");
        if next.clicked() {
            settings.seed = settings.seed.wrapping_add(1);
            change = Change {
                edited: true,
                released: true,
            };
        }
        let copy = ui.button("Copy").on_hover_text("Copy the seed as text");
        copy.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Copy the seed"));
        if copy.clicked() {
            ui.ctx().copy_text(settings.seed.to_string());
        }
        change
    });
    row.inner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hint_says_what_a_weight_does_and_names_a_value_once() {
        assert!(leg_hint(1.0, 1.0).ends_with("Marked: 1, no extra guidance (default)."));
        let proposed = leg_hint(3.0, 3.0);
        assert!(proposed.starts_with("Higher takes more of the ribs off"));
        assert!(proposed.ends_with("Marked: 1 to 3; 1 is no extra guidance, 3 the default."));
        assert!(leg_hint(3.5, 3.0).contains("vessels under the ribs may fade"));
        assert!(leg_hint(0.5, 3.0).contains("more of the ribs stays"));
    }
}
