//! The window over the values, text over the pictures, links between the views.

use crate::fake::Window;
use crate::phantom::radiograph;
use diaphane::radiograph::{Polarity, Voi};
use diaphane::ui::{Content, Layout, Link, UiCommand};
use eframe::egui::{Key, Vec2};
use egui_kittest::kittest::Queryable as _;
use std::sync::Arc;

fn ends(window: &Window) -> (f64, f64) {
    match &window.look(Content::Original).voi {
        Voi::Window { center, width, .. } => (center - 0.5 * width, center + 0.5 * width),
        Voi::Lut(_) => panic!("the phantom has a window"),
    }
}

/// Tall enough for the whole panel at the right.
fn tall() -> Window {
    let mut window = Window::new().with_study().with_result();
    window.harness.set_size(Vec2::new(1280.0, 1300.0));
    window.harness.run();
    window
}

#[test]
fn a_handle_of_the_histogram_moves_its_end_alone() {
    let mut window = tall();
    let (low, high) = ends(&window);
    window.drag("Upper end of the window", [-40.0, 0.0]);
    let (same, lower) = ends(&window);
    assert!((same - low).abs() < 1e-6 && lower < high - 10.0, "{lower}");
    window.drag("Lower end of the window", [30.0, 0.0]);
    let (moved, same) = ends(&window);
    assert!((same - lower).abs() < 1e-6 && moved > low + 10.0);
    // Past the other end it stops: a window is never turned round.
    window.drag("Lower end of the window", [400.0, 0.0]);
    let (low, high) = ends(&window);
    assert!(low < high, "{low} {high}");
}

#[test]
fn text_over_the_pictures_goes_in_steps_and_what_matters_stays() {
    let mut window = Window::new().with_study().with_result();
    assert!(window.has_text("PHANTOM ONE"));
    window.press(Key::O);
    assert!(!window.has_text("PHANTOM ONE") && window.has_text("Soft tissue"));
    window.press(Key::O);
    let named = |name: &str| window.harness.query_all_by_label(name).count();
    let names = [named("Original"), named("Soft tissue")];
    assert_eq!(names, [0, 1], "the name of what the file does not hold");
    for stays in ["AI-processed", "Research use only"] {
        assert!(window.has_text(stays), "{stays}");
    }
    assert!(window.has("R") && window.has("L"), "the sides");
    window.press(Key::O);
    assert!(window.has_text("PHANTOM ONE"));
}

#[test]
fn a_cut_link_lets_one_picture_go_its_own_way_and_stays_cut() {
    let mut window = Window::new().with_study().with_result();
    window.apply(UiCommand::SetLink(Link::Window, false));
    window.drag("Soft tissue view", [60.0, 20.0]);
    let looks = |window: &Window, content| window.look(content).clone();
    let (original, soft) = (
        looks(&window, Content::Original),
        looks(&window, Content::SoftTissue),
    );
    assert_ne!(original.voi, soft.voi);
    window.press(Key::Z);
    let zoomed = looks(&window, Content::Original).camera;
    assert_eq!(
        zoomed,
        looks(&window, Content::SoftTissue).camera,
        "still linked"
    );
    window.apply(UiCommand::ShowRadiograph(Arc::new(radiograph("second"))));
    assert!(!window.state().links.has(Link::Window));
    window.press(Key::PageUp);
    window.apply(UiCommand::SetLink(Link::Window, true));
    let (original, soft) = (
        looks(&window, Content::Original),
        looks(&window, Content::SoftTissue),
    );
    assert_eq!(original.voi, soft.voi);
}

#[test]
fn in_place_is_the_default_and_never_empty() {
    let mut window = Window::new();
    window.apply(UiCommand::ShowRadiograph(Arc::new(radiograph("first"))));
    assert_eq!(window.state().layout, Layout::Single);
    assert!(window.has("Original view"));
    assert!(window.has("No soft-tissue image yet: press Suppress"));
}

#[test]
fn held_keys_show_a_picture_and_let_it_go() {
    let mut window = Window::new().with_study().with_result();
    window.apply(UiCommand::SetLayout(Layout::Single));
    for (key, name) in [(Key::Space, "Original view"), (Key::B, "Bone view")] {
        window.harness.key_down(key);
        window.harness.run();
        assert!(window.has(name));
        window.harness.key_up(key);
        window.harness.run();
        assert!(window.has("Soft tissue view") && !window.has(name));
    }
}

/// Bones are 400 modality values above the soft tissue in the phantom, whatever is white on the screen.
#[test]
fn the_scale_of_the_difference_has_the_sign_of_the_pixel_values() {
    let scale = |polarity| {
        let mut window = Window::new().with_study();
        let mut turned = radiograph("turned");
        turned.polarity = polarity;
        window.apply(UiCommand::ShowRadiograph(Arc::new(turned)));
        let mut window = window.with_result();
        window.apply(UiCommand::SetLayout(Layout::Difference));
        for (end, signs) in [
            ("+600 taken away, -600 added", false),
            ("-600 taken away, +600 added", true),
        ] {
            let words = format!("Scale of the difference, grey values: {end}");
            let expected = signs == (polarity == Polarity::LowIsWhite);
            assert_eq!(window.has(&words), expected, "{words}");
        }
        window.apply(UiCommand::SetDifferenceAbsolute(true));
        assert!(window.has_text("+600 changed, 0 unchanged"));
    };
    scale(Polarity::HighIsWhite);
    scale(Polarity::LowIsWhite);
}
