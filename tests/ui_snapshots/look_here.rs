//! Places to look at twice: rings over the pictures and a list beside them.

use crate::fake::Window;
use crate::phantom::result;
use diaphane::ui::{Content, Layout, UiCommand, Zoom};
use diaphane::worker::{EventKind, Mark, MarkReason};
use eframe::egui::Key;
use egui_kittest::kittest::Queryable as _;
use std::sync::Arc;

const NODULE: &str = "1: something round was taken with the bones";
const RING: &str = "Look here, 1: something round was taken with the bones";

/// A study whose result has two marks, the first in its upper left quarter.
fn with_marks() -> Window {
    marked(Window::new())
}

fn marked(window: Window) -> Window {
    let mut window = window.with_study();
    let (width, height) = {
        let study = window.state().study().expect("open");
        study.radiograph.size()
    };
    window.apply(UiCommand::Suppress);
    let (job, settings) = window.newest_request();
    let mark = |reason, share: f64| Mark {
        reason,
        row_px: share * height as f64,
        col_px: share * width as f64,
        radius_px: 6.0,
        score: 1.0,
    };
    let mut marked = result(settings);
    marked.marks = vec![
        mark(MarkReason::DetailLost, 0.25),
        mark(MarkReason::OutsideLungs, 0.6),
    ];
    window.report(job.id(), EventKind::Suppressed(Arc::new(marked)));
    window
}

fn num_rings(window: &Window) -> usize {
    window.harness.query_all_by_label(RING).count()
}

#[test]
fn every_view_has_the_rings_and_one_key_takes_them_away() {
    let mut window = with_marks();
    for (layout, num_views) in [(Layout::Single, 1), (Layout::SideBySide, 2)] {
        window.apply(UiCommand::SetLayout(layout));
        assert_eq!(num_rings(&window), num_views, "{layout:?}");
    }
    let view = window.harness.get_by_label("Original view").rect();
    let mut rings = window.harness.query_all_by_label(RING);
    assert!(rings.any(|ring| view.contains(ring.rect().center())));
    drop(rings);
    window.press(Key::M);
    assert_eq!(num_rings(&window), 0);
    assert!(window.has(NODULE), "the list stays");
    window.press(Key::M);
    assert_eq!(num_rings(&window), 2);
}

#[test]
fn a_row_brings_its_place_to_the_middle_where_space_compares_it() {
    let mut window = with_marks();
    assert!(window.has("Look here: 2 places"));
    assert!(window.has("2: changed far from the lungs"));
    window.apply(UiCommand::SetLayout(Layout::Single));
    window.click(NODULE);
    let camera = window.look(Content::SoftTissue).camera;
    assert!(
        camera
            .center
            .iter()
            .all(|share| (share - 0.25).abs() < 1e-3)
    );
    // 48 points on the screen for a radius of 6 pixels.
    assert_eq!(camera.zoom, Zoom::Scale(8.0));
    let view = window.harness.get_by_label("Soft tissue view").rect();
    let ring = window.harness.get_by_label(RING).rect();
    let off = ring.center() - view.center();
    assert!(off.x > 0.0 && off.y < 0.0 && off.length() < 70.0, "{off:?}");
    window.harness.key_down(Key::Space);
    window.harness.run();
    assert!(window.has("Original view"));
    assert_eq!(window.harness.get_by_label(RING).rect(), ring);
}

#[test]
fn a_place_that_is_enlarged_already_is_not_made_smaller() {
    let mut window = with_marks();
    let mut camera = window.look(Content::SoftTissue).camera;
    camera.zoom = Zoom::Scale(20.0);
    window.apply(UiCommand::SetCamera(Content::SoftTissue, camera));
    window.click(NODULE);
    assert_eq!(
        window.look(Content::SoftTissue).camera.zoom,
        Zoom::Scale(20.0)
    );
}

#[test]
fn an_empty_list_acquits_nobody() {
    let mut window = Window::new().with_study();
    assert!(!window.has_text("Look here"));
    window = window.with_result();
    assert!(window.has("Look here"));
    assert!(window.has("No place was marked. That does not mean that there is none."));
    assert!(!window.has_text("0 places") && !window.has("Rings over the pictures"));
}

#[test]
fn a_picture_of_the_rings() {
    let Some(window) = Window::with_pictures() else {
        return;
    };
    marked(window).snapshot("look_here");
}
