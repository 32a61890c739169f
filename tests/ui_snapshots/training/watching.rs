//! A run is watched, paused and ended.

use super::{pairs, write_run_folder};
use crate::fake::Window;
use diaphane::ui::{PathField, RunStatus, TrainingCommand, TrainingPage, UiCommand};
use diaphane::worker::{BranchSettings, EventKind, StopReason, TrainEvent, TrainStage};
use eframe::egui::{Key, Modifiers};
use std::path::PathBuf;

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
        device: "CPU".to_owned(),
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
