//! Pairs: which are fit to be learned from, and how they are parted.
//!
//! Real pairs are read from `pairs/` and `gusarev/` under `DIAPHANE_DATA_DIR`, or beside the project.
#![expect(clippy::unwrap_used, reason = "a step that fails is a test that fails")]

#[path = "dataset/copies.rs"]
mod copies;
#[path = "dataset/damage.rs"]
mod damage;
#[path = "dataset/folder.rs"]
mod folder;
#[path = "dataset/harms.rs"]
mod harms;
#[path = "dataset/matrix.rs"]
mod matrix;
#[path = "dataset/near_copies.rs"]
mod near_copies;
#[path = "dataset/page.rs"]
mod page;
#[path = "dataset/parts.rs"]
mod parts;
#[path = "dataset/registering.rs"]
mod registering;
mod support;
#[path = "dataset/two_folders.rs"]
mod two_folders;

use diaphane::dataset::{
    CheckRequest, Finding, FindingKind, Registration, Unwatched, check, register,
};
use diaphane::display::display_image;
use diaphane::formats;
use diaphane::radiograph::FloatImage;
use std::path::{Path, PathBuf};
use support::skipped;

fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("DIAPHANE_DATA_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        std::path::PathBuf::from,
    );
    folder.is_dir().then_some(folder)
}

fn picture(path: &Path) -> FloatImage {
    let radiograph = formats::read(path).unwrap();
    display_image(&radiograph, &radiograph.vois[0])
}

fn found(folder: &Path, radiograph: &str, soft_tissue: &str) -> Registration {
    let [first, second] = [radiograph, soft_tissue].map(|name| picture(&folder.join(name)));
    register(&first, &second).unwrap()
}

/// Shifts in columns and rows by an independent phase correlation of the whole pictures, which called all of them
/// registered to less than 0.2 px; the median of radiograph less soft-tissue image in grey levels; slope, intercept and
/// correlation of the line from one to the other. Computed with numpy.
const SZCH: [(&str, [f64; 2], f64, [f64; 3]); 4] = [
    ("szch_000", [-0.02, 0.01], 14.0, [1.014, -15.4, 0.989]),
    ("szch_001", [0.07, 0.11], 9.0, [1.028, -12.8, 0.982]),
    ("szch_100", [-0.02, -0.08], 14.0, [0.969, -10.6, 0.983]),
    ("szch_101", [0.07, -0.03], 10.0, [0.944, -2.8, 0.982]),
];

#[test]
fn real_pairs_have_nothing_wrong_and_the_tone_that_was_computed_elsewhere() {
    let Some(data) = data() else {
        return skipped("no data");
    };
    let report = check(&CheckRequest::of_folder(&data.join("pairs")), &Unwatched);
    let report = report.unwrap().unwrap();
    // The other pictures of the folder are lungs alone, under names of their own.
    let passed_over = |found: &Finding| found.kind == FindingKind::PassedOver;
    assert!(
        report.findings.iter().all(passed_over),
        "{:?}",
        report.findings
    );
    for (pair, (name, _, offset, line)) in report.pairs.iter().zip(SZCH) {
        let tone = pair.tone.unwrap();
        assert_eq!(pair.name, name);
        assert!((tone.offset - offset).abs() < 1e-3, "{name}: {tone:?}");
        let found = [tone.line[0], tone.line[1], tone.correlation];
        // A unit of the last digit that was written down.
        for ((found, expected), digit) in found.into_iter().zip(line).zip([1e-3, 0.1, 1e-3]) {
            assert!((found - expected).abs() <= digit, "{name}: {tone:?}");
        }
    }
}

#[test]
fn real_pairs_lie_where_an_independent_measure_found_them() {
    let Some(data) = data() else {
        return skipped("no data");
    };
    for (name, shift, ..) in SZCH {
        let files = ["cxr", "soft"].map(|end| format!("{name}_{end}.png"));
        let found = found(&data.join("pairs"), &files[0], &files[1]);
        for axis in [0, 1] {
            // Both measures call themselves good to 0.1 px; theirs counts the moving heart.
            let off = (found.shift_px[axis] - shift[axis]).abs();
            assert!(off < 0.2, "{name}: {found:?}");
        }
        assert!(
            found.farthest_px < 1.0 && found.local_px < 1.0,
            "{name}: {found:?}"
        );
        assert!(found.agreement_registered > 0.7, "{name}: {found:?}");
    }
    let strangers = found(&data.join("pairs"), "szch_000_cxr.png", "szch_100_soft.png");
    assert!(strangers.agreement_registered < 0.4, "{strangers:?}");
}
