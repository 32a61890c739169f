//! Radial power spectrum of a picture.

use crate::radiograph::FloatImage;
use std::f64::consts::TAU;

/// A complex number.
type Complex = (f64, f64);

/// The power of the central square of a picture, three quarters of its shorter side, under a Hann
/// window.
pub(super) struct Spectrum {
    side: usize,
    power: Vec<f64>,
}

impl Spectrum {
    pub(super) fn new(image: &FloatImage) -> Self {
        let (width, height) = image.size();
        let side = width.min(height) * 3 / 4;
        let square = image.crop((height - side) / 2, (width - side) / 2, side, side);
        let spectrum = transform_2d(&windowed(&square, side), side);
        let power = spectrum.iter().map(|&(re, im)| re * re + im * im).collect();
        Self { side, power }
    }

    /// Vertical and horizontal cycles of entry `i`.
    fn cycles(&self, i: usize) -> (f64, f64) {
        let unsigned = |k: usize| (k as f64).min((self.side - k) as f64);
        (unsigned(i / self.side), unsigned(i % self.side))
    }

    /// Mean power over rings of whole frequencies: entry `f` belongs to `f` cycles over the side.
    pub(super) fn radial(&self) -> Vec<f64> {
        let (mut sum, mut count) = (vec![0.0; self.side], vec![0.0_f64; self.side]);
        for (i, power) in self.power.iter().enumerate() {
            let (vertical, horizontal) = self.cycles(i);
            let ring = vertical.hypot(horizontal).round() as usize;
            if let (Some(sum), Some(count)) = (sum.get_mut(ring), count.get_mut(ring)) {
                *sum += power;
                *count += 1.0;
            }
        }
        let rings = sum.iter().zip(&count);
        rings.map(|(sum, count)| sum / count.max(1.0)).collect()
    }

    /// Energy between `low` and `high` cycles that varies more from top to bottom than across,
    /// against the energy that varies more across.
    pub(super) fn vertical_energy(&self, low: usize, high: usize) -> f64 {
        let (mut down, mut across) = (0.0, 0.0);
        for (i, power) in self.power.iter().enumerate() {
            let (vertical, horizontal) = self.cycles(i);
            let radius = vertical.hypot(horizontal);
            if radius < low as f64 || radius > high as f64 {
                continue;
            }
            if vertical > horizontal {
                down += power;
            } else if horizontal > vertical {
                across += power;
            }
        }
        down / f64::max(across, f64::MIN_POSITIVE)
    }
}

/// Slope of the logarithm of power over the logarithm of frequency from `low` to `high` cycles.
pub(super) fn log_slope(power: &[f64], low: usize, high: usize) -> f64 {
    let points: Vec<(f64, f64)> = power
        .iter()
        .enumerate()
        .take(high + 1)
        .skip(low)
        .map(|(f, &p)| ((f as f64).ln(), p.max(f64::MIN_POSITIVE).ln()))
        .collect();
    let n = points.len().max(1) as f64;
    let mean_x = points.iter().map(|p| p.0).sum::<f64>() / n;
    let mean_y = points.iter().map(|p| p.1).sum::<f64>() / n;
    let covariance: f64 = points.iter().map(|p| (p.0 - mean_x) * (p.1 - mean_y)).sum();
    let variance: f64 = points.iter().map(|p| (p.0 - mean_x).powi(2)).sum();
    covariance / variance
}

fn windowed(square: &FloatImage, side: usize) -> Vec<Complex> {
    let mean = square.values().iter().map(|&v| f64::from(v)).sum::<f64>()
        / square.values().len().max(1) as f64;
    let last = side.saturating_sub(1).max(1) as f64;
    let hann: Vec<f64> = (0..side)
        .map(|i| 0.5 - 0.5 * (TAU * i as f64 / last).cos())
        .collect();
    square
        .values()
        .iter()
        .enumerate()
        .map(|(i, &v)| (hann[i / side] * hann[i % side] * (f64::from(v) - mean), 0.0))
        .collect()
}

fn transform_2d(values: &[Complex], side: usize) -> Vec<Complex> {
    if side == 0 {
        return Vec::new();
    }
    let roots: Vec<Complex> = (0..side)
        .map(|k| {
            let (sin, cos) = (-TAU * k as f64 / side as f64).sin_cos();
            (cos, sin)
        })
        .collect();
    let transposed_rows = |values: &[Complex]| {
        let mut out = vec![(0.0, 0.0); side * side];
        for (row, values) in values.chunks(side).enumerate() {
            for (col, value) in transform(values, 1, &roots).into_iter().enumerate() {
                out[col * side + row] = value;
            }
        }
        out
    };
    transposed_rows(&transposed_rows(values))
}

/// Discrete Fourier transform of every `stride`-th value, by its smallest prime factors
/// (Cooley-Tukey); `roots` are the roots of unity of the undivided length.
fn transform(values: &[Complex], stride: usize, roots: &[Complex]) -> Vec<Complex> {
    let len = roots.len() / stride;
    if len == 1 {
        return values.first().copied().into_iter().collect();
    }
    let factor = (2..=len).find(|f| len.is_multiple_of(*f)).unwrap_or(len);
    let part = len / factor;
    let parts: Vec<Vec<Complex>> = (0..factor)
        .map(|p| transform(&values[p * stride..], stride * factor, roots))
        .collect();
    (0..len)
        .map(|k| {
            parts
                .iter()
                .enumerate()
                .fold((0.0, 0.0), |sum, (p, values)| {
                    let (a, b) = values[k % part];
                    let (c, d) = roots[(p * k % len) * stride];
                    (sum.0 + a * c - b * d, sum.1 + a * d + b * c)
                })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transform_equals_numpy() {
        // numpy.fft.fft([1, 2, 0, -1, 3, 5])[:4]
        let values = [1.0, 2.0, 0.0, -1.0, 3.0, 5.0].map(|v| (v, 0.0));
        let roots: Vec<Complex> = (0..6)
            .map(|k| {
                let (sin, cos) = (-TAU * f64::from(k) / 6.0).sin_cos();
                (cos, sin)
            })
            .collect();
        let expected = [
            (10.0, 0.0),
            (4.0, 5.196_152_422_706_632),
            (-5.0, 0.0),
            (-2.0, 0.0),
        ];
        for (found, expected) in transform(&values, 1, &roots).iter().zip(expected) {
            assert!((found.0 - expected.0).abs() < 1e-12, "{found:?}");
            assert!((found.1 - expected.1).abs() < 1e-12, "{found:?}");
        }
    }
}
