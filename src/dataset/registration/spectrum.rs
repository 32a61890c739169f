//! How far one picture lies beside another, from their spectra.

use crate::radiograph::FloatImage;
use rustfft::num_complex::Complex32;
use rustfft::{FftDirection, FftPlanner};
use std::f64::consts::PI;

/// Standard deviation of the peak that two shifted copies of one picture give, pixels: wide enough that its place can
/// be read from three samples, narrow enough that neighbours do not run into it.
const PEAK_SIGMA_PX: f64 = 1.5;
/// Share of a spectrum's mean amplitude below which a frequency is noise and does not vote.
const NOISE_FLOOR: f32 = 0.05;

/// Where a picture's copy was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Found {
    /// Columns and rows that the second picture lies to the right of and below the first.
    pub(super) shift_px: [f64; 2],
    /// Height of the peak as a share of what two equal pictures give, `0..=1`.
    pub(super) height: f64,
}

/// Finds by how much `second` is shifted against `first`: both of one size, up to `reach_px` in either direction.
///
/// Phase correlation with a Gaussian weight over the frequencies, so that the peak is a Gaussian and the logarithms
/// of its neighbours give its place below a pixel.
///
/// # Source
/// Kuglin and Hines, "The phase correlation image alignment method", Proc. IEEE Conf. Cybernetics and Society, 1975.
pub(super) fn find_shift(first: &FloatImage, second: &FloatImage, reach_px: usize) -> Found {
    let (width, height) = first.size();
    let mut of_first = windowed(first);
    let mut of_second = windowed(second);
    let mut planner = FftPlanner::new();
    for data in [&mut of_first, &mut of_second] {
        transform(data, (width, height), FftDirection::Forward, &mut planner);
    }
    let mut correlation = cross_phase(&of_first, &of_second, (width, height));
    let weight: f32 = correlation.iter().map(|value| value.norm()).sum();
    transform(
        &mut correlation,
        (width, height),
        FftDirection::Inverse,
        &mut planner,
    );
    let surface = Surface {
        values: correlation.iter().map(|value| value.re).collect(),
        size: (width, height),
    };
    let (col, row) = surface.highest_within(reach_px);
    let peak = f64::from(surface.at(col, row)) / f64::from(weight.max(f32::MIN_POSITIVE));
    Found {
        shift_px: [
            col as f64 + surface.offset([(col - 1, row), (col, row), (col + 1, row)]),
            row as f64 + surface.offset([(col, row - 1), (col, row), (col, row + 1)]),
        ],
        height: peak.clamp(0.0, 1.0),
    }
}

/// The spectrum of a square picture of `side` pixels, row by row.
pub(in crate::dataset) fn transformed(values: &[f32], side: usize) -> Vec<Complex32> {
    let mut data: Vec<Complex32> = values.iter().map(|v| Complex32::new(*v, 0.0)).collect();
    let planner = &mut FftPlanner::new();
    transform(&mut data, (side, side), FftDirection::Forward, planner);
    data
}

/// The highest sum of products of two square pictures with these spectra, one shifted by up to `reach_px` either way;
/// the correlation where both are of length 1.
pub(in crate::dataset) fn highest_correlation(
    first: &[Complex32],
    second: &[Complex32],
    side: usize,
    reach_px: usize,
) -> f32 {
    let mut data: Vec<Complex32> = first
        .iter()
        .zip(second)
        .map(|(a, b)| a.conj() * b)
        .collect();
    let planner = &mut FftPlanner::new();
    transform(&mut data, (side, side), FftDirection::Inverse, planner);
    let surface = Surface {
        values: data.iter().map(|value| value.re).collect(),
        size: (side, side),
    };
    let (col, row) = surface.highest_within(reach_px);
    surface.at(col, row) / (side * side).max(1) as f32
}

/// The picture less its mean, falling to nothing at its borders, which would otherwise be found as an edge that never
/// moves.
fn windowed(image: &FloatImage) -> Vec<Complex32> {
    let (width, height) = image.size();
    let mean = image.values().iter().sum::<f32>() / (width * height).max(1) as f32;
    let hann = |i: usize, n: usize| (PI * (i as f64 + 0.5) / n as f64).sin().powi(2) as f32;
    let columns: Vec<f32> = (0..width).map(|i| hann(i, width)).collect();
    let mut data = Vec::with_capacity(width * height);
    for (row, values) in image.values().chunks(width.max(1)).enumerate() {
        let of_row = hann(row, height);
        let windowed = values.iter().zip(&columns);
        data.extend(windowed.map(|(v, c)| Complex32::new((v - mean) * c * of_row, 0.0)));
    }
    data
}

/// Transforms in place: rows, then columns.
fn transform(
    data: &mut Vec<Complex32>,
    (width, height): (usize, usize),
    direction: FftDirection,
    planner: &mut FftPlanner<f32>,
) {
    planner.plan_fft(width, direction).process(data);
    let mut turned = transposed(data, (width, height));
    planner.plan_fft(height, direction).process(&mut turned);
    *data = transposed(&turned, (height, width));
}

fn transposed(data: &[Complex32], (width, height): (usize, usize)) -> Vec<Complex32> {
    let turned = (0..width).flat_map(|col| (0..height).map(move |row| row * width + col));
    turned.map(|index| data[index]).collect()
}

/// The phases of both spectra's product, each as strong as a Gaussian over the frequencies says.
fn cross_phase(
    first: &[Complex32],
    second: &[Complex32],
    (width, height): (usize, usize),
) -> Vec<Complex32> {
    let mean = |data: &[Complex32]| {
        data.iter().map(|value| value.norm()).sum::<f32>() / data.len().max(1) as f32
    };
    let floor = NOISE_FLOOR * mean(first) * NOISE_FLOOR * mean(second);
    let pairs = first.iter().zip(second).enumerate();
    let phases = pairs.map(|(i, (a, b))| {
        let product = a.conj() * b;
        let amplitude = product.norm();
        if amplitude <= floor {
            return Complex32::default();
        }
        let frequency = |i: usize, n: usize| i.min(n - i) as f64 / n as f64;
        let [fx, fy] = [frequency(i % width, width), frequency(i / width, height)];
        let exponent = -2.0 * (PI * PEAK_SIGMA_PX).powi(2) * (fx * fx + fy * fy);
        product / amplitude * exponent.exp() as f32
    });
    phases.collect()
}

/// A correlation over shifts, which go round at its ends.
struct Surface {
    values: Vec<f32>,
    size: (usize, usize),
}

impl Surface {
    fn at(&self, col: i64, row: i64) -> f32 {
        let (width, height) = self.size;
        let index = |i: i64, n: usize| i.rem_euclid(n as i64) as usize;
        self.values[index(row, height) * width + index(col, width)]
    }

    fn highest_within(&self, reach_px: usize) -> (i64, i64) {
        let reach = |n: usize| reach_px.min(n.saturating_sub(1) / 2) as i64;
        let (of_cols, of_rows) = (reach(self.size.0), reach(self.size.1));
        let shifts = (-of_rows..=of_rows).flat_map(|y| (-of_cols..=of_cols).map(move |x| (x, y)));
        let highest = shifts.max_by(|a, b| self.at(a.0, a.1).total_cmp(&self.at(b.0, b.1)));
        highest.unwrap_or((0, 0))
    }

    /// Where the top of a Gaussian through three neighbours lies, from the middle one, `-0.5..=0.5`.
    fn offset(&self, neighbours: [(i64, i64); 3]) -> f64 {
        let [before, peak, after] =
            neighbours.map(|(x, y)| f64::from(self.at(x, y).max(f32::MIN_POSITIVE)).ln());
        let curvature = before - 2.0 * peak + after;
        if curvature >= 0.0 {
            return 0.0;
        }
        (0.5 * (before - after) / curvature).clamp(-0.5, 0.5)
    }
}
