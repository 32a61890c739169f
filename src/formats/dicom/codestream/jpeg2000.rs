//! The main header of a JPEG 2000 or High-Throughput JPEG 2000 codestream (ITU-T T.800 annex A).

use super::super::super::Problem;
use super::Stated;

const START_OF_CODESTREAM: [u8; 4] = [0xFF, 0x4F, 0xFF, 0x51];
const START_OF_TILE_PART: [u8; 2] = [0xFF, 0x90];
const END_OF_CODESTREAM: [u8; 2] = [0xFF, 0xD9];
/// Most tiles the format can number.
const MAX_TILES: u64 = 65_535;

/// Reads the SIZ segment and checks that all tile-parts are there.
pub(super) fn stated(frame: &[u8]) -> Result<Stated, Problem> {
    let stream = codestream(frame)?;
    let word =
        |at: usize| long(stream, at).ok_or_else(|| corrupt("its JPEG 2000 header is incomplete"));
    let (right, bottom, left, top) = (word(8)?, word(12)?, word(16)?, word(20)?);
    let (tile_width, tile_height, tile_left, tile_top) =
        (word(24)?, word(28)?, word(32)?, word(36)?);
    let Some(&[components_high, components_low, depth, step_x, step_y]) =
        stream.get(40..).and_then(|rest| rest.first_chunk::<5>())
    else {
        return Err(corrupt("its JPEG 2000 header is incomplete"));
    };
    if left >= right
        || top >= bottom
        || tile_width == 0
        || tile_height == 0
        || (step_x, step_y) != (1, 1)
    {
        return Err(corrupt("its JPEG 2000 image area is empty or subsampled"));
    }
    let across = u64::from(right.saturating_sub(tile_left)).div_ceil(u64::from(tile_width));
    let down = u64::from(bottom.saturating_sub(tile_top)).div_ceil(u64::from(tile_height));
    if across.saturating_mul(down) > MAX_TILES {
        return Err(corrupt("it has more JPEG 2000 tiles than can be numbered"));
    }
    check_tile_parts(stream)?;
    Ok(Stated {
        width: (right - left) as usize,
        height: (bottom - top) as usize,
        num_components: usize::from(u16::from_be_bytes([components_high, components_low])),
        precision: u16::from(depth & 0x7F) + 1,
    })
}

/// The raw codestream, or the one inside a JP2 file that some archives store.
fn codestream(frame: &[u8]) -> Result<&[u8], Problem> {
    if frame.starts_with(&START_OF_CODESTREAM) {
        return Ok(frame);
    }
    let is_jp2 = frame.get(4..8) == Some(b"jP  ");
    let start = frame
        .windows(4)
        .position(|w| w == START_OF_CODESTREAM)
        .filter(|_| is_jp2)
        .ok_or_else(|| corrupt("it does not start with a JPEG 2000 codestream"))?;
    Ok(frame.get(start..).unwrap_or(&[]))
}

/// A lossless stream cut short still decodes, silently degraded; so the tile-parts are counted.
fn check_tile_parts(stream: &[u8]) -> Result<(), Problem> {
    let cut = || corrupt("it ends before its last JPEG 2000 tile-part");
    let mut position = 2;
    while stream.get(position..position + 2) != Some(&START_OF_TILE_PART) {
        let length = stream
            .get(position + 2..)
            .and_then(|rest| rest.first_chunk::<2>())
            .ok_or_else(cut)?;
        position += 2 + usize::from(u16::from_be_bytes(*length)).max(2);
    }
    while stream.get(position..position + 2) == Some(&START_OF_TILE_PART) {
        let length = long(stream, position + 6).ok_or_else(cut)? as usize;
        if length == 0 {
            // The last tile-part may leave its length open, up to the end of the codestream.
            let tail = stream.get(stream.len().saturating_sub(4)..).unwrap_or(&[]);
            return if tail.windows(2).any(|w| w == END_OF_CODESTREAM) {
                Ok(())
            } else {
                Err(cut())
            };
        }
        position = position.saturating_add(length.max(14));
    }
    if position > stream.len() {
        return Err(cut());
    }
    match stream.get(position..position + 2) {
        None => Ok(()),
        Some(marker) if marker == END_OF_CODESTREAM => Ok(()),
        Some(_) => Err(corrupt(
            "no JPEG 2000 tile-part starts where the one before ends",
        )),
    }
}

fn long(stream: &[u8], at: usize) -> Option<u32> {
    stream
        .get(at..)?
        .first_chunk::<4>()
        .map(|bytes| u32::from_be_bytes(*bytes))
}

fn corrupt(what: &str) -> Problem {
    Problem::CorruptCodestream {
        what: what.to_owned(),
    }
}
