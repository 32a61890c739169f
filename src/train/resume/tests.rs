//! What a resumed run may change, and what it is refused for.

use super::*;
use crate::train::{Decay, SourceKind};

const RUN: &str = r#"
    stage = "denoiser"
    out = "run"
    iterations = 10
    vqgan = "runs/vqgan"
    [[data.source]]
    kind = "pairs"
    folder = "pairs"
    [model.vqgan]
    channels = [32, 64, 128]
"#;

fn config(text: &str) -> RunConfig {
    toml::from_str(text).unwrap()
}

/// What is said to a run that goes on with `to` in the place of `from`.
fn said(from: &str, to: &str) -> Option<String> {
    assert!(RUN.contains(from));
    changed_setting(&config(RUN), &config(&RUN.replacen(from, to, 1))).unwrap()
}

#[test]
fn budget_device_output_and_places_may_differ() {
    for (from, to) in [
        ("iterations = 10", "iterations = 20"),
        ("iterations = 10", "minutes = 3.5"),
        (
            "iterations = 10",
            "iterations = 10\ndevice = \"cpu\"\nthreads = 1\ncheckpoint_every = 3\nkeep_checkpoints = 9\n\
             validate_every = 7\nreport_every = 1",
        ),
        ("out = \"run\"", "out = \"elsewhere/run\""),
        ("\"runs/vqgan\"", "\"../moved/vqgan\""),
        ("folder = \"pairs\"", "folder = \"/elsewhere/pairs\""),
        // The preset has the same sizes.
        ("channels = [32, 64, 128]", ""),
    ] {
        assert_eq!(said(from, to), None, "{to}");
    }
}

#[test]
fn every_other_setting_is_named_with_both_values() {
    for (from, to, words) in [
        (
            "iterations = 10",
            "iterations = 10\nseed = 3",
            "`seed` was 0 when the run was begun and is 3 now",
        ),
        (
            "iterations = 10",
            "iterations = 10\nstart_from = \"runs/first\"",
            "`start_from` was not set when the run was begun and is \"first\" now",
        ),
        (
            "\"runs/vqgan\"",
            "\"runs/other\"",
            "`vqgan` was \"vqgan\" when",
        ),
        (
            "[model.vqgan]",
            "[optimizer]\nlearning_rate = 0.5\n[model.vqgan]",
            "`optimizer.learning_rate`",
        ),
        (
            "folder = \"pairs\"",
            "folder = \"pairs\"\nweight = 2.0",
            "`data.source[0].weight`",
        ),
        ("[32, 64, 128]", "[32, 64]", "`model.vqgan.channels`"),
        ("stage = \"denoiser\"", "stage = \"vqgan\"", "`stage`"),
    ] {
        let found = said(from, to).unwrap();
        assert!(found.contains(words), "{found}");
    }
}

#[test]
fn a_new_budget_is_told_where_the_learning_rate_follows_it() {
    let begun = config(RUN);
    let mut longer = begun.clone();
    assert_eq!(new_budget(&begun, &longer), None);
    longer.iterations = Some(20);
    assert!(new_budget(&begun, &longer).is_some());
    for decay in [Decay::Constant, Decay::MultiStep] {
        longer.optimizer.decay = decay;
        assert_eq!(new_budget(&begun, &longer), None);
    }
}

fn entry(name: &str, split: Split, folder: &str, soft: &str) -> DatasetEntry {
    let file = |ending: &str| PathBuf::from(format!("{folder}/{name}_{ending}.png"));
    DatasetEntry {
        name: name.to_owned(),
        kind: SourceKind::Pairs,
        split,
        radiograph: file("cxr"),
        sha256: BTreeMap::from([
            (file("cxr"), "00".to_owned()),
            (file("soft"), soft.to_owned()),
        ]),
        keys: Vec::new(),
    }
}

#[test]
fn images_may_move_and_must_stay_what_they_were() {
    let begun = [
        entry("a", Split::Training, "old", "01"),
        entry("b", Split::Validation, "old", "02"),
    ];
    let moved = [
        entry("a", Split::Training, "new", "01"),
        entry("aa", Split::Excluded, "new", "09"),
        entry("b", Split::Validation, "new", "02"),
    ];
    assert_eq!(changed_data(&begun, &moved), None);

    // Mates of one name in two folders, of which another one comes first now.
    let mates = |folders: [&str; 2]| DatasetEntry {
        sha256: [("01", folders[0]), ("02", folders[1])]
            .map(|(sum, folder)| (PathBuf::from(format!("{folder}/a.png")), sum.to_owned()))
            .into(),
        ..begun[0].clone()
    };
    assert_eq!(
        changed_data(&[mates(["c", "s"])], &[mates(["z", "s"])]),
        None
    );
    assert!(changed_data(&[mates(["c", "s"])], &begun[..1]).is_some());

    let mut other = begun.clone();
    other[1] = entry("b", Split::Validation, "old", "03");
    let found = changed_data(&begun, &other).unwrap();
    assert!(found.contains("`b_soft.png`"), "{found}");

    let found = changed_data(&begun, &begun[..1]).unwrap();
    assert!(found.contains("`b`") && found.contains("gone"), "{found}");
    let found = changed_data(&begun[..1], &begun).unwrap();
    assert!(found.contains("was not there"), "{found}");
    let found = changed_data(&begun, &begun[1..]).unwrap();
    assert!(found.contains("`b` stands where `a`"), "{found}");
    let mut trained = begun.clone();
    trained[1].split = Split::Training;
    assert!(changed_data(&begun, &trained).is_some());
}
