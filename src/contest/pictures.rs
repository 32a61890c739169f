//! Pictures as scores see them: grey in `[0, 1]` as the radiograph's own window shows it, on one grid.
//!
//! What a file's numbers mean depends on the file:
//!
//! - The **radiograph** is read and shown as `suppress` and `train` do: under its own first window.
//! - A **soft-tissue image or prediction that holds the radiograph's kind of values** (a DICOM beside a
//!   DICOM, 12-bit values unscaled in 16 bits beside a radiograph of such values) is shown under the
//!   radiograph's window: a window of its own would hide the difference that is scored.
//! - One that holds **displayed grey** is that grey over the full scale of its bits: 8-bit files, and
//!   16-bit files that use the upper half of their range, as everything that `suppress` writes.
//!
//! The two agree for 8-bit pairs and for pairs over the whole 16 bits.

use super::ContestError;
use crate::dataset::is_one_shape;
use crate::display::{display_image, displayed_modality};
use crate::formats;
use crate::pipeline::{OutputGrid, SuppressionResult};
use crate::radiograph::{FileKind, FloatImage, LungMask, Radiograph, Voi, resize_bicubic};
use std::path::Path;
use std::sync::Arc;

/// Smallest value of the upper half of 16 bits: a picture that reaches it was scaled to 16 bits.
const UPPER_HALF: i32 = 32_768;

/// The radiograph under its own first window, resampled to `size` where that differs.
pub(super) fn radiograph(
    radiograph: &Radiograph,
    size: Option<(usize, usize)>,
) -> Result<FloatImage, ContestError> {
    Ok(fitted(
        display_image(radiograph, first_window(radiograph)?),
        size,
    ))
}

/// The soft-tissue image or prediction in `path` on its own grid, as the module page says, beside its
/// radiograph.
///
/// # Errors
/// [`ContestError`] where it cannot be read, or has no window.
pub fn soft_tissue(path: &Path, radiograph: &Radiograph) -> Result<FloatImage, ContestError> {
    let picture = formats::read(path)?;
    let voi = match (is_dicom(&picture), is_dicom(radiograph)) {
        (true, false) => first_window(&picture)?.clone(),
        (true, true) => first_window(radiograph)?.clone(),
        (false, _) if holds_values_of(&picture, radiograph) => first_window(radiograph)?.clone(),
        (false, _) => {
            let most = (1_u32 << picture.bits.stored.min(16)) - 1;
            Voi::covering(0.0, f64::from(most))
        }
    };
    Ok(display_image(&picture, &voi))
}

fn first_window(radiograph: &Radiograph) -> Result<&Voi, ContestError> {
    let first = radiograph.vois.first();
    first.ok_or(ContestError::NoWindow)
}

fn is_dicom(picture: &Radiograph) -> bool {
    matches!(picture.source.kind, FileKind::Dicom { .. })
}

/// Whether a 16-bit raster picture holds unscaled values, as its radiograph does.
fn holds_values_of(picture: &Radiograph, radiograph: &Radiograph) -> bool {
    let most = picture.stored.min_max().map_or(0, |(_, most)| most);
    picture.bits.stored > 8 && radiograph.bits.stored > 8 && most < UPPER_HALF
}

/// A picture on another grid.
pub(super) fn fitted(picture: FloatImage, size: Option<(usize, usize)>) -> FloatImage {
    match size {
        Some((width, height)) if picture.size() != (width, height) => {
            resize_bicubic(&picture, width, height).map(|v| v.clamp(0.0, 1.0))
        }
        _ => picture,
    }
}

/// What a suppression made of a radiograph, as its first window shows it, in `[0, 1]`.
///
/// # Errors
/// [`ContestError::NoWindow`].
pub fn shown(
    radiograph: &Radiograph,
    result: &SuppressionResult,
) -> Result<FloatImage, ContestError> {
    Ok(match result.settings.output {
        OutputGrid::Native => {
            let voi = first_window(radiograph)?;
            displayed_modality(radiograph, voi, &result.soft_tissue)
        }
        OutputGrid::Model => result.model_soft_tissue.clone(),
    })
}

/// A mask on another grid of the same shape, resampled.
///
/// # Errors
/// [`ContestError::MaskShape`]: another shape is another picture.
pub fn fit_mask(mask: &LungMask, size: (usize, usize)) -> Result<Arc<LungMask>, ContestError> {
    let found = mask.raster().size();
    if !is_one_shape(found, size) {
        return Err(ContestError::MaskShape {
            mask: found,
            radiograph: size,
        });
    }
    Ok(Arc::new(mask.resized(size.0, size.1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::raster::write_grey16;
    use crate::radiograph::Raster;
    use image::{ImageBuffer, Luma};

    fn stored16(path: &Path, values: [u16; 4]) {
        let picture = ImageBuffer::<Luma<u16>, _>::from_raw(4, 1, values.to_vec());
        picture.unwrap().save(path).unwrap();
    }

    fn assert_near(found: &FloatImage, expected: [f32; 4]) {
        for (found, expected) in found.values().iter().zip(expected) {
            assert!((found - expected).abs() < 1e-4, "{found} {expected}");
        }
    }

    /// Values 100 to 4100 are shown from black to white. The same soft tissue, once in those values
    /// and once as `suppress` writes it, is the same picture.
    #[test]
    fn unscaled_pairs_and_displayed_predictions_meet() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        stored16(&at("cxr.png"), [100, 1100, 2100, 4100]);
        stored16(&at("soft.png"), [100, 900, 1600, 3300]);
        let cxr = formats::read(&at("cxr.png")).unwrap();
        assert_near(&radiograph(&cxr, None).unwrap(), [0.0, 0.25, 0.5, 1.0]);
        let expected = [0.0, 0.2, 0.375, 0.8];
        assert_near(&soft_tissue(&at("soft.png"), &cxr).unwrap(), expected);
        let displayed = Raster::new(4, 1, expected.to_vec()).unwrap();
        write_grey16(&at("pred.png"), &displayed, false).unwrap();
        assert_near(&soft_tissue(&at("pred.png"), &cxr).unwrap(), expected);
    }

    /// A dim picture beside a radiograph over the whole range stays dim, and 16-bit grey beside an
    /// 8-bit radiograph keeps its own scale.
    #[test]
    fn scaled_files_keep_their_full_scale() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        stored16(&at("cxr.png"), [0, 13_107, 26_214, 65_535]);
        stored16(&at("dim.png"), [0, 6_553, 13_107, 26_214]);
        let cxr = formats::read(&at("cxr.png")).unwrap();
        let dim = soft_tissue(&at("dim.png"), &cxr).unwrap();
        assert_near(&dim, [0.0, 0.1, 0.2, 0.4]);
        let eight = image::GrayImage::from_raw(4, 1, vec![0, 51, 102, 255]).unwrap();
        eight.save(at("cxr8.png")).unwrap();
        let cxr8 = formats::read(&at("cxr8.png")).unwrap();
        let beside_eight = soft_tissue(&at("dim.png"), &cxr8).unwrap();
        assert_near(&beside_eight, [0.0, 0.1, 0.2, 0.4]);
        let eight_beside_sixteen = soft_tissue(&at("cxr8.png"), &cxr).unwrap();
        assert_near(&eight_beside_sixteen, [0.0, 0.2, 0.4, 1.0]);
    }
}
