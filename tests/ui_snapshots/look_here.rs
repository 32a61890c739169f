//! Places to look at twice: rings over the pictures and a list beside them.

use crate::fake::Window;
use crate::phantom::{SIDE, defaults, result};
use diaphane::ui::{Compare, CompareTool, Content, Layout, UiCommand, Zoom};
use diaphane::worker::{EventKind, Mark, MarkReason, SuppressionSettings};
use eframe::egui::{Key, Vec2};
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

/// Results 1 and 2 of one study, each with one mark of its own, result 2 shown and compared with result 1: at three
/// quarters and at one quarter of the picture's width.
fn with_two_marked() -> Window {
    two_marked(Window::new())
}

fn two_marked(window: Window) -> Window {
    let mut window = window.with_study();
    for (share, leg_weight) in [(0.75, 3.0), (0.25, 5.0)] {
        let settings = SuppressionSettings {
            leg_weight,
            ..defaults()
        };
        window.apply(UiCommand::EditSettings(settings));
        window.apply(UiCommand::Suppress);
        let (job, settings) = window.newest_request();
        let mut marked = result(settings);
        marked.marks = vec![Mark {
            reason: MarkReason::DetailLost,
            row_px: 0.5 * SIDE as f64,
            col_px: share * SIDE as f64,
            radius_px: 6.0,
            score: 1.0,
        }];
        window.report(job.id(), EventKind::Suppressed(Arc::new(marked)));
    }
    window.apply(UiCommand::CompareWithRun(Some(1)));
    window
}

fn ring_of(run: u64) -> String {
    format!("Look here, 1 of result {run}: something round was taken with the bones")
}

/// Of how many rings of results 1 and 2 the tags stand in this view.
fn rings_in(window: &Window, view: &str) -> [usize; 2] {
    let view = window.harness.get_by_label(view).rect();
    [1, 2].map(|run| {
        let name = ring_of(run);
        let tags = window.harness.query_all_by_label(&name);
        tags.filter(|tag| view.contains(tag.rect().center()))
            .count()
    })
}

#[test]
fn of_two_results_each_view_has_the_rings_of_its_own() {
    let mut window = with_two_marked();
    assert_eq!(rings_in(&window, "Result 1 view"), [1, 0]);
    assert_eq!(rings_in(&window, "Result 2 view"), [0, 1]);
    window.apply(UiCommand::SetLayout(Layout::Four));
    assert_eq!(rings_in(&window, "Bone view"), [0, 1]);
    let difference = "Result 1 - result 2 view";
    assert_eq!(rings_in(&window, difference), [1, 1], "of both, told apart");
    window.apply(UiCommand::CompareWithRun(None));
    for view in ["Original view", "Soft tissue view"] {
        assert_eq!(rings_in(&window, view), [0, 1], "{view}");
    }
}

#[test]
fn within_one_view_rings_stand_on_the_side_of_their_own_result_alone() {
    let mut window = with_two_marked();
    window.apply(UiCommand::SetLayout(Layout::Single));
    let view = "Result 2 view";
    assert_eq!(rings_in(&window, view), [0, 1]);
    let compare = |tool, position, suppression| {
        UiCommand::SetCompare(Compare {
            tool,
            wipe_position: position,
            suppression,
            ..Compare::default()
        })
    };
    // Result 2 is shown right of the line, and its mark is at the left; the other's is at the right.
    for (position, expected) in [(0.1, [0, 1]), (0.5, [0, 0]), (0.9, [1, 0])] {
        window.apply(compare(CompareTool::Wipe, position, 1.0));
        assert_eq!(rings_in(&window, view), expected, "{position}");
    }
    for (suppression, expected) in [(1.0, [0, 1]), (0.5, [1, 1]), (0.0, [1, 0])] {
        window.apply(compare(CompareTool::Whole, 0.5, suppression));
        assert_eq!(rings_in(&window, view), expected, "{suppression}");
    }
    window.apply(compare(CompareTool::Lens, 0.5, 1.0));
    let rect = window.harness.get_by_label(view).rect();
    window.harness.hover_at(rect.left_top() + Vec2::splat(20.0));
    window.harness.run();
    assert_eq!(rings_in(&window, view), [1, 0], "the lens lies on no mark");
    let side = rect.width().min(rect.height());
    window
        .harness
        .hover_at(rect.center() - Vec2::new(0.25 * side, 0.0));
    window.harness.run();
    assert_eq!(rings_in(&window, view), [1, 1], "the lens lies on its mark");
}

#[test]
fn the_list_says_which_result_a_place_was_found_in() {
    let mut window = with_two_marked();
    for run in [1, 2] {
        assert!(window.has(&format!("Look here, result {run}: 1 place")));
        let row = format!("Result {run}, {NODULE}");
        assert!(window.has(&row), "{row}");
    }
    window.click(&format!("Result 1, {NODULE}"));
    let [across, _] = window.look(window.state().active_content()).camera.center;
    assert!((across - 0.75).abs() < 1e-3);
    window.apply(UiCommand::CompareWithRun(None));
    assert!(window.has("Look here, result 2: 1 place") && !window.has_text("result 1: 1 place"));
}

#[test]
fn a_picture_of_the_rings_of_two_results() {
    let Some(window) = Window::with_pictures() else {
        return;
    };
    let mut window = two_marked(window);
    window.apply(UiCommand::SetLayout(Layout::Four));
    window.snapshot("look_here_two_results");
}
