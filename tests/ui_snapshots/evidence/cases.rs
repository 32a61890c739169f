//! Every case: in any order, and opened beside its pictures.

use super::{outcome, root};
use crate::fake::Window;
use crate::phantom::{SIDE, defaults, grid, result, stored};
use diaphane::formats;
use diaphane::formats::raster::write_grey16;
use diaphane::ui::{CaseSet, EvidenceCommand, UiCommand};
use diaphane::worker::{ContestOutcome, KeptResult, SuppressionResult};
use std::sync::Arc;

#[test]
fn models_differences_and_cases_stand_there_the_worst_first() {
    let root = root();
    let mut window = Window::new().with_study().with_evidence(root.path(), 0.2);
    assert!(window.has("It may be put in force."));
    assert!(window.has("best better than base by") && window.has("best better than last by"));
    // The mean of 31 + 0.6 (1 + 0.1 i) + 0.5 i over four cases, and the standard deviation that numpy finds (ddof 1).
    assert!(window.has("32.44 ± 0.72"));
    // The paired advantages 0.6, 0.66, 0.72 and 0.78 have the interval that scipy's ttest_rel finds.
    assert!(window.has("+0.690") && window.has("+0.567 to +0.813") && window.has("4 of 4"));
    let unnamed = "1 of 4 patients is a pair of which nobody named the patient";
    assert!(window.has_text(unnamed) && window.has_text("over 4 patients (1 of them a pair"));
    assert_eq!(window.order_of_cases(), ["a", "b", "c", "d"]);
    window.push("PSNRaff, worst first");
    assert_eq!(window.order_of_cases(), ["d", "c", "b", "a"]);
    window.evidence(EvidenceCommand::Sort("RBF"));
    assert_eq!(window.order_of_cases(), ["a", "b", "c", "d"]);
    assert!(window.has("RBF, worst first"));
    window.evidence(EvidenceCommand::ShowSet(CaseSet::Reference));
    assert!(window.has("phantom 4") && !window.has("Open a"));
    // Nodules are known of three phantoms: 0.88 + 0.006 against 0.88.
    assert!(window.has("finding_gain") && window.has("+0.0060") && window.has("3 of 3"));
    let told = "reference set: finding_gain nearer to 1 by 0.006 on average of 3 phantoms";
    assert!(window.has_text(told));
    assert!(!window.has_text(unnamed), "a phantom is nobody");
    window.evidence(EvidenceCommand::ShowSet(CaseSet::Test));
    window.push("last, 1000 iterations");
    assert!(window.has("last better than base by") && window.has("last better than best by"));
    window.apply(UiCommand::TogglePatient);
    assert!(window.has("Open pair 1") && !window.has("Open a"));
}

/// The radiograph of a test pair with the true image, and what each model made of it.
fn write_case(outcome: &ContestOutcome) {
    let case = &outcome.cases[0];
    let picture = grid(|row, col| f32::from(stored(row, col)) / 4000.0);
    write_grey16(&case.radiograph, &picture, false).expect("written");
    write_grey16(&case.soft_tissue, &picture.map(|v| 0.9 * v), false).expect("written");
    let radiograph = formats::read(&case.radiograph).expect("read");
    assert_eq!(radiograph.size(), (SIDE, SIDE));
    for (label, file) in &case.kept {
        let result = SuppressionResult {
            study: radiograph.id.clone(),
            bundle_sha256: label.repeat(12),
            bundle_name: label.clone(),
            ..result(defaults())
        };
        let kept = KeptResult {
            result: Arc::new(result),
            is_mask_given: false,
        };
        let bytes = kept.to_bytes(&radiograph).expect("bytes");
        std::fs::write(file, bytes).expect("written");
    }
}

#[test]
fn a_case_opens_with_what_the_models_made_of_it() {
    let root = root();
    let mut window = Window::new().with_study().with_evidence(root.path(), 0.2);
    let outcome = outcome(root.path(), 0.2);
    write_case(&outcome);
    window.push("Open a");
    let is_there = |window: &Window| {
        let study = window.state().study();
        study.is_some_and(|study| study.runs.all().len() == 3)
    };
    assert!(window.wait_until(is_there), "its results are read");
    window.harness.run();
    let study = window.state().study().expect("open");
    assert_eq!(study.radiograph.source.path, outcome.cases[0].radiograph);
    let shown = study.runs.shown().expect("a result");
    let rival = study.runs.rival().expect("another to compare with");
    assert_eq!(shown.result.bundle_name, "best");
    assert_eq!(rival.result.bundle_name, "base");
    let settings = &shown.result.settings;
    let card = format!(
        "{}: best, LEG {}, {} steps, seed {}",
        shown.number, settings.leg_weight, settings.steps, settings.seed
    );
    assert!(window.has(&card), "{card}");
    assert!(
        window
            .state()
            .studies
            .iter()
            .any(|study| study.path == outcome.cases[0].soft_tissue)
    );
    // Opened again, nothing is there twice.
    window.evidence(EvidenceCommand::OpenCase("a".to_owned()));
    let is_over = |window: &Window| window.state().training.evidence.opening.is_none();
    assert!(window.wait_until(is_over));
    assert!(is_there(&window));
}
