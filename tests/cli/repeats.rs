//! What a second run may do with the files of the first, and what it must leave alone.

use crate::bench::{Bench, contents, document, lines, names, status, stderr};
use crate::tiny;
use diaphane::formats::raster::write_mask8;
use diaphane::radiograph::{LungMask, Raster};
use serde_json::Value;
use std::fs;

fn certificate(bench: &Bench) -> Value {
    serde_json::from_str(&fs::read_to_string(bench.path("out/chest.json")).unwrap()).unwrap()
}

/// `suppress chest.png` in one step without a mask of its own, with more arguments.
fn run(bench: &Bench, more: &[&str]) -> std::process::Output {
    let mut arguments = vec!["suppress", "chest.png", "--model", "tiny", "--out", "out"];
    arguments.extend(["--steps", "1"]);
    arguments.extend(more);
    bench.diaphane(&arguments)
}

#[test]
fn a_resumed_run_compares_mask_precision_and_pictures() {
    let bench = Bench::new();
    let half = Raster::new(
        150,
        120,
        (0..150 * 120).map(|i| u8::from(i % 150 < 75)).collect(),
    );
    let half = LungMask::from_nonzero(&half.unwrap());
    write_mask8(&bench.path("half.png"), &half, false).unwrap();
    let first = ["--mask", "chest_mask.png", "--precision", "f32"];
    assert_eq!(status(&run(&bench, &first)), 0);
    let before = contents(&bench.path("out"));
    for other in [
        vec!["--mask", "half.png", "--precision", "f32", "--resume"],
        vec!["--precision", "f32", "--resume"],
        vec![
            "--mask",
            "chest_mask.png",
            "--precision",
            "bf16",
            "--resume",
        ],
    ] {
        let refused = run(&bench, &other);
        assert_eq!(status(&refused), 1, "{other:?}");
        assert!(
            stderr(&refused).contains("of another"),
            "{}",
            stderr(&refused)
        );
    }
    assert_eq!(contents(&bench.path("out")), before);
    let same = [&first[..], &["--resume", "--json"]].concat();
    assert_eq!(lines(&run(&bench, &same))[0]["event"], "skipped");
    // A certificate whose pictures are gone stands for nothing.
    fs::remove_file(bench.path("out/chest_bone.png")).unwrap();
    assert_eq!(lines(&run(&bench, &same))[0]["event"], "suppressed");
    assert_eq!(names(&bench.path("out")).len(), 4);
}

#[test]
fn the_certificate_names_the_mask_and_its_file() {
    let bench = Bench::new();
    assert_eq!(status(&run(&bench, &["--mask", "chest_mask.png"])), 0);
    let certificate = certificate(&bench);
    let inspected = document(&bench.diaphane(&[
        "inspect",
        "chest_mask.png",
        "out/chest_lungmask.png",
        "--json",
    ]));
    let hash = |i: usize| &inspected[i]["stored_sha256_i32le"];
    assert_eq!(&certificate["mask_sha256"], hash(0));
    let output = &certificate["outputs"][2];
    assert_eq!(output["file"], "chest_lungmask.png");
    assert_eq!(&output["stored_sha256_i32le"], hash(1));
}

#[test]
fn a_foreign_file_under_the_certificates_name_is_kept() {
    let bench = Bench::new();
    fs::create_dir(bench.path("out")).unwrap();
    let foreign = "{\"findings\": \"none\"}";
    fs::write(bench.path("out/chest.json"), foreign).unwrap();
    let refused = run(&bench, &["--resume"]);
    assert_eq!(status(&refused), 1);
    let told = stderr(&refused);
    assert!(
        told.contains("no certificate") && told.contains("--overwrite"),
        "{told}"
    );
    assert_eq!(contents(&bench.path("out")).len(), 1);
    assert_eq!(
        fs::read_to_string(bench.path("out/chest.json")).unwrap(),
        foreign
    );
    assert_eq!(status(&run(&bench, &["--resume", "--overwrite"])), 0);
    assert_eq!(certificate(&bench)["bundle"], "tiny");
}

#[test]
fn an_uncertainty_does_not_outlive_its_run() {
    let bench = Bench::new();
    assert_eq!(status(&run(&bench, &["--seeds", "2"])), 0);
    assert!(bench.path("out/chest_uncertainty.png").exists());
    assert_eq!(status(&run(&bench, &["--overwrite"])), 0);
    assert!(!bench.path("out/chest_uncertainty.png").exists());
    assert_eq!(names(&bench.path("out")).len(), 4);
}

#[test]
fn masks_and_the_sources_of_other_shards_are_not_replaced() {
    let bench = Bench::new();
    fs::copy(bench.path("chest.png"), bench.path("chest_soft.png")).unwrap();
    let mask = bench.path("chest_lungmask.png");
    write_mask8(&mask, &tiny::lungs(150, 120), false).unwrap();
    let read = |name: &str| fs::read(bench.path(name)).unwrap();
    let before = ["chest_soft.png", "chest_lungmask.png"].map(read);
    let shared = ["--model", "tiny", "--out", ".", "--overwrite"];
    for inputs in [
        vec!["suppress", "chest.png", "chest_soft.png", "--shard", "1/2"],
        vec!["suppress", "chest.png", "--mask", "chest_lungmask.png"],
    ] {
        let output = bench.diaphane(&[&inputs[..], &shared].concat());
        assert_eq!(status(&output), 1, "{inputs:?}: {}", stderr(&output));
        assert!(stderr(&output).contains("source"), "{}", stderr(&output));
    }
    assert_eq!(["chest_soft.png", "chest_lungmask.png"].map(read), before);
}

#[test]
fn a_folder_is_taken_without_what_an_earlier_run_wrote_into_it() {
    let bench = Bench::new();
    fs::create_dir(bench.path("study")).unwrap();
    fs::copy(bench.path("chest.png"), bench.path("study/chest.png")).unwrap();
    let again = |more: &[&str]| {
        let shared = [
            "suppress", "study", "--model", "tiny", "--out", "study", "--steps", "1",
        ];
        bench.diaphane(&[&shared[..], more].concat())
    };
    assert_eq!(status(&again(&[])), 0);
    let second = again(&["--resume", "--json"]);
    assert_eq!(status(&second), 0, "{}", stderr(&second));
    let events = lines(&second);
    assert_eq!(events[0]["own_outputs"], 3, "{events:?}");
    assert_eq!(events[0]["other_files"], 0, "{events:?}");
    assert_eq!(events[2]["skipped"], 1, "{events:?}");
    assert!(
        stderr(&second).contains("left out 3 pictures"),
        "{}",
        stderr(&second)
    );
}

/// A PNG has no tag that says which end is white; told that one is stored inverted, the program must make of it what it
/// makes of the right one.
#[test]
fn a_picture_stored_inverted_gives_the_picture_of_the_right_one() {
    use diaphane::formats::raster::write_grey16;
    use diaphane::radiograph::FloatImage;
    let bench = Bench::new();
    let grey = |path: &str| -> FloatImage {
        let read = diaphane::formats::read(&bench.path(path)).unwrap();
        read.stored
            .to_float(|value| value as f32 / 65_535.0)
            .unwrap()
    };
    let mask = ["--mask", "chest_mask.png", "--precision", "f32"];
    assert_eq!(status(&run(&bench, &mask)), 0);
    let right = grey("out/chest_soft.png");
    let inverted = grey("chest.png").map(|v| 1.0 - v);
    write_grey16(&bench.path("turned.png"), &inverted, false).unwrap();
    let arguments = ["suppress", "turned.png", "--model", "tiny", "--out", "out"];
    let told = ["--steps", "1", "--inverted"];
    let output = bench.diaphane(&[&arguments[..], &told, &mask].concat());
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert!(stderr(&output).contains("Black and white were exchanged"));
    let certificate = fs::read_to_string(bench.path("out/turned.json")).unwrap();
    let certificate: Value = serde_json::from_str(&certificate).unwrap();
    assert_eq!(certificate["input"]["high_is_white"], false);
    let turned = grey("out/turned_soft.png");
    // Pictures are written as they are shown: white is white again. One step of 16 bits is 1.5e-5.
    let most = (right.values().iter().zip(turned.values()))
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max);
    assert!(most < 2e-4, "{most}");
}
