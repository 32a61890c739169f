//! Huffman codes and the bit reader of JPEG entropy-coded data (ITU-T T.81 annexes C and F).

/// Canonical codes of one table (T.81 F.2.2.3).
pub(super) struct HuffmanTable {
    /// For each code length from 1: first code, one past the last code, index of its first symbol.
    lengths: [(u32, u32, usize); 16],
    symbols: Vec<u8>,
}

impl HuffmanTable {
    /// Builds the codes from the number of codes of each length and the symbols in order.
    pub(super) fn new(counts: &[u8; 16], symbols: &[u8]) -> Self {
        let mut code = 0_u32;
        let mut index = 0;
        let lengths = counts.map(|count| {
            let first = code;
            let first_index = index;
            code += u32::from(count);
            index += usize::from(count);
            let range = (first, code, first_index);
            code <<= 1;
            range
        });
        Self {
            lengths,
            symbols: symbols.to_vec(),
        }
    }
}

/// Reads bits, most significant first, and removes the zero stuffed after 0xFF.
pub(super) struct BitReader<'a> {
    bytes: &'a [u8],
    position: usize,
    current: u8,
    num_left: u32,
}

impl<'a> BitReader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            position: 0,
            current: 0,
            num_left: 0,
        }
    }

    /// The next symbol; `None` at a marker, at the end, or for a code that is not in the table.
    pub(super) fn symbol(&mut self, table: &HuffmanTable) -> Option<u8> {
        let mut code = 0_u32;
        for &(first, end, index) in &table.lengths {
            code = code << 1 | self.bit()?;
            if (first..end).contains(&code) {
                return table.symbols.get(index + (code - first) as usize).copied();
            }
        }
        None
    }

    /// A value of `size` bits whose leading zero means negative (EXTEND, T.81 F.2.2.1).
    pub(super) fn signed(&mut self, size: u8) -> Option<i32> {
        if size == 0 {
            return Some(0);
        }
        if size > 16 {
            return None;
        }
        let mut value = 0_i32;
        for _ in 0..size {
            value = value << 1 | self.bit()? as i32;
        }
        let half = 1_i32 << (size - 1);
        Some(if value < half {
            value - 2 * half + 1
        } else {
            value
        })
    }

    /// Drops the bits up to the restart marker and passes it.
    pub(super) fn restart(&mut self) -> Option<()> {
        self.num_left = 0;
        match self.bytes.get(self.position..)? {
            [0xFF, 0xD0..=0xD7, ..] => {
                self.position += 2;
                Some(())
            }
            _ => None,
        }
    }

    fn bit(&mut self) -> Option<u32> {
        if self.num_left == 0 {
            let byte = *self.bytes.get(self.position)?;
            let stuffed = byte == 0xFF;
            if stuffed && self.bytes.get(self.position + 1) != Some(&0) {
                return None;
            }
            self.position += if stuffed { 2 } else { 1 };
            self.current = byte;
            self.num_left = 8;
        }
        self.num_left -= 1;
        Some(u32::from(self.current >> self.num_left & 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_canonical() {
        // Luminance DC table of T.81 table K.3: category 0 is 00, category 1 is 010, category 11 is 111111110.
        let counts = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0];
        let symbols: Vec<u8> = (0..12).collect();
        let table = HuffmanTable::new(&counts, &symbols);
        // 00 010 111111110 padded with ones.
        let bytes = [0b0001_0111, 0b1111_1011, 0xFF, 0x00];
        let mut bits = BitReader::new(&bytes);
        assert_eq!(bits.symbol(&table), Some(0));
        assert_eq!(bits.symbol(&table), Some(1));
        assert_eq!(bits.symbol(&table), Some(11));
    }

    #[test]
    fn extend_maps_the_lower_half_to_negatives() {
        let mut bits = BitReader::new(&[0b0001_1110]);
        assert_eq!(bits.signed(3), Some(-7));
        assert_eq!(bits.signed(3), Some(7));
        assert_eq!(bits.signed(1), Some(1));
    }
}
