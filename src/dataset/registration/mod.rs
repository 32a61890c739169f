//! Whether a soft-tissue image lies on its radiograph, and how it is brought there.
//!
//! Dual-energy pictures of two exposures are moved by breath and heartbeat between them; pictures of two files may have
//! been scaled or cut besides. A network that learns from such a pair learns double outlines.

mod similarity;
pub(super) mod spectrum;

use crate::radiograph::{FloatImage, Raster, gaussian_blur, resize_area};
use similarity::{Place, Similarity, common_motion};
use spectrum::find_shift;

/// Pictures are compared with at most this many pixels along the longer side.
const LONGEST_PX: usize = 1024;
/// Share of the shorter side that a place looked at spans.
const PLACE_SHARE: f64 = 0.25;
/// Largest shift looked for, as a share of the longer side.
const REACH_SHARE: f64 = 0.06;
/// Largest motion of a place beside that of the whole picture, pixels of the compared grid.
const PLACE_REACH_PX: usize = 12;
/// How often the motion is measured: what is left of it shrinks to a tenth each time.
const NUM_ROUNDS: usize = 3;
/// Lowest peak of a place whose motion counts: a place of air or of plain grey has nothing to be found again.
const LEAST_HEIGHT: f64 = 0.1;
/// The outlines that are compared: finer than lungs and heart, coarser than noise, rows of 1024.
const BAND_PX: (f64, f64) = (1.5, 12.0);
/// Share of places whose own motion is smaller than the one reported.
const MOST_PLACES: f64 = 0.95;

/// How a soft-tissue image lies on its radiograph. Lengths are pixels of the radiograph.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Registration {
    motion: Similarity,
    /// Columns and rows by which the soft-tissue image lies to the right of and below the radiograph, in the middle.
    pub shift_px: [f64; 2],
    /// How much larger the soft-tissue image is drawn, in per cent.
    pub growth_percent: f64,
    /// How far it is turned, degrees, clockwise on the screen.
    pub turn_degrees: f64,
    /// Longest way from a corner of the radiograph to the same place of the soft-tissue image.
    pub farthest_px: f64,
    /// How far places moved beside the common motion: 95 of 100 less than this. Heart and diaphragm between exposures.
    pub local_px: f64,
    /// Correlation of both pictures' outlines as they are, `-1..=1`.
    pub agreement: f64,
    /// The same once the common motion is taken back.
    pub agreement_registered: f64,
    /// Places whose motion could be measured.
    pub num_places: usize,
}

/// Measures how `soft_tissue` lies on `radiograph`: pictures of one size with values of one scale, whatever it is.
///
/// Returns `None` where nothing in them can be found again: too small, plain grey, or of different patients.
pub fn register(radiograph: &FloatImage, soft_tissue: &FloatImage) -> Option<Registration> {
    let (width, height) = radiograph.size();
    if soft_tissue.size() != (width, height) || width.min(height) < 64 {
        return None;
    }
    let scale = (width.max(height) as f64 / LONGEST_PX as f64).max(1.0);
    let size = [width, height].map(|side| (side as f64 / scale).round() as usize);
    let [first, second] =
        [radiograph, soft_tissue].map(|image| resize_area(image, size[0], size[1]));
    let reach = REACH_SHARE * size[0].max(size[1]) as f64;
    let whole = find_shift(&first, &second, reach as usize);
    let mut motion = Similarity {
        shift_px: whole.shift_px,
        growth: 0.0,
        turn: 0.0,
    };
    let (mut local, mut num_places) = (0.0, 0);
    // Two places that lie apart share less than they show, which pulls what is found towards none: what is left is
    // measured again.
    for _ in 0..NUM_ROUNDS {
        let places = places(&first, &moved(&second, &motion));
        if places.is_empty() {
            return None;
        }
        let left = common_motion(&places);
        let own = places.iter().map(|place| left.residual_px(place));
        (local, num_places) = (quantile(own.collect(), MOST_PLACES), places.len());
        motion = motion.then(&left);
    }
    let middle = [width, height].map(|side| 0.5 * side as f64);
    let motion = Similarity {
        shift_px: motion.shift_px.map(|px| px * scale),
        ..motion
    };
    let corners = [[-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0], [1.0, 1.0]];
    let ways = corners.map(|[x, y]| motion.shift_at([x * middle[0], y * middle[1]]));
    let mut registration = Registration {
        motion,
        shift_px: motion.shift_px,
        growth_percent: 100.0 * motion.growth,
        turn_degrees: motion.turn.to_degrees(),
        farthest_px: ways
            .map(|[x, y]| x.hypot(y))
            .into_iter()
            .fold(0.0, f64::max),
        local_px: local * scale,
        agreement: agreement(&first, &second),
        agreement_registered: 0.0,
        num_places,
    };
    let whole = registration.registered(soft_tissue);
    let whole = resize_area(&whole, size[0], size[1]);
    registration.agreement_registered = agreement(&first, &whole);
    Some(registration)
}

impl Registration {
    /// The soft-tissue image laid on its radiograph; what its borders do not reach repeats them.
    pub fn registered(&self, soft_tissue: &FloatImage) -> FloatImage {
        moved(soft_tissue, &self.motion)
    }
}

/// The picture with `motion` taken back.
fn moved(image: &FloatImage, motion: &Similarity) -> FloatImage {
    let (width, height) = image.size();
    let middle = [width, height].map(|side| 0.5 * side as f64);
    let mut values = Vec::with_capacity(width * height);
    for row in 0..height {
        let y = row as f64 + 0.5 - middle[1];
        for col in 0..width {
            let x = col as f64 + 0.5 - middle[0];
            let [right, down] = motion.shift_at([x, y]);
            values.push(catmull_rom(image, col as f64 + right, row as f64 + down));
        }
    }
    Raster::new(width, height, values).unwrap_or_else(|_| image.clone())
}

/// The motion of every place that can be found again.
fn places(first: &FloatImage, second: &FloatImage) -> Vec<Place> {
    let (width, height) = first.size();
    let side = ((PLACE_SHARE * width.min(height) as f64) as usize).max(32);
    let step = side / 2;
    let mut places = Vec::new();
    for row in (0..height.saturating_sub(side)).step_by(step) {
        for col in (0..width.saturating_sub(side)).step_by(step) {
            let [one, other] = [first, second].map(|image| image.crop(row, col, side, side));
            let found = find_shift(&one, &other, PLACE_REACH_PX);
            if found.height >= LEAST_HEIGHT {
                let middle = |start: usize, length: usize| {
                    start as f64 + 0.5 * side as f64 - 0.5 * length as f64
                };
                places.push(Place {
                    at_px: [middle(col, width), middle(row, height)],
                    shift_px: found.shift_px,
                });
            }
        }
    }
    places
}

/// Correlation of the outlines of two pictures of one size, without their borders.
fn agreement(first: &FloatImage, second: &FloatImage) -> f64 {
    let (width, height) = first.size();
    let unit = height as f64 / LONGEST_PX as f64;
    let margin = (BAND_PX.1 * unit).ceil() as usize;
    let band = |image: &FloatImage| -> Vec<f64> {
        let [fine, coarse] = [BAND_PX.0, BAND_PX.1].map(|px| gaussian_blur(image, px * unit));
        let inner = |image: &FloatImage| {
            let (w, h) = (
                width.saturating_sub(2 * margin),
                height.saturating_sub(2 * margin),
            );
            image.crop(margin, margin, w, h)
        };
        let (fine, coarse) = (inner(&fine), inner(&coarse));
        let pixels = fine.values().iter().zip(coarse.values());
        pixels.map(|(f, c)| f64::from(f - c)).collect()
    };
    correlation(&band(first), &band(second))
}

/// Pearson's correlation; 0 where one of them does not vary.
pub(super) fn correlation(first: &[f64], second: &[f64]) -> f64 {
    let count = first.len().max(1) as f64;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / count;
    let (a, b) = (mean(first), mean(second));
    let (mut both, mut of_first, mut of_second) = (0.0, 0.0, 0.0);
    for (x, y) in first.iter().zip(second) {
        both += (x - a) * (y - b);
        of_first += (x - a).powi(2);
        of_second += (y - b).powi(2);
    }
    let scale = (of_first * of_second).sqrt();
    if scale > 0.0 { both / scale } else { 0.0 }
}

fn quantile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let index = (share * values.len().saturating_sub(1) as f64).round() as usize;
    values.get(index).copied().unwrap_or(0.0)
}

/// The value between pixel centres at whole columns and rows, cubic (a = -0.5).
fn catmull_rom(image: &FloatImage, col: f64, row: f64) -> f32 {
    let (width, height) = image.size();
    let weights = |t: f64| {
        let (t2, t3) = (t * t, t * t * t);
        [
            0.5 * (-t + 2.0 * t2 - t3),
            0.5 * (2.0 - 5.0 * t2 + 3.0 * t3),
            0.5 * (t + 4.0 * t2 - 3.0 * t3),
            0.5 * (t3 - t2),
        ]
    };
    let (left, top) = (col.floor(), row.floor());
    let (of_cols, of_rows) = (weights(col - left), weights(row - top));
    let clamped = |start: f64, i: usize, n: usize| {
        (start + i as f64 - 1.0).clamp(0.0, n.saturating_sub(1) as f64) as usize
    };
    let mut sum = 0.0;
    for (j, of_row) in of_rows.iter().enumerate() {
        let Some(values) = image.row(clamped(top, j, height)) else {
            continue;
        };
        for (i, of_col) in of_cols.iter().enumerate() {
            let value = values.get(clamped(left, i, width)).copied().unwrap_or(0.0);
            sum += of_row * of_col * f64::from(value);
        }
    }
    sum as f32
}

#[cfg(test)]
mod tests;
