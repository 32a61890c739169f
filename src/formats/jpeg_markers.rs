//! The marker structure that JPEG (ITU-T T.81 annex B) and JPEG-LS (ITU-T T.87 annex C) share,
//! walked without decoding: frame dimensions, precision, and whether the stream is complete.

use super::Problem;

/// What a JPEG or JPEG-LS stream says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct JpegFrame {
    /// Second byte of the start-of-frame marker: C0 to CF, or F7 for JPEG-LS.
    pub(super) start_of_frame: u8,
    /// Bits of a sample.
    pub(super) precision: u16,
    /// Number of lines.
    pub(super) height: u16,
    /// Samples in a line.
    pub(super) width: u16,
    /// Components (1 for greyscale).
    pub(super) num_components: u8,
    /// Offset after the end-of-image marker; `None` where the stream ends before it.
    pub(super) end: Option<usize>,
}

/// Walks the markers to the end-of-image marker or the end of the bytes.
///
/// # Errors
/// [`Problem::CorruptCodestream`] where there is no start of image or no frame header.
pub(super) fn walk(bytes: &[u8]) -> Result<JpegFrame, Problem> {
    if !bytes.starts_with(&[0xFF, 0xD8]) {
        return Err(corrupt(
            "it does not start with a JPEG start-of-image marker",
        ));
    }
    let mut frame = None;
    let mut position = 2;
    let mut end = None;
    while let Some((marker, after)) = next_marker(bytes, position) {
        match marker {
            0xD9 => {
                end = Some(after);
                break;
            }
            0x01 | 0xD0..=0xD8 => position = after,
            _ => {
                let Some(segment) = segment(bytes, after) else {
                    break;
                };
                if is_start_of_frame(marker) {
                    if frame.is_some() {
                        return Err(corrupt("it has two JPEG frame headers"));
                    }
                    frame = Some(frame_header(marker, segment)?);
                }
                position = after + 2 + segment.len();
            }
        }
    }
    let frame = frame.ok_or_else(|| corrupt("it has no JPEG frame header"))?;
    Ok(JpegFrame { end, ..frame })
}

/// SOF0 to SOF15 without DHT, JPG and DAC, and SOF55 of JPEG-LS.
fn is_start_of_frame(marker: u8) -> bool {
    matches!(marker, 0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF | 0xF7)
}

/// The next marker from `position` on, skipping entropy-coded bytes: there, 0xFF is followed by a
/// byte below 0x80 (zero in JPEG, a stuffed bit in JPEG-LS) or a restart marker.
fn next_marker(bytes: &[u8], position: usize) -> Option<(u8, usize)> {
    let rest = bytes.get(position..)?;
    let found = rest.windows(2).position(|pair| {
        matches!(pair, [0xFF, code] if *code >= 0x80 && *code != 0xFF && !(0xD0..=0xD7).contains(code))
    })?;
    let code_at = position + found + 1;
    bytes.get(code_at).map(|&code| (code, code_at + 1))
}

/// The bytes of a segment after its length field.
fn segment(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let rest = bytes.get(at..)?;
    let length = usize::from(u16::from_be_bytes(*rest.first_chunk::<2>()?));
    rest.get(2..length.max(2))
}

fn frame_header(marker: u8, segment: &[u8]) -> Result<JpegFrame, Problem> {
    let &[precision, h1, h0, w1, w0, num_components, ..] = segment else {
        return Err(corrupt("its JPEG frame header is incomplete"));
    };
    Ok(JpegFrame {
        start_of_frame: marker,
        precision: u16::from(precision),
        height: u16::from_be_bytes([h1, h0]),
        width: u16::from_be_bytes([w1, w0]),
        num_components,
        end: None,
    })
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
    fn dimensions_and_end_are_found_behind_entropy_bytes() {
        let mut stream = vec![0xFF, 0xD8];
        stream.extend([0xFF, 0xC3, 0, 11, 12, 0, 220, 0, 176, 1, 1, 0x11, 0]);
        stream.extend([0xFF, 0xDA, 0, 8, 1, 1, 0, 1, 0, 0]);
        stream.extend([1, 2, 0xFF, 0, 3, 0xFF, 0xD0, 4]);
        assert_eq!(walk(&stream).unwrap().end, None);
        stream.extend([0xFF, 0xD9, 0]);
        let frame = walk(&stream).unwrap();
        assert_eq!(
            (
                frame.width,
                frame.height,
                frame.precision,
                frame.num_components
            ),
            (176, 220, 12, 1)
        );
        assert_eq!(frame.end, Some(stream.len() - 1));
    }
}
