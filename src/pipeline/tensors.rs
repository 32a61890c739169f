//! Between pictures in `[0, 1]` and tensors in `[-1, 1]`.

use super::PipelineError;
use crate::radiograph::{FloatImage, LungMask, Raster};
use tch::{Device, Kind, Tensor};

/// `[1, 1, H, W]` in `[-1, 1]` from a picture in `[0, 1]`.
pub(super) fn from_picture(picture: &FloatImage, device: Device) -> Tensor {
    let (width, height) = picture.size();
    let flat = Tensor::from_slice(picture.values()).to_device(device);
    flat.reshape([1, 1, height as i64, width as i64]) * 2.0 - 1.0
}

/// `[1, 1, H, W]` of zeros and ones.
pub(super) fn from_mask(mask: &LungMask, device: Device) -> Tensor {
    let (width, height) = mask.raster().size();
    let flat = Tensor::from_slice(mask.raster().values()).to_device(device);
    flat.reshape([1, 1, height as i64, width as i64])
        .to_kind(Kind::Float)
}

/// The picture inside the mask, -1 (black) outside: what the local path sees.
///
/// # Shapes
/// `picture` and `mask`: `[1, 1, H, W]`; `picture` in `[-1, 1]`.
pub(super) fn masked(picture: &Tensor, mask: &Tensor) -> Tensor {
    (picture + 1.0) * mask - 1.0
}

/// A picture in display units from `[1, 1, H, W]`; values beyond `[-1, 1]` are clipped, as there is
/// nothing blacker than black to show.
///
/// # Errors
/// [`PipelineError::NotFinite`] where the tensor holds NaN; [`PipelineError::Torch`] where it cannot be copied.
pub(super) fn to_picture(tensor: &Tensor) -> Result<FloatImage, PipelineError> {
    let values = to_values(&((tensor + 1.0) * 0.5))?;
    Ok(values.map(|v| v.clamp(0.0, 1.0)))
}

/// The values of `[1, 1, H, W]` as they are.
///
/// # Errors
/// As [`to_picture`].
pub(super) fn to_values(tensor: &Tensor) -> Result<FloatImage, PipelineError> {
    let (_, _, height, width) = tensor.size4()?;
    let flat = tensor.f_to_kind(Kind::Float)?.f_to_device(Device::Cpu)?;
    let values: Vec<f32> = Vec::try_from(flat.f_reshape([-1])?)?;
    if values.iter().any(|v| !v.is_finite()) {
        return Err(PipelineError::NotFinite);
    }
    Ok(Raster::new(width as usize, height as usize, values)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_survives_the_round_trip() {
        let picture = Raster::new(3, 2, vec![0.0, 0.25, 0.5, 0.75, 1.0, 0.125]).unwrap();
        let tensor = from_picture(&picture, Device::Cpu);
        assert_eq!(tensor.size(), [1, 1, 2, 3]);
        assert_eq!(to_picture(&tensor).unwrap(), picture);
    }

    #[test]
    fn outside_the_mask_is_black() {
        let picture = Raster::new(2, 1, vec![0.75, 0.75]).unwrap();
        let mask = LungMask::from_nonzero(&Raster::new(2, 1, vec![1, 0]).unwrap());
        let local = masked(
            &from_picture(&picture, Device::Cpu),
            &from_mask(&mask, Device::Cpu),
        );
        assert_eq!(to_values(&local).unwrap().values(), [0.5, -1.0]);
    }

    #[test]
    fn nan_is_an_error() {
        let tensor = Tensor::full([1, 1, 1, 2], f64::NAN, (Kind::Float, Device::Cpu));
        assert!(matches!(to_picture(&tensor), Err(PipelineError::NotFinite)));
    }
}
