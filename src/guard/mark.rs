//! The marks, and the order in which a reader should follow them.

use super::blobs::nodules_taken;
use super::places::{added, disagreement, outside, uncertain};
use crate::radiograph::{FloatImage, LungMask, resize_area};
use serde::{Deserialize, Serialize};

/// Most marks of one picture: a longer list is not looked at.
const MOST_MARKS: usize = 12;
/// Size of a pixel of the grid that is searched, mm: a nodule of 5 mm has three and a half.
const SEARCHED_MM: f64 = 1.4;
/// Longest side of a chest radiograph where the file states no spacing, mm: a detector of 43 cm.
const ASSUMED_SIDE_MM: f64 = 430.0;

/// Why a place deserves a second look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MarkReason {
    /// Something round of the size of a nodule went with the bones. Score: its height in the bone layer, as a share
    /// of the range from black to white.
    DetailLost,
    /// The soft-tissue image is brighter than the radiograph. Score: mean brightening, as a share of that range.
    SoftTissueAdded,
    /// Soft-tissue image and bone layer do not add up to the radiograph. Score: largest difference, as a share of
    /// that range.
    Disagreement,
    /// Another seed gives another picture: the deviation over the seeds exceeds the structure that is shown. Score:
    /// the one over the other.
    Uncertain,
    /// The picture changed far from lungs and ribs. Score: mean change, as a share of the range.
    OutsideLungs,
}

impl MarkReason {
    /// What to look for, in a few words.
    pub fn words(self) -> &'static str {
        match self {
            Self::DetailLost => "something round was taken with the bones",
            Self::SoftTissueAdded => "brighter than in the radiograph",
            Self::Disagreement => "soft tissue and bone do not add up",
            Self::Uncertain => "another seed shows something else",
            Self::OutsideLungs => "changed far from the lungs",
        }
    }

    /// The score at which a place is marked at all, in the unit of the scores.
    pub(super) fn threshold(self) -> f64 {
        match self {
            // Exact bone layers of phantoms hold about two such blobs a picture, where ribs cross or end: tests/guard.rs.
            Self::DetailLost => super::blobs::LEAST_HEIGHT,
            Self::SoftTissueAdded => 10.0 / 255.0,
            // Two pictures of 16 bits, or of f32 over 65,535 levels, round by less.
            Self::Disagreement => 2e-3,
            Self::Uncertain => 1.0,
            Self::OutsideLungs => 0.15,
        }
    }

    /// Weight of a score at the threshold: a lost nodule counts most.
    fn weight(self) -> f64 {
        match self {
            Self::DetailLost => 4.0,
            Self::SoftTissueAdded => 3.0,
            Self::Disagreement => 2.0,
            Self::Uncertain => 1.0,
            Self::OutsideLungs => 0.5,
        }
    }
}

/// A place to look at.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// Why.
    pub reason: MarkReason,
    /// Row of its centre in pixels of the radiograph, 0 at the upper edge of the first.
    pub row_px: f64,
    /// Column of its centre, 0 at the left edge of the first.
    pub col_px: f64,
    /// Radius in pixels of the radiograph.
    pub radius_px: f64,
    /// How strong, in the unit of its reason.
    pub score: f64,
}

impl Mark {
    /// What it counts among others: the score over its threshold, weighted by the reason.
    fn weight(&self) -> f64 {
        self.reason.weight() * self.score / self.reason.threshold()
    }

    /// Whether another mark shows the same place for the same reason.
    fn covers(&self, other: &Self) -> bool {
        let distance = (self.row_px - other.row_px).hypot(self.col_px - other.col_px);
        self.reason == other.reason && distance < self.radius_px.max(other.radius_px)
    }
}

/// A suppression as the guard sees it: display values on one grid, 1 is the range from black to white.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The radiograph.
    pub original: &'a FloatImage,
    /// The soft-tissue image.
    pub soft_tissue: &'a FloatImage,
    /// What was taken off.
    pub bone: &'a FloatImage,
    /// Standard deviation over the seeds.
    pub uncertainty: Option<&'a FloatImage>,
    /// The lungs.
    pub lungs: &'a LungMask,
    /// Size of a pixel in mm; `None` takes the longest side for 430 mm.
    pub pixel_mm: Option<f64>,
}

/// The evidence on the grid that is searched.
pub(super) struct Searched {
    pub(super) original: FloatImage,
    pub(super) soft_tissue: FloatImage,
    pub(super) bone: FloatImage,
    pub(super) uncertainty: Option<FloatImage>,
    pub(super) lungs: LungMask,
    /// Size of a searched pixel, mm.
    pub(super) mm: f64,
}

/// A place on the searched grid.
pub(super) struct Found {
    pub(super) row: f64,
    pub(super) col: f64,
    pub(super) radius: f64,
    pub(super) score: f64,
}

impl Evidence<'_> {
    fn searched(&self) -> Searched {
        let (width, height) = self.bone.size();
        let longest = width.max(height).max(1) as f64;
        let pixel_mm = self.pixel_mm.filter(|mm| *mm > 0.0);
        let pixel_mm = pixel_mm.unwrap_or(ASSUMED_SIDE_MM / longest);
        let shrink = (SEARCHED_MM / pixel_mm).max(1.0);
        let side = |n: usize| ((n as f64 / shrink).round() as usize).max(1);
        let (to_width, to_height) = (side(width), side(height));
        let small = |image: &FloatImage| resize_area(image, to_width, to_height);
        Searched {
            original: small(self.original),
            soft_tissue: small(self.soft_tissue),
            bone: small(self.bone),
            uncertainty: self.uncertainty.map(small),
            lungs: self.lungs.resized(to_width, to_height),
            mm: pixel_mm * width as f64 / to_width as f64,
        }
    }
}

/// The places to look at, the weightiest first, at most twelve; those near each other for one reason are one.
///
/// Pictures of different sizes have no marks.
pub fn look_here(evidence: &Evidence<'_>) -> Vec<Mark> {
    let size = evidence.bone.size();
    let sizes = [
        evidence.original.size(),
        evidence.soft_tissue.size(),
        evidence.lungs.raster().size(),
        evidence.uncertainty.map_or(size, FloatImage::size),
    ];
    if sizes.iter().any(|&other| other != size) || size.0 == 0 || size.1 == 0 {
        return Vec::new();
    }
    let searched = evidence.searched();
    let found = [
        (MarkReason::DetailLost, nodules_taken(&searched)),
        (MarkReason::SoftTissueAdded, added(&searched)),
        (MarkReason::Disagreement, disagreement(&searched)),
        (MarkReason::Uncertain, uncertain(&searched)),
        (MarkReason::OutsideLungs, outside(&searched)),
    ];
    let scale = size.0 as f64 / searched.bone.width() as f64;
    let marks = found.into_iter().flat_map(|(reason, places)| {
        places.into_iter().map(move |place| Mark {
            reason,
            row_px: rounded((place.row + 0.5) * scale),
            col_px: rounded((place.col + 0.5) * scale),
            radius_px: rounded(place.radius * scale),
            score: rounded(place.score),
        })
    });
    weightiest(marks.collect())
}

/// The marks in the order of their weight, without those that a weightier one covers.
fn weightiest(mut marks: Vec<Mark>) -> Vec<Mark> {
    marks.sort_by(|a, b| b.weight().total_cmp(&a.weight()));
    let mut kept: Vec<Mark> = Vec::new();
    for mark in marks {
        if kept.len() < MOST_MARKS && !kept.iter().any(|before| before.covers(&mark)) {
            kept.push(mark);
        }
    }
    kept
}

/// To four decimals: a certificate reads the same however it is stored.
fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

/// The marks in one sentence; `None` where there are none.
pub fn sentence(marks: &[Mark]) -> Option<String> {
    let first = marks.first()?;
    let places = if marks.len() == 1 { "place" } else { "places" };
    Some(format!(
        "{} {places} to look at twice; at row {:.0}, column {:.0}: {}.",
        marks.len(),
        first.row_px,
        first.col_px,
        first.reason.words()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(reason: MarkReason, col_px: f64, score: f64) -> Mark {
        Mark {
            reason,
            row_px: 10.0,
            col_px,
            radius_px: 5.0,
            score,
        }
    }

    #[test]
    fn near_marks_are_one_and_the_weightiest_comes_first() {
        let lost = MarkReason::DetailLost;
        let least = lost.threshold();
        let marks = weightiest(vec![
            mark(MarkReason::OutsideLungs, 50.0, 0.2),
            mark(lost, 10.0, least),
            mark(lost, 13.0, 2.0 * least),
            mark(lost, 30.0, least),
        ]);
        let columns: Vec<f64> = marks.iter().map(|m| m.col_px).collect();
        assert_eq!(columns, [13.0, 30.0, 50.0]);
        let many = (0..40).map(|i| mark(lost, 20.0 * f64::from(i), least));
        assert_eq!(weightiest(many.collect()).len(), MOST_MARKS);
    }

    #[test]
    fn the_sentence_counts_and_points() {
        assert_eq!(sentence(&[]), None);
        let one = mark(MarkReason::DetailLost, 42.0, 1.0);
        assert_eq!(
            sentence(&[one]).unwrap(),
            "1 place to look at twice; at row 10, column 42: something round was taken with the bones."
        );
        assert!(sentence(&[one, one]).unwrap().starts_with("2 places"));
    }
}
