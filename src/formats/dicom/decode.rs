//! From the pixel data element to the cells of the first frame.

use super::super::Problem;
use super::codestream::{self, Codestream};
use super::frame_source::FrameSource;
use super::header::ImageHeader;
use super::part10::inflate_at_most;
use super::scan::PixelDataPlace;
use super::stored::{Cells, words_from_bytes};
use super::syntax::{Compression, Syntax};
use super::{jpeg_extended, rle};
use crate::radiograph::Warning;
use dicom_encoding::Codec;
use dicom_transfer_syntax_registry::{TransferSyntaxIndex as _, TransferSyntaxRegistry};
use std::borrow::Cow;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Decodes the first frame.
///
/// # Errors
/// Whenever the bytes do not decode to exactly what the header says.
pub(super) fn first_frame(
    dataset: &[u8],
    place: &PixelDataPlace,
    syntax: &Syntax,
    header: &ImageHeader,
    warnings: &mut Vec<Warning>,
) -> Result<Cells, Problem> {
    match (place, syntax.compression) {
        (PixelDataPlace::Native { value, words }, Compression::Native) => {
            let bytes = dataset.get(value.clone()).unwrap_or(&[]);
            let frame = native_frame(bytes, header, warnings)?;
            Ok(native_cells(frame, *words, syntax, header))
        }
        (
            PixelDataPlace::Encapsulated {
                offset_table,
                fragments,
            },
            compression,
        ) if compression != Compression::Native => {
            let offset_table = dataset.get(offset_table.clone()).unwrap_or(&[]);
            let fragments = Fragments {
                dataset,
                offset_table,
                places: fragments,
            };
            let frame = fragments.first_frame(header, warnings)?;
            encapsulated_cells(&frame, syntax, header, warnings)
        }
        (PixelDataPlace::Native { .. }, _) => Err(Problem::BadLength {
            what: format!(
                "Pixel Data has a length, but transfer syntax {} has fragments",
                syntax.uid
            ),
        }),
        (PixelDataPlace::Encapsulated { .. }, _) => Err(Problem::BadLength {
            what: "Pixel Data has an undefined length, but the transfer syntax is uncompressed"
                .to_owned(),
        }),
    }
}

/// The first frame of uncompressed pixel data, after checking that all frames are there.
fn native_frame<'a>(
    bytes: &'a [u8],
    header: &ImageHeader,
    warnings: &mut Vec<Warning>,
) -> Result<&'a [u8], Problem> {
    let expected = header.frame_bytes().saturating_mul(header.num_frames);
    if bytes.is_empty() {
        return Err(Problem::NoPixelData {
            what: "the Pixel Data element is empty".to_owned(),
        });
    }
    let frame = bytes
        .get(..header.frame_bytes())
        .filter(|_| bytes.len() >= expected);
    let frame = frame.ok_or_else(|| Problem::Truncated {
        what: format!(
            "Pixel Data holds {} bytes where Rows, Columns and Number of Frames need {expected}",
            bytes.len()
        ),
    })?;
    // One byte of padding makes the length even.
    if bytes.len() > expected + expected % 2 {
        warnings.push(Warning::file(format!(
            "Pixel Data is {} bytes longer than the picture.",
            bytes.len() - expected
        )));
    }
    Ok(frame)
}

fn native_cells(frame: &[u8], words: bool, syntax: &Syntax, header: &ImageHeader) -> Cells {
    let bytes_per_cell = header.bytes_per_cell();
    let swapped = syntax.encoding.big_endian && (bytes_per_cell == 2 || words);
    let frame = if swapped {
        Cow::Owned(pairs_swapped(frame))
    } else {
        Cow::Borrowed(frame)
    };
    raw_cells(words_from_bytes(&frame, bytes_per_cell), header)
}

fn pairs_swapped(bytes: &[u8]) -> Vec<u8> {
    let mut swapped = bytes.to_vec();
    for pair in swapped.as_chunks_mut::<2>().0 {
        pair.reverse();
    }
    swapped
}

/// Cells as in memory: the value sits at High Bit, other bits may hold anything.
fn raw_cells(words: Vec<u16>, header: &ImageHeader) -> Cells {
    Cells {
        words,
        shift: raw_shift(header),
        foreign_bits_allowed: true,
    }
}

fn raw_shift(header: &ImageHeader) -> u32 {
    u32::from(header.bits.high_bit + 1 - header.bits.stored)
}

/// Fragments of encapsulated pixel data (PS3.5 A.4).
struct Fragments<'a> {
    dataset: &'a [u8],
    offset_table: &'a [u8],
    places: &'a [Range<usize>],
}

impl Fragments<'_> {
    /// The bytes of the first frame, which may span fragments.
    fn first_frame(
        &self,
        header: &ImageHeader,
        warnings: &mut Vec<Warning>,
    ) -> Result<Cow<'_, [u8]>, Problem> {
        let bytes = |range: &Range<usize>| self.dataset.get(range.clone()).unwrap_or(&[]);
        let Some(first) = self.places.first() else {
            return Err(Problem::NoPixelData {
                what: "there is an offset table but no fragment".to_owned(),
            });
        };
        if self.places.len() < header.num_frames {
            return Err(Problem::Truncated {
                what: format!(
                    "{} fragments for {} frames",
                    self.places.len(),
                    header.num_frames
                ),
            });
        }
        let offsets = self.offsets(header.num_frames, warnings);
        if self.places.len() == header.num_frames {
            return Ok(Cow::Borrowed(bytes(first)));
        }
        if header.num_frames == 1 {
            return Ok(Cow::Owned(
                self.places.iter().flat_map(bytes).copied().collect(),
            ));
        }
        let second_frame = offsets
            .and_then(|offsets| offsets.get(1).copied())
            .ok_or_else(|| Problem::CorruptCodestream {
                what: "the frames cannot be told apart without a valid offset table".to_owned(),
            })?;
        let mut frame = Vec::new();
        let mut offset = 0;
        for range in self.places.iter().take_while(|range| {
            let inside = offset < second_frame;
            offset += range.len() + 8;
            inside
        }) {
            frame.extend_from_slice(bytes(range));
        }
        Ok(Cow::Owned(frame))
    }

    /// The Basic Offset Table, where it is one; it starts with 0, ascends, and stays inside.
    fn offsets(&self, num_frames: usize, warnings: &mut Vec<Warning>) -> Option<Vec<usize>> {
        if self.offset_table.is_empty() {
            return None;
        }
        let (words, rest) = self.offset_table.as_chunks::<4>();
        let offsets: Vec<usize> = words
            .iter()
            .map(|&word| u32::from_le_bytes(word) as usize)
            .collect();
        let total: usize = self.places.iter().map(|range| range.len() + 8).sum();
        let valid = rest.is_empty()
            && offsets.len() == num_frames
            && offsets.first() == Some(&0)
            && offsets.is_sorted_by(|a, b| a < b)
            && offsets.last().is_some_and(|&last| last < total);
        if !valid {
            warnings.push(Warning::file(
                "The table of frame offsets is wrong and was not used.",
            ));
        }
        valid.then_some(offsets)
    }
}

fn encapsulated_cells(
    frame: &[u8],
    syntax: &Syntax,
    header: &ImageHeader,
    warnings: &mut Vec<Warning>,
) -> Result<Cells, Problem> {
    if frame.is_empty() {
        return Err(Problem::CorruptCodestream {
            what: "the fragment of the picture is empty".to_owned(),
        });
    }
    let Codestream {
        precision,
        warnings: tolerated,
    } = codestream::check(frame, syntax, header)?;
    warnings.extend(tolerated);
    let exact = |bytes: Vec<u8>, bytes_per_cell: usize| {
        exact_frame(bytes, header.num_pixels() * bytes_per_cell)
    };
    let raw = |bytes: Vec<u8>| {
        let bytes_per_cell = header.bytes_per_cell();
        Ok(raw_cells(
            words_from_bytes(&exact(bytes, bytes_per_cell)?, bytes_per_cell),
            header,
        ))
    };
    match syntax.compression {
        Compression::Native | Compression::EncapsulatedUncompressed => raw(frame.to_vec()),
        Compression::DeflatedFrame => raw(inflated_frame(frame, header)?),
        Compression::Rle => raw(rle::decode(frame, header)?),
        Compression::JpegDct if precision > 8 => {
            let words = jpeg_extended::decode(frame, header.cols, header.rows, precision)?;
            Ok(codec_cells(words, precision, header))
        }
        _ => {
            let bytes_per_cell = if precision > 8 { 2 } else { 1 };
            let decoded = library_decoded(frame, syntax, header, bytes_per_cell)?;
            let words = words_from_bytes(
                &exact(decoded, usize::from(bytes_per_cell))?,
                usize::from(bytes_per_cell),
            );
            let words = match syntax.compression {
                Compression::JpegXl => unscaled(words, precision),
                _ => words,
            };
            Ok(codec_cells(words, precision, header))
        }
    }
}

/// The JPEG XL decoder stretches samples to all 8 or 16 bits; rounding back is exact.
fn unscaled(words: Vec<u16>, precision: u16) -> Vec<u16> {
    let full: u32 = if precision > 8 { 65_535 } else { 255 };
    let largest = (1 << u32::from(precision)) - 1;
    let unscale = |word: u16| ((u32::from(word) * largest + full / 2) / full) as u16;
    words.into_iter().map(unscale).collect()
}

/// A codec no wider than Bits Stored hands values over from bit 0; a wider one hands over cells.
fn codec_cells(words: Vec<u16>, precision: u16, header: &ImageHeader) -> Cells {
    let shift = if precision > header.bits.stored {
        raw_shift(header)
    } else {
        0
    };
    Cells {
        words,
        shift,
        foreign_bits_allowed: false,
    }
}

fn exact_frame(mut bytes: Vec<u8>, expected: usize) -> Result<Vec<u8>, Problem> {
    // One byte of padding makes the length even.
    if bytes.len() == expected + 1 {
        bytes.truncate(expected);
    }
    if bytes.len() == expected {
        return Ok(bytes);
    }
    Err(Problem::CorruptCodestream {
        what: format!(
            "it decodes to {} bytes where Rows and Columns need {expected}",
            bytes.len()
        ),
    })
}

fn inflated_frame(frame: &[u8], header: &ImageHeader) -> Result<Vec<u8>, Problem> {
    inflate_at_most(frame, header.frame_bytes() as u64 + 2).map_err(|err| {
        Problem::CorruptCodestream {
            what: format!("the deflated frame does not inflate ({err})"),
        }
    })
}

/// Decodes with the codec the transfer syntax registry holds.
fn library_decoded(
    frame: &[u8],
    syntax: &Syntax,
    header: &ImageHeader,
    bytes_per_cell: u16,
) -> Result<Vec<u8>, Problem> {
    let corrupt = |what: String| Problem::CorruptCodestream { what };
    let registered = TransferSyntaxRegistry.get(&syntax.uid);
    let Some(Codec::EncapsulatedPixelData(Some(reader), _)) =
        registered.map(dicom_encoding::TransferSyntax::codec)
    else {
        return Err(Problem::UnsupportedTransferSyntax {
            uid: syntax.uid.clone(),
            name: "no decoder in this build".to_owned(),
        });
    };
    let source = FrameSource {
        frame,
        uid: &syntax.uid,
        header,
        bits_allocated: 8 * bytes_per_cell,
    };
    let mut decoded = Vec::new();
    // Codecs are not ours and have been seen to index past their buffers on damaged streams.
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        reader.decode_frame(&source, 0, &mut decoded)
    }));
    match outcome {
        Ok(Ok(())) => Ok(decoded),
        Ok(Err(err)) => Err(corrupt(format!("the decoder reports: {err}"))),
        Err(_) => Err(corrupt("the decoder failed on it".to_owned())),
    }
}
