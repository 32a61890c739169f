//! A segmenter that is shown the ranks of the grey values.

use super::{Recorder, alone, bench, config};
use diaphane::model::manifest::SegmenterInput;
use diaphane::train::{RunConfig, Start, run};
use std::path::Path;

/// The pairs of `data`, twenty grey levels brighter: no two greys become one.
fn write_brighter(data: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(data).unwrap() {
        let path = entry.unwrap().path();
        let mut image = image::open(&path).unwrap().to_luma8();
        if path.to_string_lossy().contains("_cxr") {
            for pixel in image.pixels_mut() {
                assert!(pixel.0[0] <= 235, "white would be cut off");
                pixel.0[0] += 20;
            }
        }
        image.save(to.join(path.file_name().unwrap())).unwrap();
    }
}

/// The last loss of a run that changes no grey value.
fn last_loss(input: SegmenterInput, root: &Path, data: &Path) -> f64 {
    std::fs::create_dir(root).unwrap();
    let mut config: RunConfig = config("segmenter", root, data, "iterations = 4");
    config.conventions.segmenter_input = input;
    config.augmentation.noise = 0.0;
    config.augmentation.gamma = [1.0, 1.0];
    let mut recorder = Recorder::default();
    run(&config, Start::Fresh, &mut recorder).unwrap();
    *recorder.losses.last().unwrap()
}

#[test]
fn a_segmenter_of_ranks_learns_the_same_from_brighter_radiographs() {
    let _alone = alone();
    let (temp, data) = bench();
    let brighter = temp.path().join("brighter");
    write_brighter(&data, &brighter);
    let change = |input: SegmenterInput| {
        let name = |what: &str| temp.path().join(format!("{what}_{input:?}"));
        let plain = last_loss(input, &name("plain"), &data);
        (plain - last_loss(input, &name("brighter"), &brighter)).abs()
    };
    let [displayed, equalized] = [SegmenterInput::Displayed, SegmenterInput::Equalized].map(change);
    // Equal but for what turning and scaling rounds: a sum may swap two neighbouring greys.
    assert!(equalized < 0.2 * displayed, "{equalized} {displayed}");
    assert!(displayed > 1e-4, "{displayed}");
}
