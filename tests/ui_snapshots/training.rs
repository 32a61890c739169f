//! Training: prepared step by step, watched, paused and ended.

use crate::fake::Window;
use crate::phantom::defaults;
use diaphane::dataset::Part;
use diaphane::formats::hexadecimal;
use diaphane::formats::raster::{write_grey16, write_mask8};
use diaphane::simulate::{Phantom, PhantomConfig, PhantomStudy, SoftTone};
use diaphane::ui::{
    Attempt, PathField, RunStatus, TrainingCommand, TrainingPage, TrainingRun, UiCommand,
    WizardStep,
};
use diaphane::worker::{
    BranchSettings, EndReason, EventKind, JobHandle, Preflight, Priority, RunSummary, StopReason,
    Terms, TrainEvent, TrainStage, TrainingPlan,
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

    fn wizard(&self) -> &diaphane::ui::Wizard {
        &self.state().training.wizard
    }

    fn run_state(&self) -> &TrainingRun {
        self.state().training.run.as_ref().expect("a run")
    }

    /// The window of training over the folders in `root`.
    fn with_training(mut self, root: &Path) -> Self {
        self.apply(UiCommand::LoadBundle(shipped()));
        self.model_loaded("compact", defaults());
        self.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::T);
        for (field, name) in [(PathField::Pairs, "pairs"), (PathField::Run, "run")] {
            let path = root.join(name).display().to_string();
            self.train(TrainingCommand::Type(field, path));
        }
        self
    }

    fn check(&mut self) {
        self.train(TrainingCommand::ShowStep(WizardStep::Check));
        self.click("Check the pairs");
        let is_over = |window: &Self| !window.wizard().report.is_running();
        assert!(self.wait_until(is_over), "the check ends");
        self.harness.run();
    }

    fn split(&mut self) {
        self.train(TrainingCommand::ShowStep(WizardStep::Split));
        self.click("Part the patients");
        let is_over = |window: &Self| !window.wizard().split.is_running();
        assert!(self.wait_until(is_over), "the split ends");
        self.harness.run();
    }

    /// The first steps are asked for; their job and run file.
    fn first_steps(&mut self) -> (JobHandle, TrainingPlan) {
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
    fn with_run(mut self, root: &Path) -> Self {
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
            device: "Cpu".to_owned(),
            out,
            num_training: 40,
            num_validation: 1,
            num_parameters: 2_300_000,
            iteration: 0,
        });
        self
    }

    fn newest_training(&self) -> (JobHandle, TrainingPlan) {
        let desk = self.desk.borrow();
        desk.trainings.last().expect("a run").clone()
    }

    /// The worker tells a fact about the newest run.
    fn tell(&mut self, fact: TrainEvent) {
        let (job, _) = self.newest_training();
        self.report(job.id(), EventKind::TrainingProgressed(Box::new(fact)));
    }

    /// Reports up to this iteration, every fifth, and a validation every hundredth.
    fn trained_until(&mut self, last: u64) {
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

    fn is_on(&self, label: &str) -> bool {
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
        device: "Cpu".to_owned(),
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

#[test]
fn a_run_is_prepared_step_by_step() {
    let root = pairs();
    let mut window = Window::new().with_study().with_training(root.path());
    assert!(window.has_text("Trains the noise estimator of compact further"));
    assert!(window.is_on("Next: 2 Check") && !window.is_on("3 Split"));
    window.check();
    assert!(window.has_text("Fit to be learned from: 3 pairs, 0 errors"));
    window.click("Next: 3 Split");
    window.split();
    assert!(window.has("1 pairs for training, 1 for validation, 1 locked for the test"));
    assert!(window.has("No leak: nobody is in two parts, and no file changed since."));
    assert!(window.has_text("3 pairs name no patient"));
    let (job, plan) = window.first_steps();
    assert_eq!((job.priority(), plan.resume), (Priority::Background, None));
    assert!(plan.config == root.path().join("run/plan.toml"));
    let text = std::fs::read_to_string(&plan.config).expect("a run file");
    let bundle = shipped();
    for part in [
        bundle.to_str().expect("text"),
        "split.json",
        "iterations = 1000",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let split = diaphane::dataset::Split::read(&root.path().join("run/split.json"));
    assert_eq!(split.expect("a split").count(Part::Test), 1);
    assert!(!window.is_on("5 Start"), "the first steps are not over");
    window.report(job.id(), EventKind::Preflighted(Box::new(preflight())));
    assert!(window.has("1.25 s") && window.has("about 22 min") && window.has("38 MiB"));
    assert!(window.has("3.0 GiB, 12.0 GiB free"));
    // Another plan, other first steps.
    window.train(TrainingCommand::ShowStep(WizardStep::Start));
    let plan = window.wizard().plan.clone();
    window.train(TrainingCommand::SetPlan(diaphane::ui::RunPlan {
        batch: 2,
        ..plan
    }));
    assert!(matches!(window.wizard().preflight, Attempt::None));
}

#[test]
fn errors_stand_in_the_way_and_are_named_with_their_files() {
    let root = pairs();
    lonely_and_broken(&root.path().join("pairs"));
    let mut window = Window::new().with_study().with_training(root.path());
    window.check();
    assert!(window.has_text("Not fit to be learned from: 3 pairs"));
    assert!(window.has("Error") && window.has("Warning"));
    assert!(window.has_text("Cannot be read") && window.has_text("Without a mate"));
    assert!(window.has("d_cxr.png") && !window.is_on("3 Split"));
    assert!(window.has_text("Errors stand in the way: mend or take out"));
    for name in ["e_cxr.png", "e_soft.png"] {
        std::fs::remove_file(root.path().join("pairs").join(name)).expect("removed");
    }
    window.check();
    assert!(window.has_text("Fit to be learned from") && window.is_on("3 Split"));
    window.apply(UiCommand::TogglePatient);
    assert!(
        !window.has("d_cxr.png"),
        "file names may be patients' names"
    );
    // A folder without pairs is a sentence.
    let empty = root.path().join("run");
    std::fs::create_dir(&empty).expect("a folder");
    let empty = empty.display().to_string();
    window.train(TrainingCommand::Type(PathField::Pairs, empty));
    window.check();
    assert!(window.has_text("no pair is found"));
}

#[test]
fn two_folders_are_named_apart_and_their_patients_are_parted() {
    let root = pairs();
    let soft = root.path().join("elsewhere/soft");
    std::fs::create_dir_all(&soft).expect("a folder");
    for name in ["a", "b", "c"] {
        let file = format!("{name}_soft.png");
        let from = root.path().join("pairs").join(&file);
        std::fs::rename(from, soft.join(file)).expect("moved");
    }
    let mut window = Window::new().with_study().with_training(root.path());
    window.check();
    assert!(
        window.has_text("no pair is found"),
        "the mates are not there"
    );
    window.train(TrainingCommand::ShowStep(WizardStep::Data));
    assert!(window.has("Soft-tissue images"));
    let typed = soft.display().to_string();
    window.train(TrainingCommand::Type(PathField::Soft, typed));
    window.check();
    assert!(window.has_text("Fit to be learned from: 3 pairs, 0 errors"));
    let patients = "pair,patient\na,one\nb,two\nc,three\n";
    let list = root.path().join("pairs/patients.csv");
    std::fs::write(&list, patients).expect("written");
    window.split();
    assert!(!window.has_text("name no patient"), "the list is read");
    let (_, plan) = window.first_steps();
    let text = std::fs::read_to_string(&plan.config).expect("a run file");
    assert!(
        text.contains(&format!("soft_folder = \"{}\"", soft.display())),
        "{text}"
    );
    // Other mates, another check.
    window.train(TrainingCommand::Type(PathField::Soft, String::new()));
    assert!(matches!(window.wizard().report, Attempt::None));
}

#[test]
fn pairs_and_findings_have_small_pictures_beside_them() {
    let root = pairs();
    lonely_and_broken(&root.path().join("pairs"));
    let mut window = Window::new().with_study().with_training(root.path());
    window.check();
    let report = window.wizard().report.done().expect("a report").clone();
    assert!(report.pairs.iter().all(|pair| pair.thumbnails.is_some()));
    window.click_anywhere("Pairs");
    for picture in ["Radiograph of a", "Soft tissue of a", "Difference of a"] {
        assert!(window.has(picture), "{picture}");
    }
    window.apply(UiCommand::TogglePatient);
    assert!(!window.has("Radiograph of a") && window.has("Radiograph of Pair 1"));
}

#[test]
fn a_folder_that_has_a_run_is_refused_before_anything_is_written() {
    let root = pairs();
    write_run_folder(&root.path().join("run"));
    let mut window = Window::new().with_study().with_training(root.path());
    window.check();
    window.split();
    window.train(TrainingCommand::ShowStep(WizardStep::Preflight));
    window.click("Run the first steps");
    let is_over = |window: &Window| window.wizard().preflight.failure().is_some();
    assert!(window.wait_until(is_over));
    assert!(window.has_text("a run lies in this folder already"));
    assert!(!root.path().join("run/plan.toml").exists());
}

impl Window {
    /// The run that goes on is paused: its folder has one checkpoint.
    fn paused(&mut self, root: &Path) {
        let (job, _) = self.newest_training();
        write_run_folder(&root.join("run"));
        self.click("Pause");
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

#[test]
fn a_run_is_watched_and_closing_its_window_ends_nothing() {
    let root = pairs();
    let mut window = Window::new().with_study().with_run(root.path());
    let (job, plan) = window.newest_training();
    assert_eq!(plan.config, root.path().join("run/plan.toml"));
    assert_eq!(window.state().training.page, TrainingPage::Run);
    window.trained_until(500);
    assert!(window.has("500 of 1000 iterations, 1.25 s each, about 10 min left"));
    assert!(window.has("Best score 31.000 after 300 iterations, 20.0 epochs ago"));
    assert!(
        window.has("Training 50 %, about 10 min left"),
        "in the status bar"
    );
    let curves = &window.run_state().curves;
    assert_eq!(curves.loss().expect("a loss").1.len(), 100);
    assert_eq!(curves.score().expect("a score").1.len(), 5);
    window.click("Close the window");
    assert!(!window.has("Pause") && !job.is_cancelled());
    window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::T);
    assert!(window.has("Pause"));
}

#[test]
fn a_run_is_paused_resumed_and_stopped() {
    let root = pairs();
    let mut window = Window::new().with_study().with_run(root.path());
    let (job, _) = window.newest_training();
    window.trained_until(500);
    window.paused(root.path());
    window.click("Resume");
    let (second, plan) = window.newest_training();
    assert!(second.id() != job.id());
    assert_eq!(plan.resume, Some(root.path().join("run")));
    assert_eq!(plan.config, root.path().join("run/run.toml"));
    // It tells from its checkpoint on, once.
    window.tell(TrainEvent::Started {
        stage: TrainStage::Denoiser,
        device: "Cpu".to_owned(),
        out: root.path().join("run"),
        num_training: 40,
        num_validation: 1,
        num_parameters: 2_300_000,
        iteration: 300,
    });
    let loss = window.run_state().curves.loss().expect("a loss").1.len();
    assert_eq!(loss, 60);
    window.click("Stop and keep the best");
    window.report(second.id(), EventKind::Stopped(StopReason::Cancelled));
    assert_eq!(window.run_state().status, RunStatus::Stopped);
    assert!(window.has("best and newest") && window.is_on("Resume"));
}

#[test]
fn a_branch_has_a_folder_of_its_own_and_goes_on() {
    let root = pairs();
    let mut window = Window::new().with_study().with_run(root.path());
    window.paused(root.path());
    window.click_anywhere("Branch from iteration 300");
    assert!(window.has_text("A branch from iteration 300 goes on exactly from there"));
    let asked = window.state().training.branch.clone().expect("asked");
    let copied = root.path().join("run-from-300");
    assert_eq!(PathBuf::from(&asked.out), copied);
    let of_run = BranchSettings {
        iterations: 1000,
        learning_rate: 8e-4,
        patience: 0,
        validate_every: 500,
    };
    assert_eq!(asked.settings, of_run, "as the run has it");
    let settings = BranchSettings {
        iterations: 1200,
        learning_rate: 1e-4,
        patience: 3,
        validate_every: 50,
    };
    window.train(TrainingCommand::AskBranch(Some(diaphane::ui::Branch {
        settings,
        ..asked
    })));
    for label in [
        "Iterations, with those before it",
        "Learning rate",
        "Iterations between validations",
        "Validations without a better score",
    ] {
        assert!(window.has(label), "{label}");
    }
    window.click_anywhere("Begin the branch");
    let is_sent = |window: &Window| window.desk.borrow().trainings.len() == 2;
    assert!(window.wait_until(is_sent), "the branch is copied");
    assert_eq!(window.newest_training().1.resume.as_ref(), Some(&copied));
    let run = window.run_state();
    let shown = (
        run.iterations,
        run.learning_rate,
        run.patience,
        run.validate_every,
    );
    assert_eq!(shown, (Some(1200), 1e-4, Some(3), 50));
    for file in ["run.toml", "log.csv", "last", "best"] {
        assert!(copied.join(file).is_file(), "{file}");
    }
    assert!(
        copied
            .join("checkpoints/step-00000300/state.toml")
            .is_file()
    );
}

#[test]
fn training_waits_while_a_study_is_read_and_the_status_bar_says_so() {
    let root = pairs();
    let mut window = Window::new().with_study().with_run(root.path());
    let (job, _) = window.newest_training();
    window.trained_until(50);
    window.desk.borrow_mut().holds.clear();
    window.press(Key::S);
    let (reading, settings) = window.newest_request();
    assert_eq!(window.desk.borrow().holds, [true]);
    window.report(job.id(), EventKind::TrainingPaused);
    assert!(window.has("Training paused while a study is read"));
    let made = crate::phantom::result(settings);
    window.report(reading.id(), EventKind::Suppressed(made.into()));
    assert_eq!(window.desk.borrow().holds, [true, false]);
    window.report(job.id(), EventKind::TrainingResumed);
    assert!(!window.has("Training paused while a study is read"));
    assert_eq!(window.run_state().status, RunStatus::Running);
    // A file that is read holds it too: one that takes longer than many frames.
    let file = root.path().join("large.png");
    let noise = |x: u32, y: u32| (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)) as u16;
    image::ImageBuffer::from_fn(3000, 3000, |x, y| image::Luma([noise(x, y)]))
        .save(&file)
        .unwrap();
    window.apply(UiCommand::OpenPaths(vec![file]));
    let is_read = |window: &Window| {
        let holds = &window.desk.borrow().holds;
        window.state().studies.len() == 2 && holds.last() == Some(&false)
    };
    assert!(
        window.wait_until(is_read),
        "{:?}",
        window.desk.borrow().holds
    );
    assert_eq!(window.desk.borrow().holds, [true, false, true, false]);
}

#[test]
fn the_end_of_the_program_asks_while_networks_are_trained() {
    let root = pairs();
    let mut window = Window::new().with_study().with_run(root.path());
    window.press_with(Modifiers::COMMAND, Key::Q);
    assert!(window.has("Quit while networks are trained?"));
    assert!(window.has_text("The training writes a checkpoint first"));
    window.click("Stay");
    let (job, _) = window.newest_training();
    assert!(!job.is_cancelled());
}

#[test]
fn an_earlier_run_is_opened_and_its_curves_are_saved() {
    let root = tempfile::tempdir().expect("a folder");
    let out = root.path().join("earlier");
    write_run_folder(&out);
    let mut window = Window::new();
    window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::T);
    assert!(window.has_text("No model is loaded to be trained further"));
    let path = out.display().to_string();
    window.train(TrainingCommand::Type(PathField::Earlier, path));
    window.click("Open the run");
    let is_open = |window: &Window| window.state().training.run.is_some();
    assert!(window.wait_until(is_open));
    window.harness.run();
    assert!(window.has("300 of 1000 iterations, 6 min of training"));
    assert!(window.has("Best score 31.000 after 300 iterations") && window.is_on("Resume"));
    window.click("Save the numbers as CSV");
    let numbers = out.join("curves.csv");
    assert!(window.wait_until(|_| numbers.exists()));
    let text = std::fs::read_to_string(&numbers).expect("numbers");
    assert!(
        text.contains("300,training,loss,0.1\n300,validation,score,31\n"),
        "{text}"
    );
    window.click("Save the curves as PNG");
    let picture = out.join("curves.png");
    assert!(window.wait_until(|_| picture.exists()));
    let picture = image::open(&picture).expect("a picture").to_rgb8();
    assert_eq!(picture.dimensions(), (1800, 1520));
    let is_blue = |pixel: &&image::Rgb<u8>| pixel.0[2] > pixel.0[0].saturating_add(60);
    let blue = picture.pixels().filter(is_blue).count();
    assert!(blue > 500, "curves are drawn: {blue}");
    // A folder without a run is a sentence.
    let path = root.path().display().to_string();
    window.train(TrainingCommand::OpenRun(path.into()));
    assert!(window.wait_until(|window| window.has_text("opening the run failed")));
}

#[test]
fn a_run_that_goes_on_draws_only_what_is_new() {
    let root = pairs();
    let mut window = Window::new().with_study().with_run(root.path());
    window.trained_until(50);
    // `run` fails where frames are asked for without end. What is read from the disk meanwhile may ask for one in any of
    // them, and not in all.
    let fewest = (0..5).map(|_| window.harness.run()).min();
    assert!(
        fewest.is_some_and(|steps| steps <= 2),
        "{fewest:?} frames without news"
    );
}

#[test]
fn findings_in_the_wizard() {
    let Some(window) = Window::with_pictures() else {
        return;
    };
    let root = pairs();
    lonely_and_broken(&root.path().join("pairs"));
    let mut window = window.with_study().with_training(root.path());
    window.check();
    window.snapshot("training_check");
}

#[test]
fn a_running_training() {
    let Some(window) = Window::with_pictures() else {
        return;
    };
    let root = pairs();
    let mut window = window.with_study().with_run(root.path());
    window.trained_until(600);
    // The folder has another name each time.
    window.apply(UiCommand::TogglePatient);
    window.snapshot("training_running");
}

#[test]
fn a_training_that_failed() {
    let Some(window) = Window::with_pictures() else {
        return;
    };
    let root = pairs();
    let mut window = window.with_study().with_run(root.path());
    window.trained_until(400);
    write_run_folder(&root.path().join("run"));
    let (job, _) = window.newest_training();
    let why =
        "writing the run folder failed (No space left on device); free some room and press Resume";
    window.report(job.id(), EventKind::Failed(why.into()));
    let is_read = |window: &Window| !window.run_state().checkpoints.is_empty();
    assert!(window.wait_until(is_read), "the run folder is read");
    window.harness.run();
    assert!(window.has_text("Nothing before iteration 300 is lost"));
    window.apply(UiCommand::TogglePatient);
    window.snapshot("training_failed");
}
