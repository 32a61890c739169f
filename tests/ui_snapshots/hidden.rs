//! With patient details hidden nothing on the screen tells whose pictures these are.

use crate::fake::Window;
use crate::phantom::radiograph;
use diaphane::ui::{
    BrowseCommand, Layout, ListCommand, NoduleCommand, QueueCommand, ShellCommand, SweepCommand,
    UiCommand,
};
use diaphane::worker::Certificate;
use eframe::egui::Key;
use std::sync::Arc;

/// What the phantom's file and header say of its patient.
const PATIENT: [&str; 5] = ["PHANTOM", "P-1", "2026-01-02", "first", "second"];

#[test]
fn names_dates_and_file_names_leave_the_whole_window() {
    let mut window = Window::new().with_study();
    let mut twin = radiograph("second");
    "PHANTOM^TWO".clone_into(&mut twin.info.patient_name);
    window.apply(UiCommand::ShowRadiograph(Arc::new(twin)));
    let not_there = "/nowhere/first_patient.dcm".into();
    window.apply(UiCommand::OpenPaths(vec![not_there]));
    assert!(window.wait_until(|window| window.has_text("first_patient")));
    for text in ["PHANTOM TWO", "P-1", "2026-01-02", "second.dcm"] {
        assert!(
            window.has_text(text),
            "{text} is shown while nothing is hidden"
        );
    }
    window.press(Key::P);
    for text in PATIENT {
        assert!(!window.has_text(text), "{text} is still on the screen");
    }
    assert!(window.has("Patient hidden (P)"));
    assert!(window.has("Study 1") && window.has("Study 2"));
    assert!(
        window.has_text("different patients: (hidden)"),
        "the caution itself stays"
    );
    window.press(Key::P);
    assert!(window.has_text("PHANTOM"));
}

#[test]
fn what_is_opened_while_they_are_hidden_does_not_tell_them_either() {
    for open in [
        UiCommand::Browse(BrowseCommand::ToggleTags),
        UiCommand::Browse(BrowseCommand::SetPrior(Some(1))),
        UiCommand::Queue(QueueCommand::AddAll),
        UiCommand::Sweep(SweepCommand::Toggle),
        UiCommand::Nodule(NoduleCommand::Here),
        UiCommand::ShowPathBox(true),
        UiCommand::List(ListCommand::TakeOffShown),
        UiCommand::Shell(ShellCommand::ToggleLog),
        UiCommand::Shell(ShellCommand::TogglePalette),
        UiCommand::Shell(ShellCommand::ToggleSecondWindow),
        UiCommand::SetLayout(Layout::Four),
        UiCommand::SetLayout(Layout::Single),
    ] {
        let mut window = Window::new().with_study().with_result();
        let mut twin = radiograph("second");
        "PHANTOM^TWO".clone_into(&mut twin.info.patient_name);
        window.apply(UiCommand::ShowRadiograph(Arc::new(twin)));
        window.press(Key::PageUp);
        window.press(Key::P);
        window.apply(open.clone());
        for text in ["PHANTOM", "P-1", "2026-01-02", "first.dcm", "second.dcm"] {
            assert!(!window.has_text(text), "{text} after {open:?}");
        }
    }
}

#[test]
fn what_is_saved_names_no_file_either() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = Window::new().with_study().with_result();
    window.press(Key::P);
    let result = window.state().shown_result().expect("a result");
    let picture = folder.path().join("image_1_soft.png");
    window.apply(UiCommand::SaveSoftTissue(picture, result));
    let path = folder.path().join("image_1.json");
    assert!(window.wait_until(|_| path.exists()));
    let text = std::fs::read_to_string(path).expect("a certificate");
    let read: Certificate = serde_json::from_str(&text).expect("JSON");
    assert_eq!(read.input.file, "");
    assert_eq!(read.input.stored_sha256_i32le.len(), 64);
}
