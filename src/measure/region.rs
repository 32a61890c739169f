//! Which pixels a closed shape encloses, and how large it is.

use super::Point;

/// A closed shape in image coordinates.
#[derive(Debug, Clone, PartialEq)]
pub enum Region {
    /// Upright rectangle by two opposite corners.
    Rectangle([Point; 2]),
    /// Upright ellipse by two opposite corners of the rectangle round it.
    Ellipse([Point; 2]),
    /// Closed polygon; where it crosses itself, a pixel is inside by the even-odd rule.
    Polygon(Vec<Point>),
}

impl Region {
    /// Area in pixels, by the shape itself and also where it leaves the image; `None` for a polygon that crosses
    /// itself.
    pub fn area_px(&self) -> Option<f64> {
        match self {
            Self::Rectangle([a, b]) => {
                let [width, height] = a.to(*b);
                Some((width * height).abs())
            }
            Self::Ellipse([a, b]) => {
                let [width, height] = a.to(*b);
                Some(std::f64::consts::FRAC_PI_4 * (width * height).abs())
            }
            Self::Polygon(corners) if crosses_itself(corners) => None,
            Self::Polygon(corners) => {
                let next = corners.iter().cycle().skip(1);
                let twice: f64 = corners
                    .iter()
                    .zip(next)
                    .map(|(a, b)| a.x * b.y - b.x * a.y)
                    .sum();
                Some(0.5 * twice.abs())
            }
        }
    }

    /// Calls `visit` with row and column of every pixel of an image of `size` (width, height) whose centre lies
    /// inside, row by row.
    pub fn for_each_pixel(&self, size: (usize, usize), mut visit: impl FnMut(usize, usize)) {
        let (top, bottom) = self.vertical_extent();
        let rows = pixels_between(top, bottom, size.1);
        for row in rows {
            for [left, right] in self.spans(row as f64 + 0.5) {
                for col in pixels_between(left, right, size.0) {
                    visit(row, col);
                }
            }
        }
    }

    fn vertical_extent(&self) -> (f64, f64) {
        let points = match self {
            Self::Rectangle(corners) | Self::Ellipse(corners) => corners.as_slice(),
            Self::Polygon(corners) => corners,
        };
        let ys = points.iter().map(|point| point.y);
        ys.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), y| {
            (low.min(y), high.max(y))
        })
    }

    /// Where the horizontal line at `y` is inside, as pairs of borders from left to right.
    fn spans(&self, y: f64) -> Vec<[f64; 2]> {
        match self {
            Self::Rectangle([a, b]) => vec![[a.x.min(b.x), a.x.max(b.x)]],
            Self::Ellipse([a, b]) => {
                let middle = a.between(*b, 0.5);
                let [half_width, half_height] = middle.to(*b).map(f64::abs);
                let share = (y - middle.y) / half_height;
                let inside = 1.0 - share * share;
                if inside > 0.0 {
                    let reach = half_width * inside.sqrt();
                    vec![[middle.x - reach, middle.x + reach]]
                } else {
                    Vec::new()
                }
            }
            Self::Polygon(corners) => {
                let next = corners.iter().cycle().skip(1);
                let mut crossings: Vec<f64> = corners
                    .iter()
                    .zip(next)
                    .filter(|(a, b)| (a.y <= y) != (b.y <= y))
                    .map(|(a, b)| a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x))
                    .collect();
                crossings.sort_by(f64::total_cmp);
                crossings
                    .chunks_exact(2)
                    .map(|pair| [pair[0], pair[1]])
                    .collect()
            }
        }
    }
}

/// Indices below `count` whose centres (index + 0.5) lie in `[from, to)`.
fn pixels_between(from: f64, to: f64, count: usize) -> std::ops::Range<usize> {
    // Beyond the image a cast saturates, at 0 or at the count.
    let first = ((from - 0.5).ceil().max(0.0) as usize).min(count);
    let end = ((to - 0.5).ceil().max(0.0) as usize).min(count);
    first..end.max(first)
}

/// Two sides that are not neighbours meet.
fn crosses_itself(corners: &[Point]) -> bool {
    let count = corners.len();
    let side = |i: usize| (corners[i], corners[(i + 1) % count]);
    (0..count).any(|i| {
        (i + 2..count)
            .filter(|j| (j + 1) % count != i)
            .any(|j| meet(side(i), side(j)))
    })
}

fn meet((a, b): (Point, Point), (c, d): (Point, Point)) -> bool {
    let side = |from: Point, to: Point, place: Point| {
        let ([ux, uy], [vx, vy]) = (from.to(to), from.to(place));
        ux * vy - uy * vx
    };
    side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    fn points(all: &[(f64, f64)]) -> Vec<Point> {
        all.iter().map(|&(x, y)| Point::new(x, y)).collect()
    }

    fn count(region: &Region, size: (usize, usize)) -> usize {
        let mut number = 0;
        region.for_each_pixel(size, |_, _| number += 1);
        number
    }

    fn sum(region: &Region, size: (usize, usize)) -> usize {
        let mut sum = 0;
        region.for_each_pixel(size, |row, col| sum += 1000 * row + col);
        sum
    }

    #[test]
    fn areas_are_those_of_the_analytic_shapes() {
        let corners = [Point::new(90.25, 10.5), Point::new(10.25, 60.5)];
        assert!((Region::Rectangle(corners).area_px().unwrap() - 4000.0).abs() < 1e-9);
        let ellipse = Region::Ellipse(corners);
        assert!((ellipse.area_px().unwrap() - PI * 40.0 * 25.0).abs() < 1e-9);
        // Pixel centres inside differ from the area by less than the pixels on its border (about its circumference).
        let pixels = count(&ellipse, (100, 100)) as f64;
        assert!(
            (pixels / ellipse.area_px().unwrap() - 1.0).abs() < 0.005,
            "{pixels}"
        );
        let triangle = Region::Polygon(points(&[(0.0, 0.0), (10.0, 0.0), (0.0, 8.0)]));
        assert!((triangle.area_px().unwrap() - 40.0).abs() < 1e-12);
    }

    #[test]
    fn a_box_on_pixel_borders_holds_exactly_its_pixels() {
        let corners = [Point::new(2.0, 3.0), Point::new(5.0, 7.0)];
        assert_eq!(count(&Region::Rectangle(corners), (20, 20)), 12);
        let half = [Point::new(2.5, 3.5), Point::new(5.5, 7.5)];
        assert_eq!(count(&Region::Rectangle(half), (20, 20)), 12);
    }

    #[test]
    fn the_pixels_inside_are_those_of_scikit_image() {
        // grid_points_in_poly((30, 40), [(y - 0.5, x - 0.5) for x, y in corners]), scikit-image 0.26; the second
        // number is the sum of 1000 * row + column over them.
        let corners = [
            (5.3, 2.2),
            (33.7, 6.1),
            (28.4, 25.9),
            (16.2, 14.8),
            (3.6, 27.3),
        ];
        let polygon = Region::Polygon(points(&corners));
        let size = (40, 30);
        assert_eq!(
            (count(&polygon, size), sum(&polygon, size)),
            (450, 5_404_785)
        );
        // numpy: ((c + 0.5 - 20.3) / 11.6) ** 2 + ((r + 0.5 - 14.8) / 9.4) ** 2 < 1
        let around = [Point::new(8.7, 5.4), Point::new(31.9, 24.2)];
        let ellipse = Region::Ellipse(around);
        assert_eq!(
            (count(&ellipse, size), sum(&ellipse, size)),
            (343, 4_902_820)
        );
    }

    #[test]
    fn what_has_no_inside_has_no_pixels() {
        let here = Point::new(4.5, 4.5);
        let size = (20, 20);
        assert_eq!(count(&Region::Ellipse([here, here]), size), 0);
        assert_eq!(count(&Region::Rectangle([here, here]), size), 0);
        assert_eq!(count(&Region::Polygon(Vec::new()), size), 0);
        let line = Region::Polygon(points(&[(1.0, 1.0), (9.0, 9.0)]));
        assert_eq!((count(&line, size), line.area_px()), (0, Some(0.0)));
    }

    #[test]
    fn off_the_image_there_are_no_pixels_but_there_is_an_area() {
        let away = Region::Rectangle([Point::new(-30.0, -30.0), Point::new(-10.0, -10.0)]);
        assert_eq!((count(&away, (20, 20)), away.area_px()), (0, Some(400.0)));
        let across = Region::Rectangle([Point::new(-1e6, 18.0), Point::new(1e6, 1e6)]);
        assert_eq!(count(&across, (20, 20)), 40);
    }

    #[test]
    fn a_polygon_that_crosses_itself_is_counted_even_odd_and_has_no_area() {
        let bow = Region::Polygon(points(&[
            (0.0, 0.0),
            (10.0, 10.0),
            (10.0, 0.0),
            (0.0, 10.0),
        ]));
        assert_eq!(bow.area_px(), None);
        // Two triangles of 25 pixels each: the centres on their slanting sides count once in two.
        assert_eq!(count(&bow, (10, 10)), 50);
    }
}
