//! A registered copy is known again as what it was made of.

use crate::folder::Pairs;
use crate::registering::{bytes, copied, copied_again, request};
use diaphane::dataset::{
    CheckRequest, DatasetError, Observer, PATIENTS_FILE, Part, RegisterRequest, Split, SplitPlan,
    Unwatched, check, list_pairs, read_patients, register_dataset,
};
use diaphane::formats::{self, stored_fingerprint};
use diaphane::train::{Dataset, RunConfig, Unobserved};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// What a run of these folders under `[data]` would learn from and validate with, or why it is refused.
fn run_on(root: &Path, data: &str, folders: &[&Path]) -> Result<Dataset, String> {
    let sources = folders.iter().map(|folder| {
        let folder = folder.display();
        format!("[[data.source]]\nkind = \"pairs\"\ngrid_px = 512\nfolder = '{folder}'\n")
    });
    let sources: Vec<String> = sources.collect();
    let text = format!(
        "stage = \"vqgan\"\nout = \"run\"\niterations = 1\npatch_px = 64\n[data]\n{data}\n{}",
        sources.concat()
    );
    let file = root.join("run.toml");
    std::fs::write(&file, text).unwrap();
    let config = RunConfig::read(&file).unwrap();
    Dataset::load(&config, &mut Unobserved).map_err(|err| err.to_string())
}

/// Pairs a, b and c of 8 bits, and a registered copy of them under the names x, y and z.
fn copied_under_other_names(root: &Path) -> (Pairs, PathBuf) {
    let pairs = Pairs::new();
    // The copy is of 16 bits: no byte and no stored value of it is its source's.
    let eight_bits = |name: &str| {
        let picture = image::open(pairs.file(name)).unwrap().into_luma8();
        picture.save(pairs.file(name)).unwrap();
    };
    for name in ["a", "b", "c"] {
        eight_bits(&format!("{name}_cxr.png"));
        eight_bits(&format!("{name}_soft.png"));
    }
    let [renamed, first] = ["renamed", "first"].map(|name| root.join(name));
    std::fs::create_dir(&renamed).unwrap();
    for (from, to) in [("a", "x"), ("b", "y"), ("c", "z")] {
        for end in ["cxr", "soft"] {
            let to = renamed.join(format!("{to}_{end}.png"));
            std::fs::copy(pairs.file(&format!("{from}_{end}.png")), to).unwrap();
        }
    }
    std::fs::write(renamed.join(PATIENTS_FILE), "x,Doe^Jane\ny,Roe\nz,Poe\n").unwrap();
    copied(&renamed, &first);
    let list = std::fs::read_to_string(first.join(PATIENTS_FILE)).unwrap();
    assert!(!list.contains("Doe"), "checksums alone: {list}");
    (pairs, first)
}

#[test]
fn a_copy_is_known_again_as_the_picture_that_it_was_made_of() {
    let root = tempfile::tempdir().unwrap();
    let (pairs, first) = copied_under_other_names(root.path());
    let second = root.path().join("second");
    // The pictures alone shall tell.
    std::fs::remove_file(first.join(PATIENTS_FILE)).unwrap();
    copied(&first, &second);
    let report = |folder: &Path| {
        let report = check(&CheckRequest::of_folder(folder), &Unwatched);
        report.unwrap().unwrap()
    };
    let file = root.path().join("split.json");
    for (tested, trained) in [
        (pairs.path(), first.as_path()),
        (pairs.path(), second.as_path()),
        (second.as_path(), pairs.path()),
    ] {
        let split = Split::new(&report(tested), &BTreeMap::new(), SplitPlan::default()).unwrap();
        split.write(&file, true).unwrap();
        let tests = split.pairs.iter();
        let test = tests.map(|pair| pair.part == Part::Test);
        let names = list_pairs(trained, None).unwrap().pairs;
        let others = names.iter().zip(test).filter(|(_, is_test)| !is_test);
        let others: Vec<String> = others
            .map(|(pair, _)| format!("\"{}\"", pair.name))
            .collect();
        let lines = format!(
            "split = '{}'\nexclude = [{}]",
            file.display(),
            others.join(", ")
        );
        let leak = run_on(root.path(), &lines, &[tested, trained]).err();
        let says = "kept for test by";
        assert!(
            leak.as_ref().is_some_and(|leak| leak.contains(says)),
            "{leak:?}"
        );
    }

    // What a bundle learned from the copy says so of the source, by the keys of its listing.
    let dataset = run_on(root.path(), "validation = [\"x\"]", &[&second]).unwrap();
    for (pair, entry) in report(pairs.path()).pairs.iter().zip(dataset.entries()) {
        assert!(entry.keys.contains(&pair.pixels_sha256), "{entry:?}");
        let own = formats::read(&entry.radiograph).unwrap();
        assert_ne!(stored_fingerprint(&own.stored), pair.pixels_sha256);
    }
    // One picture validates and is learned from, under two names.
    let both = run_on(
        root.path(),
        "validation = [\"a\"]",
        &[pairs.path(), &second],
    )
    .err();
    let both = both.unwrap();
    assert!(both.contains("in training and in validation"), "{both}");
}

/// Ends the work after the first pair.
#[derive(Default)]
struct Impatient(AtomicBool);

impl Observer for Impatient {
    fn progressed(&self, _done: usize, _all: usize) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

#[test]
fn a_copy_that_was_cut_short_is_refused_until_it_is_made_again() {
    let pairs = Pairs::new();
    let list = "pair,patient\na,one\nb,one\nc,two\n";
    std::fs::write(pairs.file(PATIENTS_FILE), list).unwrap();
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("copy");
    let ended = register_dataset(&request(pairs.path(), &out), &Impatient::default());
    assert!(ended.unwrap().is_none());
    assert!(!bytes(&out).is_empty() && !out.join(PATIENTS_FILE).exists());
    let checked = || check(&CheckRequest::of_folder(&out), &Unwatched);
    let refused = checked().unwrap_err();
    assert!(
        matches!(refused, DatasetError::Unfinished { .. }),
        "{refused:?}"
    );
    assert!(
        refused.to_string().contains("register --overwrite"),
        "{refused}"
    );
    copied_again(pairs.path(), &out).unwrap();
    let report = checked().unwrap().unwrap();
    assert_eq!(report.pairs.len(), 3);
    let patients = read_patients(&out.join(PATIENTS_FILE)).unwrap();
    assert_eq!(patients["a"], patients["b"]);
    // Cut short over a whole copy, it is refused too: some of its files are the old ones.
    let again = RegisterRequest {
        overwrite: true,
        ..request(pairs.path(), &out)
    };
    assert!(
        register_dataset(&again, &Impatient::default())
            .unwrap()
            .is_none()
    );
    assert!(matches!(checked(), Err(DatasetError::Unfinished { .. })));
}
