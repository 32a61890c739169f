//! A rectangular grid of values.

/// A row-major grid of `width * height` values: pixel `(row, col)` lies at `row * width + col`.
#[derive(Debug, Clone, PartialEq)]
pub struct Raster<T> {
    width: usize,
    height: usize,
    values: Vec<T>,
}

/// A grid of `f32`; the value range is stated where one is used.
pub type FloatImage = Raster<f32>;

/// The number of values does not fit the stated grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShapeError {
    /// Stated width in pixels.
    pub width: usize,
    /// Stated height in pixels.
    pub height: usize,
    /// Number of values that were given.
    pub len: usize,
}

impl std::fmt::Display for ShapeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { width, height, len } = self;
        write!(
            f,
            "{len} values do not fill a grid of {width} x {height} pixels"
        )
    }
}

impl std::error::Error for ShapeError {}

impl<T> Raster<T> {
    /// Takes `values` as a grid of `width` x `height`.
    ///
    /// # Errors
    /// [`ShapeError`] where the number of values is not `width * height`.
    pub fn new(width: usize, height: usize, values: Vec<T>) -> Result<Self, ShapeError> {
        if width.checked_mul(height) == Some(values.len()) {
            Ok(Self {
                width,
                height,
                values,
            })
        } else {
            Err(ShapeError {
                width,
                height,
                len: values.len(),
            })
        }
    }

    /// Width in pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Width and height in pixels.
    pub fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// All values, row by row.
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// All values, row by row, to be changed in place.
    pub fn values_mut(&mut self) -> &mut [T] {
        &mut self.values
    }

    /// Gives the values up.
    pub fn into_values(self) -> Vec<T> {
        self.values
    }

    /// One row; `None` below the grid.
    pub fn row(&self, row: usize) -> Option<&[T]> {
        self.values
            .get(row.checked_mul(self.width)?..)?
            .get(..self.width)
    }

    /// A grid of the same size with every value passed through `f`.
    pub fn map<U>(&self, f: impl FnMut(&T) -> U) -> Raster<U> {
        Raster {
            width: self.width,
            height: self.height,
            values: self.values.iter().map(f).collect(),
        }
    }
}

impl<T: Copy> Raster<T> {
    /// A grid filled with one value.
    pub fn filled(width: usize, height: usize, value: T) -> Self {
        Self {
            width,
            height,
            values: vec![value; width * height],
        }
    }

    /// The value at `(row, col)`; `None` outside the grid.
    pub fn get(&self, row: usize, col: usize) -> Option<T> {
        if col < self.width {
            self.values.get(row * self.width + col).copied()
        } else {
            None
        }
    }

    /// A grid combined value by value with another of the same size.
    ///
    /// # Errors
    /// [`ShapeError`] where the sizes differ.
    pub fn zip_map<U: Copy, V>(
        &self,
        other: &Raster<U>,
        mut f: impl FnMut(T, U) -> V,
    ) -> Result<Raster<V>, ShapeError> {
        if self.size() != other.size() {
            return Err(ShapeError {
                width: self.width,
                height: self.height,
                len: other.values.len(),
            });
        }
        let values = self
            .values
            .iter()
            .zip(&other.values)
            .map(|(&a, &b)| f(a, b))
            .collect();
        Ok(Raster {
            width: self.width,
            height: self.height,
            values,
        })
    }

    /// The part that starts at `(row, col)`, clipped to the grid.
    #[must_use]
    pub fn crop(&self, row: usize, col: usize, width: usize, height: usize) -> Self {
        let (right, bottom) = (
            (col + width).min(self.width),
            (row + height).min(self.height),
        );
        let (left, top) = (col.min(right), row.min(bottom));
        let values = (top..bottom)
            .flat_map(|r| {
                self.values[r * self.width + left..r * self.width + right]
                    .iter()
                    .copied()
            })
            .collect();
        Self {
            width: right - left,
            height: bottom - top,
            values,
        }
    }

    /// The grid in the middle of one of `width` x `height` filled with `fill`, with the column and row where it
    /// begins; never smaller than it is.
    pub fn centred(&self, width: usize, height: usize, fill: T) -> (Self, (usize, usize)) {
        let (width, height) = (width.max(self.width), height.max(self.height));
        let (left, top) = ((width - self.width) / 2, (height - self.height) / 2);
        let mut centred = Self::filled(width, height, fill);
        let rows = self.values.chunks_exact(self.width.max(1));
        let into = centred.values.chunks_exact_mut(width.max(1)).skip(top);
        for (to, from) in into.zip(rows) {
            to[left..left + self.width].copy_from_slice(from);
        }
        (centred, (left, top))
    }

    /// The grid extended to `width` x `height` on the right and bottom by repeating its last
    /// column and row; never smaller than it is.
    #[must_use]
    pub fn padded_by_edge(&self, width: usize, height: usize) -> Self {
        let (width, height) = (width.max(self.width), height.max(self.height));
        let values = (0..height)
            .flat_map(|r| {
                let row = r.min(self.height - 1) * self.width;
                (0..width).map(move |c| self.values[row + c.min(self.width - 1)])
            })
            .collect();
        Self {
            width,
            height,
            values,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_needs_exactly_its_values() {
        assert!(Raster::new(2, 3, vec![0; 6]).is_ok());
        let err = Raster::new(2, 3, vec![0; 5]).unwrap_err();
        assert_eq!(
            err.to_string(),
            "5 values do not fill a grid of 2 x 3 pixels"
        );
    }

    #[test]
    fn cropping_undoes_padding() {
        let grid = Raster::new(3, 2, vec![1, 2, 3, 4, 5, 6]).unwrap();
        let padded = grid.padded_by_edge(5, 4);
        assert_eq!(padded.row(0), Some(&[1, 2, 3, 3, 3][..]));
        assert_eq!(padded.row(3), Some(&[4, 5, 6, 6, 6][..]));
        assert_eq!(padded.crop(0, 0, 3, 2), grid);
    }

    #[test]
    fn a_centred_grid_is_found_again() {
        let grid = Raster::new(3, 1, vec![1, 2, 3]).unwrap();
        let (centred, (left, top)) = grid.centred(6, 4, 9);
        assert_eq!((left, top), (1, 1));
        assert_eq!(centred.row(0), Some(&[9; 6][..]));
        assert_eq!(centred.row(1), Some(&[9, 1, 2, 3, 9, 9][..]));
        assert_eq!(centred.crop(top, left, 3, 1), grid);
    }

    #[test]
    fn a_column_outside_is_not_the_next_row() {
        let grid = Raster::new(2, 2, vec![1, 2, 3, 4]).unwrap();
        assert_eq!(grid.get(0, 2), None);
        assert_eq!(grid.get(1, 1), Some(4));
    }
}
