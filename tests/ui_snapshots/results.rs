//! Several results of one study: shown, compared with each other, kept and forgotten.

use crate::fake::Window;
use crate::phantom::result;
use diaphane::ui::{Content, UiCommand};
use diaphane::worker::{EventKind, SuppressionSettings};
use eframe::egui::Key;
use std::sync::Arc;

/// A study with results at LEG weights 3 (the default), 5 and 7, the last one shown.
fn with_three() -> Window {
    let mut window = Window::new().with_study().with_result();
    for leg_weight in [5.0, 7.0] {
        let settings = SuppressionSettings {
            leg_weight,
            ..window.state().settings().clone()
        };
        window.apply(UiCommand::EditSettings(settings));
        window.apply(UiCommand::ReleaseSettings);
        let (job, settings) = window.newest_request();
        window.report(job.id(), EventKind::Suppressed(Arc::new(result(settings))));
    }
    window
}

fn numbers(window: &Window) -> Vec<u64> {
    let runs = &window.state().study().expect("open").runs;
    runs.all().iter().map(|run| run.number).collect()
}

#[test]
fn a_result_chosen_again_sets_the_panel_to_what_made_it() {
    let mut window = with_three();
    assert_eq!(numbers(&window), [1, 2, 3]);
    window.apply(UiCommand::ShowRun(2));
    assert!((window.state().settings().leg_weight - 5.0).abs() < 1e-9);
    assert!(!window.has_text("Stale"));
}

#[test]
fn two_results_are_compared_and_named() {
    let mut window = with_three();
    window.apply(UiCommand::CompareWithRun(Some(1)));
    window.press(Key::W);
    assert!(window.has_text("Result 1 beside result 3"));
    window.harness.key_down(Key::Space);
    window.harness.run();
    assert!(
        window.has("Original view"),
        "the original is one key away all the same"
    );
    window.harness.key_up(Key::Space);
    window.harness.run();
    window.apply(UiCommand::CompareWithRun(None));
    assert!(window.has_text("Original beside soft tissue"));
}

#[test]
fn a_forgotten_result_gives_way_to_the_newest() {
    let mut window = with_three();
    window.apply(UiCommand::CompareWithRun(Some(2)));
    window.apply(UiCommand::ForgetRun(2));
    window.apply(UiCommand::ForgetRun(3));
    let runs = &window.state().study().expect("open").runs;
    assert_eq!(runs.shown().expect("the first").number, 1);
    assert!(runs.rival().is_none());
    assert!(window.look(Content::Original).voi == window.look(Content::SoftTissue).voi);
}
