//! The site's record: damaged, overtaken, written by two at once.

use super::{BASE, bench, certificate, log, names_of_files, promote, sha256, suppress};
use crate::bench::{document, status, stderr};
use diaphane::model::site::EvidenceFiles;
use diaphane::model::{Bundle, SiteError, SiteFolder};
use std::fs;

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
