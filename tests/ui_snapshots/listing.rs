//! Taking files off the list: what goes with them, what is asked before, and what undo puts back.

use crate::fake::Window;
use crate::phantom::radiograph;
use crate::queue::with_tree;
use crate::session::named_pictures;
use diaphane::measure::{MeasureId, Point};
use diaphane::ui::{BrowseCommand, Content, Layout, ListCommand, MeasureCommand, Tool, UiCommand};
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const FILES: [&str; 3] = ["a.png", "b.png", "c.png"];

/// Three files on the disk are listed, the first is shown; the session and the measures are kept in `state`.
fn with_files(folder: &Path) -> (Window, PathBuf) {
    let state = folder.join("state");
    let mut window = Window::new();
    let app = window.harness.state_mut();
    app.keep_session_in(&state);
    app.keep_measures_in(state.join("measures"));
    window.apply(UiCommand::OpenPaths(named_pictures(folder, &FILES)));
    assert!(window.wait_until(|window| window.state().study().is_some()));
    assert_eq!(listed(&window), FILES);
    (window, state)
}

fn listed(window: &Window) -> Vec<String> {
    let studies = window.state().studies.iter();
    studies.map(diaphane::ui::Study::name).collect()
}

fn shown(window: &Window) -> String {
    let state = window.state();
    state.study_name(state.current)
}

fn close(window: &mut Window) {
    window.press_with(Modifiers::COMMAND, Key::W);
}

fn undo(window: &mut Window) {
    window.press_with(Modifiers::COMMAND, Key::Z);
}

/// Asks for the entry of the menu over a row of the browser.
fn take_off(window: &mut Window, row: &str, entry: &str) {
    window.harness.get_by_label(row).click_secondary();
    window.harness.run();
    window.click(entry);
}

#[test]
fn the_view_moves_to_the_neighbour_and_undo_puts_the_file_back_where_it_stood() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut window, state) = with_files(folder.path());
    window.apply(UiCommand::SelectStudy(1));
    assert!(window.wait_until(|window| window.state().study().is_some()));
    window.press(Key::I);
    close(&mut window);
    assert_eq!(listed(&window), ["a.png", "c.png"]);
    assert_eq!(shown(&window), "c.png");
    assert!(folder.path().join("b.png").exists());
    let session = || std::fs::read_to_string(state.join("session.json")).unwrap_or_default();
    // Both paths stay among the recent ones: the desk is what comes after a crash.
    let desk = || {
        session()
            .split_once("\"desk\"")
            .map(|(_, desk)| desk.to_owned())
    };
    assert!(window.wait_until(|_| desk().is_some_and(|desk| !desk.contains("b.png"))));

    undo(&mut window);
    assert_eq!(listed(&window), FILES);
    assert_eq!(shown(&window), "b.png");
    assert!(window.wait_until(|window| window.state().study().is_some()));
    assert!(window.look(Content::Original).inverted, "as it was left");
    undo(&mut window);
    assert!(!window.look(Content::Original).inverted);
    window.press_with(Modifiers::COMMAND, Key::Y);
    window.press_with(Modifiers::COMMAND, Key::Y);
    assert_eq!(listed(&window), FILES, "nothing goes by a key of redo");
}

#[test]
fn below_the_end_the_one_above_is_shown_and_after_the_last_one_the_window_is_empty() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut window, state) = with_files(folder.path());
    window.apply(UiCommand::SelectStudy(2));
    for left in [&FILES[..2], &FILES[..1], &[]] {
        close(&mut window);
        assert_eq!(listed(&window), left);
        assert_eq!(shown(&window), left.last().copied().unwrap_or("Image 1"));
    }
    assert!(window.state().study().is_none());
    close(&mut window);
    let kept = || std::fs::read_to_string(state.join("session.json")).unwrap_or_default();
    assert!(window.wait_until(|_| kept().contains("\"studies\": []")));
    for num_back in 1..=3 {
        undo(&mut window);
        assert_eq!(listed(&window), FILES[..num_back]);
    }
}

#[test]
fn one_that_waits_and_the_one_that_runs_leave_the_queue() {
    let mut window = Window::with_queue();
    let (job, _) = window.newest_request();
    take_off(&mut window, "second.dcm, waiting", "Take off the list");
    assert_eq!(listed(&window), ["first.dcm", "third.dcm", "fourth.dcm"]);
    assert_eq!((window.running(), window.waiting()), (Some(0), vec![1, 2]));
    assert!(!job.is_cancelled());
    take_off(&mut window, "first.dcm, running", "Take off the list");
    assert!(job.is_cancelled());
    assert!(window.newest_is_of("third.dcm"));
    assert_eq!((window.running(), window.waiting()), (Some(0), vec![1]));
    assert_eq!(shown(&window), "third.dcm");
    let (job, _) = window.newest_request();
    window.finish(&job);
    let of_third = window.state().studies[0].open().expect("open");
    assert!(of_third.result().is_some(), "it lands where it belongs");
    assert!(window.newest_is_of("fourth.dcm"));
}

#[test]
fn a_run_that_somebody_waits_for_is_stopped() {
    let mut window = Window::new().with_study();
    window.apply(UiCommand::ShowRadiograph(Arc::new(radiograph("second"))));
    window.press(Key::S);
    let (job, settings) = window.newest_request();
    close(&mut window);
    assert!(job.is_cancelled() && window.state().job.is_none());
    let late = crate::phantom::result(settings);
    let made = diaphane::worker::EventKind::Suppressed(Arc::new(late));
    window.report(job.id(), made);
    assert_eq!(listed(&window), ["first.dcm"]);
    assert!(window.state().study().expect("open").result().is_none());
}

#[test]
fn a_prior_goes_and_comes_back_with_its_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut window, _) = with_files(folder.path());
    let prior = BrowseCommand::SetPrior(Some(2));
    window.apply(UiCommand::Browse(prior));
    assert!(window.wait_until(|window| window.has("c.png, not run, prior")));
    assert!(window.has("Prior view"));
    take_off(&mut window, "c.png, not run, prior", "Take off the list");
    assert!(!window.has("Prior view"));
    assert_eq!(window.state().prior, None);
    assert_eq!(shown(&window), "a.png");
    undo(&mut window);
    assert_eq!(
        window.state().prior,
        Some(window.state().studies[2].file_id())
    );
}

#[test]
fn words_being_typed_are_on_the_disk_before_the_file_goes() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut window, state) = with_files(folder.path());
    for command in [
        MeasureCommand::Take(Tool::Text),
        MeasureCommand::Place(Point::new(3.0, 3.0)),
        MeasureCommand::Type(MeasureId(1), "nodule?".to_owned()),
    ] {
        window.apply(UiCommand::Measure(command));
    }
    take_off(&mut window, "a.png, not run", "Take off the list");
    assert!(window.wait_until(|window| listed(window) == FILES[1..]));
    let kept = std::fs::read_dir(state.join("measures")).expect("a folder");
    let mut texts = kept
        .flatten()
        .map(|file| std::fs::read_to_string(file.path()));
    assert!(texts.any(|text| text.expect("readable").contains("nodule?")));
    undo(&mut window);
    assert!(window.wait_until(|window| window.state().study().is_some()));
    let label = |window: &Window| {
        let measures = &window.state().study().expect("open").measures;
        measures.first().map(|measure| measure.label.clone())
    };
    assert_eq!(label(&window).as_deref(), Some("nodule?"));
    // Older steps of the file find their measure under its number.
    undo(&mut window);
    assert_eq!(label(&window).as_deref(), Some(""));
    undo(&mut window);
    assert_eq!(label(&window), None);
}

#[test]
fn a_file_whose_measures_the_disk_refuses_stays_until_the_reader_was_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut window, state) = with_files(folder.path());
    // A file stands where the folder should be made.
    std::fs::create_dir_all(&state).expect("a folder");
    std::fs::write(state.join("measures"), "in the way").expect("written");
    for command in [
        MeasureCommand::Take(Tool::Arrow),
        MeasureCommand::Place(Point::new(1.0, 1.0)),
        MeasureCommand::Place(Point::new(6.0, 6.0)),
    ] {
        window.apply(UiCommand::Measure(command));
    }
    assert!(window.wait_until(|window| window.has_text("The measures are not kept")));
    close(&mut window);
    assert!(window.has_text("a.png loses measures that could not be written."));
    window.click("Keep on the list");
    assert_eq!(listed(&window), FILES);
    close(&mut window);
    window.click("Take off the list");
    assert_eq!(listed(&window), FILES[1..]);
}

#[test]
fn what_was_not_saved_is_asked_about_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = Window::new().with_study().with_result();
    close(&mut window);
    assert!(window.has("Take this file off the list?"));
    assert!(window.has("first.dcm loses a soft-tissue image that was not saved."));
    assert!(window.has_text("without what it lost"));
    window.click("Keep on the list");
    assert!(window.state().study().expect("open").result().is_some());
    close(&mut window);
    window.click("Take off the list");
    assert!(listed(&window).is_empty());

    let mut window = Window::new().with_study().with_result();
    let picture = folder.path().join("soft.png");
    let result = window.state().shown_result().expect("a result");
    window.apply(UiCommand::SaveSoftTissue(picture.clone(), result));
    assert!(window.wait_until(|window| window.has_text("and its certificate")));
    close(&mut window);
    assert!(listed(&window).is_empty(), "nothing to ask: it is saved");
    assert!(picture.exists());
}

#[test]
fn the_list_is_cleared_and_comes_back_in_its_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut window, _) = with_files(folder.path());
    window.apply(UiCommand::SetLayout(Layout::Single));
    window.click("File");
    let entry = window
        .harness
        .query_all_by_label_contains("Close all: clear the list");
    entry.last().expect("an entry of the menu").click();
    window.harness.run();
    assert!(listed(&window).is_empty());
    assert!(window.state().queue.is_empty());
    undo(&mut window);
    assert_eq!(listed(&window), FILES);
    assert_eq!(shown(&window), "a.png");
    // One opened again by hand is not listed twice.
    close(&mut window);
    window.apply(UiCommand::OpenPaths(vec![folder.path().join("a.png")]));
    assert!(window.wait_until(|window| window.state().studies.len() == 3));
    undo(&mut window);
    assert_eq!(listed(&window), ["b.png", "c.png", "a.png"]);
}

#[test]
fn a_study_of_several_series_goes_from_its_heading_in_the_browser() {
    let mut window = with_tree();
    take_off(&mut window, "2026-03-01", "Take all of them off the list");
    assert_eq!(listed(&window), ["first.dcm", "old.dcm", "other.dcm"]);
    assert_eq!(shown(&window), "other.dcm");
}

#[test]
fn a_file_that_is_being_read_goes_without_a_trace() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut window, _) = with_files(folder.path());
    // No frame between: its reader has not come back.
    let app = window.harness.state_mut();
    app.apply(UiCommand::SelectStudy(2));
    let is_open = app.state().study().is_some();
    app.apply(UiCommand::List(ListCommand::TakeOffShown));
    assert!(!is_open, "it was still being read");
    assert!(window.wait_until(|window| window.state().study().is_some()));
    assert_eq!(listed(&window), FILES[..2]);
    assert_eq!(shown(&window), "b.png");
}
