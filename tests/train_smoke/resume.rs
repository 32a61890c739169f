//! Resuming from outside: after a kill that asks nobody, and with what a resumed run is refused for.

use super::{Recorder, alone, assert_same_checkpoint, bench, config};
use diaphane::train::{EndReason, RunConfig, Start, Unobserved, run};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// `diaphane train` of the run file of a segmenter in `root`.
fn train(root: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_diaphane"));
    command
        .arg("train")
        .arg(root.join("segmenter.toml"))
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command
}

fn assert_trains(command: &mut Command) {
    let output = command.output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words}");
}

#[test]
fn a_run_that_was_killed_ends_with_the_weights_of_one_that_was_not() {
    let (temp, data) = bench();
    let prepared = |name: &str| -> RunConfig {
        let root = temp.path().join(name);
        std::fs::create_dir(&root).unwrap();
        config("segmenter", &root, &data, "iterations = 90")
    };
    let (undisturbed, killed) = (prepared("undisturbed"), prepared("killed"));
    assert_trains(&mut train(&temp.path().join("undisturbed")));

    let root = temp.path().join("killed");
    let mut child = train(&root).stderr(Stdio::null()).spawn().unwrap();
    let started = Instant::now();
    while !killed.out.join("last").exists() {
        assert!(started.elapsed() < Duration::from_mins(2));
        assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
        std::thread::sleep(Duration::from_millis(1));
    }
    // SIGKILL: nothing of the program runs after it.
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success(), "it ended by itself");
    let end = |config: &RunConfig| config.out.join("checkpoints/step-00000090");
    assert!(!end(&killed).exists());

    assert_trains(train(&root).arg("--resume").arg(&killed.out));
    for part in ["weights", "ema", "optimizer"] {
        let file = format!("{part}.safetensors");
        let bytes = |config: &RunConfig| std::fs::read(end(config).join(&file)).unwrap();
        assert!(bytes(&killed) == bytes(&undisturbed), "{file} differs");
    }
}

#[test]
fn a_run_goes_on_with_what_it_was_begun_with_or_not_at_all() {
    let _alone = alone();
    let (temp, data) = bench();
    let root = temp.path();
    let begun = config("segmenter", root, &data, "iterations = 3");
    run(&begun, Start::Fresh, &mut Unobserved).unwrap();
    let refusal = |config: &RunConfig| -> String {
        let err = run(config, Start::Resumed, &mut Unobserved).unwrap_err();
        err.to_string()
    };

    let mut other = begun.clone();
    other.optimizer.learning_rate = 0.5;
    let words = refusal(&other);
    assert!(words.contains("`optimizer.learning_rate`"), "{words}");
    assert!(words.contains("begun with"), "{words}");

    let (picture, kept) = (data.join("a_cxr.png"), root.join("a_cxr.png"));
    std::fs::rename(&picture, &kept).unwrap();
    std::fs::copy(data.join("b_cxr.png"), &picture).unwrap();
    let words = refusal(&begun);
    assert!(words.contains("`a_cxr.png`"), "{words}");
    std::fs::rename(&kept, &picture).unwrap();

    // The folder may lie elsewhere, the run may be longer; that is said and done.
    let moved = root.join("moved");
    std::fs::rename(&data, &moved).unwrap();
    let mut longer = begun.clone();
    longer.data.source[0].folder = moved;
    longer.iterations = Some(5);
    let mut recorder = Recorder::default();
    let summary = run(&longer, Start::Resumed, &mut recorder).unwrap();
    assert_eq!(
        (summary.reason, summary.iterations),
        (EndReason::Finished, 5)
    );
    assert_eq!(recorder.warnings.len(), 1, "{:?}", recorder.warnings);

    // Listings are younger than the first runs, and a checkpoint can be lost.
    std::fs::remove_file(begun.out.join("data.json")).unwrap();
    std::fs::remove_dir_all(begun.out.join("checkpoints/step-00000005")).unwrap();
    let mut recorder = Recorder::default();
    let summary = run(&longer, Start::Resumed, &mut recorder).unwrap();
    assert_eq!(summary.iterations, 5);
    let lost = "step-00000005, is missing";
    assert!(recorder.warnings.iter().any(|words| words.contains(lost)));
    assert!(begun.out.join("data.json").exists());
}

#[test]
fn a_run_that_was_ended_before_its_first_checkpoint_begins_once_more() {
    let _alone = alone();
    let (temp, data) = bench();
    let root = temp.path();
    let first = config("segmenter", root, &data, "iterations = 3");
    let first = run(&first, Start::Fresh, &mut Unobserved).unwrap();

    let mut second = config("segmenter", root, &data, "iterations = 3");
    second.out = root.join("second");
    second.start_from = Some(first.out);
    let expected = run(&second, Start::Fresh, &mut Unobserved).unwrap();
    for name in ["last", "best"] {
        drop(std::fs::remove_file(second.out.join(name)));
    }
    let checkpoints = second.out.join("checkpoints");
    let kept = root.join("kept");
    std::fs::rename(&checkpoints, &kept).unwrap();
    std::fs::create_dir(&checkpoints).unwrap();
    let again = run(&second, Start::Resumed, &mut Unobserved).unwrap();
    let name = expected.last_checkpoint.file_name().unwrap();
    assert_same_checkpoint(&kept.join(name), &again.last_checkpoint);
}
