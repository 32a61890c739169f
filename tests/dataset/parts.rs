//! A dataset is parted by patients, the same way each time, and what leaks is named.

use crate::folder::{Header, Pairs, chest, write_dicom};
use diaphane::dataset::{
    CheckRequest, DatasetError, FindingKind as Kind, Part, Report, Split, SplitPlan, Unwatched,
    check,
};
use diaphane::train::{Dataset, RunConfig, Unobserved};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

fn five() -> (Pairs, Report) {
    let pairs = Pairs::new();
    pairs.add("d", 3);
    pairs.add("e", 4);
    let report = check(&CheckRequest::of_folder(pairs.path()), &Unwatched);
    let report = report.unwrap().unwrap();
    (pairs, report)
}

fn plan(seed: u64) -> SplitPlan {
    SplitPlan {
        seed,
        validation: 0.2,
        test: 0.2,
    }
}

fn parts(split: &Split) -> Vec<Part> {
    split.pairs.iter().map(|pair| pair.part).collect()
}

#[test]
fn one_seed_gives_one_split_and_another_seed_another_one() {
    let (pairs, report) = five();
    let nobody = BTreeMap::new();
    let split = |seed| Split::new(&report, &nobody, plan(seed)).unwrap();
    assert_eq!(split(1), split(1));
    let different: BTreeSet<Vec<Part>> = (0..20).map(|seed| parts(&split(seed))).collect();
    assert!(different.len() > 5, "{}", different.len());
    for seed in 0..20 {
        let split = split(seed);
        let counts = [Part::Training, Part::Validation, Part::Test].map(|part| split.count(part));
        assert_eq!(counts, [3, 1, 1]);
        assert_eq!(split.findings(), []);
    }
    let file = pairs.file("split.json");
    split(1).write(&file, false).unwrap();
    assert_eq!(Split::read(&file).unwrap(), split(1));
    assert!(
        split(2).write(&file, false).is_err(),
        "nothing is replaced unasked"
    );
}

#[test]
fn pairs_of_one_patient_stay_together() {
    let (_pairs, report) = five();
    let same = ["a", "c", "e"].map(|name| (name.to_owned(), "one".to_owned()));
    let same = BTreeMap::from(same);
    for seed in 0..20 {
        let split = Split::new(&report, &same, plan(seed)).unwrap();
        let of = |name: &str| {
            split
                .pairs
                .iter()
                .find(|pair| pair.name == name)
                .unwrap()
                .part
        };
        assert_eq!([of("a"), of("a")], [of("c"), of("e")]);
        assert!(split.count(Part::Training) > 0 && split.count(Part::Test) > 0);
    }
    let two = ["a", "b", "c"].map(|name| (name.to_owned(), "one".to_owned()));
    let two = two.into_iter().chain([
        ("d".to_owned(), "two".to_owned()),
        ("e".to_owned(), "two".to_owned()),
    ]);
    let refused = Split::new(&report, &two.collect(), plan(1));
    assert!(
        matches!(refused, Err(DatasetError::TooFewPatients { patients: 2 })),
        "{refused:?}"
    );
}

#[test]
fn a_leak_and_a_changed_file_are_found_and_errors_refuse_a_split() {
    let (pairs, report) = five();
    let mut split = Split::new(&report, &BTreeMap::new(), plan(1)).unwrap();
    let group = split.pairs[0].group.clone();
    let other = split
        .pairs
        .iter()
        .position(|pair| pair.part != split.pairs[0].part)
        .unwrap();
    let own = std::mem::replace(&mut split.pairs[other].group, group);
    let kinds =
        |split: &Split| -> Vec<Kind> { split.findings().iter().map(|found| found.kind).collect() };
    assert_eq!(kinds(&split), [Kind::Leak], "one patient in two parts");
    split.pairs[other].group = own;
    let sums = split.pairs[0].sha256.clone();
    let first = sums.values().next().unwrap().clone();
    let entry = split.pairs[other].sha256.first_entry().unwrap();
    let path = entry.key().clone();
    std::fs::copy(sums.keys().next().unwrap(), &path).unwrap();
    assert_eq!(kinds(&split), [Kind::Changed]);
    split.pairs[other].sha256.insert(path, first);
    assert_eq!(kinds(&split), [Kind::Leak], "one picture in two parts");
    std::fs::remove_file(pairs.file("a_soft.png")).unwrap();
    std::fs::write(pairs.file("a_soft.png"), "no picture").unwrap();
    let report = check(&CheckRequest::of_folder(pairs.path()), &Unwatched)
        .unwrap()
        .unwrap();
    let refused = Split::new(&report, &BTreeMap::new(), plan(1));
    assert!(
        matches!(refused, Err(DatasetError::Refused { .. })),
        "{refused:?}"
    );
}

/// Four DICOM studies, of which the first and the last are of one patient.
fn studies(root: &Path) -> Report {
    for (seed, patient) in ["P1", "P2", "P3", "P1"].into_iter().enumerate() {
        let study = format!("1.{seed}");
        let header = |series| Header {
            patient,
            study: &study,
            series,
            view: "PA",
            row_mm: 0.2,
        };
        let chest = chest(seed);
        let file = |name: &str| root.join(format!("{seed}_{name}.dcm"));
        write_dicom(&file("image"), &chest.radiograph, header("CHEST PA"));
        write_dicom(&file("mate"), &chest.soft_tissue, header("SOFT TISSUE"));
    }
    let report = check(&CheckRequest::of_folder(root), &Unwatched);
    report.unwrap().unwrap()
}

/// Why a run on `folder` with these lines under `[data]` is refused.
fn refused(folder: &Path, data: &str) -> String {
    let text = format!(
        "stage = \"vqgan\"\nout = \"run\"\niterations = 1\npatch_px = 64\n[data]\n{data}\n\
         [[data.source]]\nkind = \"pairs\"\ngrid_px = 512\nfolder = '{}'",
        folder.display()
    );
    let config = std::env::temp_dir().join(format!("leak-{}.toml", std::process::id()));
    std::fs::write(&config, text).unwrap();
    let config = RunConfig::read(&config).unwrap();
    Dataset::load(&config, &mut Unobserved)
        .unwrap_err()
        .to_string()
}

#[test]
fn a_run_does_not_learn_from_who_is_kept_for_the_test_under_another_name() {
    let root = tempfile::tempdir().unwrap();
    let report = studies(root.path());
    let mut split = Split::new(&report, &BTreeMap::new(), plan(1)).unwrap();
    let checked = split.leak_check.unwrap();
    assert!(
        checked.passed() && checked.sentence().starts_with("PASSED"),
        "{checked:?}"
    );
    assert_eq!((checked.patients, checked.unnamed), (3, 0));
    let parts = |split: &mut Split, parts: [Part; 4]| {
        for (pair, part) in split.pairs.iter_mut().zip(parts) {
            pair.part = part;
        }
    };
    let files = tempfile::tempdir().unwrap();
    let file = files.path().join("split.json");
    let line = format!("split = '{}'", file.display());

    // A file can be edited: one patient is learned from and tested.
    parts(
        &mut split,
        [Part::Test, Part::Validation, Part::Training, Part::Training],
    );
    assert!(split.leak_check().sentence().starts_with("FAILED"));
    split.write(&file, true).unwrap();
    let edited = refused(root.path(), &line);
    assert!(edited.contains("leak check FAILED: 1"), "{edited}");

    // The split does not know the patient's other picture.
    split.pairs.truncate(3);
    split.write(&file, true).unwrap();
    let unknown = refused(root.path(), &line);
    let says = "kept for test by";
    assert!(
        unknown.contains(says) && unknown.contains("3_image.dcm"),
        "{unknown}"
    );

    // There is no split, and the run file names the one for validation.
    let named = refused(root.path(), "validation = [\"0_image\"]");
    assert!(named.contains("in training and in validation"), "{named}");
    assert!(!named.contains("P1"), "no patient is named");
}

#[test]
fn a_split_of_the_first_format_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("split.json");
    let text = r#"{"format": 1, "plan": {"seed": 1, "validation": 0.1, "test": 0.1}, "pairs":
        [{"name": "a", "part": "test", "group": "a", "sha256": {"a_cxr.png": "00"}}]}"#;
    std::fs::write(&file, text).unwrap();
    let split = Split::read(&file).unwrap();
    assert_eq!((split.leak_check, split.count(Part::Test)), (None, 1));
    let unnamed = split.leak_check().sentence();
    assert!(unnamed.contains("1 pairs name none"), "{unnamed}");
}
