//! A dataset is parted by patients, the same way each time, and what leaks is named.

use crate::folder::Pairs;
use diaphane::dataset::{
    CheckRequest, DatasetError, FindingKind as Kind, Part, Report, Split, SplitPlan, Unwatched, check,
};
use std::collections::{BTreeMap, BTreeSet};

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
