//! The picture without a mouse: every test here sends keys alone and reads the accessibility tree and the state.

use crate::fake::Window;
use crate::mask::num_found;
use crate::phantom::{SIDE, stored};
use diaphane::measure::{Point, Shape};
use diaphane::radiograph::Voi;
use diaphane::ui::{CompareTool, Content, Layout, Placement, UiCommand, ViewRect};
use eframe::egui::{Key, Modifiers, Pos2, Shape as Painted};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

/// Pixel centres within 4 of a pixel's centre: the lattice points of a circle of that radius, OEIS A000328(4).
const DISC: usize = 49;

impl Window {
    /// Where the crosshair is.
    fn crosshair(&self) -> Point {
        self.state().crosshair_at().expect("a crosshair")
    }

    /// Presses a key so many times.
    fn strike(&mut self, key: Key, times: usize) {
        for _ in 0..times {
            self.press(key);
        }
    }

    /// Moves the crosshair to the centre of a pixel by arrow keys.
    fn go_to(&mut self, col: f64, row: f64) {
        let [right, down] = self.crosshair().to(Point::new(col + 0.5, row + 0.5));
        for (way, [less, more]) in [
            (right, [Key::ArrowLeft, Key::ArrowRight]),
            (down, [Key::ArrowUp, Key::ArrowDown]),
        ] {
            let key = if way < 0.0 { less } else { more };
            self.strike(key, way.abs().round() as usize);
        }
        assert_eq!(self.crosshair(), Point::new(col + 0.5, row + 0.5));
    }

    /// A study and the crosshair over its original.
    fn with_crosshair() -> Self {
        let mut window = Self::new().with_study();
        window.press(Key::F3);
        window
    }

    /// What the view of this picture says beside its name.
    fn value_of(&self, view: &str) -> String {
        let node = self.harness.get_by_label(view);
        node.accesskit_node().value().unwrap_or_default()
    }

    /// Where this picture lies on the screen; points are pixels here.
    fn placement(&self, content: Content, view: &str) -> Placement {
        let rect = self.harness.get_by_label(view).rect();
        let study = self.state().study().expect("open");
        let view = ViewRect {
            min: rect.min.into(),
            size: rect.size().into(),
        };
        let camera = self.look(content).camera;
        camera.place(view, study.extent(content))
    }

    fn window_of_original(&self) -> [f64; 2] {
        match self.look(Content::Original).voi {
            Voi::Window { center, width, .. } => [center, width],
            Voi::Lut(_) => panic!("a table"),
        }
    }
}

fn on_screen(placement: &Placement, at: Point) -> Pos2 {
    Pos2::from(placement.screen_from_image([at.x as f32, at.y as f32]))
}

/// 35 right and 12 down are 37 pixels of 0.143 mm: 5.29 mm.
#[test]
fn a_length_is_drawn_by_keys() {
    let mut window = Window::with_crosshair();
    window.go_to(20.0, 30.0);
    window.press(Key::D);
    window.press(Key::Enter);
    assert!(
        window
            .value_of("Original view")
            .contains("points placed: 1")
    );
    for _ in 0..3 {
        window.press_with(Modifiers::SHIFT, Key::ArrowRight);
    }
    window.strike(Key::ArrowRight, 5);
    window.press_with(Modifiers::SHIFT, Key::ArrowDown);
    window.strike(Key::ArrowDown, 2);
    window.press(Key::Enter);
    let ends = [Point::new(20.5, 30.5), Point::new(55.5, 42.5)];
    assert_eq!(window.shapes(), [Shape::Length { ends }]);
    assert!(window.has("Length 1: 5.3 mm (at detector)"));
}

#[test]
fn a_handle_and_a_whole_measure_move_by_keys_and_a_series_is_one_step() {
    let mut window = Window::with_crosshair();
    window.go_to(20.0, 30.0);
    window.press(Key::D);
    window.press(Key::Enter);
    window.strike(Key::ArrowRight, 40);
    window.press(Key::Enter);
    window.press(Key::Escape);
    assert_eq!(window.state().measuring.tool, None);
    let drawn = window.shapes();

    // It stands at the second end.
    window.press(Key::End);
    assert_eq!(window.crosshair(), Point::new(20.5, 30.5));
    window.press(Key::Enter);
    window.strike(Key::ArrowDown, 9);
    // 40 across and 9 down are 41 pixels: 5.86 mm.
    let said = window.value_of("Original view");
    assert!(
        said.ends_with("holding Length 1: 5.9 mm (at detector)"),
        "{said}"
    );
    assert_eq!(window.shapes(), drawn, "nothing changes before the end");
    window.press(Key::Enter);
    let ends = [Point::new(20.5, 39.5), Point::new(60.5, 30.5)];
    assert_eq!(window.shapes(), [Shape::Length { ends }]);
    window.press_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.shapes(), drawn, "one step");
    window.press_with(Modifiers::COMMAND, Key::Y);

    window.press(Key::End);
    assert_eq!(window.crosshair(), Point::new(40.5, 35.0), "the last grip");
    window.press(Key::Enter);
    window.press_with(Modifiers::SHIFT, Key::ArrowLeft);
    window.press(Key::Enter);
    let ends = [Point::new(10.5, 39.5), Point::new(50.5, 30.5)];
    assert_eq!(window.shapes(), [Shape::Length { ends }]);
}

#[test]
fn a_polygon_ends_where_enter_is_pressed_twice() {
    let mut window = Window::with_crosshair();
    window.go_to(30.0, 30.0);
    window.press(Key::Y);
    window.press(Key::Enter);
    window.press_with(Modifiers::SHIFT, Key::ArrowRight);
    window.press(Key::Enter);
    window.press_with(Modifiers::SHIFT, Key::ArrowDown);
    window.press(Key::Enter);
    assert!(window.shapes().is_empty());
    window.press(Key::Enter);
    let corners = [(30.5, 30.5), (40.5, 30.5), (40.5, 40.5)];
    let corners = corners.map(|(x, y)| Point::new(x, y)).to_vec();
    assert_eq!(window.shapes(), [Shape::Polygon { corners }]);
}

#[test]
fn a_rib_is_clicked_by_key() {
    let mut window = Window::with_crosshair();
    window.go_to(26.0, 40.0);
    window.press(Key::Q);
    window.press(Key::Enter);
    let at = Point::new(26.5, 40.5);
    assert_eq!(window.shapes(), [Shape::RibProfile { at }]);
}

#[test]
fn the_brush_paints_and_erases_at_the_crosshair() {
    let mut window = Window::with_brush();
    window.press(Key::F3);
    window.go_to(48.0, 8.0);
    window.press(Key::Enter);
    assert_eq!(window.num_inside(), num_found() + DISC);
    window.press_with(Modifiers::SHIFT, Key::ArrowDown);
    window.press(Key::Enter);
    assert_eq!(window.num_inside(), num_found() + 2 * DISC);
    window.press_with(Modifiers::SHIFT, Key::Enter);
    assert_eq!(window.num_inside(), num_found() + DISC);
    window.press_with(Modifiers::COMMAND, Key::Z);
    window.press_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.num_inside(), num_found() + DISC, "a dab is a step");
}

#[test]
fn the_pixel_at_the_crosshair_is_said() {
    let mut window = Window::with_crosshair();
    for (col, row) in [(26, 48), (48, 52)] {
        window.go_to(f64::from(col), f64::from(row));
        let text = format!(
            "x {col:>4}  y {row:>4}  stored {:>5}",
            stored(row as usize, col as usize)
        );
        let node = window.harness.get_by_label_contains(&text);
        let live = node.accesskit_node().live();
        assert_eq!(format!("{live:?}"), "Polite");
    }
}

/// Centres of painted circles of this radius.
fn circles(window: &Window, radius: f32) -> Vec<Pos2> {
    let shapes = window.harness.output().shapes.iter();
    let circles = shapes.filter_map(|clipped| match &clipped.shape {
        Painted::Circle(circle) if (circle.radius - radius).abs() < 1e-3 => Some(circle.center),
        _ => None,
    });
    circles.collect()
}

#[test]
fn the_lens_and_the_magnifier_follow_the_crosshair() {
    let mut window = Window::new().with_study().with_result();
    window.apply(UiCommand::SetLayout(Layout::Single));
    window.press(Key::G);
    assert_eq!(window.state().compare.tool, CompareTool::Lens);
    window.press(Key::F3);
    let radius = window.state().compare.lens_radius;
    for (col, row) in [(40.0, 44.0), (60.0, 44.0)] {
        window.go_to(col, row);
        let placement = window.placement(Content::SoftTissue, "Soft tissue view");
        let expected = on_screen(&placement, window.crosshair());
        let centers = circles(&window, radius);
        assert!(!centers.is_empty());
        for center in centers {
            assert!(center.distance(expected) < 0.01, "{center} for {expected}");
        }
    }
    window.press_with(Modifiers::SHIFT, Key::G);
    let words = window.harness.get_by_label("Magnified 2.0 x").rect();
    window.press_with(Modifiers::SHIFT, Key::ArrowLeft);
    let moved = window.harness.get_by_label("Magnified 2.0 x").rect();
    let zoom = window
        .placement(Content::SoftTissue, "Soft tissue view")
        .zoom();
    let by = words.left() - moved.left();
    assert!((by - 10.0 * zoom).abs() < 1.0, "{by} for {}", 10.0 * zoom);
}

#[test]
fn keys_zoom_about_the_crosshair_and_look_further() {
    let mut window = Window::with_crosshair();
    window.go_to(30.0, 60.0);
    let view = "Original view";
    let before = window.placement(Content::Original, view);
    window.press_with(Modifiers::SHIFT, Key::PageUp);
    window.press_with(Modifiers::SHIFT, Key::PageUp);
    let after = window.placement(Content::Original, view);
    let ratio = after.zoom() / before.zoom();
    assert!((ratio - 1.25 * 1.25).abs() < 1e-3, "{ratio}");
    let at = window.crosshair();
    let [before, still] = [before, after].map(|placement| on_screen(&placement, at));
    assert!(before.distance(still) < 1.0, "{before} {still}");
    let percent = format!("{:.0} %", 100.0 * after.zoom());
    assert!(window.value_of(view).starts_with(&percent));

    let width = window.harness.get_by_label(view).rect().width();
    window.press_with(Modifiers::COMMAND, Key::ArrowRight);
    let panned = on_screen(&window.placement(Content::Original, view), at);
    let by = still.x - panned.x;
    assert!((by - 0.1 * width).abs() < 1.0, "{by} of {width}");
    assert!((still.y - panned.y).abs() < 1.0);
}

#[test]
fn the_view_follows_a_crosshair_that_leaves_it() {
    let mut window = Window::with_crosshair();
    for _ in 0..8 {
        window.press_with(Modifiers::SHIFT, Key::PageUp);
    }
    window.go_to(2.0, 50.0);
    let rect = window.harness.get_by_label("Original view").rect();
    let placement = window.placement(Content::Original, "Original view");
    let at = on_screen(&placement, window.crosshair());
    assert!(rect.contains(at), "{at} in {rect}");
    window.press_with(Modifiers::SHIFT, Key::ArrowLeft);
    assert_eq!(
        window.crosshair(),
        Point::new(0.5, 50.5),
        "not off the image"
    );
}

/// A key is 16 of the 320 points that a drag over one width takes.
#[test]
fn the_window_is_set_by_keys_and_a_series_is_one_step() {
    let mut window = Window::new().with_study();
    let [center, width] = window.window_of_original();
    window.press_with(Modifiers::ALT, Key::ArrowRight);
    window.press_with(Modifiers::ALT, Key::ArrowRight);
    let [_, wider] = window.window_of_original();
    assert!((wider - width * 0.1_f64.exp()).abs() < 1e-6, "{wider}");
    window.press_with(Modifiers::ALT, Key::ArrowUp);
    let [brighter, _] = window.window_of_original();
    assert!(
        (center - brighter - 0.05 * wider).abs() < 1e-6,
        "{brighter}"
    );
    window.press_with(Modifiers::COMMAND, Key::Z);
    let undone = window.window_of_original();
    assert!((undone[0] - center).abs() + (undone[1] - width).abs() < 1e-9);
    window.press_with(Modifiers::ALT, Key::ArrowLeft);
    window.press(Key::I);
    window.press_with(Modifiers::ALT, Key::ArrowLeft);
    window.press_with(Modifiers::COMMAND, Key::Z);
    let [_, once] = window.window_of_original();
    assert!((once - width * (-0.05_f64).exp()).abs() < 1e-6, "{once}");
}

#[test]
fn arrows_go_where_they_point_on_a_turned_picture() {
    let mut window = Window::with_crosshair();
    window.go_to(30.0, 60.0);
    // A quarter to the right: what was up points right.
    window.press(Key::Period);
    window.press(Key::ArrowRight);
    assert_eq!(window.crosshair(), Point::new(30.5, 59.5));
    window.press(Key::ArrowDown);
    assert_eq!(window.crosshair(), Point::new(31.5, 59.5));
}

#[test]
fn a_stride_is_ten_points_where_the_picture_is_small() {
    let mut window = Window::with_crosshair();
    for _ in 0..12 {
        window.press_with(Modifiers::SHIFT, Key::PageDown);
    }
    let zoom = window.placement(Content::Original, "Original view").zoom();
    assert!(zoom < 1.0, "{zoom}");
    let before = window.crosshair();
    window.press_with(Modifiers::SHIFT, Key::ArrowRight);
    let by = window.crosshair().x - before.x;
    let expected = f64::from((10.0 / zoom).ceil());
    assert!((by - expected).abs() < 1e-9, "{by} for {expected}");
    assert!(expected < SIDE as f64);
}

#[test]
fn tab_takes_the_crosshair_to_the_next_picture() {
    let mut window = Window::new().with_study().with_result();
    window.press(Key::F3);
    window.go_to(40.0, 40.0);
    assert_eq!(window.state().active_content(), Content::SoftTissue);
    for _ in 0..3 {
        if window.state().active_content() == Content::SoftTissue {
            window.press_with(Modifiers::SHIFT, Key::Tab);
        }
    }
    assert_eq!(window.state().active_content(), Content::Original);
    assert_eq!(window.crosshair(), Point::new(40.5, 40.5));
    window.press(Key::ArrowRight);
    assert_eq!(window.crosshair(), Point::new(41.5, 40.5));
    let value = window.value_of("Original view");
    assert!(value.ends_with(" %, C 2000  W 3000"), "{value}");
}

#[test]
fn elsewhere_arrows_and_enter_are_those_of_what_has_the_focus() {
    let mut window = Window::with_crosshair();
    let at = window.crosshair();
    window
        .harness
        .get_by_label("Upper end of the window")
        .focus();
    window.harness.run();
    let [_, before] = window.window_of_original();
    window.press(Key::ArrowRight);
    assert_eq!(window.crosshair(), at);
    assert!(window.window_of_original()[1] > before);
    window.press(Key::F3);
    window.press(Key::ArrowRight);
    assert_eq!(window.crosshair(), at.moved([1.0, 0.0]), "back by its key");
}

#[test]
fn escape_lays_down_what_is_held_then_the_tool_then_the_crosshair() {
    let mut window = Window::with_crosshair();
    window.press(Key::S);
    let (job, _) = window.newest_request();
    window.press(Key::D);
    window.press(Key::Enter);
    window.press(Key::Escape);
    assert!(window.state().measuring.draft.is_empty());
    assert!(window.state().measuring.tool.is_some());
    window.press(Key::Escape);
    assert!(window.state().measuring.tool.is_none());
    assert!(window.state().crosshair_at().is_some());
    window.press(Key::Escape);
    assert!(window.state().crosshair_at().is_none() && !job.is_cancelled());
    assert!(!window.has_text("Press Escape again"));
}

#[test]
fn the_mouse_takes_over_as_soon_as_it_moves_over_a_picture() {
    let mut window = Window::with_crosshair();
    window.go_to(40.0, 40.0);
    let placement = window.placement(Content::Original, "Original view");
    // A mouse that was nowhere does not move when it is somewhere: it moves from there.
    for (x, y) in [(70.5, 20.5), (72.5, 21.5)] {
        let at = on_screen(&placement, Point::new(x, y));
        window.harness.hover_at(at);
        window.harness.run();
    }
    assert!(window.state().crosshair_at().is_none());
    assert!(window.has_text("x   72  y   21"));
    // At rest it leaves the crosshair where it is.
    window.press(Key::F3);
    window.press(Key::ArrowUp);
    assert!(window.state().crosshair_at().is_some());
}

#[test]
fn the_palette_takes_the_keys_from_a_view() {
    let mut window = Window::with_crosshair();
    let at = window.crosshair();
    window.press_with(Modifiers::COMMAND, Key::K);
    window.press(Key::ArrowDown);
    window.press(Key::ArrowDown);
    assert_eq!(window.crosshair(), at);
    window.press(Key::Escape);
    assert!(window.state().crosshair_at().is_some());
}

#[test]
fn keys_move_the_prior_while_it_has_the_focus() {
    let mut window = crate::prior::with_prior(Window::new());
    let current = window.look(Content::Original).clone();
    let before = window.value_of("Prior view");
    window.harness.get_by_label("Prior view").focus();
    window.harness.run();
    window.press_with(Modifiers::SHIFT, Key::PageUp);
    window.press_with(Modifiers::ALT, Key::ArrowRight);
    assert_eq!(*window.look(Content::Original), current);
    let percent = |text: &str| -> f32 {
        let number = text
            .split(' ')
            .next()
            .and_then(|number| number.parse().ok());
        number.expect("a percentage first")
    };
    let after = window.value_of("Prior view");
    let ratio = percent(&after) / percent(&before);
    assert!((ratio - 1.25).abs() < 0.01, "{before}; {after}");
    // 3000 * exp(16 / 320)
    assert!(after.ends_with("W 3154"), "{after}");
}
