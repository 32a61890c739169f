//! Stored values: the numbers as they stand in the file.

use super::{Raster, ShapeError};
use std::ops::RangeInclusive;

/// Bits Allocated, Bits Stored, High Bit and Pixel Representation (PS3.3 C.7.6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BitDepth {
    /// Bits Allocated: 8 or 16.
    pub allocated: u16,
    /// Bits Stored: 1 to `allocated`.
    pub stored: u16,
    /// High Bit.
    pub high_bit: u16,
    /// Two's complement (Pixel Representation 1).
    pub signed: bool,
}

impl BitDepth {
    /// Every value that the stored bits can hold; those beyond 16 are no part of a radiograph.
    pub fn range(self) -> RangeInclusive<i32> {
        let count = 1_i32 << u32::from(self.stored.min(16));
        let first = if self.signed { -count / 2 } else { 0 };
        first..=first + count - 1
    }
}

/// Stored values of one frame with unused bits removed and the sign extended.
#[derive(Debug, Clone, PartialEq)]
pub enum StoredValues {
    /// Unsigned values.
    U16(Raster<u16>),
    /// Signed values.
    I16(Raster<i16>),
}

impl StoredValues {
    /// Width and height in pixels.
    pub fn size(&self) -> (usize, usize) {
        match self {
            Self::U16(raster) => raster.size(),
            Self::I16(raster) => raster.size(),
        }
    }

    /// The value at `(row, col)`; `None` outside.
    pub fn get(&self, row: usize, col: usize) -> Option<i32> {
        match self {
            Self::U16(raster) => raster.get(row, col).map(i32::from),
            Self::I16(raster) => raster.get(row, col).map(i32::from),
        }
    }

    /// All values, row by row.
    pub fn iter(&self) -> Box<dyn Iterator<Item = i32> + '_> {
        match self {
            Self::U16(raster) => Box::new(raster.values().iter().map(|&v| i32::from(v))),
            Self::I16(raster) => Box::new(raster.values().iter().map(|&v| i32::from(v))),
        }
    }

    /// Every value passed through `f`, on the same grid.
    ///
    /// # Errors
    /// Never in practice: the grid is the values' own.
    pub fn to_float(&self, mut f: impl FnMut(i32) -> f32) -> Result<Raster<f32>, ShapeError> {
        let (width, height) = self.size();
        Raster::new(width, height, self.iter().map(&mut f).collect())
    }

    /// Smallest and largest value; `None` for an empty picture.
    pub fn min_max(&self) -> Option<(i32, i32)> {
        self.iter().fold(None, |range, v| match range {
            None => Some((v, v)),
            Some((low, high)) => Some((low.min(v), high.max(v))),
        })
    }
}

impl<'a> IntoIterator for &'a StoredValues {
    type Item = i32;
    type IntoIter = Box<dyn Iterator<Item = i32> + 'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
