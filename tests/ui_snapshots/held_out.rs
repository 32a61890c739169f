//! Held-out images of a run: compared as in the main window, scrubbed over time.

use crate::fake::Window;
use crate::training::{chest, write_run_folder};
use diaphane::formats::raster::write_grey16;
use diaphane::ui::{
    Compare, CompareTool, SampleBase, SampleLook, SampleScrub, TrainingCommand, UiCommand,
};
use eframe::egui::{
    Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, Rect, TouchPhase, Vec2,
};
use egui_kittest::kittest::Queryable as _;
use std::path::{Path, PathBuf};

/// A run whose held-out image was rendered twice, with what the run file and the listing say of it.
fn write_rendered_run(root: &Path) -> PathBuf {
    let out = root.join("earlier");
    write_run_folder(&out);
    let pairs = root.join("pairs");
    let [cxr, soft] = ["cxr", "soft"].map(|ending| pairs.join(format!("case 1_{ending}.png")));
    std::fs::create_dir_all(&pairs).expect("a folder");
    let truth = chest(0);
    write_grey16(&cxr, &truth.radiograph, true).expect("written");
    write_grey16(&soft, &truth.soft_tissue, true).expect("written");
    let settings = std::fs::read_to_string(out.join("run.toml")).expect("settings");
    let source = format!("folder = '{}'\ngrid_px = 320", pairs.display());
    let settings = settings.replace("folder = 'z'", &source);
    std::fs::write(out.join("run.toml"), settings).expect("written");
    let listing = serde_json::json!([{
        "name": "case 1",
        "kind": "pairs",
        "split": "validation",
        "radiograph": cxr,
        "sha256": { (cxr.to_str().expect("text")): "0", (soft.to_str().expect("text")): "0" },
    }]);
    std::fs::write(out.join("data.json"), listing.to_string()).expect("written");
    for (step, study) in [("step-00000100", chest(1)), ("step-00000300", chest(0))] {
        let folder = out.join("samples").join(step);
        std::fs::create_dir_all(&folder).expect("a folder");
        // Padded as networks need it.
        let picture = study.soft_tissue.padded_by_edge(384, 384);
        let path = folder.join("case 1_soft.png");
        write_grey16(&path, &picture, true).expect("written");
    }
    out
}

impl Window {
    /// The run in this folder is open and its held-out image read.
    fn with_rendered_run(mut self, out: &Path) -> Self {
        self.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::T);
        self.train(TrainingCommand::OpenRun(out.to_owned()));
        let newest = out.join("samples/step-00000300/case 1_soft.png");
        let is_read = |window: &Self| window.state().training.samples.picture(&newest).is_some();
        assert!(self.wait_until(is_read));
        self.harness.get_by_label("Held-out view").scroll_to_me();
        self.harness.run();
        self
    }

    fn samples(&self) -> &SampleScrub {
        &self.state().training.samples
    }
}

#[test]
fn held_out_images_are_scrubbed_over_time() {
    let root = tempfile::tempdir().expect("a folder");
    let out = write_rendered_run(root.path());
    let mut window = Window::new().with_rendered_run(&out);
    assert!(window.has("after 300 iterations") && window.has("After 300 iterations"));
    assert!(window.has_text("AI-processed"));
    window.train(TrainingCommand::ShowSampleAt(0));
    assert!(window.has("after 100 iterations") && window.has("After 100 iterations"));
    let picture = |step: &str| {
        let path = out.join("samples").join(step).join("case 1_soft.png");
        window.samples().picture(&path).expect("read").clone()
    };
    let [first, last] = ["step-00000100", "step-00000300"].map(picture);
    assert_ne!(first, last);
    let mates = window.samples().mates().expect("mates");
    assert_eq!(first.size(), (320, 320), "without what pads it");
    assert_eq!(mates.radiograph.size(), (320, 320));
    window.apply(UiCommand::TogglePatient);
    assert!(!window.has_text("case 1"), "names may be patients' names");
}

#[test]
fn a_held_out_image_has_the_tools_of_the_main_window_and_keeps_zoom_and_window_over_time() {
    let root = tempfile::tempdir().expect("a folder");
    let out = write_rendered_run(root.path());
    let mut window = Window::new().with_rendered_run(&out);
    assert_eq!(window.samples().compare.tool, CompareTool::Wipe);
    let before = window.samples().clone();
    window.drag("Wipe handle", [80.0, 0.0]);
    assert!(window.samples().compare.wipe_position > before.compare.wipe_position + 0.05);
    assert_eq!(
        window.state().compare,
        Compare::default(),
        "the main window has its own"
    );
    let view = window.harness.get_by_label("Held-out view").rect();
    let at = view.center() + Vec2::new(-120.0, -100.0);
    window.drag_from(at, Vec2::new(60.0, 30.0));
    assert_ne!(window.samples().voi, before.voi, "a drag is a window");
    let scrolled = window.harness.get_by_label("Held-out view").rect().top();
    window.harness.hover_at(at);
    window.harness.event(Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: Vec2::new(0.0, 120.0),
        phase: TouchPhase::Move,
        source: MouseWheelSource::Unknown,
        modifiers: Modifiers::NONE,
    });
    window.harness.run();
    let looked = window.samples().clone();
    assert_ne!(looked.camera, before.camera, "the wheel enlarges");
    let now = window.harness.get_by_label("Held-out view").rect().top();
    assert!((now - scrolled).abs() < 0.5, "and moves nothing else");
    window.train(TrainingCommand::ShowSampleAt(0));
    let scrubbed = window.samples();
    assert_eq!(
        (scrubbed.camera, &scrubbed.voi),
        (looked.camera, &looked.voi)
    );
    assert_eq!(scrubbed.base_shown(), SampleBase::Radiograph);
    window.click_anywhere("True soft tissue");
    assert_eq!(window.samples().base_shown(), SampleBase::SoftTissue);
    window.click_anywhere("Lens");
    assert_eq!(window.samples().compare.tool, CompareTool::Lens);
    assert!(!window.has("Wipe handle"));
    let centre = window.harness.get_by_label("Held-out view").rect().center();
    window.harness.hover_at(centre);
    window.train(TrainingCommand::LookAtSample(SampleLook::Reset));
    assert_eq!(window.samples().voi, before.voi);
}

#[test]
fn a_held_out_image_beside_its_truth() {
    let Some(window) = Window::with_pictures() else {
        return;
    };
    let root = tempfile::tempdir().expect("a folder");
    let out = write_rendered_run(root.path());
    let mut window = window.with_rendered_run(&out);
    let view = |window: &Window| window.harness.get_by_label("Held-out view").rect();
    // The newest picture is the truth itself; another chest was rendered before.
    window.train(TrainingCommand::SetSampleBase(SampleBase::SoftTissue));
    let rect = view(&window);
    let sides = |window: &mut Window, rect: Rect| {
        let picture = window.harness.render().expect("a picture");
        let [x, y] = [rect.center().x as u32, rect.center().y as u32 + 60];
        let column = |x: u32| -> Vec<i32> {
            let rows = y - 150..y + 60;
            rows.map(|y| i32::from(picture.get_pixel(x, y).0[0]))
                .collect()
        };
        // Left of the line and right of it, mirrored about nothing: the same columns of two states are compared.
        [column(x - 60), column(x + 60)]
    };
    let newest = sides(&mut window, rect);
    window.train(TrainingCommand::ShowSampleAt(0));
    let oldest = sides(&mut window, rect);
    let apart = |a: &[i32], b: &[i32]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).max();
    assert_eq!(
        apart(&newest[0], &oldest[0]),
        Some(0),
        "the truth stays at the left"
    );
    assert!(
        apart(&newest[1], &oldest[1]) > Some(10),
        "what was rendered changes"
    );
    window.train(TrainingCommand::SetSampleBase(SampleBase::Radiograph));
    window.train(TrainingCommand::ShowSampleAt(1));
    window.apply(UiCommand::TogglePatient);
    window.snapshot("training_held_out");
}
