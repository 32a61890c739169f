//! Measures: drawn with the mouse, read in the list, moved, taken away, and kept for the next time.

use crate::fake::Window;
use crate::phantom::{SIDE, body, radiograph, stored};
use diaphane::measure::{Point, Shape};
use diaphane::radiograph::{PixelSpacing, SpacingKind, Voi};
use diaphane::ui::{Content, Layout, MeasureCommand, Tool, UiCommand};
use eframe::egui::{Key, Pos2, Vec2};
use egui_kittest::kittest::Queryable as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

impl Window {
    pub fn measure(&mut self, command: MeasureCommand) {
        self.apply(UiCommand::Measure(command));
    }

    /// Draws by commands.
    pub fn draw(&mut self, tool: Tool, points: &[(f64, f64)]) {
        if self.state().measuring.tool != Some(tool) {
            self.measure(MeasureCommand::Take(tool));
        }
        for &(x, y) in points {
            self.measure(MeasureCommand::Place(Point::new(x, y)));
        }
    }

    /// Screen pixels per image pixel in the view of the original, which shows all of the image.
    pub fn zoom(&self) -> f32 {
        let view = self.harness.get_by_label("Original view").rect();
        view.width().min(view.height()) / SIDE as f32
    }

    /// Where an image point lies in the view of the original.
    pub fn place(&self, at: Point) -> Pos2 {
        let view = self.harness.get_by_label("Original view").rect();
        let half = 0.5 * SIDE as f32;
        view.center() + self.zoom() * Vec2::new(at.x as f32 - half, at.y as f32 - half)
    }

    /// A length drawn in a window that keeps its measures in this folder, and the file it is in.
    pub fn with_length_kept(folder: &Path) -> (Self, PathBuf) {
        let mut window = Self::opened(folder);
        window.draw(Tool::Length, &[(10.0, 10.0), (60.0, 10.0)]);
        assert!(window.wait_until(|_| only_file(folder, ".json").is_some()));
        let path = only_file(folder, ".json").expect("written");
        (window, path)
    }

    pub fn shapes(&self) -> Vec<Shape> {
        let study = self.state().study().expect("open");
        study.measures.iter().map(|m| m.shape.clone()).collect()
    }

    /// Window of the original.
    fn voi(&self) -> Voi {
        let study = self.state().study().expect("open");
        study.looks.of(Content::Original).voi.clone()
    }

    pub fn opened(folder: &Path) -> Self {
        let mut window = Self::new();
        window
            .harness
            .state_mut()
            .keep_measures_in(folder.to_owned());
        window.apply(UiCommand::ShowRadiograph(Arc::new(radiograph("first"))));
        window
    }
}

/// Two windows on one radiograph: what the second one drew is not lost under what the first one draws later.
#[test]
fn measures_of_another_window_are_put_aside_and_not_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut first = Window::opened(folder.path());
    let mut second = Window::opened(folder.path());
    for window in [&mut first, &mut second] {
        window.draw(Tool::Length, &[(10.0, 10.0), (60.0, 10.0)]);
        window.press(Key::Escape);
        assert!(window.wait_until(|_| only_file(folder.path(), ".json").is_some()));
        // Written and known to be.
        for _ in 0..10 {
            std::thread::sleep(std::time::Duration::from_millis(20));
            window.harness.run();
        }
    }
    assert!(second.has_text("Another window drew on this radiograph"));
    let files = fs::read_dir(folder.path()).expect("there").flatten();
    let names: Vec<_> = files.map(|file| file.path()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(
        names
            .iter()
            .any(|name| name.to_string_lossy().ends_with(".other-1"))
    );
}

/// The only file in a folder that ends so.
pub fn only_file(folder: &Path, ending: &str) -> Option<PathBuf> {
    let paths = fs::read_dir(folder)
        .ok()?
        .flatten()
        .map(|entry| entry.path());
    let mut found = paths.filter(|path| path.to_string_lossy().ends_with(ending));
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

#[test]
fn a_length_is_drawn_by_key_and_mouse_and_told_with_its_kind() {
    let mut window = Window::new().with_study();
    let voi = window.voi();
    window.press(Key::D);
    assert!(window.has_text("Drag from end to end"));
    let pixels = 120.0 / f64::from(window.zoom());
    window.drag("Original view", [120.0, 0.0]);
    let expected = format!("Length 1: {:.1} mm (at detector)", 0.143 * pixels);
    assert!(window.has(&expected), "{expected}: {:?}", window.shapes());
    window.press(Key::P);
    assert!(
        window.has_text("Millimetres of this study: at detector"),
        "safety is not hidden"
    );
    window.press(Key::P);
    assert_eq!(window.voi(), voi);
    // The note is for the first length alone.
    window.click("Dismiss");
    let elsewhere = window.place(Point::new(20.0, 70.0));
    window.drag_from(elsewhere, Vec2::new(60.0, 40.0));
    assert!(window.has_text("Length 2") && !window.has_text("Millimetres of this study"));
}

#[test]
fn a_handle_is_moved_as_one_change_and_elsewhere_the_mouse_is_the_windows() {
    let mut window = Window::new().with_study();
    window.draw(Tool::Length, &[(30.0, 40.0), (60.0, 40.0)]);
    window.press(Key::Escape);
    window.click("Dismiss");
    let before = Arc::clone(&window.state().study().expect("open").measures);
    let by = 20.0 * window.zoom();
    let from = window.place(Point::new(60.0, 40.0));
    window.harness.drag_at(from);
    window.harness.run();
    window.harness.hover_at(from + Vec2::new(0.5 * by, by));
    window.harness.run();
    let held = &window.state().study().expect("open").measures;
    assert!(Arc::ptr_eq(held, &before), "nothing changes before the end");
    assert!(!window.has_text("Length 1: 4.3 mm"), "but the list follows");
    window.harness.hover_at(from + Vec2::new(0.0, by));
    window.harness.run();
    window.harness.drop_at(from + Vec2::new(0.0, by));
    window.harness.run();
    let [Shape::Length { ends }] = &window.shapes()[..] else {
        panic!("{:?}", window.shapes());
    };
    assert!(ends[0] == Point::new(30.0, 40.0), "{ends:?}");
    assert!(
        ends[1].distance_px(Point::new(60.0, 60.0)) < 0.2,
        "{ends:?}"
    );
    let voi = window.voi();
    let away = window.place(Point::new(20.0, 80.0));
    window.drag_from(away, Vec2::new(50.0, 10.0));
    assert_ne!(window.voi(), voi);
    assert_eq!(window.shapes().len(), 1);
}

#[test]
fn the_chosen_measure_is_taken_away() {
    let mut window = Window::new().with_study();
    window.draw(Tool::Angle, &[(10.0, 10.0), (30.0, 30.0), (50.0, 10.0)]);
    assert!(window.has("Angle 1: 90.0°"));
    window.press(Key::Delete);
    assert!(!window.has_text("Angle 1") && window.shapes().is_empty());
}

#[test]
fn escape_lays_the_tool_down_before_it_stops_a_run() {
    let mut window = Window::new().with_study();
    window.click("Suppress");
    let (job, _) = window.newest_request();
    window.press(Key::C);
    window.measure(MeasureCommand::Place(Point::new(5.0, 5.0)));
    window.press(Key::Escape);
    assert!(window.state().measuring.draft.is_empty());
    assert_eq!(window.state().measuring.tool, Some(Tool::Cobb));
    window.press(Key::Escape);
    assert_eq!(window.state().measuring.tool, None);
    assert!(!job.is_cancelled());
    window.press(Key::Escape);
    window.press(Key::Escape);
    assert!(job.is_cancelled());
}

#[test]
fn a_box_reads_every_layer_at_once() {
    let mut window = Window::new().with_study().with_result();
    window.draw(Tool::Rectangle, &[(20.0, 30.0), (40.0, 60.0)]);
    assert!(window.wait_until(|window| window.has_text("600 pixels; medians")));
    let pixels = (30..60).flat_map(|row| (20..40).map(move |col| (row, col)));
    let (mut original, mut soft) = (0.0, 0.0);
    for (row, col) in pixels {
        original += f64::from(stored(row, col)) / 600.0;
        soft += if body(row, col).0 { 900.0 } else { 2600.0 } / 600.0;
    }
    let shown = |value: f64| match value {
        value if value >= 1000.0 => format!("{value:.0}"),
        value => format!("{value:.1}"),
    };
    for (layer, mean) in [
        ("Original", original),
        ("Soft tissue", soft),
        ("Difference", original - soft),
    ] {
        assert!(
            window.has(layer) && window.has(&shown(mean)),
            "{layer} {mean}"
        );
    }
    // A second region: its contrast to the first one, once both are read.
    window.draw(Tool::Ellipse, &[(60.0, 30.0), (80.0, 60.0)]);
    assert!(window.wait_until(|window| window.has_text("Contrast to noise with Rectangle 1")));
}

#[test]
fn numbers_stand_only_beside_what_they_were_read_of() {
    let mut window = Window::new().with_study().with_result();
    window.draw(Tool::Rectangle, &[(20.0, 30.0), (40.0, 60.0)]);
    assert!(window.wait_until(|window| window.has_text("600 pixels; medians")));
    let study = window.state().study().expect("open");
    let measure = study.measures[0].clone();
    assert!(study.current_reading(&measure).is_some());
    let mut moved = measure.clone();
    let corners = [Point::new(0.0, 0.0), Point::new(4.0, 4.0)];
    moved.shape = Shape::Rectangle { corners };
    assert!(study.current_reading(&moved).is_none(), "another shape");
    let mut calibrated = study.clone();
    calibrated.calibration = Some(PixelSpacing {
        row_mm: 1.0,
        col_mm: 1.0,
        kind: SpacingKind::User,
    });
    assert!(
        calibrated.current_reading(&measure).is_none(),
        "another unit"
    );
    let mut without = study.clone();
    drop(std::mem::take(&mut without.runs));
    assert!(
        without.current_reading(&measure).is_none(),
        "another result"
    );
}

#[test]
fn a_file_without_pixel_size_has_no_millimetres() {
    let mut window = Window::new().with_study();
    let mut plain = radiograph("plain");
    plain.spacing = None;
    window.apply(UiCommand::ShowRadiograph(Arc::new(plain)));
    window.draw(Tool::Length, &[(10.0, 10.0), (40.0, 50.0)]);
    window.draw(Tool::Rectangle, &[(10.0, 10.0), (20.0, 20.0)]);
    assert!(window.has("Length 1: 50.0 px"));
    assert!(window.has("Rectangle 2: 100.0 px²"));
    assert!(!window.has_text("Millimetres of this study"));
}

#[test]
fn a_gesture_is_one_step_of_undo() {
    let mut window = Window::new().with_study();
    window.draw(Tool::Length, &[(30.0, 40.0), (60.0, 40.0)]);
    window.press(Key::Escape);
    window.click("Dismiss");
    let drawn = window.shapes();
    let from = window.place(Point::new(60.0, 40.0));
    window.drag_from(from, Vec2::new(0.0, 60.0));
    let moved = window.shapes();
    assert_ne!(moved, drawn);
    window.apply(UiCommand::Undo);
    assert_eq!(window.shapes(), drawn);
    window.apply(UiCommand::Undo);
    assert!(window.shapes().is_empty());
    window.apply(UiCommand::Redo);
    window.apply(UiCommand::Redo);
    assert_eq!(window.shapes(), moved);
    window.measure(MeasureCommand::SetTrueLength(25.0));
    window.measure(MeasureCommand::Calibrate);
    assert!(window.has_text("25.0 mm (user)"));
    window.apply(UiCommand::Undo);
    assert!(window.has_text("(at detector)") && !window.has_text("(user)"));
}

#[test]
fn a_stated_length_calibrates_the_study_until_it_is_taken_back() {
    let mut window = Window::new().with_study();
    window.draw(Tool::Length, &[(10.0, 10.0), (70.0, 10.0)]);
    window.measure(MeasureCommand::SetTrueLength(30.0));
    window.click("Calibrate");
    assert!(window.has("Length 1: 30.0 mm (user)"));
    assert!(window.has_text("0.500 mm user"), "the status bar follows");
    // The list may be scrolled: as a screen reader does it.
    let back = window.harness.get_by_label("Back to the file's pixel size");
    back.click_accesskit();
    window.harness.run();
    assert!(window.has("Length 1: 8.6 mm (at detector)"));
}

#[test]
fn measures_are_there_again_the_next_time_and_name_no_patient() {
    let folder = tempfile::tempdir().expect("a folder");
    let (window, path) = Window::with_length_kept(folder.path());
    let text = fs::read_to_string(&path).expect("text");
    assert!(text.contains("\"kind\": \"length\""), "{text}");
    assert!(!text.contains("PHANTOM") && !text.contains("P-1"), "{text}");
    let shapes = window.shapes();
    let mut next = Window::opened(folder.path());
    assert!(next.wait_until(|next| next.has_text("Length 1")));
    assert_eq!(next.shapes(), shapes);
    next.measure(MeasureCommand::Select(Some(diaphane::measure::MeasureId(
        1,
    ))));
    next.press(Key::Delete);
    let is_empty =
        |_: &Window| fs::read_to_string(&path).is_ok_and(|t| t.contains("\"measures\": []"));
    assert!(next.wait_until(is_empty));
}

#[test]
fn measures_that_cannot_be_read_are_set_aside_and_never_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_, path) = Window::with_length_kept(folder.path());
    fs::write(&path, "{ half of it").expect("damaged");
    let mut next = Window::opened(folder.path());
    assert!(next.wait_until(|next| next.has_text("cannot be read")));
    assert_eq!(fs::read_to_string(&path).expect("there"), "{ half of it");
    next.draw(Tool::Arrow, &[(10.0, 10.0), (60.0, 10.0)]);
    let is_new = |_: &Window| fs::read_to_string(&path).is_ok_and(|t| t.contains("\"arrow\""));
    assert!(next.wait_until(is_new));
    let aside = only_file(folder.path(), "unread-1").expect("set aside");
    assert_eq!(fs::read_to_string(aside).expect("there"), "{ half of it");
}

#[test]
fn the_heart_begins_with_a_suggestion_to_be_corrected() {
    let mut window = Window::new().with_study().with_result();
    window.press(Key::H);
    let suggested = "suggested from the lung mask: correct both lines";
    assert!(window.wait_until(|window| window.has_text(suggested)));
    let [Shape::CardiothoracicRatio { thorax, .. }] = window.shapes()[..] else {
        panic!("{:?}", window.shapes());
    };
    // The phantom's lungs reach from 0.11 to 0.89 of its width; pixels are whole.
    assert!((thorax[0].x - 10.56).abs() < 1.0, "{thorax:?}");
    assert!((thorax[1].x - 85.44).abs() < 1.0, "{thorax:?}");
    // Asked for again, it is the same one.
    window.press(Key::H);
    for _ in 0..20 {
        std::thread::sleep(std::time::Duration::from_millis(20));
        window.harness.run();
    }
    assert_eq!(window.shapes().len(), 1);
    // The note on what a millimetre is lies over the picture until it fades.
    if window.has("Dismiss") {
        window.click("Dismiss");
    }
    let end = window.place(thorax[1]);
    window.drag_from(end, Vec2::new(12.0, 0.0));
    assert!(window.has_text("CTR") && !window.has_text(suggested));
    // Without a mask the lines are drawn.
    let mut window = Window::new().with_study();
    window.press(Key::H);
    assert!(window.has_text("Drag across the heart"));
}

#[test]
fn a_rib_says_how_much_of_it_is_left() {
    let mut window = Window::new().with_study();
    // The phantom as large as a chest.
    let mut wide = radiograph("wide");
    wide.spacing = Some(PixelSpacing {
        row_mm: 4.0,
        col_mm: 4.0,
        kind: SpacingKind::AtDetector,
    });
    window.apply(UiCommand::ShowRadiograph(Arc::new(wide)));
    window.press(Key::Q);
    let col = (0.28 * SIDE as f64) as usize;
    let row = (SIDE / 2..SIDE)
        .find(|&row| body(row, col).1)
        .expect("a rib");
    let rib = Point::new(col as f64 + 0.5, row as f64 + 1.5);
    // By command: the browser of two studies is still being laid out, and a place on the screen would move.
    window.measure(MeasureCommand::Place(rib));
    assert_eq!(window.shapes().len(), 1);
    let mut window = window.with_result();
    assert!(window.wait_until(|window| window.has_text("0 % of the bone left")));
}

#[test]
fn words_are_written_beside_a_place_and_hidden_with_the_patient() {
    let mut window = Window::new().with_study();
    window.draw(Tool::Text, &[(20.0, 20.0)]);
    let line = window.harness.get_by_label("Words of the measure");
    line.type_text("nodule?");
    window.harness.run();
    window.press(Key::Enter);
    assert!(window.has("Text 1: nodule?"));
    let measures = &window.state().study().expect("open").measures;
    assert_eq!(measures[0].label, "nodule?");
    window.press(Key::P);
    assert!(!window.has_text("nodule?") && window.has("Text 1: (hidden)"));
}

#[test]
fn measures_are_drawn_in_every_view_and_told_in_the_list() {
    let Some(window) = Window::with_pictures() else {
        return;
    };
    let mut window = window.with_study().with_result();
    window.apply(UiCommand::SetLayout(Layout::SideBySide));
    window.draw(Tool::Length, &[(12.0, 20.0), (40.0, 20.0)]);
    window.draw(
        Tool::Cobb,
        &[(42.0, 20.0), (56.0, 16.0), (42.0, 60.0), (56.0, 66.0)],
    );
    window.draw(Tool::Ellipse, &[(62.0, 28.0), (78.0, 50.0)]);
    window.draw(Tool::Polygon, &[(60.0, 62.0), (80.0, 60.0), (78.0, 76.0)]);
    window.measure(MeasureCommand::Finish);
    window.draw(Tool::Arrow, &[(8.0, 88.0), (20.0, 74.0)]);
    window.draw(Tool::Profile, &[(27.0, 30.0), (27.0, 70.0)]);
    window.measure(MeasureCommand::Take(Tool::Profile));
    let is_read = |window: &Window| {
        let record = &window.state().study().expect("open").measure_record;
        record.readings.len() == 3
    };
    assert!(window.wait_until(is_read));
    window.harness.run();
    window.snapshot("measures");
}
