//! Reading DICOM files (PS3.10) that hold one greyscale picture.
//!
//! ```text
//! bytes -> part10 (prefix, transfer syntax, inflate)
//!       -> scan (every length and nesting checked; finds the pixel data)
//!       -> attributes (only the elements in use are parsed; text by text, character_set)
//!       -> header (Image Pixel module checked)
//!       -> codestream (compressed stream compared with the header) -> decode -> stored
//!       -> photometric, spacing -> read (assembled)
//! ```
//!
//! A library parses the few elements in use and decodes JPEG, JPEG-LS and JPEG 2000; which bytes
//! it sees, and what its output means, is decided here.

mod attributes;
mod character_set;
mod codestream;
mod ct_slice;
mod decode;
mod dicomdir;
mod element;
mod frame_source;
mod header;
mod jpeg_extended;
mod jpeg_huffman;
mod lut;
mod part10;
mod photometric;
mod read;
mod rle;
mod scan;
mod spacing;
mod stored;
mod study;
mod syntax;
mod tags;
mod text;

pub use ct_slice::CtSlice;
pub(super) use ct_slice::read_ct_slice;
pub use dicomdir::referenced_files;
pub(super) use read::read;
pub(super) use tags::tag_tree;
