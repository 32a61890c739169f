//! What outlives the window: recent files, and what was open when a run broke off.

use crate::fake::Window;
use crate::measures::only_file;
use crate::phantom::{defaults, radiograph, result};
use diaphane::radiograph::{LungMask, Raster};
use diaphane::ui::{CompareTool, Content, Layout, SessionCommand, UiCommand};
use diaphane::worker::{EventKind, SuppressionResult, SuppressionSettings};
use eframe::App as _;
use eframe::egui::Key;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// A window that keeps its session in `folder`.
fn window_in(folder: &Path) -> Window {
    let mut window = Window::new();
    window.harness.state_mut().keep_session_in(folder);
    window.harness.run();
    window
}

/// Files this test reads again later: greyscale pictures.
fn pictures(folder: &Path) -> Vec<PathBuf> {
    named_pictures(folder, &["a.png", "b.png"])
}

pub fn named_pictures(folder: &Path, names: &[&str]) -> Vec<PathBuf> {
    let path = |name: &str| folder.join(name);
    names
        .iter()
        .map(|name| {
            let file = std::fs::File::create(path(name)).expect("a file");
            let mut encoder = png::Encoder::new(file, 8, 8);
            encoder.set_color(png::ColorType::Grayscale);
            let pixels: Vec<u8> = (0..64_u8).collect();
            let mut writer = encoder.write_header().expect("a header");
            writer.write_image_data(&pixels).expect("pixels");
            path(name)
        })
        .collect()
}

fn kept(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("session.json")).unwrap_or_default()
}

/// Opens both files, changes how the second is looked at, and is never closed.
pub fn broken_run(state: &Path, files: &[PathBuf]) -> Window {
    let mut window = window_in(state);
    window.apply(UiCommand::OpenPaths(files.to_vec()));
    assert!(window.wait_until(|window| window.state().studies.len() == 2));
    window.apply(UiCommand::SelectStudy(1));
    assert!(window.wait_until(|window| window.state().study().is_some()));
    window.apply(UiCommand::SetLayout(Layout::Three));
    window.apply(UiCommand::ToggleCompareTool(CompareTool::Wipe));
    window.press(Key::I);
    assert!(window.wait_until(|_| kept(state).contains("\"inverted\": true")));
    window
}

#[test]
fn after_a_crash_what_was_open_is_offered_and_comes_back_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state");
    let files = pictures(folder.path());
    drop(broken_run(&state, &files));
    let mut window = window_in(&state);
    assert!(
        window.state().studies.is_empty(),
        "nothing comes back unasked"
    );
    assert!(window.has_text("did not end cleanly: restore 2 files?"));
    window.click("Restore");
    assert!(window.wait_until(|window| window.state().study().is_some()));
    let now = window.state();
    assert_eq!((now.current, now.layout), (1, Layout::Three));
    assert_eq!(now.compare.tool, CompareTool::Wipe);
    let looks = &now.study().expect("open").looks;
    assert!(looks.of(Content::Original).inverted);
    assert!(window.has_text("the soft-tissue images that were shown with them"));
    assert!(window.has("b.png, not run"));
    assert!(!window.has_text("did not end cleanly"));
}

/// Suppresses the picture shown, which has 8 x 8 pixels.
fn suppress(window: &mut Window) -> Arc<SuppressionResult> {
    window.apply(UiCommand::LoadBundle("bundle".into()));
    window.model_loaded("compact", defaults());
    window.apply(UiCommand::Suppress);
    let (job, settings) = window.newest_request();
    let radiograph = &window.state().study().expect("open").radiograph;
    let made = Arc::new(SuppressionResult {
        study: radiograph.id.clone(),
        soft_tissue: Raster::new(8, 8, (0..64_u8).map(|v| f32::from(v) - 3.5).collect())
            .expect("8 x 8"),
        bone: Raster::filled(8, 8, 0.125),
        lung_mask: LungMask::from_nonzero(&Raster::filled(8, 8, 1)),
        ..result(settings)
    });
    window.report(job.id(), EventKind::Suppressed(Arc::clone(&made)));
    made
}

/// The picture shown once the last files are open again.
fn shown_again(mut window: Window) -> Arc<SuppressionResult> {
    let shown = |window: &Window| window.state().study()?.result().cloned();
    assert!(window.wait_until(|window| shown(window).is_some()));
    shown(&window).expect("a result")
}

#[test]
fn a_soft_tissue_image_comes_back_after_a_crash() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state");
    let mut before = broken_run(&state, &pictures(folder.path()));
    let made = suppress(&mut before);
    // Shown for a while, it is written.
    assert!(before.wait_until(|_| only_file(&state.join("results"), ".safetensors").is_some()));
    assert!(before.wait_until(|_| kept(&state).contains("\"has_result\": true")));
    drop(before);
    let mut window = window_in(&state);
    window.click("Restore");
    assert_eq!(shown_again(window), made);
}

#[test]
fn a_soft_tissue_image_comes_back_after_a_clean_end_and_only_for_its_own_picture() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state");
    let files = pictures(folder.path());
    let mut before = broken_run(&state, &files);
    let made = suppress(&mut before);
    before.harness.state_mut().on_exit();
    let reopened = || {
        let mut window = window_in(&state);
        window.click("File");
        window.click("Reopen the last files");
        window
    };
    assert_eq!(shown_again(reopened()), made);
    // Another picture under the same name, of the same size.
    let file = std::fs::File::create(&files[1]).expect("a file");
    let mut encoder = png::Encoder::new(file, 8, 8);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(&[9; 64]).expect("pixels");
    writer.finish().expect("written");
    let mut window = reopened();
    assert!(window.wait_until(|window| window.state().study().is_some()));
    for _ in 0..20 {
        std::thread::sleep(Duration::from_millis(20));
        window.harness.run();
    }
    assert!(window.state().study().expect("open").result().is_none());
}

#[test]
fn what_is_open_already_is_not_replaced_by_what_is_restored() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state");
    drop(broken_run(&state, &pictures(folder.path())));
    let mut window = window_in(&state);
    window.apply(UiCommand::ShowRadiograph(Arc::new(radiograph("given"))));
    assert_eq!(window.state().studies.len(), 1);
    window.click("Restore");
    assert_eq!(window.state().studies.len(), 3);
    assert_eq!(window.state().studies[0].name(), "given.dcm");
}

#[test]
fn after_a_clean_end_nothing_is_asked_and_the_menu_can_reopen() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state");
    let mut before = broken_run(&state, &pictures(folder.path()));
    before.harness.state_mut().on_exit();
    let mut window = window_in(&state);
    assert!(!window.has_text("did not end cleanly"));
    window.click("File");
    window.click("Reopen the last files");
    assert_eq!(window.state().studies.len(), 2);
}

#[test]
fn declined_once_it_is_not_asked_again_and_nothing_is_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state");
    drop(broken_run(&state, &pictures(folder.path())));
    let mut window = window_in(&state);
    window.click("Not now");
    assert!(!window.has_text("did not end cleanly"));
    window.harness.state_mut().on_exit();
    let window = window_in(&state);
    assert!(!window.has_text("did not end cleanly"));
    assert!(window.state().session.last.is_some());
}

#[test]
fn recent_files_are_in_the_menu_unless_patients_are_hidden() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = pictures(folder.path());
    let mut window = window_in(&folder.path().join("state"));
    window.apply(UiCommand::OpenPaths(files.clone()));
    assert!(window.wait_until(|window| window.state().studies.len() == 2));
    assert_eq!(window.state().session.recent, files);
    window.click("File");
    window.click("Open recent");
    assert!(window.has_text("/b.png"));
    window.harness.key_press(Key::Escape);
    window.harness.run();
    window.press(Key::P);
    window.click("File");
    window.click("Open recent");
    assert!(!window.has_text("b.png"));
    assert!(window.has_text("Hidden with the patient's details"));
    window.apply(UiCommand::Session(SessionCommand::ClearRecent));
    assert!(window.state().session.recent.is_empty());
}

#[test]
fn what_cannot_be_opened_is_not_recent() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = window_in(folder.path());
    window.apply(UiCommand::OpenPaths(vec![folder.path().join("gone.dcm")]));
    assert!(window.wait_until(|window| window.has_text("no such file")));
    assert!(window.state().session.recent.is_empty());
}

/// LEG weight 4.5 for the second file, under the bundle loaded first.
fn broken_run_with_settings(state: &Path, files: &[PathBuf]) {
    let mut window = broken_run(state, files);
    window.apply(UiCommand::LoadBundle("bundle".into()));
    window.model_loaded("compact", defaults());
    let settings = SuppressionSettings {
        leg_weight: 4.5,
        ..defaults()
    };
    window.apply(UiCommand::EditSettings(settings));
    assert!(window.wait_until(|_| kept(state).contains("\"leg_weight\": 4.5")));
}

#[test]
fn settings_come_back_with_their_own_model_and_with_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state");
    broken_run_with_settings(&state, &pictures(folder.path()));
    let mut window = window_in(&state);
    window.apply(UiCommand::LoadBundle("bundle".into()));
    window.apply(UiCommand::LoadBundle("other".into()));
    window.model_loaded("other", defaults());
    window.click("Restore");
    assert!(window.wait_until(|window| window.state().study().is_some()));
    let other = window.state().settings().leg_weight;
    assert!((other - defaults().leg_weight).abs() < 1e-9, "{other}");

    let mut window = window_in(&state);
    window.apply(UiCommand::Session(SessionCommand::Restore));
    assert!(window.wait_until(|window| window.state().study().is_some()));
    window.apply(UiCommand::LoadBundle("bundle".into()));
    window.model_loaded("compact", defaults());
    let own = window.state().settings().leg_weight;
    assert!((own - 4.5).abs() < 1e-9, "{own}");
}

#[test]
fn a_study_far_away_is_given_up_and_comes_back_as_it_was_left() {
    let folder = tempfile::tempdir().expect("a folder");
    let names = [
        "1.png", "2.png", "3.png", "4.png", "5.png", "6.png", "7.png",
    ];
    let mut window = Window::new();
    window.apply(UiCommand::OpenPaths(named_pictures(folder.path(), &names)));
    assert!(window.wait_until(|window| window.state().study().is_some()));
    window.press(Key::I);
    window.apply(UiCommand::SelectStudy(6));
    assert!(window.wait_until(|window| window.state().study().is_some()));
    assert!(window.state().studies[0].open().is_none(), "given up");
    window.apply(UiCommand::SelectStudy(0));
    assert!(window.wait_until(|window| window.state().study().is_some()));
    assert!(window.look(Content::Original).inverted);
}
