//! Branches: a second run from a checkpoint of a first one, with other settings or the same.

use super::{alone, assert_same_checkpoint, bench, config};
use diaphane::train::{RunConfig, RunFolder, Start, Unobserved, Which, run};
use diaphane::worker::{BranchPlan, BranchSettings, CheckpointRecord, RunRecord, branch_run};
use std::path::Path;

/// Settings of [`config`], to this many iterations.
fn settings(iterations: u64) -> BranchSettings {
    BranchSettings {
        iterations,
        learning_rate: 2e-3,
        patience: 0,
        validate_every: 3,
    }
}

fn plan(from: &Path, to: &Path, settings: BranchSettings) -> BranchPlan {
    BranchPlan {
        from: from.to_owned(),
        to: to.to_owned(),
        settings,
    }
}

/// A run of nine iterations with a checkpoint after each third, and what its folder tells.
fn begun(root: &Path, data: &Path) -> (RunConfig, RunRecord) {
    let config = config(
        "segmenter",
        root,
        data,
        "iterations = 9\nkeep_checkpoints = 9",
    );
    run(&config, Start::Fresh, &mut Unobserved).unwrap();
    let record = RunRecord::read(&config.out).unwrap();
    (config, record)
}

fn checkpoint(record: &RunRecord, iteration: u64) -> &CheckpointRecord {
    let mut all = record.checkpoints.iter();
    all.find(|found| found.iteration == iteration).unwrap()
}

fn best(record: &RunRecord) -> Option<&CheckpointRecord> {
    record.checkpoints.iter().find(|found| found.is_best)
}

fn go_on(folder: &Path) {
    let mut config = RunConfig::read(&folder.join("run.toml")).unwrap();
    folder.clone_into(&mut config.out);
    run(&config, Start::Resumed, &mut Unobserved).unwrap();
}

fn last(folder: &Path) -> std::path::PathBuf {
    let folder = RunFolder::open(folder).unwrap();
    folder.checkpoint(Which::Last).unwrap().unwrap()
}

#[test]
fn a_branch_with_the_same_settings_ends_as_its_run_and_one_with_others_says_so() {
    let _alone = alone();
    let (temp, data) = bench();
    let (config, record) = begun(temp.path(), &data);
    let from = checkpoint(&record, 3);
    let same = temp.path().join("same");
    branch_run(&plan(&config.out, &same, settings(9)), from, best(&record)).unwrap();
    go_on(&same);
    assert_same_checkpoint(&last(&config.out), &last(&same));

    let other = temp.path().join("other");
    let changed = BranchSettings {
        iterations: 12,
        learning_rate: 1e-3,
        patience: 9,
        validate_every: 2,
    };
    branch_run(&plan(&config.out, &other, changed), from, best(&record)).unwrap();
    let written = RunFolder::open(&other).unwrap().settings().unwrap();
    let mut expected = RunConfig {
        out: other.clone(),
        iterations: Some(12),
        validate_every: 2,
        patience: written.patience.clone(),
        ..config.clone()
    };
    expected.optimizer.learning_rate = 1e-3;
    assert_eq!(written, expected, "nothing else is changed");
    assert_eq!(
        written.patience.map(|patience| patience.validations),
        Some(9)
    );
    go_on(&other);
    let told = RunRecord::read(&other).unwrap();
    let rates = told.rows.iter().filter(|row| row.term == "learning_rate");
    let rates: Vec<(u64, f64)> = rates.map(|row| (row.iteration, row.value)).collect();
    // What the first run had until the checkpoint; then of iteration `i`, floor + (peak - floor) (1 - (i - 1) / 12).
    assert_eq!(rates[0].0, 2, "{rates:?}");
    for (iteration, rate) in &rates[1..] {
        let remaining = 1.0 - (*iteration - 1) as f64 / 12.0;
        let expected = 1e-5 + (1e-3 - 1e-5) * remaining;
        assert!(
            (rate - expected).abs() < 1e-9,
            "{iteration}: {rate}, not {expected}"
        );
    }
    assert_eq!(rates.last().unwrap().0, 12);
    let judged = told.rows.iter().filter(|row| row.term == "score");
    let judged: Vec<u64> = judged.map(|row| row.iteration).collect();
    assert_eq!(judged, [3, 4, 6, 8, 10, 12]);
    assert_eq!(
        last(&config.out),
        record.checkpoints.last().unwrap().path,
        "the first run stays"
    );
}

#[test]
fn a_branch_that_is_cut_off_is_no_run_and_its_leavings_are_cleared() {
    let _alone = alone();
    let (temp, data) = bench();
    let (config, record) = begun(temp.path(), &data);
    let to = temp.path().join("branch");
    let from = checkpoint(&record, 6);
    // The second half of what is copied is not there.
    let lost = CheckpointRecord {
        path: temp.path().join("gone/step-00000003"),
        ..checkpoint(&record, 3).clone()
    };
    let asked = plan(&config.out, &to, settings(9));
    let refused = branch_run(&asked, from, Some(&lost)).unwrap_err();
    assert!(refused.contains("the branch cannot be copied"), "{refused}");
    let left = || -> Vec<String> {
        let names = std::fs::read_dir(temp.path()).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.filter(|name| name.contains("branch")).collect();
        names.sort();
        names
    };
    assert_eq!(left(), Vec::<String>::new());
    // A loss of power leaves what cannot be tidied up: it is no run, and the next attempt clears it.
    let partial = temp.path().join(".branch.part/checkpoints/step-00000006");
    std::fs::create_dir_all(&partial).unwrap();
    std::fs::write(partial.join("weights.safetensors"), b"half").unwrap();
    assert!(RunRecord::read(&to).is_err());
    branch_run(&asked, from, best(&record)).unwrap();
    assert_eq!(left(), ["branch"]);
    go_on(&to);
    assert_same_checkpoint(&last(&config.out), &last(&to));
    // Nothing that lies there is mixed with it.
    let refused = branch_run(&asked, from, None).unwrap_err();
    assert!(refused.contains("a run"), "{refused}");
    let filled = temp.path().join("filled");
    std::fs::create_dir(&filled).unwrap();
    std::fs::write(filled.join("mine.txt"), b"mine").unwrap();
    let refused = branch_run(&plan(&config.out, &filled, settings(9)), from, None).unwrap_err();
    assert!(refused.contains("holds files already"), "{refused}");
    let empty = temp.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    branch_run(&plan(&config.out, &empty, settings(9)), from, None).unwrap();
}

#[test]
fn a_branch_waits_for_whoever_trains_and_takes_no_damaged_checkpoint() {
    let _alone = alone();
    let (temp, data) = bench();
    let (config, record) = begun(temp.path(), &data);
    let (from, older) = (checkpoint(&record, 6), checkpoint(&record, 3));
    let to = temp.path().join("branch");
    let asked = plan(&config.out, &to, settings(9));
    let lock = std::fs::File::options()
        .write(true)
        .open(config.out.join(RunFolder::LOCK))
        .unwrap();
    lock.try_lock().unwrap();
    let refused = branch_run(&asked, from, Some(older)).unwrap_err();
    assert!(refused.contains("another program trains"), "{refused}");
    drop(lock);
    for damaged in [older, from] {
        let file = damaged.path.join("ema.safetensors");
        let whole = std::fs::read(&file).unwrap();
        let mut bytes = whole.clone();
        *bytes.last_mut().unwrap() ^= 1;
        std::fs::write(&file, bytes).unwrap();
        let refused = branch_run(&asked, from, Some(older)).unwrap_err();
        assert!(refused.contains("missing or damaged"), "{refused}");
        assert!(refused.contains(&damaged.path.display().to_string()));
        assert!(!to.exists() && !temp.path().join(".branch.part").exists());
        std::fs::write(file, whole).unwrap();
    }
    branch_run(&asked, from, Some(older)).unwrap();
}

#[test]
fn a_branch_does_not_write_among_the_images_of_its_run() {
    let _alone = alone();
    let (temp, data) = bench();
    let (config, record) = begun(temp.path(), &data);
    let to = data.join("branch");
    let asked = plan(&config.out, &to, settings(9));
    let refused = branch_run(&asked, checkpoint(&record, 6), None).unwrap_err();
    assert!(refused.contains("among the images"), "{refused}");
    assert!(!to.exists() && !data.join(".branch.part").exists());
}

#[test]
fn the_best_of_a_branch_is_one_that_it_has() {
    let _alone = alone();
    let (temp, data) = bench();
    let (config, record) = begun(temp.path(), &data);
    let from = checkpoint(&record, 6);
    let kept = |name: &str, best: Option<&CheckpointRecord>| {
        let to = temp.path().join(name);
        branch_run(&plan(&config.out, &to, settings(9)), from, best).unwrap();
        let folder = RunFolder::open(&to).unwrap();
        let best = folder.checkpoint(Which::Best).unwrap().unwrap();
        assert!(best.starts_with(&to) && best.join("state.toml").is_file());
        let state = RunFolder::state(&folder.checkpoint(Which::Last).unwrap().unwrap()).unwrap();
        assert_eq!(state.validations_without_gain, 0, "it waits anew");
        (
            RunFolder::state(&best).unwrap().iteration,
            state.best_iteration,
        )
    };
    assert_eq!(kept("older", Some(checkpoint(&record, 3))), (3, Some(3)));
    // The best one came later, or was pruned meanwhile: what the branch has to beat is where it begins.
    assert_eq!(kept("newer", Some(checkpoint(&record, 9))), (6, Some(6)));
    assert_eq!(kept("pruned", None), (6, Some(6)));
    let unjudged = CheckpointRecord {
        score: None,
        ..from.clone()
    };
    let to = temp.path().join("unjudged");
    branch_run(&plan(&config.out, &to, settings(9)), &unjudged, None).unwrap();
    assert!(!to.join("best").exists());
    assert_eq!(RunFolder::state(&last(&to)).unwrap().best_score, None);
    go_on(&to);
    let ended = RunFolder::open(&to)
        .unwrap()
        .checkpoint(Which::Best)
        .unwrap();
    assert_eq!(RunFolder::state(&ended.unwrap()).unwrap().iteration, 9);
}
