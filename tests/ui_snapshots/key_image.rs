//! Key images: the star on the picture and in the browser, undone, searched for and kept.

use crate::fake::Window;
use crate::measures::only_file;
use crate::phantom::radiograph;
use diaphane::ui::{BrowseCommand, MeasureCommand, UiCommand};
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A PNG whose pixels no other number has: what is kept for it is found by them.
fn numbered_png(folder: &Path, number: u8) -> PathBuf {
    let path = folder.join(format!("{number:02}.png"));
    let pixels: Vec<u8> = (0..64_u8).map(|i| i.wrapping_mul(3) ^ number).collect();
    let file = fs::File::create(&path).expect("a file");
    let mut encoder = png::Encoder::new(file, 8, 8);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(&pixels).expect("pixels");
    path
}

fn star(window: &mut Window) {
    window.press_with(Modifiers::SHIFT, Key::K);
}

#[test]
fn a_star_is_given_and_taken_back() {
    let mut window = Window::new().with_study();
    window.apply(UiCommand::ShowRadiograph(Arc::new(radiograph("second"))));
    assert!(!window.has("Key image"));
    star(&mut window);
    assert!(window.has("Key image"), "on the picture");
    assert!(window.has("second.dcm, not run, key image"));
    assert!(window.has("first.dcm, not run"));
    window.apply(UiCommand::SelectStudy(0));
    assert!(!window.has("Key image"), "the star is the other's");
    window.apply(UiCommand::Undo);
    assert_eq!(window.state().current, 1);
    assert!(!window.has("Key image") && window.has("second.dcm, not run"));
    window.apply(UiCommand::Redo);
    assert!(window.has("Key image"));
    star(&mut window);
    assert!(!window.has("Key image"));
}

#[test]
fn it_stands_in_the_menu_with_its_mark() {
    let mut window = Window::new().with_study();
    window.click("Tools");
    window
        .harness
        .get_by_label_contains("Key image (star)")
        .click();
    window.harness.run();
    assert!(window.state().study().expect("open").is_key_image);
}

#[test]
fn a_search_finds_the_stars() {
    let mut window = Window::new().with_study();
    window.apply(UiCommand::ShowRadiograph(Arc::new(radiograph("second"))));
    star(&mut window);
    let search = BrowseCommand::Search("Key image".to_owned());
    window.apply(UiCommand::Browse(search));
    assert!(window.has("second.dcm, not run, key image"));
    assert!(!window.has_text("first.dcm, not run"));
    star(&mut window);
    assert!(window.has("Nothing is found."));
}

#[test]
fn the_star_of_a_file_that_is_closed_is_known_the_next_time() {
    let (files, kept) = (tempfile::tempdir(), tempfile::tempdir());
    let (files, kept) = (files.expect("a folder"), kept.expect("a folder"));
    let paths: Vec<PathBuf> = (0..12).map(|i| numbered_png(files.path(), i)).collect();
    let mut window = Window::new();
    let app = window.harness.state_mut();
    app.keep_measures_in(kept.path().to_owned());
    window.apply(UiCommand::OpenPaths(vec![paths[11].clone()]));
    assert!(window.wait_until(|window| window.state().study().is_some()));
    window.apply(UiCommand::Measure(MeasureCommand::ToggleKeyImage));
    assert!(window.wait_until(|_| only_file(kept.path(), ".json").is_some()));
    let text = fs::read_to_string(only_file(kept.path(), ".json").expect("written"));
    assert!(text.expect("text").contains("\"key_image\": true"));

    let mut next = Window::new();
    let app = next.harness.state_mut();
    app.keep_measures_in(kept.path().to_owned());
    next.apply(UiCommand::OpenPaths(vec![files.path().to_owned()]));
    let has_star = |next: &Window| next.has_text("11.png, not run, key image");
    assert!(next.wait_until(has_star));
    let studies = &next.state().studies;
    assert!(studies[11].open().is_none(), "its file is not open");
    let num_stars = studies.iter().filter(|study| study.is_key_image()).count();
    assert_eq!(num_stars, 1);
    next.apply(UiCommand::SelectStudy(11));
    assert!(next.wait_until(|next| next.has("Key image")));
    // Taken away, it is gone from the disk too.
    next.apply(UiCommand::Measure(MeasureCommand::ToggleKeyImage));
    let path = only_file(kept.path(), ".json").expect("written");
    let is_gone =
        |_: &Window| fs::read_to_string(&path).is_ok_and(|text| !text.contains("key_image"));
    assert!(next.wait_until(is_gone));
}
