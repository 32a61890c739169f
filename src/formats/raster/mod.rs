//! PNG, TIFF and JPEG: greyscale pictures without acquisition data.
//!
//! A raster file states neither modality values nor a window. Stored values are taken as modality
//! values; gamma and EXIF orientation are ignored, because the pixels of a radiograph exported to
//! such a file are already meant for a grey-scale display as they are. What is shown white:
//!
//! - 8 bit: 0 is black, 255 white.
//! - 16 bit using the upper half of its range: 0 is black, 65,535 white (the file was scaled).
//! - 16 bit below that: the smallest value is black, the largest white (10 to 15 bit detector
//!   values kept unscaled in 16 bits would otherwise look almost black).

mod figure;
mod mask;
mod read;
mod texts;
mod tiff;
mod write;

pub use figure::write_rgb8;
pub use mask::read_mask;
pub(super) use read::{read_jpeg, read_png, read_tiff};
pub use texts::read_texts;
pub use write::{
    PngMarks, encode_grey8, write_grey16, write_marked_grey16, write_marked_mask8, write_mask8,
};
