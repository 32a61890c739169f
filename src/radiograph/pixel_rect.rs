//! A rectangle of whole pixels.

/// Pixels of `height` rows from `row` on and `width` columns from `col` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PixelRect {
    /// First row, from 0.
    pub row: usize,
    /// First column, from 0.
    pub col: usize,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

impl PixelRect {
    /// Every pixel of an image of `size` (width, height) that the rectangle between two opposite corners touches;
    /// corners are x from the left border and y from the top one, in pixels. `None` where it touches none.
    pub fn touched(corners: [[f64; 2]; 2], size: (usize, usize)) -> Option<Self> {
        let [[ax, ay], [bx, by]] = corners;
        let (col, width) = span(ax, bx, size.0)?;
        let (row, height) = span(ay, by, size.1)?;
        Some(Self {
            row,
            col,
            width,
            height,
        })
    }

    /// Pixels in it.
    pub fn num_pixels(&self) -> usize {
        self.width * self.height
    }

    /// It has pixels, and an image of `size` (width, height) has all of them.
    pub fn is_within(&self, size: (usize, usize)) -> bool {
        let ends = |start: usize, count: usize, most: usize| {
            count > 0 && start.checked_add(count).is_some_and(|end| end <= most)
        };
        ends(self.col, self.width, size.0) && ends(self.row, self.height, size.1)
    }
}

/// First index and number of the pixels, of `count`, that lie in part between two positions; `None` without one.
fn span(a: f64, b: f64, count: usize) -> Option<(usize, usize)> {
    let within = |position: f64| position.clamp(0.0, count as f64);
    let first = within(a.min(b)).floor() as usize;
    let end = within(a.max(b)).ceil() as usize;
    (end > first).then(|| (first, end - first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pixel_that_is_touched_counts_and_none_beyond_the_image() {
        let touched = |corners| {
            let rect = PixelRect::touched(corners, (20, 10))?;
            assert!(rect.is_within((20, 10)));
            Some((rect.row, rect.col, rect.width, rect.height))
        };
        assert_eq!(touched([[2.0, 3.0], [5.0, 7.0]]), Some((3, 2, 3, 4)));
        assert_eq!(touched([[5.5, 7.5], [2.5, 3.5]]), Some((3, 2, 4, 5)));
        assert_eq!(touched([[-9.0, -9.0], [1e9, 1e9]]), Some((0, 0, 20, 10)));
        for none in [
            [[-9.0, 0.0], [0.0, 9.0]],
            [[20.0, 0.0], [30.0, 9.0]],
            [[3.0, 4.0], [3.0, 9.0]],
            [[f64::NAN, 0.0], [f64::NAN, 9.0]],
        ] {
            assert_eq!(touched(none), None, "{none:?}");
        }
    }

    #[test]
    fn what_sticks_out_is_not_within() {
        let rect = |col, width| PixelRect {
            row: 0,
            col,
            width,
            height: 1,
        };
        assert!(rect(3, 2).is_within((5, 1)));
        assert!(!rect(4, 2).is_within((5, 1)) && !rect(0, 0).is_within((5, 1)));
        assert!(!rect(1, usize::MAX).is_within((5, 1)));
    }
}
