//! What the program reports: `inspect`, `models`, `evaluate`.

use crate::bench::{Bench, document, names, status, stderr};
use crate::tiny;
use diaphane::formats::raster::{write_grey16, write_mask8};
use diaphane::radiograph::FloatImage;
use std::fs;
use std::io::Write as _;

#[test]
fn a_zip_archive_is_a_folder_and_one_of_its_files_a_file() {
    let bench = Bench::new();
    let picture = fs::read(bench.path("chest.png")).unwrap();
    let mut writer = zip::ZipWriter::new(fs::File::create(bench.path("study.zip")).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    for (name, bytes) in [("in/a", &picture[..]), ("in/notes.txt", b"hello")] {
        writer.start_file(name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap();
    let archive = fs::read(bench.path("study.zip")).unwrap();
    let output = bench.diaphane(&["inspect", "study.zip", "chest.png", "--json"]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let reports = document(&output);
    assert_eq!(reports[0]["file"], "study.zip/in/a");
    let hash = |i: usize| &reports[i]["stored_sha256_i32le"];
    assert_eq!(hash(0), hash(1));
    for named in ["study.zip", "study.zip/in/a"] {
        let arguments = [
            "suppress",
            named,
            "--model",
            "tiny",
            "--device",
            "cpu",
            "--mask",
            "chest_mask.png",
            "--overwrite",
            "--out",
            "out",
        ];
        let output = bench.diaphane(&arguments);
        assert_eq!(status(&output), 0, "{named}: {}", stderr(&output));
    }
    assert_eq!(
        names(&bench.path("out")),
        ["a.json", "a_bone.png", "a_lungmask.png", "a_soft.png"]
    );
    let absent = bench.diaphane(&["inspect", "study.zip/in/b", "--json"]);
    assert_eq!(status(&absent), 1);
    assert_eq!(fs::read(bench.path("study.zip")).unwrap(), archive);
}

#[test]
fn inspect_reports_stored_and_displayed_values() {
    let bench = Bench::new();
    let output = bench.diaphane(&[
        "inspect",
        "chest.png",
        "missing.png",
        "--probe",
        "60,45",
        "--probe",
        "999,0",
        "--json",
    ]);
    assert_eq!(status(&output), 1, "a missing file is a failed input");
    let reports = document(&output);
    let report = &reports[0];
    assert_eq!(report["ok"], true);
    assert_eq!(
        (report["rows"].as_i64(), report["cols"].as_i64()),
        (Some(120), Some(150))
    );
    let expected = (tiny::chest(150, 120).get(60, 45).unwrap() * 65_535.0).round();
    let probe = &report["probes"][0];
    assert_eq!(probe["stored"].as_i64(), Some(expected as i64));
    let display = f64::from(expected) / 257.0;
    assert!(
        (probe["display"].as_f64().unwrap() - display).abs() < 0.01,
        "{probe}"
    );
    assert!(report["probes"][1]["stored"].is_null());
    assert!(
        report["suitability"].as_array().unwrap()[0]
            .as_str()
            .unwrap()
            .contains("150 x 120")
    );
    assert_eq!(reports[1]["ok"], false);
    assert!(
        reports[1]["error"]
            .as_str()
            .unwrap()
            .contains("missing.png")
    );
}

#[test]
fn models_are_listed_described_and_verified() {
    let bench = Bench::new();
    let list = document(&bench.diaphane(&["models", "list", "--json"]));
    let tiny = list
        .as_array()
        .unwrap()
        .iter()
        .find(|b| b["manifest"]["name"] == "tiny")
        .unwrap();
    let info = document(&bench.diaphane(&["models", "info", "tiny", "--json"]));
    assert_eq!(info["sha256"], tiny["sha256"]);
    assert!(info["card"].as_str().unwrap().contains("Arbitrary weights"));
    let sound = bench.diaphane(&["models", "verify", "tiny", "--json"]);
    assert_eq!(status(&sound), 0);
    assert_eq!(document(&sound)["ok"], true);

    let weights = bench.path("tiny/denoiser.safetensors");
    let mut bytes = fs::read(&weights).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&weights, bytes).unwrap();
    let faulty = bench.diaphane(&["models", "verify", "tiny"]);
    assert_eq!(status(&faulty), 1);
    assert!(
        stderr(&faulty).contains("denoiser.safetensors"),
        "{}",
        stderr(&faulty)
    );
    let refused = bench.suppress(&[]);
    assert_eq!(status(&refused), 2, "damaged networks must not run");
    assert!(!bench.path("out/chest_soft.png").exists());
}

/// Two pairs `a` and `b` with masks in `pairs`: a radiograph and nine tenths of it.
fn write_pairs(bench: &Bench) -> (FloatImage, FloatImage) {
    let pairs = bench.path("pairs");
    fs::create_dir(&pairs).unwrap();
    let cxr = tiny::chest(150, 120);
    let soft = cxr.map(|v| v * 0.9);
    for name in ["a", "b"] {
        write_grey16(&pairs.join(format!("{name}_cxr.png")), &cxr, false).unwrap();
        write_grey16(&pairs.join(format!("{name}_soft.png")), &soft, false).unwrap();
        let mask = pairs.join(format!("{name}_lungmask.png"));
        write_mask8(&mask, &tiny::lungs(150, 120), false).unwrap();
    }
    (cxr, soft)
}

#[test]
fn evaluate_scores_predictions_beside_the_untouched_radiograph() {
    let bench = Bench::new();
    let (cxr, soft) = write_pairs(&bench);
    let perfect = bench.path("perfect");
    fs::create_dir(&perfect).unwrap();
    write_grey16(&perfect.join("a_soft.png"), &soft, false).unwrap();
    write_grey16(&perfect.join("b.png"), &cxr, false).unwrap();
    let output = bench.diaphane(&[
        "evaluate",
        "--pairs",
        "pairs",
        "--pred",
        "perfect",
        "--json",
        "--csv",
        "scores.csv",
    ]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let scores = document(&output);
    assert!(scores["images"]["a"]["PSNR"].as_f64().unwrap() > 90.0);
    let untouched = &scores["images"]["b"]["PSNR"];
    assert_eq!(untouched, &scores["identity"]["images"]["b"]["PSNR"]);
    // MSE of the untouched radiograph is that of a tenth of it.
    let mse: f64 = cxr
        .values()
        .iter()
        .map(|&v| (f64::from(v) * 0.1).powi(2))
        .sum::<f64>()
        / cxr.values().len() as f64;
    assert!((untouched.as_f64().unwrap() + 10.0 * mse.log10()).abs() < 1e-3);
    let csv = fs::read_to_string(bench.path("scores.csv")).unwrap();
    assert_eq!(csv.lines().count(), 5, "{csv}");
    let columns: Vec<&str> = csv.lines().next().unwrap().split(',').collect();
    assert_eq!(columns[..4], ["image", "BSR", "MSE", "PSNR"], "{csv}");
    let lpips = columns.iter().position(|column| *column == "LPIPS");
    assert!(lpips.is_none_or(|at| at == 4), "{csv}");
    let again = bench.diaphane(&[
        "evaluate",
        "--pairs",
        "pairs",
        "--pred",
        "perfect",
        "--csv",
        "scores.csv",
    ]);
    assert_eq!(status(&again), 2, "an existing table is refused");
}

#[test]
fn evaluate_names_failed_pairs_in_a_document_that_always_comes() {
    let bench = Bench::new();
    let (_, soft) = write_pairs(&bench);
    for folder in ["some", "none"] {
        fs::create_dir(bench.path(folder)).unwrap();
    }
    write_grey16(&bench.path("some/a_soft.png"), &soft, false).unwrap();
    let evaluate = |pred: &str| {
        let output = bench.diaphane(&["evaluate", "--pairs", "pairs", "--pred", pred, "--json"]);
        assert_eq!(status(&output), 1, "{}", stderr(&output));
        document(&output)
    };
    let some = evaluate("some");
    assert!(some["images"]["a"]["PSNR"].is_number(), "{some}");
    let failed = some["failed"].as_array().unwrap();
    assert_eq!(failed.len(), 1, "{some}");
    assert_eq!(failed[0]["name"], "b");
    let told = |field: &str| failed[0][field].as_str().unwrap();
    assert!(told("file").ends_with("b_cxr.png"), "{some}");
    assert!(told("error").contains("no prediction for b"), "{some}");
    let none = evaluate("none");
    assert_eq!(none["images"], serde_json::json!({}));
    assert_eq!(none["failed"].as_array().unwrap().len(), 2, "{none}");
}

#[test]
fn evaluate_runs_the_networks_on_pairs() {
    let bench = Bench::new();
    write_pairs(&bench);
    let networks = bench.diaphane(&[
        "evaluate",
        "--pairs",
        "pairs",
        "--model",
        "tiny",
        "--given-masks",
        "--steps",
        "1",
    ]);
    assert_eq!(status(&networks), 0, "{}", stderr(&networks));
    let text = String::from_utf8_lossy(&networks.stdout).into_owned();
    assert!(text.contains("mean") && text.contains("identity"), "{text}");
    let legend = stderr(&networks);
    assert!(
        legend.contains("RBF           residual bone fraction"),
        "{legend}"
    );
}

#[test]
fn evaluate_scores_lung_masks_by_dice() {
    let bench = Bench::new();
    let folder = bench.path("labelled");
    fs::create_dir(&folder).unwrap();
    fs::copy(bench.path("chest.png"), folder.join("a_cxr.png")).unwrap();
    // The segmenter's own answer as the label: its Dice with itself is 1.
    let output = bench.diaphane(&["segment", "chest.png", "--model", "tiny", "--out", "masks"]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    // 18 is the left lung under a clavicle, 3 the heart, which is no lung.
    let mut labels = image::open(bench.path("masks/chest_lungmask.png"))
        .unwrap()
        .to_luma8();
    for label in labels.pixels_mut() {
        label.0 = if label.0 == [255] { [18] } else { [3] };
    }
    labels.save(folder.join("a_labels.png")).unwrap();
    let output = bench.diaphane(&[
        "evaluate", "--masks", "labelled", "--model", "tiny", "--json",
    ]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert_eq!(document(&output)["images"]["a"]["Dice"], 1.0);
}

#[test]
fn simulated_pairs_are_scored_like_real_ones() {
    let bench = Bench::new();
    let draw = [
        "simulate", "--out", "pairs", "--count", "2", "--seed", "3", "--size", "256",
    ];
    let drawn = bench.diaphane(&draw);
    assert_eq!(status(&drawn), 0, "{}", stderr(&drawn));
    // Radiograph, soft tissue, bone, lung mask, and what it holds; who is who.
    assert_eq!(names(&bench.path("pairs")).len(), 2 * 5 + 1);
    assert_eq!(
        status(&bench.diaphane(&draw)),
        2,
        "existing studies are refused"
    );
    // The radiograph as its own prediction removes nothing.
    fs::create_dir(bench.path("untouched")).unwrap();
    for name in names(&bench.path("pairs")) {
        if name.ends_with("_cxr.png") {
            let from = bench.path("pairs").join(&name);
            fs::copy(from, bench.path("untouched").join(&name)).unwrap();
        }
    }
    let output = bench.diaphane(&[
        "evaluate",
        "--pairs",
        "pairs",
        "--pred",
        "untouched",
        "--json",
    ]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let scores = document(&output);
    assert!(
        (scores["mean"]["RBF"].as_f64().unwrap() - 1.0).abs() < 1e-3,
        "{scores}"
    );
}

#[test]
fn a_tone_offset_darkens_the_soft_tissue_image_alone() {
    let bench = Bench::new();
    let draw = |out: &str, more: &[&str]| {
        let shared = ["simulate", "--out", out, "--size", "128", "--noise", "none"];
        let drawn = bench.diaphane(&[&shared[..], more].concat());
        assert_eq!(status(&drawn), 0, "{}", stderr(&drawn));
        ["cxr", "soft", "bone"].map(|part| {
            let file = bench.path(out).join(format!("phantom_0_0000_{part}.png"));
            image::open(file).unwrap().to_luma16()
        })
    };
    let common = draw("common", &[]);
    let offset = draw("offset", &["--tone-offset"]);
    assert!(common[0] == offset[0] && common[2] == offset[2]);
    let sum = |picture: &image::ImageBuffer<image::Luma<u16>, Vec<u16>>| -> u64 {
        picture.pixels().map(|pixel| u64::from(pixel.0[0])).sum()
    };
    assert!(sum(&offset[1]) < sum(&common[1]));
}

/// 12-bit values kept in 16 bits: the networks and the scores see them as `suppress` does, and what it
/// wrote is scored the same as networks run at once.
#[test]
fn unscaled_pairs_are_scored_as_suppress_sees_them() {
    let bench = Bench::new();
    let pairs = bench.path("pairs");
    fs::create_dir(&pairs).unwrap();
    let chest = tiny::chest(150, 120);
    let (low, high) = chest
        .values()
        .iter()
        .fold((1.0_f32, 0.0_f32), |(low, high), &v| {
            (low.min(v), high.max(v))
        });
    let unit = |v: f32| (v - low) / (high - low);
    let save = |name: &str, share: f32| {
        let stored = |v: &f32| (100.0 + unit(*v) * share * 4000.0).round() as u16;
        let values: Vec<u16> = chest.values().iter().map(stored).collect();
        let picture = image::ImageBuffer::<image::Luma<u16>, _>::from_raw(150, 120, values);
        picture.unwrap().save(pairs.join(name)).unwrap();
    };
    save("a_cxr.png", 1.0);
    save("a_soft.png", 0.9);
    let model = ["--model", "tiny", "--steps", "1", "--device", "cpu"];
    let suppressed = bench.diaphane(
        &[
            &["suppress", "pairs/a_cxr.png", "--out", "pred"][..],
            &model,
        ]
        .concat(),
    );
    assert_eq!(status(&suppressed), 0, "{}", stderr(&suppressed));
    let pairs = ["evaluate", "--pairs", "pairs", "--json"];
    let written = document(&bench.diaphane(&[&pairs[..], &["--pred", "pred"]].concat()));
    let at_once = document(&bench.diaphane(&[&pairs[..], &model].concat()));
    let psnr = |scores: &serde_json::Value| scores["images"]["a"]["PSNR"].as_f64().unwrap();
    assert!(
        (psnr(&written) - psnr(&at_once)).abs() < 1e-3,
        "{written} {at_once}"
    );
    // The untouched radiograph differs by a tenth of its own display value.
    let mse = chest
        .values()
        .iter()
        .map(|&v| (0.1 * f64::from(unit(v))).powi(2))
        .sum::<f64>()
        / chest.values().len() as f64;
    let identity = psnr(&written["identity"]);
    assert!((identity + 10.0 * mse.log10()).abs() < 1e-2, "{identity}");
}
