//! Cleaning a segmenter's lung mask before anything is fused through it.

use serde::{Deserialize, Serialize};

use crate::radiograph::{
    LungMask, Neighbourhood, Raster, binary_dilation, binary_erosion, connected_components,
};

/// Settings of [`clean_mask`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MaskCleaning {
    /// Components with fewer pixels than this go. 100 in the authors' evaluation at 1024 px.
    pub min_component_px: usize,
    /// Fill what the lungs enclose. The authors do not.
    pub hole_filling: bool,
    /// Steps of 3 x 3 opening (erosion, then dilation) before components are counted; 0 for none.
    pub opening_px: u32,
}

impl Default for MaskCleaning {
    fn default() -> Self {
        Self {
            hole_filling: true,
            ..Self::AUTHORS
        }
    }
}

impl MaskCleaning {
    /// Exactly the authors' clean-up.
    pub const AUTHORS: Self = Self {
        min_component_px: 100,
        hole_filling: false,
        opening_px: 0,
    };
}

/// Opens the mask, drops its small components (8-connected) and fills its holes (4-connected).
pub fn clean_mask(mask: &LungMask, cleaning: &MaskCleaning) -> LungMask {
    let opened = binary_dilation(
        &binary_erosion(mask, Neighbourhood::Square, cleaning.opening_px),
        Neighbourhood::Square,
        cleaning.opening_px,
    );
    // Zero steps of erosion and dilation return the mask itself.
    let mut inside = opened.raster().clone();
    for part in connected_components(&inside, 1, Neighbourhood::Square) {
        if part.len() < cleaning.min_component_px {
            set(&mut inside, &part, 0);
        }
    }
    if cleaning.hole_filling {
        for part in connected_components(&inside, 0, Neighbourhood::Cross) {
            if !is_at_border(&part, inside.size()) {
                set(&mut inside, &part, 1);
            }
        }
    }
    LungMask::from_nonzero(&inside)
}

fn set(values: &mut Raster<u8>, pixels: &[usize], value: u8) {
    for &i in pixels {
        values.values_mut()[i] = value;
    }
}

/// Whether a part reaches the border of its raster.
fn is_at_border(pixels: &[usize], (width, height): (usize, usize)) -> bool {
    pixels.iter().any(|&pixel| {
        let (row, col) = (pixel / width, pixel % width);
        row == 0 || col == 0 || row + 1 == height || col + 1 == width
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A 30 x 20 mask with a 12 x 12 lung with one hole, a 10 x 9 speck and a hair.
    fn ragged() -> LungMask {
        let mut inside = Raster::filled(30, 20, 0_u8);
        let mut fill = |rows: std::ops::Range<usize>, cols: std::ops::Range<usize>, value| {
            for row in rows {
                inside.values_mut()[row * 30 + cols.start..row * 30 + cols.end].fill(value);
            }
        };
        fill(2..14, 2..14, 1);
        fill(6..8, 6..8, 0);
        fill(3..12, 17..27, 1);
        fill(14..15, 14..20, 1);
        LungMask::from_nonzero(&inside)
    }

    #[test]
    fn the_authors_drop_what_has_fewer_than_100_pixels() {
        let cleaned = clean_mask(&ragged(), &MaskCleaning::AUTHORS);
        // The hair touches the lung by a corner and stays with it.
        assert_eq!(cleaned.num_inside(), 144 - 4 + 6);
    }

    #[test]
    fn holes_are_filled_and_hairs_opened() {
        let cleaning = MaskCleaning {
            opening_px: 1,
            ..MaskCleaning::default()
        };
        assert_eq!(
            clean_mask(&ragged(), &MaskCleaning::default()).num_inside(),
            150
        );
        assert_eq!(clean_mask(&ragged(), &cleaning).num_inside(), 144);
    }

    #[test]
    fn a_notch_in_the_border_is_no_hole() {
        let mut inside = Raster::filled(20, 20, 1_u8);
        inside.values_mut()[7] = 0;
        inside.values_mut()[27] = 0;
        let mask = LungMask::from_nonzero(&inside);
        assert_eq!(clean_mask(&mask, &MaskCleaning::default()), mask);
    }
}
