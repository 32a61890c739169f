//! The soft-tissue image follows the LEG slider while it is dragged, and a true run replaces it.

use crate::fake::Window;
use crate::phantom::{SIDE, defaults, radiograph, result};
use diaphane::measure::Point;
use diaphane::radiograph::{FloatImage, StudyId};
use diaphane::ui::{Content, Layout, MeasureCommand, ShellCommand, Tool, UiCommand};
use diaphane::worker::{
    EventKind, GuidanceChoice, LegNodes, Priority, Stage, StageTime, SuppressionSettings,
};
use eframe::egui::{Pos2, Role};
use egui_kittest::kittest::Queryable as _;
use std::sync::Arc;

const DRAGGED: &str = "Interpolated between pictures that were made";
const WAITING: &str = "Interpolated: the true picture is being made";

/// Every node of one modality value, 600 apart: 500 is black and 3500 white.
fn nodes(weights: &[f64]) -> LegNodes {
    let image = |index: usize| FloatImage::filled(SIDE, SIDE, 500.0 + 600.0 * index as f32);
    LegNodes {
        study: StudyId("first".to_owned()),
        weights: weights.to_vec(),
        soft_tissues: (0..weights.len()).map(|i| Arc::new(image(i))).collect(),
    }
}

fn num_asked(window: &Window) -> usize {
    window.desk.borrow().nodes.len()
}

/// Whether the job asked for last was told to stop.
fn is_cancelled(window: &Window) -> bool {
    let desk = window.desk.borrow();
    desk.nodes.last().expect("asked").0.is_cancelled()
}

/// The worker made what it was asked for last.
fn made(window: &mut Window) {
    let (job, weights) = {
        let desk = window.desk.borrow();
        let (handle, plan) = desk.nodes.last().expect("asked");
        (handle.id(), plan.weights.clone())
    };
    let nodes = nodes(&weights);
    window.report(job, EventKind::LegNodesMade(Arc::new(nodes)));
}

fn set_weight(window: &mut Window, leg_weight: f64) {
    let settings = SuppressionSettings {
        leg_weight,
        ..window.state().settings().clone()
    };
    window.apply(UiCommand::EditSettings(settings));
}

#[test]
fn a_result_asks_for_nodes_in_the_background() {
    let mut window = Window::new().with_study();
    assert_eq!(num_asked(&window), 0, "there is nothing to replace");
    window = window.with_result();
    assert_eq!(num_asked(&window), 1);
    {
        let desk = window.desk.borrow();
        let (handle, plan) = &desk.nodes[0];
        assert_eq!(handle.priority(), Priority::Background);
        assert_eq!(plan.weights, [0.0, 1.5, 3.0, 4.5, 6.0]);
        assert_eq!(plan.request.settings, defaults());
    }
    made(&mut window);
    set_weight(&mut window, 2.0);
    assert_eq!(num_asked(&window), 1, "another weight needs no others");
}

#[test]
fn the_picture_follows_the_slider_and_a_true_run_replaces_it() {
    let mut window = Window::new().with_study().with_result();
    made(&mut window);
    assert!(!window.has_text("Interpolated"), "the result itself");
    let before = window.num_requests();
    let slider = window
        .harness
        .get_by_role_and_label(Role::Slider, "LEG weight");
    let start = slider.rect().center();
    let to = Pos2::new(start.x + 40.0, start.y);
    window.harness.drag_at(start);
    window.harness.run();
    window.harness.hover_at(to);
    window.harness.run();
    assert!(window.has(DRAGGED) && !window.has_text("Stale"));
    assert_eq!(window.num_requests(), before, "nothing runs yet");
    window.harness.drop_at(to);
    window.harness.run();
    assert_eq!(window.num_requests(), before + 1);
    assert!(window.has(WAITING));
    let (job, settings) = window.newest_request();
    assert!(settings.leg_weight > 3.5, "{}", settings.leg_weight);
    window.report(job.id(), EventKind::Suppressed(Arc::new(result(settings))));
    assert!(!window.has_text("Interpolated") && !window.has_text("Stale"));
    assert_eq!(num_asked(&window), 1, "the nodes fit still");
}

#[test]
fn other_views_and_other_tools_say_that_they_are_stale() {
    let mut window = Window::new().with_study().with_result();
    made(&mut window);
    set_weight(&mut window, 2.0);
    window.apply(UiCommand::SetLayout(Layout::Three));
    assert!(window.has(DRAGGED), "the soft tissue");
    assert!(window.has_text("Stale"), "the difference");
    window.apply(UiCommand::SetLayout(Layout::SideBySide));
    assert!(!window.has_text("Stale"));
    window.apply(UiCommand::MoveSuppression(-0.5));
    assert!(window.has_text("Stale") && !window.has_text("Interpolated"));
}

#[test]
fn nodes_go_with_every_other_setting() {
    let mut window = Window::new().with_study().with_result();
    made(&mut window);
    set_weight(&mut window, 2.0);
    assert!(window.has(DRAGGED));
    let settings = SuppressionSettings {
        steps: 7,
        ..window.state().settings().clone()
    };
    window.apply(UiCommand::EditSettings(settings));
    assert!(window.has_text("Stale") && !window.has_text("Interpolated"));
    assert!(!window.state().leg_scrub.is_ready());
    window.apply(UiCommand::ReleaseSettings);
    let (job, settings) = window.newest_request();
    assert_eq!(num_asked(&window), 1, "not while the reader waits");
    window.report(job.id(), EventKind::Suppressed(Arc::new(result(settings))));
    assert_eq!(num_asked(&window), 2);
    window.apply(UiCommand::TurnPolarity);
    assert!(is_cancelled(&window));
}

#[test]
fn another_study_or_bundle_stops_them() {
    let mut window = Window::new().with_study().with_result();
    window.apply(UiCommand::ShowRadiograph(Arc::new(radiograph("second"))));
    assert!(is_cancelled(&window));
    let mut window = Window::new().with_study().with_result();
    window.apply(UiCommand::LoadBundle("other".into()));
    assert!(
        is_cancelled(&window),
        "a bundle must not wait for every weight"
    );
    window.model_loaded("other", defaults());
    assert_eq!(num_asked(&window), 1, "the result is of the other model");
}

#[test]
fn nothing_is_asked_for_where_it_is_unwanted_slow_or_idle() {
    let mut window = Window::new().with_study();
    window.apply(UiCommand::Shell(ShellCommand::ToggleLegPreparation));
    window = window.with_result();
    assert_eq!(num_asked(&window), 0, "switched off");
    window.apply(UiCommand::Shell(ShellCommand::ToggleLegPreparation));
    assert_eq!(num_asked(&window), 1);
    window.apply(UiCommand::Shell(ShellCommand::ToggleLegPreparation));
    assert!(is_cancelled(&window));

    let mut window = Window::new().with_study();
    window.apply(UiCommand::Suppress);
    let (job, settings) = window.newest_request();
    let mut slow = result(settings);
    slow.stage_times = vec![StageTime {
        stage: Stage::Global,
        elapsed_secs: 61.0,
        cached: false,
    }];
    window.report(job.id(), EventKind::Suppressed(Arc::new(slow)));
    assert_eq!(num_asked(&window), 0, "five times a minute");

    let mut window = Window::new().with_study();
    let settings = SuppressionSettings {
        guidance: GuidanceChoice::Vanilla,
        ..defaults()
    };
    window.apply(UiCommand::EditSettings(settings));
    window = window.with_result();
    assert_eq!(num_asked(&window), 0, "the weight takes no part");
}

#[test]
fn what_failed_is_told_once_and_not_tried_again() {
    let mut window = Window::new().with_study().with_result();
    let job = window.desk.borrow().nodes[0].0.id();
    let reason = "no memory is left on the device.";
    window.report(job, EventKind::Failed(reason.into()));
    assert!(window.has_text("LEG weights could not be prepared: no memory"));
    window.harness.run();
    assert_eq!(num_asked(&window), 1);
}

/// Nodes of 500, 1100, 1700... at 0, 1.5, 3...: what is seen is `(value - 500) / 3000` of white.
#[test]
fn what_is_seen_lies_between_the_nodes() {
    let Some(window) = Window::with_pictures() else {
        return;
    };
    let mut window = window.with_study().with_result();
    window.apply(UiCommand::SetLayout(Layout::Single));
    made(&mut window);
    for (weight, value) in [(1.5, 1100.0), (3.75, 2000.0), (4.0, 2100.0), (6.0, 2900.0)] {
        set_weight(&mut window, weight);
        assert!(window.state().interpolation().is_some(), "{weight}");
        assert_eq!(window.state().active_content(), Content::SoftTissue);
        let at = window
            .harness
            .get_by_label("Soft tissue view")
            .rect()
            .center();
        let picture = window.harness.render().expect("a picture");
        let shown = picture.get_pixel(at.x as u32, at.y as u32).0[0];
        // DICOM's linear window puts black at 500 and white at 3499; a step for rounding, one for the dither.
        let expected = 255.0 * (value - 500.0) / 2999.0;
        assert!(
            (f64::from(shown) - expected).abs() <= 2.0,
            "{weight}: {shown}, not {expected:.1}"
        );
    }
}

#[test]
fn a_region_has_no_numbers_of_a_picture_that_was_not_made() {
    let mut window = Window::new().with_study().with_result();
    made(&mut window);
    let corners =
        [(20.0, 30.0), (40.0, 60.0)].map(|(x, y)| MeasureCommand::Place(Point::new(x, y)));
    for command in [MeasureCommand::Take(Tool::Rectangle)]
        .into_iter()
        .chain(corners)
    {
        window.apply(UiCommand::Measure(command));
    }
    let soft = "Soft tissue 900";
    assert!(window.wait_until(|window| window.has_text(soft)));
    set_weight(&mut window, 2.0);
    assert!(window.has("interpolated: release for numbers"));
    assert!(!window.has_text(soft), "that of the picture before");
    assert!(window.has_text("600 pixels; medians: Original"));
    window.apply(UiCommand::ReleaseSettings);
    assert!(window.has("interpolated: numbers come with the true picture"));
    let (job, settings) = window.newest_request();
    window.report(job.id(), EventKind::Suppressed(Arc::new(result(settings))));
    assert!(window.wait_until(|window| window.has_text(soft)));
    assert!(!window.has_text("interpolated:"));
}
