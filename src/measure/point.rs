//! A position in an image.

use serde::{Deserialize, Serialize};

/// A position in image pixels: x from the left border, y from the top one, the centre of pixel
/// `(row, col)` at `(col + 0.5, row + 0.5)`. May lie outside the image.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// From the left border, pixels.
    pub x: f64,
    /// From the top border, pixels.
    pub y: f64,
}

impl Point {
    /// The position `(x, y)`.
    pub const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }

    /// From here to `other`, pixels right and down.
    pub fn to(self, other: Self) -> [f64; 2] {
        [other.x - self.x, other.y - self.y]
    }

    /// Moved by pixels right and down.
    #[must_use]
    pub fn moved(self, [right, down]: [f64; 2]) -> Self {
        Self::new(self.x + right, self.y + down)
    }

    /// Distance in pixels, as if pixels were square.
    pub fn distance_px(self, other: Self) -> f64 {
        let [right, down] = self.to(other);
        right.hypot(down)
    }

    /// The point between this one (`share` 0) and `other` (1).
    #[must_use]
    pub fn between(self, other: Self, share: f64) -> Self {
        let [right, down] = self.to(other);
        self.moved([share * right, share * down])
    }
}
