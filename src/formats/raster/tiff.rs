//! The first directory of a TIFF file, read before any decoder: size, polarity, number of pages.
//!
//! The image library inverts white-is-zero pictures without saying so, and follows a chain of
//! directories as long as it lasts.

use super::super::Problem;
use super::super::limits::check_size;
use std::collections::HashSet;

/// PhotometricInterpretation (tag 262), as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TiffPhotometric {
    /// 0: like MONOCHROME1.
    WhiteIsZero,
    /// 1 and everything else.
    Other,
}

/// What the first directory says, and how many directories there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TiffHead {
    pub(super) photometric: TiffPhotometric,
    pub(super) num_pages: usize,
}

/// Most pages looked at.
const MAX_PAGES: usize = 1_000;
const IMAGE_WIDTH: u16 = 256;
const IMAGE_LENGTH: u16 = 257;
const PHOTOMETRIC_INTERPRETATION: u16 = 262;
const SAMPLE_FORMAT: u16 = 339;

/// Reads the directories.
pub(super) fn read_head(bytes: &[u8]) -> Result<TiffHead, Problem> {
    let reader = Reader {
        bytes,
        big_endian: bytes.starts_with(b"MM"),
    };
    if reader.u16(2)? == 43 {
        return Err(Problem::Unsupported {
            what: "BigTIFF".to_owned(),
        });
    }
    let first = reader.u32(4)? as usize;
    let size = |tag| {
        reader
            .entry(first, tag)
            .map(|value| value.unwrap_or(0) as usize)
    };
    check_size(size(IMAGE_WIDTH)?, size(IMAGE_LENGTH)?)?;
    if matches!(reader.entry(first, SAMPLE_FORMAT)?, Some(2 | 3)) {
        return Err(Problem::Unsupported {
            what: "A TIFF file with signed or floating point values".to_owned(),
        });
    }
    let photometric = match reader.entry(first, PHOTOMETRIC_INTERPRETATION)? {
        Some(0) => TiffPhotometric::WhiteIsZero,
        _ => TiffPhotometric::Other,
    };
    Ok(TiffHead {
        photometric,
        num_pages: reader.num_pages(first)?,
    })
}

struct Reader<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

impl Reader<'_> {
    fn u16(&self, at: usize) -> Result<u16, Problem> {
        let bytes = self
            .bytes
            .get(at..)
            .and_then(|rest| rest.first_chunk::<2>())
            .ok_or_else(truncated)?;
        Ok(if self.big_endian {
            u16::from_be_bytes(*bytes)
        } else {
            u16::from_le_bytes(*bytes)
        })
    }

    fn u32(&self, at: usize) -> Result<u32, Problem> {
        let bytes = self
            .bytes
            .get(at..)
            .and_then(|rest| rest.first_chunk::<4>())
            .ok_or_else(truncated)?;
        Ok(if self.big_endian {
            u32::from_be_bytes(*bytes)
        } else {
            u32::from_le_bytes(*bytes)
        })
    }

    /// First value of an entry of type SHORT or LONG.
    fn entry(&self, directory: usize, tag: u16) -> Result<Option<u32>, Problem> {
        for index in 0..usize::from(self.u16(directory)?) {
            let at = directory + 2 + 12 * index;
            if self.u16(at)? == tag {
                // Several SHORTs that do not fit the field lie elsewhere; only one is asked for.
                let is_short = self.u16(at + 2)? == 3;
                let lies_elsewhere = self.u32(at + 4)? > if is_short { 2 } else { 1 };
                let value_at = if lies_elsewhere {
                    self.u32(at + 8)? as usize
                } else {
                    at + 8
                };
                let value = if is_short {
                    u32::from(self.u16(value_at)?)
                } else {
                    self.u32(value_at)?
                };
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    fn num_pages(&self, first: usize) -> Result<usize, Problem> {
        let mut visited = HashSet::new();
        let mut directory = first;
        while directory != 0 && visited.len() < MAX_PAGES {
            if !visited.insert(directory) {
                return Err(Problem::CorruptImage {
                    what: "its TIFF directories point in a circle".to_owned(),
                });
            }
            directory = self.u32(directory + 2 + 12 * usize::from(self.u16(directory)?))? as usize;
        }
        Ok(visited.len())
    }
}

fn truncated() -> Problem {
    Problem::Truncated {
        what: "the TIFF directory lies outside the file".to_owned(),
    }
}
