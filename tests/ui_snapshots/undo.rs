//! What a person set can be taken back, and taken again.

mod any_order;
mod elsewhere;
mod made;

use crate::fake::Window;
use crate::phantom::{radiograph, result};
use diaphane::ui::{Content, UiCommand};
use diaphane::worker::{EventKind, SuppressionSettings};
use eframe::egui::{Key, Modifiers};
use std::sync::Arc;

#[test]
fn a_drag_is_one_step_and_zoom_is_none() {
    let mut window = Window::new().with_study().with_result();
    let loaded = window.look(Content::Original).clone();
    window.drag("Original view", [60.0, 20.0]);
    let dragged = window.look(Content::Original).voi.clone();
    assert_ne!(dragged, loaded.voi);
    window.press(Key::Z);
    window.press_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.look(Content::Original).voi, loaded.voi);
    assert_ne!(window.look(Content::Original).camera, loaded.camera);
    window.press_with(Modifiers::COMMAND, Key::Y);
    assert_eq!(window.look(Content::Original).voi, dragged);
}

#[test]
fn taking_a_setting_back_brings_its_picture_back_without_a_run() {
    let mut window = Window::new().with_study().with_result();
    let first = window.state().settings().clone();
    let moved = SuppressionSettings {
        leg_weight: 7.0,
        ..first.clone()
    };
    window.apply(UiCommand::EditSettings(moved.clone()));
    window.apply(UiCommand::ReleaseSettings);
    let (job, settings) = window.newest_request();
    window.report(job.id(), EventKind::Suppressed(Arc::new(result(settings))));
    let num_requests = window.num_requests();
    let shown = |window: &Window| {
        let study = window.state().study().expect("open");
        study.result().expect("a result").settings.clone()
    };
    assert_eq!(shown(&window), moved);
    window.press_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(
        (shown(&window), window.state().settings()),
        (first.clone(), &first)
    );
    assert!(!window.has_text("Stale"));
    window.press_with(Modifiers::COMMAND, Key::Y);
    assert_eq!(shown(&window), moved);
    assert!(!window.has_text("Stale"));
    // By hand it is the same: what was made before is shown, not made again.
    window.apply(UiCommand::EditSettings(first.clone()));
    window.apply(UiCommand::ReleaseSettings);
    assert_eq!(shown(&window), first);
    assert_eq!(window.num_requests(), num_requests);
}

#[test]
fn a_step_of_another_study_shows_that_study() {
    let mut window = Window::new().with_study();
    window.press(Key::I);
    window.apply(UiCommand::ShowRadiograph(Arc::new(radiograph("second"))));
    window.press_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.state().current, 0);
    assert!(!window.look(Content::Original).inverted);
}
