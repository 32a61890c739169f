//! A site's own model: promoted, refused, taken back.

#[path = "promotion/phantoms.rs"]
mod phantoms;
#[path = "promotion/record.rs"]
mod record;
#[path = "promotion/test_pairs.rs"]
mod test_pairs;

use crate::bench::{Bench, contents, document, status, stderr};
use serde_json::Value;
use std::fs;
use std::io::BufReader;
use std::path::Path;
use std::process::Output;

/// The folder `compact` is what is in force by default.
const BASE: &str = "compact";

/// A bench whose pairs are what `better` makes of their radiographs: with them nothing beats it. Two of them are locked
/// away, and the candidate learned from another file.
fn bench(better: &str) -> Bench {
    let bench = Bench::new();
    bench.write_variant(BASE, 4);
    bench.write_variant("candidate", 2);
    bench.write_learned("candidate", b"another file", &[]);
    bench.write_pairs_of(better);
    bench.write_split(&["a", "b"]);
    bench
}

/// `models promote candidate --pairs pairs --split split.json --given-masks`, with more arguments.
fn promote(bench: &Bench, more: &[&str]) -> Output {
    promote_unlocked(bench, &[&["--split", "split.json"], more].concat())
}

/// The same without the split.
fn promote_unlocked(bench: &Bench, more: &[&str]) -> Output {
    let arguments = [
        "models",
        "promote",
        "candidate",
        "--pairs",
        "pairs",
        "--given-masks",
        "--device",
        "cpu",
    ];
    bench.diaphane(&[&arguments[..], more].concat())
}

/// The certificate that a run without `--model` leaves.
fn certificate(bench: &Bench) -> Value {
    let output = suppress(bench);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let text = fs::read_to_string(bench.path("out/chest.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn suppress(bench: &Bench) -> Output {
    bench.diaphane(&[
        "suppress",
        "chest.png",
        "--mask",
        "chest_mask.png",
        "--device",
        "cpu",
        "--out",
        "out",
        "--overwrite",
    ])
}

fn sha256(bench: &Bench, model: &str) -> Value {
    document(&bench.diaphane(&["models", "info", model, "--json"]))["sha256"].clone()
}

fn log(bench: &Bench) -> Vec<Value> {
    let text = fs::read_to_string(bench.path("site/promotions.jsonl")).unwrap_or_default();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Text chunk `Parameters` of a written picture.
fn parameters(picture: &Path) -> Value {
    let file = BufReader::new(fs::File::open(picture).unwrap());
    let reader = png::Decoder::new(file).read_info().unwrap();
    let texts = &reader.info().utf8_text;
    let text = texts.iter().find(|t| t.keyword == "Parameters").unwrap();
    serde_json::from_str(&text.get_text().unwrap()).unwrap()
}

#[test]
fn a_better_model_is_promoted_used_named_and_taken_back() {
    let bench = bench("candidate");
    let before = [BASE, "candidate"].map(|model| contents(&bench.path(model)));
    let dry = promote(&bench, &["--dry-run", "--json"]);
    assert_eq!(status(&dry), 0, "{}", stderr(&dry));
    let evidence = document(&dry);
    assert_eq!(evidence["passed"], true, "{evidence}");
    assert!(evidence["promoted"].is_null());
    // A dry run changes nothing; that the test was looked at is noted.
    assert_eq!(names_of_site(&bench), ["lock", "looks.jsonl"]);
    assert_eq!(evidence["test_looks"]["judgings"], 1);
    assert_eq!(certificate(&bench)["bundle_sha256"], sha256(&bench, BASE));

    let promoted = promote(&bench, &["--html", "evidence.html"]);
    assert_eq!(status(&promoted), 0, "{}", stderr(&promoted));
    let made = certificate(&bench);
    assert_eq!(made["bundle_sha256"], sha256(&bench, "candidate"));
    let acts = log(&bench);
    assert_eq!(acts.len(), 1);
    assert_eq!(acts[0]["act"], "promoted");
    let site = fs::read_to_string(bench.path("site/site-model.toml")).unwrap();
    let at = made["site_model_promoted"].as_str().unwrap();
    assert!(site.contains(&format!("promoted_at = \"{at}\"")), "{site}");
    for picture in ["chest_soft.png", "chest_bone.png", "chest_lungmask.png"] {
        let written = parameters(&bench.path("out").join(picture));
        assert_eq!(written["site_model_promoted"], at, "{picture}");
        assert_eq!(written["bundle_sha256"], made["bundle_sha256"], "{picture}");
    }
    let page = fs::read_to_string(bench.path("evidence.html")).unwrap();
    assert!(
        page.contains("It may be promoted.") && page.contains("data:image/png"),
        "{page}"
    );
    let kept = bench
        .path("site")
        .join(acts[0]["evidence"].as_str().unwrap());
    assert_private(&[&kept, &kept.with_extension("html")]);
    let kept: Value = serde_json::from_str(&fs::read_to_string(kept).unwrap()).unwrap();
    assert_eq!(kept["test"], evidence["test"], "the same figures again");
    assert_eq!(kept["test_looks"]["judgings"], 2);
    assert_eq!(kept["test_looks"]["candidates"], 1);
    assert!(page.contains("This test part has been looked at 2 times, with 1 candidate."));
    assert!(kept["statement"].is_null() && acts[0].get("statement").is_none());
    let list = bench.diaphane(&["models", "list"]);
    let list = String::from_utf8_lossy(&list.stdout).into_owned();
    let in_force: Vec<&str> = list.lines().filter(|l| l.contains("IN FORCE")).collect();
    assert_eq!(in_force.len(), 1, "{list}");
    assert!(in_force[0].contains("site model, promoted"), "{list}");

    let back = bench.diaphane(&["models", "rollback"]);
    assert_eq!(status(&back), 0, "{}", stderr(&back));
    let made = certificate(&bench);
    assert_eq!(made["bundle_sha256"], sha256(&bench, BASE));
    assert!(made["site_model_promoted"].is_null());
    let acts: Vec<Value> = log(&bench).iter().map(|act| act["act"].clone()).collect();
    assert_eq!(acts, ["promoted", "rolled_back"]);
    let more = bench.diaphane(&["models", "rollback"]);
    assert_eq!(status(&more), 2, "there is nothing left to take back");
    let after = [BASE, "candidate"].map(|model| contents(&bench.path(model)));
    assert_eq!(before, after, "no bundle is ever changed");
}

/// Pictures of patients are for nobody else.
fn assert_private(files: &[&Path]) {
    #[cfg(unix)]
    for file in files {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let folder = file.parent().unwrap();
        assert_eq!(
            [mode(file), mode(folder)],
            [0o600, 0o700],
            "{}",
            file.display()
        );
    }
    #[cfg(not(unix))]
    assert!(files.iter().all(|file| file.is_file()));
}

#[test]
fn a_model_that_is_not_better_is_refused() {
    let bench = bench(BASE);
    let refused = promote(&bench, &["--json"]);
    assert_eq!(status(&refused), 1, "{}", stderr(&refused));
    let evidence = document(&refused);
    assert_eq!(evidence["passed"], false, "{evidence}");
    assert!(evidence["promoted"].is_null());
    assert_eq!(names_of_site(&bench), ["lock", "looks.jsonl"]);
    let same = bench.diaphane(&["models", "promote", BASE, "--pairs", "pairs", "--dry-run"]);
    assert_eq!(status(&same), 2);
    assert!(
        stderr(&same).contains("in force already"),
        "{}",
        stderr(&same)
    );
}

fn names_of_site(bench: &Bench) -> Vec<String> {
    let site = bench.path("site");
    if site.exists() {
        let mut names = names_of_files(&site);
        names.sort();
        names
    } else {
        Vec::new()
    }
}

fn names_of_files(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).unwrap();
    let names = files.map(|file| file.unwrap().file_name().to_string_lossy().into_owned());
    names.collect()
}
