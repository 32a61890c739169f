//! Resuming from outside: after a kill that asks nobody, and with what a resumed run is refused for.

use super::{Recorder, alone, assert_same_checkpoint, bench, config};
use diaphane::train::{EndReason, RunConfig, Start, Unobserved, run};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// Moments at which each stage is killed.
const KILLS: usize = 10;

/// `diaphane train` of the run file of a stage in `root`; goes on where a run was begun.
fn train(stage: &str, root: &Path, out: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_diaphane"));
    command
        .arg("train")
        .arg(root.join(format!("{stage}.toml")))
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    if out.join("run.toml").exists() {
        command.arg("--resume").arg(out);
    }
    command
}

fn assert_trains(command: &mut Command) {
    let output = command.output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words}");
}

/// The newest iteration that a checkpoint was written of.
fn checkpointed(out: &Path) -> u64 {
    let last = std::fs::read_to_string(out.join("last")).unwrap_or_default();
    last.trim().trim_start_matches("step-").parse().unwrap_or(0)
}

/// Kills a run at ten moments that a seed draws and lets it end: nothing before the last checkpoint is lost, and the
/// weights are those of a run that nobody disturbed.
fn assert_survives_kills(stage: &str, extra: &str, temp: &Path, data: &Path) {
    let prepared = |name: &str| -> RunConfig {
        let root = temp.join(format!("{stage}-{name}"));
        std::fs::create_dir(&root).unwrap();
        config(stage, &root, data, &format!("iterations = 90\n{extra}"))
    };
    let (undisturbed, killed) = (prepared("undisturbed"), prepared("killed"));
    let began = Instant::now();
    let root = temp.join(format!("{stage}-undisturbed"));
    assert_trains(&mut train(stage, &root, &undisturbed.out));
    let whole = began.elapsed();

    let root = temp.join(format!("{stage}-killed"));
    let mut draw = 0x2545_f491_u32;
    let mut kept = 0;
    for _ in 0..KILLS {
        // xorshift32, Marsaglia (2003): moments of no pattern, the same in every run of the test.
        draw ^= draw << 13;
        draw ^= draw >> 17;
        draw ^= draw << 5;
        let mut child = train(stage, &root, &killed.out)
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(whole.mul_f64(f64::from(draw) / f64::from(u32::MAX)));
        // SIGKILL: nothing of the program runs after it.
        child.kill().unwrap();
        child.wait().unwrap();
        let now = checkpointed(&killed.out);
        assert!(
            now >= kept,
            "{stage}: checkpoint {kept} was lost, {now} is left"
        );
        kept = now;
    }
    assert_trains(&mut train(stage, &root, &killed.out));
    for part in ["weights", "ema", "optimizer"] {
        let file = format!("checkpoints/step-00000090/{part}.safetensors");
        let bytes = |config: &RunConfig| std::fs::read(config.out.join(&file)).unwrap();
        assert!(
            bytes(&killed) == bytes(&undisturbed),
            "{stage}: {file} differs"
        );
    }
}

#[test]
fn runs_killed_at_ten_moments_end_with_the_weights_of_those_that_were_not() {
    let (temp, data) = bench();
    let root = temp.path();
    assert_survives_kills("segmenter", "", root, &data);
    assert_survives_kills("vqgan", "", root, &data);
    let codec = root.join("vqgan-undisturbed/vqgan");
    let extra = format!("vqgan = '{}'", codec.display());
    assert_survives_kills("denoiser", &extra, root, &data);
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
