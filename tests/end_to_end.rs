//! One sitting with the real model: open, suppress, tune, compare, measure, save, break off, come back.
//!
//! The window is the real one and so is the worker with the shipped bundle; only the screen is missing. The test acts as
//! a person does: it presses keys, clicks buttons and menus by their names, drags sliders and handles, and draws on the
//! view. What the system's dialogs hand over (the model, the name of what is saved) is handed over by command.
//! Pictures are those of the phantom, so nothing outside the repository is needed.
#![cfg(feature = "gui")]

use diaphane::radiograph::FloatImage;
use diaphane::ui::{CompareTool, Content, DiaphaneApp, Layout, UiCommand};
use diaphane::worker::{ComputeOptions, KeptResult, start_suppressor};
use eframe::egui::{Key, Modifiers, Pos2, Rect, Role, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Longest wait for one suppression on a busy machine of two cores, unoptimised.
const PATIENCE: Duration = Duration::from_mins(5);

struct Sitting {
    harness: Harness<'static, DiaphaneApp>,
}

impl Sitting {
    fn begin(kept: &Path) -> Self {
        let engine =
            start_suppressor(ComputeOptions::default(), Arc::new(|_| {})).expect("a worker");
        let mut harness = Harness::builder()
            .with_size([1600.0, 1000.0])
            .with_max_steps(12)
            .build_eframe(|creation| DiaphaneApp::new(creation, Box::new(engine)));
        harness.state_mut().keep_session_in(&kept.join("state"));
        harness.state_mut().keep_measures_in(kept.join("measures"));
        harness.run();
        Self { harness }
    }

    /// Hands over what a dialog of the system would.
    fn hand_over(&mut self, command: UiCommand) {
        self.harness.state_mut().apply(command);
        self.harness.run();
    }

    fn press(&mut self, key: Key) {
        self.press_with(Modifiers::NONE, key);
    }

    fn press_with(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.harness.run();
    }

    fn click(&mut self, label: &str) {
        self.harness.get_by_label(label).click();
        self.harness.run();
    }

    /// Opens a menu of the bar and clicks the item whose name begins so.
    fn choose(&mut self, menu: &str, item: &str) {
        let buttons = |sitting: &Self, part: &str| {
            let found = sitting.harness.query_all_by_role(Role::Button);
            let named = found.filter(|node| {
                let label = node.accesskit_node().label();
                label.is_some_and(|label| label.starts_with(part))
            });
            let places: Vec<Pos2> = named.map(|node| node.rect().center()).collect();
            *places.last().unwrap_or_else(|| panic!("no {part}"))
        };
        for part in [menu, item] {
            let at = buttons(self, part);
            self.harness.hover_at(at);
            self.harness.drag_at(at);
            self.harness.drop_at(at);
            self.harness.run();
        }
    }

    /// Presses at one place, moves to the other in steps, and lets go there.
    fn drag(&mut self, from: Pos2, to: Pos2) {
        self.harness.hover_at(from);
        self.harness.drag_at(from);
        self.harness.run();
        for share in [0.25, 0.5, 0.75, 1.0] {
            self.harness.hover_at(from + share * (to - from));
            self.harness.run();
        }
        self.harness.drop_at(to);
        self.harness.run();
    }

    /// Drags a slider by so many points from where its middle is.
    fn slide(&mut self, name: &str, points: f32) {
        let slider = self
            .harness
            .get_by_role_and_label(Role::Slider, name)
            .rect();
        let from = slider.center();
        self.drag(from, from + Vec2::new(points, 0.0));
    }

    fn rect_of(&self, label: &str) -> Rect {
        self.harness.get_by_label(label).rect()
    }

    fn sees(&self, part: &str) -> bool {
        self.harness
            .query_all_by_label_contains(part)
            .next()
            .is_some()
    }

    fn wait_for(&mut self, what: &str, done: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        while !done(self) {
            assert!(start.elapsed() < PATIENCE, "waited in vain for {what}");
            std::thread::sleep(Duration::from_millis(50));
            self.harness.run();
        }
    }

    fn num_results(&self) -> usize {
        let study = self.harness.state().state().study();
        study.map_or(0, |study| study.runs.all().len())
    }

    fn leg_weight(&self) -> f64 {
        self.harness.state().state().settings().leg_weight
    }
}

/// A phantom radiograph, made by the program itself.
fn phantom(folder: &Path) -> PathBuf {
    let made = Command::new(env!("CARGO_BIN_EXE_diaphane"))
        .args(["simulate", "--count", "1", "--seed", "7", "--out"])
        .arg(folder)
        .output()
        .expect("the program runs");
    assert!(made.status.success(), "{made:?}");
    folder.join("phantom_7_0000_cxr.png")
}

#[test]
fn one_sitting_from_opening_to_coming_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let picture = phantom(&folder.path().join("pictures"));
    let before = std::fs::read(&picture).expect("the radiograph");
    let mut sitting = Sitting::begin(folder.path());
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/compact");
    sitting.hand_over(UiCommand::LoadBundle(models));
    open(&mut sitting, &picture);
    sitting.wait_for("the model", |s| s.harness.state().state().bundle.is_some());

    sitting.click("Suppress");
    sitting.wait_for("the first picture", |s| s.num_results() == 1);
    assert!(sitting.sees("AI-processed"));
    tune(&mut sitting);
    compare(&mut sitting);
    measure(&mut sitting);
    save(&mut sitting, folder.path());
    assert_eq!(std::fs::read(&picture).expect("still there"), before);

    let session = folder.path().join("state/session.json");
    let kept = |_: &Sitting| {
        std::fs::read_to_string(&session).is_ok_and(|text| {
            let text = text.replace(' ', "");
            text.contains("phantom_7_0000_cxr.png") && text.contains("\"has_result\":true")
        })
    };
    sitting.wait_for("the session to be kept", kept);
    let shown = shown_soft_tissue(&sitting);
    let results = folder.path().join("state/results");
    sitting.wait_for("the picture to be kept", |s| {
        kept_soft_tissue(s, &results).as_ref() == Some(&shown)
    });
    drop(sitting);
    come_back(folder.path(), &shown);
}

/// By the line for paths, as where the system has no dialog.
fn open(sitting: &mut Sitting, picture: &Path) {
    sitting.press_with(Modifiers::COMMAND, Key::L);
    let path = picture.to_string_lossy().into_owned();
    let line = |sitting: &Sitting, text: Option<&str>| {
        let line = sitting
            .harness
            .get_by_role_and_label(Role::TextInput, "Path");
        match text {
            Some(text) => line.type_text(text),
            None => assert!(line.is_focused(), "it takes the keys at once"),
        }
    };
    line(sitting, None);
    line(sitting, Some(&path));
    sitting.harness.run();
    sitting.press(Key::Enter);
    sitting.wait_for("the radiograph", |s| {
        s.harness.state().state().study().is_some()
    });
}

/// Another LEG weight, by its slider, gives another picture once it is let go; only what it touches runs again.
fn tune(sitting: &mut Sitting) {
    let before = sitting.leg_weight();
    sitting.slide("LEG weight", 15.0);
    assert!((sitting.leg_weight() - before).abs() > 0.2);
    sitting.wait_for("the second picture", |s| s.num_results() == 2);
    let study = sitting.harness.state().state().study().expect("open");
    let [first, second] = study.runs.all() else {
        panic!("two results");
    };
    assert_ne!(first.result.soft_tissue, second.result.soft_tissue);
    let cached = second.result.stage_times.iter().filter(|time| time.cached);
    assert!(cached.count() >= 3, "{:?}", second.result.stage_times);
}

/// Wipe by its handle, bone slider, two results against each other, the original by one key.
fn compare(sitting: &mut Sitting) {
    let compared = |s: &Sitting| s.harness.state().state().compare;
    sitting.press(Key::W);
    assert_eq!(compared(sitting).tool, CompareTool::Wipe);
    let handle = sitting.rect_of("Wipe handle").center();
    let before = compared(sitting).wipe_position;
    sitting.drag(handle, handle + Vec2::new(80.0, 0.0));
    assert!(compared(sitting).wipe_position > before + 0.05);
    compare_results(sitting);
    sitting.press(Key::W);
    assert_eq!(compared(sitting).tool, CompareTool::Whole);

    sitting.slide("Bone taken off, %", -30.0);
    let suppression = compared(sitting).suppression;
    assert!(suppression > 0.05 && suppression < 0.7, "{suppression}");
    let percent = format!("{:.0} % of the bone off", 100.0 * suppression);
    assert!(sitting.sees(&percent), "{percent}");
    let steps = ((1.0 - suppression) / 0.1).ceil() as usize;
    for _ in 0..steps {
        sitting.press(Key::CloseBracket);
    }
    assert!(!sitting.sees("of the bone off"), "all of it");

    sitting.harness.key_down(Key::Space);
    sitting.harness.run();
    assert!(sitting.sees("Original view") && !sitting.sees("Soft tissue view"));
    sitting.harness.key_up(Key::Space);
    sitting.harness.run();
    sitting.choose("View", "Original, soft tissue, bone and difference");
    for content in [Content::Original, Content::SoftTissue, Content::Bone] {
        assert!(sitting.sees(&format!("{} view", content.name())));
    }
}

/// By the button on the card of the result that is not shown, and again to end it.
fn compare_results(sitting: &mut Sitting) {
    for is_compared in [true, false] {
        let buttons = sitting
            .harness
            .get_all_by_role_and_label(Role::Button, "Compare");
        let mut enabled = buttons.filter(|button| !button.accesskit_node().is_disabled());
        enabled.next().expect("the other result").click();
        drop(enabled);
        sitting.harness.run();
        assert_eq!(sitting.sees("Result 1 beside result 2"), is_compared);
    }
}

/// A length across the chest: a PNG states no pixel size, so it is in pixels and says so.
fn measure(sitting: &mut Sitting) {
    sitting.choose("Measure", "Length");
    let view = sitting.rect_of("Original view");
    let size = sitting.harness.state().state().study().expect("open");
    let (width, height) = size.radiograph.size();
    let size = Vec2::new(width as f32, height as f32);
    // The whole radiograph is seen, in the middle.
    let zoom = (view.size() / size).min_elem();
    let place = |x: f32, y: f32| view.center() + zoom * (Vec2::new(x, y) - 0.5 * size);
    sitting.drag(place(300.0, 500.0), place(600.0, 900.0));
    let length = length_px(sitting);
    // A triangle of 300, 400 and 500, to a hundredth of a screen pixel at either end.
    assert!((length - 500.0).abs() < 0.1, "{length}");
}

/// The length as the window says it.
fn length_px(sitting: &Sitting) -> f64 {
    let found = sitting.harness.query_all_by_label_contains("Length 1: ");
    let label = found.map(|node| node.accesskit_node().label().or(node.value()));
    let label = label.flatten().next().expect("a length");
    let number = label.split("Length 1: ").nth(1).and_then(|rest| {
        let (number, unit) = rest.split_once(' ')?;
        unit.starts_with("px").then_some(number)?.parse().ok()
    });
    number.unwrap_or_else(|| panic!("{label}"))
}

fn save(sitting: &mut Sitting, folder: &Path) {
    let shown = sitting.harness.state().state().shown_result();
    let result = shown.expect("a result");
    let output = folder.join("soft.png");
    sitting.hand_over(UiCommand::SaveSoftTissue(output.clone(), result));
    let certificate = output.with_extension("json");
    sitting.wait_for("the files", |_| output.exists() && certificate.exists());
    let text = std::fs::read_to_string(certificate).expect("a certificate");
    let certificate: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert!(text.contains("sha256") && certificate.is_object());
}

/// The soft-tissue image that is shown.
fn shown_soft_tissue(sitting: &Sitting) -> FloatImage {
    let study = sitting.harness.state().state().study();
    let result = study.and_then(|study| study.result());
    result.expect("a result").soft_tissue.clone()
}

/// The one that the next start finds, once a result was shown long enough to be kept.
fn kept_soft_tissue(sitting: &Sitting, results: &Path) -> Option<FloatImage> {
    let study = sitting.harness.state().state().study()?;
    let file = std::fs::read_dir(results).ok()?.next()?.ok()?.path();
    let bytes = std::fs::read(file).ok()?;
    let kept = KeptResult::from_bytes(&bytes, &study.radiograph).ok()?;
    Some(kept.result.soft_tissue.clone())
}

/// The program was never closed: it offers what was open, and the length and the picture that was shown are there again.
fn come_back(folder: &Path, shown: &FloatImage) {
    let mut sitting = Sitting::begin(folder);
    assert!(sitting.sees("did not end cleanly"));
    sitting.click("Restore");
    sitting.wait_for("the radiograph", |s| {
        s.harness.state().state().study().is_some()
    });
    assert_eq!(sitting.harness.state().state().layout, Layout::Four);
    sitting.wait_for("the length", |s| s.sees("Length 1: "));
    assert!((length_px(&sitting) - 500.0).abs() < 0.1);
    sitting.wait_for("the picture", |s| s.num_results() == 1);
    assert!(
        shown_soft_tissue(&sitting) == *shown,
        "the very one, without a model"
    );
}
