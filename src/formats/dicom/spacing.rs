//! Size of a pixel (PS3.3 10.7), always with what it was measured on.

use super::attributes::Attributes;
use crate::radiograph::{PixelSpacing, SpacingKind, Topic, Warning};
use dicom_core::Tag;
use dicom_dictionary_std::tags;

/// The first spacing that is stated and positive: Pixel Spacing, then Imager Pixel Spacing (with
/// the magnification where the geometry is known), then Nominal Scanned Pixel Spacing.
pub(super) fn pixel_spacing(
    attributes: &Attributes<'_>,
    warnings: &mut Vec<Warning>,
) -> Option<PixelSpacing> {
    let imager = pair(attributes, tags::IMAGER_PIXEL_SPACING, warnings);
    if let Some((row_mm, col_mm)) = pair(attributes, tags::PIXEL_SPACING, warnings) {
        let calibration = attributes.text(tags::PIXEL_SPACING_CALIBRATION_TYPE);
        let kind = match (calibration.trim(), imager) {
            ("GEOMETRY", _) => SpacingKind::Geometry,
            ("FIDUCIAL", _) => SpacingKind::Fiducial,
            // Equal values without a calibration: Pixel Spacing repeats the detector's.
            ("", Some(imager)) if imager == (row_mm, col_mm) => SpacingKind::AtDetector,
            ("", _) => SpacingKind::Uncalibrated,
            _ => SpacingKind::Calibrated,
        };
        return Some(PixelSpacing {
            row_mm,
            col_mm,
            kind,
        });
    }
    if let Some((row_mm, col_mm)) = imager {
        return Some(match magnification(attributes) {
            Some(factor) => PixelSpacing {
                row_mm: row_mm / factor,
                col_mm: col_mm / factor,
                kind: SpacingKind::MagnificationCorrected,
            },
            None => PixelSpacing {
                row_mm,
                col_mm,
                kind: SpacingKind::AtDetector,
            },
        });
    }
    let scanned = pair(attributes, tags::NOMINAL_SCANNED_PIXEL_SPACING, warnings);
    if scanned.is_none() && !is_square(attributes) {
        warnings.push(Warning::new(
            Topic::Spacing,
            "Pixels are not square (Pixel Aspect Ratio) but their size is not stated.",
        ));
    }
    scanned.map(|(row_mm, col_mm)| PixelSpacing {
        row_mm,
        col_mm,
        kind: SpacingKind::AtScanner,
    })
}

fn pair(attributes: &Attributes<'_>, tag: Tag, warnings: &mut Vec<Warning>) -> Option<(f64, f64)> {
    let stated = attributes.numbers(tag);
    if let Ok(None) = stated {
        return None;
    }
    match stated.ok().flatten().as_deref() {
        Some(&[row_mm, col_mm]) if row_mm > 0.0 && col_mm > 0.0 => Some((row_mm, col_mm)),
        _ => {
            warnings.push(Warning::new(
                Topic::Spacing,
                format!(
                    "{} is not a pair of positive lengths and was not used.",
                    super::element::describe(tag)
                ),
            ));
            None
        }
    }
}

/// Estimated Radiographic Magnification Factor, or source-detector over source-patient distance.
fn magnification(attributes: &Attributes<'_>) -> Option<f64> {
    let positive = |tag| {
        attributes
            .number(tag)
            .ok()
            .flatten()
            .filter(|&value| value > 0.0)
    };
    // A factor below 1 would make the patient smaller than the shadow's source allows: as if it were not stated.
    let is_possible = |factor: &f64| *factor >= 1.0;
    positive(tags::ESTIMATED_RADIOGRAPHIC_MAGNIFICATION_FACTOR)
        .filter(is_possible)
        .or_else(|| {
            Some(
                positive(tags::DISTANCE_SOURCE_TO_DETECTOR)?
                    / positive(tags::DISTANCE_SOURCE_TO_PATIENT)?,
            )
        })
        .filter(is_possible)
}

fn is_square(attributes: &Attributes<'_>) -> bool {
    let ratio = attributes.numbers(tags::PIXEL_ASPECT_RATIO).ok().flatten();
    !matches!(ratio.as_deref(), Some(&[vertical, horizontal]) if vertical.total_cmp(&horizontal).is_ne())
}
