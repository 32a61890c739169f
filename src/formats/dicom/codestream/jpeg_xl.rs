//! The start of a JPEG XL codestream (ISO/IEC 18181-1): size and bits of a sample.

use super::super::super::Problem;
use super::Stated;

const SIGNATURE: [u8; 2] = [0xFF, 0x0A];

/// Start of the container that may surround a codestream.
const CONTAINER: [u8; 12] = *b"\0\0\0\x0CJXL \r\n\x87\n";

/// Reads SizeHeader and the beginning of ImageMetadata. Pictures with an orientation, a preview,
/// an animation or floating point samples are refused: none belongs in a radiograph.
pub(super) fn stated(frame: &[u8]) -> Result<Stated, Problem> {
    let stream = codestream(frame)
        .and_then(|stream| stream.strip_prefix(&SIGNATURE))
        .ok_or_else(|| corrupt("it does not start with a JPEG XL codestream"))?;
    let mut bits = Bits {
        bytes: stream,
        position: 0,
    };
    bits.header()
        .ok_or_else(|| corrupt("its JPEG XL header is incomplete or not that of a plain picture"))
}

/// The codestream itself, or the content of the first codestream box of a container.
fn codestream(frame: &[u8]) -> Option<&[u8]> {
    if !frame.starts_with(&CONTAINER) {
        return Some(frame);
    }
    let mut rest = frame;
    loop {
        let (header, content) = rest.split_first_chunk::<8>()?;
        let [a, b, c, d, kind @ ..] = *header;
        match &kind {
            b"jxlc" => return Some(content),
            // Parts are numbered; the first holds the header.
            b"jxlp" => return content.get(4..),
            _ => rest = rest.get((u32::from_be_bytes([a, b, c, d]) as usize).max(8)..)?,
        }
    }
}

/// Bits of a byte are read from the least significant one.
struct Bits<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl Bits<'_> {
    fn header(&mut self) -> Option<Stated> {
        let is_multiple_of_8 = self.flag()?;
        let height = self.side(is_multiple_of_8)?;
        let width = match self.take(3)? {
            0 => self.side(is_multiple_of_8)?,
            ratio => width_from_ratio(height, ratio)?,
        };
        let is_all_default = self.flag()?;
        // The default is a lossy colour space of 8 bits; the other fields follow only where it is not.
        if is_all_default {
            return None;
        }
        let has_extra_fields = self.flag()?;
        if has_extra_fields
            && (self.take(3)? != 0 || self.flag()? || self.flag()? || self.flag()?)
        {
            return None;
        }
        let is_float = self.flag()?;
        if is_float {
            return None;
        }
        let precision = match self.take(2)? {
            0 => 8,
            1 => 10,
            2 => 12,
            _ => 1 + self.take(6)?,
        };
        // The number of components is only known after the colour space; the decoded size tells.
        Some(Stated {
            width: width as usize,
            height: height as usize,
            num_components: 1,
            precision: precision as u16,
        })
    }

    fn side(&mut self, is_multiple_of_8: bool) -> Option<u32> {
        if is_multiple_of_8 {
            return Some(8 * (1 + self.take(5)?));
        }
        let num_bits = match self.take(2)? {
            0 => 9,
            1 => 13,
            2 => 18,
            _ => 30,
        };
        Some(1 + self.take(num_bits)?)
    }

    fn flag(&mut self) -> Option<bool> {
        Some(self.take(1)? == 1)
    }

    fn take(&mut self, num_bits: usize) -> Option<u32> {
        let mut value = 0;
        for bit in 0..num_bits {
            let byte = u32::from(*self.bytes.get(self.position / 8)?);
            value |= (byte >> (self.position % 8) & 1) << bit;
            self.position += 1;
        }
        Some(value)
    }
}

fn width_from_ratio(height: u32, ratio: u32) -> Option<u32> {
    let (numerator, denominator) = match ratio {
        1 => (1, 1),
        2 => (12, 10),
        3 => (4, 3),
        4 => (3, 2),
        5 => (16, 9),
        6 => (5, 4),
        7 => (2, 1),
        _ => return None,
    };
    u32::try_from(u64::from(height) * numerator / denominator).ok()
}

fn corrupt(what: &str) -> Problem {
    Problem::CorruptCodestream {
        what: what.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bits of each value from the least significant one, packed the same way.
    fn packed(fields: &[(u32, usize)]) -> Vec<u8> {
        let bits: Vec<u32> = fields
            .iter()
            .flat_map(|&(value, num_bits)| (0..num_bits).map(move |bit| value >> bit & 1))
            .collect();
        let byte = |bits: &[u32]| {
            bits.iter()
                .rev()
                .fold(0, |byte, bit| byte << 1 | *bit as u8)
        };
        bits.chunks(8).map(byte).collect()
    }

    #[test]
    fn size_and_precision_are_read_bare_and_in_a_container() {
        let size = [(0, 1), (0, 2), (219, 9), (0, 3), (0, 2), (175, 9)];
        let metadata = [(0, 1), (0, 1), (0, 1), (2, 2)];
        let bare = [
            SIGNATURE.to_vec(),
            packed(&[&size[..], &metadata[..]].concat()),
        ]
        .concat();
        let boxed = [
            &CONTAINER[..],
            b"\0\0\0\x09jxll\x0A",
            b"\0\0\0\0jxlc",
            &bare,
        ]
        .concat();
        for stream in [bare, boxed] {
            let stated = stated(&stream).unwrap();
            assert_eq!(
                (stated.width, stated.height, stated.precision),
                (176, 220, 12)
            );
        }
    }
}
