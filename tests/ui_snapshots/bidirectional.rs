//! The longest diameter and the one across it: drawn, edited, taken back and kept.

use crate::fake::Window;
use crate::measures::only_file;
use diaphane::measure::{Point, Shape};
use diaphane::ui::{Tool, UiCommand};
use eframe::egui::{Key, Modifiers, Vec2};
use std::fs;

/// Both axes of the only measure.
fn axes(window: &Window) -> [[Point; 2]; 2] {
    match window.shapes()[..] {
        [Shape::Bidirectional { long, short }] => [long, short],
        _ => panic!("{:?}", window.shapes()),
    }
}

/// Cosine of the angle between two axes; the phantom's pixels are square.
fn cosine([long, short]: [[Point; 2]; 2]) -> f64 {
    let [a, b] = [long, short].map(|[from, to]| from.to(to));
    let length = |v: [f64; 2]| v[0].hypot(v[1]);
    (a[0] * b[0] + a[1] * b[1]) / (length(a) * length(b))
}

/// Pixels of 0.143 mm: 80 and 30 of them are 11.4 and 4.3 mm.
const DRAWN: [(f64, f64); 4] = [(8.0, 50.0), (88.0, 50.0), (40.0, 40.0), (43.0, 70.0)];

#[test]
fn two_drags_draw_it_and_the_list_has_both_lengths() {
    let mut window = Window::new().with_study();
    window.press_with(Modifiers::SHIFT, Key::D);
    assert!(window.has_text("Drag along the longest diameter, then across it"));
    for [from, to] in [[DRAWN[0], DRAWN[1]], [DRAWN[2], DRAWN[3]]] {
        let [from, to] = [from, to].map(|(x, y)| window.place(Point::new(x, y)));
        window.drag_from(from, to - from);
        // The note on what a millimetre is lies over the picture until it fades.
        if window.has("Dismiss") {
            window.click("Dismiss");
        }
    }
    let drawn = axes(&window);
    assert!(cosine(drawn).abs() < 1e-6, "{drawn:?}");
    assert!(drawn[1][0].distance_px(Point::new(40.0, 40.0)) < 0.1);
    assert!((drawn[1][1].y - 70.0).abs() < 0.1 && (drawn[1][1].x - 40.0).abs() < 0.1);
    assert!(window.has("Bidirectional 1: 11.4 x 4.3 mm (at detector)"));
}

#[test]
fn it_stays_perpendicular_whichever_end_is_dragged() {
    let mut window = Window::new().with_study();
    window.draw(Tool::Bidirectional, &DRAWN);
    window.press(Key::Escape);
    window.click("Dismiss");
    let before = axes(&window);
    let [long, short] = before;
    let zoom = window.zoom();
    let end = window.place(long[1]);
    window.drag_from(end, Vec2::new(-10.0, 25.0) * zoom);
    let turned = axes(&window);
    assert!(cosine(turned).abs() < 1e-6, "{turned:?}");
    assert!(turned[0][1].distance_px(Point::new(78.0, 75.0)) < 0.2);
    let length = |[from, to]: [Point; 2]| from.distance_px(to);
    assert!((length(turned[1]) - length(short)).abs() < 1e-6);
    let end = window.place(turned[1][0]);
    window.drag_from(end, Vec2::new(6.0, -12.0) * zoom);
    let stretched = axes(&window);
    assert_eq!(stretched[0], turned[0]);
    assert!(cosine(stretched).abs() < 1e-6, "{stretched:?}");
    let moved = turned[1][0].moved([6.0, -12.0]);
    assert!(stretched[1][0].distance_px(moved) < 0.2, "{stretched:?}");
    window.apply(UiCommand::Undo);
    window.apply(UiCommand::Undo);
    assert_eq!(axes(&window), before, "each drag is one step");
}

#[test]
fn it_is_there_again_the_next_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = Window::opened(folder.path());
    window.draw(Tool::Bidirectional, &DRAWN);
    assert!(window.wait_until(|_| only_file(folder.path(), ".json").is_some()));
    let path = only_file(folder.path(), ".json").expect("written");
    let text = fs::read_to_string(path).expect("text");
    assert!(text.contains("\"kind\": \"bidirectional\""), "{text}");
    let mut next = Window::opened(folder.path());
    assert!(next.wait_until(|next| next.has_text("Bidirectional 1: 11.4 x 4.3 mm")));
    assert_eq!(axes(&next), axes(&window));
}
