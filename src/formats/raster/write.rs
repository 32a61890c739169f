//! Writing greyscale PNG files.

use super::super::{FormatError, Problem, write_atomically};
use crate::radiograph::{FloatImage, LungMask};
use image::codecs::png::PngEncoder;
use image::{ImageBuffer, ImageError, Luma};
use std::path::Path;

/// Writes a picture in `[0, 1]` as 16-bit PNG; values outside are clipped, NaN becomes black.
///
/// # Errors
/// As [`write_atomically`].
pub fn write_grey16(path: &Path, image: &FloatImage, overwrite: bool) -> Result<(), FormatError> {
    let values = image
        .values()
        .iter()
        .map(|&value| (value.clamp(0.0, 1.0) * 65_535.0).round() as u16)
        .collect();
    let mut png = Vec::new();
    let encoded = buffer::<u16>(image.size(), values).and_then(|buffer| {
        buffer
            .write_with_encoder(PngEncoder::new(&mut png))
            .map_err(|err| encoding(&err))
    });
    encoded.map_err(|problem| FormatError::new(path, problem))?;
    write_atomically(path, &png, overwrite)
}

/// Writes a picture in `[0, 1]` as 8-bit PNG; values outside are clipped, NaN becomes black.
///
/// # Errors
/// As [`write_atomically`].
pub fn write_grey8(path: &Path, image: &FloatImage, overwrite: bool) -> Result<(), FormatError> {
    let values = image
        .values()
        .iter()
        .map(|&value| (value.clamp(0.0, 1.0) * 255.0).round() as u8)
        .collect();
    write_bytes(path, image.size(), values, overwrite)
}

/// Writes a lung mask as 8-bit PNG: 255 inside, 0 outside.
///
/// # Errors
/// As [`write_atomically`].
pub fn write_mask8(path: &Path, mask: &LungMask, overwrite: bool) -> Result<(), FormatError> {
    let values = mask
        .raster()
        .values()
        .iter()
        .map(|&inside| inside * 255)
        .collect();
    write_bytes(path, mask.raster().size(), values, overwrite)
}

fn write_bytes(
    path: &Path,
    size: (usize, usize),
    values: Vec<u8>,
    overwrite: bool,
) -> Result<(), FormatError> {
    let mut png = Vec::new();
    let encoded = buffer::<u8>(size, values).and_then(|buffer| {
        buffer
            .write_with_encoder(PngEncoder::new(&mut png))
            .map_err(|err| encoding(&err))
    });
    encoded.map_err(|problem| FormatError::new(path, problem))?;
    write_atomically(path, &png, overwrite)
}

fn buffer<T: image::Primitive>(
    size: (usize, usize),
    values: Vec<T>,
) -> Result<ImageBuffer<Luma<T>, Vec<T>>, Problem>
where
    Luma<T>: image::Pixel<Subpixel = T>,
{
    let too_large = || Problem::TooLarge {
        what: format!("{} x {} pixels", size.0, size.1),
    };
    let (width, height) = (u32::try_from(size.0).ok(), u32::try_from(size.1).ok());
    width
        .zip(height)
        .and_then(|(width, height)| ImageBuffer::from_raw(width, height, values))
        .ok_or_else(too_large)
}

fn encoding(err: &ImageError) -> Problem {
    Problem::CorruptImage {
        what: format!("it cannot be encoded ({err})"),
    }
}
