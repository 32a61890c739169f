//! Undo of what is made: settings, results, polarity, suggestions, the queue.

use super::elsewhere::{draw, num_measures};
use crate::fake::Window;
use crate::phantom::{SIDE, body, defaults, grid, radiograph, result};
use diaphane::measure::Point;
use diaphane::radiograph::{BrushEffect, LungMask, Polarity};
use diaphane::ui::{MaskCommand, QueueCommand, SeedMode, Tool, UiCommand};
use diaphane::worker::{EventKind, SuppressionSettings};
use eframe::egui::{Key, Modifiers};
use std::sync::Arc;

fn with_weight(window: &Window, leg_weight: f64) -> SuppressionSettings {
    SuppressionSettings {
        leg_weight,
        ..window.state().settings().clone()
    }
}

fn finish(window: &mut Window) {
    let (job, settings) = window.newest_request();
    window.report(job.id(), EventKind::Suppressed(Arc::new(result(settings))));
}

/// A study with results at LEG weights 3 and 5, the second shown.
fn with_two_results() -> Window {
    let mut window = Window::new().with_study().with_result();
    window.apply(UiCommand::EditSettings(with_weight(&window, 5.0)));
    window.apply(UiCommand::ReleaseSettings);
    finish(&mut window);
    window
}

fn shown(window: &Window) -> Option<u64> {
    let study = window.state().study().expect("open");
    study.runs.shown().map(|run| run.number)
}

fn polarity(window: &Window) -> Polarity {
    window.state().study().expect("open").radiograph.polarity
}

fn load_other(window: &mut Window) -> SuppressionSettings {
    let proposed = SuppressionSettings {
        steps: 4,
        leg_weight: 1.0,
        ..defaults()
    };
    window.apply(UiCommand::LoadBundle("other".into()));
    window.model_loaded("other", proposed.clone());
    proposed
}

#[test]
fn settings_of_another_model_never_come_back() {
    let mut window = with_two_results();
    window.press(Key::I);
    window.apply(UiCommand::EditSettings(with_weight(&window, 6.0)));
    let proposed = load_other(&mut window);
    assert_eq!(*window.state().settings(), proposed);
    assert_eq!(window.state().undo.undo_name(), Some("black and white"));
    for _ in 0..4 {
        window.press_with(Modifiers::COMMAND, Key::Z);
        assert_eq!(*window.state().settings(), proposed);
    }
    for _ in 0..4 {
        window.press_with(Modifiers::COMMAND, Key::Y);
        assert_eq!(*window.state().settings(), proposed);
    }
    // Nor with a result that the other model made.
    window.apply(UiCommand::ShowRun(1));
    assert_eq!(shown(&window), Some(1));
    assert_eq!(*window.state().settings(), proposed);
    assert!(window.has("Stale: made by another model"));
}

#[test]
fn a_suggestion_is_a_step_of_its_own() {
    let mut window = Window::new().with_study().with_result();
    draw(&mut window, Tool::Length, &[(10.0, 10.0), (60.0, 10.0)]);
    window.press(Key::H);
    assert!(window.wait_until(|window| num_measures(window) == 2));
    window.press_with(Modifiers::COMMAND, Key::Z);
    assert!(window.has_text("Length 1") && !window.has_text("CTR"));
    window.press_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(num_measures(&window), 0);
    for _ in 0..2 {
        window.press_with(Modifiers::COMMAND, Key::Y);
    }
    assert!(window.has_text("Length 1") && window.has_text("CTR"));
}

#[test]
fn a_suggestion_for_a_study_left_is_taken_back_there() {
    let mut window = Window::new().with_study().with_result();
    let app = window.harness.state_mut();
    app.apply(UiCommand::Measure(diaphane::ui::MeasureCommand::Take(
        Tool::CardiothoracicRatio,
    )));
    app.apply(UiCommand::ShowRadiograph(Arc::new(radiograph("second"))));
    let num_in_first = |window: &Window| {
        let study = window.state().studies[0].open().expect("open");
        study.measures.len()
    };
    assert!(window.wait_until(|window| num_in_first(window) == 1));
    assert_eq!(window.state().current, 1);
    window.apply(UiCommand::Undo);
    assert_eq!((window.state().current, num_in_first(&window)), (0, 0));
    window.apply(UiCommand::Redo);
    assert!(window.has_text("CTR"));
}

#[test]
fn a_turned_polarity_is_taken_back_with_its_results() {
    let mut window = with_two_results();
    window.apply(UiCommand::PinRun(1, true));
    window.apply(UiCommand::CompareWithRun(Some(1)));
    window.apply(UiCommand::TurnPolarity);
    assert_eq!(
        (polarity(&window), shown(&window)),
        (Polarity::LowIsWhite, None)
    );
    let (turned, _) = window.newest_request();
    assert_eq!(window.state().undo.undo_name(), Some("polarity"));
    window.press_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(
        (polarity(&window), shown(&window)),
        (Polarity::HighIsWhite, Some(2))
    );
    assert!(window.has("Show result 1") && !window.has_text("Black and white were exchanged"));
    let runs = &window.state().study().expect("open").runs;
    assert!(runs.get(1).expect("the first").pinned);
    assert_eq!(runs.rival().map(|run| run.number), Some(1));
    // The run of the turned picture is not one of this picture.
    assert!(turned.is_cancelled());
    window.report(
        turned.id(),
        EventKind::Suppressed(Arc::new(result(defaults()))),
    );
    assert_eq!(shown(&window), Some(2));
    window.press_with(Modifiers::COMMAND, Key::Y);
    assert_eq!(
        (polarity(&window), shown(&window)),
        (Polarity::LowIsWhite, None)
    );
}

#[test]
fn results_of_both_polarities_stay_and_have_numbers_of_their_own() {
    let mut window = with_two_results();
    let requests = window.num_requests();
    window.apply(UiCommand::TurnPolarity);
    finish(&mut window);
    assert_eq!(
        (shown(&window), window.num_requests()),
        (Some(3), requests + 1)
    );
    window.apply(UiCommand::TurnPolarity);
    assert_eq!(
        (shown(&window), window.num_requests()),
        (Some(2), requests + 1)
    );
    window.apply(UiCommand::TurnPolarity);
    assert_eq!(
        (shown(&window), window.num_requests()),
        (Some(3), requests + 1)
    );
}

#[test]
fn lungs_found_on_a_picture_that_was_turned_meanwhile_are_not_its_own() {
    let mut window = Window::new().with_study();
    window.press_with(Modifiers::SHIFT, Key::M);
    let search = window.desk.borrow().segmentations[0].clone();
    window.apply(UiCommand::TurnPolarity);
    assert!(search.is_cancelled());
    assert!(!window.state().masking.is_on);
    let mask = LungMask::from_nonzero(&grid(|row, col| u8::from(body(row, col).0)));
    window.report(search.id(), EventKind::Segmented(Arc::new(mask)));
    assert!(window.state().study().expect("open").found_mask().is_none());
}

#[test]
fn a_forgotten_result_comes_back() {
    let mut window = with_two_results();
    window.apply(UiCommand::PinRun(2, true));
    window.apply(UiCommand::ForgetRun(2));
    assert_eq!(shown(&window), Some(1));
    assert_eq!(window.state().undo.undo_name(), Some("forgotten result"));
    window.press_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(shown(&window), Some(2));
    assert!(window.has("Show result 1") && window.has("Show result 2"));
    let runs = &window.state().study().expect("open").runs;
    assert!(runs.get(2).expect("it is back").pinned);
    window.press_with(Modifiers::COMMAND, Key::Y);
    assert!(!window.has("Show result 2"));
}

#[test]
fn the_queue_is_taken_back_but_not_what_it_has_made() {
    let mut window = Window::new().with_study();
    for name in ["second", "third", "fourth"] {
        window.apply(UiCommand::ShowRadiograph(Arc::new(radiograph(name))));
    }
    window.apply(UiCommand::SelectStudy(0));
    window.apply(UiCommand::Queue(QueueCommand::AddAll));
    let file = |window: &Window, index: usize| window.state().studies[index].file_id();
    let waiting = |window: &Window| -> Vec<_> {
        let state = window.state();
        let files = state.queue.waiting.iter();
        files.map(|file| state.index_of(*file).unwrap()).collect()
    };
    assert_eq!(waiting(&window), [1, 2, 3]);
    let fourth = QueueCommand::MoveUp(file(&window, 3));
    window.apply(UiCommand::Queue(fourth));
    let third = QueueCommand::Cancel(file(&window, 2));
    window.apply(UiCommand::Queue(third));
    assert_eq!(waiting(&window), [1, 3]);
    // Meanwhile the next one has its turn.
    finish(&mut window);
    assert_eq!(waiting(&window), [3]);
    window.apply(UiCommand::Undo);
    assert_eq!(waiting(&window), [3, 2]);
    window.apply(UiCommand::Undo);
    assert_eq!(waiting(&window), [2, 3]);
    window.apply(UiCommand::Undo);
    assert!(waiting(&window).is_empty());
    window.apply(UiCommand::Redo);
    finish(&mut window);
    assert_eq!(waiting(&window), [3], "the first two are made");
}

#[test]
fn a_mask_applied_in_spite_of_doubts_keeps_the_seed() {
    let mut window = Window::new().with_study();
    let mut hand = radiograph("hand");
    "HAND".clone_into(&mut hand.info.body_part);
    window.apply(UiCommand::ShowRadiograph(Arc::new(hand)));
    window.apply(UiCommand::SetSeedMode(SeedMode::Drawn));
    let seed = window.state().settings().seed;
    window.press_with(Modifiers::SHIFT, Key::M);
    let search = window.desk.borrow().segmentations[0].id();
    let mask = LungMask::from_nonzero(&grid(|row, col| u8::from(body(row, col).0)));
    window.report(search, EventKind::Segmented(Arc::new(mask)));
    let middle = Point::new(0.5 * SIDE as f64, 8.0);
    window.apply(UiCommand::Mask(MaskCommand::Begin(
        BrushEffect::Paint,
        middle,
    )));
    window.apply(UiCommand::Mask(MaskCommand::End));
    window.apply(UiCommand::Mask(MaskCommand::Apply));
    assert_eq!(window.num_requests(), 0);
    window.click("Suppress anyway");
    assert_eq!(window.num_requests(), 1);
    assert_eq!(
        window.newest_request().1.seed,
        seed,
        "only the mask is another one"
    );
    // Suppress draws a new one, as it is set to.
    window.press(Key::S);
    assert_ne!(window.newest_request().1.seed, seed);
}
