//! One sitting with the real model: open, suppress, tune, compare, measure, save, break off, come back.
//!
//! The window is the real one and so is the worker with the shipped bundle; only the screen is missing. Pictures are
//! those of the phantom, so nothing outside the repository is needed.
#![cfg(feature = "gui")]

use diaphane::measure::Point;
use diaphane::ui::{CompareTool, Content, DiaphaneApp, Layout, MeasureCommand, Tool, UiCommand};
use diaphane::worker::{ComputeOptions, SuppressionSettings, start_suppressor};
use eframe::egui::Key;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
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

    fn ask(&mut self, command: UiCommand) {
        self.harness.state_mut().apply(command);
        self.harness.run();
    }

    fn press(&mut self, key: Key) {
        self.harness.key_press(key);
        self.harness.run();
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

    fn settings(&self) -> SuppressionSettings {
        self.harness.state().state().settings().clone()
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
    sitting.ask(UiCommand::LoadBundle(models));
    sitting.ask(UiCommand::OpenPaths(vec![picture.clone()]));
    sitting.wait_for("the radiograph", |s| {
        s.harness.state().state().study().is_some()
    });
    sitting.wait_for("the model", |s| s.harness.state().state().bundle.is_some());

    sitting.press(Key::S);
    sitting.wait_for("the first picture", |s| s.num_results() == 1);
    assert!(sitting.sees("AI-processed"));
    tune(&mut sitting);
    compare(&mut sitting);
    measure(&mut sitting);
    save(&mut sitting, folder.path());
    assert_eq!(std::fs::read(&picture).expect("still there"), before);

    let session = folder.path().join("state/session.json");
    let kept = |_: &Sitting| {
        std::fs::read_to_string(&session).is_ok_and(|text| text.contains("phantom_7_0000_cxr.png"))
    };
    sitting.wait_for("the session to be kept", kept);
    drop(sitting);
    come_back(folder.path());
}

/// Another LEG weight gives another picture, and only what it touches runs again.
fn tune(sitting: &mut Sitting) {
    let settings = SuppressionSettings {
        leg_weight: 2.0,
        ..sitting.settings()
    };
    sitting.ask(UiCommand::EditSettings(settings));
    sitting.ask(UiCommand::ReleaseSettings);
    sitting.wait_for("the second picture", |s| s.num_results() == 2);
    let study = sitting.harness.state().state().study().expect("open");
    let [first, second] = study.runs.all() else {
        panic!("two results");
    };
    assert_ne!(first.result.soft_tissue, second.result.soft_tissue);
    let cached = second.result.stage_times.iter().filter(|time| time.cached);
    assert!(cached.count() >= 3, "{:?}", second.result.stage_times);
}

/// Wipe, bone slider, two results against each other, the original by one key.
fn compare(sitting: &mut Sitting) {
    sitting.press(Key::W);
    assert_eq!(
        sitting.harness.state().state().compare.tool,
        CompareTool::Wipe
    );
    sitting.press(Key::OpenBracket);
    assert!(sitting.sees("90 % of the bone off"));
    sitting.ask(UiCommand::CompareWithRun(Some(1)));
    assert!(sitting.sees("Result 1 beside result 2"));
    sitting.ask(UiCommand::CompareWithRun(None));
    sitting.press(Key::W);
    sitting.press(Key::CloseBracket);
    sitting.harness.key_down(Key::Space);
    sitting.harness.run();
    assert!(sitting.sees("Original view"));
    sitting.harness.key_up(Key::Space);
    sitting.harness.run();
    sitting.ask(UiCommand::SetLayout(Layout::Four));
    for content in [Content::Original, Content::SoftTissue, Content::Bone] {
        assert!(sitting.sees(&format!("{} view", content.name())));
    }
}

/// A length across the chest: a PNG states no pixel size, so it is in pixels and says so.
fn measure(sitting: &mut Sitting) {
    for command in [
        MeasureCommand::Take(Tool::Length),
        MeasureCommand::Place(Point::new(300.0, 500.0)),
        MeasureCommand::Place(Point::new(600.0, 900.0)),
    ] {
        sitting.ask(UiCommand::Measure(command));
    }
    assert!(
        sitting.sees("Length 1: 500.0 px"),
        "a triangle of 300, 400 and 500"
    );
}

fn save(sitting: &mut Sitting, folder: &Path) {
    let shown = sitting.harness.state().state().shown_result();
    let result = shown.expect("a result");
    let output = folder.join("soft.png");
    sitting.ask(UiCommand::SaveSoftTissue(output.clone(), result));
    let certificate = output.with_extension("json");
    sitting.wait_for("the files", |_| output.exists() && certificate.exists());
    let text = std::fs::read_to_string(certificate).expect("a certificate");
    let certificate: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert!(text.contains("sha256") && certificate.is_object());
}

/// The program was never closed: it offers what was open, and the length is there again.
fn come_back(folder: &Path) {
    let mut sitting = Sitting::begin(folder);
    assert!(sitting.sees("did not end cleanly"));
    sitting.harness.get_by_label("Restore").click();
    sitting.harness.run();
    sitting.wait_for("the radiograph", |s| {
        s.harness.state().state().study().is_some()
    });
    assert_eq!(sitting.harness.state().state().layout, Layout::Four);
    sitting.wait_for("the length", |s| s.sees("Length 1: 500.0 px"));
    assert_eq!(
        sitting.num_results(),
        0,
        "pictures are made again, not kept"
    );
}
