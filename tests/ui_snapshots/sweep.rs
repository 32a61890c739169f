//! The parameter grid: asked for on a region, filled cell by cell, and a cell taken over.

use crate::fake::Window;
use crate::phantom::{defaults, grid, radiograph, result, stored};
use diaphane::measure::Point;
use diaphane::radiograph::{FloatImage, PixelRect, Voi, Warning};
use diaphane::ui::{
    Content, Layout, MeasureCommand, SweepAxes, SweepCommand, SweepParameter, Tool, Turning,
    UiCommand,
};
use diaphane::worker::{
    EventKind, JobHandle, Priority, Progress, Stage, StageSteps, StageTime, StopReason,
    SuppressionSettings, SweepCell,
};
use eframe::egui::{Key, Modifiers, Vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use std::sync::Arc;

const MAKE: &str = "Make the grid";

impl Window {
    fn sweep(&mut self, command: SweepCommand) {
        self.apply(UiCommand::Sweep(command));
    }

    /// A study with a rectangle that is chosen, and the window of the grid.
    fn with_region(self) -> Self {
        let mut window = self;
        window.apply(UiCommand::Measure(MeasureCommand::Take(Tool::Rectangle)));
        for (x, y) in [(12.0, 20.0), (42.0, 60.0)] {
            let at = Point::new(x, y);
            window.apply(UiCommand::Measure(MeasureCommand::Place(at)));
        }
        window.apply(UiCommand::Measure(MeasureCommand::Take(Tool::Rectangle)));
        // The note on the unit of the area fades while the tests run.
        window.apply(UiCommand::DismissMessage(0));
        window.press_with(Modifiers::COMMAND, Key::G);
        window
    }

    fn num_sweeps(&self) -> usize {
        self.desk.borrow().sweeps.len()
    }

    fn newest_sweep(&self) -> (JobHandle, Vec<SuppressionSettings>, PixelRect) {
        let desk = self.desk.borrow();
        let (handle, plan) = desk.sweeps.last().expect("asked");
        (handle.clone(), plan.cells.clone(), plan.region)
    }

    /// The worker made this cell of the newest grid.
    fn made(&mut self, index: usize) {
        let (job, cells, region) = self.newest_sweep();
        let cell = cell(index, &cells[index], region);
        self.report(job.id(), EventKind::SweepCellMade(Arc::new(cell)));
    }

    fn finished(&mut self) {
        let (job, cells, _) = self.newest_sweep();
        for index in 0..cells.len() {
            self.made(index);
        }
        self.report(job.id(), EventKind::SweepFinished);
    }

    fn is_enabled(&self, label: &str) -> bool {
        !self
            .harness
            .get_by_label(label)
            .accesskit_node()
            .is_disabled()
    }
}

/// The phantom with less of its ribs the larger the weight; 10 lower for each step.
fn cell(index: usize, settings: &SuppressionSettings, region: PixelRect) -> SweepCell {
    let clean = result(settings.clone()).soft_tissue;
    let left = (1.0 - settings.leg_weight / 6.0) as f32;
    let lower = 10.0 * settings.steps as f32;
    let whole: FloatImage = grid(|row, col| {
        let soft = clean.get(row, col).expect("inside");
        soft + left * (f32::from(stored(row, col)) - soft) - lower
    });
    SweepCell {
        index,
        soft_tissue: whole.crop(region.row, region.col, region.width, region.height),
    }
}

#[test]
fn the_chosen_rectangle_is_made_under_values_round_the_study_s_own() {
    let mut window = Window::new().with_study().with_region();
    assert!(window.has_text("Region: Rectangle 1, 30 x 40 pixels"));
    assert!(window.has_text("9 pictures, the time is known after a first run, 43 KiB"));
    window.click(MAKE);
    let (job, cells, region) = window.newest_sweep();
    assert_eq!(job.priority(), Priority::Background);
    let expected = PixelRect {
        row: 20,
        col: 12,
        width: 30,
        height: 40,
    };
    assert_eq!(region, expected);
    let asked: Vec<_> = cells.iter().map(|s| (s.leg_weight, s.steps)).collect();
    let rows = [10, 20, 40].map(|steps| [2.4, 3.0, 3.6].map(|weight| (weight, steps)));
    assert_eq!(asked, rows.concat());
    assert!(
        cells
            .iter()
            .all(|s| s.seed == 0 && s.fusion == defaults().fusion)
    );
    assert!(window.has("LEG 3 (set)") && window.has("20 steps (set)"));
    assert!(window.has("LEG 2.4") && window.has("40 steps"));
}

#[test]
fn cells_appear_one_by_one_and_stopping_keeps_them() {
    let mut window = Window::new().with_study().with_region();
    window.click(MAKE);
    let (job, _, _) = window.newest_sweep();
    assert!(window.has("LEG weight 2.4, 10 steps: not made yet"));
    window.made(4);
    assert!(window.has("LEG weight 3, 20 steps, as set"));
    assert!(!window.has("LEG weight 2.4, 10 steps"));
    job.set_progress(Progress {
        stage: Stage::Local,
        done: 3,
        total: 20,
        fraction: 0.25,
        eta_secs: Some(40.0),
        stages: StageSteps::default(),
    });
    window.harness.run();
    assert!(window.has("Lungs once more, step 3 of 20, about 40 s left"));
    window.report(job.id(), EventKind::Deferred);
    assert!(window.has("Waits for the run that was asked for meanwhile"));
    window.click("Stop the grid");
    assert!(job.is_cancelled());
    window.report(job.id(), EventKind::Stopped(StopReason::Cancelled));
    assert!(window.has("LEG weight 3, 20 steps, as set") && window.has(MAKE));
    // What the job still has to say changes nothing.
    window.made(0);
    assert!(window.has("LEG weight 2.4, 10 steps: not made yet"));
}

#[test]
fn a_click_takes_the_settings_over_runs_them_and_can_be_taken_back() {
    let mut window = Window::new().with_study().with_result().with_region();
    window.click(MAKE);
    window.finished();
    let before = window.num_requests();
    window.click("LEG weight 3.6, 10 steps");
    let (job, settings) = window.newest_request();
    assert_eq!(window.num_requests(), before + 1);
    assert_eq!((settings.leg_weight, settings.steps), (3.6, 10));
    assert_eq!(window.state().settings(), &settings);
    assert!(window.has("LEG 3.6 (set)") && window.has("LEG weight 3.6, 10 steps, as set"));
    window.report(job.id(), EventKind::Suppressed(Arc::new(result(settings))));
    assert_eq!(window.state().study().expect("open").runs.all().len(), 2);
    window.press_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.state().settings(), &defaults());
    let shown = window
        .state()
        .study()
        .expect("open")
        .result()
        .expect("shown");
    assert_eq!(shown.settings, defaults());
    // A picture that was made before is shown without a run.
    let before = window.num_requests();
    window.click("LEG weight 3.6, 10 steps");
    assert_eq!(window.num_requests(), before);
    assert!(!window.has_text("Stale"));
}

#[test]
fn the_keyboard_reaches_every_cell_and_reads_its_difference() {
    let mut window = Window::new().with_study().with_result().with_region();
    window.click(MAKE);
    window.finished();
    let name = "LEG weight 2.4, 20 steps";
    window.harness.get_by_label(name).focus();
    window.harness.run();
    let text = format!("{name}: differs from the result shown by ");
    assert!(window.has_text(&text), "{text}");
    let (_, cells, region) = window.newest_sweep();
    let ours = cell(3, &cells[3], region).soft_tissue;
    let theirs = result(defaults()).soft_tissue;
    let mut sum = 0.0;
    for (i, value) in ours.values().iter().enumerate() {
        let (row, col) = (region.row + i / 30, region.col + i % 30);
        sum += f64::from((value - theirs.get(row, col).expect("inside")).abs());
    }
    let mean = sum / 1200.0;
    assert!(
        window.has_text(&format!("{text}{mean:.1} on the average")),
        "{mean}"
    );
    window.press(Key::Enter);
    assert!((window.state().settings().leg_weight - 2.4).abs() < 1e-12);
}

#[test]
fn what_is_written_decides_and_what_is_wrong_is_named() {
    let mut window = Window::new().with_study().with_region();
    window.sweep(SweepCommand::SetAxes(SweepAxes::LegAndSeed));
    window.sweep(SweepCommand::Type(
        SweepParameter::LegWeight,
        "2, 7".to_owned(),
    ));
    assert!(window.has_text("LEG weights: \"7\" is not a number from 0 to 6."));
    assert!(!window.is_enabled(MAKE));
    window.sweep(SweepCommand::Type(
        SweepParameter::LegWeight,
        "2".to_owned(),
    ));
    window.sweep(SweepCommand::Type(SweepParameter::Seed, "5 6".to_owned()));
    window.click(MAKE);
    let (_, cells, _) = window.newest_sweep();
    let asked: Vec<_> = cells.iter().map(|s| (s.leg_weight, s.seed)).collect();
    assert_eq!(asked, [(2.0, 5), (2.0, 6)]);
    window.made(1);
    assert!(window.has("LEG weight 2, seed 6") && window.has("seed 5"));
}

#[test]
fn without_a_measure_the_part_in_view_is_taken() {
    let mut window = Window::new().with_study();
    window.press_with(Modifiers::COMMAND, Key::G);
    assert!(window.has_text("Region: the part in view, 96 x 96 pixels"));
    let content = Content::SoftTissue;
    let camera = diaphane::ui::Camera {
        zoom: diaphane::ui::Zoom::Scale(32.0),
        center: [0.5, 0.5],
    };
    window.apply(UiCommand::SetCamera(content, camera));
    let seen = window.state().sweep.seen.expect("in view");
    let view = window.harness.get_by_label("Soft tissue view").rect();
    // Pixels that the view cuts through at its borders count.
    let width = f64::from(view.width()) / 32.0;
    assert!((seen.width as f64 - width).abs() < 2.0, "{seen:?}, {width}");
    assert!(window.has_text(&format!("{} x {} pixels", seen.width, seen.height)));
    window.click(MAKE);
    assert_eq!(window.newest_sweep().2, seen);
}

#[test]
fn the_time_is_told_from_runs_that_were_measured() {
    let mut window = Window::new().with_study();
    window.apply(UiCommand::Suppress);
    let (job, settings) = window.newest_request();
    let mut measured = result(settings);
    measured.bundle_sha256 = "0".repeat(64);
    "f32".clone_into(&mut measured.precision);
    let time = |stage, elapsed_secs| StageTime {
        stage,
        elapsed_secs,
        cached: false,
    };
    // Of 20 steps: half a second and a second each.
    measured.stage_times = vec![
        time(Stage::Global, 10.0),
        time(Stage::Local, 20.0),
        time(Stage::Decode, 1.0),
        time(Stage::Restore, 0.5),
    ];
    window.report(job.id(), EventKind::Suppressed(Arc::new(measured)));
    let mut window = window.with_region();
    // 70 steps of global paths at 0.5 s, 210 of local ones at 1 s, nine times 1.5 s: 258.5 s.
    assert!(window.has_text("9 pictures, about 4 min"));
    window.sweep(SweepCommand::Type(SweepParameter::Steps, "4".to_owned()));
    // 4 * 0.5 + 3 * (4 * 1 + 1.5).
    assert!(window.has_text("3 pictures, about 18 s") || window.has_text("3 pictures, about 19 s"));
}

#[test]
fn a_study_the_networks_were_not_made_for_is_asked_about() {
    let mut lateral = radiograph("lateral");
    "LL".clone_into(&mut lateral.info.view_position);
    lateral.warnings.push(Warning::file("A lateral view."));
    let mut window = Window::new();
    window.apply(UiCommand::ShowRadiograph(Arc::new(lateral)));
    window.apply(UiCommand::LoadBundle("bundle".into()));
    window.model_loaded("compact", defaults());
    assert!(!window.state().study().expect("open").kind_doubts.is_empty());
    let mut window = window.with_region();
    window.click(MAKE);
    assert_eq!(window.num_sweeps(), 0);
    window.click("Do not suppress");
    assert_eq!(window.num_sweeps(), 0);
    window.click(MAKE);
    window.click("Suppress anyway");
    assert_eq!((window.num_sweeps(), window.num_requests()), (1, 0));
}

#[test]
fn what_no_longer_fits_is_let_go_and_closing_stops() {
    let mut window = Window::new().with_study().with_result().with_region();
    window.click(MAKE);
    let (job, _, _) = window.newest_sweep();
    window.made(0);
    assert!(window.state().sweep.grid.is_some());
    window.apply(UiCommand::ShowRadiograph(Arc::new(radiograph("second"))));
    assert!(
        !window.has_text("LEG weight 2.4, 10 steps"),
        "of another study"
    );
    window.apply(UiCommand::SelectStudy(0));
    assert!(window.has("LEG weight 2.4, 10 steps"));
    window.press(Key::Escape);
    assert!(job.is_cancelled() && !window.has(MAKE));
    window.press_with(Modifiers::COMMAND, Key::G);
    assert!(
        window.has("LEG weight 2.4, 10 steps"),
        "what was made stays"
    );
    window.apply(UiCommand::TurnPolarity);
    assert!(window.state().sweep.grid.is_none());
    window.click(MAKE);
    let (job, _, _) = window.newest_sweep();
    window.apply(UiCommand::LoadBundle("other".into()));
    assert!(job.is_cancelled(), "a bundle waits for no grid");
    window.model_loaded("other", defaults());
    assert!(window.state().sweep.grid.is_none());
}

#[test]
fn a_failure_is_told_and_leg_weights_make_room() {
    let mut window = Window::new().with_study().with_result().with_region();
    let nodes = window.desk.borrow().nodes[0].0.clone();
    assert!(!nodes.is_cancelled());
    window.click(MAKE);
    assert!(nodes.is_cancelled());
    let (job, _, _) = window.newest_sweep();
    let reason = "no memory is left on the device.";
    window.report(job.id(), EventKind::Failed(reason.into()));
    assert!(window.has_text("The grid was not finished: no memory"));
    assert!(window.has(MAKE));
}

/// Every picture has the window and the turn of the study's soft-tissue image.
#[test]
fn a_filled_grid() {
    let Some(window) = Window::with_pictures() else {
        return;
    };
    let mut window = window.with_study().with_result().with_region();
    window.apply(UiCommand::SetLayout(Layout::SideBySide));
    window.click(MAKE);
    window.finished();
    window.snapshot("parameter_grid");
    let grey = |window: &mut Window| {
        let cell = window
            .harness
            .get_by_label("LEG weight 3.6, 40 steps")
            .rect();
        // The middle of row 22, column 13: beside the lungs, between two ribs.
        let at = cell.left_top() + cell.size() * Vec2::new(1.5 / 30.0, 2.5 / 40.0);
        let picture = window.harness.render().expect("a picture");
        f64::from(picture.get_pixel(at.x as u32, at.y as u32).0[0])
    };
    // 2600 less 10 for each of 40 steps; DICOM's linear window puts black at 500 and white at 3499.
    let expected = 255.0 * (2200.0 - 500.0) / 2999.0;
    let shown = grey(&mut window);
    assert!(
        (shown - expected).abs() <= 2.0,
        "{shown}, not {expected:.1}"
    );
    window.apply(UiCommand::ToggleInvert);
    let shown = grey(&mut window);
    assert!((shown - (255.0 - expected)).abs() <= 2.0, "{shown}");
    window.apply(UiCommand::ToggleInvert);
    window.apply(UiCommand::SetVoi(Voi::covering(2000.0, 2800.0)));
    let shown = grey(&mut window);
    assert!((shown - 63.75).abs() <= 2.0, "{shown}");
    window.apply(UiCommand::Turn(Turning::Right));
    let cell = window
        .harness
        .get_by_label("LEG weight 3.6, 40 steps")
        .rect();
    assert!(
        cell.width() > cell.height(),
        "30 x 40 pixels lie on their side"
    );
}
