//! Size of a pixel by a length that the reader stated, as it is kept.

use crate::radiograph::{PixelSpacing, SpacingKind};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// Pixel sizes that a calibration may give, mm: no radiograph has smaller or larger ones.
const SIZES_MM: RangeInclusive<f64> = 1e-6..=1e3;

/// Who stated the length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Origin {
    User,
}

/// Size of a pixel by a length that the reader stated.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    kind: Origin,
    row_mm: f64,
    col_mm: f64,
}

impl Calibration {
    /// Of a spacing that follows a stated length; `None` of one that the file states.
    pub fn of(spacing: PixelSpacing) -> Option<Self> {
        let is_user = spacing.kind == SpacingKind::User;
        is_user.then_some(Self {
            kind: Origin::User,
            row_mm: spacing.row_mm,
            col_mm: spacing.col_mm,
        })
    }

    /// The spacing, of kind [`SpacingKind::User`].
    pub fn spacing(&self) -> PixelSpacing {
        PixelSpacing {
            row_mm: self.row_mm,
            col_mm: self.col_mm,
            kind: SpacingKind::User,
        }
    }

    /// Both sizes are such that lengths can be counted in them.
    pub fn is_usable(&self) -> bool {
        SIZES_MM.contains(&self.row_mm) && SIZES_MM.contains(&self.col_mm)
    }
}
