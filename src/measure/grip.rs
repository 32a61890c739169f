//! Where a shape can be taken hold of, and what moving it there does.

use super::bidirectional::with_end_moved;
use super::thorax::heart_pieces;
use super::{LineOrigin, Point, Shape};

/// What of a shape is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grip {
    /// The handle of this index in [`Shape::handles`].
    Handle(usize),
    /// All of it.
    Whole,
}

impl Shape {
    /// Points at which its form can be changed.
    ///
    /// A rectangle has four corners, in order round it from the first; an ellipse the ends of its axes: left,
    /// top, right, bottom of its corners as stored.
    pub fn handles(&self) -> Vec<Point> {
        match self {
            Self::Rectangle { corners: [a, b] } => {
                vec![*a, Point::new(b.x, a.y), *b, Point::new(a.x, b.y)]
            }
            Self::Ellipse { corners: [a, b] } => {
                let middle = a.between(*b, 0.5);
                vec![
                    Point::new(a.x, middle.y),
                    Point::new(middle.x, a.y),
                    Point::new(b.x, middle.y),
                    Point::new(middle.x, b.y),
                ]
            }
            _ => self.points(),
        }
    }

    /// The shape with what is held moved by pixels right and down. A handle that is not there moves nothing. `aspect` is
    /// the height of a pixel in widths: what is perpendicular in the patient stays so.
    #[must_use]
    pub fn moved(&self, grip: Grip, by: [f64; 2], aspect: f64) -> Self {
        let mut moved = self.clone();
        match (grip, &mut moved) {
            (Grip::Whole, _) => {
                for point in moved.points_mut() {
                    *point = point.moved(by);
                }
            }
            (Grip::Handle(index), Self::Rectangle { corners }) => {
                let [x, y] = [[0, 0], [1, 0], [1, 1], [0, 1]][index % 4];
                corners[x].x += by[0];
                corners[y].y += by[1];
            }
            (Grip::Handle(index), Self::Ellipse { corners }) => match index % 4 {
                0 => corners[0].x += by[0],
                1 => corners[0].y += by[1],
                2 => corners[1].x += by[0],
                _ => corners[1].y += by[1],
            },
            (Grip::Handle(index), Self::Bidirectional { long, short }) => {
                [*long, *short] = with_end_moved([*long, *short], index, by, aspect);
            }
            (Grip::Handle(index), _) => {
                if let Some(point) = moved.points_mut().into_iter().nth(index) {
                    *point = point.moved(by);
                }
            }
        }
        if let Self::CardiothoracicRatio { origin, .. } = &mut moved {
            *origin = LineOrigin::Reader;
        }
        moved
    }

    /// Straight pieces of its drawing, in image coordinates; none for a shape that is only a point.
    pub fn segments(&self) -> Vec<[Point; 2]> {
        match self {
            Self::Length { ends } | Self::Profile { ends } | Self::Arrow { ends } => vec![*ends],
            Self::Angle { arms } => vec![[arms[0], arms[1]], [arms[1], arms[2]]],
            Self::Bidirectional { long, short } => vec![*long, *short],
            Self::Cobb { lines } => lines.to_vec(),
            Self::CardiothoracicRatio { heart, thorax, .. } => {
                let mut pieces = heart_pieces(*heart, *thorax).to_vec();
                pieces.push(*thorax);
                pieces
            }
            Self::Rectangle { .. } => closed(&self.handles()),
            Self::Ellipse { corners } => closed(&ellipse_outline(*corners)),
            Self::Polygon { corners } => closed(corners),
            Self::Text { .. } | Self::RibProfile { .. } => Vec::new(),
        }
    }

    /// What of it lies within `reach` of a place, handles before lines. `distance` is that of two points in any unit
    /// (that of the screen, for instance).
    pub fn grip_at(
        &self,
        place: Point,
        reach: f64,
        distance: impl Fn(Point, Point) -> f64,
    ) -> Option<Grip> {
        let handles = self.handles().into_iter().enumerate();
        let nearest = handles
            .map(|(index, handle)| (distance(handle, place), index))
            .min_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((far, index)) = nearest
            && far <= reach
        {
            return Some(Grip::Handle(index));
        }
        let on_line = |[from, to]: [Point; 2]| distance(foot(place, from, to), place) <= reach;
        self.segments()
            .into_iter()
            .any(on_line)
            .then_some(Grip::Whole)
    }
}

/// Number of straight pieces that draw an ellipse.
const ELLIPSE_PIECES: u32 = 72;

fn ellipse_outline([a, b]: [Point; 2]) -> Vec<Point> {
    let middle = a.between(b, 0.5);
    let [right, down] = middle.to(b);
    (0..ELLIPSE_PIECES)
        .map(|i| {
            let (sin, cos) =
                (std::f64::consts::TAU * f64::from(i) / f64::from(ELLIPSE_PIECES)).sin_cos();
            middle.moved([right * cos, down * sin])
        })
        .collect()
}

fn closed(corners: &[Point]) -> Vec<[Point; 2]> {
    let next = corners.iter().cycle().skip(1);
    corners.iter().zip(next).map(|(a, b)| [*a, *b]).collect()
}

/// The point of a line piece nearest to `place` in pixels.
fn foot(place: Point, from: Point, to: Point) -> Point {
    let [right, down] = from.to(to);
    let squared = right * right + down * down;
    if squared <= 0.0 {
        return from;
    }
    let [x, y] = from.to(place);
    from.between(to, ((x * right + y * down) / squared).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Point = Point::new(10.0, 20.0);
    const B: Point = Point::new(30.0, 50.0);

    fn grip(shape: &Shape, x: f64, y: f64) -> Option<Grip> {
        shape.grip_at(Point::new(x, y), 2.0, Point::distance_px)
    }

    #[test]
    fn handles_are_found_before_lines_and_nothing_is_found_elsewhere() {
        let line = Shape::Length { ends: [A, B] };
        assert_eq!(grip(&line, 11.0, 21.0), Some(Grip::Handle(0)));
        assert_eq!(grip(&line, 29.0, 49.0), Some(Grip::Handle(1)));
        assert_eq!(grip(&line, 20.0, 35.5), Some(Grip::Whole));
        assert_eq!(grip(&line, 35.0, 57.5), None, "beyond its end");
        let ellipse = Shape::Ellipse { corners: [A, B] };
        assert_eq!(grip(&ellipse, 20.0, 20.5), Some(Grip::Handle(1)));
        assert_eq!(
            grip(&ellipse, 20.0, 35.0),
            None,
            "its inside is for windowing"
        );
    }

    #[test]
    fn each_corner_of_a_box_moves_its_own_two_sides() {
        let shape = Shape::Rectangle { corners: [A, B] };
        for (index, before) in shape.handles().into_iter().enumerate() {
            let moved = shape.moved(Grip::Handle(index), [1.0, 2.0], 1.0);
            assert_eq!(moved.handles()[index], before.moved([1.0, 2.0]), "{index}");
            let opposite = (index + 2) % 4;
            assert_eq!(moved.handles()[opposite], shape.handles()[opposite]);
        }
        let shape = Shape::Ellipse { corners: [A, B] };
        let wider = shape.moved(Grip::Handle(2), [4.0, 9.0], 1.0);
        let expected = [A, Point::new(34.0, 50.0)];
        assert_eq!(wider, Shape::Ellipse { corners: expected });
    }

    #[test]
    fn a_corrected_suggestion_is_the_readers() {
        let suggested = Shape::CardiothoracicRatio {
            heart: [A, B],
            thorax: [A, B],
            origin: LineOrigin::LungMask,
        };
        let moved = suggested.moved(Grip::Handle(3), [1.0, 0.0], 1.0);
        let expected = Shape::CardiothoracicRatio {
            heart: [A, B],
            thorax: [A, B.moved([1.0, 0.0])],
            origin: LineOrigin::Reader,
        };
        assert_eq!(moved, expected);
    }

    #[test]
    fn a_handle_that_is_not_there_moves_nothing() {
        let shape = Shape::Text { at: A };
        assert_eq!(shape.moved(Grip::Handle(7), [5.0, 5.0], 1.0), shape);
        assert_eq!(
            shape.moved(Grip::Whole, [5.0, 5.0], 1.0),
            Shape::Text {
                at: Point::new(15.0, 25.0)
            }
        );
        let line = Shape::Arrow { ends: [A, A] };
        assert_eq!(grip(&line, 50.0, 50.0), None, "a line without length");
    }
}
