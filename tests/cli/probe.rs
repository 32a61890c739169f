//! `diaphane probe`: synthetic nodules, and what is kept of them.

use crate::bench::{Bench, document, status, stderr};
use crate::tiny;
use std::fs;

/// One nodule of 30 mm, by networks that take nothing off a radiograph.
const PROBE: [&str; 12] = [
    "probe",
    "chest.png",
    "--model",
    "idle",
    "--device",
    "cpu",
    "--fusion",
    "none",
    "--at",
    "60,45",
    "--diameter-mm",
    "30",
];

fn bench() -> Bench {
    let bench = Bench::new();
    tiny::write_bundle_that(false, &bench.path("idle"), true);
    bench
}

/// What is not suppressed is kept whole: no rounding of stored values, no window and no grid changes the share.
#[test]
fn networks_that_take_nothing_off_keep_a_nodule_whole() {
    let bench = bench();
    let entries = || fs::read_dir(bench.folder.path()).unwrap().count();
    let before = entries();
    let output = bench.diaphane(&[&PROBE[..], &["--json"]].concat());
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let report = document(&output);
    let nodule = &report["nodules"][0];
    let kept = nodule["kept"].as_f64().unwrap();
    assert!((kept - 1.0).abs() < 1e-3, "{report}");
    assert_eq!(
        (&nodule["row_px"], &nodule["col_px"]),
        (&60.0.into(), &45.0.into())
    );
    // 20 grey levels of 255, the default.
    assert!((nodule["contrast"].as_f64().unwrap() - 20.0 / 255.0).abs() < 1e-9);
    assert_eq!(entries(), before, "no picture is written");
    let told = bench.diaphane(&PROBE);
    let line = String::from_utf8(told.stdout).unwrap();
    assert!(
        line.contains("30 mm and 20 grey levels at row 60, column 45"),
        "{line}"
    );
    assert!(
        line.contains("keeps 100 % of its contrast: 20.0 grey levels"),
        "{line}"
    );
}

#[test]
fn tables_are_written_once_and_a_place_outside_is_refused() {
    let bench = bench();
    let files = ["--csv", "kept.csv", "--plot", "kept.svg"];
    let output = bench.diaphane(&[&PROBE[..], &files].concat());
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let csv = fs::read_to_string(bench.path("kept.csv")).unwrap();
    assert_eq!(csv.lines().count(), 2, "{csv}");
    assert!(
        fs::read_to_string(bench.path("kept.svg"))
            .unwrap()
            .starts_with("<svg")
    );
    let again = bench.diaphane(&[&PROBE[..], &files].concat());
    assert_eq!(status(&again), 2);
    assert!(stderr(&again).contains("--overwrite"), "{}", stderr(&again));
    assert_eq!(fs::read_to_string(bench.path("kept.csv")).unwrap(), csv);

    let mut outside = PROBE;
    outside[9] = "120,45";
    let refused = bench.diaphane(&outside);
    assert_eq!(status(&refused), 1);
    assert!(
        stderr(&refused).contains("120 rows and 150 columns"),
        "{}",
        stderr(&refused)
    );
    let absurd = bench.diaphane(&[&PROBE[..11], &["0"]].concat());
    assert_eq!(status(&absurd), 2, "{}", stderr(&absurd));
}
