//! The lung field as a set of pixels.

use super::Raster;

/// Lung mask: 1 inside the lung field, 0 outside, on the grid of the radiograph it belongs to.
#[derive(Debug, Clone, PartialEq)]
pub struct LungMask {
    inside: Raster<u8>,
    /// Counted once: the window asks in every frame.
    num_inside: usize,
}

impl LungMask {
    /// Every non-zero value counts as lung.
    pub fn from_nonzero(values: &Raster<u8>) -> Self {
        Self::counted(values.map(|&v| u8::from(v != 0)))
    }

    /// Values above `threshold` count as lung (probabilities in `[0, 1]`, for instance).
    pub fn from_threshold(values: &Raster<f32>, threshold: f32) -> Self {
        Self::counted(values.map(|&v| u8::from(v > threshold)))
    }

    /// Of a grid of zeros and ones.
    fn counted(inside: Raster<u8>) -> Self {
        let num_inside = inside.values().iter().map(|&v| usize::from(v)).sum();
        Self { inside, num_inside }
    }

    /// The grid of zeros and ones.
    pub fn raster(&self) -> &Raster<u8> {
        &self.inside
    }

    /// Number of pixels inside.
    pub fn num_inside(&self) -> usize {
        self.num_inside
    }

    /// Share of the picture that is lung, in `[0, 1]`.
    pub fn fraction(&self) -> f32 {
        self.num_inside() as f32 / self.inside.values().len().max(1) as f32
    }

    /// The mask on another grid, by nearest neighbour at pixel centres.
    #[must_use]
    pub fn resized(&self, width: usize, height: usize) -> Self {
        let (from_width, from_height) = self.inside.size();
        let source = |i: usize, from: usize, to: usize| {
            (((i as f64 + 0.5) * from as f64 / to as f64) as usize).min(from.saturating_sub(1))
        };
        let mut resized = Raster::filled(width, height, 0_u8);
        for (row, out) in resized.values_mut().chunks_mut(width.max(1)).enumerate() {
            let from = self
                .inside
                .row(source(row, from_height, height))
                .unwrap_or(&[]);
            for (col, value) in out.iter_mut().enumerate() {
                *value = from
                    .get(source(col, from_width, width))
                    .copied()
                    .unwrap_or(0);
            }
        }
        Self::counted(resized)
    }

    /// Dice coefficient with another mask of the same size: `2 |A and B| / (|A| + |B|)`, 1 for two empty masks.
    ///
    /// # Errors
    /// [`super::ShapeError`] where the sizes differ.
    pub fn dice(&self, other: &Self) -> Result<f64, super::ShapeError> {
        let both = self
            .inside
            .zip_map(&other.inside, |a, b| usize::from(a & b))?;
        let both: usize = both.values().iter().sum();
        let total = self.num_inside() + other.num_inside();
        Ok(if total == 0 {
            1.0
        } else {
            2.0 * both as f64 / total as f64
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dice_of_half_overlap() {
        let a = LungMask::from_nonzero(&Raster::new(4, 1, vec![1, 1, 0, 0]).unwrap());
        let b = LungMask::from_nonzero(&Raster::new(4, 1, vec![0, 255, 9, 0]).unwrap());
        assert!((a.dice(&b).unwrap() - 0.5).abs() < 1e-12);
    }

    #[test]
    fn resizing_keeps_the_share() {
        let mask = LungMask::from_nonzero(&Raster::new(2, 2, vec![1, 0, 0, 1]).unwrap());
        let larger = mask.resized(8, 6);
        assert_eq!(larger.num_inside(), 24);
        assert_eq!(larger.resized(2, 2), mask);
    }
}
