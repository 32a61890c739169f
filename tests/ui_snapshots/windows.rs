//! Windows chosen by name and by number.

use crate::fake::Window;
use crate::phantom::{radiograph, result};
use diaphane::display::percentile_window;
use diaphane::radiograph::Voi;
use diaphane::ui::{Content, UiCommand, WindowPreset};
use diaphane::worker::EventKind;
use eframe::egui::Key;
use std::sync::Arc;

fn numbers(voi: &Voi) -> (f64, f64) {
    match voi {
        Voi::Window { center, width, .. } => (*center, *width),
        Voi::Lut(_) => panic!("a table"),
    }
}

fn shown(window: &Window) -> Voi {
    window.look(Content::Original).voi.clone()
}

#[test]
fn number_keys_choose_the_files_windows_first_and_then_those_made_from_its_values() {
    let mut window = Window::new().with_study();
    let loaded = shown(&window);
    let study = window.state().study().expect("open");
    let offered = WindowPreset::all(study);
    assert_eq!(offered.first(), Some(&WindowPreset::File(0)));
    assert!(
        !offered.contains(&WindowPreset::AutoLungs),
        "no lungs are known yet"
    );
    let expected = percentile_window(&study.radiograph, None, 1.0, 99.0);
    let number = offered.iter().position(|p| *p == WindowPreset::AutoPicture);
    let number = number.expect("offered");
    window.apply(UiCommand::SetWindowNumber(number));
    assert_eq!(numbers(&shown(&window)), numbers(&expected));
    window.press(Key::Num1);
    assert_eq!(shown(&window), loaded);
    window.press(Key::Num9);
    assert_eq!(
        shown(&window),
        loaded,
        "a number without a window changes nothing"
    );
}

#[test]
fn the_window_of_the_lungs_counts_their_values_alone() {
    let mut window = Window::new().with_study();
    window.press(Key::S);
    let (job, settings) = window.newest_request();
    let found = result(settings);
    let mask = found.lung_mask.clone();
    window.report(job.id(), EventKind::Suppressed(Arc::new(found)));
    window.apply(UiCommand::SetWindow(WindowPreset::AutoLungs));
    let study = radiograph("first");
    // By sorting, as numpy.percentile(..., method="nearest") would.
    let mut inside: Vec<i32> = (study.stored.iter().zip(mask.raster().values()))
        .filter(|&(_, &lung)| lung == 1)
        .map(|(value, _)| value)
        .collect();
    inside.sort_unstable();
    let at = |share: f64| {
        let rank = (share * (inside.len() - 1) as f64).round() as usize;
        study.modality.apply(inside[rank])
    };
    let (low, high) = (at(0.01), at(0.99));
    let (center, width) = numbers(&shown(&window));
    assert!((center - 0.5 * (low + high)).abs() < 1e-9, "{center}");
    assert!((width - (high - low)).abs() < 1e-9, "{width}");
}
