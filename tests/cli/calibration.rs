//! `diaphane models calibrate`: a band measured on pairs holds on these pairs, and only there where it is in the bundle.

use crate::bench::{Bench, document, status, stderr};
use serde_json::Value;
use std::fs;

const NETWORKS: [&str; 5] = ["--given-masks", "--device", "cpu", "--leg", "1.2"];

/// Pairs that the tiny networks do not hit: their targets are their radiographs, a tenth darker.
fn bench() -> Bench {
    let bench = Bench::new();
    bench.write_pairs_of("tiny");
    for name in ["a", "b", "c"] {
        let file = |ending: &str| bench.path(&format!("pairs/{name}_{ending}.png"));
        let mut picture = image::open(file("cxr")).unwrap().to_luma16();
        for pixel in picture.pixels_mut() {
            pixel.0[0] -= pixel.0[0] / 10;
        }
        picture.save(file("soft")).unwrap();
    }
    bench
}

fn calibrated(bench: &Bench, more: &[&str]) -> std::process::Output {
    let arguments = ["models", "calibrate", "--pairs", "pairs", "--model", "tiny"];
    bench.diaphane(&[&arguments[..], &NETWORKS, more].concat())
}

/// Shares that the band of `tiny` holds in each pair.
fn held(bench: &Bench) -> Vec<f64> {
    let arguments = ["evaluate", "--pairs", "pairs", "--model", "tiny"];
    let output = bench.diaphane(&[&arguments[..], &NETWORKS, &["--seeds", "3", "--json"]].concat());
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let report = document(&output);
    let images = report["images"].as_object().unwrap().values();
    images
        .map(|row| row["band_holds"].as_f64().unwrap())
        .collect()
}

#[test]
fn a_band_holds_as_much_as_it_says_of_the_pairs_it_was_measured_on() {
    let bench = bench();
    let output = calibrated(&bench, &["--seeds", "3", "--json"]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let report = document(&output);
    let left_out = report["left_out"].as_array().unwrap();
    assert_eq!(left_out.len(), 3, "{report}");
    assert_eq!(report["uncertainty"]["num_seeds"], 3);
    let table = String::from_utf8(calibrated(&bench, &["--seeds", "3"]).stdout).unwrap();
    assert!(table.starts_with("[uncertainty]\n"), "{table}");
    let manifest = bench.path("tiny/manifest.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, format!("{text}\n{table}")).unwrap();
    let held = held(&bench);
    // 4096 pixels of each lung field were looked at, which is all of these small ones.
    let mean = held.iter().sum::<f64>() / 3.0;
    assert!((mean - 0.95).abs() < 0.01, "{held:?}");
    let width = report["left_out"][0]["width"].as_f64().unwrap();
    assert!(width > 0.01, "{report}");
}

#[test]
fn a_bundle_s_band_is_in_the_certificate_and_a_result_without_one_is_a_deviation() {
    let bench = Bench::new();
    let suppress = || {
        let arguments = [
            "suppress",
            "chest.png",
            "--mask",
            "chest_mask.png",
            "--model",
            "tiny",
        ];
        let more = [
            "--device",
            "cpu",
            "--seeds",
            "2",
            "--overwrite",
            "--out",
            "out",
        ];
        let output = bench.diaphane(&[&arguments[..], &more].concat());
        assert_eq!(status(&output), 0, "{}", stderr(&output));
        let text = fs::read_to_string(bench.path("out/chest.json")).unwrap();
        let certificate: Value = serde_json::from_str(&text).unwrap();
        let picture = image::open(bench.path("out/chest_uncertainty.png")).unwrap();
        let least = picture.to_luma16().pixels().map(|p| p.0[0]).min().unwrap();
        let bytes = fs::read(bench.path("out/chest_uncertainty.png")).unwrap();
        let told = String::from_utf8_lossy(&bytes).into_owned();
        let names_band = told.contains("half-width of the 95 % band");
        assert_eq!(
            told.contains("standard deviation over several seeds"),
            !names_band
        );
        (certificate["uncertainty_band"].clone(), least, names_band)
    };
    assert_eq!(suppress(), (Value::Null, 0, false));
    let manifest = bench.path("tiny/manifest.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    let band = "seed_factor = 2.0\ntaken_share = 0.5\nfloor = 0.01\nnum_seeds = 2\n";
    fs::write(&manifest, format!("{text}\n[uncertainty]\n{band}")).unwrap();
    let (band, least, names_band) = suppress();
    assert!(names_band);
    assert_eq!(band["taken_share"], 0.5);
    // Nowhere is it less than the floor, 0.01 of 65,535.
    assert_eq!(least, 655);
}

#[test]
fn one_seed_has_no_band_to_measure() {
    let bench = bench();
    let output = calibrated(&bench, &["--seeds", "1"]);
    assert_eq!(status(&output), 2);
    let told = stderr(&output);
    assert!(told.contains("one seed has no deviation"), "{told}");
}
