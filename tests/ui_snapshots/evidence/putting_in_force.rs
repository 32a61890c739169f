//! What is put in force, what is not, and the way back.

use super::{outcome, root};
use crate::fake::Window;
use diaphane::evidence::Learned;
use diaphane::model::SiteFolder;
use diaphane::model::site::SiteModel;
use diaphane::ui::EvidenceCommand;
use diaphane::worker::{EventKind, StopReason};
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[test]
fn what_failed_is_named_and_not_put_in_force() {
    let root = root();
    let mut window = Window::new().with_study().with_evidence(root.path(), 0.4);
    assert!(window.has("It may not be put in force.") && window.has("FAILED"));
    assert!(window.has_text("test set: RBF farther from 0 by 0.200"));
    assert!(!window.can_press("Put in force..."));
    // Whatever asks for it.
    window.evidence(EvidenceCommand::Promote);
    assert!(window.desk.borrow().promotions.is_empty());
}

/// What a base does not say is stated with its name, anew at every judging, before anything is put in force.
#[test]
fn what_a_base_learned_from_is_stated_anew_at_every_judging() {
    let root = root();
    let mut silent = outcome(root.path(), 0.2);
    for candidate in &mut silent.candidates {
        let Learned::Known { unknown, .. } = &mut candidate.pairs.learned else {
            panic!("known");
        };
        unknown.push("old 1".to_owned());
    }
    let silent = Arc::new(silent.stating(false));
    let label = "I state that the test pairs are not among what old 1 learned from";
    let is_ticked = |window: &Window| {
        let evidence = &window.state().training.evidence;
        let outcome = evidence.outcome.done().expect("judged");
        outcome
            .candidates
            .iter()
            .all(|candidate| candidate.pairs.is_stated)
    };
    let mut window = Window::new().with_study().with_opened_run(root.path());
    let job = window.judge();
    window.report(job.id(), EventKind::Judged(Arc::clone(&silent)));
    assert!(window.has("It may not be put in force.") && !window.can_press("Put in force..."));
    assert!(window.has_text("was trained on: old 1; it must be stated"));
    window.push(label);
    assert!(is_ticked(&window) && window.has("It may be put in force."));
    window.push("Put in force...");
    window.push("Put in force");
    let job = {
        let desk = window.desk.borrow();
        let (job, plan) = desk.promotions.last().expect("asked");
        let stated = plan.outcome.candidates[0].pairs.statement();
        assert!(stated.expect("a statement").contains("old 1"));
        job.clone()
    };
    window.report(job.id(), EventKind::Stopped(StopReason::Cancelled));
    window.push(label);
    assert!(!is_ticked(&window) && window.has("It may not be put in force."));
    window.push(label);
    let job = window.judge();
    window.report(job.id(), EventKind::Judged(silent));
    assert!(!is_ticked(&window) && window.has("It may not be put in force."));
}

/// The site as the worker leaves it, but for the copy of the bundle.
fn write_promoted(site: &Path) -> SiteModel {
    let model = SiteModel {
        name: "site-3".to_owned(),
        version: "300".to_owned(),
        sha256: "be".repeat(32),
        folder: PathBuf::from("bundles/site-3"),
        promoted_at: "2026-03-01T12:30:00Z".to_owned(),
        evidence: PathBuf::from("evidence/site-3.json"),
        base_sha256: "00".repeat(32),
    };
    std::fs::create_dir_all(site).expect("a folder");
    let text = toml::to_string(&model).expect("a table");
    let record = format!("format = 1\n[[promoted]]\n{text}");
    std::fs::write(site.join("site-model.toml"), record).expect("written");
    model
}

#[test]
fn a_candidate_is_put_in_force_after_a_question_and_taken_back() {
    let root = root();
    let site = root.path().join("site");
    let mut window = Window::new().with_study().with_evidence(root.path(), 0.2);
    let is_known = |window: &Window| window.state().training.evidence.models.done().is_some();
    assert!(window.wait_until(is_known), "the site's record is read");
    window.harness.run();
    assert!(window.has("In force: the shipped model"));
    window.push("Put in force...");
    assert!(window.has_text("Put site-3 300 in force in place of compact 1?"));
    window.push("Not now");
    assert!(window.desk.borrow().promotions.is_empty());
    window.push("Put in force...");
    window.push("Put in force");
    let job = {
        let desk = window.desk.borrow();
        let (job, plan) = desk.promotions.last().expect("asked");
        assert_eq!((plan.candidate, plan.site.path()), (0, site.as_path()));
        job.clone()
    };
    assert!(!window.can_press("Put in force..."), "one at a time");
    let model = write_promoted(&site);
    window.report(job.id(), EventKind::Promoted(Box::new(model)));
    assert!(window.has_text("In force from now on: site-3 300, promoted 2026-03-01T12:30:00Z"));
    let is_known = |window: &Window| window.has("Take back");
    assert!(
        window.wait_until(is_known),
        "the site's record is read again"
    );
    assert!(window.has("goes back to the shipped model"));
    // The copy of the fake is not there, and nothing takes its place silently.
    assert!(window.has_text("the site model site-3"));
    let loads = window.desk.borrow().bundles.len();
    window.push("Take back");
    let is_back = |window: &Window| window.desk.borrow().bundles.len() > loads;
    assert!(
        window.wait_until(is_back),
        "the window works with the shipped model"
    );
    window.harness.run();
    assert!(window.has_text("Taken back: site-3 300"));
    let desk = window.desk.borrow();
    assert!(
        desk.bundles
            .last()
            .expect("a bundle")
            .1
            .path
            .ends_with("compact")
    );
    let left = SiteFolder::at(&site).promoted().expect("a record");
    assert_eq!(left, []);
}

#[test]
fn a_record_that_cannot_be_read_is_no_dead_end() {
    let root = root();
    let site = root.path().join("site");
    std::fs::create_dir(&site).expect("a folder");
    let record = site.join("site-model.toml");
    std::fs::write(&record, "no record").expect("written");
    let mut window = Window::new().with_study().with_opened_run(root.path());
    assert!(window.wait_until(|window| window.has("Use the shipped model")));
    assert!(window.has_text("the site's file cannot be used"));
    let loads = window.desk.borrow().bundles.len();
    window.push("Use the shipped model");
    let is_back = |window: &Window| window.has("In force: the shipped model");
    assert!(window.wait_until(is_back), "the record is read again");
    assert!(!window.has("Use the shipped model") && !record.exists());
    assert!(window.has_text("The record that could not be understood is kept as"));
    assert!(window.desk.borrow().bundles.len() > loads);
}
