//! Windows chosen by name and by number.

use crate::fake::Window;
use crate::phantom::{radiograph, result};
use diaphane::display::percentile_window;
use diaphane::radiograph::{Polarity, Radiograph, Voi, VoiLut};
use diaphane::ui::{Content, Layout, Link, UiCommand, WindowPreset};
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

/// A file whose table makes low values white: entries fall over the phantom's values.
fn falling() -> Radiograph {
    let mut falling = radiograph("falling");
    falling.vois = vec![Voi::Lut(VoiLut {
        first: 500,
        bits: 12,
        entries: (0..3000).map(|i| 4095 - i).collect(),
        explanation: String::new(),
    })];
    falling
}

/// Grey between black and white that a modality value has in the original's view.
fn grey(window: &Window, value: f64) -> f64 {
    let (center, width) = numbers(&shown(window));
    let rising = (value - center) / width + 0.5;
    let study = window.state().study().expect("open");
    if study.low_is_white(Content::Original) {
        1.0 - rising
    } else {
        rising
    }
}

#[test]
fn down_is_darker_whatever_is_white_on_the_screen() {
    let mut turned = radiograph("turned");
    turned.polarity = Polarity::LowIsWhite;
    for file in [radiograph("plain"), turned, falling()] {
        for is_inverted in [false, true] {
            let mut window = Window::new().with_study();
            window.apply(UiCommand::ShowRadiograph(Arc::new(file.clone())));
            if is_inverted {
                window.press(Key::I);
            }
            // The first step of a table's drag makes it a window.
            window.drag("Original view", [0.0, 2.0]);
            let before = grey(&window, 2000.0);
            window.drag("Original view", [0.0, 40.0]);
            let after = grey(&window, 2000.0);
            let name = &file.id.0;
            assert!(
                after < before - 0.05,
                "{name}, inverted {is_inverted}: {before} {after}"
            );
        }
    }
}

#[test]
fn what_a_falling_table_makes_white_stays_white_under_a_drag() {
    let mut window = Window::new().with_study();
    window.apply(UiCommand::ShowRadiograph(Arc::new(falling())));
    window.drag("Original view", [4.0, 0.0]);
    assert!(grey(&window, 600.0) > 0.9 && grey(&window, 3300.0) < 0.1);
}

#[test]
fn a_drag_over_a_picture_without_a_window_sets_its_range_alone() {
    let mut window = Window::new().with_study().with_result();
    window.apply(UiCommand::SetLayout(Layout::Four));
    let before = window.state().shown_difference_limit();
    let looks = window.state().study().expect("open").looks.clone();
    for (place, label) in [
        ("Bone view", "White: 28 % bone"),
        ("Original - soft tissue view", "Range 751"),
    ] {
        window.drag(place, [20.0, 16.0]);
        assert!(window.has(label), "{label}");
        assert!(window.state().shown_difference_limit() > before);
        assert_eq!(window.state().study().expect("open").looks, looks);
    }
    // Wider, and back again: one slider and one picture.
    window.drag("Bone view", [-40.0, -32.0]);
    assert!((window.state().shown_difference_limit() / before - 1.0).abs() < 0.01);
    let mut window = Window::new().with_study().with_result();
    window.apply(UiCommand::SetLayout(Layout::Four));
    window.apply(UiCommand::SetLink(Link::Window, false));
    window.apply(UiCommand::ActivateView(Content::Bone));
    let loaded = shown(&window);
    window.apply(UiCommand::SetWindow(WindowPreset::AutoPicture));
    assert_ne!(
        shown(&window),
        loaded,
        "keys set the window of a picture that has one"
    );
}

#[test]
fn a_window_chosen_by_number_leaves_white_white_beside_a_falling_table() {
    let mut window = Window::new().with_study();
    window.apply(UiCommand::ShowRadiograph(Arc::new(falling())));
    let loaded = window.look(Content::Original).clone();
    for automatic in [Key::Num2, Key::Num3] {
        window.press(automatic);
        let look = window.look(Content::Original);
        assert!(matches!(look.voi, Voi::Window { .. }));
        assert!(look.inverted, "a window rises where the table falls");
    }
    window.press(Key::Num1);
    assert_eq!(
        *window.look(Content::Original),
        loaded,
        "the table as it was loaded"
    );
}
