//! A dataset is parted by patients, the same way each time, and what leaks is named.

use crate::folder::{Header, Pairs, chest, write_dicom};
use diaphane::dataset::{
    CheckRequest, DatasetError, Finding, FindingKind as Kind, Part, Report, Split, SplitPlan,
    Unwatched, check, patient_key, patient_sha256,
};
use diaphane::formats::sha256_of_file;
use diaphane::radiograph::StudyInfo;
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

/// Masks that are empty, or drawn as rectangles, are equal without a picture in common.
#[test]
fn equal_lung_masks_in_two_parts_are_no_leak_and_equal_pictures_are_one() {
    let (pairs, _) = five();
    let rectangle = std::fs::read(pairs.file("a_lungmask.png")).unwrap();
    for name in ["b", "c", "d", "e"] {
        std::fs::write(pairs.file(&format!("{name}_lungmask.png")), &rectangle).unwrap();
    }
    let report = check(&CheckRequest::of_folder(pairs.path()), &Unwatched);
    let report = report.unwrap().unwrap();
    let mut split = Split::new(&report, &BTreeMap::new(), plan(1)).unwrap();
    assert!(split.leak_check().passed(), "{:?}", split.leak_check());
    assert_eq!(split.findings(), []);
    for pair in &split.pairs {
        assert_eq!((pair.picture_sha256().count(), pair.sha256.len()), (2, 3));
    }
    let other = |pair: &diaphane::dataset::SplitEntry| pair.part != split.pairs[0].part;
    let other = split.pairs.iter().position(other).unwrap();
    let soft_of = |split: &Split, index: usize| {
        let mut files = split.pairs[index].sha256.iter();
        let (path, sum) = files
            .find(|(path, _)| path.to_string_lossy().ends_with("_soft.png"))
            .unwrap();
        (path.clone(), sum.clone())
    };
    let (_, sum) = soft_of(&split, 0);
    let (path, _) = soft_of(&split, other);
    split.pairs[other].sha256.insert(path, sum);
    let check = split.leak_check();
    assert_eq!(
        check.sentence(),
        "FAILED: 1 patient or picture is in two parts of the split"
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

    // The split does not know the patient's other picture, which came to its folder, or lies in another one.
    split.pairs.truncate(3);
    split.write(&file, true).unwrap();
    let added = refused(root.path(), &line);
    assert!(added.contains("the pair 3_image is not in"), "{added}");
    let other = tempfile::tempdir().unwrap();
    for name in ["3_image.dcm", "3_mate.dcm"] {
        std::fs::rename(root.path().join(name), other.path().join(name)).unwrap();
    }
    let unknown = refused(other.path(), &line);
    let says = "kept for test by";
    assert!(
        unknown.contains(says) && unknown.contains("3_image.dcm"),
        "{unknown}"
    );
    for name in ["3_image.dcm", "3_mate.dcm"] {
        std::fs::rename(other.path().join(name), root.path().join(name)).unwrap();
    }

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
    assert!(
        unnamed.contains("1 pair names none and counts as one"),
        "{unnamed}"
    );
}

/// Patients of five pairs; one is on two of them.
fn five_named() -> BTreeMap<String, String> {
    let names = ["Doe^Jane", "Roe^Max", "P3", "P4", "Doe^Jane"];
    let pairs = ["a", "b", "c", "d", "e"].into_iter().zip(names);
    pairs
        .map(|(pair, patient)| (pair.to_owned(), patient.to_owned()))
        .collect()
}

#[test]
fn no_patient_of_a_list_stands_in_a_split_and_the_parts_are_those_that_were() {
    let (pairs, report) = five();
    let patients = five_named();
    // Parts of an earlier version, which drew them by the same words.
    for (seed, tested) in EARLIER {
        let split = Split::new(&report, &patients, plan(seed)).unwrap();
        let of = |part| {
            let pairs = split.pairs.iter().filter(move |pair| pair.part == part);
            pairs.map(|pair| pair.name.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(
            [of(Part::Test), of(Part::Validation)],
            tested.map(<[_]>::to_vec),
            "seed {seed}"
        );
        let file = pairs.file("named.json");
        split.write(&file, true).unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(!text.contains("Doe") && !text.contains("Roe"), "{text}");
        let [first, last] = [&split.pairs[0], &split.pairs[4]];
        assert_eq!(first.group, last.group);
        assert_eq!(split.leak_check().unnamed, 0);
        // The key of the Patient ID in a header without an issuer.
        let info = StudyInfo {
            patient_id: "Doe^Jane".to_owned(),
            ..StudyInfo::default()
        };
        assert_eq!(first.patient, patient_sha256(&info));
    }
    assert_eq!(patient_key("0123456789abcdef"), "0123456789abcdef");
}

/// Names tested and validating by seed, computed elsewhere by SHA-256 of "SEED PATIENT", the least first.
const EARLIER: [(u64, [&[&str]; 2]); 2] = [(1, [&["d"], &["b"]]), (2, [&["c"], &["d"]])];

#[test]
fn a_list_and_a_header_that_name_one_patient_keep_the_pairs_together() {
    let root = tempfile::tempdir().unwrap();
    let report = studies(root.path());
    // P1 is on the first and the last by their headers; the list says P1 of the second.
    let listed = BTreeMap::from([("1_image".to_owned(), "P1".to_owned())]);
    let split = Split::new(&report, &listed, plan(1));
    assert!(
        matches!(split, Err(DatasetError::TooFewPatients { patients: 2 })),
        "the first, second and last are of one, the third of another: {split:?}"
    );
}

fn kinds(findings: &[Finding]) -> Vec<Kind> {
    findings.iter().map(|found| found.kind).collect()
}

#[test]
fn a_split_holds_wherever_it_lies_and_knows_moved_pairs_by_their_bytes() {
    let (pairs, report) = five();
    let root = tempfile::tempdir().unwrap();
    let place = root.path().join("one");
    std::fs::create_dir(&place).unwrap();
    copy(pairs.path(), &place.join("pairs"));
    let report_of = |folder: &Path| {
        let report = check(&CheckRequest::of_folder(folder), &Unwatched);
        report.unwrap().unwrap()
    };
    let split = Split::new(&report_of(&place.join("pairs")), &BTreeMap::new(), plan(1)).unwrap();
    split.write(&place.join("split.json"), false).unwrap();
    let text = std::fs::read_to_string(place.join("split.json")).unwrap();
    assert!(text.contains("\"pairs/a_cxr.png\""), "{text}");

    // Both move together.
    let moved = root.path().join("two");
    std::fs::rename(&place, &moved).unwrap();
    let read = Split::read(&moved.join("split.json")).unwrap();
    assert_eq!(read.findings(), []);
    assert_eq!(read.test_findings(), []);
    let first = read.pairs[0].sha256.keys().next().unwrap();
    assert_eq!(*first, moved.join("pairs/a_cxr.png"));

    // The pairs move alone.
    let apart = root.path().join("apart");
    std::fs::rename(moved.join("pairs"), &apart).unwrap();
    assert_eq!(
        kinds(&read.findings()),
        [Kind::Changed; 15],
        "nothing is there"
    );
    let there = report_of(&apart);
    assert_eq!(read.findings_beside(&there.pairs), []);
    assert_eq!(read.test_findings(), []);
    std::fs::copy(apart.join("a_cxr.png"), apart.join("new_cxr.png")).unwrap();
    std::fs::copy(apart.join("a_soft.png"), apart.join("new_soft.png")).unwrap();
    std::fs::copy(apart.join("b_lungmask.png"), apart.join("a_lungmask.png")).unwrap();
    let found = read.findings_beside(&report_of(&apart).pairs);
    assert_eq!(kinds(&found), [Kind::Changed, Kind::NotSplit], "{found:?}");
    assert!(found[1].text.contains("new is in no part"), "{found:?}");

    // Pairs that do not lie below the split are named by their whole paths.
    let split = Split::new(&report, &BTreeMap::new(), plan(1)).unwrap();
    split.write(&moved.join("other.json"), false).unwrap();
    assert_eq!(Split::read(&moved.join("other.json")).unwrap(), split);
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

#[test]
fn an_older_split_is_found_from_its_own_folder_and_names_nobody_once_read() {
    let root = tempfile::tempdir().unwrap();
    let pairs = root.path().join("data/pairs");
    std::fs::create_dir_all(&pairs).unwrap();
    std::fs::write(pairs.join("a_cxr.png"), "picture").unwrap();
    std::fs::create_dir(root.path().join("splits")).unwrap();
    let file = root.path().join("splits/split.json");
    let (sum, _) = sha256_of_file(&pairs.join("a_cxr.png")).unwrap();
    let text = format!(
        r#"{{"format": 2, "plan": {{"seed": 1, "validation": 0.1, "test": 0.1}}, "pairs":
        [{{"name": "a", "part": "test", "group": "Doe^Jane", "sha256": {{"data/pairs/a_cxr.png": "{sum}"}}}}]}}"#
    );
    std::fs::write(&file, text).unwrap();
    let split = Split::read(&file).unwrap();
    assert_eq!(split.findings(), [], "made where `data` lies");
    assert_eq!(split.pairs[0].group, patient_key("Doe^Jane"));
    split.write(&file, true).unwrap();
    assert!(!std::fs::read_to_string(&file).unwrap().contains("Doe"));
    assert_eq!(Split::read(&file).unwrap(), split);
}
