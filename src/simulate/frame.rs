//! Where the chest lies in the picture.

use super::patient::Pose;

/// A point in chest coordinates: `x` from the midline towards the patient's left (the picture's
/// right), `y` downwards from the top of an unturned picture, both in picture heights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    pub(super) x: f32,
    pub(super) y: f32,
}

impl Point {
    pub(super) fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }

    pub(super) fn distance(self, other: Self) -> f32 {
        (self.x - other.x).hypot(self.y - other.y)
    }

    /// The same point of the other side of the body.
    pub(super) fn mirrored(self, side: Side) -> Self {
        Self::new(side.sign() * self.x, self.y)
    }
}

/// Side of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// The patient's right, on the left of the picture.
    Right,
    /// The patient's left, on the right of the picture.
    Left,
}

impl Side {
    pub(super) const BOTH: [Self; 2] = [Self::Right, Self::Left];

    /// -1 on the patient's right, 1 on the left: the sign of `x` there.
    pub(super) fn sign(self) -> f32 {
        match self {
            Self::Right => -1.0,
            Self::Left => 1.0,
        }
    }

    pub(super) fn of(x: f32) -> Self {
        if x < 0.0 { Self::Right } else { Self::Left }
    }
}

/// Maps chest coordinates to pixels: a turn and a magnification about the middle of the chest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) size_px: usize,
    center: Point,
    sin: f32,
    cos: f32,
    magnification: f32,
}

/// Height of the point the chest is turned about, in picture heights.
const PIVOT_Y: f32 = 0.5;

impl Frame {
    pub(super) fn new(size_px: usize, pose: &Pose) -> Self {
        let (sin, cos) = pose.roll_deg.to_radians().sin_cos();
        Self {
            size_px,
            center: Point::new(0.5 + pose.shift.x, PIVOT_Y + pose.shift.y),
            sin,
            cos,
            magnification: pose.magnification,
        }
    }

    /// Pixels of a length in chest coordinates.
    pub(super) fn px(&self, length: f32) -> f32 {
        length * self.magnification * self.size_px as f32
    }

    /// Pixel coordinates (pixel centres at +0.5) of a point of the chest.
    pub(super) fn image_from_chest(&self, point: Point) -> Point {
        let (x, y) = (point.x, point.y - PIVOT_Y);
        let turned = Point::new(self.cos * x - self.sin * y, self.sin * x + self.cos * y);
        let size = self.size_px as f32;
        Point::new(
            (self.center.x + self.magnification * turned.x) * size,
            (self.center.y + self.magnification * turned.y) * size,
        )
    }

    /// The point of the chest under the centre of pixel `(row, col)`.
    pub(super) fn chest_from_pixel(&self, row: usize, col: usize) -> Point {
        let scale = 1.0 / (self.size_px as f32 * self.magnification);
        let x = (col as f32 + 0.5) * scale - self.center.x / self.magnification;
        let y = (row as f32 + 0.5) * scale - self.center.y / self.magnification;
        Point::new(
            self.cos * x + self.sin * y,
            self.cos * y - self.sin * x + PIVOT_Y,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_and_chest_points_are_inverse() {
        let pose = Pose {
            roll_deg: 4.0,
            yaw_deg: 0.0,
            magnification: 1.1,
            shift: Point::new(0.02, -0.03),
        };
        let frame = Frame::new(400, &pose);
        for (row, col) in [(0, 0), (17, 390), (200, 200), (399, 3)] {
            let there = frame.image_from_chest(frame.chest_from_pixel(row, col));
            assert!((there.x - (col as f32 + 0.5)).abs() < 1e-3, "{there:?}");
            assert!((there.y - (row as f32 + 0.5)).abs() < 1e-3, "{there:?}");
        }
    }
}
