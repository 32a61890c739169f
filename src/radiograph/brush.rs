//! A round brush drawn along a path: which pixels of a mask it takes.

use super::{LungMask, Raster};

/// What a brush does to the pixels under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrushEffect {
    /// They become lung.
    Paint,
    /// They are lung no more.
    Erase,
}

/// The way of a round brush, image pixels, pixel centres at +0.5.
#[derive(Debug, Clone, PartialEq)]
pub struct BrushStroke {
    /// Where its middle went, column before row.
    pub path: Vec<[f64; 2]>,
    /// Its radius, > 0.
    pub radius: f64,
    /// What it does.
    pub effect: BrushEffect,
}

impl BrushStroke {
    /// First and last row the stroke may reach on a grid of this height; `None` where it lies beside the grid.
    pub fn rows(&self, height: usize) -> Option<(usize, usize)> {
        let rows = self.path.iter().map(|at| at[1]);
        let (top, bottom) = rows.fold((f64::INFINITY, f64::NEG_INFINITY), |(top, bottom), row| {
            (top.min(row), bottom.max(row))
        });
        let last = height.checked_sub(1)?;
        let (top, bottom) = (top - self.radius, bottom + self.radius);
        let is_beside = top > bottom || bottom < 0.0 || top > last as f64 + 1.0;
        (!is_beside).then(|| (top.max(0.0) as usize, (bottom.max(0.0) as usize).min(last)))
    }

    /// Pieces of the line at this height that the brush covers, from left to right, none touching another.
    pub fn spans(&self, y: f64) -> Vec<[f64; 2]> {
        let dots = self.path.iter().map(|&at| [at, at]).take(1);
        let ways = self.path.windows(2).filter_map(|pair| match *pair {
            [from, to] => Some([from, to]),
            _ => None,
        });
        let mut spans: Vec<_> = dots
            .chain(ways)
            .filter_map(|way| capsule_span(way, self.radius, y))
            .collect();
        spans.sort_by(|a, b| a[0].total_cmp(&b[0]));
        let mut joined: Vec<[f64; 2]> = Vec::new();
        for [left, right] in spans {
            match joined.last_mut() {
                Some(last) if left <= last[1] => last[1] = last[1].max(right),
                _ => joined.push([left, right]),
            }
        }
        joined
    }
}

/// Where a line at height `y` runs through the disc swept from one point to another: convex, so that its parts' ends
/// are its own.
fn capsule_span(way: [[f64; 2]; 2], radius: f64, y: f64) -> Option<[f64; 2]> {
    let [from, to] = way;
    let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
    let length = dx.hypot(dy);
    let discs = way.into_iter().filter_map(|[x, centre]| {
        let half = radius * radius - (y - centre) * (y - centre);
        (half >= 0.0).then(|| [x - half.sqrt(), x + half.sqrt()])
    });
    let mut span: Option<[f64; 2]> = None;
    let mut take = |[left, right]: [f64; 2]| {
        let [low, high] = span.unwrap_or([left, right]);
        span = Some([low.min(left), high.max(right)]);
    };
    discs.for_each(&mut take);
    if length > 0.0 {
        let side = [-dy / length * radius, dx / length * radius];
        let sides =
            [1.0, -1.0].map(|sign| way.map(|p| [p[0] + sign * side[0], p[1] + sign * side[1]]));
        let [[a, b], [c, d]] = sides;
        for [start, end] in [[a, b], [c, d]] {
            let share = (y - start[1]) / (end[1] - start[1]);
            if (0.0..=1.0).contains(&share) {
                let x = start[0] + share * (end[0] - start[0]);
                take([x, x]);
            }
        }
    }
    span
}

impl LungMask {
    /// The mask after a stroke: pixels whose centres the brush covered are lung now, or no more.
    #[must_use]
    pub fn brushed(&self, stroke: &BrushStroke) -> Self {
        let mut values: Raster<u8> = self.raster().clone();
        let (width, height) = values.size();
        let value = u8::from(stroke.effect == BrushEffect::Paint);
        let Some((top, bottom)) = stroke.rows(height) else {
            return self.clone();
        };
        let rows = values.values_mut().chunks_mut(width.max(1)).enumerate();
        for (row, pixels) in rows.skip(top).take(bottom + 1 - top) {
            for [left, right] in stroke.spans(row as f64 + 0.5) {
                // Centres at +0.5: the first at or right of the left end, the last at or left of the right end.
                let first = (left - 0.5).ceil().max(0.0) as usize;
                let past = ((right - 0.5).floor() + 1.0).max(0.0) as usize;
                if let Some(covered) = pixels.get_mut(first..past.min(width).max(first)) {
                    covered.fill(value);
                }
            }
        }
        Self::from_nonzero(&values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stroke(path: &[[f64; 2]], radius: f64, effect: BrushEffect) -> BrushStroke {
        BrushStroke {
            path: path.to_vec(),
            radius,
            effect,
        }
    }

    /// Distance of a point from a path by the definition: the smallest over all pieces.
    fn distance(at: [f64; 2], path: &[[f64; 2]]) -> f64 {
        let ends = path.iter().zip(path.iter().skip(1).chain(path.last()));
        ends.map(|(a, b)| {
            let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
            let along = (at[0] - a[0]) * dx + (at[1] - a[1]) * dy;
            let share = (along / (dx * dx + dy * dy).max(f64::MIN_POSITIVE)).clamp(0.0, 1.0);
            (at[0] - a[0] - share * dx).hypot(at[1] - a[1] - share * dy)
        })
        .fold(f64::INFINITY, f64::min)
    }

    /// Against the distance of every single pixel; paths bend back over themselves and leave the picture.
    #[test]
    fn the_brush_takes_just_the_pixels_within_its_radius() {
        let path = [
            [5.3, 4.1],
            [30.7, 9.2],
            [30.7, 9.2],
            [12.2, 28.9],
            [14.0, 3.0],
            [-9.0, 20.0],
            [60.0, 20.3],
        ];
        for radius in [0.6, 2.45, 7.3] {
            for num_points in 1..=path.len() {
                let path = &path[..num_points];
                let painted = LungMask::from_nonzero(&Raster::filled(40, 32, 0)).brushed(&stroke(
                    path,
                    radius,
                    BrushEffect::Paint,
                ));
                for (index, &value) in painted.raster().values().iter().enumerate() {
                    let centre = [(index % 40) as f64 + 0.5, (index / 40) as f64 + 0.5];
                    let is_near = distance(centre, path) <= radius;
                    assert_eq!(value == 1, is_near, "{centre:?} of {path:?}, {radius}");
                }
            }
        }
    }

    #[test]
    fn erasing_takes_away_what_painting_added() {
        let empty = LungMask::from_nonzero(&Raster::filled(20, 20, 0));
        let path = [[10.0, 10.0]];
        let painted = empty.brushed(&stroke(&path, 3.0, BrushEffect::Paint));
        // Centres of a 20 x 20 grid within 3 of its middle, by numpy:
        // ((np.add.outer(c**2, c**2)) <= 9).sum() with c = np.arange(20) - 9.5 gives 32.
        assert_eq!(painted.num_inside(), 32);
        assert_eq!(
            painted.brushed(&stroke(&path, 3.0, BrushEffect::Erase)),
            empty
        );
    }

    #[test]
    fn a_stroke_beside_the_picture_changes_nothing() {
        let mask = LungMask::from_nonzero(&Raster::filled(4, 4, 1));
        for at in [[2.0, -9.0], [2.0, 90.0], [-9.0, 2.0], [90.0, 2.0]] {
            assert_eq!(mask.brushed(&stroke(&[at], 2.0, BrushEffect::Erase)), mask);
        }
        assert_eq!(mask.brushed(&stroke(&[], 2.0, BrushEffect::Erase)), mask);
    }
}
