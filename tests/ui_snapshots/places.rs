//! Where the windows stand is kept for the next run.

use crate::fake::Window;
use diaphane::ui::{ShellCommand, TrainingCommand, UiCommand};
use eframe::egui::{Pos2, Rect, Vec2, ViewportId, ViewportInfo};
use std::path::Path;

/// The second window, as the program names it.
fn pictures() -> ViewportId {
    ViewportId::from_hash_of("pictures")
}

fn at(window: &mut Window, viewport: ViewportId, corner: [f32; 2], size: [f32; 2]) {
    let rect = Rect::from_min_size(Pos2::from(corner), Vec2::from(size));
    let info = ViewportInfo {
        outer_rect: Some(rect),
        inner_rect: Some(rect),
        native_pixels_per_point: Some(1.0),
        ..ViewportInfo::default()
    };
    window.harness.input_mut().viewports.insert(viewport, info);
    window.harness.run();
}

fn kept_in(folder: &Path) -> Window {
    let mut window = Window::new();
    window.harness.state_mut().keep_places_in(folder);
    window
}

#[test]
fn both_windows_are_remembered_and_the_second_one_opens_where_it_stood() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = kept_in(folder.path());
    let toggle = UiCommand::Shell(ShellCommand::ToggleSecondWindow);
    window.apply(toggle.clone());
    let opening = window.state().shell.second_window_opening;
    assert_eq!(opening, None, "nothing is remembered yet");
    at(&mut window, ViewportId::ROOT, [10.0, 20.0], [1200.0, 800.0]);
    at(&mut window, pictures(), [1920.0, 0.0], [900.0, 1400.0]);
    // Long enough for the next write.
    let text = || std::fs::read_to_string(folder.path().join("windows.json"));
    let is_written = |window: &mut Window| {
        window.harness.step();
        text().is_ok_and(|text| text.contains("1920") && text.contains("1200"))
    };
    assert!((0..400).any(|_| is_written(&mut window)), "{:?}", text());
    let mut window = kept_in(folder.path());
    window.apply(toggle);
    let opening = window.state().shell.second_window_opening;
    let opening = format!("{:?}", opening.expect("remembered"));
    assert!(
        opening.contains("1920") && opening.contains("1400"),
        "{opening}"
    );
}

#[test]
fn the_training_window_opens_where_it_stood() {
    let folder = tempfile::tempdir().expect("a folder");
    let training = ViewportId::from_hash_of("training");
    let mut window = kept_in(folder.path());
    let toggle = UiCommand::Training(TrainingCommand::Toggle);
    window.apply(toggle.clone());
    assert_eq!(window.state().shell.training_opening, None);
    at(&mut window, ViewportId::ROOT, [10.0, 20.0], [1200.0, 800.0]);
    at(&mut window, training, [1920.0, 33.0], [870.0, 650.0]);
    let text = || std::fs::read_to_string(folder.path().join("windows.json"));
    let is_written = |window: &mut Window| {
        window.harness.step();
        text().is_ok_and(|text| text.contains("1920") && text.contains("1200"))
    };
    assert!((0..400).any(|_| is_written(&mut window)), "{:?}", text());
    let mut window = kept_in(folder.path());
    window.apply(toggle.clone());
    let opening = window.state().shell.training_opening;
    let opening = format!("{:?}", opening.expect("remembered"));
    assert!(
        opening.contains("1920") && opening.contains("870"),
        "{opening}"
    );
    window.apply(toggle);
    assert_eq!(window.state().shell.training_opening, None, "closed");
}
