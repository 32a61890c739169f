//! Real radiographs that were turned, moved, enlarged, mirrored and brightened at once are known again, and no others.

use crate::{data, picture, skipped};
use diaphane::dataset::{CheckRequest, FindingKind, Unwatched, check};
use diaphane::formats::raster::write_grey16;
use diaphane::radiograph::{FloatImage, Raster, resize_area};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const SIDE: usize = 512;
/// Radiographs, of which every fourth is copied.
const RADIOGRAPHS: usize = 32;
/// Copies that may stay unknown: two of these eight do, and with `RADIOGRAPHS` at 163, which takes minutes, three of 41.
const MISSED: usize = 2;

/// The radiograph turned by up to 9.5 degrees, enlarged by 0.88 to 1.14, moved by up to a twentieth, brightened by a gamma,
/// and mirrored or not; bilinear, black beyond it.
fn changed(image: &FloatImage, mirrored: bool, rng: &mut ChaCha8Rng) -> FloatImage {
    let turn = rng.random_range(-9.5_f64..9.5).to_radians();
    let scale = rng.random_range(0.88..1.14);
    let [dx, dy] = [(); 2].map(|()| rng.random_range(-0.05..0.05) * SIDE as f64);
    let gamma = rng.random_range(0.8_f32..1.25);
    let middle = (SIDE as f64 - 1.0) / 2.0;
    let (sin, cos) = (turn.sin() / scale, turn.cos() / scale);
    let value = |i: usize| {
        let (x, y) = (
            (i % SIDE) as f64 - middle - dx,
            (i / SIDE) as f64 - middle - dy,
        );
        let x = if mirrored { -x } else { x };
        let (x, y) = (cos * x + sin * y + middle, cos * y - sin * x + middle);
        let (left, top) = (x.floor(), y.floor());
        let at = |row: f64, col: f64| {
            let inside = |at: f64| (at >= 0.0 && at < SIDE as f64).then_some(at as usize);
            let value = inside(row).zip(inside(col));
            value
                .and_then(|(row, col)| image.get(row, col))
                .map_or(0.0, f64::from)
        };
        let (u, v) = (x - left, y - top);
        let above = at(top, left) * (1.0 - u) + at(top, left + 1.0) * u;
        let below = at(top + 1.0, left) * (1.0 - u) + at(top + 1.0, left + 1.0) * u;
        ((above * (1.0 - v) + below * v) as f32).powf(gamma)
    };
    Raster::new(SIDE, SIDE, (0..SIDE * SIDE).map(value).collect()).unwrap()
}

/// A pair: what makes its mate differ is of no account here.
fn write(folder: &Path, name: &str, radiograph: &FloatImage) {
    let file = |end: &str| folder.join(format!("{name}_{end}.png"));
    write_grey16(&file("cxr"), radiograph, false).unwrap();
    write_grey16(&file("soft"), &radiograph.map(|v| 0.93 * v), false).unwrap();
}

#[test]
fn real_radiographs_that_were_changed_are_known_again_and_no_others() {
    let Some(folder) = data().map(|data| data.join("cxr_masks")) else {
        return skipped("no corpus");
    };
    let entries = std::fs::read_dir(folder).unwrap();
    let files = entries.map(|entry| entry.unwrap().path());
    let is_jsrt = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.starts_with("JPC") && name.ends_with("_cxr.png")
    };
    let files: BTreeSet<PathBuf> = files.filter(is_jsrt).collect();
    let temp = tempfile::tempdir().unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    for (nth, file) in files.iter().take(RADIOGRAPHS).enumerate() {
        let radiograph = resize_area(&picture(file), SIDE, SIDE);
        write(temp.path(), &format!("{nth:03}"), &radiograph);
        if nth % 4 == 0 {
            let copy = changed(&radiograph, nth % 8 == 0, &mut rng);
            write(temp.path(), &format!("{nth:03}copy"), &copy);
        }
    }
    let report = check(&CheckRequest::of_folder(temp.path()), &Unwatched)
        .unwrap()
        .unwrap();
    let alike = report
        .findings
        .iter()
        .filter(|found| found.kind == FindingKind::NearDuplicate);
    let named: Vec<BTreeSet<String>> = alike
        .map(|found| {
            let stems = found.files.iter().map(|file| file.file_stem().unwrap());
            let names = stems.map(|stem| stem.to_string_lossy()[..3].to_owned());
            names.collect()
        })
        .collect();
    assert!(
        named.iter().all(|names| names.len() == 1),
        "strangers: {named:?}"
    );
    let found: BTreeSet<&String> = named.iter().flatten().collect();
    assert!(found.len() + MISSED >= RADIOGRAPHS / 4, "{found:?}");
}
