//! Projections of one patient stay in one part of a split, through the commands that a person types.

use super::ct::{slices, write_dicom};
use diaphane::dataset::{PATIENTS_FILE, Split, read_patients};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

fn diaphane(folder: &Path, arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_diaphane"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {told}");
}

/// A series of a patient, in a folder of its own.
fn write_series(folder: &Path, patient: &str, series: &str) {
    std::fs::create_dir(folder).unwrap();
    for (index, mut slice) in slices().into_iter().enumerate() {
        patient.clone_into(&mut slice.patient[0]);
        series.clone_into(&mut slice.series);
        write_dicom(&folder.join(format!("{index:03}.dcm")), &slice, "CT");
    }
}

/// Two series of one patient, one of a patient without ID, and bodies drawn by chance, in the folder `pairs`.
fn write_pairs(folder: &Path) {
    let scans = [
        ("first", "P7", "1.2.3"),
        ("second", "P7", "1.2.4"),
        ("third", "", "1.2.5"),
    ];
    for (number, (name, patient, series)) in scans.into_iter().enumerate() {
        write_series(&folder.join(name), patient, series);
        let (seed, yaw) = (number.to_string(), (12 * number).to_string());
        let project = ["simulate", "--ct", name, "--out", "pairs", "--size", "256"];
        let more = ["--count", "2", "--seed", &seed, "--yaw", &yaw];
        diaphane(folder, &[&project[..], &more].concat());
    }
    let draw = ["simulate", "--varied", "--out", "pairs", "--size", "256"];
    diaphane(folder, &[&draw[..], &["--count", "4"]].concat());
}

#[test]
fn projections_of_a_patient_fall_into_one_part_of_a_split() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path();
    write_pairs(folder);
    let list = folder.join("pairs").join(PATIENTS_FILE);
    let text = std::fs::read_to_string(&list).unwrap();
    assert!(
        !text.contains("P7") && !text.contains("1.2."),
        "no patient is named: {text}"
    );
    let patients = read_patients(&list).unwrap();
    assert_eq!(patients.len(), 3 * 2 + 4);
    let distinct: BTreeSet<&String> = patients.values().collect();
    assert_eq!(distinct.len(), 2 + 4);

    for seed in ["1", "2", "3"] {
        let split = ["dataset", "split", "pairs", "--out", "split.json"];
        let more = ["--overwrite", "--seed", seed, "--test", "0.3"];
        diaphane(folder, &[&split[..], &more].concat());
        let split = Split::read(&folder.join("split.json")).unwrap();
        assert_eq!(split.leak_check.unwrap().unnamed, 0);
        let mut parts: BTreeMap<&String, BTreeSet<_>> = BTreeMap::new();
        for pair in &split.pairs {
            let parts = parts.entry(&patients[&pair.name]).or_default();
            parts.insert(pair.part);
        }
        assert_eq!(parts.len(), 2 + 4);
        assert!(parts.values().all(|parts| parts.len() == 1), "{parts:?}");
    }
}
