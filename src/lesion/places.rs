//! Where in the lungs a nodule may lie: under ribs and between them.

use crate::radiograph::{FloatImage, LungMask, Neighbourhood, binary_erosion, gaussian_blur};

/// Blur of the bone layer before its height is read, mm: grain and trabeculae are no ribs.
const BLUR_MM: f64 = 1.0;
/// Width over which a bone layer's tone is taken out, mm: wider than any rib, narrower than a lung.
const TONE_MM: f64 = 20.0;
/// Quantiles of the bone layer inside the lungs that stand for lung between ribs and for ribs.
const BETWEEN_BONES: f64 = 0.2;
const ON_BONES: f64 = 0.85;
/// Height of the bone layer, between 0 (lung between ribs) and 1 (ribs), above which a place lies under a rib, and below
/// which it lies between ribs; what is between the two is neither.
const UNDER: f32 = 0.7;
const BETWEEN: f32 = 0.3;
/// Least distance from a place to the border of the lungs, mm.
const BORDER_MM: f64 = 8.0;

/// What lies over a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ground {
    /// A rib.
    UnderRib,
    /// No rib.
    BetweenRibs,
}

/// A place in the lungs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Row, pixels.
    pub row: usize,
    /// Column, pixels.
    pub col: usize,
    /// What lies over it.
    pub ground: Ground,
}

/// How high the bones stand over each pixel: about 0 between ribs, about 1 on them.
#[derive(Debug, Clone, PartialEq)]
pub struct BoneHeight(FloatImage);

impl BoneHeight {
    /// Height of a bone layer (radiograph minus soft-tissue image, display units) over the lungs; `pixel_mm` is the size
    /// of a pixel. `None` without lungs, without bones in them, or where the grids differ.
    pub fn new(bone: &FloatImage, lungs: &LungMask, pixel_mm: f64) -> Option<Self> {
        let tone = gaussian_blur(bone, TONE_MM / pixel_mm);
        let fine = gaussian_blur(bone, BLUR_MM / pixel_mm);
        let fine = fine.zip_map(&tone, |fine, tone| fine - tone).ok()?;
        if lungs.raster().size() != bone.size() {
            return None;
        }
        let inside = fine.values().iter().zip(lungs.raster().values());
        let mut inside: Vec<f32> = inside.filter(|&(_, &m)| m == 1).map(|(&v, _)| v).collect();
        inside.sort_by(f32::total_cmp);
        let quantile = |share: f64| {
            let last = inside.len().checked_sub(1)?;
            inside.get((share * last as f64).round() as usize).copied()
        };
        let (low, high) = (quantile(BETWEEN_BONES)?, quantile(ON_BONES)?);
        (high > low).then(|| Self(fine.map(|v| (v - low) / (high - low))))
    }

    /// What lies over a pixel; `None` on the flank of a rib and outside of the picture.
    pub fn ground(&self, row: usize, col: usize) -> Option<Ground> {
        let height = self.0.get(row, col)?;
        if height >= UNDER {
            Some(Ground::UnderRib)
        } else if height <= BETWEEN {
            Some(Ground::BetweenRibs)
        } else {
            None
        }
    }
}

/// Every pixel well inside the lungs that lies under a rib or between ribs, row by row.
pub fn places(height: &BoneHeight, lungs: &LungMask, pixel_mm: f64) -> Vec<Place> {
    let steps = (BORDER_MM / pixel_mm).ceil() as u32;
    let inner = binary_erosion(lungs, Neighbourhood::Cross, steps);
    let width = inner.raster().width();
    let inside = inner.raster().values().iter().enumerate();
    inside
        .filter(|&(_, &inside)| inside == 1)
        .filter_map(|(at, _)| {
            let (row, col) = (at / width, at % width);
            let ground = height.ground(row, col)?;
            Some(Place { row, col, ground })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::radiograph::Raster;

    /// Horizontal ribs of 10 px, 30 px apart, on a tone that rises downwards.
    #[test]
    fn ribs_are_told_from_the_lung_between_them() {
        let (width, height) = (160, 160);
        let is_rib = |row: usize| row % 30 < 10;
        let values = (0..width * height).map(|i| {
            let row = i / width;
            0.3 + 0.001 * row as f32 + if is_rib(row) { 0.06 } else { 0.0 }
        });
        let bone = Raster::new(width, height, values.collect()).unwrap();
        let lungs = LungMask::from_nonzero(&Raster::filled(width, height, 1));
        let found = places(&BoneHeight::new(&bone, &lungs, 1.0).unwrap(), &lungs, 1.0);
        assert!(found.len() > 10_000, "{}", found.len());
        for place in &found {
            let expected = if is_rib(place.row) {
                Ground::UnderRib
            } else {
                Ground::BetweenRibs
            };
            assert_eq!(place.ground, expected, "row {}", place.row);
            assert!((8..152).contains(&place.col));
        }
        let under = found.iter().filter(|p| p.ground == Ground::UnderRib);
        assert!(under.count() > 3_000);
    }

    #[test]
    fn no_lungs_or_no_bones_are_no_places() {
        let flat = Raster::filled(20, 20, 0.1);
        let none = LungMask::from_nonzero(&Raster::filled(20, 20, 0));
        let all = LungMask::from_nonzero(&Raster::filled(20, 20, 1));
        assert!(BoneHeight::new(&flat, &none, 1.0).is_none());
        assert!(BoneHeight::new(&flat, &all, 1.0).is_none());
    }
}
