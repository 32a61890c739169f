//! Undo across studies: what is in hand stays with its study, and a study given up is read again.

use crate::browse::png;
use crate::fake::Window;
use crate::phantom::radiograph;
use diaphane::measure::{MeasureId, Point};
use diaphane::radiograph::{Polarity, Voi};
use diaphane::ui::{Camera, Content, Layout, MeasureCommand, SavedDesk, Tool, UiCommand, Zoom};
use eframe::egui::{Key, Modifiers};
use std::path::Path;
use std::sync::Arc;

const FIRST: MeasureId = MeasureId(1);

pub fn measure(window: &mut Window, command: MeasureCommand) {
    window.apply(UiCommand::Measure(command));
}

pub fn draw(window: &mut Window, tool: Tool, points: &[(f64, f64)]) {
    if window.state().measuring.tool != Some(tool) {
        measure(window, MeasureCommand::Take(tool));
    }
    for &(x, y) in points {
        measure(window, MeasureCommand::Place(Point::new(x, y)));
    }
}

fn show(window: &mut Window, name: &str) {
    window.apply(UiCommand::ShowRadiograph(Arc::new(radiograph(name))));
}

pub fn num_measures(window: &Window) -> usize {
    window.state().study().expect("open").measures.len()
}

fn label(window: &Window, index: usize) -> String {
    let study = window.state().studies[index].open().expect("open");
    study.measures[0].label.clone()
}

/// Two studies with a length each, both of number 1; the newest step is of the first, the second is shown and its
/// length chosen.
fn with_two_lengths() -> Window {
    let mut window = Window::new().with_study();
    draw(&mut window, Tool::Length, &[(10.0, 10.0), (60.0, 10.0)]);
    show(&mut window, "second");
    draw(&mut window, Tool::Length, &[(20.0, 20.0), (60.0, 20.0)]);
    window.apply(UiCommand::SelectStudy(0));
    window.press(Key::I);
    window.apply(UiCommand::SelectStudy(1));
    measure(&mut window, MeasureCommand::Select(Some(FIRST)));
    window
}

#[test]
fn what_was_chosen_in_one_study_is_not_taken_away_in_another() {
    let mut window = with_two_lengths();
    window.press_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.state().current, 0);
    assert_eq!(window.state().measuring.selected, None);
    window.press(Key::Delete);
    assert!(window.has_text("Length 1"), "nothing was chosen here");
    assert_eq!(num_measures(&window), 1);
}

#[test]
fn words_typed_in_one_study_are_its_own_whichever_way_it_is_left() {
    let mut window = with_two_lengths();
    measure(
        &mut window,
        MeasureCommand::Type(FIRST, "second".to_owned()),
    );
    window.click("first.dcm, not run");
    assert_eq!(
        (label(&window, 0), label(&window, 1)),
        (String::new(), "second".to_owned())
    );
    // The words were written in the study left: that is where they are taken back.
    window.apply(UiCommand::Undo);
    assert_eq!(
        (window.state().current, label(&window, 1)),
        (1, String::new())
    );
    window.apply(UiCommand::Redo);
    assert_eq!(label(&window, 1), "second");
    // Words that are still being written are the newest step.
    measure(&mut window, MeasureCommand::Type(FIRST, "third".to_owned()));
    window.apply(UiCommand::Undo);
    assert_eq!(
        (window.state().current, label(&window, 1)),
        (1, "second".to_owned())
    );
    assert_eq!(window.state().measuring.typing, None);
    window.apply(UiCommand::Undo);
    window.apply(UiCommand::Undo);
    assert_eq!(
        (window.state().current, label(&window, 0)),
        (0, String::new())
    );
}

#[test]
fn a_half_drawn_shape_ends_with_the_study_it_was_begun_in() {
    let mut window = with_two_lengths();
    draw(&mut window, Tool::Length, &[(5.0, 5.0)]);
    window.apply(UiCommand::Undo);
    assert_eq!(window.state().current, 0);
    assert!(window.state().measuring.draft.is_empty());
    measure(&mut window, MeasureCommand::Place(Point::new(40.0, 40.0)));
    assert_eq!(num_measures(&window), 1, "this is a first point");
}

#[test]
fn a_question_about_one_study_is_not_answered_in_another() {
    let mut window = Window::new().with_study();
    window.press(Key::I);
    let mut hand = radiograph("hand");
    "HAND".clone_into(&mut hand.info.body_part);
    window.apply(UiCommand::ShowRadiograph(Arc::new(hand)));
    window.press(Key::S);
    assert!(window.has_text("Suppress anyway?"));
    window.apply(UiCommand::Undo);
    assert_eq!(window.state().current, 0);
    assert!(!window.has_text("Suppress anyway?"));
    window.apply(UiCommand::Answer(true));
    assert_eq!(window.num_requests(), 0);
    let studies = &window.state().studies;
    assert!(
        studies
            .iter()
            .all(|study| !study.open().expect("open").suppress_anyway)
    );
}

#[test]
fn a_step_of_no_study_is_taken_back_where_the_reader_is() {
    let mut window = Window::new().with_study();
    window.apply(UiCommand::SetLayout(Layout::Four));
    show(&mut window, "second");
    window.apply(UiCommand::Undo);
    assert_eq!(window.state().layout, Layout::SideBySide);
    assert_eq!(window.state().current, 1);
}

#[test]
fn a_link_taken_back_gives_every_study_its_pictures_back() {
    use diaphane::ui::Link;
    let mut window = Window::new().with_study();
    window.apply(UiCommand::SetLink(Link::Invert, false));
    window.apply(UiCommand::ActivateView(Content::Original));
    window.press(Key::I);
    show(&mut window, "second");
    window.apply(UiCommand::SetLink(Link::Invert, true));
    let inverted = |window: &Window| {
        let looks = &window.state().studies[0].open().expect("open").looks;
        Content::ALL.map(|content| looks.of(content).inverted)
    };
    assert_eq!(inverted(&window), [true; 5]);
    window.apply(UiCommand::Undo);
    assert_eq!(inverted(&window), [true, false, false, false, false]);
}

/// Eight files, the first of them shown.
fn with_files(folder: &Path) -> Window {
    for number in 0..8 {
        png(folder, &format!("im{number}.png"));
    }
    let mut window = Window::new();
    window.apply(UiCommand::OpenPaths(vec![folder.to_owned()]));
    assert!(window.wait_until(|window| window.state().studies.len() == 8));
    go_to(&mut window, 0);
    window
}

fn go_to(window: &mut Window, index: usize) {
    window.apply(UiCommand::SelectStudy(index));
    assert!(window.wait_until(|window| window.state().study().is_some()));
}

fn is_open(window: &Window, index: usize) -> bool {
    window.state().studies[index].open().is_some()
}

/// The pictures reach to 63 of 255: their window's centre lies outside their values.
#[test]
fn what_is_only_shown_is_no_step() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = with_files(folder.path());
    window.harness.run();
    let study = window.state().study().expect("open");
    assert_eq!(study.looks.of(Content::Original).voi, study.loaded_voi());
    assert_eq!(window.state().undo.undo_name(), None);
}

#[test]
fn a_study_given_up_is_as_it_was_left_down_to_its_polarity() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = with_files(folder.path());
    window.press(Key::I);
    window.apply(UiCommand::SetVoi(Voi::covering(5.0, 25.0)));
    let camera = Camera {
        zoom: Zoom::Scale(3.0),
        ..Camera::default()
    };
    window.apply(UiCommand::SetCamera(Content::Original, camera));
    window.apply(UiCommand::SetDifferenceLimit(7.0));
    window.apply(UiCommand::TurnPolarity);
    let left = window.state().study().expect("open").clone();
    go_to(&mut window, 7);
    assert!(!is_open(&window, 0), "given up");
    assert!(
        SavedDesk::of(window.state()).studies[0].view.is_some(),
        "a crash does not cost it"
    );
    go_to(&mut window, 0);
    let back = window.state().study().expect("open");
    assert_eq!((&back.looks, back.file_id), (&left.looks, left.file_id));
    assert_eq!(back.difference_limit, Some(7.0));
    assert_eq!(back.radiograph.polarity, Polarity::LowIsWhite);
    assert!(window.has_text("Black and white were exchanged"));
}

#[test]
fn a_step_of_a_study_given_up_is_taken_back_once_it_is_read_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = with_files(folder.path());
    window.press(Key::I);
    go_to(&mut window, 7);
    assert!(!is_open(&window, 0));
    window.press_with(Modifiers::COMMAND, Key::Z);
    assert!(window.wait_until(|window| is_open(window, 0)));
    assert_eq!(window.state().current, 0);
    assert!(!window.look(Content::Original).inverted);
    window.press_with(Modifiers::COMMAND, Key::Y);
    assert!(window.look(Content::Original).inverted);
}

#[test]
fn a_reader_who_goes_elsewhere_meanwhile_takes_nothing_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = with_files(folder.path());
    window.press(Key::I);
    go_to(&mut window, 7);
    let app = window.harness.state_mut();
    app.apply(UiCommand::Undo);
    app.apply(UiCommand::SelectStudy(7));
    go_to(&mut window, 0);
    window.harness.run();
    assert!(window.look(Content::Original).inverted);
    assert_eq!(window.state().undo.undo_name(), Some("black and white"));
}

#[test]
fn steps_of_a_file_that_is_gone_are_passed_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = with_files(folder.path());
    go_to(&mut window, 7);
    window.press(Key::I);
    go_to(&mut window, 0);
    window.press(Key::I);
    go_to(&mut window, 7);
    std::fs::remove_file(folder.path().join("im0.png")).expect("removed");
    window.apply(UiCommand::Undo);
    assert!(window.wait_until(|window| window.state().undo.undo_name().is_none()));
    assert_eq!(window.state().current, 7);
    assert!(!window.look(Content::Original).inverted);
}

/// Measures drawn before the disk answered keep their numbers; those from the disk make room.
#[test]
fn undo_takes_back_what_was_drawn_and_not_what_the_disk_brought() {
    let folder = tempfile::tempdir().expect("a folder");
    let opened = || {
        let mut window = Window::new();
        let app = window.harness.state_mut();
        app.keep_measures_in(folder.path().to_owned());
        app.apply(UiCommand::ShowRadiograph(Arc::new(radiograph("first"))));
        window
    };
    let mut window = opened();
    draw(&mut window, Tool::Length, &[(10.0, 10.0), (60.0, 10.0)]);
    let is_written = |_: &Window| {
        let files = std::fs::read_dir(folder.path())
            .expect("a folder")
            .flatten();
        let mut texts = files.filter_map(|file| std::fs::read_to_string(file.path()).ok());
        texts.any(|text| text.contains("\"length\""))
    };
    assert!(window.wait_until(is_written));
    let mut window = opened();
    let app = window.harness.state_mut();
    app.apply(UiCommand::Measure(MeasureCommand::Take(Tool::Arrow)));
    for x in [20.0, 50.0] {
        let place = MeasureCommand::Place(Point::new(x, 40.0));
        app.apply(UiCommand::Measure(place));
    }
    app.apply(UiCommand::EndGesture);
    assert!(window.wait_until(|window| num_measures(window) == 2));
    assert_eq!(window.state().measuring.selected, Some(FIRST));
    window.apply(UiCommand::Undo);
    assert!(window.has_text("Length 2") && !window.has_text("Arrow 1"));
    window.apply(UiCommand::Redo);
    assert!(window.has_text("Length 2") && window.has_text("Arrow 1"));
}
