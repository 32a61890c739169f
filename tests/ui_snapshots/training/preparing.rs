//! A run is prepared step by step.

use super::{lonely_and_broken, pairs, preflight, shipped, write_run_folder};
use crate::fake::Window;
use diaphane::dataset::Part;
use diaphane::ui::{Attempt, PathField, RunPlan, TrainingCommand, UiCommand, WizardStep};
use diaphane::worker::{EventKind, Priority};
use egui_kittest::kittest::Queryable as _;

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
    assert!(window.has("1 pair for training, 1 for validation, 1 locked for the test"));
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
        // Of the recipe that proved good.
        "rollout_share = 0.6",
        "[augmentation]",
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
    window.train(TrainingCommand::SetPlan(RunPlan { batch: 2, ..plan }));
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
    for picture in ["Radiograph of a", "Soft tissue of a", "Difference of a"] {
        assert!(window.has(picture), "{picture}");
    }
    window.apply(UiCommand::TogglePatient);
    assert!(!window.has("Radiograph of a") && window.has("Radiograph of Pair 1"));
}

/// The way on is in sight on every step, however much stands on it.
#[test]
fn the_way_to_the_next_step_is_in_sight() {
    let root = pairs();
    lonely_and_broken(&root.path().join("pairs"));
    let mut window = Window::new().with_study().with_training(root.path());
    window.check();
    let steps = [
        (WizardStep::Data, "Next: 2 Check"),
        (WizardStep::Check, "Next: 3 Split"),
        (WizardStep::Split, "Next: 4 Preflight"),
        (WizardStep::Preflight, "Next: 5 Start"),
    ];
    for (step, label) in steps {
        window.train(TrainingCommand::ShowStep(step));
        window.harness.run();
        let screen = window.harness.ctx.content_rect();
        let button = window.harness.get_by_label(label).rect();
        assert!(
            screen.contains_rect(button),
            "{label}: {button:?} of {screen:?}"
        );
    }
}

#[test]
fn validations_and_checkpoints_have_intervals_of_their_own() {
    let root = pairs();
    let mut window = Window::new().with_study().with_training(root.path());
    window.check();
    window.split();
    window.train(TrainingCommand::ShowStep(WizardStep::Preflight));
    for label in [
        "Iterations between validations",
        "Iterations between checkpoints",
    ] {
        assert!(window.has(label), "{label}");
    }
    let plan = RunPlan {
        iterations: 400,
        validate_every: Some(500),
        ..window.wizard().plan.clone()
    };
    window.train(TrainingCommand::SetPlan(plan.clone()));
    window.harness.run();
    assert!(window.has_text("With 500 iterations between two validations the run ends before"));
    assert!(!window.is_on("Run the first steps"));
    window.train(TrainingCommand::SetPlan(RunPlan {
        validate_every: Some(20),
        checkpoint_every: Some(50),
        ..plan
    }));
    window.harness.run();
    let (_, plan) = window.first_steps();
    let text = std::fs::read_to_string(&plan.config).expect("a run file");
    assert!(text.contains("validate_every = 20\n") && text.contains("checkpoint_every = 50\n"));
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

#[test]
fn a_run_folder_among_the_pairs_is_refused_and_a_split_of_somebody_else_is_kept() {
    let root = pairs();
    let [among, taken] = ["pairs/run", "taken"].map(|name| root.path().join(name));
    std::fs::create_dir(&taken).expect("a folder");
    std::fs::write(taken.join("split.json"), "somebody else's").expect("written");
    let mut window = Window::new().with_study().with_training(root.path());
    window.check();
    window.split();
    window.train(TrainingCommand::ShowStep(WizardStep::Preflight));
    for (folder, sentence) in [
        (&among, "among the images"),
        (
            &taken,
            "a split lies in this folder that is not this window's",
        ),
    ] {
        let typed = folder.display().to_string();
        window.train(TrainingCommand::Type(PathField::Run, typed));
        window.harness.run();
        window.click("Run the first steps");
        let is_over = |window: &Window| window.wizard().preflight.failure().is_some();
        assert!(window.wait_until(is_over), "{sentence}");
        window.harness.run();
        assert!(window.has_text(sentence), "{sentence}");
        assert!(!folder.join("plan.toml").exists());
    }
    assert!(!among.exists() && window.desk.borrow().preflights.is_empty());
    let kept = std::fs::read_to_string(taken.join("split.json")).expect("kept");
    assert_eq!(kept, "somebody else's");
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
