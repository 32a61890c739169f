//! Every way in which a dataset is corrupt, mixed or leaking that is known is refused or told, and named.

use crate::damage::inverted;
use crate::folder::{Header, Pairs, chest, write_dicom};
use crate::harms::{HARMS, Harm};
use diaphane::dataset::{
    CheckRequest, Finding, FindingKind as Kind, Part, Report, Severity, Split, SplitPlan,
    Unwatched, check, report_page,
};
use diaphane::formats::raster::write_grey16;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

fn report(folder: &Path) -> Report {
    check(&CheckRequest::of_folder(folder), &Unwatched)
        .unwrap()
        .unwrap()
}

fn kinds(findings: &[Finding]) -> Vec<Kind> {
    findings.iter().map(|found| found.kind).collect()
}

#[test]
fn a_good_folder_has_nothing_to_tell_and_its_pairs_lie_on_each_other() {
    let pairs = Pairs::new();
    let report = report(pairs.path());
    assert_eq!(report.findings, [], "nothing");
    assert!(report.is_usable());
    for pair in &report.pairs {
        let found = pair.registration.expect("found");
        assert!(found.farthest_px < 0.3, "{found:?}");
    }
}

#[test]
fn every_harm_is_named_at_the_files_it_was_done_to() {
    for harm in HARMS {
        let pairs = Pairs::new();
        (harm.done)(&pairs);
        let report = report(pairs.path());
        let Harm {
            name, kind, level, ..
        } = harm;
        let found = report.findings.iter().find(|found| found.kind == *kind);
        let Some(found) = found else {
            panic!(
                "{name}: {kind:?} is not among {:?}",
                kinds(&report.findings)
            );
        };
        assert_eq!(found.severity, *level, "{name}");
        assert_eq!(
            report.is_usable(),
            *level == Severity::Warning,
            "{name}: {:?}",
            report.findings
        );
        let is_good = |name: &str| name.starts_with("a_") || name.starts_with("c_");
        for path in &found.files {
            let file = path.file_name().unwrap().to_str().unwrap();
            assert!(!is_good(file), "{name}: {kind:?} at {file}");
        }
        assert!(found.text.ends_with('.'), "{name}: {}", found.text);
    }
}

#[test]
fn a_dataset_that_is_inverted_as_a_whole_is_refused() {
    let pairs = Pairs::new();
    for (name, seed) in [("a", 0), ("b", 1), ("c", 2)] {
        pairs.write(&format!("{name}_cxr"), &inverted(&chest(seed).radiograph));
        pairs.write(&format!("{name}_soft"), &inverted(&chest(seed).soft_tissue));
    }
    let report = report(pairs.path());
    let errors = report
        .findings
        .iter()
        .filter(|found| found.severity == Severity::Error);
    let errors: Vec<Kind> = errors.map(|found| found.kind).collect();
    assert_eq!(errors, [Kind::OddPolarity; 3]);
    assert!(report.findings[0].text.contains("--inverted"));
}

#[test]
fn a_list_of_patients_is_looked_at_and_never_repeated() {
    let pairs = Pairs::new();
    let list = pairs.file("who.csv");
    std::fs::write(&list, "a,Smith\nb,Smith\nx,Jones\ny,Jones\n").unwrap();
    let request = CheckRequest {
        patients: Some(list.clone()),
        ..CheckRequest::of_folder(pairs.path())
    };
    let report = check(&request, &Unwatched).unwrap().unwrap();
    // The list under another name is a file that is no picture.
    let found = [Kind::PassedOver, Kind::StrangePatient, Kind::UnlistedPair];
    assert_eq!(kinds(&report.findings), found);
    let [_, strange, unlisted] = &report.findings[..] else {
        panic!("three");
    };
    assert_eq!(strange.files, [list]);
    assert!(
        strange.text.contains("2 that are no pairs here: x, y."),
        "{strange:?}"
    );
    assert!(
        unlisted.text.contains("1 of 3 pairs") && unlisted.text.contains(": c."),
        "{unlisted:?}"
    );
    let page = report_page(&report, &request);
    let json = serde_json::to_string(&report).unwrap();
    for told in [page, json] {
        assert!(told.contains("x, y") && !told.contains("Smith") && !told.contains("Jones"));
    }
}

fn header<'a>(patient: &'a str, study: &'a str, series: &'a str) -> Header<'a> {
    Header {
        patient,
        study,
        series,
        view: "PA",
        row_mm: 0.2,
    }
}

/// Two studies of DICOM files, the second with these headers.
fn studies(radiograph: Header<'_>, soft_tissue: Header<'_>) -> Report {
    let folder = tempfile::tempdir().unwrap();
    let write =
        |name: &str, picture, header| write_dicom(&folder.path().join(name), picture, header);
    write(
        "1.dcm",
        &chest(0).radiograph,
        header("P1", "1.1", "CHEST PA"),
    );
    write(
        "2.dcm",
        &chest(0).soft_tissue,
        header("P1", "1.1", "CHEST PA SOFT TISSUE"),
    );
    write("3.dcm", &chest(1).radiograph, radiograph);
    write("4.dcm", &chest(1).soft_tissue, soft_tissue);
    report(folder.path())
}

#[test]
fn dicom_studies_are_paired_and_their_headers_are_read() {
    let soft = header("P2", "1.2", "CHEST PA SOFT TISSUE");
    let plain = header("P2", "1.2", "CHEST PA");
    let good = studies(plain, soft);
    assert_eq!(good.findings, []);
    assert_eq!(good.pairs.len(), 2);
    assert_ne!(good.pairs[0].patient, good.pairs[1].patient);
    assert!(
        good.pairs[0]
            .patient
            .as_deref()
            .is_some_and(|id| !id.contains("P1")),
        "a checksum"
    );
    let lateral = studies(
        Header {
            view: "LL",
            ..plain
        },
        soft,
    );
    assert!(
        kinds(&lateral.findings).contains(&Kind::NotChest),
        "{:?}",
        lateral.findings
    );
    let coarser = studies(
        plain,
        Header {
            row_mm: 0.3,
            ..soft
        },
    );
    assert_eq!(kinds(&coarser.findings), [Kind::MateSpacing]);
    let other_study = studies(
        plain,
        Header {
            study: "1.3",
            ..soft
        },
    );
    assert_eq!(kinds(&other_study.findings), [Kind::NoMate, Kind::NoMate]);
}

#[test]
fn two_folders_may_hold_two_patients_under_one_name_and_a_radiograph_without_bones() {
    let root = tempfile::tempdir().unwrap();
    for folder in ["CXR", "BS"] {
        std::fs::create_dir(root.path().join(folder)).unwrap();
    }
    let write = |folder: &str, picture, header| {
        write_dicom(&root.path().join(folder).join("1.dcm"), picture, header);
    };
    write("CXR", &chest(0).radiograph, header("P1", "1.1", "CHEST PA"));
    write(
        "BS",
        &chest(0).soft_tissue,
        header("P2", "1.1", "SOFT TISSUE"),
    );
    assert_eq!(kinds(&report(root.path()).findings), [Kind::TwoPatients]);
    write(
        "CXR",
        &chest(0).radiograph,
        header("P2", "1.1", "BONE SUPPRESSED"),
    );
    assert_eq!(
        kinds(&report(root.path()).findings),
        [Kind::AlreadySuppressed]
    );
}

#[test]
fn a_dataset_of_phantoms_alone_is_told_as_one() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, seed: usize| {
        for (ending, picture) in [
            ("cxr", &chest(seed).radiograph),
            ("soft", &chest(seed).soft_tissue),
        ] {
            let path = folder.path().join(format!("{name}_{ending}.png"));
            write_grey16(&path, picture, true).unwrap();
        }
    };
    write("phantom_1_0000", 0);
    write("phantom_1_0001", 1);
    let found = report(folder.path());
    assert_eq!(kinds(&found.findings), [Kind::PhantomsOnly]);
    assert_eq!(found.findings[0].files, [folder.path()]);
    assert!(found.is_usable(), "a warning");
    write("patient", 2);
    let found = report(folder.path());
    assert_eq!(found.findings, []);
    let phantoms = found.pairs.iter().map(|pair| pair.is_phantom);
    assert_eq!(phantoms.collect::<Vec<_>>(), [false, true, true]);
    // With a patient among them, a test part of phantoms alone is told too.
    let mut told = BTreeSet::new();
    for seed in 0..20 {
        let plan = SplitPlan {
            seed,
            ..SplitPlan::default()
        };
        let split = Split::new(&found, &BTreeMap::new(), plan).unwrap();
        let mut tested = split.pairs.iter().filter(|pair| pair.part == Part::Test);
        let has_patient = tested.any(|pair| pair.name == "patient");
        let phantoms = split.phantom_test(&found.pairs);
        assert_eq!(phantoms.is_none(), has_patient, "{phantoms:?}");
        assert_eq!(
            split.findings_beside(&found.pairs).len(),
            usize::from(!has_patient)
        );
        told.insert(has_patient);
    }
    assert_eq!(told.len(), 2, "both are seen");
}

/// Kinds that a check of a split brings about.
const OF_SPLITS: [Kind; 3] = [Kind::Leak, Kind::Changed, Kind::NotSplit];

#[test]
fn no_kind_of_finding_is_without_a_harm_that_brings_it_about() {
    let is_tried =
        |kind: &&Kind| HARMS.iter().any(|harm| harm.kind == **kind) || OF_SPLITS.contains(kind);
    let is_tried = |kind: &&Kind| is_tried(kind) || **kind == Kind::PhantomsOnly;
    let untried: Vec<&Kind> = Kind::ALL.iter().filter(|kind| !is_tried(kind)).collect();
    assert!(untried.is_empty(), "{untried:?}");
    let tried: BTreeSet<Kind> = HARMS.iter().map(|harm| harm.kind).collect();
    assert!(tried.len() >= 20, "{} kinds", tried.len());
}
