//! Pictures of validation images in a run folder, for whoever wants to see a network learn.

use super::RunFolder;
use crate::formats::{make_private_folder, raster::write_grey16};
use crate::radiograph::{FloatImage, Raster};
use crate::train::TrainError;
use std::path::PathBuf;
use tch::{Device, Kind, Tensor};

impl RunFolder {
    /// Writes a picture `[1, 1, H, W]` in `[-1, 1]` as `samples/step-N/NAME_soft.png`, 16 bits.
    ///
    /// # Errors
    /// [`TrainError::File`] or [`TrainError::Format`] where it cannot be written.
    pub fn write_sample(
        &self,
        iteration: u64,
        name: &str,
        picture: &Tensor,
    ) -> Result<PathBuf, TrainError> {
        let folder = self
            .root
            .join("samples")
            .join(format!("step-{iteration:08}"));
        make_private_folder(&folder).map_err(TrainError::file("making the folder", &folder))?;
        let path = folder.join(format!("{}_soft.png", file_name(name)));
        write_grey16(&path, &as_image(picture)?, true)?;
        Ok(path)
    }
}

/// What a file is called that is made of the images of a name: a name may hold the folders that its files lie in.
pub(in crate::train) fn file_name(name: &str) -> String {
    name.replace(['/', '\\', ':'], "_")
}

fn as_image(picture: &Tensor) -> Result<FloatImage, TrainError> {
    let size = picture.size();
    let side = |dim: usize| size.get(dim).copied().unwrap_or(0) as usize;
    let values = ((picture + 1.0) * 0.5)
        .f_to_device(Device::Cpu)?
        .f_to_kind(Kind::Float)?
        .f_reshape([-1])?;
    let values: Vec<f32> = Vec::try_from(&values)?;
    Raster::new(side(3), side(2), values)
        .map_err(|err| TrainError::setting("samples", format!("cannot be written: {err}")))
}
