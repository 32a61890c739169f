//! Mates that lie in two folders: DICOM files are paired by what their headers say, whatever they are called.

use crate::folder::{Header, chest, write_dicom_taken};
use diaphane::dataset::{
    CheckRequest, FindingKind as Kind, FolderKind, Listing, Unwatched, check, list_pairs,
};
use diaphane::formats::raster::{write_grey16, write_mask8};
use std::path::Path;
use tempfile::TempDir;

/// A file of one of the two folders: its name, seed of the chest, patient, study, series and time.
type File = (&'static str, usize, [&'static str; 4]);

fn folders(radiographs: &[File], soft_tissue: &[File]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    let write = |folder: &str, (name, seed, [patient, study, series, time]): &File| {
        let path = root.path().join(folder).join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let header = Header {
            patient,
            study,
            series,
            view: "PA",
            row_mm: 0.2,
        };
        let chest = chest(*seed);
        let picture = if folder == "here" {
            &chest.radiograph
        } else {
            &chest.soft_tissue
        };
        write_dicom_taken(&path, picture, header, time);
    };
    for file in radiographs {
        write("here", file);
    }
    for file in soft_tissue {
        write("there", file);
    }
    root
}

fn listed(root: &Path) -> Listing {
    list_pairs(&root.join("here"), Some(&root.join("there"))).unwrap()
}

/// Name, radiograph and soft-tissue image of each pair.
fn pairs(root: &Path, listing: &Listing) -> Vec<[String; 3]> {
    let below = |path: &Path| {
        let path = path.strip_prefix(root).unwrap();
        path.to_string_lossy().replace('\\', "/")
    };
    let pairs = listing.pairs.iter();
    let pairs = pairs.map(|pair| {
        let name = pair.name.clone();
        [name, below(&pair.radiograph), below(&pair.soft_tissue)]
    });
    pairs.collect()
}

#[test]
fn dicom_mates_of_two_folders_are_paired_by_their_study_and_not_by_their_names() {
    // What an export calls IM1 in one folder is IM2 in the other.
    let root = folders(
        &[
            ("IM1.dcm", 0, ["P1", "1.1", "CHEST PA", ""]),
            ("IM2.dcm", 1, ["P2", "1.2", "CHEST PA", ""]),
        ],
        &[
            ("IM1.dcm", 1, ["P2", "1.2", "SOFT TISSUE", ""]),
            ("IM2.dcm", 0, ["P1", "1.1", "SOFT TISSUE", ""]),
            // Of the bone image of a study nobody asks.
            ("IM3.dcm", 0, ["P1", "1.1", "BONE", ""]),
        ],
    );
    let listing = listed(root.path());
    assert_eq!(listing.kind, FolderKind::TwoFolders);
    let expected = [
        ["IM1", "here/IM1.dcm", "there/IM2.dcm"],
        ["IM2", "here/IM2.dcm", "there/IM1.dcm"],
    ];
    assert_eq!(pairs(root.path(), &listing), expected);
    assert_eq!(listing.findings, []);
    let request = CheckRequest {
        soft_tissue: Some(root.path().join("there")),
        ..CheckRequest::of_folder(&root.path().join("here"))
    };
    let report = check(&request, &Unwatched).unwrap().unwrap();
    assert_eq!(report.findings, [], "each lies on its own mate");
}

#[test]
fn two_exposures_of_a_study_are_parted_by_their_times_and_studies_of_a_patient_joined_by_them() {
    let root = folders(
        &[
            ("1.dcm", 0, ["P1", "1.1", "CHEST PA", "080000.1"]),
            ("2.dcm", 1, ["P1", "1.1", "CHEST PA", "081500.1"]),
            ("3.dcm", 2, ["P2", "1.2", "CHEST PA", "090000"]),
            ("4.dcm", 3, ["P3", "1.3", "CHEST PA", "100000"]),
        ],
        &[
            ("a.dcm", 1, ["P1", "1.1", "SOFT TISSUE", "081500.25"]),
            ("b.dcm", 0, ["P1", "1.1", "SOFT TISSUE", "080000.25"]),
            // The workstation gave the computed image a study of its own.
            ("c.dcm", 2, ["P2", "1.9", "SOFT TISSUE", "090000.2"]),
            // A patient's other study of another hour is no mate.
            ("d.dcm", 3, ["P3", "1.8", "SOFT TISSUE", "110000"]),
        ],
    );
    let listing = listed(root.path());
    let expected = [
        ["1", "here/1.dcm", "there/b.dcm"],
        ["2", "here/2.dcm", "there/a.dcm"],
        ["3", "here/3.dcm", "there/c.dcm"],
    ];
    assert_eq!(pairs(root.path(), &listing), expected);
    let kinds: Vec<Kind> = listing.findings.iter().map(|found| found.kind).collect();
    assert_eq!(kinds, [Kind::NoMate, Kind::NoMate]);
}

#[test]
fn what_neither_time_nor_name_tells_apart_is_told_and_names_count_where_headers_say_nothing() {
    let root = folders(
        &[
            ("x/IM1.dcm", 0, ["P1", "1.1", "CHEST PA", ""]),
            ("x/IM2.dcm", 1, ["P1", "1.1", "CHEST PA", ""]),
            ("y/IM1.dcm", 2, ["P2", "1.2", "CHEST PA", ""]),
            ("plain.dcm", 3, ["", "", "", ""]),
        ],
        &[
            ("IM8.dcm", 0, ["P1", "1.1", "SOFT TISSUE", ""]),
            ("IM9.dcm", 1, ["P1", "1.1", "SOFT TISSUE", ""]),
            ("IM7.dcm", 2, ["P2", "1.2", "SOFT TISSUE", ""]),
            ("plain_soft.dcm", 3, ["", "", "", ""]),
        ],
    );
    // Pictures of another kind beside them are paired by their names, and masks are found.
    let write = |name: &str, picture| write_grey16(&root.path().join(name), picture, true).unwrap();
    write("here/p.png", &chest(4).radiograph);
    write("there/p.png", &chest(4).soft_tissue);
    write_mask8(
        &root.path().join("here/IM1_lungmask.png"),
        &chest(2).lung_mask,
        true,
    )
    .unwrap();
    let listing = listed(root.path());
    let expected = [
        ["IM1", "here/y/IM1.dcm", "there/IM7.dcm"],
        ["p", "here/p.png", "there/p.png"],
        ["plain", "here/plain.dcm", "there/plain_soft.dcm"],
    ];
    assert_eq!(pairs(root.path(), &listing), expected);
    assert!(listing.pairs[0].lung_mask.is_some());
    let [found] = listing.findings.as_slice() else {
        panic!("{:?}", listing.findings);
    };
    assert_eq!((found.kind, found.files.len()), (Kind::SeveralMates, 4));
    assert!(
        found.text.contains("neither names nor times"),
        "{}",
        found.text
    );
}

#[test]
fn a_folder_that_is_not_there_or_is_a_file_is_a_sentence() {
    let root = tempfile::tempdir().unwrap();
    let sentence = |radiographs: &Path, soft: Option<&Path>| {
        list_pairs(radiographs, soft).unwrap_err().to_string()
    };
    let (none, file) = (root.path().join("none"), root.path().join("file.txt"));
    std::fs::write(&file, "").unwrap();
    for (found, named) in [
        (sentence(&none, None), &none),
        (sentence(root.path(), Some(&none)), &none),
    ] {
        let expected = format!(
            "there is no such folder; check the path: {}",
            named.display()
        );
        assert_eq!(found, expected);
    }
    assert!(sentence(&file, None).starts_with("this is a file; give the folder of the pairs: "));
}
