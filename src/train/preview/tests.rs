//! The preview is what a run draws, tile by tile.

use super::*;
use crate::formats::raster::write_grey16;
use crate::train::{TrainEvent, Unobserved};
use std::path::Path;

const SIDE: usize = 32;
const PATCH: usize = 16;

/// Two pairs with lungs, and a run on them.
fn config(folder: &Path, stage: &str, lines: &str) -> RunConfig {
    for (name, shift) in [("a", 0.0), ("b", 2.0)] {
        let save = |ending: &str, value: &dyn Fn(f32, f32) -> f32| {
            let values = (0..SIDE * SIDE).map(|i| value((i % SIDE) as f32, (i / SIDE) as f32));
            let picture = Raster::new(SIDE, SIDE, values.collect()).unwrap();
            write_grey16(&folder.join(format!("{name}_{ending}.png")), &picture, true).unwrap();
        };
        let soft = |x: f32, y: f32| 0.4 + 0.2 * ((x * 0.3 + shift).sin() + (y * 0.2).cos());
        save("soft", &soft);
        save("cxr", &|x, y| {
            soft(x, y) + if y as usize % 8 < 3 { 0.15 } else { 0.0 }
        });
        save("lungmask", &|x, _| f32::from(u8::from(x < 16.0)));
    }
    let text = format!(
        "stage = '{stage}'\nout = '{out}'\niterations = 3\nbatch = 4\naccumulate = 2\npatch_px = {PATCH}\nseed = 3\n\
         device = 'cpu'\n{lines}\n[[data.source]]\nkind = 'pairs'\nfolder = '{folder}'\ngrid_px = {SIDE}\n\
         [model.vqgan]\nchannels = [4, 8]\n[model.denoiser]\nchannel_mult = [1, 2]\n[loss.denoiser]\nlocal_share = 1.0\n",
        out = folder.join("run").display(),
        folder = folder.display(),
    );
    let config: RunConfig = toml::from_str(&text).unwrap();
    config.validate().unwrap();
    config
}

/// One plane of a tile.
fn plane(picture: &FloatImage, nth: usize, lower: bool) -> Vec<f32> {
    let (left, top) = (
        nth % TILES * (PATCH + GAP_PX),
        nth / TILES * (2 * PATCH + GAP_PX),
    );
    let rows = (0..PATCH).map(|row| top + row + if lower { PATCH } else { 0 });
    rows.flat_map(|y| (0..PATCH).map(move |x| (left + x, y)))
        .map(|(x, y)| picture.get(y, x).unwrap())
        .collect()
}

fn assert_same(found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-6, "{found} {expected}");
    }
}

#[test]
fn a_preview_shows_the_first_images_of_the_run_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path(), "vqgan", "");
    let picture = preview_augmentations(&config, &mut Unobserved).unwrap();
    assert_eq!(picture.size(), (60, 108));
    assert!(!config.out.exists());
    let dataset = Dataset::load(&config, &mut Unobserved).unwrap();
    // Two parts of two images an iteration, from one stream.
    let batches = (0..3).flat_map(|iteration| {
        let mut images = generator(3, TrainStage::Vqgan, iteration, Purpose::Images);
        let augmentation = &config.augmentation;
        [(); 2].map(|()| dataset.draw(2, augmentation, &mut images, Device::Cpu))
    });
    let items = batches.flat_map(|batch| [batch.item(0), batch.item(1)]);
    for (nth, item) in items.take(9).enumerate() {
        let values = |tensor: &Tensor| grey(tensor, 0).unwrap();
        assert_same(&plane(&picture, nth, false), &values(&item.radiograph));
        assert_same(&plane(&picture, nth, true), &values(&item.soft_tissue));
    }
    assert!(
        (picture.get(0, PATCH).unwrap() - 1.0).abs() < 1e-6,
        "a white line"
    );

    let mut other = config.clone();
    other.seed = 4;
    assert_ne!(
        preview_augmentations(&other, &mut Unobserved).unwrap(),
        picture
    );
    let mut hasty = Hasty;
    let stopped = preview_augmentations(&config, &mut hasty);
    assert!(matches!(stopped, Err(TrainError::Cancelled)));
}

struct Hasty;

impl Observer for Hasty {
    fn event(&mut self, _event: &TrainEvent) {}

    fn is_cancelled(&self) -> bool {
        true
    }
}

/// The tasks of the local path are black beyond the lungs, above and below; a segmenter sees whole pictures and lungs.
#[test]
fn a_preview_shows_what_each_stage_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let tiles_of = |stage: &str, lines: &str| {
        let config = config(folder.path(), stage, lines);
        let dataset = Dataset::load(&config, &mut Unobserved).unwrap();
        let mut tiles = Vec::new();
        drawn_in(&config, &dataset, 0, &mut tiles).unwrap();
        tiles
    };
    let black = |values: &[f32]| values.iter().filter(|&&v| v < 1e-6).count();
    let local = tiles_of("denoiser", "vqgan = 'codec'");
    assert_eq!(local.len(), 4);
    assert!(local.iter().any(|[shown, _]| black(shown) > 20));
    for [shown, wanted] in &local {
        let both = shown.iter().zip(wanted);
        assert!(both.clone().all(|(a, b)| (*a < 1e-6) == (*b < 1e-6)));
        assert!(shown != wanted);
    }
    // Three views are all there are.
    let views = tiles_of("denoiser", "vqgan = 'codec'\nprepared_views = 3");
    assert_eq!(views.len(), 3);
    assert!(views.iter().any(|[shown, _]| black(shown) > 20));

    let mut config = config(folder.path(), "vqgan", "");
    config.stage = TrainStage::Segmenter;
    let dataset = Dataset::load(&config, &mut Unobserved).unwrap();
    let mut tiles = Vec::new();
    drawn_in(&config, &dataset, 0, &mut tiles).unwrap();
    for [_, lungs] in &tiles {
        let is_mask = |&v: &f32| v.min(1.0 - v).abs() < 1e-6;
        assert!(lungs.iter().all(is_mask));
        assert!((1..PATCH * PATCH).contains(&black(lungs)));
    }
}
