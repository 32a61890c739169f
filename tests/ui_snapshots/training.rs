//! Training: what its tests have in common.

mod mixing;
mod preparing;
mod registering;
mod watching;

use crate::fake::Window;
use crate::phantom::defaults;
use diaphane::formats::hexadecimal;
use diaphane::formats::raster::{write_grey16, write_mask8};
use diaphane::simulate::{Phantom, PhantomConfig, PhantomStudy, SoftTone};
use diaphane::ui::{
    PathField, RunPlan, RunStatus, TrainingCommand, TrainingRun, UiCommand, WizardStep,
};
use diaphane::worker::{
    EndReason, EventKind, JobHandle, Preflight, RunSummary, StopReason, Terms, TrainEvent,
    TrainStage, TrainingPlan,
};
use eframe::egui::{Key, Modifiers, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tempfile::TempDir;

/// Chests, drawn once.
pub fn chest(seed: usize) -> &'static PhantomStudy {
    static CHESTS: [OnceLock<PhantomStudy>; 3] = [const { OnceLock::new() }; 3];
    CHESTS[seed].get_or_init(|| {
        let config = PhantomConfig {
            size_px: 320,
            soft_tone: SoftTone::Offset,
            ..PhantomConfig::default()
        };
        let phantom = Phantom::new(&config, 40 + seed as u64);
        phantom.expect("a phantom").study()
    })
}

/// Three pairs, a radiograph without a mate, and a folder for a run.
fn pairs() -> TempDir {
    let root = tempfile::tempdir().expect("a folder");
    let folder = root.path().join("pairs");
    std::fs::create_dir(&folder).expect("a folder");
    let write = |name: &str, picture| {
        write_grey16(&folder.join(format!("{name}.png")), picture, true).expect("written");
    };
    for (seed, name) in ["a", "b", "c"].into_iter().enumerate() {
        let study = chest(seed);
        write(&format!("{name}_cxr"), &study.radiograph);
        write(&format!("{name}_soft"), &study.soft_tissue);
        let mask = folder.join(format!("{name}_lungmask.png"));
        write_mask8(&mask, &study.lung_mask, true).expect("written");
    }
    root
}

fn lonely_and_broken(folder: &Path) {
    let study = chest(0);
    write_grey16(&folder.join("d_cxr.png"), &study.radiograph, true).expect("written");
    for name in ["e_cxr.png", "e_soft.png"] {
        std::fs::write(folder.join(name), b"no picture").expect("written");
    }
}

impl Window {
    pub fn train(&mut self, command: TrainingCommand) {
        self.apply(UiCommand::Training(command));
    }

    pub fn wizard(&self) -> &diaphane::ui::Wizard {
        &self.state().training.wizard
    }

    pub fn run_state(&self) -> &TrainingRun {
        self.state().training.run.as_ref().expect("a run")
    }

    /// The window of training over the folders in `root`.
    pub fn with_training(mut self, root: &Path) -> Self {
        self.apply(UiCommand::LoadBundle(shipped()));
        self.model_loaded("compact", defaults());
        self.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::T);
        for (field, name) in [(PathField::Pairs, "pairs"), (PathField::Run, "run")] {
            let path = root.join(name).display().to_string();
            self.train(TrainingCommand::Type(field, path));
        }
        let plan = RunPlan {
            iterations: 1000,
            batch: 4,
            ..self.wizard().plan.clone()
        };
        self.train(TrainingCommand::SetPlan(plan));
        self
    }

    pub fn check(&mut self) {
        self.train(TrainingCommand::ShowStep(WizardStep::Check));
        self.click("Check the pairs");
        let is_over = |window: &Self| !window.wizard().report.is_running();
        assert!(self.wait_until(is_over), "the check ends");
        self.harness.run();
    }

    pub fn split(&mut self) {
        self.train(TrainingCommand::ShowStep(WizardStep::Split));
        self.click("Part the patients");
        let is_over = |window: &Self| !window.wizard().split.is_running();
        assert!(self.wait_until(is_over), "the split ends");
        self.harness.run();
    }

    /// The first steps are asked for; their job and run file.
    pub fn first_steps(&mut self) -> (JobHandle, TrainingPlan) {
        self.train(TrainingCommand::ShowStep(WizardStep::Preflight));
        let before = self.desk.borrow().preflights.len();
        self.click("Run the first steps");
        let is_asked = |window: &Self| {
            window.desk.borrow().preflights.len() > before
                || window.wizard().preflight.failure().is_some()
        };
        assert!(self.wait_until(is_asked), "the run file is written");
        self.harness.run();
        let desk = self.desk.borrow();
        desk.preflights.last().expect("asked").clone()
    }

    /// A run goes on in `root`.
    pub fn with_run(mut self, root: &Path) -> Self {
        self = self.with_training(root);
        self.check();
        self.split();
        let (job, _) = self.first_steps();
        self.report(job.id(), EventKind::Preflighted(Box::new(preflight())));
        self.train(TrainingCommand::ShowStep(WizardStep::Start));
        self.click("Start training");
        let is_sent = |window: &Self| !window.desk.borrow().trainings.is_empty();
        assert!(self.wait_until(is_sent), "the run file is written");
        let out = root.join("run");
        self.tell(TrainEvent::Started {
            stage: TrainStage::Denoiser,
            device: "CPU".to_owned(),
            out,
            num_training: 40,
            num_validation: 1,
            num_parameters: 2_300_000,
            iteration: 0,
        });
        self
    }

    pub fn newest_training(&self) -> (JobHandle, TrainingPlan) {
        let desk = self.desk.borrow();
        desk.trainings.last().expect("a run").clone()
    }

    /// The worker tells a fact about the newest run.
    pub fn tell(&mut self, fact: TrainEvent) {
        let (job, _) = self.newest_training();
        self.report(job.id(), EventKind::TrainingProgressed(Box::new(fact)));
    }

    /// Reports up to this iteration, every fifth, and a validation every hundredth.
    pub fn trained_until(&mut self, last: u64) {
        for iteration in (5..=last).step_by(5) {
            let x = iteration as f64;
            let noise = 0.03 * (0.7 * x).sin() * (0.31 * x).cos();
            let loss = 0.08 + 0.25 * (-x / 150.0).exp() + noise;
            let (job, _) = self.newest_training();
            let terms = Terms::from([("loss".to_owned(), loss), ("l1".to_owned(), 0.5 * loss)]);
            let fact = TrainEvent::Progressed {
                iteration,
                fraction: x / 1000.0,
                elapsed_secs: 1.25 * x,
                learning_rate: 2e-4 * (1.0 - x / 1000.0),
                iterations_per_sec: 0.8,
                terms,
            };
            let kind = EventKind::TrainingProgressed(Box::new(fact));
            self.desk.borrow_mut().report(job.id(), kind);
            if iteration.is_multiple_of(100) {
                let score = 31.0 - 1e-5 * (x - 300.0).powi(2);
                let fact = TrainEvent::Validated {
                    iteration,
                    terms: Terms::from([("psnr".to_owned(), score)]),
                    score,
                    best: iteration <= 300,
                    without_gain: iteration.saturating_sub(300) / 100,
                };
                let kind = EventKind::TrainingProgressed(Box::new(fact));
                self.desk.borrow_mut().report(job.id(), kind);
            }
        }
        self.harness.run();
    }

    pub fn is_on(&self, label: &str) -> bool {
        let button = self.harness.get_by_role_and_label(Role::Button, label);
        !button.accesskit_node().is_disabled()
    }
}

/// The bundle that is shipped.
fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models/compact")
}

fn preflight() -> Preflight {
    Preflight {
        device: "CPU".to_owned(),
        num_training: 1,
        num_validation: 1,
        num_parameters: 2_300_000,
        secs_per_iteration: 1.25,
        secs_per_validation: Some(4.0),
        secs_per_checkpoint: 0.3,
        total_secs: 1290.0,
        checkpoint_bytes: 38 << 20,
        disk_bytes: (38 * 5) << 20,
        free_disk_bytes: Some(200 << 30),
        memory_bytes: Some(3 << 30),
        free_memory_bytes: Some(12 << 30),
    }
}

/// A checkpoint of this state, with empty networks and its checksums, as training writes them.
pub fn write_checkpoint(folder: &Path, state: &str) {
    std::fs::create_dir_all(folder).expect("a folder");
    let mut sums = String::new();
    for (name, text) in [
        ("state.toml", state),
        ("weights.safetensors", ""),
        ("ema.safetensors", ""),
        ("optimizer.safetensors", ""),
    ] {
        std::fs::write(folder.join(name), text).expect("written");
        let digest = hexadecimal(&Sha256::digest(text.as_bytes()));
        sums.push_str(&[&digest, "  ", name, "\n"].concat());
    }
    std::fs::write(folder.join("sha256sums"), sums).expect("written");
}

/// A folder of a run with a checkpoint, as training leaves it.
pub fn write_run_folder(out: &Path) {
    let settings = "stage = 'denoiser'\nout = 'x'\nvqgan = 'y'\niterations = 1000\nbatch = 4\n\
                    [[data.source]]\nkind = 'pairs'\nfolder = 'z'\n";
    let state = "iteration = 300\nelapsed_secs = 375.0\nbest_score = 31.0\nbest_iteration = 300\n";
    let log = "iteration,elapsed_secs,split,term,value\n100,125.0,training,loss,0.200000\n\
               300,375.0,training,loss,0.100000\n300,375.0,schedule,learning_rate,1e-4\n\
               300,375.0,validation,score,31.000000\n";
    write_checkpoint(&out.join("checkpoints/step-00000300"), state);
    for (path, text) in [
        (out.join("run.toml"), settings),
        (out.join("log.csv"), log),
        (out.join("last"), "step-00000300"),
        (out.join("best"), "step-00000300"),
    ] {
        std::fs::write(path, text).expect("written");
    }
}

impl Window {
    /// The run that goes on is paused: its folder has one checkpoint.
    pub fn paused(&mut self, root: &Path) {
        let (job, _) = self.newest_training();
        write_run_folder(&root.join("run"));
        // By its name, not where it stood a frame ago: what is read beside the window moves it.
        self.harness.get_by_label("Pause").click_accesskit();
        self.harness.run();
        assert!(job.is_cancelled() && !self.is_on("Pause"));
        self.tell(TrainEvent::Ended {
            summary: RunSummary {
                out: root.join("run"),
                reason: EndReason::Cancelled,
                iterations: 500,
                elapsed_secs: 625.0,
                best_score: Some(31.0),
                best_iteration: Some(300),
                last_checkpoint: PathBuf::from("checkpoints/step-00000500"),
            },
        });
        self.report(job.id(), EventKind::Stopped(StopReason::Cancelled));
        assert_eq!(self.run_state().status, RunStatus::Paused);
        let is_read = |window: &Self| !window.run_state().checkpoints.is_empty();
        assert!(self.wait_until(is_read), "the run folder is read");
        self.harness.run();
    }

    /// Clicks what may lie below the part of a list that is in sight.
    pub fn click_anywhere(&mut self, label: &str) {
        self.harness.get_by_label(label).click_accesskit();
        self.harness.run();
    }
}
