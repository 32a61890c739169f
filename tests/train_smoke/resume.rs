//! Resuming: what a run goes on with, and what it is refused for.

use super::bundle::{tiny_bundle, tuned};
use super::{Recorder, alone, assert_same_checkpoint, bench, config};
use diaphane::train::{
    Decay, EndReason, Observer, RunConfig, RunFolder, RunState, Start, TrainError, TrainEvent,
    Unobserved, run,
};
use std::cell::Cell;
use std::path::Path;

/// Asks for an end at a turn of a kind: the nth one since an iteration was reported, or since the beginning.
struct Impatient {
    after: u64,
    turns_left: Cell<i32>,
    reached: bool,
}

impl Observer for Impatient {
    fn event(&mut self, event: &TrainEvent) {
        if let TrainEvent::Progressed { iteration, .. } = event {
            self.reached |= *iteration >= self.after;
        }
    }

    fn between_steps(&mut self) {
        if self.reached {
            self.turns_left.set(self.turns_left.get() - 1);
        }
    }

    fn is_cancelled(&self) -> bool {
        self.turns_left.get() < 0
    }
}

/// Counts the turns after the sixth iteration.
#[derive(Debug, Default)]
struct Counting {
    iteration: u64,
    turns: i32,
    /// Those until it was judged, and until its checkpoint was written.
    judged: i32,
    written: i32,
}

impl Observer for Counting {
    fn event(&mut self, event: &TrainEvent) {
        match event {
            TrainEvent::Progressed { iteration, .. } => self.iteration = *iteration,
            TrainEvent::Validated { iteration: 6, .. } => self.judged = self.turns,
            TrainEvent::Checkpointed { iteration: 6, .. } => self.written = self.turns,
            _ => {}
        }
    }

    fn between_steps(&mut self) {
        self.turns += i32::from(self.iteration == 6);
    }
}

#[test]
fn a_run_that_is_stopped_while_it_reads_or_judges_stops_there_and_loses_nothing() {
    let _alone = alone();
    let (temp, data) = bench();
    let root = temp.path();
    tiny_bundle(root, &data);
    let prepare = |name: &str| {
        tuned(
            "denoiser",
            name,
            root,
            &data,
            "iterations = 8\n[samples]\nimages = 1\nsteps = 2",
        )
    };
    let impatient = |after, turns| Impatient {
        after,
        turns_left: Cell::new(turns),
        reached: after == 0,
    };
    // Folders are listed, in turns that depend on the disk; three pairs are read; both pictures of one are encoded for
    // validation; latents keep the base's scale.
    for turns in 0..5 {
        let config = prepare(&format!("reading-{turns}"));
        let err = run(&config, Start::Fresh, &mut impatient(0, turns)).unwrap_err();
        assert!(matches!(err, TrainError::Cancelled), "{turns}: {err}");
        let begun = config.out.join("run.toml").exists();
        assert_eq!(begun, config.out.exists(), "{turns}: all or nothing");
        assert!(turns > 0 || !begun, "listing is no part of a run");
    }
    let mut counting = Counting::default();
    let undisturbed = run(&prepare("undisturbed"), Start::Fresh, &mut counting).unwrap();
    let Counting {
        judged, written, ..
    } = counting;
    // The turn of the step; one before every block of six passes through the networks of whole pictures, of which that
    // through the smaller one has eight; before the sample is written, and after it. Then the checkpoint.
    assert!(judged > 6 * 8 && written == judged + 13, "{counting:?}");
    for turns in [1, judged / 2, judged - 3, judged - 2, judged - 1, written] {
        let config = prepare(&format!("judging-{turns}"));
        let stopped = run(&config, Start::Fresh, &mut impatient(6, turns)).unwrap();
        assert_eq!(
            (stopped.reason, stopped.iterations),
            (EndReason::Cancelled, if turns < written { 6 } else { 7 })
        );
        let state = RunFolder::state(&stopped.last_checkpoint).unwrap();
        // What was judged to its end is noted, also where somebody asks for an end then.
        assert_eq!(state.is_validation_due, turns < judged - 2, "{turns}");
        let resumed = run(&config, Start::Resumed, &mut Unobserved).unwrap();
        assert_same_checkpoint(&undisturbed.last_checkpoint, &resumed.last_checkpoint);
        assert_eq!(resumed.best_iteration, undisturbed.best_iteration);
        let scores = |out: &Path| -> Vec<String> {
            let log = std::fs::read_to_string(out.join("log.csv")).unwrap();
            let lines = log.lines().filter(|line| line.contains(",score,"));
            // All but the time.
            lines
                .map(|line| {
                    line.split(',')
                        .enumerate()
                        .filter(|(i, _)| *i != 1)
                        .map(|(_, cell)| cell)
                        .collect::<Vec<_>>()
                        .join(",")
                })
                .collect()
        };
        assert_eq!(scores(&config.out), scores(&undisturbed.out));
    }
}

#[test]
fn a_run_folder_in_which_another_program_trains_is_left_alone() {
    let _alone = alone();
    let (temp, data) = bench();
    let config = config("segmenter", temp.path(), &data, "iterations = 3");
    let first = run(&config, Start::Fresh, &mut Unobserved).unwrap();
    let lock = std::fs::File::options()
        .write(true)
        .open(first.out.join(RunFolder::LOCK))
        .unwrap();
    lock.try_lock().unwrap();
    let err = run(&config, Start::Resumed, &mut Unobserved).unwrap_err();
    assert!(matches!(err, TrainError::Busy { .. }), "{err}");
    drop(lock);
    run(&config, Start::Resumed, &mut Unobserved).unwrap();
}

#[test]
fn a_run_goes_on_where_its_base_is_gone_and_where_a_checkpoint_is_damaged() {
    let _alone = alone();
    let (temp, data) = bench();
    let root = temp.path();
    let base = tiny_bundle(root, &data);
    let config = tuned("denoiser", "run", root, &data, "iterations = 8");
    let first = run(&config, Start::Fresh, &mut Unobserved).unwrap();
    std::fs::rename(&base, root.join("elsewhere")).unwrap();
    assert!(RunConfig::read(&root.join("run.toml")).is_err());
    let again = RunConfig::read_to_resume(&root.join("run.toml"), &config.out).unwrap();
    assert_eq!((&again.model, &again.out), (&config.model, &config.out));

    let kept = root.join("kept");
    std::fs::rename(&first.last_checkpoint, &kept).unwrap();
    std::fs::create_dir(&first.last_checkpoint).unwrap();
    for entry in std::fs::read_dir(&kept).unwrap() {
        let path = entry.unwrap().path();
        let mut bytes = std::fs::read(&path).unwrap();
        if path.ends_with("optimizer.safetensors") {
            *bytes.last_mut().unwrap() ^= 1;
        }
        let copy = first.last_checkpoint.join(path.file_name().unwrap());
        std::fs::write(copy, bytes).unwrap();
    }
    let mut recorder = Recorder::default();
    let resumed = run(&again, Start::Resumed, &mut recorder).unwrap();
    assert!(
        recorder
            .warnings
            .iter()
            .any(|words| words.contains("step-00000008, is missing or damaged")),
        "{:?}",
        recorder.warnings
    );
    assert_same_checkpoint(&kept, &resumed.last_checkpoint);

    // Made again from its folder alone, it is the same run.
    let place = root.join("repeated");
    let repeated = RunConfig::read_to_repeat(&config.out.join("run.toml"), &place).unwrap();
    assert_eq!(repeated.out, place);
    let repeated = run(&repeated, Start::Fresh, &mut Unobserved).unwrap();
    assert_same_checkpoint(&kept, &repeated.last_checkpoint);
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
    let kept = RunFolder::open(&begun.out).unwrap().settings().unwrap();
    assert_eq!(kept.iterations, Some(5), "the folder tells of it");

    // A checkpoint can be lost: an earlier one stands in for it.
    std::fs::remove_dir_all(begun.out.join("checkpoints/step-00000005")).unwrap();
    let mut recorder = Recorder::default();
    let summary = run(&longer, Start::Resumed, &mut recorder).unwrap();
    assert_eq!(summary.iterations, 5);
    let lost = "step-00000005, is missing or damaged";
    assert!(recorder.warnings.iter().any(|words| words.contains(lost)));
    assert_unlisted_is_refused(&longer);
}

/// Rates of the log, iteration by iteration.
fn learning_rates(out: &Path) -> Vec<(u64, f64)> {
    let log = std::fs::read_to_string(out.join("log.csv")).unwrap();
    let rows = log.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let rows = rows.filter(|row| row.get(3) == Some(&"learning_rate"));
    rows.map(|row| (row[0].parse().unwrap(), row[4].parse().unwrap()))
        .collect()
}

/// The rate of milestones does not depend on the budget: a run that is stopped and goes on for longer is the run that had
/// the longer budget from its beginning.
#[test]
fn milestones_fall_where_they_are_in_a_run_that_is_stopped_and_made_longer() {
    let _alone = alone();
    let (temp, data) = bench();
    let root = temp.path();
    let prepare = |name: &str, iterations: u64| {
        let extra = format!("iterations = {iterations}");
        let mut config = config("segmenter", root, &data, &extra);
        config.out = root.join(name);
        config.report_every = 1;
        config.optimizer.warm_up = 0;
        config.optimizer.decay = Decay::MultiStep;
        config.optimizer.milestones = vec![4, 6];
        config.optimizer.gamma = Some(0.5);
        config
    };
    let undisturbed = prepare("undisturbed", 8);
    let whole = run(&undisturbed, Start::Fresh, &mut Unobserved).unwrap();
    // After n iterations the last one was n - 1, from 0.
    let expected = [2e-3, 2e-3, 2e-3, 2e-3, 1e-3, 1e-3, 5e-4, 5e-4];
    let rates = learning_rates(&whole.out);
    assert_eq!(rates.len(), 8);
    for ((done, rate), expected) in rates.into_iter().zip(expected) {
        assert!((rate - expected).abs() < 1e-12, "{done}: {rate}");
    }

    let mut recorder = Recorder {
        stop_after: Some(1),
        ..Recorder::default()
    };
    let stopped = run(&prepare("longer", 5), Start::Fresh, &mut recorder).unwrap();
    assert_eq!(stopped.reason, EndReason::Cancelled);
    let mut recorder = Recorder::default();
    let resumed = run(&prepare("longer", 8), Start::Resumed, &mut recorder).unwrap();
    assert_eq!(recorder.warnings, [""; 0]);
    assert_eq!(learning_rates(&resumed.out), learning_rates(&whole.out));
    assert_same_checkpoint(&whole.last_checkpoint, &resumed.last_checkpoint);
}

#[test]
fn a_finished_run_that_is_resumed_judges_and_notes_nothing_again() {
    let _alone = alone();
    let (temp, data) = bench();
    // Nine is judged on the way, eight at the end alone.
    for iterations in [8, 9] {
        let root = temp.path().join(iterations.to_string());
        std::fs::create_dir(&root).unwrap();
        let config = config(
            "segmenter",
            &root,
            &data,
            &format!("iterations = {iterations}"),
        );
        let mut recorder = Recorder::default();
        let first = run(&config, Start::Fresh, &mut recorder).unwrap();
        assert_eq!(recorder.validations.len(), 3);
        let read = |file: &Path| std::fs::read_to_string(file).unwrap();
        let log = config.out.join("log.csv");
        let state = || RunState {
            elapsed_secs: 0.0,
            ..RunFolder::state(&first.last_checkpoint).unwrap()
        };
        let (told, stood) = (read(&log), state());
        let mut recorder = Recorder::default();
        let again = run(&config, Start::Resumed, &mut recorder).unwrap();
        assert_eq!(
            (again.reason, again.iterations),
            (EndReason::Finished, iterations)
        );
        assert_eq!(recorder.validations.len(), 0);
        assert_eq!((read(&log), state()), (told, stood));
        let starts = read(&config.out.join("starts.csv"));
        let mut starts = starts.lines();
        assert_eq!(starts.next(), Some("iteration,program,arithmetic"));
        for iteration in [0, iterations] {
            let start = starts.next().unwrap();
            let program = env!("CARGO_PKG_VERSION");
            let begin = format!("{iteration},diaphane {program},Cpu ");
            assert!(
                start.starts_with(&begin) && start.ends_with(" 1 thread"),
                "{start}"
            );
        }
        assert_eq!(starts.next(), None);
    }
}

/// A run whose list of images is gone goes on only where it has learned nothing yet.
fn assert_unlisted_is_refused(config: &RunConfig) {
    let listing = config.out.join("data.json");
    std::fs::remove_file(&listing).unwrap();
    let err = run(config, Start::Resumed, &mut Unobserved).unwrap_err();
    assert!(matches!(err, TrainError::Unlisted { .. }), "{err}");
    let words = err.to_string();
    assert!(words.contains("data.json") && words.contains("from a copy"));
    assert!(!listing.exists(), "nothing is written in its place");
    for name in ["last", "best"] {
        std::fs::remove_file(config.out.join(name)).unwrap();
    }
    let checkpoints = config.out.join("checkpoints");
    std::fs::remove_dir_all(&checkpoints).unwrap();
    std::fs::create_dir(&checkpoints).unwrap();
    run(config, Start::Resumed, &mut Unobserved).unwrap();
    assert!(listing.exists());
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
