//! The prior's view: its own measures, its own zoom and window by mouse, and moving with the current study.

use crate::fake::Window;
use crate::phantom::{SIDE, radiograph};
use diaphane::measure::MeasureId;
use diaphane::ui::{
    BrowseCommand, Camera, Content, DragSpeed, Look, MeasureCommand, PriorCommand, Tool, UiCommand,
    WindowDrag, Zoom,
};
use eframe::egui::{Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, TouchPhase, Vec2};
use egui_kittest::kittest::Queryable as _;
use std::sync::Arc;

/// A study with a length and a box as the prior of another, which is shown.
pub fn with_prior(window: Window) -> Window {
    let mut window = window.with_study();
    window.draw(Tool::Length, &[(10.0, 10.0), (60.0, 10.0)]);
    window.draw(Tool::Rectangle, &[(20.0, 30.0), (40.0, 60.0)]);
    window.press(Key::Escape);
    let mut second = radiograph("second");
    "20260301".clone_into(&mut second.info.study_date);
    window.apply(UiCommand::ShowRadiograph(Arc::new(second)));
    window.apply(UiCommand::Browse(BrowseCommand::SetPrior(Some(0))));
    while window.has("Dismiss") {
        window.click("Dismiss");
    }
    window
}

fn prior_look(window: &Window) -> Look {
    let prior = window.state().prior_study().expect("open");
    prior.looks.of(Content::Original).clone()
}

fn turn_wheel(window: &mut Window, label: &str) {
    let center = window.harness.get_by_label(label).rect().center();
    window.harness.hover_at(center);
    window.harness.run();
    window.harness.event(Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: Vec2::new(0.0, 240.0),
        phase: TouchPhase::Move,
        source: MouseWheelSource::Unknown,
        modifiers: Modifiers::NONE,
    });
    for _ in 0..4 {
        window.harness.run();
    }
}

fn scale(camera: Camera) -> f32 {
    match camera.zoom {
        Zoom::Scale(scale) => scale,
        Zoom::Fit => panic!("{camera:?}"),
    }
}

#[test]
fn drags_and_the_wheel_are_the_priors_own() {
    let mut window = with_prior(Window::new());
    let current = window.look(Content::Original).clone();
    let before = prior_look(&window);
    window.drag("Prior view", [60.0, 30.0]);
    let dragged = prior_look(&window);
    assert_ne!(dragged.voi, before.voi);
    turn_wheel(&mut window, "Prior view");
    let zoomed = prior_look(&window);
    assert_ne!(zoomed.camera, before.camera);
    assert_eq!(*window.look(Content::Original), current);
    assert_eq!(
        window.state().undo.undo_name(),
        Some("prior"),
        "a way of looking"
    );
}

#[test]
fn a_double_click_shows_it_as_loaded() {
    // Two clicks within the time of a double click.
    let quick = egui_kittest::Harness::builder().with_step_dt(0.02);
    let mut window = with_prior(Window::built(quick));
    let before = prior_look(&window);
    let drag = WindowDrag {
        wider: 30.0,
        darker: 10.0,
        speed: DragSpeed::Normal,
    };
    window.apply(UiCommand::Prior(PriorCommand::DragWindow(drag)));
    assert_ne!(prior_look(&window), before);
    // Clicks elsewhere just before would make it a third one.
    for _ in 0..40 {
        window.harness.step();
    }
    for _ in 0..2 {
        window.harness.get_by_label("Prior view").click();
        window.harness.step();
    }
    window.harness.run();
    assert_eq!(prior_look(&window), before);
}

#[test]
fn it_moves_with_the_current_study_until_it_is_let_go() {
    let mut window = with_prior(Window::new());
    window.click("Move with the current");
    turn_wheel(&mut window, "Original view");
    let current = window.look(Content::Original).camera;
    // Both are as wide, so both have the same zoom.
    let shown = window.state().prior_camera().expect("a prior");
    assert_eq!(shown, current);
    let before = scale(current);
    turn_wheel(&mut window, "Prior view");
    let after = scale(window.look(Content::Original).camera);
    assert!(
        after > 1.5 * before,
        "the current follows the prior: {after}"
    );
    let shown = window.state().prior_camera().expect("a prior");
    window.click("Move with the current");
    assert!(!window.state().prior_is_linked());
    assert_eq!(prior_look(&window).camera, shown, "it stays where it was");
    window.press(Key::F);
    assert_eq!(prior_look(&window).camera, shown);
    assert_eq!(window.look(Content::Original).camera, Camera::default());
}

#[test]
fn its_measures_are_its_own_and_cannot_be_moved() {
    let mut window = with_prior(Window::new());
    let is_read = |window: &Window| {
        let prior = window.state().prior_study().expect("open");
        prior.measure_record.readings.len() == 1
    };
    assert!(window.wait_until(is_read), "the box of the prior is read");
    let before = window.state().prior_study().expect("open").measures.clone();
    assert!(
        window.shapes().is_empty(),
        "the list is the current study's"
    );
    // A measure of the current study with the number that one of the prior has.
    window.draw(Tool::Length, &[(30.0, 40.0), (60.0, 40.0)]);
    window.press(Key::Escape);
    let chosen = window.state().measuring.selected;
    assert_eq!(chosen, Some(MeasureId(1)));
    let view = window.harness.get_by_label("Prior view").rect();
    let zoom = view.width().min(view.height()) / SIDE as f32;
    let half = 0.5 * SIDE as f32;
    let end = view.center() + zoom * Vec2::new(60.0 - half, 10.0 - half);
    window.drag_from(end, Vec2::new(0.0, 30.0));
    assert_eq!(window.state().measuring.selected, chosen);
    window.measure(MeasureCommand::Delete);
    assert_eq!(window.state().prior_study().expect("open").measures, before);
}

#[test]
fn its_name_has_its_date() {
    let mut window = with_prior(Window::new());
    assert!(window.has_text("PRIOR, 2026-01-02"));
    window.press(Key::P);
    assert!(window.has("PRIOR") && !window.has_text("2026-01-02"));
}

#[test]
fn measures_of_the_prior_are_on_its_picture() {
    let Some(window) = Window::with_pictures() else {
        return;
    };
    let mut window = with_prior(window);
    window.draw(Tool::Length, &[(30.0, 40.0), (60.0, 40.0)]);
    window.press(Key::Escape);
    let is_read = |window: &Window| {
        let prior = window.state().prior_study().expect("open");
        prior.measure_record.readings.len() == 1
    };
    assert!(window.wait_until(is_read));
    let is_small = |study: &diaphane::ui::Study| study.thumbnail.is_some();
    assert!(window.wait_until(|window| window.state().studies.iter().all(is_small)));
    window.press_with(Modifiers::SHIFT, Key::K);
    while window.has("Dismiss") {
        window.click("Dismiss");
    }
    window.snapshot("prior_with_measures");
}
