//! Checkpoints that are kept, lost, damaged and found again.

use super::*;
use crate::train::{Observer, OptimizerConfig, TrainEvent};
use tch::nn::{Init, VarStore};

fn folder(root: &Path) -> RunFolder {
    fs::create_dir_all(root.join("checkpoints")).unwrap();
    RunFolder {
        root: root.to_owned(),
    }
}

fn network() -> TrainedNetwork {
    let vs = VarStore::new(tch::Device::Cpu);
    drop(vs.root().var("w", &[2], Init::Const(1.0)));
    TrainedNetwork::new("", vs, &OptimizerConfig::default())
}

/// Writes a checkpoint; none of these is the best after the second.
fn write(folder: &RunFolder, iteration: u64) {
    let state = RunState {
        iteration,
        elapsed_secs: 1.0,
        best_score: Some(1.0),
        best_iteration: Some(iteration.min(2)),
        ..RunState::default()
    };
    let mut unobserved = Unobserved;
    let mut turns = Turns::new(&mut unobserved);
    folder
        .write_checkpoint(&state, &[&mut network()], 2, &mut turns)
        .unwrap();
}

/// Looks at every turn whether a file is there.
struct Looking {
    at: PathBuf,
    seen: Vec<bool>,
}

impl Observer for Looking {
    fn event(&mut self, _event: &TrainEvent) {}

    fn between_steps(&mut self) {
        self.seen.push(self.at.exists());
    }

    /// A checkpoint is written all the same.
    fn is_cancelled(&self) -> bool {
        true
    }
}

#[test]
fn whoever_waits_is_let_in_between_any_two_files_of_a_checkpoint() {
    let temp = tempfile::tempdir().unwrap();
    let folder = folder(temp.path());
    let mut looking = Looking {
        at: folder.checkpoints().join("step-00000003"),
        seen: Vec::new(),
    };
    let state = RunState {
        iteration: 3,
        ..RunState::default()
    };
    let mut turns = Turns::new(&mut looking);
    folder
        .write_checkpoint(&state, &[&mut network()], 2, &mut turns)
        .unwrap();
    assert_eq!(iteration(&folder, Which::Last), 3);
    // Three files of weights are written; with the state four are summed up, and with the sums five flushed.
    assert_eq!(looking.seen, [false; 12]);
}

fn names(folder: &RunFolder) -> Vec<String> {
    let mut names = folder.listed().unwrap();
    names.sort();
    names
}

fn iteration(folder: &RunFolder, which: Which) -> u64 {
    let found = folder.checkpoint(which).unwrap().unwrap();
    RunFolder::state(&found).unwrap().iteration
}

#[test]
fn old_checkpoints_go_and_the_best_stays() {
    let temp = tempfile::tempdir().unwrap();
    let folder = folder(temp.path());
    for iteration in 1..=5 {
        write(&folder, iteration);
    }
    assert_eq!(
        names(&folder),
        ["step-00000002", "step-00000004", "step-00000005"]
    );
    assert_eq!(iteration(&folder, Which::Best), 2);
    assert_eq!(iteration(&folder, Which::Last), 5);
    // The same iteration once more, as a run that is resumed at its end writes it.
    write(&folder, 5);
    assert_eq!(names(&folder).len(), 3);
    assert_eq!(iteration(&folder, Which::Last), 5);
}

#[test]
fn a_checkpoint_that_was_being_replaced_is_found_and_gets_its_name_back() {
    let temp = tempfile::tempdir().unwrap();
    let folder = folder(temp.path());
    write(&folder, 2);
    write(&folder, 5);
    // A kill after the old one was set aside, while the new one was complete but nameless.
    let at = |name: &str| temp.path().join("checkpoints").join(name);
    for (name, new) in [
        ("step-00000002", ".step-00000002.old"),
        ("step-00000005", ".step-00000005.old"),
    ] {
        fs::rename(at(name), at(new)).unwrap();
    }
    fs::create_dir(at(".step-00000005.part")).unwrap();
    let last = folder.checkpoint(Which::Last).unwrap().unwrap();
    assert_eq!(RunFolder::state(&last).unwrap().iteration, 5);
    assert_eq!(folder.missing_for(&last), None);
    assert_eq!(iteration(&folder, Which::Best), 2);
    write(&folder, 6);
    assert_eq!(
        names(&folder),
        ["step-00000002", "step-00000005", "step-00000006"]
    );
}

#[test]
fn a_lost_checkpoint_is_replaced_by_the_newest_that_is_complete() {
    let temp = tempfile::tempdir().unwrap();
    let folder = folder(temp.path());
    for iteration in 3..=5 {
        write(&folder, iteration);
    }
    let lost = temp.path().join("checkpoints/step-00000005");
    fs::remove_file(lost.join(SUMS)).unwrap();
    let found = folder.checkpoint(Which::Last).unwrap().unwrap();
    assert_eq!(RunFolder::state(&found).unwrap().iteration, 4);
    assert_eq!(folder.missing_for(&found).as_deref(), Some("step-00000005"));
    // A kill before the first checkpoint was pointed at.
    fs::remove_file(temp.path().join("last")).unwrap();
    assert_eq!(iteration(&folder, Which::Last), 4);
    // Nothing stands in for the best.
    fs::write(temp.path().join("best"), "step-00000002").unwrap();
    let err = folder.checkpoint(Which::Best).unwrap_err();
    assert!(err.to_string().contains("step-00000002"), "{err}");
}

#[test]
fn a_damaged_checkpoint_is_passed_over_by_whoever_goes_on() {
    let temp = tempfile::tempdir().unwrap();
    let folder = folder(temp.path());
    for iteration in [2, 5] {
        write(&folder, iteration);
    }
    let sound = |which| {
        let found = folder.sound_checkpoint(which).unwrap().unwrap();
        RunFolder::state(&found).unwrap().iteration
    };
    assert_eq!((sound(Which::Last), sound(Which::Best)), (5, 2));
    let damage = |step: u64| {
        let file = format!("checkpoints/step-{step:08}/weights.safetensors");
        let mut bytes = fs::read(temp.path().join(&file)).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(temp.path().join(&file), bytes).unwrap();
    };
    damage(5);
    assert_eq!(sound(Which::Last), 2);
    let found = folder.sound_checkpoint(Which::Last).unwrap().unwrap();
    assert_eq!(folder.missing_for(&found).as_deref(), Some("step-00000005"));
    damage(2);
    for which in [Which::Last, Which::Best] {
        let err = folder.sound_checkpoint(which).unwrap_err();
        assert!(matches!(err, TrainError::Lost { .. }), "{err}");
    }
}

#[test]
fn a_checkpoint_that_nothing_stands_in_for_is_named() {
    let temp = tempfile::tempdir().unwrap();
    let folder = folder(temp.path());
    assert!(folder.checkpoint(Which::Best).unwrap().is_none());
    fs::write(temp.path().join("last"), "step-00000007").unwrap();
    let err = folder.checkpoint(Which::Last).unwrap_err();
    assert!(err.to_string().contains("step-00000007"), "{err}");
}

#[test]
fn a_list_that_was_cut_off_vouches_for_nothing() {
    let temp = tempfile::tempdir().unwrap();
    let folder = folder(temp.path());
    for iteration in [2, 5] {
        write(&folder, iteration);
    }
    let newest = temp.path().join("checkpoints/step-00000005");
    let sums = fs::read_to_string(newest.join(SUMS)).unwrap();
    let found = |files: &[String]| {
        let found = folder.checkpoint_with(files).unwrap().unwrap();
        RunFolder::state(&found).unwrap().iteration
    };
    assert_eq!(sums.lines().count(), 4);
    for lost in 0..4 {
        let kept = sums.lines().enumerate().filter(|(line, _)| *line != lost);
        let kept: String = kept.flat_map(|(_, line)| [line, "\n"]).collect();
        fs::write(newest.join(SUMS), kept).unwrap();
        assert_eq!(found(&[]), 2, "{lost}");
        // The file and its line are gone alike.
        let name = sums.lines().nth(lost).unwrap().split_once("  ").unwrap().1;
        let (file, aside) = (newest.join(name), temp.path().join(name));
        fs::rename(&file, &aside).unwrap();
        assert_eq!(found(&[]), 2, "{name}");
        fs::rename(aside, file).unwrap();
    }
    fs::write(newest.join(SUMS), &sums).unwrap();
    assert_eq!(found(&[]), 5);
    // A second network that was never saved, and one that nobody listed; what a desktop leaves does no harm.
    let other = "discriminator.weights.safetensors";
    fs::write(newest.join("desktop.ini"), "").unwrap();
    assert_eq!(found(&[]), 5);
    let all_lost = folder.checkpoint_with(&[other.to_owned()]);
    assert!(matches!(all_lost, Err(TrainError::Lost { .. })));
    fs::write(newest.join(other), "").unwrap();
    assert_eq!(found(&[]), 2);
}
