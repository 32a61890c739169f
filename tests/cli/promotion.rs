//! A site's own model: promoted, refused, taken back, damaged.

use crate::bench::{Bench, contents, document, names, status, stderr};
use diaphane::formats::hexadecimal;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io::BufReader;
use std::path::Path;
use std::process::Output;

/// The folder `compact` is what is in force by default.
const BASE: &str = "compact";

/// A bench whose pairs are what `better` makes of their radiographs: with them nothing beats it.
fn bench(better: &str) -> Bench {
    let bench = Bench::new();
    bench.write_variant(BASE, 4);
    bench.write_variant("candidate", 2);
    bench.write_pairs_of(better);
    bench
}

/// `models promote candidate --pairs pairs --given-masks`, with more arguments.
fn promote(bench: &Bench, more: &[&str]) -> Output {
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
    assert!(!bench.path("site").exists(), "a dry run changes nothing");
    assert_eq!(certificate(&bench)["bundle_sha256"], sha256(&bench, BASE));

    let promoted = promote(&bench, &["--html", "evidence.html"]);
    assert_eq!(status(&promoted), 0, "{}", stderr(&promoted));
    assert!(
        stderr(&promoted).contains("without --split"),
        "{}",
        stderr(&promoted)
    );
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
    let kept: Value = serde_json::from_str(&fs::read_to_string(kept).unwrap()).unwrap();
    assert_eq!(kept["test"], evidence["test"], "the same figures again");
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

#[test]
fn a_model_that_is_not_better_is_refused() {
    let bench = bench(BASE);
    let refused = promote(&bench, &["--json"]);
    assert_eq!(status(&refused), 1, "{}", stderr(&refused));
    let evidence = document(&refused);
    assert_eq!(evidence["passed"], false, "{evidence}");
    assert!(evidence["promoted"].is_null());
    assert!(!bench.path("site").exists());
    let same = bench.diaphane(&["models", "promote", BASE, "--pairs", "pairs"]);
    assert_eq!(status(&same), 2);
    assert!(
        stderr(&same).contains("in force already"),
        "{}",
        stderr(&same)
    );
}

#[test]
fn a_promoted_model_that_was_changed_is_refused_and_nothing_takes_its_place() {
    let bench = bench("candidate");
    assert_eq!(status(&promote(&bench, &[])), 0);
    let copies = bench.path("site/bundles");
    let folder = fs::read_dir(&copies)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let manifest = folder.join("manifest.toml");
    let sound = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, sound.replace("\nsteps = 2\n", "\nsteps = 5\n")).unwrap();
    fs::remove_dir_all(bench.path("out")).unwrap_or_default();
    let refused = suppress(&bench);
    assert_eq!(status(&refused), 2, "{}", stderr(&refused));
    assert!(
        stderr(&refused).contains("is not what was promoted"),
        "{}",
        stderr(&refused)
    );
    assert!(!bench.path("out/chest_soft.png").exists());
    // Whoever names a bundle gets it.
    assert_eq!(status(&bench.suppress(&[])), 0);
    fs::write(&manifest, sound).unwrap();

    let weights = folder.join("denoiser.safetensors");
    let mut bytes = fs::read(&weights).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&weights, bytes).unwrap();
    let refused = suppress(&bench);
    assert_eq!(status(&refused), 2, "{}", stderr(&refused));
    assert!(
        stderr(&refused).contains("denoiser.safetensors"),
        "{}",
        stderr(&refused)
    );

    fs::remove_dir_all(&folder).unwrap();
    let gone = suppress(&bench);
    assert_eq!(status(&gone), 2);
    assert!(stderr(&gone).contains("is gone"), "{}", stderr(&gone));
    assert_eq!(status(&bench.diaphane(&["models", "rollback"])), 0);
    assert_eq!(certificate(&bench)["bundle_sha256"], sha256(&bench, BASE));
}

/// Writes a split of the three pairs, of which these are tested.
fn write_split(bench: &Bench, tested: &[&str]) {
    let entry = |name: &&str| {
        let files = ["cxr", "soft"].map(|part| format!("pairs/{name}_{part}.png"));
        let hashed = files.map(|file| {
            let bytes = fs::read(bench.path(&file)).unwrap();
            (file, hexadecimal(&Sha256::digest(bytes)))
        });
        json!({
            "name": name,
            "part": if tested.contains(name) { "test" } else { "training" },
            "group": if *name == "c" { "c" } else { "a and b" },
            "sha256": BTreeMap::from(hashed),
        })
    };
    let pairs: Vec<Value> = ["a", "b", "c"].iter().map(entry).collect();
    let split = json!({
        "format": 1,
        "plan": { "seed": 1, "validation": 0.1, "test": 0.1 },
        "pairs": pairs,
    });
    fs::write(bench.path("split.json"), split.to_string()).unwrap();
}

#[test]
fn the_locked_part_of_a_split_decides_by_patients() {
    let bench = bench("candidate");
    write_split(&bench, &["a", "b"]);
    let split = ["--split", "split.json"];
    let output = promote(&bench, &[&split[..], &["--dry-run", "--json"]].concat());
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    assert!(
        !stderr(&output).contains("without --split"),
        "{}",
        stderr(&output)
    );
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
    write_split(&bench, &["a"]);
    let leaking = promote(&bench, &split);
    assert_eq!(status(&leaking), 2);
    assert!(
        stderr(&leaking).contains("does not hold"),
        "{}",
        stderr(&leaking)
    );

    write_split(&bench, &["c"]);
    fs::copy(
        bench.path("pairs/a_soft.png"),
        bench.path("pairs/c_soft.png"),
    )
    .unwrap();
    let changed = promote(&bench, &split);
    assert_eq!(status(&changed), 2);
    assert!(
        stderr(&changed).contains("not as it was"),
        "{}",
        stderr(&changed)
    );
    assert!(names_of_site(&bench).is_empty());
}

fn names_of_site(bench: &Bench) -> Vec<String> {
    let site = bench.path("site");
    if site.exists() {
        names(&site)
    } else {
        Vec::new()
    }
}
