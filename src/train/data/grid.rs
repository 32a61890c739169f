//! Whole images on the grids that networks see.

use crate::radiograph::{FloatImage, resize_area, resize_bilinear};

/// A whole image on the grid that its longer side spans with `grid_px`, its edges repeated up to
/// multiples of `multiple_px`.
pub(crate) fn on_grid(image: &FloatImage, grid_px: usize, multiple_px: usize) -> FloatImage {
    let resized = scaled(image, grid_px);
    let padded = |px: usize| px.next_multiple_of(multiple_px);
    resized.padded_by_edge(padded(resized.width()), padded(resized.height()))
}

/// A whole image, its longer side brought to `side` pixels, in the middle of a black square: as the
/// pipeline shows radiographs to a segmenter of this trainer.
pub(crate) fn in_square(image: &FloatImage, side: usize) -> FloatImage {
    scaled(image, side).centred(side, side, 0.0).0
}

fn scaled(image: &FloatImage, grid_px: usize) -> FloatImage {
    let (width, height) = image.size();
    let scale = grid_px as f64 / width.max(height).max(1) as f64;
    let side = |px: usize| ((px as f64 * scale).round() as usize).max(1);
    let resize = if scale < 1.0 {
        resize_area
    } else {
        resize_bilinear
    };
    resize(image, side(width), side(height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_in_a_square_keeps_its_shape() {
        let wide = FloatImage::filled(4, 2, 1.0);
        for (i, &value) in in_square(&wide, 8).values().iter().enumerate() {
            let expected = f32::from(u8::from((2..6).contains(&(i / 8))));
            assert!((value - expected).abs() < 1e-6, "{i}: {value}");
        }
        let square = FloatImage::filled(12, 12, 0.5);
        assert_eq!(in_square(&square, 8), resize_area(&square, 8, 8));
    }
}
