//! `diaphane dataset` from outside.

use super::bench::{Bench, document, status, stderr};

/// Four phantom pairs in a folder of the bench.
fn pairs(bench: &Bench) {
    let made = bench.diaphane(&[
        "simulate", "--count", "4", "--size", "512", "--out", "pairs",
    ]);
    assert_eq!(status(&made), 0, "{}", stderr(&made));
}

#[test]
fn phantom_pairs_are_fit_and_are_parted_and_a_spoilt_one_is_refused() {
    let bench = Bench::new();
    pairs(&bench);
    let check = bench.diaphane(&["dataset", "check", "pairs", "--json"]);
    assert_eq!(status(&check), 0, "{}", stderr(&check));
    let report = document(&check);
    assert_eq!(report["pairs"].as_array().unwrap().len(), 4);
    let errors = |report: &serde_json::Value| -> Vec<String> {
        let findings = report["findings"].as_array().unwrap().iter();
        let errors = findings.filter(|found| found["severity"] == "error");
        errors.map(|found| found["kind"].to_string()).collect()
    };
    assert_eq!(errors(&report), Vec::<String>::new());
    let split = ["dataset", "split", "pairs", "--out", "split.json"];
    let parted = bench.diaphane(&split);
    assert_eq!(status(&parted), 0, "{}", stderr(&parted));
    let told = stderr(&parted);
    assert!(told.contains("2 training, 1 validation, 1 test"), "{told}");
    assert!(
        told.contains("leak check PASSED: no patient and no picture"),
        "{told}"
    );
    let kept = std::fs::read_to_string(bench.path("split.json")).unwrap();
    let kept: serde_json::Value = serde_json::from_str(&kept).unwrap();
    assert_eq!(kept["leak_check"]["leaks"], 0);
    assert_eq!(
        status(&bench.diaphane(&split)),
        2,
        "a split is not replaced unasked"
    );

    let folder = bench.path("pairs");
    let soft = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let soft = soft.filter(|path| path.to_string_lossy().ends_with("_soft.png"));
    let soft: Vec<_> = soft.collect();
    std::fs::copy(&soft[0], &soft[1]).unwrap();
    let spoilt = [
        "dataset",
        "check",
        "pairs",
        "--split",
        "split.json",
        "--json",
    ];
    let spoilt = bench.diaphane(&spoilt);
    assert_eq!(status(&spoilt), 1);
    let found = errors(&document(&spoilt));
    assert_eq!(found, ["\"no_pair\"", "\"changed\""]);
    assert!(
        stderr(&spoilt).contains("put each with its own mate"),
        "{}",
        stderr(&spoilt)
    );
    let refused = bench.diaphane(&["dataset", "split", "pairs", "--out", "other.json"]);
    assert_eq!(status(&refused), 2);
    assert!(!bench.path("other.json").exists());
    let nothing = bench.diaphane(&["dataset", "check", "nowhere"]);
    assert_eq!(status(&nothing), 2);
    assert!(stderr(&nothing).contains("nowhere"), "{}", stderr(&nothing));
}
