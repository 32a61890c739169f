//! Doubts about a study: shown from the moment it is open, and asked about before suppression.

use crate::fake::Window;
use crate::phantom::{radiograph, result};
use diaphane::radiograph::{Radiograph, Topic, Warning, doubt_of_suppression};
use diaphane::ui::{QueueCommand, UiCommand};
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
    assert!(
        window.has_text("Suppress anyway?"),
        "keys do nothing behind a question"
    );
    window.apply(UiCommand::SelectStudy(0));
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
    assert!(window.has("hand.dcm, not run, 3 cautions"));
}

/// As the reader of a DICOM file doubts a Series Description that tells of another product's work.
fn suppressed_elsewhere() -> Radiograph {
    let mut suppressed = radiograph("elsewhere");
    "ClearRead bone suppression".clone_into(&mut suppressed.info.series_description);
    let doubt = doubt_of_suppression(&suppressed.info.series_description);
    suppressed.warnings.push(doubt.expect("a doubt"));
    suppressed
}

#[test]
fn what_a_description_calls_suppressed_is_not_suppressed_twice_unasked() {
    let mut window = Window::new().with_study();
    show(&mut window, suppressed_elsewhere());
    window.press(Key::S);
    assert_eq!(window.num_requests(), 0);
    assert!(window.has_text("Suppress anyway?"));
    let reason = "taken from this picture already";
    let places = window.harness.query_all_by_label_contains(reason).count();
    assert_eq!(places, 2, "in the strip and in the question");
    window.click("Do not suppress");
    // The queue has the first study alone: nobody is there to ask about the other one.
    window.apply(UiCommand::Queue(QueueCommand::AddAll));
    let (job, settings) = window.newest_request();
    window.report(job.id(), EventKind::Suppressed(Arc::new(result(settings))));
    assert_eq!(window.num_requests(), 1);
    assert!(window.has_text("elsewhere.dcm was passed over"));
}

#[test]
fn detector_data_before_the_makers_processing_asks_too() {
    let mut window = Window::new().with_study();
    let mut raw = radiograph("raw");
    raw.warnings = vec![Warning::new(Topic::Kind, "The picture is FOR PROCESSING.")];
    show(&mut window, raw);
    window.press(Key::S);
    assert!(window.num_requests() == 0 && window.has_text("Suppress anyway?"));
}

#[test]
fn what_a_run_finds_first_is_told_while_it_goes_on() {
    let mut window = Window::new().with_study();
    window.press(Key::S);
    let (job, settings) = window.newest_request();
    let polarity = Warning::new(Topic::Polarity, "Its polarity is probably wrong.");
    window.report(job.id(), EventKind::Warned(polarity.clone()));
    window.report(
        job.id(),
        EventKind::Warned(Warning::file("Age is not stated.")),
    );
    assert!(window.has("Its polarity is probably wrong."));
    assert!(
        window.has("1 caution, 2 notes:"),
        "what the file says stands once"
    );
    window.apply(UiCommand::ShowRadiograph(Arc::new(radiograph("second"))));
    assert!(
        !window.has("Its polarity is probably wrong."),
        "not of this one"
    );
    window.press(Key::PageUp);
    assert!(window.has("Its polarity is probably wrong."));
    let mut found = result(settings);
    found.warnings = vec![Warning::new(
        Topic::LungMask,
        "Only one lung is in the mask.",
    )];
    window.report(job.id(), EventKind::Suppressed(Arc::new(found)));
    assert!(window.has("Only one lung is in the mask."));
    assert!(
        !window.has("Its polarity is probably wrong."),
        "the result's own count"
    );
}

#[test]
fn what_a_background_run_finds_is_told_once() {
    let mut window = Window::new().with_study();
    window.apply(UiCommand::Queue(QueueCommand::AddAll));
    let (job, _) = window.newest_request();
    let cropped = Warning::new(Topic::LungMask, "The lungs reach the upper edge.");
    for kind in [
        EventKind::Warned(cropped.clone()),
        EventKind::Deferred,
        EventKind::Started,
        EventKind::Warned(cropped),
    ] {
        window.report(job.id(), kind);
    }
    assert!(window.has("1 caution, 2 notes:"));
    assert_eq!(
        window
            .harness
            .query_all_by_label("The lungs reach the upper edge.")
            .count(),
        1
    );
}
