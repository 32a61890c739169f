//! Pictures as scores see them: `[0, 1]` of the file's whole range, on one grid.

use crate::display::display_image;
use crate::formats;
use crate::radiograph::{FileKind, FloatImage, LungMask, Radiograph, Raster, Voi, resize_bicubic};
use anyhow::Context as _;
use std::path::Path;

/// Bits of a label image that hold its class (1 right lung, 2 left lung, 3 heart); the bits above say
/// what lies over it (16 clavicle).
const CLASS_BITS: i32 = 0x0f;

/// Reads a radiograph so that it is shown over the whole range of its bits, whatever its darkest and
/// lightest pixel: predictions and targets are compared on one scale. DICOM keeps its own window.
pub(super) fn read(path: &Path) -> anyhow::Result<Radiograph> {
    let mut radiograph = formats::read(path)?;
    if !matches!(radiograph.source.kind, FileKind::Dicom { .. }) {
        let most = (1_u32 << radiograph.bits.stored.min(16)) - 1;
        radiograph.vois = vec![Voi::covering(0.0, f64::from(most))];
    }
    Ok(radiograph)
}

/// The picture of a radiograph, resampled to `size` where that differs.
pub(super) fn shown(
    radiograph: &Radiograph,
    size: Option<(usize, usize)>,
) -> anyhow::Result<FloatImage> {
    let voi = radiograph
        .vois
        .first()
        .context("the radiograph has no window")?;
    Ok(fitted(display_image(radiograph, voi), size))
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

/// The lungs of a label image.
pub(super) fn lungs_of_labels(path: &Path) -> anyhow::Result<LungMask> {
    let labels = formats::read(path)?;
    let (width, height) = labels.size();
    let inside = labels
        .stored
        .iter()
        .map(|v| u8::from(matches!(v & CLASS_BITS, 1 | 2)));
    Ok(LungMask::from_nonzero(&Raster::new(
        width,
        height,
        inside.collect(),
    )?))
}
