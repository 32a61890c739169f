//! Round things of the size of a nodule in the bone layer, where ribs and their crossings are explained away.

use super::lines::without_lines;
use super::mark::{Found, Searched};
use crate::radiograph::{FloatImage, gaussian_blur};

/// Height of a blob, as a share of the range from black to white, from which it is marked.
pub(super) const LEAST_HEIGHT: f64 = 0.0125;
/// Standard deviations at which blobs are looked for, mm: discs of 5 to 30 mm answer to these most.
const SCALES_MM: [f64; 5] = [2.0, 2.8, 4.0, 5.6, 8.0];
/// Smaller over larger curvature from which a blob is round.
const LEAST_ROUNDNESS: f32 = 0.4;
/// Length from which something is a line, mm: longer than a nodule, shorter than a rib is straight.
const LINE_MM: f64 = 36.0;
/// Side of the square that the background is opened with, mm: wider than ribs and nodules.
const WIDE_MM: f64 = 40.0;
/// Radius of a disc over the scale that answers most to it.
const RADIUS_OVER_SCALE: f64 = std::f64::consts::SQRT_2;

/// Curvatures of a blurred picture, larger and smaller, positive where it is bright, in units of its height.
struct Curvature {
    larger: Vec<f32>,
    smaller: Vec<f32>,
}

/// Round things that went with the bones inside the lungs.
pub(super) fn nodules_taken(searched: &Searched) -> Vec<Found> {
    let smooth = gaussian_blur(&searched.bone, 1.0 / searched.mm);
    let wide = (WIDE_MM / searched.mm).round() as usize;
    let rest = without_lines(&smooth, LINE_MM / searched.mm, wide);
    let scales: Vec<Curvature> = (SCALES_MM.iter())
        .map(|mm| curvature(&rest, mm / searched.mm))
        .collect();
    let (width, height) = rest.size();
    let mut found = Vec::new();
    for row in 1..height.saturating_sub(1) {
        for col in 1..width.saturating_sub(1) {
            if searched.lungs.raster().get(row, col) != Some(1) {
                continue;
            }
            for (scale, scale_mm) in SCALES_MM.iter().enumerate() {
                if let Some(score) = blob_at(&scales, (scale, row, col), width) {
                    found.push(Found {
                        row: row as f64,
                        col: col as f64,
                        radius: RADIUS_OVER_SCALE * scale_mm / searched.mm,
                        score,
                    });
                }
            }
        }
    }
    found
}

/// Height of the blob whose smaller curvature is the largest of its neighbours in space and scale.
fn blob_at(
    scales: &[Curvature],
    (scale, row, col): (usize, usize, usize),
    width: usize,
) -> Option<f64> {
    let at = row * width + col;
    let here = scales.get(scale)?;
    let (smaller, larger) = (*here.smaller.get(at)?, *here.larger.get(at)?);
    if f64::from(smaller) < LEAST_HEIGHT || smaller < LEAST_ROUNDNESS * larger {
        return None;
    }
    let near = &scales[scale.saturating_sub(1)..(scale + 2).min(scales.len())];
    let is_peak = near.iter().all(|curvature| {
        (row - 1..=row + 1)
            .all(|r| (col - 1..=col + 1).all(|c| curvature.smaller[r * width + c] <= smaller))
    });
    is_peak.then_some(f64::from(smaller))
}

/// Eigenvalues of the negative Hessian at `sigma` pixels, times its square.
fn curvature(picture: &FloatImage, sigma: f64) -> Curvature {
    let blurred = gaussian_blur(picture, sigma);
    let (width, height) = blurred.size();
    let values = blurred.values();
    let square = (sigma * sigma) as f32;
    let mut curvature = Curvature {
        larger: Vec::with_capacity(values.len()),
        smaller: Vec::with_capacity(values.len()),
    };
    for row in 0..height {
        let rows = [row.saturating_sub(1), row, (row + 1).min(height - 1)];
        for col in 0..width {
            let cols = [col.saturating_sub(1), col, (col + 1).min(width - 1)];
            let at = |r: usize, c: usize| values[rows[r] * width + cols[c]];
            let across = at(1, 2) - 2.0 * at(1, 1) + at(1, 0);
            let down = at(2, 1) - 2.0 * at(1, 1) + at(0, 1);
            let mixed = (at(2, 2) - at(2, 0) - at(0, 2) + at(0, 0)) / 4.0;
            let (sum, spread) = (-(across + down), (across - down).hypot(2.0 * mixed));
            curvature.larger.push(square * (sum + spread) / 2.0);
            curvature.smaller.push(square * (sum - spread) / 2.0);
        }
    }
    curvature
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::radiograph::Raster;

    #[test]
    fn a_gaussian_blob_answers_at_its_own_scale_by_a_quarter_of_its_height() {
        // At t = s, -s^2 d2/dx2 of a Gaussian blob of variance t blurred by s is t s / (t + s)^2 = 1/4.
        let blob = |i: usize| {
            let (row, col) = ((i / 61) as f64 - 30.0, (i % 61) as f64 - 30.0);
            (-(row * row + col * col) / 50.0).exp() as f32
        };
        let picture = Raster::new(61, 61, (0..61 * 61).map(blob).collect()).unwrap();
        let found = curvature(&picture, 5.0);
        let center = 30 * 61 + 30;
        for value in [found.larger[center], found.smaller[center]] {
            assert!((value - 0.25).abs() < 0.01, "{value}");
        }
    }

    #[test]
    fn a_ridge_has_no_smaller_curvature() {
        let ridge = |i: usize| (-((i % 41) as f64 - 20.0).powi(2) / 18.0).exp() as f32;
        let picture = Raster::new(41, 41, (0..41 * 41).map(ridge).collect()).unwrap();
        let found = curvature(&picture, 3.0);
        let center = 20 * 41 + 20;
        assert!(found.larger[center] > 0.2 && found.smaller[center].abs() < 1e-3);
    }
}
