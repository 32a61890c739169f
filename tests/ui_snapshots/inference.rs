//! What a run depends on, what it will cost, and how far each of its stages is.

use crate::compute::choose;
use crate::fake::Window;
use crate::phantom::{defaults, result};
use diaphane::measure::Point;
use diaphane::radiograph::BrushEffect;
use diaphane::ui::{MaskCommand, ShellCommand, UiCommand};
use diaphane::worker::{
    ClippingChoice, EventKind, PreviewChoice, Progress, Stage, StageSteps, StageTime,
    SuppressionResult, SuppressionSettings, mask8_sha256,
};
use eframe::egui::{Event, Key, Modifiers, OutputCommand, PointerButton, Role, Vec2};
use egui_kittest::kittest::Queryable as _;
use std::sync::Arc;

/// Tall enough for every setting, with the seldom moved ones unfolded.
fn unfolded() -> Window {
    let mut window = Window::new().with_study().with_result();
    window.harness.set_size(Vec2::new(1280.0, 1500.0));
    window.harness.run();
    window.click("More settings");
    window
}

/// What a click copies on the button of this label, counted from 0 where there are several.
fn copied(window: &mut Window, (label, place): (&str, usize)) -> Option<String> {
    let mut buttons = window.harness.query_all_by_label(label);
    buttons.nth(place).expect("a button").click();
    drop(buttons);
    (0..4).find_map(|_| {
        window.harness.step();
        let commands = &window.harness.output().platform_output.commands;
        commands.iter().find_map(|command| match command {
            OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        })
    })
}

/// The run asked for last ends with what `change` makes of the phantom's result.
fn finish(window: &mut Window, change: impl FnOnce(&mut SuppressionResult)) {
    let (job, settings) = window.newest_request();
    let mut made = result(settings);
    change(&mut made);
    window.report(job.id(), EventKind::Suppressed(Arc::new(made)));
}

fn took(stage: Stage, elapsed_secs: f64, cached: bool) -> StageTime {
    StageTime {
        stage,
        elapsed_secs,
        cached,
    }
}

#[test]
fn clipping_is_chosen_and_runs_again() {
    let mut window = unfolded();
    choose(&mut window, "Clipping", "By the picture's percentile");
    let (_, settings) = window.newest_request();
    assert_eq!(window.num_requests(), 2);
    assert_eq!(settings.clipping, ClippingChoice::Percentile);
}

#[test]
fn the_next_seed_is_one_click_away_and_any_seed_is_copied() {
    let mut window = unfolded();
    let settings = SuppressionSettings {
        seed: 41,
        ..defaults()
    };
    window.apply(UiCommand::EditSettings(settings));
    window.click("+1");
    assert_eq!(window.newest_request().1.seed, 42);
    assert_eq!(
        copied(&mut window, ("Copy the seed", 0)).as_deref(),
        Some("42")
    );
}

#[test]
fn what_steps_cost_is_told_once_a_run_measured_it() {
    let mut window = Window::new().with_study();
    window.press(Key::S);
    assert!(window.has("More steps take longer"));
    finish(&mut window, |made| {
        made.stage_times = vec![
            took(Stage::Global, 2.0, false),
            took(Stage::Local, 6.0, false),
        ];
    });
    assert!(window.has("20 steps ~ 8.0 s here"));
    let mut settings = defaults();
    settings.steps = 5;
    window.apply(UiCommand::EditSettings(settings.clone()));
    assert!(window.has("5 steps ~ 2.0 s here"));
    // What was reused took no time, and measures nothing.
    window.apply(UiCommand::ReleaseSettings);
    finish(&mut window, |made| {
        made.stage_times = vec![
            took(Stage::Global, 0.0, true),
            took(Stage::Local, 3.0, false),
        ];
    });
    assert!(window.has("5 steps ~ 3.5 s here"));
    window.apply(UiCommand::SetNumSeeds(4));
    assert!(window.has("5 steps for each of 4 pictures ~ 14 s here"));
    settings.leg_weight = 1.0;
    window.apply(UiCommand::EditSettings(settings));
    assert!(
        window.has("More steps take longer"),
        "one prediction a step was never measured"
    );
}

#[test]
fn a_double_click_takes_the_weight_back_to_what_the_model_proposes() {
    let mut window = Window::new().with_study().with_result();
    let settings = SuppressionSettings {
        leg_weight: 5.0,
        ..defaults()
    };
    window.apply(UiCommand::EditSettings(settings));
    assert!(window.has_text("vessels under the ribs may fade"));
    let slider = window
        .harness
        .get_by_role_and_label(Role::Slider, "LEG weight");
    let at = slider.rect().center();
    window.harness.hover_at(at);
    window.harness.run();
    for pressed in [true, false, true, false] {
        window.harness.event(Event::PointerButton {
            pos: at,
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        });
    }
    window.harness.run();
    let weight = window.state().settings().leg_weight;
    assert!((weight - 3.0).abs() < 1e-9, "{weight}");
    assert!(window.has_text("Marked: 1 to 3"));
}

#[test]
fn previews_can_be_switched_off() {
    let mut window = Window::new().with_study();
    window.apply(UiCommand::Shell(ShellCommand::TogglePreferences));
    window.click("Preview of where it is heading");
    window.apply(UiCommand::Shell(ShellCommand::TogglePreferences));
    let preview = |window: &mut Window| {
        window.press(Key::S);
        let desk = window.desk.borrow();
        desk.requests.last().expect("a request").1.preview
    };
    assert_eq!(preview(&mut window), PreviewChoice::Off);
    window.apply(UiCommand::Shell(ShellCommand::TogglePreviews));
    assert!(matches!(preview(&mut window), PreviewChoice::EverySteps(_)));
}

#[test]
fn every_stage_of_a_run_has_a_bar() {
    let mut window = Window::new().with_study();
    window.press(Key::S);
    let (job, _) = window.newest_request();
    let mut stages = StageSteps::default();
    for (stage, done, total) in [
        (Stage::Encode, 2, 2),
        (Stage::Global, 3, 20),
        (Stage::Local, 0, 20),
    ] {
        stages.add(stage, done, total);
    }
    job.set_progress(Progress {
        stage: Stage::Global,
        done: 3,
        total: 20,
        fraction: 0.25,
        eta_secs: None,
        stages,
    });
    window.harness.run();
    for name in [
        "Encoding: 2 of 2",
        "Whole picture: 3 of 20",
        "Lungs once more: 0 of 20",
    ] {
        window
            .harness
            .get_by_role_and_label(Role::ProgressIndicator, name);
    }
    assert!(!window.has_text("Fusing: "), "what is reused has no bar");
    let bar = window
        .harness
        .get_by_label("Lungs once more: 0 of 20")
        .rect();
    let cancel = window.harness.get_by_label("Cancel run").rect();
    assert!(bar.bottom() < cancel.top() && bar.width() > 40.0, "{bar:?}");
}

#[test]
fn copied_settings_say_how_many_pictures_and_whose_mask() {
    let mut window = Window::new().with_study().with_result();
    window.apply(UiCommand::SetNumSeeds(3));
    let at = Point::new(48.0, 4.0);
    for command in [
        MaskCommand::Toggle,
        MaskCommand::Begin(BrushEffect::Paint, at),
        MaskCommand::End,
        MaskCommand::Apply,
    ] {
        window.apply(UiCommand::Mask(command));
    }
    finish(&mut window, |made| made.seeds = vec![7, 8, 9]);
    let hash = mask8_sha256(&result(defaults()).lung_mask);
    // The newest stands first.
    for (place, seeds, mask) in [
        (0, "mean of 3 pictures, seeds 7, 8, 9", "drawn"),
        (1, "seed 0", "found"),
    ] {
        let text = copied(&mut window, ("Copy", place)).expect("a text");
        assert!(text.contains(seeds), "{text}");
        let mask = format!("lung mask {mask}, SHA-256 {hash}");
        assert!(text.contains(&mask), "{text}");
    }
}
