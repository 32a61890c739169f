//! The magnifier: taken up by key, made stronger by wheel and keys, with the comparison inside.

use crate::fake::Window;
use diaphane::ui::{Content, Layout, MagnifierCommand, UiCommand};
use eframe::egui::{Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, TouchPhase, Vec2};
use egui_kittest::kittest::Queryable as _;

fn hover(window: &mut Window, label: &str, by: Vec2) {
    let center = window.harness.get_by_label(label).rect().center();
    window.harness.hover_at(center + by);
    window.harness.run();
}

fn turn_wheel(window: &mut Window, points: f32, modifiers: Modifiers) {
    window.harness.event(Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: Vec2::new(0.0, points),
        phase: TouchPhase::Move,
        source: MouseWheelSource::Unknown,
        modifiers,
    });
    // The wheel is smoothed over some frames.
    for _ in 0..4 {
        window.harness.run();
    }
}

#[test]
fn it_follows_the_pointer_and_its_strength_changes_by_key_and_wheel() {
    let mut window = Window::new().with_study();
    hover(&mut window, "Original view", Vec2::ZERO);
    window.press_with(Modifiers::SHIFT, Key::G);
    assert!(window.has("Magnified 2.0 x") && window.has("Magnification"));
    window.press(Key::Plus);
    assert!(window.has("Magnified 2.5 x"));
    window.press(Key::Minus);
    window.press(Key::Minus);
    assert!(window.has("Magnified 2.0 x"));
    let camera = window.look(Content::Original).camera;
    turn_wheel(&mut window, 120.0, Modifiers::NONE);
    let factor = window.state().magnifier.factor;
    // 240 points of the wheel are a factor of e.
    assert!((factor - 2.0 * 0.5_f32.exp()).abs() < 0.02, "{factor}");
    assert_eq!(window.look(Content::Original).camera, camera);
    hover(&mut window, "Original view", Vec2::new(40.0, 10.0));
    assert!(window.has("Magnified 3.3 x"), "still there elsewhere");
    window.press_with(Modifiers::SHIFT, Key::G);
    assert!(!window.has_text("Magnified"));
    turn_wheel(&mut window, 120.0, Modifiers::NONE);
    assert_ne!(window.look(Content::Original).camera, camera);
}

#[test]
fn measures_are_drawn_under_it_and_undo_does_not_know_it() {
    let mut window = Window::new().with_study();
    let newest_step = window.state().undo.undo_name();
    window.apply(UiCommand::Magnify(MagnifierCommand::Toggle));
    assert_eq!(window.state().undo.undo_name(), newest_step);
    window.press(Key::D);
    window.drag("Original view", [80.0, 0.0]);
    assert!(window.has_text("Length 1"));
    // The note on what a millimetre is lies over the picture until it fades.
    window.click("Dismiss");
    hover(&mut window, "Original view", Vec2::ZERO);
    assert!(window.has("Magnified 2.0 x"));
}

#[test]
fn the_magnifier_with_the_wipe_inside() {
    let Some(window) = Window::with_pictures() else {
        return;
    };
    let mut window = window.with_study().with_result();
    window.apply(UiCommand::SetLayout(Layout::Single));
    window.press(Key::W);
    window.press_with(Modifiers::SHIFT, Key::G);
    window.press(Key::Plus);
    hover(&mut window, "Soft tissue view", Vec2::new(-24.0, -60.0));
    window.snapshot("magnifier");
}
