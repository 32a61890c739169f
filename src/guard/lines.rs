//! Lines taken off a picture: what stays of a bone layer once ribs, and ribs that cross, are explained.

use crate::radiograph::{FloatImage, Raster, gaussian_blur};

/// Directions in which lines are looked for, over half a turn.
const DIRECTIONS: usize = 12;
/// Directions that two lines that cross differ by at least (30 degrees).
const CROSSING: usize = 2;

/// What is left of `picture` above its background once the two strongest lines of at least `length` pixels through
/// each pixel are taken off; never negative.
///
/// A line is a grey-scale opening along a segment: it keeps a rib and forgets what is shorter. Where two ribs cross,
/// their heights add, so the two directions are summed. The background is an opening by a square of `wide` pixels,
/// smoothed: an offset of tone is no line.
pub(super) fn without_lines(picture: &FloatImage, length: f64, wide: usize) -> FloatImage {
    let background = gaussian_blur(&opened_square(picture, wide), wide as f64 / 5.0);
    let above = picture.zip_map(&background, |v, low| (v - low).max(0.0));
    // The background has the picture's size.
    let above = above.unwrap_or_else(|_| picture.clone());
    let lines: Vec<FloatImage> = (0..DIRECTIONS)
        .map(|i| {
            let angle = std::f64::consts::PI * i as f64 / DIRECTIONS as f64;
            opened(&above, &segment(angle, length))
        })
        .collect();
    let mut rest = above;
    for (i, value) in rest.values_mut().iter_mut().enumerate() {
        let heights = || lines.iter().map(|line| line.values()[i]).enumerate();
        let strongest = heights().max_by(|a, b| a.1.total_cmp(&b.1));
        let (direction, height) = strongest.unwrap_or((0, 0.0));
        let crossing = heights().filter(|&(other, _)| {
            let apart = direction.abs_diff(other);
            apart.min(DIRECTIONS - apart) >= CROSSING
        });
        let second = crossing.map(|(_, height)| height).fold(0.0, f32::max);
        *value = (*value - height - second).max(0.0);
    }
    rest
}

/// Offsets (row, column) of a segment of `length` pixels through the origin, symmetric about it.
fn segment(angle: f64, length: f64) -> Vec<(isize, isize)> {
    let half = (length / 2.0).round() as isize;
    let along = |t: isize| {
        let t = t as f64;
        let at = |step: f64| (t * step).round() as isize;
        (at(angle.sin()), at(angle.cos()))
    };
    let mut offsets: Vec<(isize, isize)> = (-half..=half).map(along).collect();
    offsets.dedup();
    offsets
}

fn opened(picture: &FloatImage, offsets: &[(isize, isize)]) -> FloatImage {
    let eroded = extreme(picture, offsets, f32::min);
    extreme(&eroded, offsets, f32::max)
}

/// An opening by a square, one axis after the other.
fn opened_square(picture: &FloatImage, side: usize) -> FloatImage {
    let half = (side / 2) as isize;
    let across: Vec<(isize, isize)> = (-half..=half).map(|i| (0, i)).collect();
    let down: Vec<(isize, isize)> = (-half..=half).map(|i| (i, 0)).collect();
    let eroded = extreme(&extreme(picture, &across, f32::min), &down, f32::min);
    extreme(&extreme(&eroded, &across, f32::max), &down, f32::max)
}

/// The extreme of each pixel's neighbours; those beyond the picture do not count.
fn extreme(
    picture: &FloatImage,
    offsets: &[(isize, isize)],
    pick: impl Fn(f32, f32) -> f32,
) -> FloatImage {
    let (width, height) = picture.size();
    let from = picture.values();
    let mut out = Raster::clone(picture);
    for &(down, right) in offsets {
        let rows = span(height, down);
        let cols = span(width, right);
        for row in rows {
            let source = (row as isize + down) as usize * width;
            let first = (cols.start as isize + right) as usize;
            let taken = &from[source + first..source + first + cols.len()];
            let to = &mut out.values_mut()[row * width + cols.start..row * width + cols.end];
            for (to, &value) in to.iter_mut().zip(taken) {
                *to = pick(*to, value);
            }
        }
    }
    out
}

/// The places of an axis of `len` whose neighbour at `offset` lies on it too.
fn span(len: usize, offset: isize) -> std::ops::Range<usize> {
    let lost = offset.unsigned_abs().min(len);
    if offset < 0 { lost..len } else { 0..len - lost }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two crossing bars of heights 0.3 and 0.2 on a tone of 0.1, and a disc of 0.25 beside them.
    fn scene() -> FloatImage {
        let mut values = Raster::filled(90, 90, 0.1_f32);
        for (i, value) in values.values_mut().iter_mut().enumerate() {
            let (row, col) = ((i / 90) as f64, (i % 90) as f64);
            *value += if (row - 30.0).abs() < 4.0 { 0.3 } else { 0.0 };
            *value += if (col - 60.0).abs() < 4.0 { 0.2 } else { 0.0 };
            *value += if (row - 65.0).hypot(col - 25.0) < 6.0 {
                0.25
            } else {
                0.0
            };
        }
        values
    }

    #[test]
    fn bars_and_their_crossing_go_and_a_disc_stays() {
        let rest = without_lines(&scene(), 30.0, 30);
        let at = |row, col| rest.get(row, col).unwrap();
        for (row, col) in [(30, 20), (60, 60), (30, 60), (5, 5)] {
            assert!(at(row, col) < 0.02, "({row}, {col}): {}", at(row, col));
        }
        assert!((at(65, 25) - 0.25).abs() < 0.02, "{}", at(65, 25));
    }

    #[test]
    fn an_opening_equals_scipy() {
        // scipy.ndimage.grey_opening([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5], size=3)
        let row = [3., 1., 4., 1., 5., 9., 2., 6., 5., 3., 5.];
        let picture = Raster::new(11, 1, row.to_vec()).unwrap();
        let found = opened(&picture, &[(0, -1), (0, 0), (0, 1)]);
        assert_eq!(found.values(), [1., 1., 1., 1., 2., 2., 2., 3., 3., 3., 3.]);
    }
}
