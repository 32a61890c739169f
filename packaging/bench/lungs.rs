//! A lung mask for radiographs that have none.

use diaphane::radiograph::{LungMask, Raster};

/// Two ellipses, where lungs would be.
pub fn lungs(side: usize) -> LungMask {
    let lung = |i: usize| {
        let (x, y) = (
            (i % side) as f64 / side as f64,
            (i / side) as f64 / side as f64,
        );
        let within = |centre: f64| ((x - centre) / 0.17).powi(2) + ((y - 0.5) / 0.33).powi(2) < 1.0;
        u8::from(within(0.28) || within(0.72))
    };
    let values = (0..side * side).map(lung).collect();
    LungMask::from_nonzero(&Raster::new(side, side, values).unwrap())
}
