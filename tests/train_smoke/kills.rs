//! Kills that ask nobody, at known places of a run: nothing before the last checkpoint is lost, and the end is that of a
//! run that nobody disturbed.

use super::bundle::{ADAPTER, tiny_bundle, tuned};
use super::{OPPONENT, alone, bench, config_against, parts, vqgan_line};
use diaphane::train::{RunConfig, RunFolder, RunState};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

/// Kills of each run at a drawn moment after an iteration that was waited for.
const KILLS: usize = 10;
/// Kills of each run that leave a checkpoint half written.
const HALF_WRITTEN: usize = 2;
/// Most tries at them: a small checkpoint may be complete before the kill comes.
const MOST_TRIES: usize = 20;
/// Iterations between checkpoints of [`config`].
const EVERY: u64 = 3;
/// What marks the leavings of an earlier kill.
const MARK: &str = "left-by-an-earlier-kill";

/// `diaphane train` of a run file; goes on where a run was begun.
fn train(run_file: &Path, out: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_diaphane"));
    command
        .arg("train")
        .arg(run_file)
        .arg("--json")
        .stdin(Stdio::null());
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

/// A program that trains.
struct Going {
    program: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Going {
    fn on(run_file: &Path, out: &Path) -> Self {
        let mut command = train(run_file, out);
        let streams = command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut program = streams.spawn().unwrap();
        let lines = BufReader::new(program.stdout.take().unwrap()).lines();
        Self { program, lines }
    }

    /// Reads what it tells until it says at which iteration it begins: at its newest checkpoint, and not before.
    fn assert_begins_at(&mut self, checkpointed: u64) {
        let begun = self.lines.by_ref().find_map(|line| {
            let told: Value = serde_json::from_str(&line.unwrap()).unwrap();
            (told["event"] == "started").then(|| told["iteration"].as_u64().unwrap())
        });
        assert_eq!(begun, Some(checkpointed), "work was lost");
    }

    /// Reads what it tells until it reports this iteration or a later one.
    fn wait_for(&mut self, iteration: u64) {
        let reported = self.lines.by_ref().any(|line| {
            let told: Value = serde_json::from_str(&line.unwrap()).unwrap();
            told["event"] == "progressed" && told["iteration"].as_u64().unwrap() >= iteration
        });
        assert!(reported, "it ended before iteration {iteration}");
    }

    fn assert_alive(&mut self) {
        let ended = self.program.try_wait().unwrap();
        assert!(ended.is_none(), "it ended by itself: {ended:?}");
    }

    /// SIGKILL: nothing of the program runs after it.
    fn kill(mut self) {
        self.assert_alive();
        self.program.kill().unwrap();
        let status = self.program.wait().unwrap();
        assert!(!status.success(), "it ended before it was killed");
    }
}

/// The newest iteration that a checkpoint was written of.
fn checkpointed(out: &Path) -> u64 {
    let last = std::fs::read_to_string(out.join("last")).unwrap_or_default();
    last.trim().trim_start_matches("step-").parse().unwrap_or(0)
}

/// Kills a run that has its folder and nothing else yet, or hardly more.
fn kill_at_the_beginning(run_file: &Path, out: &Path) {
    let mut going = Going::on(run_file, out);
    while !out.join("run.toml").exists() {
        going.assert_alive();
        std::thread::sleep(Duration::from_millis(1));
    }
    going.kill();
}

/// Kills a run within the checkpoint that it writes; whether that is left half written.
fn kill_in_a_checkpoint(run_file: &Path, out: &Path) -> bool {
    let next = checkpointed(out) + EVERY;
    let partial = out.join(format!("checkpoints/.step-{next:08}.part"));
    if partial.exists() {
        std::fs::write(partial.join(MARK), "").unwrap();
    }
    let is_fresh = || partial.exists() && !partial.join(MARK).exists();
    let mut going = Going::on(run_file, out);
    going.assert_begins_at(next - EVERY);
    going.wait_for(next - 1);
    while !is_fresh() && checkpointed(out) < next {
        going.assert_alive();
        std::thread::yield_now();
    }
    going.kill();
    is_fresh()
}

/// Kills a run at known places and lets it end. `prepare` writes a run of a name and tells its run file.
fn assert_survives_kills(what: &str, prepare: &dyn Fn(&str) -> (PathBuf, RunConfig)) {
    let ((whole_file, undisturbed), (run_file, killed)) =
        (prepare("undisturbed"), prepare("killed"));
    assert_trains(&mut train(&whole_file, &undisturbed.out));
    let (out, iterations) = (&killed.out, killed.iterations.unwrap());
    kill_at_the_beginning(&run_file, out);
    let mut draw = 0x2545_f491_u32;
    for _ in 0..KILLS {
        // xorshift32, Marsaglia (2003): moments of no pattern, the same in every run of the test.
        draw ^= draw << 13;
        draw ^= draw >> 17;
        draw ^= draw << 5;
        let before = checkpointed(out);
        let mut going = Going::on(&run_file, out);
        going.assert_begins_at(before);
        // The second half of the run is left for what comes between the report and the kill.
        going.wait_for((before + 1 + u64::from(draw % 3)).min(iterations / 2));
        std::thread::sleep(Duration::from_millis(u64::from(draw >> 8) % 40));
        going.kill();
        let now = checkpointed(out);
        assert!(now >= before, "{what}: {before} was lost, {now} is left");
        assert!(now < iterations, "{what}: it had come to its end");
    }
    let mut half_written = 0;
    for _ in 0..MOST_TRIES {
        let is_left = half_written < HALF_WRITTEN && kill_in_a_checkpoint(&run_file, out);
        half_written += usize::from(is_left);
    }
    assert_eq!(half_written, HALF_WRITTEN, "{what}");
    assert_trains(&mut train(&run_file, out));
    assert_same_end(what, &undisturbed.out, out);
}

/// Two runs left the same checkpoints, of which the same are the newest and the best, and the same log but for the times.
fn assert_same_end(what: &str, undisturbed: &Path, killed: &Path) {
    let names = |out: &Path| -> Vec<String> {
        let listed = std::fs::read_dir(out.join("checkpoints")).unwrap();
        let listed = listed.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = listed.collect();
        names.sort();
        names
    };
    let all = names(undisturbed);
    assert_eq!(all, names(killed), "{what}");
    let text = |file: PathBuf| std::fs::read_to_string(file).unwrap();
    for pointer in ["last", "best"] {
        let [expected, found] = [undisturbed, killed].map(|out| text(out.join(pointer)));
        assert_eq!(expected, found, "{what}: {pointer}");
    }
    for name in &all {
        let [a, b] = [undisturbed, killed].map(|out| out.join("checkpoints").join(name));
        assert_eq!(parts(&a), parts(&b), "{what}");
        for part in &parts(&a) {
            let [a, b] = [&a, &b].map(|folder| folder.join(format!("{part}.safetensors")));
            let is_same = std::fs::read(a).unwrap() == std::fs::read(b).unwrap();
            assert!(is_same, "{what}: {part} of {name} differs");
        }
        let [a, b] = [&a, &b].map(|folder| RunState {
            elapsed_secs: 0.0,
            ..RunFolder::state(folder).unwrap()
        });
        assert_eq!(a, b, "{what}: {name}");
    }
    let rows = |out: &Path| -> Vec<Vec<String>> {
        let log = text(out.join("log.csv"));
        let cells = |line: &str| {
            let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
            cells.remove(1);
            cells
        };
        log.lines().map(cells).collect()
    };
    assert_eq!(rows(undisturbed), rows(killed), "{what}");
}

#[test]
fn runs_killed_at_known_places_end_as_those_that_were_not() {
    let (temp, data) = bench();
    let prepared = |stage: &str, name: &str, extra: &str| {
        let root = temp.path().join(format!("{stage}-{name}"));
        std::fs::create_dir(&root).unwrap();
        let extra = format!("iterations = 90\n{extra}");
        let config = config_against(OPPONENT, stage, &root, &data, &extra);
        (root.join(format!("{stage}.toml")), config)
    };
    for stage in ["segmenter", "vqgan"] {
        assert_survives_kills(stage, &|name| prepared(stage, name, ""));
    }
    let codec = vqgan_line(&temp.path().join("vqgan-undisturbed"));
    assert_survives_kills("denoiser", &|name| prepared("denoiser", name, &codec));
}

#[test]
fn runs_that_go_on_from_a_bundle_survive_kills_as_others_do() {
    let (temp, data) = bench();
    let root = temp.path();
    {
        let _alone = alone();
        tiny_bundle(root, &data);
    }
    let many = "iterations = 60";
    let adapter = ADAPTER.replace("iterations = 8", many);
    assert!(adapter.contains(many));
    for (stage, what, extra) in [
        ("distill", "student", many),
        ("denoiser", "whole", many),
        ("denoiser", "adapter", adapter.as_str()),
    ] {
        assert_survives_kills(what, &|name| {
            let name = format!("{what}-{name}");
            let config = tuned(stage, &name, root, &data, extra);
            (root.join(format!("{name}.toml")), config)
        });
    }
}
