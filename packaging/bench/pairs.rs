//! Pairs to train on.

use diaphane::formats::raster::write_grey16;
use diaphane::radiograph::Raster;
use std::path::Path;

/// Side of a picture, pixels.
const SIDE: usize = 512;

/// Three pairs: waves as tissue, bars as ribs.
pub fn write(folder: &Path) {
    for (index, name) in ["a", "b", "c"].iter().enumerate() {
        let soft = |i: usize| {
            let (x, y) = ((i % SIDE) as f32, (i / SIDE) as f32);
            0.4 + 0.15 * ((x * 0.02 + index as f32).sin() + (y * 0.013).cos())
        };
        let bone = |i: usize| if (i / SIDE) % 64 < 20 { 0.1 } else { 0.0 };
        let save = |ending: &str, value: &dyn Fn(usize) -> f32| {
            let values = (0..SIDE * SIDE).map(value).collect();
            let picture = Raster::new(SIDE, SIDE, values).unwrap();
            write_grey16(
                &folder.join(format!("{name}_{ending}.png")),
                &picture,
                false,
            )
            .unwrap();
        };
        save("cxr", &|i| soft(i) + bone(i));
        save("soft", &soft);
    }
}
