//! Sizes beyond which a file is refused, so that a hostile one cannot exhaust the machine.

use super::Problem;

/// Largest file read, bytes. The largest uncompressed radiographs are about 60 MB.
pub(super) const MAX_FILE_BYTES: u64 = 1 << 30;

/// Most files an archive may list; a hospital's export of one patient has hundreds.
pub(super) const MAX_ARCHIVE_ENTRIES: usize = 20_000;

/// Most bytes the files of an archive may state together, 8 GiB: a hundred of the largest radiographs.
pub(super) const MAX_ARCHIVE_BYTES: u64 = 8 << 30;

/// Entries up to this size are inflated whatever they were packed to, bytes.
pub(super) const SMALL_ENTRY_BYTES: u64 = 1 << 20;

/// Most times a larger entry may grow. Radiographs deflate two- to fourfold, flat test pictures to a hundredth;
/// deflate itself reaches 1032.
pub(super) const MAX_INFLATE_RATIO: u64 = 200;

/// Largest side, pixels: the texture limit of common graphics adapters.
pub(super) const MAX_SIDE_PX: usize = 16_384;

/// Most pixels of one frame; detectors stay below 32 million.
pub(super) const MAX_PIXELS: usize = 1 << 27;

/// Most bytes a deflated data set may grow to; twice the largest uncompressed radiograph.
pub(super) const MAX_INFLATED_BYTES: u64 = 1 << 27;

/// Deepest nesting of DICOM sequences. Structured reports reach about 20.
pub(super) const MAX_SEQUENCE_DEPTH: usize = 64;

/// Refuses pictures no detector makes, before anything is allocated for them.
pub(super) fn check_size(width: usize, height: usize) -> Result<(), Problem> {
    let num_pixels = width.saturating_mul(height);
    if width > MAX_SIDE_PX || height > MAX_SIDE_PX || num_pixels > MAX_PIXELS {
        return Err(Problem::TooLarge {
            what: format!(
                "{width} x {height} pixels; the limit is {MAX_SIDE_PX} on a side and {MAX_PIXELS} in all"
            ),
        });
    }
    Ok(())
}
