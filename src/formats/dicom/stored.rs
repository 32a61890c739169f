//! From cells (Bits Allocated wide) to stored values: unused bits removed, sign extended
//! (PS3.5 8.1.1).

use super::super::Problem;
use super::header::ImageHeader;
use crate::radiograph::{BitDepth, Raster, StoredValues};

/// Cells of one frame, as decoded.
pub(super) struct Cells {
    /// One 16-bit word a pixel; 8-bit cells are zero-extended.
    pub(super) words: Vec<u16>,
    /// How far the value lies above bit 0.
    pub(super) shift: u32,
    /// Whether bits outside the value may hold something else (overlays of ACR-NEMA days); after
    /// a codec whose values must fit they may not.
    pub(super) foreign_bits_allowed: bool,
}

/// Little-endian bytes as cells.
pub(super) fn words_from_bytes(bytes: &[u8], bytes_per_cell: usize) -> Vec<u16> {
    if bytes_per_cell == 1 {
        bytes.iter().map(|&b| u16::from(b)).collect()
    } else {
        bytes
            .as_chunks::<2>()
            .0
            .iter()
            .map(|&pair| u16::from_le_bytes(pair))
            .collect()
    }
}

/// The stored values, and whether foreign bits were removed.
pub(super) fn stored_values(
    cells: &Cells,
    header: &ImageHeader,
) -> Result<(StoredValues, bool), Problem> {
    let bits = header.bits;
    let has_foreign_bits = cells
        .words
        .iter()
        .any(|&word| is_foreign(word, cells.shift, bits));
    if has_foreign_bits && !cells.foreign_bits_allowed {
        return Err(Problem::CorruptCodestream {
            what: format!(
                "it decodes to values wider than BitsStored (0028,0101), {}",
                bits.stored
            ),
        });
    }
    let misfit = |err: crate::radiograph::ShapeError| Problem::CorruptCodestream {
        what: err.to_string(),
    };
    let stored = if bits.signed {
        let values = cells
            .words
            .iter()
            .map(|&word| signed(word, cells.shift, bits))
            .collect();
        StoredValues::I16(Raster::new(header.cols, header.rows, values).map_err(misfit)?)
    } else {
        let values = cells
            .words
            .iter()
            .map(|&word| unsigned(word, cells.shift, bits))
            .collect();
        StoredValues::U16(Raster::new(header.cols, header.rows, values).map_err(misfit)?)
    };
    Ok((stored, has_foreign_bits))
}

fn mask(bits: BitDepth) -> u32 {
    (1 << u32::from(bits.stored)) - 1
}

fn unsigned(word: u16, shift: u32, bits: BitDepth) -> u16 {
    ((u32::from(word) >> shift) & mask(bits)) as u16
}

fn signed(word: u16, shift: u32, bits: BitDepth) -> i16 {
    let value = unsigned(word, shift, bits);
    let unused = 16 - u32::from(bits.stored);
    ((value << unused) as i16) >> unused
}

/// Whether bits outside the value hold anything but zeros or copies of the sign.
fn is_foreign(word: u16, shift: u32, bits: BitDepth) -> bool {
    let outside = word & !((mask(bits) << shift) as u16);
    if outside == 0 {
        return false;
    }
    let sign_extended = (i32::from(signed(word, shift, bits)) << shift) as u16;
    let cell_mask = if bits.allocated == 8 { 0xFF } else { 0xFFFF };
    !(bits.signed && word & cell_mask == sign_extended & cell_mask)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::radiograph::Polarity;

    fn header(stored: u16, high_bit: u16, signed: bool) -> ImageHeader {
        ImageHeader {
            rows: 1,
            cols: 3,
            bits: BitDepth {
                allocated: 16,
                stored,
                high_bit,
                signed,
            },
            num_frames: 1,
            photometric_polarity: Polarity::HighIsWhite,
            warnings: Vec::new(),
        }
    }

    fn values(words: [u16; 3], shift: u32, header: &ImageHeader) -> (Vec<i32>, bool) {
        let cells = Cells {
            words: words.to_vec(),
            shift,
            foreign_bits_allowed: true,
        };
        let (stored, foreign) = stored_values(&cells, header).unwrap();
        (stored.iter().collect(), foreign)
    }

    #[test]
    fn sign_bit_is_that_of_bits_stored() {
        let header = header(12, 11, true);
        assert_eq!(
            values([0x800, 0x7FF, 0xFFF], 0, &header),
            (vec![-2048, 2047, -1], false)
        );
        assert_eq!(
            values([0xF800, 0x07FF, 0xFFFF], 0, &header),
            (vec![-2048, 2047, -1], false)
        );
        assert!(values([0x1800, 0, 0], 0, &header).1);
    }

    #[test]
    fn overlay_bits_are_removed_and_reported() {
        assert_eq!(
            values([0x1001, 0xF234, 0x0FFF], 0, &header(12, 11, false)),
            (vec![1, 0x234, 0xFFF], true)
        );
    }

    #[test]
    fn high_bit_above_moves_values_down() {
        assert_eq!(
            values([0x0010, 0x2340, 0xFFF0], 4, &header(12, 15, false)),
            (vec![1, 0x234, 0xFFF], false)
        );
    }
}
