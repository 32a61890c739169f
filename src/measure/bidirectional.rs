//! Two axes at right angles: the longest diameter of a finding and the one across it.
//!
//! Right angles are those of the patient, not of the pixel grid: where pixels are taller than wide, columns and rows
//! are counted in the same length first. `aspect` is the height of a pixel in widths throughout.

use super::Point;

/// The short axis as it hangs on the long one.
#[derive(Debug, Clone, Copy)]
struct Hung {
    /// Where it crosses the line of the long axis, as a share of that axis from its first end.
    share: f64,
    /// How far its ends lie to the one side of the long axis, pixel widths; negative on the other.
    sides: [f64; 2],
}

/// Direction of a line in pixel widths, and its length; `None` where it has none.
fn direction([from, to]: [Point; 2], aspect: f64) -> Option<([f64; 2], f64)> {
    let [right, down] = square(from, to, aspect);
    let length = right.hypot(down);
    (length > 0.0).then(|| ([right / length, down / length], length))
}

/// From one point to another in pixel widths.
fn square(from: Point, to: Point, aspect: f64) -> [f64; 2] {
    let [right, down] = from.to(to);
    [right, down * aspect]
}

impl Hung {
    /// Of the axis through `crossing` whose ends are as far from the long axis as `ends`.
    fn on(long: [Point; 2], crossing: Point, ends: [Point; 2], aspect: f64) -> Option<Self> {
        let (along, length) = direction(long, aspect)?;
        let [right, down] = square(long[0], crossing, aspect);
        let side = |end| {
            let [right, down] = square(long[0], end, aspect);
            along[0] * down - along[1] * right
        };
        Some(Self {
            share: (along[0] * right + along[1] * down) / length,
            sides: ends.map(side),
        })
    }

    /// Its ends on this long axis; `None` where that has no length.
    fn ends(self, long: [Point; 2], aspect: f64) -> Option<[Point; 2]> {
        let (along, _) = direction(long, aspect)?;
        let crossing = long[0].between(long[1], self.share);
        Some(
            self.sides
                .map(|side| crossing.moved([-side * along[1], side * along[0] / aspect])),
        )
    }
}

/// The axis across `long` that begins at `drawn[0]` and ends beside `drawn[1]`; as drawn where `long` has no length.
pub fn short_axis(long: [Point; 2], drawn: [Point; 2], aspect: f64) -> [Point; 2] {
    let hung = Hung::on(long, drawn[0], drawn, aspect);
    hung.and_then(|hung| hung.ends(long, aspect))
        .unwrap_or(drawn)
}

/// Both axes with one of their ends (0 and 1 of the long one, 2 and 3 of the short one) moved by pixels right and
/// down.
///
/// A moved end of the long axis turns and stretches it; the short axis keeps its lengths and its place along it. A
/// moved end of the short axis makes that one longer or shorter and slides it along the long axis. A long axis keeps
/// a length: a move that would take it is none.
pub(super) fn with_end_moved(
    [long, short]: [[Point; 2]; 2],
    end: usize,
    by: [f64; 2],
    aspect: f64,
) -> [[Point; 2]; 2] {
    let (mut to_long, mut to_short) = (long, short);
    let hung = match end {
        0 | 1 => {
            to_long[end] = long[end].moved(by);
            Hung::on(long, short[0], short, aspect)
        }
        2 | 3 => {
            let moved = short[end - 2].moved(by);
            to_short[end - 2] = moved;
            Hung::on(long, moved, to_short, aspect)
        }
        _ => None,
    };
    match hung.and_then(|hung| hung.ends(to_long, aspect)) {
        Some(short) => [to_long, short],
        None => [long, short],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: Point, (x, y): (f64, f64)) {
        assert!(
            (found.x - x).abs() < 1e-9 && (found.y - y).abs() < 1e-9,
            "{found:?} for {x}, {y}"
        );
    }

    const LONG: [Point; 2] = [Point::new(10.0, 20.0), Point::new(50.0, 50.0)];

    /// numpy: `d = (40, 30) / 50; n = (-d[1], d[0])`; from (26, 32) to (22, 41), `a + n * ((b - a) @ n)`.
    #[test]
    fn what_is_drawn_askew_becomes_perpendicular() {
        let drawn = [Point::new(26.0, 32.0), Point::new(22.0, 41.0)];
        let [a, b] = short_axis(LONG, drawn, 1.0);
        near(a, (26.0, 32.0));
        near(b, (20.24, 39.68));
    }

    /// numpy, pixels twice as tall as wide: the same with rows doubled, and halved again.
    #[test]
    fn the_right_angle_is_the_patients_and_not_the_grids() {
        let long = [Point::new(10.0, 10.0), Point::new(50.0, 25.0)];
        let drawn = [Point::new(26.0, 16.0), Point::new(22.0, 20.5)];
        let [a, b] = short_axis(long, drawn, 2.0);
        near(a, (26.0, 16.0));
        near(b, (20.24, 19.84));
    }

    /// Long axis from (0, 0) to (40, 0) with the short one at a quarter of it; its right end goes to (0, 80): twice
    /// as long, turned by 90 degrees, the short axis at 20 of 80 with the lengths it had.
    #[test]
    fn the_short_axis_turns_with_the_long_one() {
        let axes = [
            [Point::new(0.0, 0.0), Point::new(40.0, 0.0)],
            [Point::new(10.0, -6.0), Point::new(10.0, 9.0)],
        ];
        let [long, short] = with_end_moved(axes, 1, [-40.0, 80.0], 1.0);
        near(long[0], (0.0, 0.0));
        near(long[1], (0.0, 80.0));
        near(short[0], (6.0, 20.0));
        near(short[1], (-9.0, 20.0));
    }

    #[test]
    fn an_end_of_the_short_axis_slides_it_and_stretches_its_own_side() {
        let axes = [
            [Point::new(0.0, 0.0), Point::new(40.0, 0.0)],
            [Point::new(10.0, -6.0), Point::new(10.0, 9.0)],
        ];
        let [long, short] = with_end_moved(axes, 3, [5.0, 3.0], 1.0);
        assert_eq!(long, axes[0]);
        near(short[0], (15.0, -6.0));
        near(short[1], (15.0, 12.0));
    }

    #[test]
    fn a_long_axis_is_never_taken_its_length() {
        let axes = [LONG, [Point::new(26.0, 32.0), Point::new(20.24, 39.68)]];
        assert_eq!(with_end_moved(axes, 1, [-40.0, -30.0], 1.0), axes);
        assert_eq!(with_end_moved(axes, 9, [1.0, 1.0], 1.0), axes);
        let here = LONG[0];
        assert_eq!(short_axis([here, here], axes[1], 1.0), axes[1]);
    }
}
