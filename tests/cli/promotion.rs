//! A site's own model: promoted, refused, taken back, damaged.

use crate::bench::{Bench, contents, document, status, stderr};
use diaphane::dataset::patient_key;
use diaphane::formats::sha256_of_file;
use diaphane::model::site::EvidenceFiles;
use diaphane::model::{Bundle, SiteError, SiteFolder};
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

/// Lines of the checks that a document has as not passed.
fn failed_checks(document: &Value) -> Vec<String> {
    let checks = document["checks"].as_array().unwrap().iter();
    let failed = checks.filter(|check| check["passed"] == false);
    let told = failed.map(|check| check["told"].as_str().unwrap().to_owned());
    told.collect()
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

/// A machine that lost its power within a line: the record is read, told of, and goes on.
#[test]
fn a_record_that_was_cut_off_stops_nothing() {
    let bench = bench("candidate");
    assert_eq!(status(&promote(&bench, &[])), 0);
    let record = bench.path("site/promotions.jsonl");
    let mut text = fs::read_to_string(&record).unwrap();
    text.push_str("{\"at\":\"2026-01-3");
    fs::write(&record, &text).unwrap();
    let list = bench.diaphane(&["models", "list"]);
    assert_eq!(status(&list), 0);
    assert!(stderr(&list).contains("promotions.jsonl) that cannot be read: 1"));
    let back = bench.diaphane(&["models", "rollback"]);
    assert_eq!(status(&back), 0, "{}", stderr(&back));
    let after = fs::read_to_string(&record).unwrap();
    assert!(after.starts_with(&text), "nothing is taken away");
    let site = SiteFolder::at(&bench.path("site"));
    let log = site.log().unwrap();
    assert_eq!((log.entries.len(), log.num_damaged), (2, 1));
}

/// Pairs of which nobody named the patient count as patients, and that stands beside the interval.
#[test]
fn pairs_without_a_named_patient_are_told() {
    let bench = bench("candidate");
    bench.write_split(&["c"]);
    let output = promote(&bench, &["--dry-run"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        text.contains("1 of 1 patients are pairs of which nobody named"),
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

#[test]
fn a_base_that_was_overtaken_and_a_damaged_record_are_no_dead_end() {
    let bench = bench("candidate");
    let shipped = Bundle::info(&bench.path(BASE)).unwrap();
    let candidate = Bundle::info(&bench.path("candidate")).unwrap();
    assert_eq!(status(&promote(&bench, &[])), 0);
    // Another program judged against the shipped model and comes too late.
    bench.write_variant("late", 5);
    let late = Bundle::info(&bench.path("late")).unwrap();
    let site = SiteFolder::at(&bench.path("site"));
    let evidence = EvidenceFiles {
        json: "{}",
        html: None,
        statement: None,
    };
    let refused = site.promote(&late, &candidate.sha256, evidence);
    assert!(refused.is_ok(), "it was judged against what is in force");
    let refused = site.promote(&late, &candidate.sha256, evidence);
    assert!(
        matches!(refused, Err(SiteError::Overtaken { .. })),
        "{refused:?}"
    );
    assert_eq!(site.promoted().unwrap().len(), 2);
    assert_eq!(log(&bench).len(), 2);
    assert_ne!(late.sha256, shipped.sha256);

    // The one before is gone: back to it there is no way, and back to the shipped one there is.
    let first = site.promoted().unwrap().remove(0);
    fs::remove_dir_all(bench.path("site").join(first.folder)).unwrap();
    let stuck = bench.diaphane(&["models", "rollback"]);
    assert_eq!(status(&stuck), 2);
    assert!(stderr(&stuck).contains("--shipped"), "{}", stderr(&stuck));
    let back = bench.diaphane(&["models", "rollback", "--shipped", "--json"]);
    assert_eq!(status(&back), 0, "{}", stderr(&back));
    assert_eq!(document(&back)["taken_back"].as_array().unwrap().len(), 2);
    assert_eq!(certificate(&bench)["bundle_sha256"], sha256(&bench, BASE));

    fs::write(bench.path("site/site-model.toml"), "no record").unwrap();
    assert_eq!(status(&suppress(&bench)), 2);
    let back = bench.diaphane(&["models", "rollback", "--shipped"]);
    assert_eq!(status(&back), 0, "{}", stderr(&back));
    assert_eq!(certificate(&bench)["bundle_sha256"], sha256(&bench, BASE));
    let aside = names_of_files(&bench.path("site"));
    assert!(
        aside
            .iter()
            .any(|name| name.starts_with("site-model.toml.")),
        "{aside:?}"
    );
}

/// Of two that judged against the same model at the same time one is promoted.
#[test]
fn two_promotions_at_once_are_one() {
    let bench = bench("candidate");
    bench.write_variant("other", 5);
    let base = Bundle::info(&bench.path(BASE)).unwrap().sha256;
    // The site's folder is the only thing that the two share.
    let site = SiteFolder::at(&bench.path("site"));
    let first = Bundle::info(&bench.path("candidate")).unwrap();
    let second = Bundle::info(&bench.path("other")).unwrap();
    let evidence = EvidenceFiles {
        json: "{}",
        html: None,
        statement: None,
    };
    // What is shipped is found by the models folder of the program under test, not of this process.
    assert_eq!(status(&promote(&bench, &[])), 0);
    let in_force = site.in_force().unwrap().unwrap().sha256;
    assert!(in_force == first.sha256 && in_force != base);
    let made = std::thread::scope(|scope| {
        let promote = || scope.spawn(|| site.promote(&second, &in_force, evidence).is_ok());
        let threads = [promote(), promote()];
        threads.map(|thread| thread.join().unwrap())
    });
    assert_eq!(made.iter().filter(|&&done| done).count(), 1, "{made:?}");
    assert_eq!(site.promoted().unwrap().len(), 2);
}

fn names_of_files(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).unwrap();
    let names = files.map(|file| file.unwrap().file_name().to_string_lossy().into_owned());
    names.collect()
}
