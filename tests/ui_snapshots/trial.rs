//! What a radiologist stumbled over in a first sitting.

use crate::fake::Window;
use crate::phantom::{radiograph, result};
use diaphane::radiograph::FloatImage;
use diaphane::ui::{BrowseCommand, Layout, SeedMode, ShellCommand, UiCommand};
use diaphane::worker::{
    EventKind, PathKind, Preview, Progress, Stage, StageSteps, SuppressionResult,
    SuppressionSettings,
};
use eframe::egui::{Key, Modifiers, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use std::sync::Arc;

impl Window {
    /// One more result of the study shown, at another LEG weight, as `change` makes it.
    fn add_result(&mut self, leg_weight: f64, change: impl FnOnce(&mut SuppressionResult)) {
        let settings = SuppressionSettings {
            leg_weight,
            ..self.state().settings().clone()
        };
        self.apply(UiCommand::EditSettings(settings));
        self.apply(UiCommand::ReleaseSettings);
        let (job, settings) = self.newest_request();
        let mut made = result(settings);
        change(&mut made);
        self.report(job.id(), EventKind::Suppressed(Arc::new(made)));
    }

    fn height_of(&self, label: &str) -> f32 {
        self.harness.get_by_label(label).rect().height()
    }
}

fn with_results(number: usize) -> Window {
    let mut window = Window::new().with_study().with_result();
    for i in 1..number {
        window.add_result(3.0 + 0.25 * i as f64, |_| {});
    }
    window
}

#[test]
fn results_take_the_same_height_however_many_there_are() {
    let mut window = with_results(2);
    let height = window.height_of("Soft tissue view");
    for i in 2..8 {
        window.add_result(3.0 + 0.25 * f64::from(i), |_| {});
        assert!((window.height_of("Soft tissue view") - height).abs() < 0.5);
    }
    assert!(window.has("Show result 8") && window.has("Show result 1"));
    window.apply(UiCommand::ShowRadiograph(Arc::new(radiograph("before"))));
    window.apply(UiCommand::SelectStudy(0));
    let prior = BrowseCommand::SetPrior(Some(1));
    window.apply(UiCommand::Browse(prior));
    assert!(window.has("Prior view"));
    assert!((window.height_of("Soft tissue view") - height).abs() < 0.5);
}

#[test]
fn the_palette_shows_rows_to_the_bottom_of_the_window() {
    let mut window = Window::new().with_study().with_result();
    window.press_with(Modifiers::COMMAND, Key::K);
    // A click finds only what is really on the screen.
    let twelfth = {
        let rows = window.harness.query_all_by_role(Role::ListBoxOption);
        let mut rows: Vec<_> = rows.map(|row| row.rect()).collect();
        rows.sort_by(|a, b| a.top().total_cmp(&b.top()));
        rows[11]
    };
    assert!(twelfth.bottom() < 720.0);
    let label = "Original | soft tissue | difference (F8)";
    let three = window.harness.get_by_label(label).rect();
    assert!(three.top() <= twelfth.top() + 40.0, "{three:?}");
    window.click(label);
    assert_eq!(window.state().layout, Layout::Three);
}

#[test]
fn the_first_letters_of_a_word_find_it() {
    let mut window = Window::new().with_study().with_result();
    window.apply(UiCommand::Shell(ShellCommand::TogglePalette));
    let field = window.harness.get_by_label("Find a command");
    field.type_text("hist");
    window.harness.run();
    window.press(Key::Enter);
    assert_eq!(window.state().shell.histogram_asked, 1);
    let handle = window
        .harness
        .get_by_label("Upper end of the window")
        .rect();
    assert!(handle.bottom() < 700.0, "it is in sight: {handle:?}");
}

/// Results 1 and 2, the second shown and compared with the first; it is 3 grey values lower everywhere.
fn comparing() -> Window {
    let mut window = Window::new().with_study().with_result();
    window.add_result(5.0, |made| {
        made.soft_tissue = made.soft_tissue.map(|v| v - 3.0);
    });
    window.apply(UiCommand::CompareWithRun(Some(1)));
    window
}

#[test]
fn two_results_stand_side_by_side_and_the_original_is_one_key_away() {
    let mut window = comparing();
    assert!(window.has("Result 1 view") && window.has("Result 2 view"));
    assert!(!window.has("Original view"));
    let labels = window.harness.query_all_by_label_contains("AI-processed");
    assert_eq!(labels.count(), 2, "both are made by networks");
    window.harness.key_down(Key::Space);
    window.harness.run();
    assert!(window.has("Original view") && !window.has("Result 1 view"));
    window.harness.key_up(Key::Space);
    window.harness.run();
    assert!(window.has("Result 1 to result 2, %") && !window.has("Bone taken off, %"));
    let view = window.harness.get_by_label("Result 2 view").rect();
    window.harness.hover_at(view.center());
    window.harness.run();
    assert!(window.has_text("difference     3.0") || window.has_text("diff 3.0"));
    window.apply(UiCommand::CompareWithRun(None));
    assert!(window.has("Original view") && window.has("Soft tissue view"));
    assert!(window.has("Bone taken off, %"));
}

#[test]
fn the_difference_of_two_results_has_a_scale_of_its_own() {
    let mut window = comparing();
    window.apply(UiCommand::SetLayout(Layout::Difference));
    assert!(window.has("Result 1 - result 2 view"));
    let words = "Scale of the difference, grey values: +3.00 result 2 lower, -3.00 result 2 higher";
    assert!(window.has(words));
    window.apply(UiCommand::SetDifferenceLimit(6.0));
    assert!(window.has_text("+6.00 result 2 lower"));
    window.apply(UiCommand::CompareWithRun(None));
    assert!(window.has_text("+610 taken away, -610 added"));
    window.apply(UiCommand::CompareWithRun(Some(1)));
    assert!(
        window.has_text("+3.00 result 2 lower"),
        "as it fits this pair"
    );
}

/// Two results, the second of four pictures whose deviation grows from 0 to 57 over the picture.
fn uncertain(window: Window) -> Window {
    let mut window = window.with_study().with_result();
    window.apply(UiCommand::SetNumSeeds(4));
    window.add_result(3.5, |made| {
        made.seeds = vec![0, 1, 2, 3];
        let mut row = 0.0;
        made.soft_tissue = made.soft_tissue.map(|v| {
            row += 1.0 / 96.0;
            v + 20.0 * f32::sin(row / 8.0)
        });
        let mut number = 0.0;
        let last = made.soft_tissue.values().len() as f32 - 1.0;
        made.uncertainty = Some(made.soft_tissue.map(|_| {
            number += 1.0;
            57.0 * (number - 1.0) / last
        }));
    });
    window.apply(UiCommand::SetLayout(Layout::Uncertainty));
    window
}

#[test]
fn an_uncertainty_has_a_scale_with_numbers_that_fits_it() {
    let mut window = uncertain(Window::new());
    let words = |end: &str| {
        format!(
            "Scale of the uncertainty, standard deviation in grey values: {end} uncertain, 0 certain"
        )
    };
    assert!(window.has(&words("57.0")));
    window.apply(UiCommand::SetUncertaintyLimit(20.0));
    assert!(window.has(&words("20.0")));
    window.press(Key::R);
    assert!(window.has(&words("57.0")), "reset is as it fits");
    let slider = "Uncertainty range";
    assert!(window.has(slider));
    window.apply(UiCommand::ShowRun(1));
    assert!(!window.has(slider), "a result of one picture has none");
}

#[test]
fn a_narrow_line_of_values_drops_the_least_and_cuts_none() {
    let mut window = uncertain(Window::new());
    let view = window.harness.get_by_label("Uncertainty view").rect();
    window.harness.hover_at(view.center());
    window.harness.run();
    // 1280 points: every value in short.
    for part in [
        "value 3000.0",
        "soft 2595.",
        "diff 404.",
        "bone 13.3 %",
        "unc 28.",
    ] {
        assert!(window.has_text(part), "{part}");
    }
    window.harness.set_size([900.0, 560.0].into());
    window.harness.run();
    let view = window.harness.get_by_label("Uncertainty view").rect();
    window.harness.hover_at(view.center());
    window.harness.run();
    assert!(window.has_text("value 3000.0") && window.has_text("soft 2595."));
    assert!(!window.has_text("stored"));
}

#[test]
fn the_flicker_names_the_picture_that_is_on() {
    let mut window = Window::new().with_study().with_result();
    window.apply(UiCommand::SetLayout(Layout::Single));
    window.press(Key::K);
    let mut named = [false, false];
    for _ in 0..240 {
        window.harness.step();
        let on = ["Original\nPHANTOM", "Soft tissue\nPHANTOM"].map(|text| window.has_text(text));
        assert_ne!(on[0], on[1], "one of them is on");
        for (name, is_on) in named.iter_mut().zip(on) {
            *name |= is_on;
        }
    }
    assert_eq!(named, [true, true]);
    assert!(!window.has_text("in turn"));
}

#[test]
fn pictures_of_an_uncertainty_and_of_two_results() {
    let Some(window) = Window::with_pictures() else {
        return;
    };
    let mut window = uncertain(window);
    window.snapshot("uncertainty");
    window.apply(UiCommand::CompareWithRun(Some(1)));
    window.apply(UiCommand::SetLayout(Layout::Three));
    window.snapshot("two_results");
}

#[test]
fn the_panel_keeps_its_place_when_a_preview_comes_and_when_something_is_measured() {
    let mut window = Window::new().with_study();
    let slider = |window: &Window| {
        let slider = window
            .harness
            .query_all_by_role_and_label(Role::Slider, "LEG weight");
        slider.map(|slider| slider.rect()).next().expect("a slider")
    };
    let before = slider(&window);
    window.press(Key::S);
    assert_eq!(slider(&window), before, "a run");
    let (job, settings) = window.newest_request();
    let grey = FloatImage::filled(64, 48, 0.5);
    job.set_preview(Preview::new(grey, PathKind::Global, 2, 8));
    window.harness.run();
    assert!(window.has("Preview of the whole picture: not a result"));
    assert_eq!(slider(&window), before, "its preview");
    window.report(job.id(), EventKind::Suppressed(Arc::new(result(settings))));
    assert_eq!(slider(&window), before, "its end");
    let compare = window
        .harness
        .get_by_role_and_label(Role::Slider, "Bone taken off, %")
        .rect();
    window.press(Key::D);
    window.drag("Original view", [60.0, 20.0]);
    assert!(window.has("Measures"));
    assert_eq!(slider(&window), before, "a measure");
    assert_eq!(
        window
            .harness
            .get_by_role_and_label(Role::Slider, "Bone taken off, %")
            .rect(),
        compare
    );
    assert!(compare.bottom() < 540.0, "it is in sight: {compare:?}");
}

#[test]
fn one_count_says_how_far_a_run_is() {
    let mut window = Window::new().with_study();
    window.press(Key::S);
    let (job, _) = window.newest_request();
    job.set_progress(Progress {
        stage: Stage::Global,
        done: 1,
        total: 24,
        fraction: 0.02,
        eta_secs: None,
        stages: StageSteps::default(),
    });
    job.set_preview(Preview::new(
        FloatImage::filled(64, 48, 0.5),
        PathKind::Global,
        1,
        8,
    ));
    window.harness.run();
    let counts = window.harness.query_all_by_label_contains("step ");
    assert_eq!(counts.count(), 1);
    assert!(window.has("Whole picture, step 1 of 24"));
}

#[test]
fn results_say_what_tells_them_apart_and_none_is_made_twice() {
    let mut window = Window::new().with_study().with_result();
    window.apply(UiCommand::SetNumSeeds(3));
    window.add_result(3.0, |made| made.seeds = vec![0, 1, 2]);
    assert!(window.has("2: LEG 3, 20 steps, mean of 3"));
    assert!(window.has("1: LEG 3, 20 steps, seed 0"));
    let before = window.num_requests();
    window.press(Key::S);
    assert_eq!(window.num_requests(), before, "nothing runs");
    assert!(window.has_text("Result 2 was made with these very settings, and is shown"));
    assert!(!window.has("Show result 3"));
    // Another seed is another picture.
    window.apply(UiCommand::SetSeedMode(SeedMode::Drawn));
    window.press(Key::S);
    assert_eq!(window.num_requests(), before + 1);
    // The same again while that runs: the newest request counts.
    window.press(Key::S);
    assert_eq!(window.num_requests(), before + 2);
}

#[test]
fn on_a_small_screen_the_bar_is_one_line_high() {
    let window = Window::new().with_study().with_result();
    let view = window.harness.get_by_label("Original view").rect();
    // The bar, and the notes about the file.
    assert!(view.top() < 72.0, "{view:?}");
    let banner = "Research use only - companion image, read with the original";
    let banner = window.harness.get_by_label(banner).rect();
    assert!(
        banner.right() <= 1280.0 && banner.width() > 100.0,
        "{banner:?}"
    );
}

#[test]
fn a_file_that_another_one_contradicts_has_its_caution_in_the_browser() {
    let mut window = Window::new().with_study();
    let mut other = radiograph("other");
    other.info.patient_name = "PHANTOM^TWO".to_owned();
    window.apply(UiCommand::ShowRadiograph(Arc::new(other)));
    assert!(window.has("other.dcm, not run, 1 caution"));
    assert!(window.has("first.dcm, not run, 1 caution"));
    let caution = window
        .harness
        .query_all_by_label_contains("they may be different patients");
    let caution = caution
        .map(|label| label.rect())
        .next()
        .expect("the caution");
    let view = window.harness.get_by_label("Original view").rect();
    // On two lines, and all of it over the pictures.
    let is_whole = caution.bottom() <= view.top() && caution.right() < 984.0;
    assert!(is_whole, "{caution:?}");
}

#[test]
fn the_menus_have_an_end_and_offer_nothing_that_does_nothing() {
    let mut window = Window::new();
    window.harness.run();
    window.click("Tools");
    let is_greyed = {
        let mut tags = window.harness.query_all_by_label_contains("DICOM tags");
        tags.all(|node| node.accesskit_node().is_disabled())
    };
    assert!(is_greyed, "there is no file whose tags could be shown");
    window.press(Key::Escape);
    window.click("File");
    assert!(window.has_text("Quit"));
}

#[test]
fn a_ratio_says_little_on_the_picture_and_all_in_the_list() {
    let mut window = Window::new().with_study();
    window.press(Key::H);
    for [from, to] in [[[0.4, 0.5], [0.6, 0.5]], [[0.2, 0.7], [0.8, 0.7]]] {
        let view = window.harness.get_by_label("Original view").rect();
        let at = |[x, y]: [f32; 2]| {
            view.min + eframe::egui::Vec2::new(x * view.width(), y * view.height())
        };
        let (from, to) = (at(from), at(to));
        window.drag_from(from, to - from);
    }
    assert!(window.has_text("heart"), "the list has the widths");
    let study = window.state().study().expect("open");
    let shape = &study.measures[0].shape;
    let brief = shape.brief_text(&study.scale());
    assert!(brief.starts_with("CTR 0.3") && brief.len() < 10, "{brief}");
}
