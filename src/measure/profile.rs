//! Values along a line.

use super::{Layer, Pictures, Point};

/// Values of one layer along a line.
#[derive(Debug, Clone, PartialEq)]
pub struct LineProfile {
    /// The layer.
    pub layer: Layer,
    /// Values at equal steps from the first end to the second; `None` outside the image and on padding.
    pub values: Vec<Option<f64>>,
}

/// Values from `ends[0]` to `ends[1]`, both included, on every layer that is there: bilinear between pixel centres,
/// at equal steps of at most one pixel. Empty for a line without length.
pub fn line_profile(ends: [Point; 2], pictures: &Pictures<'_>) -> Vec<LineProfile> {
    let steps = ends[0].distance_px(ends[1]).ceil();
    if steps < 1.0 {
        return Vec::new();
    }
    let of_layer = |layer| LineProfile {
        layer,
        values: (0..=steps as usize)
            .map(|i| {
                let place = ends[0].between(ends[1], i as f64 / steps);
                pictures.bilinear(layer, place)
            })
            .collect(),
    };
    pictures.layers().into_iter().map(of_layer).collect()
}
