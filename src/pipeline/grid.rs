//! From the radiograph's grid to the model's, and back.

use crate::radiograph::{
    FloatImage, LungMask, Raster, resize_area, resize_bicubic, resize_bilinear,
};

/// What a bundle's networks ask of their grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GridRule {
    /// Longest side of the picture in pixels, > 0.
    pub size_px: usize,
    /// Both sides are padded to a multiple of this, > 0.
    pub multiple_px: usize,
    /// Both sides to `size_px`, whatever the aspect, as the authors' networks were trained.
    pub square: bool,
}

/// One radiograph's place on the model's grid: scaled to fit, then extended on the right and below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModelGrid {
    native: (usize, usize),
    scaled: (usize, usize),
    padded: (usize, usize),
}

impl ModelGrid {
    /// Fits a radiograph of `native` width and height (both > 0) to the grid, keeping its aspect
    /// unless the rule says `square`. `pixel_aspect` is a pixel's height over its width, > 0: pixels that
    /// are not square become square on the grid.
    pub fn fit(native: (usize, usize), pixel_aspect: f64, rule: GridRule) -> Self {
        let extent = (native.0 as f64, native.1 as f64 * pixel_aspect);
        let scale = rule.size_px as f64 / extent.0.max(extent.1).max(f64::MIN_POSITIVE);
        let side = |n: f64| ((n * scale).round() as usize).clamp(1, rule.size_px.max(1));
        let scaled = if rule.square {
            (rule.size_px.max(1), rule.size_px.max(1))
        } else {
            (side(extent.0), side(extent.1))
        };
        let multiple = rule.multiple_px.max(1);
        let pad = |n: usize| n.div_ceil(multiple) * multiple;
        Self {
            native,
            scaled,
            padded: (pad(scaled.0), pad(scaled.1)),
        }
    }

    /// Width and height on the model's grid without padding.
    pub fn scaled(&self) -> (usize, usize) {
        self.scaled
    }

    /// Width and height as the networks see them.
    pub fn padded(&self) -> (usize, usize) {
        self.padded
    }

    /// A picture from the radiograph's grid to the model's, without padding; the mean of the
    /// covered area where it shrinks.
    pub fn to_model(&self, native: &FloatImage) -> FloatImage {
        resize_area(native, self.scaled.0, self.scaled.1)
    }

    /// A picture from the model's grid (without padding) to the radiograph's, by cubic interpolation.
    pub fn to_native(&self, model: &FloatImage) -> FloatImage {
        resize_bicubic(model, self.native.0, self.native.1)
    }

    /// A mask from the radiograph's grid to the model's, without padding.
    pub fn mask_to_model(&self, native: &LungMask) -> LungMask {
        native.resized(self.scaled.0, self.scaled.1)
    }

    /// A mask from the model's grid to the radiograph's; its border runs smoothly where it grows.
    pub fn mask_to_native(&self, model: &LungMask) -> LungMask {
        let share = model.raster().map(|&v| f32::from(v));
        LungMask::from_threshold(&resize_bilinear(&share, self.native.0, self.native.1), 0.5)
    }

    /// Extends a mask on the model's grid by what is not lung.
    pub fn pad_mask(&self, model: &LungMask) -> LungMask {
        let (width, height) = self.padded;
        let mut padded = Raster::filled(width, height, 0_u8);
        for (row, to) in padded.values_mut().chunks_mut(width.max(1)).enumerate() {
            for (to, from) in to.iter_mut().zip(model.raster().row(row).unwrap_or(&[])) {
                *to = *from;
            }
        }
        LungMask::from_nonzero(&padded)
    }

    /// Extends a picture on the model's grid by its last column and row.
    pub fn pad(&self, model: &FloatImage) -> FloatImage {
        model.padded_by_edge(self.padded.0, self.padded.1)
    }

    /// Takes the padding off a smaller picture of the padded grid, up to half a pixel of its own.
    pub(super) fn crop_small(&self, small: &FloatImage) -> FloatImage {
        let side = |small: usize, padded: usize, scaled: usize| {
            let share = scaled as f64 / padded.max(1) as f64;
            ((small as f64 * share).round() as usize).max(1)
        };
        let width = side(small.width(), self.padded.0, self.scaled.0);
        let height = side(small.height(), self.padded.1, self.scaled.1);
        small.crop(0, 0, width, height)
    }

    /// Takes the padding off again.
    pub fn crop(&self, padded: &FloatImage) -> FloatImage {
        padded.crop(0, 0, self.scaled.0, self.scaled.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMPACT: GridRule = GridRule {
        size_px: 1024,
        multiple_px: 64,
        square: false,
    };

    #[test]
    fn the_longest_side_fits_and_the_aspect_stays() {
        let grid = ModelGrid::fit((3000, 2400), 1.0, COMPACT);
        assert_eq!(grid.scaled(), (1024, 819));
        assert_eq!(grid.padded(), (1024, 832));
        let square = GridRule {
            square: true,
            ..COMPACT
        };
        assert_eq!(
            ModelGrid::fit((3000, 2400), 1.0, square).scaled(),
            (1024, 1024)
        );
    }

    #[test]
    fn pixels_that_are_not_square_become_so() {
        // 1000 columns of 0.2 mm and 500 rows of 0.4 mm show a square of 200 mm.
        let grid = ModelGrid::fit((1000, 500), 0.4 / 0.2, COMPACT);
        assert_eq!(grid.scaled(), (1024, 1024));
    }

    #[test]
    fn a_sliver_keeps_one_pixel() {
        let grid = ModelGrid::fit((4000, 1), 1.0, COMPACT);
        assert_eq!(grid.scaled(), (1024, 1));
        assert_eq!(grid.padded(), (1024, 64));
    }

    #[test]
    fn cropping_undoes_padding_and_a_small_picture_grows() {
        let rule = GridRule {
            size_px: 8,
            multiple_px: 8,
            square: false,
        };
        let grid = ModelGrid::fit((4, 2), 1.0, rule);
        let image = Raster::new(4, 2, (0_u8..8).map(f32::from).collect()).unwrap();
        let model = grid.to_model(&image);
        assert_eq!(model.size(), (8, 4));
        assert_eq!(grid.pad(&model).size(), (8, 8));
        assert_eq!(grid.crop(&grid.pad(&model)), model);
        assert_eq!(grid.to_native(&model).size(), (4, 2));
        let mask = LungMask::from_nonzero(&Raster::filled(8, 4, 1));
        let padded = grid.pad_mask(&mask);
        assert_eq!(padded.raster().size(), (8, 8));
        assert_eq!(padded.num_inside(), 32);
        assert_eq!(padded.raster().get(4, 0), Some(0));
        assert_eq!(grid.mask_to_native(&mask).num_inside(), 8);
    }
}
