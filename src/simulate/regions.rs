//! Regions of a radiograph found from its lung mask, and order statistics over them.

use crate::radiograph::{FloatImage, Raster};

/// Half width of the strip in which the abdomen is measured, share of the width.
const ABDOMEN_HALF_WIDTH: f64 = 0.207;

/// In each row the widest gap between lung pixels, where it is wider than 4 % of the row.
pub(super) fn between_lungs(mask: &Raster<u8>) -> Raster<u8> {
    let width = mask.width().max(1);
    let mut between = Raster::filled(mask.width(), mask.height(), 0_u8);
    for (out, row) in between
        .values_mut()
        .chunks_mut(width)
        .zip(mask.values().chunks(width))
    {
        let lung: Vec<usize> = (0..row.len()).filter(|&col| row[col] == 1).collect();
        let gap = lung
            .windows(2)
            .map(|pair| (pair[0] + 1, pair[1]))
            .max_by_key(|&(start, end)| end - start);
        if let Some((start, end)) = gap.filter(|&(start, end)| 25 * (end - start) > width) {
            out[start..end].fill(1);
        }
    }
    between
}

/// The middle strip from the lowest lung pixel to the bottom of the picture.
pub(super) fn below_lungs(mask: &Raster<u8>) -> Raster<u8> {
    let (width, height) = mask.size();
    let last = mask.values().iter().rposition(|&m| m == 1).unwrap_or(0);
    let first_row = last / width.max(1);
    let half = (ABDOMEN_HALF_WIDTH * width as f64) as usize;
    let (left, right) = (width / 2 - half, width / 2 + half);
    let mut below = Raster::filled(width, height, 0_u8);
    for row in below.values_mut().chunks_mut(width.max(1)).skip(first_row) {
        row[left..right].fill(1);
    }
    below
}

pub(super) fn selected(image: &FloatImage, inside: &Raster<u8>) -> Vec<f32> {
    let pixels = image.values().iter().zip(inside.values());
    pixels.filter(|&(_, &m)| m == 1).map(|(&v, _)| v).collect()
}

pub(super) fn sorted(mut values: Vec<f32>) -> Vec<f32> {
    values.sort_unstable_by(f32::total_cmp);
    values
}

/// Quantile of sorted values with linear interpolation (`numpy.quantile`); 0 of nothing.
pub(super) fn quantile(sorted: &[f32], q: f64) -> f64 {
    let position = q * sorted.len().saturating_sub(1) as f64;
    let at = |i: f64| f64::from(sorted.get(i as usize).copied().unwrap_or(0.0));
    let (low, high) = (at(position.floor()), at(position.ceil()));
    low + (high - low) * position.fract()
}
