//! Folders of pictures that state neither polarity nor pixel size: asked once, remembered.

use crate::fake::Window;
use crate::phantom::radiograph;
use crate::session::named_pictures;
use diaphane::radiograph::{Polarity, SpacingKind};
use diaphane::ui::{FolderCommand, FolderFacts, UiCommand};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const QUESTION: &str = "These files state neither polarity nor pixel size";

fn opened(state: &Path, files: Vec<PathBuf>) -> Window {
    let mut window = Window::new();
    window.harness.state_mut().keep_session_in(state);
    window.apply(UiCommand::OpenPaths(files));
    assert!(window.wait_until(|window| window.state().study().is_some()));
    window
}

#[test]
fn a_folder_is_asked_about_once_and_its_answer_holds_for_every_picture_in_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state");
    let files = named_pictures(folder.path(), &["a.png", "b.png"]);
    let mut window = opened(&state, files.clone());
    assert!(window.has_text(QUESTION));
    window.click("bones are dark: exchange black and white");
    window.click("a pixel measures");
    window.click("Remember for this folder");
    assert!(!window.has_text(QUESTION));
    let known = |window: &Window| {
        let radiograph = &window.state().study().expect("open").radiograph;
        let spacing = radiograph.spacing.expect("a spacing");
        assert_eq!(radiograph.polarity, Polarity::LowIsWhite);
        assert_eq!((spacing.row_mm, spacing.kind), (0.143, SpacingKind::User));
    };
    known(&window);
    window.apply(UiCommand::SelectStudy(1));
    assert!(window.wait_until(|window| window.state().study().is_some()));
    known(&window);
    assert!(window.wait_until(|_| state.join("folders.json").exists()));
    drop(window);

    let window = opened(&state, files[1..].to_vec());
    assert!(!window.has_text(QUESTION), "asked before");
    known(&window);
}

#[test]
fn pictures_taken_as_they_are_stay_as_they_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = named_pictures(folder.path(), &["a.png"]);
    let mut window = opened(&folder.path().join("state"), files);
    let draft = FolderFacts {
        is_inverted: true,
        pixel_mm: Some(0.2),
    };
    window.apply(UiCommand::Folder(FolderCommand::Draft(draft)));
    window.click("Take them as they are");
    assert!(!window.has_text(QUESTION));
    let radiograph = &window.state().study().expect("open").radiograph;
    assert_eq!(radiograph.polarity, Polarity::HighIsWhite);
    assert_eq!(radiograph.spacing, None);
    window.apply(UiCommand::ShowRadiograph(Arc::new(self::radiograph(
        "dicom",
    ))));
    assert!(!window.has_text(QUESTION), "a header states both");
}
