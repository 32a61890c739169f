//! A synthetic nodule: tried where the pointer is, shown under its watermark, and nowhere else.

use crate::fake::Window;
use crate::phantom::{grid, radiograph, stored};
use diaphane::evidence::Trial;
use diaphane::lesion::Ground;
use diaphane::ui::{Content, NoduleCommand, NodulePicture, Orientation, PixelPosition, UiCommand};
use diaphane::worker::{
    EventKind, JobHandle, NoduleChoice, NoduleOutcome, Priority, StopReason, SuppressionSettings,
};
use eframe::egui::{Key, Modifiers, Vec2};
use egui_kittest::kittest::Queryable as _;
use std::sync::Arc;

const TRY: &str = "Try the nodule";
const HINT: &str = "Point at a place in the lungs and press Ctrl+Shift+N.";

impl Window {
    /// The pointer rests in the original so far from its middle, and the key is pressed.
    fn try_at(&mut self, by: Vec2) -> PixelPosition {
        let view = self.harness.get_by_label("Original view").rect();
        self.harness.hover_at(view.center() + by);
        self.harness.run();
        self.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::N);
        self.state().probe.expect("the pointer is over the picture")
    }

    fn num_nodules(&self) -> usize {
        self.desk.borrow().nodules.len()
    }

    fn newest_nodule(&self) -> (JobHandle, NoduleChoice) {
        let desk = self.desk.borrow();
        let (handle, plan) = desk.nodules.last().expect("asked");
        (handle.clone(), plan.choice)
    }

    /// The worker found that this share is kept.
    fn tried(&mut self, kept: f64) {
        let (job, choice) = self.newest_nodule();
        let NoduleChoice::One {
            row,
            col,
            diameter_mm,
            contrast,
        } = choice
        else {
            panic!("{choice:?}");
        };
        let shown = |by: f32| grid(|row, col| f32::from(stored(row, col)) / 4095.0 + by);
        let outcome = NoduleOutcome {
            trials: vec![Trial {
                case: "study".to_owned(),
                row_px: row as f64,
                col_px: col as f64,
                ground: Some(Ground::UnderRib),
                diameter_mm,
                contrast,
                kept,
                is_marked_if_erased: false,
                is_marked_if_invented: false,
            }],
            marks_without: Vec::new(),
            original: shown(0.0),
            soft_tissue: shown(-0.1),
            pixel_mm: 1.0,
        };
        self.report(job.id(), EventKind::NodulesTried(Arc::new(outcome)));
    }
}

#[test]
fn the_place_under_the_pointer_is_tried_and_what_is_kept_is_told() {
    let mut window = Window::new().with_study();
    let place = window.try_at(Vec2::ZERO);
    let (job, choice) = window.newest_nodule();
    assert_eq!(job.priority(), Priority::Background);
    let expected = NoduleChoice::One {
        row: place.row,
        col: place.col,
        diameter_mm: 10.0,
        contrast: 20.0 / 255.0,
    };
    assert_eq!(choice, expected);
    assert!(window.has_text(&format!("Place: x {}, y {}", place.col, place.row)));
    window.tried(0.85);
    assert!(window.has_text(
        "A nodule of 10 mm and 20 grey levels under a rib keeps 85 % of its contrast: 17 grey levels."
    ));
    assert!(window.has_text("Were it erased wholly, nothing would mark the place."));
    assert!(window.has("Original with the nodule") && window.has("Soft tissue with the nodule"));
    let state = window.state();
    let tried = state.tried_nodule().unwrap();
    let look = state.study().unwrap().looks.of(Content::SoftTissue);
    let [original, soft_tissue] = NodulePicture::ALL.map(|picture| tried.greys(picture, look));
    // Four diameters of 1 mm pixels, or 48 px where that is more; the soft tissue is a tenth of the range darker.
    assert_eq!(original.size(), (48, 48));
    let [bright, dark] = [original, soft_tissue].map(|greys| f64::from(greys.get(24, 24).unwrap()));
    assert!((bright - dark - 25.5).abs() < 4.0, "{bright} {dark}");
}

#[test]
fn without_a_place_the_window_asks_for_one() {
    let mut window = Window::new().with_study();
    window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::N);
    assert!(window.has_text(HINT));
    assert!(window.has(TRY));
    assert_eq!(window.num_nodules(), 0);
    window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::N);
    assert!(!window.has_text(HINT));
}

/// Four diameters of 30 mm are more than the 96 px of the picture: it is shown whole.
#[test]
fn a_nodule_near_a_border_is_shown_with_what_there_is_and_another_study_has_none() {
    let mut window = Window::new().with_study();
    window.apply(UiCommand::Nodule(NoduleCommand::SetDiameter(30.0)));
    window.try_at(Vec2::new(-75.0, -75.0));
    window.tried(0.5);
    let tried = window.state().tried_nodule().cloned().unwrap();
    let study = window.state().study().unwrap();
    let look = study.looks.of(Content::SoftTissue);
    let sizes = NodulePicture::ALL.map(|picture| tried.greys(picture, look).size());
    assert_eq!(sizes, [(96, 96); 2]);
    // Left of the middle and above it; turned to the right, above is right.
    let [across, down] = tried.place(Orientation::AS_STORED).offset_px;
    assert!(across < -1.0 && down < -1.0, "{across} {down}");
    let turned = tried.place(Orientation::AS_STORED.turned_right());
    let [right, below] = turned.offset_px;
    assert!((right + down).abs() < 1e-5 && (below - across).abs() < 1e-5);
    assert!((turned.radius_px - 15.0).abs() < 1e-5);
    window.apply(UiCommand::ShowRadiograph(Arc::new(radiograph("second"))));
    assert!(window.state().tried_nodule().is_none());
}

#[test]
fn escape_closes_the_window_and_stops_what_is_tried() {
    let mut window = Window::new().with_study();
    window.try_at(Vec2::ZERO);
    let (job, _) = window.newest_nodule();
    window.apply(UiCommand::Escape);
    assert!(job.is_cancelled());
    assert!(!window.has(TRY));
    window.report(job.id(), EventKind::Stopped(StopReason::Cancelled));
    assert!(window.state().nodule.tried.is_none());
}

/// What is shown was made under the settings of its time; other ones on the panel are told.
#[test]
fn a_nodule_that_was_tried_under_other_settings_says_so() {
    const OTHER: &str = "It was tried with other settings than the panel shows.";
    let mut window = Window::new().with_study();
    window.try_at(Vec2::ZERO);
    window.tried(0.85);
    assert!(!window.has_text(OTHER));
    let tried_under = window.state().settings().clone();
    let settings = SuppressionSettings {
        leg_weight: tried_under.leg_weight + 1.0,
        ..tried_under.clone()
    };
    window.apply(UiCommand::EditSettings(settings));
    assert!(window.has_text(OTHER));
    window.apply(UiCommand::EditSettings(tried_under));
    assert!(!window.has_text(OTHER));
}

#[test]
fn a_try_that_makes_room_for_a_run_says_so() {
    const WAITS: &str = "Waits for the run that was asked for meanwhile";
    let mut window = Window::new().with_study();
    window.try_at(Vec2::ZERO);
    let (job, _) = window.newest_nodule();
    assert!(window.has("Waiting for the worker"));
    window.report(job.id(), EventKind::Deferred);
    assert!(window.has(WAITS));
    window.report(job.id(), EventKind::Started);
    assert!(!window.has(WAITS));
    window.tried(0.85);
    assert!(window.state().tried_nodule().is_some());
}

/// A second try takes the place of the first one, which is told to stop.
#[test]
fn one_nodule_is_tried_at_a_time() {
    let mut window = Window::new().with_study();
    window.try_at(Vec2::ZERO);
    let (first, _) = window.newest_nodule();
    let place = window.try_at(Vec2::new(30.0, -40.0));
    assert!(first.is_cancelled());
    assert_eq!(window.num_nodules(), 2);
    window.tried(0.9);
    let tried = window.state().tried_nodule().unwrap();
    assert!((tried.trial.row_px - place.row as f64).abs() < 1e-9);
}
