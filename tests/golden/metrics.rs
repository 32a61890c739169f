//! Scores against the authors' `metrics.py` (a stored fixture), and against an independent scorer
//! in numpy and scipy run on real dual-energy pairs.
//!
//! Tolerances: 1e-4 for sums over 8-bit pictures held as `f32`; 1e-3 for the scorer's rows, which
//! are printed with four decimals and come from blurs in `f64` where ours are in `f32`.

#![expect(
    clippy::unwrap_used,
    reason = "a fixture that cannot be read fails the test"
)]

use crate::support::skipped;
use std::path::PathBuf;

use diaphane::metrics::{Scored, bsr, mse, psnr, score};
use diaphane::radiograph::{FloatImage, LungMask, Raster, gaussian_blur};

use crate::fixtures::Fixture;

/// `metrics.safetensors`, meta `values`: prediction, BSR, MSE, PSNR.
const AUTHORS: [(&str, f64, f64, f64); 5] = [
    (
        "identity_cxr",
        0.835_266_911_9,
        0.004_147_775_8,
        23.821_847_288,
    ),
    ("half", 0.958_709_693_3, 0.000_986_792_9, 30.057_740_030),
    ("plus5", 1.0, 0.000_384_467_5, 34.151_403_522),
    ("blur2", 0.891_413_868_7, 0.000_658_763_6, 31.812_704_345),
    ("fusion", 0.996_334_178_9, 0.000_051_208_1, 42.906_613_175),
];

#[test]
fn the_authors_scores_are_reproduced() {
    let Some(fixture) = Fixture::load("metrics") else {
        return;
    };
    let image = |name: &str| {
        let [height, width] = *fixture.shape(name) else {
            panic!("{name} is no plane");
        };
        let values = fixture.u8s(name).into_iter();
        let values = values.map(|v| f32::from(v) / 255.0).collect();
        Raster::new(width, height, values).unwrap()
    };
    let (cxr, soft) = (image("cxr"), image("gt"));
    for (name, suppression, error, decibels) in AUTHORS {
        let pred = image(&format!("pred.{name}"));
        let found = [
            (bsr(&cxr, &soft, &pred).unwrap(), suppression),
            (mse(&pred, &soft).unwrap(), error),
            (psnr(&pred, &soft).unwrap(), decibels),
        ];
        for (ours, theirs) in found {
            assert!((ours - theirs).abs() < 1e-4, "{name}: {ours} {theirs}");
        }
    }
}

/// One real pair: files, and the scorer's printed rows for two predictions.
struct Pair {
    cxr: &'static str,
    soft: &'static str,
    mask: &'static str,
    identity: [(&'static str, f64); 9],
    blurred: [(&'static str, f64); 9],
}

/// The scorer's columns, and scikit-image's `structural_similarity` with the Gaussian window
/// (`gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=1`).
const PAIRS: [Pair; 2] = [
    Pair {
        cxr: "szch_000_cxr.png",
        soft: "szch_000_soft.png",
        mask: "szch_000_lungmask_derived.png",
        identity: [
            ("PSNR", 23.5847),
            ("PSNRaff", 28.125),
            ("BSR", 0.8201),
            ("RBF", 1.0),
            ("edgeBF", 1.0),
            ("detail_corr", 0.783),
            ("detail_gain", 1.7641),
            ("lung_PSNR", 22.609),
            ("SSIM", 0.8736),
        ],
        blurred: [
            ("PSNR", 33.0232),
            ("PSNRaff", 36.2615),
            ("BSR", 0.968),
            ("RBF", 0.2701),
            ("edgeBF", 0.0344),
            ("detail_corr", 0.6987),
            ("detail_gain", 0.578),
            ("lung_PSNR", 32.4523),
            ("SSIM", 0.9316),
        ],
    },
    Pair {
        cxr: "jsrt_JPCLN001_cxr_inverted.png",
        soft: "jsrt_JPCLN001_soft_inverted_lungonly.png",
        mask: "jsrt_JPCLN001_lungmask.png",
        identity: [
            ("PSNR", 12.7944),
            ("PSNRaff", 17.4355),
            ("BSR", 0.8515),
            ("RBF", 1.0),
            ("edgeBF", 1.0),
            ("detail_corr", 0.8688),
            ("detail_gain", 1.1114),
            ("lung_PSNR", 38.1458),
            ("SSIM", 0.3219),
        ],
        blurred: [
            ("PSNR", 22.9801),
            ("PSNRaff", 24.9862),
            ("BSR", 0.9831),
            ("RBF", 0.2707),
            ("edgeBF", 0.1313),
            ("detail_corr", 0.5665),
            ("detail_gain", 0.2884),
            ("lung_PSNR", 43.7384),
            ("SSIM", 0.3725),
        ],
    },
];

pub fn pairs_folder() -> Option<PathBuf> {
    let data = std::env::var_os("DIAPHANE_DATA_DIR").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data")),
        PathBuf::from,
    );
    let pairs = data.join("pairs");
    if pairs.is_dir() {
        return Some(pairs);
    }
    skipped("no corpus");
    None
}

pub fn read(path: PathBuf) -> FloatImage {
    let grey = image::open(path).unwrap().into_luma8();
    let (width, height) = grey.dimensions();
    let values = grey.into_raw().into_iter().map(|v| f32::from(v) / 255.0);
    Raster::new(width as usize, height as usize, values.collect()).unwrap()
}

/// `blur(soft, 2) + 0.3 (blur(cxr, 1) - blur(soft, 1))`: blurred, with three tenths of the bone.
fn blurred_prediction(cxr: &FloatImage, soft: &FloatImage) -> FloatImage {
    let bone = gaussian_blur(cxr, 1.0)
        .zip_map(&gaussian_blur(soft, 1.0), |c, s| 0.3 * (c - s))
        .unwrap();
    gaussian_blur(soft, 2.0)
        .zip_map(&bone, |s, b| s + b)
        .unwrap()
}

#[test]
fn real_pairs_score_as_in_the_independent_scorer() {
    let Some(folder) = pairs_folder() else {
        return;
    };
    for pair in &PAIRS {
        let (cxr, soft) = (read(folder.join(pair.cxr)), read(folder.join(pair.soft)));
        let mask = LungMask::from_threshold(&read(folder.join(pair.mask)), 0.5);
        let blurred = blurred_prediction(&cxr, &soft);
        for (pred, expected) in [(&cxr, &pair.identity), (&blurred, &pair.blurred)] {
            let scores = score(&Scored {
                cxr: &cxr,
                soft: &soft,
                pred,
                mask: Some(&mask),
            })
            .unwrap();
            let columns = scores.columns();
            for &(name, theirs) in expected {
                let found = columns.iter().find(|(column, _)| *column == name);
                let ours = found.and_then(|&(_, value)| value).unwrap();
                assert!(
                    (ours - theirs).abs() < 1e-3,
                    "{} {name}: {ours} {theirs}",
                    pair.cxr
                );
            }
            assert!((scores.identity_psnr - pair.identity[0].1).abs() < 1e-3);
        }
    }
}
