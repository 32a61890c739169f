//! Reading one image file as display values.

use crate::display::{display_image, percentile_window};
use crate::formats;
use crate::radiograph::{FloatImage, Radiograph, Raster, Voi};
use crate::train::TrainError;
use std::path::Path;

/// The radiograph in `path` as display values in `[0, 1]`, with the window that they were read under.
pub(super) fn radiograph(path: &Path) -> Result<(FloatImage, Voi), TrainError> {
    let radiograph = open(path)?;
    let voi = radiograph
        .vois
        .first()
        .cloned()
        .unwrap_or_else(|| percentile_window(&radiograph, None, 0.0, 100.0));
    Ok((display_image(&radiograph, &voi), voi))
}

/// The soft-tissue image in `path` under the window of its radiograph: a window of its own would hide
/// the very difference that is to be learned.
pub(super) fn soft_tissue(path: &Path, voi: &Voi) -> Result<FloatImage, TrainError> {
    Ok(display_image(&open(path)?, voi))
}

/// The file's stored values as they are: masks and labels.
pub(super) fn labels(path: &Path) -> Result<Raster<i32>, TrainError> {
    let radiograph = open(path)?;
    let (width, height) = radiograph.size();
    Raster::new(width, height, radiograph.stored.iter().collect())
        .map_err(|err| TrainError::data(path, err.to_string()))
}

fn open(path: &Path) -> Result<Radiograph, TrainError> {
    Ok(formats::read(path)?)
}
