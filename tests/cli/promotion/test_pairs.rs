//! Which pairs decide, who is on them, and whether the candidate saw them.

use super::{bench, log, names_of_site, promote, promote_unlocked};
use crate::bench::{document, status, stderr};
use diaphane::dataset::patient_key;
use diaphane::formats::sha256_of_file;
use serde_json::Value;
use std::fs;

/// Lines of the checks that a document has as not passed.
fn failed_checks(document: &Value) -> Vec<String> {
    let checks = document["checks"].as_array().unwrap().iter();
    let failed = checks.filter(|check| check["passed"] == false);
    let told = failed.map(|check| check["told"].as_str().unwrap().to_owned());
    told.collect()
}

#[test]
fn the_locked_part_of_a_split_decides_by_patients() {
    let bench = bench("candidate");
    let output = promote(&bench, &["--dry-run", "--json"]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let evidence = document(&output);
    let images = evidence["test"]["candidate"]["images"].as_object().unwrap();
    assert_eq!(images.keys().collect::<Vec<_>>(), ["a", "b"]);
    let decisive = evidence["test"]["differences"]["differences"]
        .as_array()
        .unwrap();
    let decisive = decisive
        .iter()
        .find(|found| found["column"] == "PSNRaff")
        .unwrap();
    assert_eq!(decisive["units"], 1, "both pairs are of one patient");
    assert!(decisive["interval"].is_null());
    assert_eq!(evidence["split"]["file"], "split.json");

    // The patient of b is learned from too.
    bench.write_split(&["a"]);
    let leaking = promote(&bench, &[]);
    assert_eq!(status(&leaking), 2);
    assert!(
        stderr(&leaking).contains("does not hold"),
        "{}",
        stderr(&leaking)
    );

    bench.write_split(&["c"]);
    fs::copy(
        bench.path("pairs/a_soft.png"),
        bench.path("pairs/c_soft.png"),
    )
    .unwrap();
    let changed = promote(&bench, &[]);
    assert_eq!(status(&changed), 2);
    assert!(
        stderr(&changed).contains("the pair c is not as it was"),
        "{}",
        stderr(&changed)
    );
    assert_eq!(names_of_site(&bench), ["lock", "looks.jsonl"]);
}

#[test]
fn without_a_split_nothing_is_promoted_and_a_dry_run_says_why() {
    let bench = bench("candidate");
    let refused = promote_unlocked(&bench, &[]);
    assert_eq!(status(&refused), 2, "{}", stderr(&refused));
    assert!(stderr(&refused).contains("give the --split"));
    let dry = promote_unlocked(&bench, &["--dry-run", "--json"]);
    assert_eq!(status(&dry), 1, "{}", stderr(&dry));
    let evidence = document(&dry);
    let failed = failed_checks(&evidence);
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert!(failed[0].contains("no split says"), "{failed:?}");
    let images = evidence["test"]["candidate"]["images"].as_object().unwrap();
    assert_eq!(images.len(), 3, "all of them are judged");
    assert!(names_of_site(&bench).is_empty());
}

#[test]
fn a_candidate_that_saw_a_test_pair_or_does_not_say_is_refused() {
    let bench = bench("candidate");
    let refused = |expected: &str| {
        let output = promote(&bench, &["--json"]);
        assert_eq!(status(&output), 1, "{}", stderr(&output));
        let failed = failed_checks(&document(&output));
        assert_eq!(failed.len(), 1, "{failed:?}");
        assert!(failed[0].contains(expected), "{failed:?}");
        assert!(names_of_site(&bench).is_empty());
    };
    // The bytes of a file, though learned from under another name.
    let bytes = fs::read(bench.path("pairs/b_soft.png")).unwrap();
    bench.write_learned("candidate", &bytes, &[]);
    refused("the candidate saw b");
    // The patient of both, on another picture.
    bench.write_learned("candidate", b"another file", &[&patient_key("a and b")]);
    refused("the candidate saw a, b");
    // The name of a pair is nobody: another dataset has the same.
    bench.write_learned("candidate", b"another file", &["a", "b"]);
    let text = fs::read_to_string(bench.path("candidate/manifest.toml")).unwrap();

    let manifest = bench.path("candidate/manifest.toml");
    let silent = text.split("\n[learned_from]").next().unwrap();
    fs::write(&manifest, silent).unwrap();
    refused("nothing says what the candidate was trained on");
    // A dry run says so too, after the pictures.
    let dry = promote(&bench, &["--dry-run", "--json"]);
    assert_eq!(status(&dry), 1);
    assert!(document(&dry)["test"].is_object());
    // A record that is not the one the manifest names is no record.
    fs::write(&manifest, text).unwrap();
    fs::write(bench.path("candidate/learned-from.json"), "{}").unwrap();
    let damaged = promote(&bench, &[]);
    assert_eq!(status(&damaged), 2);
    assert!(stderr(&damaged).contains("what the bundle learned from"));
}

/// What a base does not say is stated by a person, in so many words, or nothing is promoted.
#[test]
fn a_base_that_does_not_say_what_it_learned_from_needs_a_statement() {
    let bench = bench("candidate");
    let after = |bytes: &[u8]| {
        bench.write_learned_after("candidate", bytes, &[], (&["old 1"], &[]));
    };
    after(b"another file");
    let refused = promote(&bench, &["--json"]);
    assert_eq!(status(&refused), 1, "{}", stderr(&refused));
    let failed = failed_checks(&document(&refused));
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert!(failed[0].contains("was trained on: old 1; it must be stated"));
    assert!(stderr(&refused).contains("--base-never-saw-test"));
    assert!(names_of_site(&bench).is_empty());

    let promoted = promote(&bench, &["--base-never-saw-test", "--html", "page.html"]);
    assert_eq!(status(&promoted), 0, "{}", stderr(&promoted));
    let statement = "the test pairs were not among what old 1 learned from";
    let act = &log(&bench)[0];
    assert_eq!(act["statement"], statement);
    let kept = bench.path("site").join(act["evidence"].as_str().unwrap());
    for file in [
        kept.clone(),
        kept.with_extension("html"),
        bench.path("page.html"),
    ] {
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(statement), "{}", file.display());
    }
}

/// A statement about the base does not hide a pair that the candidate is known to have seen.
#[test]
fn a_statement_does_not_stand_against_what_is_known() {
    let bench = bench("candidate");
    let bytes = fs::read(bench.path("pairs/b_soft.png")).unwrap();
    bench.write_learned_after("candidate", &bytes, &[], (&["old 1"], &[]));
    let refused = promote(&bench, &["--base-never-saw-test", "--json"]);
    assert_eq!(status(&refused), 1, "{}", stderr(&refused));
    assert!(failed_checks(&document(&refused))[0].contains("the candidate saw b"));
}

/// Where the test comes from another split than the training that is told, and no more: bytes and people are compared.
#[test]
fn the_split_of_the_training_is_compared_with_that_of_the_test() {
    let bench = bench("candidate");
    let (sha256, _) = sha256_of_file(&bench.path("split.json")).unwrap();
    for (splits, expected) in [
        (&[][..], "nothing says which split"),
        (&["00"], "another one than the candidate was trained with"),
        (
            &[sha256.as_str()],
            "by the split that the candidate was trained with",
        ),
    ] {
        // What is refused beside it is refused before any picture is made.
        bench.write_learned_after("candidate", b"another file", &[], (&["old 1"], splits));
        let locked = document(&promote(&bench, &["--json"]))["checks"][0].clone();
        assert!(locked["told"].to_string().contains(expected), "{locked}");
        assert_eq!(locked["passed"], true);
    }
}

/// The pairs stay the same ones wherever their folder goes, and lungs are part of them.
#[test]
fn test_pairs_are_known_by_their_bytes_wherever_they_lie() {
    let bench = bench("candidate");
    // It is refused before any picture is made, and after the pairs were found.
    bench.write_learned_after("candidate", b"another file", &[], (&["old 1"], &[]));
    fs::rename(bench.path("pairs"), bench.path("moved")).unwrap();
    let arguments = ["models", "promote", "candidate", "--pairs", "moved"];
    let judge = || bench.diaphane(&[&arguments[..], &["--split", "split.json"]].concat());
    let moved = judge();
    assert_eq!(status(&moved), 1, "{}", stderr(&moved));
    // A split that knows the mask of a pair.
    let mask = bench.path("moved/a_lungmask.png");
    let sha256 = sha256_of_file(&mask).unwrap().0;
    let text = fs::read_to_string(bench.path("split.json")).unwrap();
    let mut split: Value = serde_json::from_str(&text).unwrap();
    split["pairs"][0]["sha256"]["pairs/a_lungmask.png"] = sha256.into();
    fs::write(bench.path("split.json"), split.to_string()).unwrap();
    assert_eq!(status(&judge()), 1);
    let mut bytes = fs::read(&mask).unwrap();
    bytes.extend(b"\0");
    fs::write(&mask, bytes).unwrap();
    let changed = judge();
    assert_eq!(status(&changed), 2);
    assert!(stderr(&changed).contains("the lung mask of a is not as it was"));
}

/// Pairs of which nobody named the patient count as patients, and that stands beside the interval.
#[test]
fn pairs_without_a_named_patient_are_told() {
    let bench = bench("candidate");
    bench.write_split(&["c"]);
    let output = promote(&bench, &["--dry-run"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        text.contains("1 of 1 patient is a pair of which nobody named"),
        "{text}"
    );
    bench.write_split(&["a", "b"]);
    let output = promote(&bench, &["--dry-run"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!text.contains("nobody named"), "{text}");
}

/// Bone and detail are known of pairs that come without a mask: the base finds their lungs for both.
#[test]
fn pairs_without_masks_are_scored_with_the_lungs_that_the_base_finds() {
    let bench = bench("candidate");
    fs::remove_file(bench.path("pairs/a_lungmask.png")).unwrap();
    let arguments = [
        "models",
        "promote",
        "candidate",
        "--pairs",
        "pairs",
        "--split",
        "split.json",
    ];
    let more = ["--device", "cpu", "--dry-run", "--json"];
    let output = bench.diaphane(&[&arguments[..], &more].concat());
    let evidence = document(&output);
    let tables =
        ["candidate", "base", "identity"].map(|model| &evidence["test"][model]["images"]["a"]);
    for row in tables {
        for column in ["RBF", "detail_corr", "lung_PSNR"] {
            assert!(row[column].is_f64(), "{column}: {row}");
        }
    }
    // The untouched radiograph has all of its bone, in whatever field: the field is the same for all.
    assert_eq!(tables[2]["RBF"], 1.0);
}
