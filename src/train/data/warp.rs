//! Cutting a rotated, scaled and mirrored patch out of images of one size.

use crate::radiograph::FloatImage;

/// What a patch shows beyond the image's border.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Border {
    /// The image mirrored at its outer edge.
    Reflected,
    /// Zero.
    Black,
}

/// Where a patch lies in its source: `source = centre + rotation * (step * (patch - patch centre))`.
///
/// Pixel centres lie at `i + 0.5` in both spaces.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placement {
    /// Centre of the patch in source pixels, `(x, y)`.
    pub center: (f64, f64),
    /// Source pixels per patch pixel along `x` and `y`, before the rotation.
    pub step: (f64, f64),
    /// Rotation in radians.
    pub angle: f64,
    /// Whether left and right are exchanged.
    pub mirrored: bool,
    /// What lies beyond the source.
    pub border: Border,
}

/// The same patch of `side` x `side` pixels out of every plane, by bilinear interpolation.
///
/// All planes have the size of the first; a plane of another size gives an empty patch.
pub fn warp(planes: &[&FloatImage], side: usize, placement: &Placement) -> Vec<Vec<f32>> {
    let Some((width, height)) = planes.first().map(|plane| plane.size()) else {
        return Vec::new();
    };
    let sources: Vec<&[f32]> = planes
        .iter()
        .filter(|plane| plane.size() == (width, height))
        .map(|plane| plane.values())
        .collect();
    let mut patches = vec![Vec::with_capacity(side * side); sources.len()];
    let (sin, cos) = placement.angle.sin_cos();
    let half = side as f64 / 2.0;
    for row in 0..side {
        let v = (row as f64 + 0.5 - half) * placement.step.1;
        for col in 0..side {
            let across = col as f64 + 0.5 - half;
            let u = placement.step.0 * if placement.mirrored { -across } else { across };
            let x = placement.center.0 + cos * u - sin * v - 0.5;
            let y = placement.center.1 + sin * u + cos * v - 0.5;
            let columns = taps(x, width, placement.border);
            let rows = taps(y, height, placement.border);
            for (patch, source) in patches.iter_mut().zip(&sources) {
                patch.push(interpolate(source, width, columns, rows));
            }
        }
    }
    patches
}

/// Two neighbours along one axis with their weights.
#[derive(Debug, Clone, Copy)]
struct Taps {
    first: usize,
    second: usize,
    first_weight: f32,
    second_weight: f32,
}

fn taps(position: f64, len: usize, border: Border) -> Taps {
    let (position, outside) = match border {
        Border::Reflected => (reflect(position, len), false),
        Border::Black => (position, position < -0.5 || position > len as f64 - 0.5),
    };
    let position = position.clamp(0.0, (len - 1) as f64);
    let first = position as usize;
    let second_weight = (position - first as f64) as f32;
    let inside = if outside { 0.0 } else { 1.0 };
    Taps {
        first,
        second: (first + 1).min(len - 1),
        first_weight: inside * (1.0 - second_weight),
        second_weight: inside * second_weight,
    }
}

/// Mirrors a position at the outer edges `-0.5` and `len - 0.5` (torch's `reflection` padding
/// without aligned corners).
fn reflect(position: f64, len: usize) -> f64 {
    let len = len as f64;
    // Nearly every position lies inside, and a remainder costs as much as the rest of a pixel.
    if (0.0..len - 1.0).contains(&position) {
        return position;
    }
    let folded = (position + 0.5).rem_euclid(2.0 * len);
    (if folded < len {
        folded
    } else {
        2.0 * len - folded
    }) - 0.5
}

fn interpolate(source: &[f32], width: usize, columns: Taps, rows: Taps) -> f32 {
    let line = |row: usize| {
        source[row * width + columns.first] * columns.first_weight
            + source[row * width + columns.second] * columns.second_weight
    };
    line(rows.first) * rows.first_weight + line(rows.second) * rows.second_weight
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::radiograph::Raster;
    use tch::Tensor;

    fn picture() -> FloatImage {
        let values = (0..20 * 14)
            .map(|i| ((i * 37 + i * i % 11) % 101) as f32 / 101.0)
            .collect();
        Raster::new(20, 14, values).unwrap()
    }

    #[test]
    fn an_upright_patch_is_a_crop() {
        let placement = Placement {
            center: (9.0, 7.0),
            step: (1.0, 1.0),
            angle: 0.0,
            mirrored: false,
            border: Border::Reflected,
        };
        let patch = warp(&[&picture()], 8, &placement).remove(0);
        assert_eq!(patch, picture().crop(3, 5, 8, 8).into_values());
    }

    #[test]
    fn a_rotated_patch_matches_torch_grid_sample() {
        let (side, angle, step) = (16_usize, 0.4_f64, (0.9_f64, 0.8_f64));
        let picture = picture();
        let placement = Placement {
            center: (11.0, 6.0),
            step,
            angle,
            mirrored: true,
            border: Border::Reflected,
        };
        let patch = warp(&[&picture], side, &placement).remove(0);
        // The same map in torch's normalised coordinates, where an image spans [-1, 1].
        let (w, h, s) = (20.0, 14.0, side as f64);
        let (sin, cos) = angle.sin_cos();
        let theta: Vec<f64> = vec![
            -cos * step.0 * s / w,
            -sin * step.1 * s / w,
            2.0 * 11.0 / w - 1.0,
            -sin * step.0 * s / h,
            cos * step.1 * s / h,
            2.0 * 6.0 / h - 1.0,
        ];
        let theta = Tensor::from_slice(&theta).reshape([1, 2, 3]);
        let grid = Tensor::affine_grid_generator(&theta, [1, 1, side as i64, side as i64], false);
        let source = Tensor::from_slice(picture.values())
            .to_kind(tch::Kind::Double)
            .reshape([1, 1, 14, 20]);
        // Interpolation mode 0: bilinear; padding mode 2: reflection.
        let expected = source.grid_sampler(&grid, 0, 2, false).reshape([-1]);
        let difference = (expected - Tensor::from_slice(&patch)).abs().max();
        // Only the last additions are in single precision here.
        assert!(difference.double_value(&[]) < 1e-5);
    }

    #[test]
    fn beyond_a_black_border_everything_is_zero() {
        let placement = Placement {
            center: (-40.0, 7.0),
            step: (1.0, 1.0),
            angle: 0.0,
            mirrored: false,
            border: Border::Black,
        };
        let patch = warp(&[&picture().map(|_| 1.0)], 8, &placement).remove(0);
        assert!(patch.iter().all(|&v| v.abs() < 1e-9));
    }
}
