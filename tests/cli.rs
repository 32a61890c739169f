//! The built program from outside: exit status, machine output, refusals, and what it leaves on disk.
//!
//! Networks are tiny and arbitrary; no shipped weights are needed.

mod tiny;

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

struct Bench {
    folder: TempDir,
}

impl Bench {
    /// A bundle `tiny` and a radiograph `chest.png` with its mask.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        tiny::write_bundle(&folder.path().join("tiny"), true);
        tiny::write_chest(folder.path(), "chest", 150, 120);
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn diaphane(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_diaphane"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env("DIAPHANE_MODELS", self.folder.path())
            .output()
            .unwrap()
    }

    /// `suppress chest.png` with the given mask into `out`, with more arguments.
    fn suppress(&self, more: &[&str]) -> Output {
        let mut arguments = vec![
            "suppress",
            "chest.png",
            "--model",
            "tiny",
            "--device",
            "cpu",
            "--mask",
            "chest_mask.png",
            "--out",
            "out",
        ];
        arguments.extend(more);
        self.diaphane(&arguments)
    }
}

fn status(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Standard output as one JSON document.
fn document(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|err| panic!("{err}: {}", String::from_utf8_lossy(&output.stdout)))
}

/// Standard output as one JSON value a line.
fn lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|err| panic!("{err}: {line}")))
        .collect()
}

/// Files of a folder with their bytes.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read(&path).unwrap())
        })
        .collect();
    files.sort();
    files
}

fn names(folder: &Path) -> Vec<String> {
    contents(folder).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn wrong_usage_is_2_and_help_is_0() {
    let bench = Bench::new();
    assert_eq!(status(&bench.diaphane(&["suppress"])), 2);
    assert_eq!(
        status(&bench.diaphane(&["suppress", "chest.png", "--out", "o", "--no-such"])),
        2
    );
    assert_eq!(status(&bench.diaphane(&["evaluate"])), 2);
    let help = bench.diaphane(&["--help"]);
    assert_eq!(status(&help), 0);
    let text = String::from_utf8_lossy(&help.stdout).into_owned();
    for word in ["suppress", "segment", "evaluate", "inspect", "130"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    let unknown = bench.diaphane(&["suppress", "chest.png", "--out", "o", "--model", "nowhere"]);
    assert_eq!(status(&unknown), 2);
    assert!(stderr(&unknown).contains("nowhere"), "{}", stderr(&unknown));
}

#[test]
fn suppress_writes_pictures_and_a_certificate_that_names_them() {
    let bench = Bench::new();
    let source = fs::read(bench.path("chest.png")).unwrap();
    let output = bench.suppress(&["--json", "--seed", "7", "--leg", "2.5"]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert_eq!(
        names(&bench.path("out")),
        [
            "chest.json",
            "chest_bone.png",
            "chest_lungmask.png",
            "chest_soft.png"
        ]
    );
    let events = lines(&output);
    assert_eq!(events[0]["event"], "suppressed");
    assert_eq!(events[1]["event"], "finished");
    assert_eq!(events[1]["done"], 1);

    let text = fs::read_to_string(bench.path("out/chest.json")).unwrap();
    let certificate: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(certificate, events[0]["certificate"]);
    assert_eq!(certificate["settings"]["seed"], 7);
    assert_eq!(certificate["settings"]["leg_weight"], 2.5);
    assert_eq!(certificate["bundle"], "tiny");
    assert_eq!(certificate["mask"], "given");
    assert_eq!(certificate["device"], "cpu");
    // What the certificate says of the pixels is what an independent reading finds.
    let inspected = document(&bench.diaphane(&[
        "inspect",
        "chest.png",
        "out/chest_soft.png",
        "out/chest_bone.png",
        "--json",
    ]));
    let hash = |i: usize| &inspected[i]["stored_sha256_i32le"];
    assert_eq!(&certificate["input"]["stored_sha256_i32le"], hash(0));
    assert_eq!(&certificate["outputs"][0]["stored_sha256_i32le"], hash(1));
    assert_eq!(&certificate["outputs"][1]["stored_sha256_i32le"], hash(2));
    assert_eq!(inspected[1]["cols"], 150);
    assert_eq!(inspected[1]["bits"][1], 16);
    assert_eq!(fs::read(bench.path("chest.png")).unwrap(), source);
}

#[test]
fn the_same_seed_gives_the_same_files_and_the_model_grid_is_smaller() {
    let bench = Bench::new();
    assert_eq!(status(&bench.suppress(&[])), 0);
    let first = fs::read(bench.path("out/chest_soft.png")).unwrap();
    assert_eq!(status(&bench.suppress(&["--overwrite"])), 0);
    assert_eq!(fs::read(bench.path("out/chest_soft.png")).unwrap(), first);
    assert_eq!(status(&bench.suppress(&["--overwrite", "--seed", "5"])), 0);
    assert_ne!(fs::read(bench.path("out/chest_soft.png")).unwrap(), first);
    assert_eq!(
        status(&bench.suppress(&["--overwrite", "--output", "model"])),
        0
    );
    let inspected = document(&bench.diaphane(&["inspect", "out/chest_soft.png", "--json"]));
    assert_eq!(inspected[0]["cols"], 64);
}

#[test]
fn existing_outputs_are_refused_and_a_resumed_run_leaves_them() {
    let bench = Bench::new();
    assert_eq!(status(&bench.suppress(&[])), 0);
    let before = contents(&bench.path("out"));
    let refused = bench.suppress(&["--seed", "3"]);
    assert_eq!(status(&refused), 1);
    assert!(
        stderr(&refused).contains("--overwrite"),
        "{}",
        stderr(&refused)
    );
    let resumed = bench.suppress(&["--resume", "--json"]);
    assert_eq!(status(&resumed), 0);
    assert_eq!(lines(&resumed)[0]["event"], "skipped");
    let other = bench.suppress(&["--resume", "--seed", "3"]);
    assert_eq!(status(&other), 1, "other settings are not the same run");
    assert_eq!(contents(&bench.path("out")), before);
    // Without its certificate a run was not finished.
    fs::remove_file(bench.path("out/chest.json")).unwrap();
    assert_eq!(status(&bench.suppress(&["--resume"])), 0);
    assert_eq!(names(&bench.path("out")).len(), 4);
}

#[test]
fn an_output_never_replaces_an_input() {
    let bench = Bench::new();
    fs::copy(bench.path("chest.png"), bench.path("chest_soft.png")).unwrap();
    let before = fs::read(bench.path("chest_soft.png")).unwrap();
    let output = bench.diaphane(&[
        "suppress",
        "chest.png",
        "chest_soft.png",
        "--model",
        "tiny",
        "--out",
        ".",
        "--overwrite",
    ]);
    assert_eq!(status(&output), 1, "{}", stderr(&output));
    assert_eq!(fs::read(bench.path("chest_soft.png")).unwrap(), before);
}

#[test]
fn one_bad_file_among_good_ones_is_1_and_is_named() {
    let bench = Bench::new();
    fs::write(bench.path("broken.png"), b"\x89PNG\r\n\x1a\nnot a picture").unwrap();
    let output = bench.diaphane(&[
        "segment",
        "chest.png",
        "broken.png",
        "missing.png",
        "--model",
        "tiny",
        "--out",
        "masks",
        "--json",
    ]);
    assert_eq!(status(&output), 1);
    assert_eq!(names(&bench.path("masks")), ["chest_lungmask.png"]);
    let told = stderr(&output);
    assert!(
        told.contains("broken.png") && told.contains("missing.png"),
        "{told}"
    );
    let events = lines(&output);
    let failed: Vec<&Value> = events.iter().filter(|e| e["event"] == "failed").collect();
    assert_eq!(failed.len(), 2);
    assert_eq!(events.last().unwrap()["failed"], 2);
}

#[test]
fn several_seeds_give_an_uncertainty() {
    let bench = Bench::new();
    let output = bench.suppress(&["--seeds", "3", "--steps", "2"]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert!(bench.path("out/chest_uncertainty.png").exists());
    let text = fs::read_to_string(bench.path("out/chest.json")).unwrap();
    let certificate: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(certificate["seeds"], serde_json::json!([0, 1, 2]));
    let inspected = document(&bench.diaphane(&["inspect", "out/chest_uncertainty.png", "--json"]));
    assert!(inspected[0]["stored_max"].as_i64().unwrap() > 0);
}

#[test]
fn shards_divide_the_inputs() {
    let bench = Bench::new();
    fs::create_dir(bench.path("many")).unwrap();
    for name in ["a", "b", "c"] {
        fs::copy(
            bench.path("chest.png"),
            bench.path(&format!("many/{name}.png")),
        )
        .unwrap();
    }
    let run = |shard: &str, out: &str| {
        let output =
            bench.diaphane(&["segment", "many", "--model", "tiny", "--out", out, "--json"]);
        assert_eq!(status(&output), 0);
        let output = bench.diaphane(&[
            "suppress",
            "many",
            "--model",
            "tiny",
            "--steps",
            "1",
            "--fusion",
            "none",
            "--out",
            out,
            "--shard",
            shard,
            "--overwrite",
            "--json",
        ]);
        assert_eq!(status(&output), 0, "{}", stderr(&output));
        let events = lines(&output);
        let done = events.iter().filter(|e| e["event"] == "suppressed").count();
        (done, names(&bench.path(out)))
    };
    let (first, files) = run("1/2", "one");
    assert_eq!(first, 2, "{files:?}");
    let (second, _) = run("2/2", "two");
    assert_eq!(second, 1);
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
    assert_eq!(probe["stored"].as_f64().unwrap(), f64::from(expected));
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

#[test]
fn evaluate_scores_predictions_beside_the_untouched_radiograph() {
    let bench = Bench::new();
    let (pairs, perfect) = (bench.path("pairs"), bench.path("perfect"));
    fs::create_dir_all(&pairs).unwrap();
    fs::create_dir_all(&perfect).unwrap();
    let cxr = tiny::chest(150, 120);
    let soft = cxr.map(|v| v * 0.9);
    use diaphane::formats::raster::{write_grey16, write_mask8};
    for name in ["a", "b"] {
        write_grey16(&pairs.join(format!("{name}_cxr.png")), &cxr, false).unwrap();
        write_grey16(&pairs.join(format!("{name}_soft.png")), &soft, false).unwrap();
        let mask = pairs.join(format!("{name}_lungmask.png"));
        write_mask8(&mask, &tiny::lungs(150, 120), false).unwrap();
    }
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
    assert!(csv.starts_with("image,PSNR,"), "{csv}");
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
    fs::copy(
        bench.path("masks/chest_lungmask.png"),
        folder.join("a_labels.png"),
    )
    .unwrap();
    let output = bench.diaphane(&[
        "evaluate", "--masks", "labelled", "--model", "tiny", "--json",
    ]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert_eq!(document(&output)["images"]["a"]["Dice"], 1.0);
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_within_a_step_and_leaves_no_half_file() {
    let bench = Bench::new();
    // Enough work that the signal comes in the middle of it, whatever the machine.
    let child = Command::new(env!("CARGO_BIN_EXE_diaphane"))
        .args([
            "suppress",
            "chest.png",
            "--model",
            "tiny",
            "--mask",
            "chest_mask.png",
            "--out",
            "out",
            "--seeds",
            "1000",
            "--steps",
            "50",
        ])
        .current_dir(bench.folder.path())
        .env("DIAPHANE_MODELS", bench.folder.path())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1500));
    let sent = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(status(&output), 130, "{}", stderr(&output));
    assert!(names(&bench.path("out")).is_empty());
}
