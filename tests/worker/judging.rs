//! A run judged on the real worker: packed, scored beside what a reader asks for, cancelled, put in force.

use super::{PATIENCE, tiny};
use diaphane::formats::raster::write_grey16;
use diaphane::formats::{self, hexadecimal};
use diaphane::model::site::EvidenceFiles;
use diaphane::model::{Bundle, SiteFolder, find_bundle};
use diaphane::worker::{
    ComputeOptions, ContestOutcome, DeviceChoice, EventKind, JobHandle, JudgePlan, KeptOutcome,
    KeptResult, PrecisionChoice, PromotionPlan, RunContest, StopReason, SuppressionRequest,
    TrainingPlan, Worker, WorkerCommand, WorkerEvent, kept_evidence, start_suppressor,
};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

const F32: ComputeOptions = ComputeOptions {
    device: DeviceChoice::Cpu,
    precision: PrecisionChoice::F32,
};

/// A worker, a bundle `base`, three pairs without masks of which `a` is locked away, and a run that goes on from the bundle.
struct Bench {
    folder: TempDir,
    worker: Worker,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        tiny::write_bundle(&folder.path().join("base"), true);
        let bench = Self {
            worker: start_suppressor(F32, Arc::new(|_| {})).unwrap(),
            folder,
        };
        bench.write_pairs();
        bench.write_run_file();
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write_pairs(&self) {
        // Mates in two folders, as a site may have them.
        let folders = ["pairs", "soft"].map(|name| self.path(name));
        for folder in &folders {
            std::fs::create_dir(folder).unwrap();
        }
        let mut entries = Vec::new();
        for (name, width, part) in [
            ("a", 150, "test"),
            ("b", 160, "validation"),
            ("c", 170, "training"),
        ] {
            let chest = tiny::chest(width, 120);
            let lungs = tiny::lungs(width, 120);
            let soft = lungs.raster().map(|&v| if v == 1 { 0.3 } else { 0.7 });
            let files = folders
                .each_ref()
                .map(|folder| folder.join(format!("{name}.png")));
            for (file, picture) in files.iter().zip([&chest, &soft]) {
                write_grey16(file, picture, false).unwrap();
            }
            let hashed = files.map(|file| {
                let digest = Sha256::digest(std::fs::read(&file).unwrap());
                (file, hexadecimal(&digest))
            });
            entries.push(json!({
                "name": name,
                "part": part,
                "group": format!("patient {name}"),
                "sha256": BTreeMap::from(hashed),
            }));
        }
        let split = json!({
            "format": 2,
            "plan": { "seed": 1, "validation": 0.3, "test": 0.3 },
            "pairs": entries,
        });
        std::fs::write(self.path("split.json"), split.to_string()).unwrap();
    }

    fn write_run_file(&self) {
        let text = format!(
            "stage = 'denoiser'\nout = '{}'\nbase = '{}'\nseed = 3\ndevice = 'cpu'\nthreads = 1\nbatch = 1\n\
             patch_px = 64\niterations = 2\nvalidate_every = 1\ncheckpoint_every = 1\nreport_every = 1\n\
             [data]\nsplit = '{}'\n[[data.source]]\nkind = 'pairs'\nfolder = '{}'\nsoft_folder = '{}'\ngrid_px = 64\n",
            self.path("run").display(),
            self.path("base").display(),
            self.path("split.json").display(),
            self.path("pairs").display(),
            self.path("soft").display()
        );
        std::fs::write(self.path("plan.toml"), text).unwrap();
    }

    fn train(&self) {
        let plan = TrainingPlan {
            config: self.path("plan.toml"),
            resume: None,
            out: None,
        };
        let command = WorkerCommand::Train(JobHandle::background(), Box::new(plan));
        let end = self.told(command, |_| {}).pop();
        assert!(matches!(end, Some(EventKind::Trained(_))), "{end:?}");
    }

    fn judge(&self) -> (JobHandle, WorkerCommand) {
        let plan = RunContest {
            run: self.path("run"),
            base: Some(self.path("base")),
            compute: F32,
            site: Some(SiteFolder::at(&self.path("site"))),
        };
        let handle = JobHandle::background();
        let plan = Box::new(JudgePlan::Run(plan));
        (handle.clone(), WorkerCommand::Judge(handle, plan))
    }

    /// Everything told up to the end of a command; `meanwhile` hears each fact.
    fn told(
        &self,
        command: WorkerCommand,
        mut meanwhile: impl FnMut(&WorkerEvent),
    ) -> Vec<EventKind> {
        let job = command.handle().unwrap().id();
        self.worker.send(command).unwrap();
        let mut kinds = Vec::new();
        loop {
            let event = self.worker.recv_timeout(PATIENCE).unwrap();
            let event = event.expect("in time");
            meanwhile(&event);
            let ends = event.job == job && event.kind.is_final();
            kinds.push(event.kind);
            if ends {
                return kinds;
            }
        }
    }

    /// A picture that a reader asks for, with the bundle loaded that is in use.
    fn reader_s(&self) -> WorkerCommand {
        let radiograph = Arc::new(formats::read(&self.path("pairs/b.png")).unwrap());
        let load = WorkerCommand::LoadBundle(JobHandle::new(), self.path("base").into());
        let loaded = self.told(load, |_| {}).pop();
        let Some(EventKind::BundleLoaded { defaults, .. }) = loaded else {
            panic!("{loaded:?}");
        };
        let request = SuppressionRequest {
            mask: Some(Arc::new(tiny::lungs(160, 120))),
            ..SuppressionRequest::new(radiograph, defaults)
        };
        WorkerCommand::Suppress(JobHandle::new(), Box::new(request))
    }
}

#[test]
fn a_run_is_packed_and_judged_and_readers_come_first() {
    let bench = Bench::new();
    bench.train();
    let mut reader_s = Some(bench.reader_s());
    let (_, command) = bench.judge();
    let kinds = bench.told(command, |event| {
        if matches!(event.kind, EventKind::PictureBegun(_))
            && let Some(command) = reader_s.take()
        {
            bench.worker.send(command).unwrap();
        }
    });
    let place = |wanted: fn(&EventKind) -> bool| kinds.iter().position(wanted);
    let paused = place(|kind| matches!(kind, EventKind::TrainingPaused));
    let made = place(|kind| matches!(kind, EventKind::Suppressed(_)));
    let resumed = place(|kind| matches!(kind, EventKind::TrainingResumed));
    assert!(
        paused.is_some() && paused < made && made < resumed,
        "{kinds:?}"
    );
    let Some(EventKind::Judged(outcome)) = kinds.last() else {
        panic!("{:?}", kinds.last());
    };
    let begun = kinds.iter().filter_map(|kind| match kind {
        EventKind::PictureBegun(step) => Some(step.number),
        _ => None,
    });
    // One pair without a mask; a pair and eight phantoms for every contestant. What made room is made again.
    let total = 1 + 9 * outcome.contestants().count();
    assert_eq!(
        begun.collect::<std::collections::BTreeSet<_>>().len(),
        total
    );
    assert_outcome(&bench, outcome);
}

fn assert_outcome(bench: &Bench, outcome: &Arc<ContestOutcome>) {
    let best = &outcome.candidates[0];
    assert_eq!(best.contestant.label, "best");
    assert_eq!(best.contestant.info.manifest.name, "run");
    for model in outcome.contestants() {
        assert_eq!(
            (model.scores.test.len(), model.scores.reference.len()),
            (1, 8)
        );
        for column in ["PSNRaff", "RBF", "detail_corr"] {
            assert!(model.scores.test.value("a", column).is_some(), "{column}");
        }
    }
    assert_ne!(best.contestant.info.sha256, outcome.base.info.sha256);
    // Nothing that was trained on is among the test, and the split locks it away.
    let told = best.verdict.text();
    assert!(
        told.contains(
            "ok      test set: locked away by the split that the candidate was trained with"
        ),
        "{told}"
    );
    assert!(
        told.contains("none of it is among the 4 files of its training"),
        "{told}"
    );
    assert!(
        told.contains("goes on from was trained on: tiny 1"),
        "{told}"
    );
    let looks = outcome.looks.expect("the site counts them");
    let num_candidates = outcome.candidates.len();
    assert_eq!((looks.judgings, looks.candidates), (1, num_candidates));
    // The split that the run was begun with lies in its folder.
    let split = std::fs::read(bench.path("split.json")).unwrap();
    assert_eq!(std::fs::read(bench.path("run/split.json")).unwrap(), split);
    let sha256 = hexadecimal(&Sha256::digest(&split));
    assert_eq!(outcome.split, Some((bench.path("run/split.json"), sha256)));
    // What each made of the pair lies there to be looked at.
    let radiograph = formats::read(&bench.path("pairs/a.png")).unwrap();
    let case = &outcome.cases[0];
    let labels: Vec<&str> = case.kept.iter().map(|(label, _)| label.as_str()).collect();
    let models: Vec<&str> = outcome.contestants().map(|m| m.label.as_str()).collect();
    assert_eq!(labels, models);
    for (label, file) in &case.kept {
        assert!(file.starts_with(bench.path("run/evidence")));
        let bytes = std::fs::read(file).unwrap();
        let kept = KeptResult::from_bytes(&bytes, &radiograph).unwrap();
        let of = outcome.contestants().find(|model| model.label == *label);
        assert_eq!(kept.result.bundle_sha256, of.unwrap().info.sha256);
    }
    let page = outcome.page(best).html();
    for part in [
        "untouched radiograph",
        "better than base by",
        "data:image/png",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert_promotion(bench, outcome);
}

/// A candidate that did not pass is not promoted; one that passed is, where its base is still in force.
fn assert_promotion(bench: &Bench, outcome: &Arc<ContestOutcome>) {
    let site = SiteFolder::at(&bench.path("site"));
    let promote = |outcome: &Arc<ContestOutcome>| {
        let plan = PromotionPlan {
            outcome: Arc::clone(outcome),
            candidate: 0,
            site: site.clone(),
        };
        let command = WorkerCommand::Promote(JobHandle::new(), Box::new(plan));
        bench.told(command, |_| {}).pop().unwrap()
    };
    let mut failed = ContestOutcome::clone(outcome);
    failed.candidates[0].verdict.checks[0].passed = false;
    let refused = promote(&Arc::new(failed));
    assert!(matches!(&refused, EventKind::Failed(why) if why.text.contains("did not pass")));
    let mut passed = ContestOutcome::clone(outcome);
    for check in &mut passed.candidates[0].verdict.checks {
        check.passed = true;
    }
    let passed = Arc::new(passed);
    // Judged against the tiny base, where the shipped model is in force.
    let overtaken = promote(&passed);
    assert!(matches!(&overtaken, EventKind::Failed(why) if why.text.contains("judge it again")));
    let shipped = Bundle::info(&find_bundle("compact").unwrap()).unwrap();
    let evidence = EvidenceFiles {
        json: "{}",
        html: None,
        statement: None,
    };
    site.promote(&outcome.base.info, &shipped.sha256, evidence)
        .unwrap();
    assert_kept(bench, outcome, &site);
    let EventKind::Promoted(model) = promote(&passed) else {
        panic!("it passed");
    };
    assert_eq!(model.sha256, passed.candidates[0].contestant.info.sha256);
    assert_eq!(site.in_force().unwrap().as_ref(), Some(&*model));
    let page = site.path().join(model.evidence.with_extension("html"));
    assert!(is_page(&page));
}

/// What came of it lies in the run folder, and holds as long as every model is what it was.
fn assert_kept(bench: &Bench, outcome: &Arc<ContestOutcome>, site: &SiteFolder) {
    let run = bench.path("run");
    let kept = || kept_evidence(&run, Some(site)).unwrap().unwrap();
    assert_eq!(
        kept(),
        KeptOutcome::Valid(Box::new(ContestOutcome::clone(outcome)))
    );
    let why = || match kept() {
        KeptOutcome::OutOfDate { made_at, why } => {
            assert_eq!(made_at, outcome.made_at);
            why
        }
        KeptOutcome::Valid(_) => panic!("a model is another one"),
    };
    let manifest = run.join("site/best/manifest.toml");
    let text = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(
        &manifest,
        text.replace("licence = \"", "licence = \"other, "),
    )
    .unwrap();
    assert_eq!(why(), "the model best is another one by now");
    std::fs::write(&manifest, text).unwrap();
    let nowhere = SiteFolder::at(&bench.path("nowhere"));
    let elsewhere = kept_evidence(&run, Some(&nowhere)).unwrap();
    let Some(KeptOutcome::OutOfDate { why: in_force, .. }) = elsewhere else {
        panic!("{elsewhere:?}");
    };
    assert_eq!(in_force, "another model is in force by now");
    let last = std::fs::read_to_string(run.join("last")).unwrap();
    let state = run.join("checkpoints").join(last.trim()).join("state.toml");
    let text = std::fs::read_to_string(&state).unwrap();
    std::fs::write(&state, text.replace("iteration = 2", "iteration = 3")).unwrap();
    assert_eq!(why(), "the run went on since");
    std::fs::write(&state, text).unwrap();
    let file = run.join("evidence/outcome.json");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, &text[..text.len() / 2]).unwrap();
    let torn = kept_evidence(&run, Some(site)).unwrap_err();
    assert!(torn.contains("judge the run again"), "{torn}");
    std::fs::write(&file, text).unwrap();
}

fn is_page(path: &Path) -> bool {
    std::fs::read_to_string(path).is_ok_and(|text| text.starts_with("<!DOCTYPE html>"))
}

#[test]
fn judging_is_cancelled_within_a_picture_and_a_run_without_checkpoints_is_refused() {
    let bench = Bench::new();
    let (_, command) = bench.judge();
    let refused = bench.told(command, |_| {}).pop();
    assert!(
        matches!(refused, Some(EventKind::Failed(_))),
        "no run lies there"
    );
    bench.train();
    let (handle, command) = bench.judge();
    let kinds = bench.told(command, |event| {
        if matches!(event.kind, EventKind::PictureBegun(_)) {
            handle.cancel();
        }
    });
    assert!(matches!(
        kinds.last(),
        Some(EventKind::Stopped(StopReason::Cancelled))
    ));
    let begun = |kind: &&EventKind| matches!(kind, EventKind::PictureBegun(_));
    assert_eq!(kinds.iter().filter(begun).count(), 1);
    assert!(handle.is_finished());
    // Nothing was seen of the test, and nothing is kept.
    let site = SiteFolder::at(&bench.path("site"));
    assert_eq!(kept_evidence(&bench.path("run"), Some(&site)), Ok(None));
    let looks = std::fs::read_to_string(bench.path("site/looks.jsonl")).unwrap();
    assert_eq!(looks, "");

    // A run that takes some pairs of a folder is judged on those.
    let settings = bench.path("run/run.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    let some = text.replace("only = []", "only = [\"b\", \"c\"]");
    assert_ne!(some, text);
    std::fs::write(&settings, some).unwrap();
    let (_, command) = bench.judge();
    let refused = bench.told(command, |_| {}).pop();
    let Some(EventKind::Failed(why)) = refused else {
        panic!("{refused:?}");
    };
    assert!(
        why.text.contains("leave out all of its pairs"),
        "{}",
        why.text
    );
}
