//! Other pairs are mixed in, against forgetting.

use super::{chest, pairs, preflight};
use crate::fake::Window;
use diaphane::formats::raster::write_grey16;
use diaphane::ui::{Attempt, PathField, RunPlan, TrainingCommand, WizardStep};
use diaphane::worker::EventKind;
use std::path::Path;
use toml::{Table, Value};

fn write_phantom(folder: &Path) {
    std::fs::create_dir_all(folder).expect("a folder");
    let study = chest(0);
    for (name, picture) in [
        ("p_cxr.png", &study.radiograph),
        ("p_soft.png", &study.soft_tissue),
    ] {
        write_grey16(&folder.join(name), picture, true).expect("written");
    }
}

impl Window {
    fn mix_in(&mut self, folder: &Path) {
        let typed = folder.display().to_string();
        self.train(TrainingCommand::Type(PathField::Mixed, typed));
    }
}

fn sources(run_file: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(run_file).expect("a run file");
    let run: Table = text.parse().expect("a run file");
    run["data"]["source"].as_array().expect("sources").clone()
}

#[test]
fn pairs_that_are_mixed_in_are_a_second_source_with_its_share() {
    let root = pairs();
    let phantoms = root.path().join("phantoms");
    write_phantom(&phantoms);
    let mut window = Window::new().with_study().with_training(root.path());
    assert!(window.has("Pairs to mix in") && window.has_text("against forgetting"));
    window.check();
    window.split();
    let (job, plan) = window.first_steps();
    let [own] = sources(&plan.config).try_into().expect("one source");
    assert!(own.get("weight").is_none(), "nothing is mixed in: {own}");
    window.report(job.id(), EventKind::Preflighted(Box::new(preflight())));
    assert!(window.has("1 for training, 1 for validation"));

    window.mix_in(&phantoms);
    let wizard = window.wizard();
    assert!(matches!(wizard.preflight, Attempt::None), "another run");
    assert!(wizard.split.done().is_some() && wizard.report.done().is_some());
    let (job, plan) = window.first_steps();
    let [own, mixed] = sources(&plan.config).try_into().expect("two sources");
    assert_eq!(mixed["folder"].as_str(), phantoms.to_str());
    assert_eq!(own["folder"].as_str(), root.path().join("pairs").to_str());
    assert_eq!(
        [&own, &mixed].map(|one| one["kind"].as_str()),
        [Some("pairs"); 2]
    );
    let weight = |source: &Value| source["weight"].as_float().expect("a weight");
    let share = weight(&mixed) / (weight(&own) + weight(&mixed));
    assert!((share - 0.25).abs() < 1e-12, "{share}");
    window.report(job.id(), EventKind::Preflighted(Box::new(preflight())));
    assert!(window.has("1 for training (those mixed in among them), 1 for validation"));

    let plan = window.wizard().plan.clone();
    window.train(TrainingCommand::SetPlan(RunPlan {
        mixed_percent: 40,
        ..plan
    }));
    let (_, plan) = window.first_steps();
    let found = sources(&plan.config).into_iter();
    let weights: Vec<String> = found.map(|source| source["weight"].to_string()).collect();
    assert_eq!(weights, ["60.0", "40.0"]);
}

#[test]
fn what_cannot_be_mixed_in_is_a_sentence_before_anything_is_written() {
    let root = pairs();
    let pairs = root.path().join("pairs");
    let [empty, within] = [root.path().join("empty"), pairs.join("within")];
    for folder in [&empty, &within] {
        std::fs::create_dir(folder).expect("a folder");
    }
    // Another picture under the name of one of the site's.
    let namesake = root.path().join("namesake");
    write_phantom(&namesake);
    for ending in ["cxr", "soft"] {
        let [from, to] = ["p", "c"].map(|name| namesake.join(format!("{name}_{ending}.png")));
        std::fs::rename(from, to).expect("renamed");
    }
    let mut window = Window::new().with_study().with_training(root.path());
    window.check();
    window.split();
    let together = "the pairs to mix in lie together with the site's own";
    for (folder, sentence) in [
        (pairs.clone(), together),
        (pairs.join("../pairs"), together),
        (within, together),
        (root.path().to_owned(), together),
        (empty, "pairs to mix in: no pair is found"),
        (namesake, "has the name of one of the site's own, c"),
        (
            root.path().join("nowhere"),
            "pairs to mix in: there is no such folder",
        ),
    ] {
        window.mix_in(&folder);
        window.train(TrainingCommand::ShowStep(WizardStep::Preflight));
        window.click("Run the first steps");
        let is_over = |window: &Window| window.wizard().preflight.failure().is_some();
        assert!(window.wait_until(is_over), "{}", folder.display());
        window.harness.run();
        assert!(window.has_text(sentence), "{}", folder.display());
    }
    assert!(!root.path().join("run").exists() && window.desk.borrow().preflights.is_empty());
    // A run among the pairs that are mixed in would be mixed in itself.
    let phantoms = root.path().join("phantoms");
    write_phantom(&phantoms);
    window.mix_in(&phantoms);
    let typed = phantoms.join("run").display().to_string();
    window.train(TrainingCommand::Type(PathField::Run, typed));
    window.harness.run();
    window.click("Run the first steps");
    let is_over = |window: &Window| window.wizard().preflight.failure().is_some();
    assert!(window.wait_until(is_over), "refused");
    assert!(!phantoms.join("run").exists());
}

#[test]
fn the_share_is_asked_for_where_pairs_are_mixed_in() {
    let Some(window) = Window::with_pictures() else {
        return;
    };
    let root = pairs();
    let mut window = window.with_study().with_training(root.path());
    for (field, text) in [
        (PathField::Pairs, "/site/pairs"),
        (PathField::Run, "/site/run"),
        (PathField::Mixed, "/site/phantoms"),
    ] {
        window.train(TrainingCommand::Type(field, text.to_owned()));
    }
    window.train(TrainingCommand::ShowStep(WizardStep::Data));
    window.harness.run();
    window.snapshot("training_mixing");
}
