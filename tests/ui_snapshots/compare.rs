//! Original and soft-tissue image within one view.

use crate::fake::Window;
use crate::phantom::defaults;
use diaphane::ui::{Compare, CompareTool, Content, Layout, UiCommand};
use diaphane::worker::SuppressionSettings;
use eframe::egui::{Key, Vec2};
use egui_kittest::kittest::Queryable as _;

fn tool(window: &Window) -> CompareTool {
    window.state().compare.tool
}

#[test]
fn keys_take_up_a_tool_and_lay_it_down() {
    let mut window = Window::new().with_study().with_result();
    window.press(Key::W);
    assert_eq!(tool(&window), CompareTool::Wipe);
    assert!(window.has("Angle of the line"));
    assert!(window.has_text("Original beside soft tissue"));
    window.press(Key::G);
    assert_eq!(tool(&window), CompareTool::Lens);
    window.press(Key::G);
    assert_eq!(tool(&window), CompareTool::Whole);
    window.click("Flicker");
    assert_eq!(tool(&window), CompareTool::Flicker);
    assert!(window.has("Flashes per second"));
}

#[test]
fn the_bone_slider_says_on_the_picture_how_much_is_off() {
    let mut window = Window::new().with_study().with_result();
    assert!(window.has("Bone taken off, %"));
    for _ in 0..3 {
        window.press(Key::OpenBracket);
    }
    assert!((window.state().compare.suppression - 0.7).abs() < 1e-6);
    assert!(window.has_text("Soft tissue, 70 % of the bone off"));
    for _ in 0..5 {
        window.press(Key::CloseBracket);
    }
    assert!(!window.has_text("of the bone off"));
    window.press(Key::OpenBracket);
    window.press(Key::R);
    assert_eq!(
        window.state().compare,
        Compare::default(),
        "reset is as loaded"
    );
}

#[test]
fn the_handle_of_the_wipe_drags_its_line_and_not_the_window() {
    let mut window = Window::new().with_study().with_result();
    let before = window.look(Content::SoftTissue).clone();
    window.press(Key::W);
    window.drag("Wipe handle", [80.0, 0.0]);
    let compare = window.state().compare;
    assert!(compare.wipe_position > 0.55, "{compare:?}");
    assert_eq!(*window.look(Content::SoftTissue), before);
    window.apply(UiCommand::SetCompare(Compare {
        suppression: 0.0,
        ..compare
    }));
    assert!(window.has_text("0 % of the bone off"));
}

#[test]
fn original_and_soft_tissue_are_exchanged_in_place() {
    let mut window = Window::new().with_study().with_result();
    window.press(Key::T);
    assert!(
        window.has("Soft tissue view"),
        "side by side shows both anyway"
    );
    window.press(Key::F6);
    assert!(window.has("Original view") && !window.has("Soft tissue view"));
    window.harness.key_down(Key::Space);
    window.harness.run();
    assert!(window.has("Soft tissue view"), "Space shows the other one");
    window.harness.key_up(Key::Space);
    window.harness.run();
    window.press(Key::T);
    assert!(window.has("Soft tissue view") && !window.has("Original view"));
}

#[test]
fn four_views_stand_two_by_two_and_share_their_zoom() {
    let mut window = Window::new().with_study().with_result();
    window.press(Key::F9);
    let rect = |name: &str| window.harness.get_by_label(name).rect();
    let original = rect("Original view");
    let soft = rect("Soft tissue view");
    let bone = rect("Bone view");
    let difference = rect("Original - soft tissue view");
    assert!(original.right() < soft.left() && original.bottom() < bone.top());
    assert!((bone.top() - difference.top()).abs() < 0.5 && bone.right() < difference.left());
    assert!((original.size() - difference.size()).length() < 1.0);
}

/// How many views say that what they show was processed.
fn num_labels(window: &Window) -> usize {
    let labels = window.harness.query_all_by_label_contains("AI-processed");
    labels.count()
}

#[test]
fn a_view_is_labelled_exactly_while_something_processed_is_in_it() {
    let mut window = Window::new().with_study().with_result();
    window.apply(UiCommand::SetLayout(Layout::Single));
    let compare = |tool, wipe_position, suppression| {
        UiCommand::SetCompare(Compare {
            tool,
            wipe_position,
            suppression,
            ..Compare::default()
        })
    };
    assert_eq!(num_labels(&window), 1);
    for (suppression, expected) in [(0.0, 0), (0.01, 1), (1.0, 1)] {
        window.apply(compare(CompareTool::Whole, 0.5, suppression));
        assert_eq!(num_labels(&window), expected, "{suppression}");
    }
    // The picture is upright in a broad view: the line stands right of it, just within it, and left of it.
    let view = window.harness.get_by_label("Soft tissue view").rect();
    let right = 0.5 + 0.5 * view.height() / view.width();
    for (position, expected) in [(right + 0.01, 0), (right - 0.01, 1), (0.0, 1)] {
        window.apply(compare(CompareTool::Wipe, position, 1.0));
        assert_eq!(num_labels(&window), expected, "{position}");
    }
    window.apply(compare(CompareTool::Lens, 0.5, 1.0));
    for (at, expected) in [(view.left_top() + Vec2::splat(5.0), 0), (view.center(), 1)] {
        window.harness.hover_at(at);
        window.harness.run();
        assert_eq!(num_labels(&window), expected, "{at:?}");
    }
    window.apply(compare(CompareTool::Whole, 0.5, 1.0));
    window.press(Key::T);
    assert_eq!(num_labels(&window), 0, "the original in its place");
    window.press(Key::T);
    window.harness.key_down(Key::Space);
    window.harness.step();
    assert_eq!(num_labels(&window), 0, "the original while Space is held");
}

#[test]
fn the_label_takes_turns_with_the_picture_in_the_flicker_and_no_text_jumps() {
    let mut window = Window::new().with_study().with_result();
    window.apply(UiCommand::SetLayout(Layout::Single));
    window.apply(UiCommand::ToggleCompareTool(CompareTool::Flicker));
    let place = |window: &Window| window.harness.get_by_label_contains("W 3000  Zoom").rect();
    let before = place(&window);
    let mut seen = [0, 0];
    for _ in 0..12 {
        window.harness.step();
        let seconds = window.harness.ctx.input(|input| input.time);
        let is_shown = window.state().compare.flicker_shows(seconds);
        assert_eq!(num_labels(&window), usize::from(is_shown), "{seconds}");
        assert_eq!(place(&window), before);
        seen[usize::from(is_shown)] += 1;
    }
    assert!(seen[0] > 2 && seen[1] > 2, "{seen:?}");
    // Two results take turns: both are processed.
    let settings = SuppressionSettings {
        leg_weight: 5.0,
        ..defaults()
    };
    window.apply(UiCommand::EditSettings(settings));
    let mut window = window.with_result();
    window.apply(UiCommand::CompareWithRun(Some(1)));
    for _ in 0..12 {
        window.harness.step();
        assert_eq!(num_labels(&window), 1);
    }
}

#[test]
fn without_a_soft_tissue_image_there_is_nothing_to_compare() {
    let window = Window::new().with_study();
    assert!(!window.has("Bone taken off, %"));
}
