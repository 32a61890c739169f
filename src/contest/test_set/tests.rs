use super::*;
use crate::contest::{ContestStep, Unobserved};
use crate::dataset::patient_key;
use crate::formats::raster::write_grey16;
use crate::pipeline::Progress;
use crate::radiograph::{Raster, Warning};
use serde_json::json;
use std::collections::BTreeMap;
use tempfile::TempDir;

/// Counts its turns, and asks for an end at one of them.
#[derive(Default)]
struct Turns {
    given: usize,
    stop_at: Option<usize>,
}

impl Observer for Turns {
    fn began(&mut self, _step: ContestStep) {}
    fn progressed(&mut self, _progress: Progress) {}
    fn warned(&mut self, _warning: &Warning) {}
    fn between_pictures(&mut self) {
        self.given += 1;
    }
    fn is_cancelled(&self) -> bool {
        self.stop_at.is_some_and(|at| self.given >= at)
    }
}

/// Four pairs, `a1`, `a2`, `b1` and `b2`, and a split of them with these in its test part.
fn bench(tested: &[&str]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    let mut entries = Vec::new();
    for (number, name) in ["a1", "a2", "b1", "b2"].into_iter().enumerate() {
        let mut sha256 = BTreeMap::new();
        for (part, grey) in [("cxr", 0.5_f32), ("soft", 0.4)] {
            let path = root.path().join(format!("{name}_{part}.png"));
            let picture = Raster::filled(8 + number, 8, grey);
            write_grey16(&path, &picture, false).unwrap();
            sha256.insert(path.clone(), sha256_of(&path).unwrap());
        }
        let is_tested = tested.contains(&name);
        entries.push(json!({
            "name": name,
            "part": if is_tested { "test" } else { "training" },
            "group": name,
            "sha256": sha256,
        }));
    }
    let split = json!({
        "format": 2,
        "plan": { "seed": 1, "validation": 0.1, "test": 0.1 },
        "pairs": entries,
    });
    std::fs::write(root.path().join("split.json"), split.to_string()).unwrap();
    root
}

fn test_set(root: &TempDir, folders: &[PairFolders]) -> Result<TestSet, ContestError> {
    let split = root.path().join("split.json");
    TestSet::new(folders, Some(&split), &mut Unobserved)
}

fn folder(root: &TempDir, only: &[&str], limit: Option<usize>) -> PairFolders {
    PairFolders {
        only: only.iter().map(|&start| start.to_owned()).collect(),
        limit,
        ..PairFolders::all(root.path().to_owned(), None)
    }
}

fn names(set: &TestSet) -> Vec<&str> {
    set.files().map(|files| files.name.as_str()).collect()
}

#[test]
fn sources_that_take_some_pairs_are_judged_on_those() {
    let root = bench(&["a1", "b1"]);
    let whole = test_set(&root, &[folder(&root, &[], None)]).unwrap();
    assert_eq!((names(&whole), whole.left_out), (vec!["a1", "b1"], 0));
    let of_a = test_set(&root, &[folder(&root, &["a"], None)]).unwrap();
    assert_eq!((names(&of_a), of_a.left_out), (vec!["a1"], 1));
    let first = test_set(&root, &[folder(&root, &[], Some(2))]).unwrap();
    assert_eq!((names(&first), first.left_out), (vec!["a1"], 1));
    // Two sources that take parts of one folder.
    let both = [folder(&root, &["a"], None), folder(&root, &["b"], Some(1))];
    assert_eq!(names(&test_set(&root, &both).unwrap()), ["a1", "b1"]);
    let none = test_set(&root, &[folder(&root, &["a2"], None)]).unwrap_err();
    assert!(
        none.to_string().contains("leave out all of its pairs"),
        "{none}"
    );
    // A part that is not there at all is another matter than one that is not wanted.
    std::fs::remove_file(root.path().join("b1_cxr.png")).unwrap();
    std::fs::remove_file(root.path().join("b1_soft.png")).unwrap();
    let lost = test_set(&root, &[folder(&root, &["a"], None)]).unwrap_err();
    assert!(lost.to_string().contains("1 of its 2 pairs"), "{lost}");
}

/// Looks at a test part are counted by its pictures: neither another split nor another order makes it another one.
#[test]
fn a_test_part_is_known_by_its_pictures() {
    let (one, other) = (bench(&["a1", "b1"]), bench(&["b1", "a1"]));
    let sha256 = |root: &TempDir, only: &[&str]| {
        let set = test_set(root, &[folder(root, only, None)]).unwrap();
        set.sha256()
    };
    assert_eq!(sha256(&one, &[]), sha256(&other, &[]));
    assert_ne!(sha256(&one, &[]), sha256(&one, &["a"]));
}

#[test]
fn readers_have_their_turn_before_every_file_and_a_stop_is_heard_there() {
    let root = bench(&["a1", "b1"]);
    let split = root.path().join("split.json");
    let folders = [folder(&root, &[], None)];
    let mut turns = Turns::default();
    TestSet::new(&folders, Some(&split), &mut turns).unwrap();
    // Of each pair both files are hashed, and the radiograph is read.
    assert_eq!(turns.given, 6);
    for stop_at in 1..=6 {
        let mut turns = Turns {
            stop_at: Some(stop_at),
            ..Turns::default()
        };
        let stopped = TestSet::new(&folders, Some(&split), &mut turns);
        assert!(matches!(stopped, Err(ContestError::Cancelled)), "{stop_at}");
        assert_eq!(turns.given, stop_at);
    }
}

#[test]
fn pairs_that_nobody_named_a_patient_of_are_known_as_such() {
    let root = bench(&["a1", "b1"]);
    let path = root.path().join("split.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let text = text.replace("\"group\":\"b1\"", "\"group\":\"patient 7\"");
    std::fs::write(&path, text).unwrap();
    let set = test_set(&root, &[folder(&root, &[], None)]).unwrap();
    assert!(set.patients.is_unnamed("a1") && !set.patients.is_unnamed("b1"));
    // No name of anybody goes on from there.
    assert_eq!(set.patients.key("b1"), patient_key("patient 7"));
}
