//! Reading one image file as display values.

use crate::radiograph::{FloatImage, Raster};
use crate::train::TrainError;
use std::path::Path;

/// The file's grey values in `[0, 1]`, 8 or 16 bit.
pub(super) fn display_values(path: &Path) -> Result<FloatImage, TrainError> {
    let picture = image::open(path)
        .map_err(|err| TrainError::data(path, format!("the image cannot be read: {err}")))?
        .into_luma16();
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let values = picture
        .into_raw()
        .into_iter()
        .map(|value| f32::from(value) / 65535.0)
        .collect();
    Raster::new(width, height, values).map_err(|err| TrainError::data(path, err.to_string()))
}

/// The file's 8-bit values as they are: masks and labels.
pub(super) fn label_values(path: &Path) -> Result<Raster<u8>, TrainError> {
    let picture = image::open(path)
        .map_err(|err| TrainError::data(path, format!("the image cannot be read: {err}")))?
        .into_luma8();
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    Raster::new(width, height, picture.into_raw())
        .map_err(|err| TrainError::data(path, err.to_string()))
}
