//! The study browser: the tree, its search and its keys, priors, tags, and files passed over.

use crate::fake::Window;
use crate::phantom::{defaults, radiograph, result};
use diaphane::radiograph::Radiograph;
use diaphane::ui::{BrowseCommand, RowKind, StudyContent, Turning, UiCommand};
use diaphane::worker::EventKind;
use eframe::egui::{Key, Modifiers, Vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A radiograph of a patient on a day.
fn of(file: &str, name: &str, id: &str, date: &str) -> Radiograph {
    let mut made = radiograph(file);
    let info = &mut made.info;
    name.clone_into(&mut info.patient_name);
    id.clone_into(&mut info.patient_id);
    date.clone_into(&mut info.study_date);
    "Chest PA".clone_into(&mut info.study_description);
    made
}

fn show(window: &mut Window, made: Radiograph) {
    window.apply(UiCommand::ShowRadiograph(Arc::new(made)));
}

/// Two studies of one patient and one of another.
fn three(window: &mut Window) {
    show(window, of("old", "DOE^JANE", "7", "20240101"));
    show(window, of("other", "ROE^JO", "8", "20250101"));
    show(window, of("new", "DOE^JANE", "7", "20260301"));
}

fn top_of(window: &Window, part: &str) -> f32 {
    let found = window.harness.query_all_by_label_contains(part);
    let tops = found.map(|node| node.rect().top());
    tops.reduce(f32::min).unwrap_or_else(|| panic!("no {part}"))
}

fn browse(window: &mut Window, command: BrowseCommand) {
    window.apply(UiCommand::Browse(command));
}

pub fn png(folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    let pixels: Vec<u8> = (0..64_u8).collect();
    let file = std::fs::File::create(&path).expect("a file");
    let mut encoder = png::Encoder::new(file, 8, 8);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(&pixels).expect("pixels");
    path
}

#[test]
fn patients_and_studies_stand_newest_first_and_fold() {
    let mut window = Window::new();
    three(&mut window);
    let tops = [
        "DOE JANE (7)",
        "2026-03-01 Chest PA",
        "new.dcm",
        "2024-01-01 Chest PA",
        "old.dcm",
    ]
    .map(|part| top_of(&window, part));
    assert!(tops.is_sorted(), "{tops:?}");
    assert!(top_of(&window, "ROE JO (8)") > tops[4]);
    window.click("2024-01-01 Chest PA");
    assert!(!window.has("old.dcm, not run"));
    window.click("2024-01-01 Chest PA");
    assert!(window.has("old.dcm, not run"));
}

#[test]
fn what_became_of_an_image_is_said_in_words() {
    let mut window = Window::new().with_study();
    show(&mut window, of("second", "DOE^JANE", "7", "20240101"));
    assert!(window.has("second.dcm, not run"));
    window.press(Key::S);
    assert!(window.has("second.dcm, running"));
    let (job, settings) = window.newest_request();
    window.report(job.id(), EventKind::Suppressed(Arc::new(result(settings))));
    assert!(window.has("second.dcm, done"));
    let mut other = defaults();
    other.steps = 3;
    window.apply(UiCommand::EditSettings(other));
    assert!(window.has("second.dcm, stale"));
}

#[test]
fn the_search_finds_names_dates_and_files() {
    let mut window = Window::new();
    three(&mut window);
    window.harness.get_by_label("Search studies").focus();
    window.harness.run();
    window
        .harness
        .get_by_label("Search studies")
        .type_text("roe");
    window.harness.run();
    assert!(window.has("other.dcm, not run") && !window.has("old.dcm, not run"));
    assert_eq!(window.state().browser.search, "roe");
    browse(&mut window, BrowseCommand::Search("2024-01".to_owned()));
    assert!(window.has("old.dcm, not run") && !window.has("other.dcm, not run"));
    browse(&mut window, BrowseCommand::Search("absent".to_owned()));
    assert!(window.has("Nothing is found."));
}

#[test]
fn a_case_is_found_and_shown_by_keys_alone() {
    let mut window = Window::new();
    three(&mut window);
    browse(&mut window, BrowseCommand::TogglePanel);
    window.press_with(Modifiers::COMMAND, Key::F);
    window
        .harness
        .get_by_label("Search studies")
        .type_text("roe");
    window.harness.run();
    window.press(Key::Enter);
    assert_eq!(
        window.state().studies[window.state().current].name(),
        "other.dcm"
    );
}

#[test]
fn arrow_keys_move_and_enter_shows() {
    let mut window = Window::new();
    three(&mut window);
    window.harness.get_by_label("new.dcm, not run").focus();
    window.harness.run();
    for _ in 0..2 {
        window.press(Key::ArrowDown);
    }
    assert!(
        window
            .harness
            .get_by_label("old.dcm, not run")
            .accesskit_node()
            .is_focused()
    );
    window.press(Key::Enter);
    assert_eq!(window.state().current, 0);
    // The page keys follow the tree, not the order of opening.
    window.press(Key::PageUp);
    assert_eq!(window.state().current, 2);
    window.press(Key::PageDown);
    window.press(Key::PageDown);
    assert_eq!(window.state().current, 1);
}

#[test]
fn the_browser_is_hidden_and_shown_by_a_key() {
    let mut window = Window::new().with_study();
    assert!(!window.has("File 1 of 1"), "one image needs no browser");
    window.press(Key::N);
    assert!(window.has("File 1 of 1"));
    window.press(Key::N);
    assert!(!window.has("File 1 of 1"));
    show(&mut window, radiograph("second"));
    assert!(!window.has("File 2 of 2"), "the reader's word counts");
}

#[test]
fn what_is_no_radiograph_is_listed_with_its_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let picture = png(folder.path(), "chest.png");
    std::fs::write(folder.path().join("notes.txt"), "hello").expect("written");
    let mut window = Window::new();
    window.apply(UiCommand::OpenPaths(vec![folder.path().to_owned()]));
    // The question about the folder comes with its first picture, and moves what is below it.
    assert!(window.wait_until(|window| window.state().study().is_some()));
    assert!(window.wait_until(|window| window.has("Not radiographs (1)")));
    window.click("Not radiographs (1)");
    let label = "notes.txt: Not a radiograph: it is a text file.";
    assert!(
        window
            .harness
            .get_by_label(label)
            .accesskit_node()
            .is_disabled()
    );
    assert!(window.wait_until(|window| window.has("chest.png, not run")));
    assert_eq!(window.state().studies[0].path, picture);
    window.press(Key::P);
    assert!(!window.has_text("notes.txt") && !window.has_text("chest.png"));
}

#[test]
fn of_a_folder_that_is_opened_the_file_at_the_top_of_the_tree_is_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    for (set, name) in [("set 10", "a.png"), ("set 2", "b.png")] {
        let set = folder.path().join(set);
        std::fs::create_dir(&set).expect("made");
        png(&set, name);
    }
    let mut window = Window::new();
    window.apply(UiCommand::OpenPaths(vec![folder.path().to_owned()]));
    assert!(window.wait_until(|window| window.has("a.png, not run")));
    let top = |name: &str| window.harness.get_by_label(name).rect().top();
    assert!(
        top("b.png, not run") < top("a.png, not run"),
        "2 before 10, as the folder was walked"
    );
    let state = window.state();
    assert_eq!(state.study_name(state.current), "b.png");
    // Named the other way round, what stands at the top is shown all the same.
    let again = ["set 10", "set 2"].map(|set| folder.path().join(set));
    window.press(Key::PageDown);
    window.apply(UiCommand::OpenPaths(again.to_vec()));
    let is_at_top = |window: &Window| {
        let state = window.state();
        state.study_name(state.current) == "b.png"
    };
    assert!(window.wait_until(is_at_top));
}

#[test]
fn files_far_away_are_seen_in_small_and_not_kept_open() {
    let folder = tempfile::tempdir().expect("a folder");
    for number in 0..30 {
        png(folder.path(), &format!("im{number}.png"));
    }
    std::fs::write(folder.path().join("im7.png"), b"\x89PNG\r\n\x1a\n").expect("written");
    let mut window = Window::new();
    window.apply(UiCommand::OpenPaths(vec![folder.path().to_owned()]));
    let all_seen = |window: &Window| {
        let studies = &window.state().studies;
        let is_settled = |study: &diaphane::ui::Study| {
            study.thumbnail.is_some() || matches!(study.content, StudyContent::Failed(_))
        };
        studies.len() == 30 && studies.iter().all(is_settled)
    };
    assert!(window.wait_until(all_seen));
    let studies = &window.state().studies;
    let open = studies
        .iter()
        .filter(|study| study.open().is_some())
        .count();
    assert_eq!(open, 2, "the one shown and its neighbour");
    assert!(window.has("im7.png, could not be read"));
    let thumbnail = studies[0].thumbnail.as_ref().expect("made");
    assert_eq!(thumbnail.size(), (96, 96));
    let rows = &window.state().browser.rows;
    let images = rows
        .iter()
        .filter(|row| matches!(row.kind, RowKind::Image(_)));
    assert_eq!(images.count(), 30);
}

#[test]
fn hidden_patients_are_numbers_in_the_browser() {
    let mut window = Window::new();
    three(&mut window);
    window.press(Key::P);
    for text in ["DOE", "ROE", "2026", "2024", "new.dcm", "(7)", "Chest PA"] {
        assert!(!window.has_text(text), "{text} is still on the screen");
    }
    assert!(window.has("Patient 1") && window.has("Study 3"));
    assert!(window.has("Image 3, not run"));
}

#[test]
fn a_prior_stands_beside_with_its_date_and_is_checked() {
    let mut window = Window::new();
    three(&mut window);
    assert_eq!(window.state().current, 2);
    browse(&mut window, BrowseCommand::SetPrior(Some(0)));
    assert!(window.has("Prior view") && window.has_text("PRIOR"));
    let prior = window.harness.get_by_label("Prior view").rect();
    let current = window.harness.get_by_label("Original view").rect();
    assert!(
        prior.width() > 200.0 && prior.left() > current.right(),
        "{prior:?}"
    );
    assert!(window.has_text("2024-01-01"));
    assert_eq!(window.state().prior_doubt(), None);
    assert!(window.has("old.dcm, not run, prior"));
    assert!(window.has("Prior - research use only"));
    assert!(!window.has_text("Inverted"));
    window.apply(UiCommand::SelectStudy(0));
    window.apply(UiCommand::ToggleInvert);
    window.apply(UiCommand::Turn(Turning::Across));
    window.apply(UiCommand::SelectStudy(2));
    let marks = window.harness.get_by_label_contains("Mirrored left-right");
    assert!(prior.contains_rect(marks.rect()) && window.has_text("Inverted"));
    browse(&mut window, BrowseCommand::SetPrior(Some(1)));
    assert!(window.has("The Patient IDs differ: these may be different patients."));
    show(&mut window, of("nameless", "DOE^JANE", "", "20260301"));
    browse(&mut window, BrowseCommand::SetPrior(Some(1)));
    assert!(window.has_text("A Patient ID is missing"));
    // The prior itself is shown as the current one: nothing stands beside it.
    window.apply(UiCommand::SelectStudy(1));
    assert!(!window.has("Prior view"));
    browse(&mut window, BrowseCommand::SetPrior(None));
    assert_eq!(window.state().prior, None);
}

#[test]
fn a_prior_stays_open_however_far_away_it_is() {
    let mut window = Window::new();
    for number in 0..9 {
        let date = format!("2026010{}", 9 - number);
        show(
            &mut window,
            of(&format!("im{number}"), "DOE^JANE", "7", &date),
        );
    }
    browse(&mut window, BrowseCommand::SetPrior(Some(0)));
    window.apply(UiCommand::SelectStudy(8));
    window.apply(UiCommand::SelectStudy(7));
    assert!(window.state().studies[0].open().is_some());
    assert!(window.state().studies[1].open().is_none());
    assert!(window.has("Prior view"));
}

#[test]
fn in_a_small_window_the_browser_leaves_room_for_the_pictures() {
    let mut window = Window::new().with_study();
    show(&mut window, radiograph("second"));
    window.harness.set_size(Vec2::new(1280.0, 720.0));
    window.harness.run();
    let row = window.harness.get_by_label("second.dcm, not run").rect();
    let view = window.harness.get_by_label("Original view").rect();
    assert!(
        row.right() < view.left() && view.width() > 300.0,
        "{view:?}"
    );
}

#[test]
fn a_picture_of_the_browser() {
    let Some(window) = Window::with_pictures() else {
        return;
    };
    let mut window = window.with_study().with_result();
    three(&mut window);
    window.press(Key::S);
    browse(&mut window, BrowseCommand::SetPrior(Some(1)));
    let is_seen = |window: &Window| {
        let studies = &window.state().studies;
        studies.iter().all(|study| study.thumbnail.is_some())
    };
    assert!(window.wait_until(is_seen));
    window.harness.run();
    window.snapshot("study_browser");
}

#[test]
fn a_prior_does_not_stay_beside_another_patient() {
    let mut window = Window::new();
    three(&mut window);
    browse(&mut window, BrowseCommand::SetPrior(Some(0)));
    assert!(window.has_text("PRIOR, 2024-01-01\nDOE JANE"));
    window.apply(UiCommand::SelectStudy(1));
    assert!(!window.has_text("PRIOR"), "it is of another patient");
    window.apply(UiCommand::SelectStudy(2));
    assert!(window.has_text("PRIOR, 2024-01-01"));
    // What the reader sets beside another patient on purpose stays there, with its caution.
    window.apply(UiCommand::SelectStudy(1));
    browse(&mut window, BrowseCommand::SetPrior(Some(0)));
    assert!(window.has_text("PRIOR, 2024-01-01") && window.has_text("Patient IDs differ"));
    window.click("Close prior");
    assert!(!window.has_text("PRIOR"));
}

#[test]
fn a_prior_does_not_stay_beside_a_picture_that_names_no_patient() {
    let mut window = Window::new();
    three(&mut window);
    window.apply(UiCommand::SelectStudy(2));
    browse(&mut window, BrowseCommand::SetPrior(Some(0)));
    assert!(window.has_text("PRIOR, 2024-01-01"));
    show(&mut window, of("nobody.png", "", "", ""));
    assert!(!window.has_text("PRIOR"), "it may be of anybody");
    browse(&mut window, BrowseCommand::SetPrior(Some(0)));
    assert!(window.has_text("PRIOR, 2024-01-01") && window.has_text("A Patient ID is missing"));
}
