//! True size: greyed with its reason until both lengths are known, and named only while it is true.

use crate::fake::Window;
use crate::phantom::radiograph;
use diaphane::radiograph::{PixelSpacing, SpacingKind};
use diaphane::ui::{
    CARD_WIDTH_MM, Content, PreferencesFile, Screen, ShellCommand, TrueSizeObstacle, UiCommand,
    Zoom,
};
use eframe::egui::{Key, Modifiers, Role, Vec2, ViewportId};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use std::sync::Arc;

/// On a screen of so many pixels.
fn on_screen(window: &mut Window, size: [f32; 2]) {
    let input = window.harness.input_mut();
    let info = input.viewports.entry(ViewportId::ROOT).or_default();
    info.monitor_size = Some(Vec2::from(size));
    window.harness.run();
}

/// With a radiograph whose pixels measure 0.2 mm at the patient, as far as that was stated.
fn with_spacing(window: &mut Window, spacing: Option<PixelSpacing>) {
    let mut study = radiograph("first");
    study.spacing = spacing;
    window.apply(UiCommand::ShowRadiograph(Arc::new(study)));
}

fn fifth_of_a_mm() -> PixelSpacing {
    PixelSpacing {
        row_mm: 0.2,
        col_mm: 0.2,
        kind: SpacingKind::AtDetector,
    }
}

fn zoom(window: &Window) -> Zoom {
    window.look(Content::Original).camera.zoom
}

fn measure(window: &mut Window, pixels_per_mm: f64) {
    let screen = window.state().shell.screen;
    let command = ShellCommand::MeasureScreen(screen, Some(pixels_per_mm));
    window.apply(UiCommand::Shell(command));
}

#[test]
fn it_is_greyed_with_the_reason_until_pixel_and_screen_are_known() {
    let mut window = Window::new();
    on_screen(&mut window, [1920.0, 1080.0]);
    assert_eq!(window.state().true_size(), Err(TrueSizeObstacle::NoStudy));
    with_spacing(&mut window, None);
    assert_eq!(
        window.state().true_size(),
        Err(TrueSizeObstacle::SpacingUnknown)
    );
    with_spacing(&mut window, Some(fifth_of_a_mm()));
    assert_eq!(
        window.state().true_size(),
        Err(TrueSizeObstacle::ScreenUnmeasured)
    );
    window.click("View");
    let item = window.harness.get_by_label_contains("True physical size");
    assert!(item.accesskit_node().is_disabled());
    item.hover();
    window.harness.run();
    assert!(window.has_text("This screen was not measured yet"));
    window.press(Key::Escape);
    let before = zoom(&window);
    window.press_with(Modifiers::SHIFT, Key::Z);
    assert_eq!(zoom(&window), before);
    assert!(window.has_text("This screen was not measured yet"));
    measure(&mut window, 3.78);
    window.press_with(Modifiers::SHIFT, Key::Z);
    // 100 mm are 500 image pixels and 378 screen pixels.
    assert_eq!(zoom(&window), Zoom::Scale(0.756));
}

#[test]
fn it_is_named_with_the_kind_of_the_spacing_and_only_while_it_is_true() {
    let mut window = Window::new();
    on_screen(&mut window, [1920.0, 1080.0]);
    with_spacing(&mut window, Some(fifth_of_a_mm()));
    measure(&mut window, 3.78);
    assert!(!window.has_text("rue size (at detector)"));
    window.apply(UiCommand::TrueSize);
    assert!(window.has("Zoom 76 %, true size (at detector)"));
    assert!(
        window.has_text("True size (at detector)"),
        "in the view too"
    );
    window.apply(UiCommand::OneToOne);
    assert!(window.has("Zoom 100 %"));
    assert!(!window.has_text("rue size (at detector)"));
    window.apply(UiCommand::TrueSize);
    // The window is moved to another screen: what was true there is not here.
    on_screen(&mut window, [2048.0, 2560.0]);
    assert!(window.has("Zoom 76 %"));
    assert!(!window.has_text("rue size (at detector)"));
}

#[test]
fn a_screen_is_measured_by_a_card_and_remembered() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = Window::new();
    window
        .harness
        .state_mut()
        .keep_preferences_in(folder.path());
    window.apply(UiCommand::Shell(ShellCommand::Understood));
    on_screen(&mut window, [1920.0, 1080.0]);
    window.apply(UiCommand::Shell(ShellCommand::TogglePreferences));
    assert!(window.has("Not measured (1920x1080 at 100 %)"));
    window.click("Measure this screen");
    let bar = window.harness.get_by_label("Bar of 324 screen pixels");
    assert!((bar.rect().width() - 324.0).abs() < 0.01);
    // One pixel more by the keyboard, as a reader with the card in hand does it.
    let slider = window
        .harness
        .get_by_role_and_label(Role::Slider, "Width of the bar");
    slider.focus();
    window.harness.run();
    window.press(Key::ArrowRight);
    assert!(window.has("Bar of 325 screen pixels"));
    window.click("It is as wide as the card");
    let screens = |window: &Window| window.state().shell.preferences.screens.clone();
    let screen: Screen = window.state().shell.screen;
    let measured = screens(&window).pixels_per_mm(screen).expect("measured");
    assert!((measured - 325.0 / CARD_WIDTH_MM).abs() < 1e-9);
    assert!(window.has("3.797 pixels per mm (1920x1080 at 100 %)"));
    let (_, again, problems) = PreferencesFile::load(folder.path());
    assert_eq!((again.screens, problems.len()), (screens(&window), 0));
    window.click("Forget this screen");
    assert_eq!(screens(&window).pixels_per_mm(screen), None);
}

#[test]
fn a_length_by_a_ruler_measures_it_too() {
    let mut window = Window::new();
    on_screen(&mut window, [1920.0, 1080.0]);
    let ruler = diaphane::ui::ScreenRuler {
        bar_px: 400.0,
        measured_mm: 100.0,
    };
    window.apply(UiCommand::Shell(ShellCommand::TogglePreferences));
    window.apply(UiCommand::Shell(ShellCommand::SetRuler(Some(ruler))));
    window.click("Keep this length");
    let state = window.state();
    let screens = &state.shell.preferences.screens;
    assert_eq!(screens.pixels_per_mm(state.shell.screen), Some(4.0));
    assert_eq!(state.shell.ruler, None, "the bar goes");
}
