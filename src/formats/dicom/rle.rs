//! RLE Lossless (PS3.5 annex G).
//!
//! Decoded here rather than by a library, so that a run that leaves its segment or a segment that
//! leaves its frame is an error and never black pixels.

use super::super::Problem;
use super::header::ImageHeader;

/// Bytes of the RLE header: a count and 15 offsets (G.5).
const HEADER_BYTES: usize = 64;

/// One frame as little-endian cells.
pub(super) fn decode(frame: &[u8], header: &ImageHeader) -> Result<Vec<u8>, Problem> {
    let planes = header.bytes_per_cell();
    let segments = segments(frame, planes)?;
    let num_pixels = header.num_pixels();
    let mut cells = vec![0_u8; header.frame_bytes()];
    for (plane, segment) in segments.into_iter().enumerate() {
        // The most significant byte plane comes first (G.2).
        let offset = planes - 1 - plane;
        let plane = unpack(segment, num_pixels)?;
        for (cell, value) in cells.chunks_exact_mut(planes).zip(plane) {
            if let Some(byte) = cell.get_mut(offset) {
                *byte = value;
            }
        }
    }
    Ok(cells)
}

fn segments(frame: &[u8], expected: usize) -> Result<Vec<&[u8]>, Problem> {
    let word = |index: usize| {
        frame
            .get(4 * index..)
            .and_then(|rest| rest.first_chunk::<4>())
            .map(|bytes| u32::from_le_bytes(*bytes) as usize)
            .filter(|_| frame.len() >= HEADER_BYTES)
            .ok_or_else(|| corrupt("the RLE header is incomplete"))
    };
    let count = word(0)?;
    if count != expected {
        return Err(corrupt(&format!(
            "it has {count} RLE segments where {expected} are needed"
        )));
    }
    let offsets = (1..=count)
        .map(word)
        .collect::<Result<Vec<usize>, Problem>>()?;
    let ends = offsets.iter().skip(1).copied().chain([frame.len()]);
    offsets
        .iter()
        .zip(ends)
        .map(|(&start, end)| {
            frame
                .get(start..end)
                .filter(|_| start >= HEADER_BYTES)
                .ok_or_else(|| corrupt("an RLE segment lies outside its frame"))
        })
        .collect()
}

/// PackBits (G.3.2): exactly `expected` bytes, or an error.
fn unpack(mut segment: &[u8], expected: usize) -> Result<Vec<u8>, Problem> {
    let mut plane = Vec::with_capacity(expected);
    while plane.len() < expected {
        let Some((&control, rest)) = segment.split_first() else {
            return Err(corrupt(&format!(
                "an RLE segment ends after {} of {expected} bytes",
                plane.len()
            )));
        };
        segment = rest;
        match control {
            0..=127 => {
                let (literal, rest) = segment
                    .split_at_checked(usize::from(control) + 1)
                    .ok_or_else(|| corrupt("an RLE literal run passes the end of its segment"))?;
                plane.extend_from_slice(literal);
                segment = rest;
            }
            128 => {}
            129..=255 => {
                let (&value, rest) = segment
                    .split_first()
                    .ok_or_else(|| corrupt("an RLE replicate run passes the end of its segment"))?;
                plane.resize(plane.len() + 257 - usize::from(control), value);
                segment = rest;
            }
        }
    }
    if plane.len() > expected {
        return Err(corrupt("an RLE run passes the end of the picture"));
    }
    Ok(plane)
}

fn corrupt(what: &str) -> Problem {
    Problem::CorruptCodestream {
        what: what.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_packbits() {
        // Apple Technical Note TN1023's example.
        let packed = [
            0xFE, 0xAA, 0x02, 0x80, 0x00, 0x2A, 0xFD, 0xAA, 0x03, 0x80, 0x00, 0x2A, 0x22, 0xF7,
            0xAA,
        ];
        let unpacked = [
            0xAA, 0xAA, 0xAA, 0x80, 0x00, 0x2A, 0xAA, 0xAA, 0xAA, 0xAA, 0x80, 0x00, 0x2A, 0x22,
            0xAA, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA,
        ];
        assert_eq!(unpack(&packed, unpacked.len()).unwrap(), unpacked);
        assert!(unpack(&packed, unpacked.len() + 1).is_err());
        assert!(unpack(&packed, unpacked.len() - 1).is_err());
    }
}
