//! Transfer syntaxes by what a reader must do (PS3.5 chapter 10 and annex A).

use super::super::Problem;
use dicom_core::Tag;
use dicom_transfer_syntax_registry::{TransferSyntaxIndex as _, TransferSyntaxRegistry};

/// How elements are laid out in the data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Encoding {
    /// Value representations are written out.
    pub(super) explicit_vr: bool,
    /// Big endian (retired, PS3.5 2016b).
    pub(super) big_endian: bool,
}

impl Encoding {
    pub(super) const IMPLICIT_LE: Self = Self {
        explicit_vr: false,
        big_endian: false,
    };
    pub(super) const EXPLICIT_LE: Self = Self {
        explicit_vr: true,
        big_endian: false,
    };
    pub(super) const EXPLICIT_BE: Self = Self {
        explicit_vr: true,
        big_endian: true,
    };

    /// UID of the native transfer syntax with this layout.
    pub(super) fn native_uid(self) -> &'static str {
        match self {
            Self {
                explicit_vr: false, ..
            } => "1.2.840.10008.1.2",
            Self {
                big_endian: true, ..
            } => "1.2.840.10008.1.2.2",
            Self { .. } => "1.2.840.10008.1.2.1",
        }
    }

    /// Two bytes as a number.
    pub(super) fn u16(self, bytes: [u8; 2]) -> u16 {
        if self.big_endian {
            u16::from_be_bytes(bytes)
        } else {
            u16::from_le_bytes(bytes)
        }
    }

    /// Four bytes as a number.
    pub(super) fn u32(self, bytes: [u8; 4]) -> u32 {
        if self.big_endian {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        }
    }

    /// Four bytes as a tag.
    pub(super) fn tag(self, bytes: [u8; 4]) -> Tag {
        let [a, b, c, d] = bytes;
        Tag(self.u16([a, b]), self.u16([c, d]))
    }
}

/// What the pixel data are compressed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    /// Plain cells in the Pixel Data element.
    Native,
    /// Plain cells in fragments.
    EncapsulatedUncompressed,
    /// Deflated cells, one fragment a frame.
    DeflatedFrame,
    /// RLE Lossless (PS3.5 annex G).
    Rle,
    /// JPEG baseline or extended: DCT.
    JpegDct,
    /// JPEG process 14: prediction.
    JpegLossless,
    /// JPEG-LS.
    JpegLs,
    /// JPEG 2000 or High-Throughput JPEG 2000.
    Jpeg2000,
    /// JPEG XL, lossless.
    JpegXl,
}

/// A transfer syntax this reader can handle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Syntax {
    /// Transfer Syntax UID.
    pub(super) uid: String,
    /// Layout of the data set.
    pub(super) encoding: Encoding,
    /// The whole data set is deflated.
    pub(super) deflated: bool,
    /// Compression of the pixel data.
    pub(super) compression: Compression,
    /// The compression always loses something.
    pub(super) lossy: bool,
}

impl Syntax {
    /// Looks a UID up.
    ///
    /// # Errors
    /// [`Problem::UnsupportedTransferSyntax`] for everything that has no decoder here.
    pub(super) fn from_uid(uid: &str) -> Result<Self, Problem> {
        let (encoding, compression) = match uid {
            "1.2.840.10008.1.2" => (Encoding::IMPLICIT_LE, Compression::Native),
            "1.2.840.10008.1.2.1" | "1.2.840.10008.1.2.1.99" => {
                (Encoding::EXPLICIT_LE, Compression::Native)
            }
            "1.2.840.10008.1.2.2" => (Encoding::EXPLICIT_BE, Compression::Native),
            _ => (
                Encoding::EXPLICIT_LE,
                encapsulated(uid).ok_or_else(|| unsupported(uid))?,
            ),
        };
        Ok(Self {
            uid: uid.to_owned(),
            encoding,
            deflated: uid == "1.2.840.10008.1.2.1.99",
            compression,
            lossy: matches!(
                uid,
                "1.2.840.10008.1.2.4.50" | "1.2.840.10008.1.2.4.51" | "1.2.840.10008.1.2.4.81"
            ),
        })
    }
}

fn encapsulated(uid: &str) -> Option<Compression> {
    Some(match uid {
        "1.2.840.10008.1.2.1.98" => Compression::EncapsulatedUncompressed,
        "1.2.840.10008.1.2.8.1" => Compression::DeflatedFrame,
        "1.2.840.10008.1.2.5" => Compression::Rle,
        "1.2.840.10008.1.2.4.50" | "1.2.840.10008.1.2.4.51" => Compression::JpegDct,
        "1.2.840.10008.1.2.4.57" | "1.2.840.10008.1.2.4.70" => Compression::JpegLossless,
        "1.2.840.10008.1.2.4.80" | "1.2.840.10008.1.2.4.81" => Compression::JpegLs,
        "1.2.840.10008.1.2.4.90"
        | "1.2.840.10008.1.2.4.91"
        | "1.2.840.10008.1.2.4.201"
        | "1.2.840.10008.1.2.4.202"
        | "1.2.840.10008.1.2.4.203" => Compression::Jpeg2000,
        "1.2.840.10008.1.2.4.110" => Compression::JpegXl,
        _ => return None,
    })
}

fn unsupported(uid: &str) -> Problem {
    let name = TransferSyntaxRegistry
        .get(uid)
        .map_or("unknown", |syntax| syntax.name());
    Problem::UnsupportedTransferSyntax {
        uid: uid.to_owned(),
        name: name.to_owned(),
    }
}
