//! Evidence about a run in the training window: judged, sorted, opened, reported, put in force, taken back.

mod cases;
mod putting_in_force;

use crate::fake::Window;
use crate::training::write_checkpoint;
use diaphane::contest::Gallery;
use diaphane::evidence::{Learned, Patients, Table, TestPairs, TrainedWith, Verdict};
use diaphane::model::site::Looks;
use diaphane::model::{Bundle, BundleInfo, Manifest, Preset, SiteFolder, find_bundle};
use diaphane::ui::{EvidenceCommand, TrainingCommand, TrainingPage, UiCommand};
use diaphane::worker::{
    Candidate, ContestOutcome, ContestStep, Contestant, EventKind, JobHandle, JudgePlan,
    JudgedCase, Priority, Progress, Scores, Stage, StageSteps, StopReason,
};
use eframe::egui::{Key, Modifiers, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

const CASES: [&str; 4] = ["a", "b", "c", "d"];

/// Scores of the four test pairs and of four phantoms, this much above those of the base.
fn scores(psnr: f64, bone: f64) -> Scores {
    let table = |of: fn(usize) -> String| {
        let mut table = Table::default();
        for case in 0..CASES.len() {
            let of_case = case as f64;
            let mut row = vec![
                ("BSR", Some(0.95 + 0.01 * of_case)),
                ("MSE", Some(0.002 - 0.0002 * of_case)),
                ("PSNR", Some(29.0 + psnr + 0.7 * of_case)),
                ("LPIPS", Some(0.08)),
                (
                    "PSNRaff",
                    Some(31.0 + psnr * (1.0 + 0.1 * of_case) + 0.5 * of_case),
                ),
                ("RBF", Some(bone - 0.02 * of_case)),
                ("detail_corr", Some(0.93)),
                ("lung_PSNR", Some(28.0 + psnr)),
            ];
            // Three of the phantoms have nodules; of patients nobody knows.
            let name = of(case);
            if name.starts_with("phantom") {
                row.push(("finding_gain", (case > 0).then_some(0.88 + 0.01 * psnr)));
            }
            table.add(name, row);
        }
        table
    };
    Scores {
        test: table(|case| CASES[case].to_owned()),
        reference: table(|case| format!("phantom {}", case + 1)),
    }
}

fn contestant(label: &str, version: &str, psnr: f64, bone: f64) -> Contestant {
    let mut manifest = Manifest::for_preset(Preset::Compact);
    let name = if label == "base" { "compact" } else { "site-3" };
    name.clone_into(&mut manifest.name);
    version.clone_into(&mut manifest.version);
    Contestant {
        label: label.to_owned(),
        info: BundleInfo {
            folder: PathBuf::from(label),
            manifest,
            sha256: label.repeat(12),
            bytes: 1,
            card: None,
        },
        scores: scores(psnr, bone),
    }
}

/// Best, last and base judged; this much the candidates' residual bone is.
fn outcome(root: &Path, bone: f64) -> ContestOutcome {
    let cases = CASES.map(|name| JudgedCase {
        name: name.to_owned(),
        radiograph: root.join(format!("{name}_cxr.png")),
        soft_tissue: root.join(format!("{name}_soft.png")),
        is_simulated: false,
        kept: ["best", "last", "base"]
            .map(|label| {
                (
                    label.to_owned(),
                    root.join(format!("{name}-{label}.safetensors")),
                )
            })
            .into(),
    });
    let mut patients = Patients::default();
    patients.insert_unnamed("d".to_owned(), "d".to_owned());
    let mut outcome = ContestOutcome {
        made_at: "2026-03-01T12:00:00Z".to_owned(),
        device: "CPU".to_owned(),
        given_masks: false,
        folders: vec![root.to_owned()],
        split: Some((root.join("split.json"), "00".repeat(32))),
        patients,
        looks: Some(Looks {
            judgings: 2,
            candidates: 3,
            damaged: 0,
        }),
        cases: cases.into(),
        gallery: Gallery::default(),
        untouched: scores(-3.0, 1.0),
        candidates: Vec::new(),
        base: contestant("base", "1", 0.0, 0.2),
    };
    let pairs = TestPairs {
        is_locked: true,
        left_out: 0,
        split: TrainedWith::TestSplit,
        learned: Learned::Known {
            num_files: 80,
            shared: Vec::new(),
            unknown: Vec::new(),
        },
        is_stated: false,
    };
    for (label, version, psnr) in [("best", "300", 0.6), ("last", "1000", 0.4)] {
        let contestant = contestant(label, version, psnr, bone);
        let test = outcome.against(&contestant, &outcome.base, |scores| &scores.test);
        let reference = outcome.against(&contestant, &outcome.base, |scores| &scores.reference);
        outcome.candidates.push(Candidate {
            verdict: Verdict::new(&pairs, &test, &reference, 1),
            contestant,
            test,
            reference,
            pairs: pairs.clone(),
        });
    }
    outcome
}

/// A folder of a run with a checkpoint, as training leaves it.
fn write_run(out: &Path) {
    let settings = "stage = 'denoiser'\nout = 'x'\nvqgan = 'y'\niterations = 300\nbatch = 4\n\
                    [[data.source]]\nkind = 'pairs'\nfolder = 'z'\n";
    let state = "iteration = 300\nelapsed_secs = 375.0\nbest_score = 31.0\nbest_iteration = 300\n";
    write_checkpoint(&out.join("checkpoints/step-00000300"), state);
    let entry = |number: usize| {
        let split = if number < 3 { "training" } else { "excluded" };
        serde_json::json!({
            "name": format!("{number}"),
            "kind": "pairs",
            "split": split,
            "radiograph": format!("{number}_cxr.png"),
            "sha256": {},
        })
    };
    let listing = (0..5).map(entry).collect::<serde_json::Value>().to_string();
    for (path, text) in [
        (out.join("data.json"), listing.as_str()),
        (out.join("run.toml"), settings),
        (out.join("last"), "step-00000300"),
        (out.join("best"), "step-00000300"),
    ] {
        std::fs::write(path, text).expect("written");
    }
}

/// A folder with a run, and a site of its own.
fn root() -> TempDir {
    let root = tempfile::tempdir().expect("a folder");
    write_run(&root.path().join("run"));
    root
}

impl Window {
    fn evidence(&mut self, command: EvidenceCommand) {
        self.apply(UiCommand::Training(TrainingCommand::Evidence(command)));
    }

    /// The evidence of the run in `root`, nothing judged yet.
    fn with_opened_run(mut self, root: &Path) -> Self {
        let site = SiteFolder::at(&root.join("site"));
        self.harness.state_mut().use_site(site);
        self.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::T);
        assert!(!self.can_press("Evidence"), "no run was opened");
        let run = TrainingCommand::OpenRun(root.join("run"));
        self.apply(UiCommand::Training(run));
        let is_open = |window: &Self| window.state().training.run.is_some();
        assert!(self.wait_until(is_open), "the run is read");
        self.harness.run();
        self.click("Evidence");
        assert_eq!(self.state().training.page, TrainingPage::Evidence);
        self
    }

    fn judge(&mut self) -> JobHandle {
        self.click("Judge on the locked test pairs");
        let desk = self.desk.borrow();
        desk.contests.last().expect("asked").0.clone()
    }

    /// This came of judging the run in `root`.
    fn with_evidence(self, root: &Path, bone: f64) -> Self {
        let mut window = self.with_opened_run(root);
        let job = window.judge();
        let outcome = outcome(root, bone);
        window.report(job.id(), EventKind::Judged(Arc::new(outcome)));
        window
    }

    fn can_press(&self, label: &str) -> bool {
        let button = self.harness.get_by_role_and_label(Role::Button, label);
        !button.accesskit_node().is_disabled()
    }

    fn order_of_cases(&self) -> Vec<String> {
        let evidence = &self.state().training.evidence;
        let outcome = evidence.outcome.done().expect("judged");
        let table = evidence.cases(evidence.candidate(outcome).expect("a candidate"));
        table.rows().iter().map(|(case, _)| case.clone()).collect()
    }

    fn push(&mut self, label: &str) {
        self.harness.get_by_label(label).click_accesskit();
        self.harness.run();
    }
}

#[test]
fn judging_is_asked_for_watched_and_ended() {
    let root = root();
    let mut window = Window::new().with_study().with_opened_run(root.path());
    assert!(window.has("Run folder run: checkpoint after 300 of 300 iterations"));
    // Its listing has three pairs that are learned from, and two that the split keeps for the test.
    let effort = "Judging makes 20 pictures: 2 pairs kept out of the run and 8 phantoms, by 2 models. How long that takes is told after";
    assert!(window.has_text(effort));
    let job = window.judge();
    assert_eq!(job.priority(), Priority::Background);
    {
        let desk = window.desk.borrow();
        let JudgePlan::Run(plan) = &desk.contests[0].1 else {
            panic!("a run is judged");
        };
        assert_eq!((&plan.run, &plan.base), (&root.path().join("run"), &None));
    }
    assert!(window.has("The checkpoints are packed, and the pairs looked at"));
    let step = ContestStep {
        model: "last".to_owned(),
        case: "b".to_owned(),
        number: 7,
        total: 24,
    };
    window.report(job.id(), EventKind::PictureBegun(Box::new(step)));
    job.set_progress(Progress {
        stage: Stage::Global,
        done: 1,
        total: 20,
        fraction: 0.25,
        eta_secs: Some(40.0),
        stages: StageSteps::default(),
    });
    window.harness.run();
    assert!(window.has("Picture 7 of 24, last, about 40 s left"));
    assert!(window.has("Judging: picture 7 of 24"), "in the status bar");
    window.report(job.id(), EventKind::TrainingPaused);
    assert!(window.has("Waiting while a study is read"));
    window.report(job.id(), EventKind::TrainingResumed);
    window.click("Cancel judging");
    assert!(job.is_cancelled());
    window.report(job.id(), EventKind::Stopped(StopReason::Cancelled));
    assert!(window.can_press("Judge on the locked test pairs"));
    let again = window.judge();
    let why = "the run was begun without a split";
    window.report(again.id(), EventKind::Failed(why.into()));
    assert!(window.has(why) && window.can_press("Judge on the locked test pairs"));
}

/// What was judged before the window closed stands there again, as long as it holds.
#[test]
fn evidence_is_kept_with_the_run() {
    let root = root();
    let shipped = find_bundle("compact").expect("the shipped bundle");
    let text = std::fs::read_to_string(shipped.join("manifest.toml")).expect("a manifest");
    let best = root.path().join("run/site/best");
    std::fs::create_dir_all(&best).expect("a folder");
    let manifest = best.join("manifest.toml");
    let packed = text.replace("version = \"0.3.0\"", "version = \"300\"");
    std::fs::write(&manifest, &packed).expect("written");
    let mut judged = outcome(root.path(), 0.2);
    judged.candidates.truncate(1);
    judged.candidates[0].contestant.info = Bundle::info(&best).expect("a bundle");
    judged.base.info = Bundle::info(&shipped).expect("a bundle");
    let file = root.path().join("run/evidence/outcome.json");
    judged.write(&file).expect("written");

    let window = Window::new().with_study();
    let mut window = window.with_opened_run(root.path());
    assert!(window.wait_until(|window| window.has("It may be put in force.")));
    assert!(window.has_text("Judged 2026-03-01T12:00:00Z on CPU; kept in the run folder"));
    assert!(window.has_text("looked at 2 times, with 3 candidates"));
    let outcome = Arc::clone(
        window
            .state()
            .training
            .evidence
            .outcome
            .done()
            .expect("kept"),
    );
    assert_eq!(*outcome, judged);
    // What is judged now takes its place.
    let job = window.judge();
    window.report(job.id(), EventKind::Judged(outcome));
    assert!(!window.has_text("kept in the run folder"));

    std::fs::write(
        &manifest,
        packed.replace("version = \"300\"", "version = \"400\""),
    )
    .expect("written");
    let window = Window::new().with_study();
    let window = window.with_opened_run(root.path());
    let sentence = "The evidence of 2026-03-01T12:00:00Z is out of date: the model best is another one by now. Judge the \
                    run again.";
    let mut window = window;
    assert!(window.wait_until(|window| window.has(sentence)));
    assert!(!window.has("It may be put in force."));
}

#[test]
fn a_report_lies_in_the_run_folder_and_the_window_says_where() {
    let root = root();
    let mut window = Window::new().with_study().with_evidence(root.path(), 0.2);
    window.push("last, 1000 iterations");
    window.push("Report...");
    let page = root.path().join("run/evidence/last.html");
    assert!(window.wait_until(|_| page.exists()), "the page is written");
    let told = format!("Saved {}", page.display());
    assert!(window.wait_until(|window| window.has_text(&told)));
    let text = std::fs::read_to_string(&page).expect("a page");
    for part in [
        "It may be promoted.",
        "untouched radiograph",
        "better than base by",
    ] {
        assert!(text.contains(part), "{part}");
    }
}

/// Where no test pair is a radiograph of anybody, that stands above every figure.
#[test]
fn a_test_part_of_phantoms_alone_is_cautioned_against() {
    let root = root();
    let sentence = "The test part is phantoms only, drawn or projected by this program: nothing here was measured on real \
                    radiographs.";
    let window = Window::new().with_study().with_evidence(root.path(), 0.2);
    assert!(!window.has_text("phantoms only"));
    let mut window = Window::new().with_study().with_opened_run(root.path());
    let job = window.judge();
    let mut drawn = outcome(root.path(), 0.2);
    for case in &mut drawn.cases {
        case.is_simulated = true;
    }
    window.report(job.id(), EventKind::Judged(Arc::new(drawn.clone())));
    assert!(window.has(sentence));
    assert!(
        window.has("It may be put in force."),
        "it is told, and refuses nothing"
    );
    let job = window.judge();
    drawn.cases[0].is_simulated = false;
    window.report(job.id(), EventKind::Judged(Arc::new(drawn)));
    assert!(window.has_text("phantoms in part") && window.has_text("3 of 4 pairs"));
}

#[test]
fn evidence_as_it_stands_in_the_window() {
    let Some(window) = Window::with_pictures() else {
        return;
    };
    let root = root();
    let mut window = window.with_study().with_evidence(root.path(), 0.27);
    let is_known = |window: &Window| window.state().training.evidence.models.done().is_some();
    assert!(window.wait_until(is_known), "the site's record is read");
    window.harness.run();
    window.snapshot("training_evidence");
    window
        .harness
        .get_by_label("In force: the shipped model")
        .scroll_to_me();
    window.harness.run();
    window.snapshot("training_evidence_cases");
}
