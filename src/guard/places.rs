//! Connected places where a picture exceeds its threshold.

use super::mark::{Found, MarkReason, Searched};
use crate::radiograph::{
    FloatImage, LungMask, Neighbourhood, binary_dilation, connected_components, gaussian_blur,
};

/// Blur before a place is looked for, mm: grain is no place.
const BLUR_MM: f64 = 2.0;
/// Smallest place, mm across.
const SMALLEST_MM: f64 = 4.0;
/// Distance from the lungs, mm, up to which ribs, clavicles and spine explain a change.
const RIB_MM: f64 = 40.0;
/// Blur that the structure of the soft tissue is measured against, and measured under, mm.
const STRUCTURE_MM: f64 = 5.0;
/// Structure below which a deviation is compared with grain, as a share of the range from black to white.
const GRAIN: f32 = 2.0 / 255.0;

/// Where the soft-tissue image is brighter than the radiograph.
pub(super) fn added(searched: &Searched) -> Vec<Found> {
    let layer = gaussian_blur(&searched.bone, BLUR_MM / searched.mm);
    places(searched, &layer.map(|v| -v), MarkReason::SoftTissueAdded)
}

/// Where soft tissue and bone are not the radiograph.
pub(super) fn disagreement(searched: &Searched) -> Vec<Found> {
    let sum = searched.soft_tissue.zip_map(&searched.bone, |s, b| s + b);
    let rest = sum.and_then(|sum| sum.zip_map(&searched.original, |a, b: f32| (a - b).abs()));
    rest.map_or_else(
        |_| Vec::new(),
        |rest| places(searched, &rest, MarkReason::Disagreement),
    )
}

/// Where the picture changed too far from the lungs for a rib.
pub(super) fn outside(searched: &Searched) -> Vec<Found> {
    if searched.lungs.num_inside() == 0 {
        return Vec::new();
    }
    let steps = (RIB_MM / searched.mm).round() as u32;
    let near = binary_dilation(&searched.lungs, Neighbourhood::Square, steps);
    let layer = gaussian_blur(&searched.bone, BLUR_MM / searched.mm);
    let far = layer.zip_map(
        near.raster(),
        |v, near| if near == 1 { 0.0 } else { v.abs() },
    );
    far.map_or_else(
        |_| Vec::new(),
        |far| places(searched, &far, MarkReason::OutsideLungs),
    )
}

/// Where the deviation over the seeds exceeds the structure of the soft tissue.
pub(super) fn uncertain(searched: &Searched) -> Vec<Found> {
    let Some(deviation) = &searched.uncertainty else {
        return Vec::new();
    };
    let sigma = STRUCTURE_MM / searched.mm;
    let soft = &searched.soft_tissue;
    let fine = soft.zip_map(&gaussian_blur(soft, sigma), |v, low| (v - low).powi(2));
    let ratio = fine.and_then(|fine| {
        let deviation = gaussian_blur(deviation, BLUR_MM / searched.mm);
        let structure = gaussian_blur(&fine, sigma);
        deviation.zip_map(&structure, |sd, squares| sd / squares.sqrt().max(GRAIN))
    });
    ratio.map_or_else(
        |_| Vec::new(),
        |ratio| places(searched, &ratio, MarkReason::Uncertain),
    )
}

/// The connected places above the reason's threshold that are large enough, each with its mean as score.
fn places(searched: &Searched, picture: &FloatImage, reason: MarkReason) -> Vec<Found> {
    let threshold = reason.threshold() as f32;
    let above = LungMask::from_threshold(picture, threshold);
    let least = (SMALLEST_MM / searched.mm / 2.0).powi(2) * std::f64::consts::PI;
    let large = connected_components(above.raster(), 1, Neighbourhood::Cross);
    let large = large
        .into_iter()
        .filter(|pixels| pixels.len() as f64 >= least);
    large.map(|pixels| found(&pixels, picture)).collect()
}

/// A circle of the area of `pixels` about their mean.
fn found(pixels: &[usize], picture: &FloatImage) -> Found {
    let (width, count) = (picture.width().max(1), pixels.len().max(1) as f64);
    let mean = |of: &dyn Fn(usize) -> f64| pixels.iter().map(|&i| of(i)).sum::<f64>() / count;
    Found {
        row: mean(&|i| (i / width) as f64),
        col: mean(&|i| (i % width) as f64),
        radius: (count / std::f64::consts::PI).sqrt(),
        score: mean(&|i| picture.values().get(i).map_or(0.0, |&v| f64::from(v))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::radiograph::Raster;

    /// 200 x 200 pixels of 1.4 mm: lungs in the middle, everything else as told.
    fn searched(change: impl Fn(&mut Searched)) -> Searched {
        let flat = Raster::filled(200, 200, 0.5_f32);
        let lung =
            |i: usize| u8::from((60..140).contains(&(i / 200)) && (60..140).contains(&(i % 200)));
        let lungs = Raster::new(200, 200, (0..40_000).map(lung).collect()).unwrap();
        let mut searched = Searched {
            original: flat.clone(),
            soft_tissue: flat.clone(),
            bone: flat.map(|_| 0.0),
            uncertainty: Some(flat.map(|_| 0.0)),
            lungs: LungMask::from_nonzero(&lungs),
            mm: 1.4,
        };
        change(&mut searched);
        searched
    }

    /// A disc of radius 6 about (row, 100).
    fn disc(image: &mut FloatImage, row: f64, value: f32) {
        let width = image.width();
        for (i, v) in image.values_mut().iter_mut().enumerate() {
            if ((i / width) as f64 - row).hypot((i % width) as f64 - 100.0) < 6.0 {
                *v += value;
            }
        }
    }

    #[test]
    fn each_reason_is_found_at_its_place_and_nothing_in_a_sound_picture() {
        let reasons: [fn(&Searched) -> Vec<Found>; 4] = [added, disagreement, outside, uncertain];
        let sound = searched(|_| {});
        assert!(reasons.iter().all(|find| find(&sound).is_empty()));
        let broken = searched(|s| {
            // Brightened in the lungs, changed far below them, a pixel pair that does not add up, and a deviation.
            disc(&mut s.bone, 100.0, -0.1);
            disc(&mut s.bone, 185.0, 0.4);
            disc(&mut s.soft_tissue, 100.0, 0.1);
            disc(&mut s.soft_tissue, 185.0, -0.4);
            disc(&mut s.soft_tissue, 75.0, 0.05);
            if let Some(deviation) = &mut s.uncertainty {
                disc(deviation, 125.0, 0.1);
            }
        });
        for (find, row) in reasons.iter().zip([100.0, 75.0, 185.0, 125.0]) {
            let found = find(&broken);
            assert_eq!(found.len(), 1, "row {row}");
            assert!((found[0].row - row).abs() < 1.5 && (found[0].col - 100.0).abs() < 1.5);
            assert!((3.0..9.0).contains(&found[0].radius), "{}", found[0].radius);
        }
    }

    #[test]
    fn what_is_small_is_no_place() {
        let speck = searched(|s| {
            s.bone.values_mut()[100 * 200 + 100] = -0.1;
        });
        assert!(added(&speck).is_empty());
    }
}
