//! From a run to a bundle: which weights are the best, which are packed, and what an existing bundle is refused with.

use crate::bench::{Bench, status, stderr};
use std::fs;

/// Goes on from `tiny` on the pairs of the bench; judged after the second and the fourth iteration.
const RUN: &str = r#"
stage = "denoiser"
out = "run"
base = "tiny"
device = "cpu"
threads = 1
iterations = 4
batch = 2
patch_px = 64
validate_every = 2
checkpoint_every = 2
[data]
validation = ["c"]
[[data.source]]
kind = "pairs"
folder = "pairs"
grid_px = 64
"#;

/// Export file of the run.
const PACK: &str = r#"
out = "packed"
name = "packed"
version = "1"
licence = "MIT"
training_data = "three pairs"
denoiser = "run"
"#;

#[test]
fn a_run_names_its_best_weights_and_pack_says_which_it_took() {
    let bench = Bench::new();
    bench.write_pairs_of("tiny");
    fs::write(bench.path("run.toml"), RUN).unwrap();
    let trained = bench.diaphane(&["train", "run.toml"]);
    assert_eq!(status(&trained), 0, "{}", stderr(&trained));
    let best = fs::read_to_string(bench.path("run/best")).unwrap();
    let best = best.trim();
    let iteration: u64 = best.trim_start_matches("step-").parse().unwrap();
    let last = stderr(&trained).lines().last().unwrap().to_owned();
    for told in [
        &format!("the best weights are those of iteration {iteration}, in "),
        best,
        "`diaphane models pack FILE`",
        "denoiser = \"",
    ] {
        assert!(last.contains(told), "{told}: {last}");
    }

    let pack = |more: &str| {
        fs::write(bench.path("pack.toml"), PACK.to_owned() + more).unwrap();
        bench.diaphane(&["models", "pack", "pack.toml"])
    };
    let packed = pack("");
    assert_eq!(status(&packed), 0, "{}", stderr(&packed));
    let told = stderr(&packed);
    let took = format!("denoiser: iteration {iteration} of ");
    assert!(
        told.contains(&took) && told.contains("the best by validation (score "),
        "{told}"
    );
    let again = pack("");
    assert_eq!(status(&again), 2);
    assert!(
        stderr(&again).contains("packed exists already; write `overwrite = true` into pack.toml"),
        "{}",
        stderr(&again)
    );
    let newest = pack("overwrite = true\nnewest = true\n");
    assert_eq!(status(&newest), 0, "{}", stderr(&newest));
    assert!(
        stderr(&newest).contains("denoiser: iteration 4 of "),
        "{}",
        stderr(&newest)
    );

    // What is no bundle is not replaced, whatever the file allows.
    fs::remove_file(bench.path("packed/manifest.toml")).unwrap();
    let foreign = pack("overwrite = true\n");
    assert_eq!(status(&foreign), 2);
    let told = stderr(&foreign);
    assert!(
        told.contains("no bundle and is not replaced") && told.contains("`out`"),
        "{told}"
    );
}
