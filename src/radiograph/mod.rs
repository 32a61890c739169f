//! What a radiograph *is*: stored values, how they become grey, and how large a pixel is.
//!
//! Owns plain, immutable data with no opinion about files, screens or networks; imports `std` only.
//! Everything above shares a [`Radiograph`] behind an `Arc` and never changes it.

mod brush;
mod components;
mod counting;
mod equalize;
mod filter;
mod grey;
mod mask;
mod pixel_rect;
mod raster;
mod resample;
mod spacing;
mod stored;
mod study;
mod warning;

pub use brush::{BrushEffect, BrushStroke};
pub use components::connected_components;
pub use counting::{agreeing, counted, first_of};
pub use equalize::{equalized, equalized_values};
pub use filter::{
    Neighbourhood, binary_dilation, binary_erosion, gaussian_blur, gaussian_blur_truncated,
    gradient_magnitude, wide_gaussian_blur,
};
pub use grey::{ModalityTransform, Polarity, Voi, VoiFunction, VoiLut};
pub use mask::LungMask;
pub use pixel_rect::PixelRect;
pub use raster::{FloatImage, Raster, ShapeError};
pub use resample::{resize_area, resize_bicubic, resize_bilinear};
pub use spacing::{PixelSpacing, SpacingKind};
pub use stored::{BitDepth, StoredValues};
pub use study::{FileKind, Radiograph, SourceFile, StudyId, StudyInfo, doubt_of_suppression};
pub use warning::{Topic, Warning};
