//! A nodule as a radiograph shows it.

use crate::radiograph::{FloatImage, Raster};

/// Blur of the outline, as a share of the radius: focal spot, motion and the detector round off every edge.
const EDGE: f64 = 0.08;

/// A spherical nodule: its shadow is as high as the way through it is long.
///
/// ```text
/// layer(r) = contrast * sqrt(1 - (r / radius)^2)      inside, 0 outside; the outline blurred over 8 % of the radius
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nodule {
    /// Row of its middle, pixels; 0 is the middle of the first row.
    pub row_px: f64,
    /// Column of its middle, pixels.
    pub col_px: f64,
    /// Radius, pixels.
    pub radius_px: f64,
    /// Brightness that its middle adds, display units: 1 is the range from black to white.
    pub contrast: f64,
}

impl Nodule {
    /// What it adds at a distance from its middle, display units.
    fn height(&self, distance_px: f64) -> f64 {
        let t = distance_px / self.radius_px;
        if t < 1.0 - EDGE {
            return self.contrast * (1.0 - t * t).sqrt();
        }
        // A cubic from the sphere's height and slope at the beginning of the edge to nothing at its end: no step, no
        // kink.
        let edge = 1.0 - EDGE;
        let u = ((t - edge) / (2.0 * EDGE)).clamp(0.0, 1.0);
        let height = (1.0 - edge * edge).sqrt();
        let fall = 2.0 * EDGE * edge / height;
        let rest = (1.0 - u) * (1.0 - u);
        self.contrast * rest * (height * (1.0 + 2.0 * u) - fall * u)
    }

    /// Distance from its middle beyond which it adds nothing, pixels.
    pub fn reach_px(&self) -> f64 {
        self.radius_px * (1.0 + EDGE)
    }

    /// What it adds to a picture of `width` x `height` pixels, display units.
    pub fn layer(&self, width: usize, height: usize) -> FloatImage {
        let mut layer = Raster::filled(width, height, 0.0);
        for (row, col) in self.near(width, height, self.reach_px()) {
            let distance = (row as f64 - self.row_px).hypot(col as f64 - self.col_px);
            layer.values_mut()[row * width + col] = self.height(distance) as f32;
        }
        layer
    }

    /// Rows and columns of the pixels of a picture that lie at most `reach_px` from its middle.
    pub(super) fn near(
        &self,
        width: usize,
        height: usize,
        reach_px: f64,
    ) -> impl Iterator<Item = (usize, usize)> {
        let range = |middle: f64, side: usize| {
            let first = (middle - reach_px).ceil().max(0.0) as usize;
            let end = ((middle + reach_px).floor() + 1.0).max(0.0) as usize;
            first..end.min(side)
        };
        let (row_px, col_px) = (self.row_px, self.col_px);
        let columns = range(col_px, width);
        range(row_px, height)
            .flat_map(move |row| columns.clone().map(move |col| (row, col)))
            .filter(move |&(row, col)| (row as f64 - row_px).hypot(col as f64 - col_px) <= reach_px)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nodule_is_a_sphere_with_a_soft_outline() {
        let nodule = Nodule {
            row_px: 40.0,
            col_px: 50.0,
            radius_px: 20.0,
            contrast: 0.2,
        };
        let layer = nodule.layer(100, 80);
        assert!((layer.get(40, 50).unwrap() - 0.2).abs() < 1e-7);
        // sqrt(1 - 0.6^2) = 0.8
        assert!((layer.get(52, 50).unwrap() - 0.16).abs() < 1e-6);
        assert!(layer.get(40, 72).unwrap() == 0.0 && layer.get(40, 71).unwrap() > 0.0);
        // A sharp sphere would fall by 0.2 * sqrt(1 - 0.95^2) = 0.062 from its last pixel to the lung; the cubic falls
        // by at most 0.52 of the contrast over its 3.2 px, 0.0325 a pixel.
        let row = layer.row(40).unwrap();
        let steepest = row.windows(2).map(|w| (w[0] - w[1]).abs());
        assert!(steepest.fold(0.0, f32::max) < 0.033);
        // The volume of a sphere is two thirds of its cylinder; the blurred outline adds a little.
        let volume: f32 = layer.values().iter().sum();
        let share = f64::from(volume) / (std::f64::consts::PI * 400.0 * 0.2);
        assert!((share - 2.0 / 3.0).abs() < 0.04, "{share}");
    }

    #[test]
    fn a_nodule_at_the_border_stays_in_the_picture() {
        let nodule = Nodule {
            row_px: -1.0,
            col_px: 9.0,
            radius_px: 4.0,
            contrast: 0.1,
        };
        let layer = nodule.layer(10, 10);
        assert!(layer.get(0, 9).unwrap() > 0.0);
        // Within 4.32 px of (-1, 9), columns up to 9: 5, 4, 4 and 2 pixels of rows 0 to 3.
        assert_eq!(layer.values().iter().filter(|&&v| v > 0.0).count(), 15);
    }
}
