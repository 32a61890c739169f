//! The lung mask: painted and erased with the mouse, given to the run, taken back, stated when saving.

use crate::fake::Window;
use crate::phantom::{SIDE, body, grid, result};
use diaphane::radiograph::LungMask;
use diaphane::ui::{MaskCommand, UiCommand};
use diaphane::worker::{Certificate, EventKind, MaskOrigin};
use eframe::egui::{Event, Key, Modifiers, PointerButton, Pos2, Vec2};
use egui_kittest::kittest::Queryable as _;
use std::fs;
use std::sync::Arc;

/// Radius of the brush, image pixels.
const RADIUS: f64 = 4.0;
/// Pixel centres within 4 of a corner of the grid, by numpy: `c = np.arange(20) - 9.5`,
/// `(np.add.outer(c**2, c**2) <= 16).sum()`.
const DISC: usize = 52;

pub fn num_found() -> usize {
    let inside = (0..SIDE * SIDE).filter(|i| body(i / SIDE, i % SIDE).0);
    inside.count()
}

impl Window {
    fn mask(&mut self, command: MaskCommand) {
        self.apply(UiCommand::Mask(command));
    }

    /// With a result, and the brush in hand.
    pub fn with_brush() -> Self {
        let mut window = Self::new().with_study().with_result();
        window.press_with(Modifiers::SHIFT, Key::M);
        window.mask(MaskCommand::SetRadius(RADIUS));
        window
    }

    /// Pixels of the mask as it is edited.
    pub fn num_inside(&self) -> usize {
        let study = self.state().study().expect("open");
        study.edited_mask().expect("a mask").num_inside()
    }

    /// Where a place of the image lies in the view of the original, whatever way the pointer comes.
    fn on_original(&self, x: f32, y: f32) -> Pos2 {
        let view = self.harness.get_by_label("Original view").rect();
        let zoom = view.width().min(view.height()) / SIDE as f32;
        let half = 0.5 * SIDE as f32;
        view.center() + zoom * Vec2::new(x - half, y - half)
    }

    fn button(&mut self, at: Pos2, button: PointerButton, modifiers: Modifiers, pressed: bool) {
        self.harness.event(Event::PointerMoved(at));
        self.harness.event(Event::PointerButton {
            pos: at,
            button,
            pressed,
            modifiers,
        });
        self.harness.run();
    }

    /// Drags from one place of the image to another.
    fn stroke(&mut self, [from, to]: [(f32, f32); 2], button: PointerButton, modifiers: Modifiers) {
        let ends = [from, to].map(|(x, y)| self.on_original(x, y));
        self.harness.event(Event::PointerMoved(ends[0]));
        self.harness.run_steps(1);
        self.button(ends[0], button, modifiers, true);
        for share in [0.5, 1.0] {
            let at = ends[0] + share * (ends[1] - ends[0]);
            self.harness
                .event_modifiers(Event::PointerMoved(at), modifiers);
            self.harness.run();
        }
        self.button(ends[1], button, modifiers, false);
    }

    fn newest_mask(&self) -> Option<Arc<LungMask>> {
        let desk = self.desk.borrow();
        desk.requests.last().expect("a request").1.mask.clone()
    }

    fn finish_run(&mut self) {
        let (job, settings) = self.newest_request();
        let mut made = result(settings);
        if let Some(mask) = self.newest_mask() {
            made.lung_mask = LungMask::clone(&mask);
        }
        self.report(job.id(), EventKind::Suppressed(Arc::new(made)));
    }
}

const OUTSIDE: [(f32, f32); 2] = [(48.0, 8.0), (48.0, 8.0)];

#[test]
fn a_click_paints_a_disc_and_undo_takes_it_back() {
    let mut window = Window::with_brush();
    assert_eq!(window.num_inside(), num_found());
    let requests = window.num_requests();
    let voi = window.look(diaphane::ui::Content::Original).voi.clone();
    window.stroke(OUTSIDE, PointerButton::Primary, Modifiers::NONE);
    assert_eq!(window.num_inside(), num_found() + DISC);
    window.stroke([(48.0, 88.0); 2], PointerButton::Primary, Modifiers::NONE);
    assert_eq!(window.num_inside(), num_found() + 2 * DISC);
    assert!(window.has("Stale: the lung mask was edited"));
    assert_eq!(window.num_requests(), requests, "nothing runs before Apply");
    assert!(window.look(diaphane::ui::Content::Original).voi == voi);
    assert_eq!(window.state().undo.undo_name(), Some("lung mask"));
    window.apply(UiCommand::Undo);
    assert_eq!(window.num_inside(), num_found() + DISC, "one step a stroke");
    window.apply(UiCommand::Undo);
    assert_eq!(window.num_inside(), num_found());
    assert!(!window.has_text("Stale"));
    window.apply(UiCommand::Redo);
    assert_eq!(window.num_inside(), num_found() + DISC);
}

/// A drag of 20 pixels down the middle takes the disc and a bar of 8 x 20.
#[test]
fn a_drag_paints_all_along_its_way_and_erasing_clears_it_again() {
    for (button, modifiers) in [
        (PointerButton::Secondary, Modifiers::NONE),
        (PointerButton::Primary, Modifiers::SHIFT),
    ] {
        let mut window = Window::with_brush();
        let way = [(48.0, 2.0 + 4.0), (48.0, 26.0)];
        window.stroke(way, PointerButton::Primary, Modifiers::NONE);
        let painted = window.num_inside();
        // The ends come through points of the screen and may move by a part of a pixel.
        let expected = num_found() + DISC + 8 * 20;
        assert!(painted.abs_diff(expected) <= 8, "{painted} for {expected}");
        window.mask(MaskCommand::SetRadius(RADIUS + 1.0));
        window.stroke(way, button, modifiers);
        let erased = window.num_inside();
        assert!(erased <= num_found(), "{erased} with {button:?}");
    }
}

#[test]
fn the_run_is_given_the_mask_and_its_result_is_of_it() {
    let mut window = Window::with_brush();
    window.stroke(OUTSIDE, PointerButton::Primary, Modifiers::NONE);
    window.click("Apply the mask");
    let given = window.newest_mask().expect("the mask");
    assert_eq!(given.num_inside(), num_found() + DISC);
    assert!(window.has("Stale: a new picture is being made"));
    // A stroke drawn while the run is under way is not in its result.
    window.stroke([(48.0, 88.0); 2], PointerButton::Primary, Modifiers::NONE);
    window.finish_run();
    assert!(window.has("Stale: the lung mask was edited"));
    window.apply(UiCommand::Undo);
    assert!(!window.has_text("Stale"));

    let requests = window.num_requests();
    window.click("Back to the found mask");
    assert_eq!(window.num_inside(), num_found());
    assert_eq!(
        window.num_requests(),
        requests,
        "that picture is there already"
    );
    assert!(!window.has_text("Stale"), "and is shown at once");
    window.apply(UiCommand::ShowRun(2));
    assert_eq!(window.num_inside(), num_found() + DISC, "with what made it");
    assert!(!window.has_text("Stale"));
}

#[test]
fn back_to_the_found_mask_ends_the_run_with_the_drawn_one() {
    let mut window = Window::with_brush();
    window.stroke(OUTSIDE, PointerButton::Primary, Modifiers::NONE);
    window.click("Apply the mask");
    window.press_with(Modifiers::SHIFT, Key::M);
    assert!(window.has("A picture is being made with the mask you drew"));
    let (job, _) = window.newest_request();
    window.click("Back to the found mask");
    assert!(job.is_cancelled() && window.has_text("The run was stopped"));
    assert!(!window.has_text("Stale"));
}

#[test]
fn without_a_result_the_lungs_are_found_first() {
    let mut window = Window::new().with_study();
    window.press_with(Modifiers::SHIFT, Key::M);
    assert!(window.has_text("The lungs are being found"));
    let job = window.desk.borrow().segmentations[0].id();
    let mask = LungMask::from_nonzero(&grid(|row, col| u8::from(body(row, col).0)));
    window.report(job, EventKind::Segmented(Arc::new(mask)));
    assert!(window.has_text("Drag paints"));
    window.mask(MaskCommand::SetRadius(RADIUS));
    window.stroke(OUTSIDE, PointerButton::Primary, Modifiers::NONE);
    window.press(Key::S);
    let given = window.newest_mask().expect("the mask");
    assert_eq!(given.num_inside(), num_found() + DISC);
}

#[test]
fn a_search_that_fails_lays_the_brush_down() {
    let mut window = Window::new().with_study();
    window.press_with(Modifiers::SHIFT, Key::M);
    let job = window.desk.borrow().segmentations[0].id();
    let sentence = "The lungs were not found; choose another picture.";
    window.report(job, EventKind::Failed(sentence.into()));
    assert!(window.has(sentence));
    assert!(!window.state().masking.is_on);

    let mut window = Window::new();
    let study = crate::phantom::radiograph("first");
    window.apply(UiCommand::ShowRadiograph(Arc::new(study)));
    window.press_with(Modifiers::SHIFT, Key::M);
    assert!(window.has_text("no model to find one"));
    assert!(!window.state().masking.is_on);
}

#[test]
fn keys_and_escape_change_the_brush_and_lay_it_down() {
    let mut window = Window::with_brush();
    let radius = |window: &Window| {
        let study = window.state().study().expect("open");
        window.state().masking.radius(study)
    };
    window.press(Key::CloseBracket);
    assert!((radius(&window) - 5.0).abs() < 1e-9);
    assert!((window.state().compare.suppression - 1.0).abs() < 1e-6);
    window.press(Key::OpenBracket);
    assert!((radius(&window) - 4.0).abs() < 1e-9);
    window.press(Key::Escape);
    assert!(!window.state().masking.is_on);
    assert_eq!(window.num_inside(), num_found());
    // A measure takes the mouse from the brush, and the brush from the measure.
    window.press_with(Modifiers::SHIFT, Key::M);
    window.press(Key::D);
    assert!(!window.state().masking.is_on);
    window.press_with(Modifiers::SHIFT, Key::M);
    assert!(window.state().measuring.tool.is_none());
}

#[test]
fn the_certificate_says_whose_mask_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = Window::with_brush();
    let origin_of = |window: &mut Window, name: &str| {
        let result = window.state().shown_result().expect("a result");
        let picture = folder.path().join(format!("{name}_soft.png"));
        window.apply(UiCommand::SaveSoftTissue(picture, result));
        let path = folder.path().join(format!("{name}.json"));
        assert!(window.wait_until(|_| path.exists()));
        let text = fs::read_to_string(path).expect("a certificate");
        serde_json::from_str::<Certificate>(&text)
            .expect("JSON")
            .mask
    };
    assert_eq!(origin_of(&mut window, "found"), MaskOrigin::Segmenter);
    window.stroke(OUTSIDE, PointerButton::Primary, Modifiers::NONE);
    // Not applied yet: the picture on the screen is still of the mask that was found.
    assert_eq!(origin_of(&mut window, "edited"), MaskOrigin::Segmenter);
    window.click("Apply the mask");
    window.finish_run();
    assert_eq!(origin_of(&mut window, "applied"), MaskOrigin::Given);
}
