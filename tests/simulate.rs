//! The phantom against real dual-energy pairs, and its truth against itself.
//!
//! `real_pairs_measure_as_published` measures four real pairs (`DIAPHANE_DATA_DIR`, default
//! `../shared/data`, folder `pairs`) and compares with figures that another program took of them;
//! only then do the same figures of phantoms mean something.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

#[path = "simulate/ct.rs"]
mod ct;
#[path = "simulate/patients.rs"]
mod patients;
#[path = "simulate/varied.rs"]
mod varied;

mod support;

use diaphane::dataset::{Simulated, simulated};
use diaphane::formats::{self, raster::read_mask};
use diaphane::metrics::LungField;
use diaphane::radiograph::{FloatImage, gaussian_blur};
use diaphane::simulate::{
    IntensityFigures, NoiseModel, Phantom, PhantomConfig, PhantomStudy, REFERENCE_FIGURES,
    ReferenceFigure, SimulateError, SoftTone, StudyFolder, figures, study_seed, write_studies,
};
use std::path::{Path, PathBuf};
use support::skipped;

/// The range of the six real pairs is widened by this share of its ends: six adults from one
/// machine do not span what adults look like.
const WIDENING: f64 = 0.20;

/// The first figures of the table are those of the radiograph and its ribs; the others describe the
/// soft-tissue image of a machine with two exposures, which a plain phantom does not imitate.
const NUM_OF_RADIOGRAPH: usize = 25;

fn small() -> PhantomConfig {
    PhantomConfig {
        size_px: 256,
        ..PhantomConfig::default()
    }
}

fn study(config: &PhantomConfig, seed: u64) -> PhantomStudy {
    Phantom::new(config, seed).unwrap().study()
}

fn grey(path: &Path) -> FloatImage {
    let radiograph = formats::read(path).unwrap();
    radiograph.stored.to_float(|v| v as f32 / 255.0).unwrap()
}

fn pairs_dir() -> PathBuf {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data");
    std::env::var_os("DIAPHANE_DATA_DIR")
        .map_or_else(|| PathBuf::from(default), PathBuf::from)
        .join("pairs")
}

#[test]
fn real_pairs_measure_as_published() {
    let dir = pairs_dir();
    if !dir.is_dir() {
        skipped("no corpus");
        return;
    }
    // Column of the table for each pair at hand.
    for (name, column) in [("000", 0), ("001", 1), ("100", 2), ("101", 3)] {
        let file = |part: &str| dir.join(format!("szch_{name}_{part}.png"));
        let mask = read_mask(&file("lungmask_derived")).unwrap();
        let found = figures(&grey(&file("cxr")), &grey(&file("soft")), &mask).unwrap();
        for real in REFERENCE_FIGURES {
            let (found, expected) = ((real.of)(&found), real.values[column]);
            let allowed = tolerance(&real);
            assert!(
                (found - expected).abs() <= allowed,
                "{name} {}: {found:.2}, published {expected}, tolerance {allowed}",
                real.name
            );
        }
    }
}

/// How far two programs may differ: the published figures are rounded, the erosion of the lung
/// field and the outlines of mediastinum, abdomen and background are not stated to the pixel.
fn tolerance(real: &ReferenceFigure) -> f64 {
    match real.name {
        "lung fraction" => 0.001,
        "rib contrast" => 1.5,
        "lung p5" | "lung p50" | "lung p95" | "rib sd" => 0.5,
        "rib period (px)" => 2.0,
        "lung noise" => 0.1,
        name if name.starts_with("soft slope") => 0.15,
        name if name.contains("slope") => 0.1,
        "spectrum V/H 24-100" => 0.01,
        name if name.starts_with("cxr - soft lung") => 0.7,
        name if name.starts_with("soft lung p") => 0.7,
        "soft lung noise" => 0.1,
        name if name.contains("p95") || name.contains("rib") => 7.0,
        _ => 10.0,
    }
}

#[test]
fn plain_phantoms_lie_in_the_widened_range_of_real_radiographs() {
    for index in 0..4 {
        let study = study(&PhantomConfig::default(), study_seed(11, index));
        let found = study.figures();
        for real in &REFERENCE_FIGURES[..NUM_OF_RADIOGRAPH] {
            let (low, high) = real.widened_range(WIDENING);
            let value = (real.of)(&found);
            assert!(
                (low..=high).contains(&value),
                "study {index}, {}: {value:.2} outside {low:.2} to {high:.2}",
                real.name
            );
        }
    }
}

#[test]
fn radiograph_is_soft_tissue_plus_bone_in_every_pixel() {
    let study = study(&small(), 5);
    let pixels = study.radiograph.values().iter();
    let layers = study.soft_tissue.values().iter().zip(study.bone.values());
    for (&cxr, (&soft, &bone)) in pixels.zip(layers) {
        assert!((cxr - (soft + bone)).abs() < 1e-6, "{cxr} {soft} {bone}");
        assert!((0.0..=1.0).contains(&cxr) && (0.0..=1.0).contains(&soft) && bone >= 0.0);
    }
}

#[test]
fn bone_is_white_in_ribs_and_nothing_in_air() {
    let study = study(&small(), 6);
    let bone = &study.bone;
    let corner: f32 = (0..8).filter_map(|col| bone.get(4, col)).sum();
    assert!(corner.abs() < 1e-9, "{corner}");
    let field = LungField::new(&study.lung_mask).unwrap();
    let covered = field.pixels().iter().filter(|&&i| bone.values()[i] > 0.02);
    let share = covered.count() as f64 / field.pixels().len() as f64;
    assert!((0.3..0.8).contains(&share), "{share}");
}

#[test]
fn the_same_seed_draws_the_same_study_and_another_seed_another() {
    let first = study(&small(), 8);
    assert_eq!(first, study(&small(), 8));
    assert_ne!(first.lung_mask, study(&small(), 9).lung_mask);
}

#[test]
fn a_smaller_picture_shows_the_same_chest() {
    let noiseless = PhantomConfig {
        size_px: 512,
        noise: NoiseModel::None,
        ..PhantomConfig::default()
    };
    let large = study(&noiseless, 12);
    let small = study(
        &PhantomConfig {
            size_px: 256,
            ..noiseless
        },
        12,
    );
    let dice = large.lung_mask.resized(256, 256).dice(&small.lung_mask);
    assert!(dice.unwrap() > 0.99);
    let reduced = diaphane::radiograph::resize_area(&large.radiograph, 256, 256);
    let difference = reduced.zip_map(&small.radiograph, |a, b| a - b).unwrap();
    // Texture finer than a pixel differs; the chest must not.
    let smooth = gaussian_blur(&difference, 4.0);
    let largest = smooth.values().iter().fold(0.0_f32, |m, v| m.max(v.abs()));
    assert!(largest < 0.03, "{largest}");
}

#[test]
fn offset_darkens_the_soft_image_alone() {
    let config = PhantomConfig {
        soft_tone: SoftTone::Offset,
        noise: NoiseModel::None,
        ..small()
    };
    let common = study(
        &PhantomConfig {
            soft_tone: SoftTone::Common,
            ..config
        },
        21,
    );
    let offset = study(&config, 21);
    assert_eq!(common.radiograph, offset.radiograph);
    assert_eq!(common.bone, offset.bone);
    let middle = 256 * 128 + 90;
    let darker =
        255.0 * (common.soft_tissue.values()[middle] - offset.soft_tissue.values()[middle]);
    assert!((9.0..22.0).contains(&darker), "{darker}");
}

#[test]
fn grain_of_its_own_stays_out_of_the_bone_image() {
    let config = PhantomConfig {
        noise: NoiseModel::Independent,
        ..small()
    };
    let study = study(&config, 3);
    let corner: f32 = (0..64).filter_map(|col| study.bone.get(2, col)).sum();
    assert!(corner.abs() < 1e-9);
    let noise = |f: IntensityFigures| f.lung_noise;
    let cxr = figures(&study.radiograph, &study.soft_tissue, &study.lung_mask).unwrap();
    let soft = figures(&study.soft_tissue, &study.soft_tissue, &study.lung_mask).unwrap();
    assert!(noise(cxr) > 1.05 * noise(soft));
}

#[test]
fn written_studies_read_back_and_add_up() {
    let dir = tempfile::tempdir().unwrap();
    let mut steps = Vec::new();
    let into = |overwrite| {
        Some(StudyFolder {
            dir: dir.path(),
            overwrite,
        })
    };
    let written = write_studies(into(false), (2, 4), &small(), &mut |done, study| {
        steps.push((done, study.is_some()));
    });
    let written = written.unwrap();
    assert_eq!(steps, [(0, false), (1, true), (2, true)]);
    assert_eq!(written.len(), 11);
    let stored = |part: &str| {
        let path = dir.path().join(format!("phantom_4_0001_{part}.png"));
        let values: Vec<i32> = formats::read(&path).unwrap().stored.iter().collect();
        values
    };
    let layers = stored("soft").into_iter().zip(stored("bone"));
    assert!(
        stored("cxr")
            .into_iter()
            .zip(layers)
            .all(|(c, (s, b))| c == s + b)
    );
    let mask = read_mask(&dir.path().join("phantom_4_0001_lungmask.png")).unwrap();
    assert_eq!(mask, study(&small(), study_seed(4, 1)).lung_mask);

    // Known again by its name, and under another one by what lies beside it.
    let file = |name: &str| dir.path().join(name);
    assert_eq!(
        simulated(&file("phantom_4_0001_cxr.png")),
        Some(Simulated::Drawn)
    );
    assert_eq!(simulated(&file("site_cxr.png")), None);
    std::fs::copy(
        file("phantom_4_0001_contents.json"),
        file("site_contents.json"),
    )
    .unwrap();
    assert_eq!(simulated(&file("site_cxr.png")), Some(Simulated::Drawn));

    let again = write_studies(into(false), (2, 4), &small(), &mut |_, _| {});
    assert!(matches!(again, Err(SimulateError::Write(_))));
    assert!(write_studies(into(true), (1, 4), &small(), &mut |_, _| {}).is_ok());
}

#[test]
fn impossible_sizes_are_refused_with_the_way_out() {
    let config = PhantomConfig {
        size_px: 40,
        ..PhantomConfig::default()
    };
    let err = Phantom::new(&config, 1).unwrap_err();
    assert!(err.to_string().contains("between 128 and 4096"), "{err}");
}

#[test]
fn a_study_becomes_a_radiograph_shown_as_it_was_drawn() {
    let study = study(&small(), 2);
    let radiograph = study.to_radiograph();
    let voi = radiograph.vois.first().unwrap();
    let shown = diaphane::display::display_image(&radiograph, voi);
    let pixels = shown.values().iter().zip(study.radiograph.values());
    assert!(pixels.into_iter().all(|(a, b)| (a - b).abs() < 1e-4));
}
