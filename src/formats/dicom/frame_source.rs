//! One checked frame in the form the codec library asks for.

use super::header::ImageHeader;
use dicom_encoding::adapters::{PixelDataObject, RawPixelData};
use std::borrow::Cow;

/// A single frame with one component; a codec sees only numbers that have been checked.
pub(super) struct FrameSource<'a> {
    /// The frame's codestream.
    pub(super) frame: &'a [u8],
    /// Transfer Syntax UID.
    pub(super) uid: &'a str,
    /// The checked header.
    pub(super) header: &'a ImageHeader,
    /// Bits a decoded sample takes in memory: 8 or 16.
    pub(super) bits_allocated: u16,
}

impl PixelDataObject for FrameSource<'_> {
    fn transfer_syntax_uid(&self) -> &str {
        self.uid
    }

    fn rows(&self) -> Option<u16> {
        u16::try_from(self.header.rows).ok()
    }

    fn cols(&self) -> Option<u16> {
        u16::try_from(self.header.cols).ok()
    }

    fn samples_per_pixel(&self) -> Option<u16> {
        Some(1)
    }

    fn bits_allocated(&self) -> Option<u16> {
        Some(self.bits_allocated)
    }

    fn bits_stored(&self) -> Option<u16> {
        Some(self.header.bits.stored.min(self.bits_allocated))
    }

    fn photometric_interpretation(&self) -> Option<&str> {
        Some("MONOCHROME2")
    }

    fn number_of_frames(&self) -> Option<u32> {
        Some(1)
    }

    fn number_of_fragments(&self) -> Option<u32> {
        Some(1)
    }

    fn fragment(&self, fragment: usize) -> Option<Cow<'_, [u8]>> {
        (fragment == 0).then_some(Cow::Borrowed(self.frame))
    }

    fn offset_table(&self) -> Option<Cow<'_, [u32]>> {
        Some(Cow::Borrowed(&[]))
    }

    fn raw_pixel_data(&self) -> Option<RawPixelData> {
        Some(RawPixelData {
            fragments: std::iter::once(self.frame.to_vec()).collect(),
            offset_table: std::iter::empty().collect(),
        })
    }
}
