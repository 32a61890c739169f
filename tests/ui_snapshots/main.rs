//! The window, asked through its accessibility tree first and looked at second.
//!
//! A fake engine stands in for the worker: it records commands and reports what a test says. The
//! pictures in `snapshots/` are made with lavapipe on Linux; a machine without any graphics adapter
//! skips them.
#![cfg(feature = "gui")]

mod access;
#[path = "../support/adapter.rs"]
mod adapter;
mod bidirectional;
mod browse;
mod calibration;
mod compare;
mod compute;
mod crosshair;
mod display;
mod doubts;
mod evidence;
mod fake;
mod folders;
mod held_out;
mod hidden;
mod inference;
mod key_image;
mod listing;
mod look_here;
mod magnifier;
mod mask;
mod measures;
mod nodule;
mod overlay;
mod own_windows;
mod panel_pictures;
mod per_study;
mod phantom;
mod places;
mod prior;
mod queue;
mod remedies;
mod results;
mod saving;
mod scrub;
mod search;
mod session;
mod shell;
mod site_adapter;
#[path = "../support/mod.rs"]
mod support;
mod sweep;
mod tags;
mod training;
mod trial;
mod true_size;
mod undo;
mod windows;

use diaphane::radiograph::{Raster, StoredValues};
use diaphane::ui::{Content, Layout, UiCommand};
use diaphane::worker::{EventKind, Progress, Stage, StageSteps};
use eframe::egui::{Key, Modifiers, Pos2, Role, Vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use fake::Window;
use phantom::{defaults, radiograph, result, stored};
use std::sync::Arc;

#[test]
fn an_empty_window_says_what_to_do_and_what_it_is_for() {
    let mut window = Window::new();
    window.harness.run();
    assert!(window.has("Research use only - companion image, read with the original"));
    assert!(window.has_text("Open a chest radiograph"));
    assert!(window.has("No model loaded"));
    let suppress = window.harness.get_by_label("Suppress");
    assert!(suppress.accesskit_node().is_disabled());
}

#[test]
fn suppress_sends_the_settings_and_cancel_raises_the_flag() {
    let mut window = Window::new().with_study();
    window.click("Suppress");
    let (job, settings) = window.newest_request();
    assert_eq!((window.num_requests(), settings), (1, defaults()));
    job.set_progress(Progress {
        stage: Stage::Global,
        done: 3,
        total: 20,
        fraction: 0.25,
        eta_secs: Some(40.0),
        stages: StageSteps::default(),
    });
    window.harness.run();
    assert!(window.has("Whole picture, step 3 of 20, about 40 s left"));
    assert!(
        !window.has("Suppress"),
        "nothing that stops a run stands there"
    );
    window.click("Cancel run");
    assert!(job.is_cancelled());
    assert!(window.has("Suppress") && window.has_text("The run was stopped"));
}

#[test]
fn one_stroke_of_escape_too_many_ends_no_run() {
    let mut window = Window::new().with_study();
    window.press(Key::F1);
    window.press(Key::S);
    let (job, _) = window.newest_request();
    window.press(Key::Escape);
    window.press(Key::Escape);
    assert!(!job.is_cancelled() && window.has_text("Press Escape again to stop the run"));
    window.press(Key::Escape);
    assert!(job.is_cancelled() && window.has_text("The run was stopped"));
}

#[test]
fn without_a_model_the_reader_is_told_how_to_load_one() {
    let mut window = Window::new();
    window.apply(UiCommand::ShowRadiograph(Arc::new(radiograph("first"))));
    window.press(Key::S);
    assert_eq!(window.num_requests(), 0);
    assert!(window.has_text("No model is loaded"));
}

#[test]
fn a_failure_is_a_sentence_that_can_be_dismissed() {
    let mut window = Window::new().with_study();
    window.click("Suppress");
    let (job, _) = window.newest_request();
    let sentence = "The lungs were not found; draw a mask.";
    window.report(job.id(), EventKind::Failed(sentence.into()));
    assert!(window.has(sentence));
    assert!(window.has("Suppress"), "the window goes on");
    window.click("Dismiss");
    assert!(!window.has(sentence));
}

#[test]
fn a_busy_worker_is_named_and_nothing_is_lost() {
    let mut window = Window::new().with_study().with_result();
    window.apply(UiCommand::SetNumSeeds(2));
    window.desk.borrow_mut().busy = true;
    window.press(Key::S);
    assert!(window.has("the worker is busy"));
    assert!(window.has("Soft tissue view"));
    assert!(!window.has_text("a new picture is being made"));
}

#[test]
fn a_slider_runs_once_when_let_go() {
    let mut window = Window::new().with_study().with_result();
    let before = window.num_requests();
    let rail = window
        .harness
        .get_by_role_and_label(Role::Slider, "LEG weight")
        .rect();
    let start = rail.center();
    window.harness.drag_at(start);
    for step in 1..=5 {
        let to = Pos2::new(start.x + 10.0 * step as f32, start.y);
        window.harness.hover_at(to);
        window.harness.run();
    }
    assert_eq!(
        window.num_requests(),
        before,
        "nothing runs while the slider moves"
    );
    assert!(window.has("Stale: made with other settings"));
    window.harness.drop_at(Pos2::new(start.x + 50.0, start.y));
    window.harness.run();
    assert_eq!(window.num_requests(), before + 1);
    let (_, settings) = window.newest_request();
    assert!(settings.leg_weight > 3.5, "{}", settings.leg_weight);
    assert!(window.has("Stale: a new picture is being made"));
}

#[test]
fn the_newest_request_counts() {
    let mut window = Window::new().with_study().with_result();
    window.apply(UiCommand::SetNumSeeds(2));
    window.press(Key::S);
    let (older, _) = window.newest_request();
    window.apply(UiCommand::SetNumSeeds(1));
    let mut settings = window.harness.state().state().settings().clone();
    settings.steps = 7;
    window.apply(UiCommand::EditSettings(settings.clone()));
    window.apply(UiCommand::ReleaseSettings);
    let (newer, _) = window.newest_request();
    assert!(older.is_cancelled() && !newer.is_cancelled());
    // What the older job still has to say changes nothing.
    let late = result(defaults());
    window.report(older.id(), EventKind::Suppressed(Arc::new(late)));
    assert!(window.has("Stale: a new picture is being made"));
    window.report(
        newer.id(),
        EventKind::Suppressed(Arc::new(result(settings))),
    );
    assert!(!window.has_text("Stale"));
}

#[test]
fn holding_space_shows_the_original_in_place() {
    let mut window = Window::new().with_study().with_result();
    window.apply(UiCommand::SetLayout(Layout::Single));
    assert!(window.has("Soft tissue view") && !window.has("Original view"));
    window.harness.key_down(Key::Space);
    window.harness.run();
    assert!(window.has("Original view") && !window.has("Soft tissue view"));
    window.harness.key_up(Key::Space);
    window.harness.run();
    assert!(window.has("Soft tissue view") && !window.has("Original view"));
}

#[test]
fn a_soft_tissue_image_is_always_labelled() {
    let mut window = Window::new().with_study().with_result();
    for layout in [
        Layout::SideBySide,
        Layout::Stacked,
        Layout::Single,
        Layout::Difference,
        Layout::Three,
        Layout::Four,
    ] {
        window.apply(UiCommand::SetLayout(layout));
        assert!(window.has_text("AI-processed"), "{layout:?}");
        assert!(window.has_text("Research use only"), "{layout:?}");
    }
}

#[test]
fn reset_is_exactly_as_loaded() {
    let mut window = Window::new().with_study().with_result();
    let loaded = window
        .harness
        .state()
        .state()
        .study()
        .expect("open")
        .clone();
    let view = window.harness.get_by_label("Original view").rect().center();
    window.harness.drag_at(view);
    window
        .harness
        .hover_at(Pos2::new(view.x + 60.0, view.y + 25.0));
    window
        .harness
        .drop_at(Pos2::new(view.x + 60.0, view.y + 25.0));
    window.press(Key::I);
    window.press(Key::Z);
    let changed = window
        .harness
        .state()
        .state()
        .study()
        .expect("open")
        .clone();
    let content = Content::Original;
    let (before, after) = (loaded.looks.of(content), changed.looks.of(content));
    assert_ne!(after.voi, before.voi);
    assert_ne!(after.camera, before.camera);
    assert!(after.inverted && window.has_text("Inverted"));
    window.press_with(Modifiers::SHIFT, Key::H);
    assert!(window.has_text("Mirrored left-right"));
    window.press(Key::R);
    let reset = window.harness.state().state().study().expect("open");
    assert_eq!(reset.looks, loaded.looks);
    assert!(reset.result().is_some());
}

#[test]
fn page_keys_turn_over_studies_and_results_stay_with_theirs() {
    let mut window = Window::new().with_study();
    window.apply(UiCommand::ShowRadiograph(Arc::new(radiograph("second"))));
    assert!(window.has("File 2 of 2"));
    window.press(Key::S);
    let (job, settings) = window.newest_request();
    window.press(Key::PageUp);
    assert!(window.has("File 1 of 2"));
    window.report(job.id(), EventKind::Suppressed(Arc::new(result(settings))));
    assert!(window.has("No soft-tissue image yet: press Suppress"));
    window.press(Key::PageDown);
    assert!(!window.has("No soft-tissue image yet: press Suppress"));
}

#[test]
fn help_lists_the_keys() {
    let mut window = Window::new();
    window.press(Key::F1);
    window.click_in_list("Mouse and keys");
    let first = window.harness.get_by_label("Left drag: right").rect();
    assert!(
        first.top() > 0.0,
        "the list begins on the screen: {first:?}"
    );
    for action in diaphane::ui::ACTIONS {
        assert!(window.has(action.label), "{}", action.label);
    }
}

#[test]
fn the_probe_reads_every_image() {
    let mut window = Window::new().with_study().with_result();
    let view = window.harness.get_by_label("Original view").rect();
    window.harness.hover_at(view.center());
    window.harness.run();
    let at = window
        .harness
        .state()
        .state()
        .probe
        .expect("inside the image");
    let (row, col) = (at.row, at.col);
    // In short: 1280 points have no room for more.
    let expected = format!("stored {}", stored(row, col));
    assert!(window.has_text(&expected), "{expected}");
    assert!(window.has_text("soft "));
}

#[test]
fn in_the_smallest_window_no_warning_is_cut() {
    let mut window = Window::new().with_study().with_result();
    window.apply(UiCommand::SetLayout(Layout::Three));
    window.apply(UiCommand::ShowRadiograph(Arc::new(radiograph("second"))));
    window.press(Key::PageUp);
    window.harness.set_size(Vec2::new(900.0, 560.0));
    window.harness.run();
    let banner = "Research use only - companion image, read with the original";
    let banner = window.harness.get_by_label(banner).rect();
    assert!(
        banner.width() > 100.0 && banner.right() < 900.0,
        "{banner:?}"
    );
    let view = window.harness.get_by_label("Soft tissue view").rect();
    let labels = window.harness.query_all_by_label_contains("AI-processed");
    let label = labels.map(|label| label.rect()).next().expect("a label");
    assert!(
        view.expand(1.0).contains_rect(label),
        "{label:?} in {view:?}"
    );
}

#[test]
fn pictures() {
    let Some(window) = Window::with_pictures() else {
        return;
    };
    let mut window = window.with_study();
    window.snapshot("before_suppression");
    let mut window = window.with_result();
    window.snapshot("side_by_side");
    window.apply(UiCommand::ToggleOutline);
    window.apply(UiCommand::SetLayout(Layout::Three));
    window.snapshot("three_with_outline");
    window.apply(UiCommand::ToggleInvert);
    window.apply(UiCommand::SetLayout(Layout::Single));
    let mut settings = defaults();
    settings.leg_weight = 1.0;
    window.apply(UiCommand::EditSettings(settings));
    window.snapshot("single_inverted_stale");
}

#[test]
fn a_radiograph_larger_than_the_adapter_is_refused_in_a_sentence() {
    let Some(mut window) = Window::with_pictures() else {
        return;
    };
    let limit = window
        .harness
        .state()
        .state()
        .texture_limit
        .expect("an adapter");
    let mut wide = radiograph("wide");
    wide.stored = StoredValues::U16(Raster::filled(limit as usize + 1, 1, 0));
    window.apply(UiCommand::ShowRadiograph(Arc::new(wide)));
    assert!(window.has_text("more than this graphics adapter can show"));
}
