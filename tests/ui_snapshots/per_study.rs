//! What belongs to each study: its settings, its result, its zoom.

use crate::fake::Window;
use crate::phantom::{defaults, radiograph, result};
use diaphane::ui::{Camera, Content, UiCommand, Zoom};
use diaphane::worker::{EventKind, Priority, SamplerChoice, SuppressionSettings};
use eframe::egui::Key;
use std::sync::Arc;

fn edited(leg_weight: f64) -> SuppressionSettings {
    SuppressionSettings {
        leg_weight,
        ..defaults()
    }
}

#[test]
fn a_setting_moved_for_one_study_leaves_the_result_of_another_valid() {
    let mut window = Window::new().with_study().with_result();
    window.apply(UiCommand::ShowRadiograph(Arc::new(radiograph("second"))));
    window.apply(UiCommand::EditSettings(edited(5.0)));
    window.press(Key::S);
    let (job, settings) = window.newest_request();
    assert_eq!(settings, edited(5.0));
    window.report(job.id(), EventKind::Suppressed(Arc::new(result(settings))));
    assert!(!window.has_text("Stale"));
    window.press(Key::PageUp);
    assert!(
        !window.has_text("Stale"),
        "the first was made with its own settings"
    );
    assert_eq!(*window.state().settings(), defaults());
    window.apply(UiCommand::EditSettings(edited(2.0)));
    assert!(window.has("Stale: made with other settings"));
    window.press(Key::PageDown);
    assert!(!window.has_text("Stale"));
    assert_eq!(*window.state().settings(), edited(5.0));
}

#[test]
fn a_new_study_begins_with_what_was_last_used() {
    let mut window = Window::new().with_study();
    window.apply(UiCommand::EditSettings(edited(4.5)));
    window.apply(UiCommand::ShowRadiograph(Arc::new(radiograph("second"))));
    assert_eq!(*window.state().settings(), edited(4.5));
    window.click("Reset to model defaults");
    assert_eq!(*window.state().settings(), defaults());
}

#[test]
fn a_run_asked_for_while_a_model_loads_is_of_the_study_it_was_asked_of() {
    let mut window = Window::new().with_study();
    window.apply(UiCommand::ShowRadiograph(Arc::new(radiograph("second"))));
    window.press(Key::PageUp);
    window.apply(UiCommand::LoadBundle("bundle".into()));
    let before = window.num_requests();
    window.press(Key::S);
    window.press(Key::PageDown);
    window.model_loaded("compact", defaults());
    assert_eq!(window.num_requests(), before + 1);
    let desk = window.desk.borrow();
    let (job, request) = desk.requests.last().expect("a request");
    assert!(
        request.radiograph.source.path.ends_with("first.dcm"),
        "{:?}",
        request.radiograph.source
    );
    assert_eq!(job.priority(), Priority::Background, "nobody looks at it");
}

#[test]
fn a_result_of_another_model_is_stale() {
    let mut window = Window::new().with_study().with_result();
    assert!(!window.has_text("Stale"));
    window.apply(UiCommand::LoadBundle("other".into()));
    window.model_loaded("other", defaults());
    assert!(window.has("Stale: made by another model"));
}

#[test]
fn what_is_asked_for_while_a_model_loads_waits_for_its_settings() {
    let mut window = Window::new();
    window.apply(UiCommand::ShowRadiograph(Arc::new(radiograph("first"))));
    window.apply(UiCommand::LoadBundle("bundle".into()));
    window.press(Key::S);
    assert_eq!(window.num_requests(), 0, "its settings are not known yet");
    let proposed = SuppressionSettings {
        steps: 7,
        ..defaults()
    };
    window.model_loaded("compact", proposed);
    assert_eq!(window.num_requests(), 1);
    assert_eq!(window.newest_request().1.steps, 7);
}

#[test]
fn a_model_that_fails_to_load_forgets_what_was_asked_for() {
    let mut window = Window::new();
    window.apply(UiCommand::ShowRadiograph(Arc::new(radiograph("first"))));
    window.apply(UiCommand::LoadBundle("bundle".into()));
    window.press(Key::S);
    let job = window.desk.borrow().bundles[0].0.id();
    window.report(job, EventKind::Failed("The bundle is faulty.".into()));
    assert!(window.has_text("The bundle is faulty."));
    window.apply(UiCommand::LoadBundle("another".into()));
    window.model_loaded("another", defaults());
    assert_eq!(window.num_requests(), 0, "it was asked of the other model");
}

#[test]
fn a_model_that_takes_a_thousand_steps_keeps_them() {
    let mut window = Window::new().with_study();
    window.apply(UiCommand::LoadBundle("bs-ldm".into()));
    let proposed = SuppressionSettings {
        steps: 1000,
        sampler: SamplerChoice::Ddpm,
        ..defaults()
    };
    window.model_loaded("bs-ldm", proposed);
    window.harness.run();
    assert_eq!(window.state().settings().steps, 1000);
    assert_eq!(window.num_requests(), 0, "nobody asked for a run");
}

#[test]
fn the_zoom_shown_is_that_of_the_picture_in_the_same_frame() {
    let mut window = Window::new().with_study();
    for percent in [250_u16, 175] {
        let camera = Camera {
            zoom: Zoom::Scale(f32::from(percent) / 100.0),
            ..Camera::default()
        };
        window
            .harness
            .state_mut()
            .apply(UiCommand::SetCamera(Content::Original, camera));
        window.harness.step();
        assert!(window.has(&format!("Zoom {percent} %")), "{percent}");
    }
}
