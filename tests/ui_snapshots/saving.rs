//! Saving: the certificate beside the picture, and nothing replaced without a word.

use crate::fake::Window;
use crate::phantom::{defaults, radiograph};
use diaphane::ui::UiCommand;
use diaphane::worker::{Certificate, SuppressionSettings};
use eframe::egui::{Key, Modifiers};
use std::fs;
use std::sync::Arc;

#[test]
fn a_picture_is_saved_with_its_certificate_and_replaced_only_on_demand() {
    let folder = tempfile::tempdir().expect("a folder");
    let picture = folder.path().join("chest_soft.png");
    let certificate = folder.path().join("chest.json");
    let mut window = Window::new().with_study().with_result();
    let result = window.state().shown_result().expect("a result");
    // Another picture, then another study is shown by the time the path is known: the first one is written.
    let other = SuppressionSettings {
        steps: defaults().steps + 1,
        ..defaults()
    };
    window.apply(UiCommand::EditSettings(other));
    let mut window = window.with_result();
    assert_ne!(window.state().shown_result(), Some(result));
    window.apply(UiCommand::ShowRadiograph(Arc::new(radiograph("second"))));
    window.apply(UiCommand::SaveSoftTissue(picture.clone(), result));
    assert!(window.wait_until(|window| window.has_text("and its certificate")));
    let text = fs::read_to_string(&certificate).expect("a certificate");
    let read: Certificate = serde_json::from_str(&text).expect("JSON");
    assert_eq!(read.input.file, "first.dcm");
    assert_eq!(read.outputs[0].file, "chest_soft.png");

    assert_eq!(read.settings.steps, defaults().steps);

    fs::write(&certificate, "mine").expect("written");
    window.apply(UiCommand::SaveSoftTissue(picture.clone(), result));
    assert!(window.has("Replace what is there?"));
    window.click("Keep them");
    assert_eq!(fs::read_to_string(&certificate).expect("kept"), "mine");
    window.apply(UiCommand::SaveSoftTissue(picture, result));
    window.click("Replace");
    assert!(window.wait_until(|_| fs::read_to_string(&certificate).is_ok_and(|t| t != "mine")));
}

#[test]
fn the_source_is_never_replaced() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("chest.png");
    fs::write(&source, "the radiograph").expect("written");
    let mut study = radiograph("chest");
    study.source.path.clone_from(&source);
    let mut window = Window::new().with_study();
    window.apply(UiCommand::ShowRadiograph(Arc::new(study)));
    let mut window = window.with_result();
    let result = window.state().shown_result().expect("a result");
    window.apply(UiCommand::SaveSoftTissue(source.clone(), result));
    assert!(window.wait_until(|window| window.has_text("replace its own source")));
    assert!(
        !window.has("Replace"),
        "a question whose answer could not help"
    );
    assert_eq!(
        fs::read_to_string(&source).expect("there"),
        "the radiograph"
    );
}

#[test]
fn the_end_asks_where_a_picture_was_not_saved() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = Window::new().with_study();
    window.press_with(Modifiers::COMMAND, Key::Q);
    assert!(!window.has("Quit without saving?"), "nothing would be lost");
    let mut window = window.with_result();
    window.press_with(Modifiers::COMMAND, Key::Q);
    assert!(window.has("Quit without saving?"));
    window.click("Stay");
    assert!(!window.has("Quit without saving?"));
    let result = window.state().shown_result().expect("a result");
    let picture = folder.path().join("chest_soft.png");
    window.apply(UiCommand::SaveSoftTissue(picture, result));
    assert!(window.wait_until(|window| window.has_text("and its certificate")));
    window.press_with(Modifiers::COMMAND, Key::Q);
    assert!(!window.has("Quit without saving?"), "it is saved");
}
