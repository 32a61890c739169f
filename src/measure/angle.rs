//! Angles, taken where pixels have their true shape.

use super::{Point, Scale};

/// Angle at `arms[1]` between the directions to `arms[0]` and `arms[2]`, degrees from 0 to 180; `None` where an arm
/// has no length.
pub fn angle_degrees(arms: [Point; 3], scale: &Scale) -> Option<f64> {
    between(
        scale.vector(arms[1], arms[0]),
        scale.vector(arms[1], arms[2]),
    )
}

/// Cobb angle: between two lines, degrees from 0 to 180; `None` where a line has no length.
///
/// Each line counts from its left end to its right one, whichever was drawn first, so that a curve beyond
/// 90 degrees is not folded back.
pub fn cobb_degrees(lines: [[Point; 2]; 2], scale: &Scale) -> Option<f64> {
    let rightwards = |[from, to]: [Point; 2]| {
        if to.x < from.x {
            scale.vector(to, from)
        } else {
            scale.vector(from, to)
        }
    };
    between(rightwards(lines[0]), rightwards(lines[1]))
}

fn between(a: [f64; 2], b: [f64; 2]) -> Option<f64> {
    let is_line = |v: [f64; 2]| v[0].hypot(v[1]) > 0.0;
    if !is_line(a) || !is_line(b) {
        return None;
    }
    let cross = a[0] * b[1] - a[1] * b[0];
    let dot = a[0] * b[0] + a[1] * b[1];
    Some(cross.abs().atan2(dot).to_degrees())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::radiograph::{PixelSpacing, SpacingKind};

    fn line(degrees: f64) -> [Point; 2] {
        let start = Point::new(20.0, 30.0);
        let (down, right) = degrees.to_radians().sin_cos();
        [start, start.moved([50.0 * right, 50.0 * down])]
    }

    fn near(value: Option<f64>, expected: f64) -> bool {
        value.is_some_and(|value| (value - expected).abs() < 1e-9)
    }

    #[test]
    fn a_cobb_angle_is_exact_however_its_lines_were_drawn() {
        for (first, second, expected) in [
            (-20.0, 15.0, 35.0),
            (-55.0, 50.0, 105.0),
            (10.0, 10.0, 0.0),
            (160.0, 15.0, 35.0),
        ] {
            let [a, b] = [line(first), line(second)];
            for lines in [[a, b], [b, a], [[a[1], a[0]], b], [a, [b[1], b[0]]]] {
                let found = cobb_degrees(lines, &Scale::PIXELS);
                assert!(near(found, expected), "{found:?} for {first} and {second}");
            }
        }
    }

    #[test]
    fn an_angle_has_its_vertex_in_the_middle() {
        let vertex = Point::new(10.0, 10.0);
        let arms = [vertex.moved([5.0, 0.0]), vertex, vertex.moved([-3.0, 3.0])];
        assert!(near(angle_degrees(arms, &Scale::PIXELS), 135.0));
    }

    #[test]
    fn pixels_twice_as_tall_as_wide_change_angles() {
        let scale = Scale::of(Some(PixelSpacing {
            row_mm: 0.2,
            col_mm: 0.1,
            kind: SpacingKind::AtDetector,
        }));
        let vertex = Point::new(0.0, 0.0);
        let arms = [Point::new(1.0, 0.0), vertex, Point::new(1.0, 1.0)];
        // math.degrees(math.atan2(0.2, 0.1))
        assert!(near(angle_degrees(arms, &scale), 63.434_948_822_922_01));
    }

    #[test]
    fn an_arm_without_length_has_no_angle() {
        let here = Point::new(1.0, 1.0);
        assert_eq!(
            angle_degrees([here, here, Point::new(2.0, 2.0)], &Scale::PIXELS),
            None
        );
        assert_eq!(
            cobb_degrees([[here, here], line(3.0)], &Scale::PIXELS),
            None
        );
    }
}
