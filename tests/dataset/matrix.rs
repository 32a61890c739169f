//! Every way in which a dataset is corrupt, mixed or leaking that is known is refused or told, and named.

use crate::folder::{Header, Pairs, SIDE, chest, moved, write_dicom};
use diaphane::dataset::{
    CheckRequest, Finding, FindingKind as Kind, Report, Severity, Unwatched, check,
};
use diaphane::formats::raster::{PngMarks, write_marked_grey16};
use diaphane::radiograph::{FloatImage, LungMask, Raster, resize_area};
use std::path::Path;

fn report(folder: &Path) -> Report {
    check(&CheckRequest::of_folder(folder), &Unwatched)
        .unwrap()
        .unwrap()
}

fn kinds(findings: &[Finding]) -> Vec<Kind> {
    findings.iter().map(|found| found.kind).collect()
}

fn mirrored(image: &FloatImage) -> FloatImage {
    let last = (SIDE - 1) as f64;
    moved(image, |col, row| (last - col, row))
}

fn inverted(image: &FloatImage) -> FloatImage {
    image.map(|v| 1.0 - v)
}

/// The picture in 8 bits.
fn grey8(picture: &FloatImage) -> image::GrayImage {
    let grey = picture.map(|v| (255.0 * v).round() as u8);
    image::GrayImage::from_raw(SIDE as u32, SIDE as u32, grey.into_values()).unwrap()
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

/// What is done to the second pair of a good folder.
type Harm = fn(&Pairs);

const HARMS: &[(Kind, Harm)] = &[
    (Kind::Unreadable, |pairs| {
        let file = pairs.file("b_soft.png");
        let bytes = std::fs::read(&file).unwrap();
        std::fs::write(file, &bytes[..bytes.len() / 2]).unwrap();
    }),
    (Kind::SeveralMates, |pairs| {
        std::fs::copy(pairs.file("b_soft.png"), pairs.file("b_soft.tif")).unwrap();
    }),
    (Kind::SizeMismatch, |pairs| {
        pairs.write("b_soft", &chest(1).soft_tissue.crop(0, 0, SIDE, SIDE - 100));
    }),
    (Kind::MatePolarity, |pairs| {
        pairs.write("b_soft", &inverted(&chest(1).soft_tissue));
    }),
    (Kind::OddPolarity, |pairs| {
        pairs.write("b_cxr", &inverted(&chest(1).radiograph));
        pairs.write("b_soft", &inverted(&chest(1).soft_tissue));
    }),
    (Kind::Mirrored, |pairs| {
        pairs.write("b_soft", &mirrored(&chest(1).soft_tissue));
    }),
    (Kind::NoPair, |pairs| {
        pairs.write("b_soft", &chest(4).soft_tissue);
    }),
    (Kind::SamePicture, |pairs| {
        pairs.write("b_soft", &chest(1).radiograph);
    }),
    (Kind::Exchanged, |pairs| {
        pairs.write("b_cxr", &chest(1).soft_tissue);
        pairs.write("b_soft", &chest(1).radiograph);
    }),
    (Kind::Blank, |pairs| {
        pairs.write("b_soft", &FloatImage::filled(SIDE, SIDE, 0.5));
    }),
    (Kind::Clipped, |pairs| {
        pairs.write("b_cxr", &chest(1).radiograph.map(|v| (3.0 * v).min(1.0)));
    }),
    (Kind::PartlyClipped, |pairs| {
        let cut = |v: &f32| v.min(0.85) / 0.85;
        pairs.write("b_cxr", &chest(1).radiograph.map(cut));
    }),
    (Kind::Duplicate, |pairs| pairs.add("d", 1)),
    (Kind::NearDuplicate, |pairs| {
        pairs.write(
            "d_cxr",
            &moved(&chest(1).radiograph, |col, row| (col + 1.5, row)),
        );
        pairs.write(
            "d_soft",
            &moved(&chest(1).soft_tissue, |col, row| (col + 1.5, row)),
        );
    }),
    // An enlarged dataset holds its copies.
    (Kind::NearDuplicate, |pairs| {
        pairs.write("d_cxr", &mirrored(&chest(1).radiograph));
        pairs.write("d_soft", &mirrored(&chest(1).soft_tissue));
    }),
    (Kind::OwnOutput, |pairs| {
        let marks = PngMarks {
            comment: Some("derived image, bones suppressed; research use only; not the original"),
            ..PngMarks::default()
        };
        let soft = &chest(1).soft_tissue;
        write_marked_grey16(&pairs.file("b_soft.png"), soft, &marks, true).unwrap();
    }),
    (Kind::Mask, |pairs| {
        pairs.mask("b", &LungMask::from_nonzero(&Raster::filled(SIDE, SIDE, 0)));
    }),
    (Kind::Mask, |pairs| {
        let cut = chest(1).lung_mask.raster().crop(0, 0, SIDE, SIDE - 100);
        pairs.mask("b", &LungMask::from_nonzero(&cut));
    }),
    (Kind::BitDepth, |pairs| {
        grey8(&chest(1).soft_tissue)
            .save(pairs.file("b_soft.png"))
            .unwrap();
    }),
    (Kind::OtherSize, |pairs| {
        pairs.write("b_soft", &resize_area(&chest(1).soft_tissue, 400, 400));
    }),
    (Kind::Shifted, |pairs| {
        pairs.write(
            "b_soft",
            &moved(&chest(1).soft_tissue, |col, row| (col - 2.0, row + 3.0)),
        );
    }),
    (Kind::Shifted, |pairs| {
        let grown = |v: f64| (v - 255.5) / 1.012 + 255.5;
        pairs.write(
            "b_soft",
            &moved(&chest(1).soft_tissue, |col, row| (grown(col), grown(row))),
        );
    }),
    (Kind::Moved, |pairs| {
        let beaten = moved(&chest(1).soft_tissue, |col, row| {
            let heart = (-((col - 300.0).powi(2) + (row - 300.0).powi(2)) / 6000.0).exp();
            (col - 4.0 * heart, row)
        });
        pairs.write("b_soft", &beaten);
    }),
    (Kind::Small, |pairs| {
        pairs.write("b_cxr", &resize_area(&chest(1).radiograph, 300, 300));
        pairs.write("b_soft", &resize_area(&chest(1).soft_tissue, 300, 300));
    }),
    (Kind::Lossy, |pairs| {
        grey8(&chest(1).radiograph)
            .save(pairs.file("b_cxr.jpg"))
            .unwrap();
        std::fs::remove_file(pairs.file("b_cxr.png")).unwrap();
        grey8(&chest(1).soft_tissue)
            .save(pairs.file("b_soft.png"))
            .unwrap();
    }),
    (Kind::NoMate, |pairs| {
        std::fs::remove_file(pairs.file("b_soft.png")).unwrap();
    }),
    (Kind::NoMate, |pairs| {
        std::fs::remove_file(pairs.file("b_cxr.png")).unwrap();
    }),
    (Kind::PassedOver, |pairs| {
        std::fs::write(pairs.file("notes.txt"), "words").unwrap();
    }),
];

#[test]
fn every_harm_is_named_at_the_files_it_was_done_to() {
    for (number, (kind, harm)) in HARMS.iter().enumerate() {
        let pairs = Pairs::new();
        harm(&pairs);
        let report = report(pairs.path());
        let found = report.findings.iter().find(|found| found.kind == *kind);
        let Some(found) = found else {
            panic!(
                "harm {number}, {kind:?}, is not among {:?}",
                kinds(&report.findings)
            );
        };
        assert_eq!(
            report.is_usable(),
            !kinds(&report.findings)
                .iter()
                .any(|k| k.severity() == Severity::Error)
        );
        assert_eq!(
            found.severity == Severity::Error,
            !report.is_usable(),
            "{kind:?}: {:?}",
            report.findings
        );
        let is_good = |name: &str| name.starts_with("a_") || name.starts_with("c_");
        for path in &found.files {
            let name = path.file_name().unwrap().to_str().unwrap();
            assert!(!is_good(name), "{kind:?} at {name}");
        }
        assert!(found.text.ends_with('.'), "{}", found.text);
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
fn what_is_unlike_the_others_is_told_where_there_are_enough_of_them() {
    let pairs = Pairs::new();
    for (name, seed) in [("d", 3), ("e", 4), ("f", 5)] {
        pairs.add(name, seed);
    }
    assert_eq!(report(pairs.path()).findings, []);
    pairs.write("f_soft", &chest(5).soft_tissue.map(|v| v - 0.17));
    let odd = report(pairs.path());
    assert!(
        kinds(&odd.findings).contains(&Kind::OddTone),
        "{:?}",
        odd.findings
    );
}

#[test]
fn a_pixel_of_odd_size_is_told_where_most_agree() {
    let folder = tempfile::tempdir().unwrap();
    for (seed, row_mm) in [0.2, 0.2, 0.2, 0.2, 0.4].into_iter().enumerate() {
        let (patient, study) = (format!("P{seed}"), format!("1.{seed}"));
        for (end, picture) in [
            ("cxr", &chest(seed).radiograph),
            ("soft", &chest(seed).soft_tissue),
        ] {
            let of_picture = Header {
                row_mm,
                ..header(&patient, &study, "CHEST PA")
            };
            write_dicom(
                &folder.path().join(format!("{seed}_{end}.dcm")),
                picture,
                of_picture,
            );
        }
    }
    let report = report(folder.path());
    assert_eq!(kinds(&report.findings), [Kind::OddSpacing]);
    assert!(
        report.findings[0].files[0].ends_with("4_cxr.dcm"),
        "{:?}",
        report.findings
    );
}

/// Kinds that the tests of headers, of tone, of pixel sizes and of splits bring about.
const ELSEWHERE: [Kind; 8] = [
    Kind::TwoPatients,
    Kind::NotChest,
    Kind::AlreadySuppressed,
    Kind::MateSpacing,
    Kind::OddTone,
    Kind::OddSpacing,
    Kind::Leak,
    Kind::Changed,
];

#[test]
fn no_kind_of_finding_is_without_a_harm_that_brings_it_about() {
    let is_tried = |kind: &&Kind| {
        HARMS.iter().any(|(of_harm, _)| of_harm == *kind) || ELSEWHERE.contains(kind)
    };
    let untried: Vec<&Kind> = Kind::ALL.iter().filter(|kind| !is_tried(kind)).collect();
    assert!(untried.is_empty(), "{untried:?}");
}
