//! Folders of pictures that state neither polarity nor pixel size: asked once, remembered.

use crate::fake::Window;
use crate::phantom::{defaults, radiograph, result};
use crate::session::named_pictures;
use diaphane::radiograph::{Polarity, SpacingKind};
use diaphane::ui::{FolderCommand, FolderFacts, UiCommand};
use diaphane::worker::EventKind;
use egui_kittest::kittest::Queryable as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub const QUESTION: &str = "These files state neither polarity nor pixel size";

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

/// Every picture is looked at, so that the first is given up; then the folder is answered, by exchanged black and white.
fn leafed_through_and_answered(folder: &Path) -> Window {
    let names = [
        "a.png", "b.png", "c.png", "d.png", "e.png", "f.png", "g.png",
    ];
    let mut window = opened(&folder.join("state"), named_pictures(folder, &names));
    for index in 1..names.len() {
        window.apply(UiCommand::SelectStudy(index));
        assert!(window.wait_until(|window| window.state().study().is_some()));
    }
    assert!(window.state().studies[0].open().is_none(), "given up");
    window.click("bones are dark: exchange black and white");
    window.click("Remember for this folder");
    window
}

fn polarity_of(window: &mut Window, index: usize) -> Polarity {
    window.apply(UiCommand::SelectStudy(index));
    assert!(window.wait_until(|window| window.state().study().is_some()));
    window.state().study().expect("open").radiograph.polarity
}

#[test]
fn a_picture_given_up_before_the_answer_comes_back_as_it_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = leafed_through_and_answered(folder.path());
    for index in [6, 5, 0] {
        assert_eq!(
            polarity_of(&mut window, index),
            Polarity::LowIsWhite,
            "{index}"
        );
    }
    // What the reader turns by hand on top of that is kept while it is given up, too.
    window.apply(UiCommand::TurnPolarity);
    for index in 1..7 {
        polarity_of(&mut window, index);
    }
    assert!(window.state().studies[0].open().is_none(), "given up");
    assert_eq!(polarity_of(&mut window, 0), Polarity::HighIsWhite);
}

#[test]
fn a_run_of_the_picture_as_it_was_is_no_result_of_the_picture_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = named_pictures(folder.path(), &["a.png", "b.png"]);
    let mut window = opened(&folder.path().join("state"), files);
    window.apply(UiCommand::LoadBundle("bundle".into()));
    window.model_loaded("compact", defaults());
    window.apply(UiCommand::Suppress);
    let (job, settings) = window.newest_request();
    polarity_of(&mut window, 1);
    window.click("bones are dark: exchange black and white");
    window.click("Remember for this folder");
    assert!(job.is_cancelled());
    assert!(window.has_text("The run of a.png was stopped"));
    // It may have ended just before it heard of that.
    window.report(job.id(), EventKind::Suppressed(Arc::new(result(settings))));
    assert_eq!(polarity_of(&mut window, 0), Polarity::LowIsWhite);
    assert!(window.state().study().expect("open").result().is_none());
}

#[test]
fn what_was_said_of_a_folder_can_be_taken_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = leafed_through_and_answered(folder.path());
    window.click("File");
    let again = window
        .harness
        .get_by_label_contains("Ask about this folder again");
    again.click();
    window.harness.run();
    assert!(window.has_text(QUESTION));
    assert!(
        window.state().folders.draft.is_inverted,
        "the answer stands in the bar"
    );
    let kept = std::fs::read_to_string(folder.path().join("state/folders.json"));
    assert!(window.wait_until(|_| {
        let now = std::fs::read_to_string(folder.path().join("state/folders.json"));
        now.is_ok_and(|now| now == "{}") || kept.is_err()
    }));
    window.click("Take them as they are");
    for index in [6, 0] {
        assert_eq!(
            polarity_of(&mut window, index),
            Polarity::HighIsWhite,
            "{index}"
        );
    }
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
    let known = folder.path().join("state/folders.json");
    assert!(
        window.wait_until(|_| known.exists()),
        "that is remembered, too"
    );
    window.apply(UiCommand::ShowRadiograph(Arc::new(self::radiograph(
        "dicom",
    ))));
    assert!(!window.has_text(QUESTION), "a header states both");
}
