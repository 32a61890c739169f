//! Several results of one study: shown, compared with each other, kept and forgotten.

use crate::fake::Window;
use crate::phantom::result;
use diaphane::metrics::ErrorBand;
use diaphane::radiograph::FloatImage;
use diaphane::ui::{Content, Layout, UiCommand};
use diaphane::worker::{EventKind, PathKind, Preview, SuppressionSettings};
use eframe::egui::{Key, Role};
use egui_kittest::kittest::Queryable as _;
use std::sync::Arc;

/// A study with results at LEG weights 3 (the default), 5 and 7, the last one shown.
fn with_three() -> Window {
    let mut window = Window::new().with_study().with_result();
    for leg_weight in [5.0, 7.0] {
        let settings = SuppressionSettings {
            leg_weight,
            ..window.state().settings().clone()
        };
        window.apply(UiCommand::EditSettings(settings));
        window.apply(UiCommand::ReleaseSettings);
        let (job, settings) = window.newest_request();
        window.report(job.id(), EventKind::Suppressed(Arc::new(result(settings))));
    }
    window
}

fn numbers(window: &Window) -> Vec<u64> {
    let runs = &window.state().study().expect("open").runs;
    runs.all().iter().map(|run| run.number).collect()
}

#[test]
fn a_result_chosen_again_sets_the_panel_to_what_made_it() {
    let mut window = with_three();
    assert_eq!(numbers(&window), [1, 2, 3]);
    window.apply(UiCommand::ShowRun(2));
    assert!((window.state().settings().leg_weight - 5.0).abs() < 1e-9);
    assert!(!window.has_text("Stale"));
}

#[test]
fn two_results_are_compared_and_named() {
    let mut window = with_three();
    window.apply(UiCommand::CompareWithRun(Some(1)));
    window.press(Key::W);
    assert!(window.has_text("Result 1 beside result 3"));
    window.harness.key_down(Key::Space);
    window.harness.run();
    assert!(
        window.has("Original view"),
        "the original is one key away all the same"
    );
    window.harness.key_up(Key::Space);
    window.harness.run();
    window.apply(UiCommand::CompareWithRun(None));
    assert!(window.has_text("Original beside soft tissue"));
}

#[test]
fn a_forgotten_result_gives_way_to_the_newest() {
    let mut window = with_three();
    window.apply(UiCommand::CompareWithRun(Some(2)));
    window.apply(UiCommand::ForgetRun(2));
    window.apply(UiCommand::ForgetRun(3));
    let runs = &window.state().study().expect("open").runs;
    assert_eq!(runs.shown().expect("the first").number, 1);
    assert!(runs.rival().is_none());
    assert!(window.look(Content::Original).voi == window.look(Content::SoftTissue).voi);
}

#[test]
fn several_pictures_averaged_have_an_uncertainty_in_every_view() {
    let mut window = Window::new().with_study().with_result();
    window.apply(UiCommand::SetLayout(Layout::Uncertainty));
    assert!(window.has_text("set Pictures averaged to 2 or more"));
    window.apply(UiCommand::SetNumSeeds(4));
    assert!(window.has_text("Stale"));
    window.apply(UiCommand::ReleaseSettings);
    let (job, settings) = window.newest_request();
    let num_seeds = window
        .desk
        .borrow()
        .requests
        .last()
        .expect("a request")
        .1
        .num_seeds;
    assert_eq!(num_seeds, 4);
    let mut several = result(settings);
    several.seeds = vec![0, 1, 2, 3];
    several.uncertainty = Some(several.soft_tissue.map(|_| 12.5));
    window.report(job.id(), EventKind::Suppressed(Arc::new(several)));
    assert!(window.has_text("Uncertainty of 4 pictures"));
    assert!(!window.has_text("Stale"));
    let view = window.harness.get_by_label("Uncertainty view").rect();
    window.harness.hover_at(view.center());
    window.harness.run();
    assert!(window.has_text("unc 12.5"));
    assert!(!window.has_text("\u{b1}"));
    window.apply(UiCommand::ShowRun(1));
    assert_eq!(
        window.state().num_seeds,
        1,
        "the panel says what made the result"
    );
}

/// Half-widths of a measured band are marked as such wherever they are read.
#[test]
fn a_measured_band_is_named_in_label_and_read_out() {
    let mut window = Window::new().with_study().with_result();
    window.apply(UiCommand::SetLayout(Layout::Uncertainty));
    window.apply(UiCommand::SetNumSeeds(4));
    window.apply(UiCommand::ReleaseSettings);
    let (job, settings) = window.newest_request();
    let mut several = result(settings);
    several.seeds = vec![0, 1, 2, 3];
    several.uncertainty = Some(several.soft_tissue.map(|_| 12.5));
    several.uncertainty_band = Some(ErrorBand {
        seed_factor: 3.0,
        taken_share: 0.2,
        floor: 0.01,
        num_seeds: 4,
    });
    window.report(job.id(), EventKind::Suppressed(Arc::new(several)));
    assert!(window.has_text("Uncertainty of 4 pictures (\u{b1}, 95 %)"));
    let view = window.harness.get_by_label("Uncertainty view").rect();
    window.harness.hover_at(view.center());
    window.harness.run();
    assert!(window.has_text("unc \u{b1}12.5"));
}

#[test]
fn the_last_run_is_told_where_the_next_one_shows_its_progress_and_nothing_below_moves() {
    let mut window = Window::new().with_study();
    let slider = |window: &Window| {
        let slider = (window.harness).get_by_role_and_label(Role::Slider, "LEG weight");
        slider.rect()
    };
    let place = slider(&window);
    assert!(window.has("Ready") && window.has_text("finds the lungs"));
    window.press(Key::S);
    let (job, settings) = window.newest_request();
    let grey = FloatImage::filled(8, 8, 0.5);
    job.set_preview(Preview::new(grey, PathKind::Global, 2, 8));
    window.harness.run();
    assert_eq!(slider(&window), place);
    let cancel = window.harness.get_by_label("Cancel run").rect();
    assert!(cancel.bottom() < place.top(), "{cancel:?}");
    window.report(job.id(), EventKind::Suppressed(Arc::new(result(settings))));
    assert_eq!(slider(&window), place);
    for told in [
        "This picture took 11 s",
        "Lungs once more: 5.0 s",
        "Fusing: 0.5 s",
        "4.0 s",
    ] {
        assert!(window.has(told), "{told}");
    }
    let longest = window.harness.get_by_label("5.0 s").rect();
    assert!(longest.bottom() < place.top() - 20.0, "{longest:?}");
}

#[test]
fn a_slider_stands_on_the_line_of_its_number() {
    let window = Window::new().with_study().with_result();
    let middle = |role, name: &str| {
        let node = window.harness.get_by_role_and_label(role, name);
        node.rect().center().y
    };
    for name in ["LEG weight", "Steps", "Bone taken off, %"] {
        let slider = middle(Role::Slider, name);
        let number = middle(Role::SpinButton, &format!("{name} value"));
        assert!((slider - number).abs() < 0.6, "{name}: {slider} {number}");
    }
}

#[test]
fn where_a_run_is_heading_is_shown_and_is_no_result() {
    let mut window = Window::new().with_study();
    window.press(Key::S);
    let (job, _) = window.newest_request();
    let grey = FloatImage::filled(8, 8, 0.5);
    job.set_preview(Preview::new(grey, PathKind::Global, 2, 8));
    window.harness.run();
    assert!(window.has_text("Preview of the whole picture: not a result"));
    assert!(window.state().study().expect("open").result().is_none());
    window.click("Cancel run");
    assert!(!window.has_text("Preview of"));
}

/// A window that is drawn again and again takes the cores that the networks need.
#[test]
fn a_run_that_tells_nothing_new_asks_for_no_frames() {
    let mut window = Window::new().with_study();
    window.press(Key::S);
    let (job, _) = window.newest_request();
    job.set_preview(Preview::new(
        FloatImage::filled(8, 8, 0.5),
        PathKind::Global,
        2,
        8,
    ));
    window.harness.run();
    for _ in 0..3 {
        window.harness.step();
    }
    let causes = window.harness.ctx.repaint_causes();
    let delay = window
        .harness
        .output()
        .viewport_output
        .values()
        .next()
        .map(|v| v.repaint_delay);
    assert!(
        delay > Some(std::time::Duration::from_millis(200)),
        "{delay:?}: {causes:?}"
    );
}
