//! The window of DICOM tags, on files this test writes byte by byte (PS3.5 chapter 7).

use crate::fake::Window;
use diaphane::ui::{BrowseCommand, UiCommand};
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use std::path::{Path, PathBuf};

fn element(tag: (u16, u16), vr: &str, value: &[u8]) -> Vec<u8> {
    let mut value = value.to_vec();
    if value.len() % 2 == 1 {
        value.push(b' ');
    }
    let mut bytes = [tag.0.to_le_bytes(), tag.1.to_le_bytes()].concat();
    bytes.extend(vr.as_bytes());
    let length = u16::try_from(value.len()).expect("short");
    if vr == "OW" {
        bytes.extend([0, 0]);
        bytes.extend(u32::from(length).to_le_bytes());
    } else {
        bytes.extend(length.to_le_bytes());
    }
    bytes.extend(value);
    bytes
}

/// A radiograph of 2 x 2 pixels of the patient with this ID.
pub fn dicom(folder: &Path, name: &str, id: &str) -> PathBuf {
    let mut bytes = vec![0; 128];
    bytes.extend(b"DICM");
    bytes.extend(element((2, 0x10), "UI", b"1.2.840.10008.1.2.1\0"));
    bytes.extend(element((0x10, 0x10), "PN", b"DOE^JANE"));
    bytes.extend(element((0x10, 0x20), "LO", id.as_bytes()));
    bytes.extend(element((0x28, 2), "US", &1_u16.to_le_bytes()));
    bytes.extend(element((0x28, 4), "CS", b"MONOCHROME2"));
    for (number, value) in [
        (0x10, 2_u16),
        (0x11, 2),
        (0x100, 16),
        (0x101, 12),
        (0x102, 11),
        (0x103, 0),
    ] {
        bytes.extend(element((0x28, number), "US", &value.to_le_bytes()));
    }
    bytes.extend(element((0x7FE0, 0x10), "OW", &[0, 0, 1, 0, 2, 0, 3, 0]));
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("written");
    path
}

fn browse(window: &mut Window, command: BrowseCommand) {
    window.apply(UiCommand::Browse(command));
}

#[test]
fn tags_are_listed_searched_copied_and_compared() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = vec![
        dicom(folder.path(), "a.dcm", "P-7"),
        dicom(folder.path(), "b.dcm", "P-8"),
    ];
    let mut window = Window::new();
    window.apply(UiCommand::OpenPaths(files));
    assert!(window.wait_until(|window| window.state().study().is_some()));
    window.press_with(Modifiers::COMMAND, Key::T);
    assert!(window.wait_until(|window| window.has("PatientID")));
    assert!(window.has("(0010,0020)") && window.has("P-7") && window.has("8 bytes"));
    browse(
        &mut window,
        BrowseCommand::SearchTags("photometric".to_owned()),
    );
    assert!(window.has("MONOCHROME2") && !window.has("PatientID"));
    window.click("Copy PhotometricInterpretation");
    browse(&mut window, BrowseCommand::SearchTags(String::new()));
    browse(&mut window, BrowseCommand::CompareTags(Some(1)));
    assert!(window.wait_until(|window| window.has("1 element differs")));
    assert!(window.has("changed") && window.has("P-7") && window.has("P-8"));
    window.press(Key::P);
    for text in ["P-7", "P-8", "DOE"] {
        assert!(!window.has_text(text), "{text} is still on the screen");
    }
    assert!(window.has_text("The tags are hidden"));
    window.press(Key::Escape);
    assert!(!window.state().tags.visible);
}

#[test]
fn the_window_follows_the_study_shown_and_says_where_there_are_no_tags() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = Window::new();
    window.apply(UiCommand::OpenPaths(vec![dicom(
        folder.path(),
        "a.dcm",
        "P-7",
    )]));
    assert!(window.wait_until(|window| window.state().study().is_some()));
    window.press_with(Modifiers::COMMAND, Key::T);
    assert!(window.wait_until(|window| window.has("PatientID")));
    // Not a file at all.
    let phantom = crate::phantom::radiograph("phantom");
    window.apply(UiCommand::ShowRadiograph(std::sync::Arc::new(phantom)));
    assert!(window.wait_until(|window| window.has_text("The file cannot be used")));
    assert!(window.harness.query_by_label("PatientID").is_none());
}
