//! Doubts about a study: shown from the moment it is open, and asked about before suppression.

use crate::fake::Window;
use crate::phantom::{radiograph, result};
use diaphane::radiograph::{Radiograph, Topic, Warning};
use diaphane::ui::UiCommand;
use diaphane::worker::EventKind;
use eframe::egui::Key;
use egui_kittest::kittest::Queryable as _;
use std::sync::Arc;

fn hand() -> Radiograph {
    let mut hand = radiograph("hand");
    "HAND".clone_into(&mut hand.info.body_part);
    "PHANTOM^TWO".clone_into(&mut hand.info.patient_name);
    hand.warnings = vec![Warning::new(
        Topic::Polarity,
        "Polarity tags conflict: shown inverted.",
    )];
    hand
}

fn show(window: &mut Window, radiograph: Radiograph) {
    window.apply(UiCommand::ShowRadiograph(Arc::new(radiograph)));
}

#[test]
fn every_doubt_is_there_from_the_moment_a_study_is_open() {
    let mut window = Window::new();
    show(&mut window, hand());
    assert!(window.has("2 cautions, 1 note:"));
    assert!(
        window.has_text("Polarity tags conflict"),
        "the gravest is seen unasked"
    );
    assert!(
        window.has_text("Body Part Examined is HAND"),
        "so is the next"
    );
    assert!(!window.has_text("only 96 x 96 pixels"), "a note waits");
    window.click("Show all");
    assert!(window.has_text("Body Part Examined is HAND"));
    assert!(window.has_text("only 96 x 96 pixels"));
    window.click("Fold");
    assert!(!window.has_text("only 96 x 96 pixels"));
}

#[test]
fn two_patients_under_one_id_are_named_on_both() {
    let mut window = Window::new();
    show(&mut window, radiograph("first"));
    assert!(!window.has_text("different patients"));
    show(&mut window, hand());
    assert!(window.has_text("different patients: first.dcm"));
    window.press(Key::PageUp);
    assert!(window.has_text("different patients: hand.dcm"));
    show(&mut window, hand());
    window.press(Key::PageUp);
    window.press(Key::PageUp);
    assert!(window.has_text("different patients: hand.dcm and 1 more"));
}

#[test]
fn a_run_adds_what_it_found_and_repeats_nothing() {
    let mut window = Window::new().with_study();
    window.press(Key::S);
    let (job, settings) = window.newest_request();
    let mut result = result(settings);
    result.warnings = vec![
        Warning::file("Age is not stated."),
        Warning::new(Topic::LungMask, "Only one lung is in the mask."),
    ];
    window.report(job.id(), EventKind::Suppressed(Arc::new(result)));
    assert!(window.has("1 caution, 2 notes:"));
    assert!(window.has("Only one lung is in the mask."));
}

#[test]
fn what_is_no_chest_is_suppressed_only_after_the_question() {
    let mut window = Window::new().with_study();
    show(&mut window, hand());
    window.click("Suppress");
    assert_eq!(window.num_requests(), 0);
    assert!(window.has_text("Suppress anyway?"));
    let reason = "Body Part Examined is HAND";
    let places = window.harness.query_all_by_label_contains(reason).count();
    assert_eq!(places, 2, "in the strip and in the question");
    window.click("Do not suppress");
    assert_eq!(window.num_requests(), 0);
    assert!(!window.has_text("Suppress anyway?"));
    window.press(Key::S);
    window.click("Suppress anyway");
    assert_eq!(window.num_requests(), 1);
    // Asked once: the second run of this study starts at once, the first of another one asks.
    window.press(Key::S);
    assert_eq!(window.num_requests(), 2);
    show(&mut window, hand());
    window.press(Key::S);
    assert_eq!(window.num_requests(), 2);
}

#[test]
fn a_question_about_a_study_goes_with_it() {
    let mut window = Window::new().with_study();
    show(&mut window, hand());
    window.press(Key::S);
    window.press(Key::PageUp);
    assert!(!window.has_text("Suppress anyway?"));
    window.press(Key::S);
    assert_eq!(window.num_requests(), 1, "the chest asks nothing");
}

#[test]
fn escape_closes_what_is_open_before_it_stops_a_run() {
    let mut window = Window::new().with_study();
    window.press(Key::S);
    let (job, _) = window.newest_request();
    show(&mut window, hand());
    window.press(Key::F1);
    window.press(Key::S);
    window.press(Key::Escape);
    assert!(!window.has_text("Suppress anyway?") && window.has("Mouse and keys"));
    window.press(Key::Escape);
    assert!(!window.has("Mouse and keys") && !job.is_cancelled());
    window.harness.get_by_label("File").click();
    window.harness.run();
    window.press(Key::Escape);
    assert!(!window.has("Open files...") && !job.is_cancelled());
    window.press(Key::Escape);
    window.press(Key::Escape);
    assert!(job.is_cancelled());
}

#[test]
fn enter_answers_with_what_loses_nothing() {
    let mut window = Window::new().with_study();
    show(&mut window, hand());
    window.click("Suppress");
    assert!(window.has("Do not suppress"));
    window.press(Key::Enter);
    assert!(!window.has("Do not suppress"));
    assert_eq!(window.num_requests(), 0);
}

#[test]
fn a_wrong_polarity_is_turned_for_the_networks_too_and_the_picture_made_again() {
    let mut window = Window::new().with_study().with_result();
    let before = window.state().study().expect("open").radiograph.polarity;
    window.apply(UiCommand::TurnPolarity);
    let study = window.state().study().expect("open");
    assert_ne!(study.radiograph.polarity, before);
    assert!(study.result().is_none(), "it was of another radiograph");
    assert_eq!(window.num_requests(), 2);
    let asked = window.desk.borrow().requests[1].1.radiograph.polarity;
    assert_ne!(asked, before);
    assert!(window.has_text("Black and white were exchanged"));
    window.apply(UiCommand::TurnPolarity);
    assert!(!window.has_text("Black and white were exchanged"));
}

#[test]
fn a_study_closed_to_save_memory_keeps_its_cautions_in_the_browser() {
    let mut window = Window::new();
    show(&mut window, hand());
    for name in ["b", "c", "d", "e", "f", "g"] {
        show(&mut window, radiograph(name));
    }
    // The other patient stands last in the browser.
    for _ in 0..5 {
        window.press(Key::PageUp);
    }
    assert!(window.has("hand.dcm, not run, closed, 2 cautions"));
}
