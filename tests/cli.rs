//! The built program from outside: exit status, machine output, refusals, and what it leaves on disk.
//!
//! Networks are tiny and arbitrary; no shipped weights are needed.

#![expect(clippy::unwrap_used, reason = "a step that fails is a test that fails")]

#[path = "cli/bench.rs"]
mod bench;
#[path = "cli/calibration.rs"]
mod calibration;
#[path = "cli/dataset.rs"]
mod dataset;
#[path = "cli/evidence.rs"]
mod evidence;
#[path = "cli/packing.rs"]
mod packing;
#[path = "cli/probe.rs"]
mod probe;
#[path = "cli/promotion.rs"]
mod promotion;
#[path = "cli/repeats.rs"]
mod repeats;
#[path = "cli/reports.rs"]
mod reports;
mod tiny;
#[path = "cli/usage.rs"]
mod usage;

use bench::{Bench, contents, document, lines, names, status, stderr};
use serde_json::Value;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Command;

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
    for name in ["soft", "bone", "lungmask"] {
        let file = fs::File::open(bench.path(&format!("out/chest_{name}.png"))).unwrap();
        let reader = png::Decoder::new(BufReader::new(file)).read_info().unwrap();
        let texts = &reader.info().uncompressed_latin1_text;
        let comment = texts.iter().find(|t| t.keyword == "Comment").unwrap();
        assert!(
            comment.text.contains("not the original"),
            "{}",
            comment.text
        );
    }
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
    // A 16-bit PNG is shown over 0 to 65,535: that range is the scale of the file.
    assert_eq!(certificate["uncertainty_full_scale"], 65_535.0);
    assert!(certificate["marks"].as_array().unwrap().len() <= 12);
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

#[cfg(unix)]
#[test]
fn ctrl_c_stops_within_a_step_and_leaves_no_half_file() {
    let bench = Bench::new();
    // Enough work that the signal comes in the middle of it, whatever the machine.
    let mut child = Command::new(env!("CARGO_BIN_EXE_diaphane"))
        .args(["suppress", "chest.png", "--model", "tiny", "--mask"])
        .args([
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
    // Its first line says that the networks are loaded: from here on Ctrl-C meets a running job.
    let mut told = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    told.read_line(&mut line).unwrap();
    assert!(line.contains("tiny on"), "{line}");
    let pid = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .unwrap()
            .success()
    );
    told.read_to_string(&mut line).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{line}");
    assert!(names(&bench.path("out")).is_empty());
}
