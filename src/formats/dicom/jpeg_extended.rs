//! JPEG extended sequential DCT with 12-bit samples (ITU-T T.81 process 4), one component.
//!
//! The JPEG library in use decodes 8-bit DCT and lossless JPEG only; transfer syntax
//! 1.2.840.10008.1.2.4.51 needs this. Arithmetic is `f32`, so a value differs from an integer
//! decoder's by at most one step.

use super::super::Problem;
use super::jpeg_huffman::{BitReader, HuffmanTable};
use std::f32::consts::PI;

/// Row-major place of each coefficient in the order they are written (T.81 figure A.6).
const ZIGZAG: [usize; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
    13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59,
    52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// 8 x 8 coefficients or samples, row-major.
type Block = [f32; 64];

/// Decodes a stream whose frame header has been checked to be `width` x `height` x 1 component.
///
/// # Errors
/// [`Problem::CorruptCodestream`] for anything that does not decode to every block.
pub(super) fn decode(
    stream: &[u8],
    width: usize,
    height: usize,
    precision: u16,
) -> Result<Vec<u16>, Problem> {
    let mut tables = Tables::default();
    let mut position = 2;
    let entropy = loop {
        let (marker, segment) = segment(stream, position)?;
        position += 4 + segment.len();
        match marker {
            0xC0 | 0xC1 => tables.read_frame(segment)?,
            0xC2 => {
                return Err(Problem::Unsupported {
                    what: "Progressive JPEG with more than 8 bits".to_owned(),
                });
            }
            0xC4 => tables.read_huffman(segment)?,
            0xDB => tables.read_quantization(segment)?,
            0xDD => tables.read_restart_interval(segment)?,
            0xDA => {
                tables.read_scan(segment)?;
                break stream.get(position..).unwrap_or(&[]);
            }
            _ => {}
        }
    };
    let mut scan = tables.scan(entropy)?;
    let cosines = cosines();
    let (across, down) = (width.div_ceil(8), height.div_ceil(8));
    let mut samples = vec![0_u16; width * height];
    for index in 0..across * down {
        scan.restart_before(index)?;
        let block = inverse_dct(&scan.next_block()?, &cosines);
        let (left, top) = (index % across * 8, index / across * 8);
        for (row, line) in block
            .as_chunks::<8>()
            .0
            .iter()
            .enumerate()
            .take(height - top)
        {
            let start = (top + row) * width + left;
            let visible = 8.min(width - left);
            let Some(target) = samples.get_mut(start..start + visible) else {
                continue;
            };
            for (sample, value) in target.iter_mut().zip(line) {
                *sample = level_shifted(*value, precision);
            }
        }
    }
    Ok(samples)
}

fn level_shifted(value: f32, precision: u16) -> u16 {
    let half = f32::from(1_u16 << (precision - 1).min(15));
    (value + half).round().clamp(0.0, 2.0 * half - 1.0) as u16
}

/// Marker code and content of the segment at `position`.
fn segment(stream: &[u8], position: usize) -> Result<(u8, &[u8]), Problem> {
    let rest = stream.get(position..).unwrap_or(&[]);
    let &[0xFF, marker, high, low, ..] = rest else {
        return Err(corrupt("a JPEG marker segment is missing"));
    };
    let length = usize::from(u16::from_be_bytes([high, low]));
    rest.get(4..(2 + length).max(4))
        .map(|content| (marker, content))
        .ok_or_else(|| corrupt("a JPEG marker segment is incomplete"))
}

/// Tables gathered before the scan.
#[derive(Default)]
struct Tables {
    quantization: [Option<[u16; 64]>; 4],
    dc: [Option<HuffmanTable>; 4],
    ac: [Option<HuffmanTable>; 4],
    restart_interval: usize,
    /// Of the one component: quantisation, DC and AC table in use.
    selected: (usize, usize, usize),
}

impl Tables {
    fn read_frame(&mut self, segment: &[u8]) -> Result<(), Problem> {
        let &[_, _, _, _, _, 1, _, _, table, ..] = segment else {
            return Err(corrupt("its JPEG frame has more than one component"));
        };
        self.selected.0 = usize::from(table);
        Ok(())
    }

    fn read_scan(&mut self, segment: &[u8]) -> Result<(), Problem> {
        let &[1, _, selectors, ..] = segment else {
            return Err(corrupt("its JPEG scan has more than one component"));
        };
        self.selected.1 = usize::from(selectors >> 4);
        self.selected.2 = usize::from(selectors & 15);
        Ok(())
    }

    fn read_restart_interval(&mut self, segment: &[u8]) -> Result<(), Problem> {
        let bytes = segment
            .first_chunk::<2>()
            .ok_or_else(|| corrupt("its restart interval is incomplete"))?;
        self.restart_interval = usize::from(u16::from_be_bytes(*bytes));
        Ok(())
    }

    fn read_quantization(&mut self, mut segment: &[u8]) -> Result<(), Problem> {
        let incomplete = || corrupt("a quantisation table is incomplete");
        while let Some((&kind, rest)) = segment.split_first() {
            let element_bytes = if kind >> 4 == 0 { 1 } else { 2 };
            let (elements, rest) = rest
                .split_at_checked(64 * element_bytes)
                .ok_or_else(incomplete)?;
            let mut table = [0_u16; 64];
            for (value, bytes) in table.iter_mut().zip(elements.chunks_exact(element_bytes)) {
                *value = bytes.iter().fold(0, |sum, &b| sum << 8 | u16::from(b));
            }
            *self
                .quantization
                .get_mut(usize::from(kind & 15))
                .ok_or_else(incomplete)? = Some(table);
            segment = rest;
        }
        Ok(())
    }

    fn read_huffman(&mut self, mut segment: &[u8]) -> Result<(), Problem> {
        let incomplete = || corrupt("a Huffman table is incomplete");
        while let Some((&kind, rest)) = segment.split_first() {
            let (counts, rest) = rest.split_first_chunk::<16>().ok_or_else(incomplete)?;
            let num_symbols = counts.iter().map(|&n| usize::from(n)).sum();
            let (symbols, rest) = rest.split_at_checked(num_symbols).ok_or_else(incomplete)?;
            let class = if kind >> 4 == 0 {
                &mut self.dc
            } else {
                &mut self.ac
            };
            *class
                .get_mut(usize::from(kind & 15))
                .ok_or_else(incomplete)? = Some(HuffmanTable::new(counts, symbols));
            segment = rest;
        }
        Ok(())
    }

    fn scan<'a>(&'a self, entropy: &'a [u8]) -> Result<Scan<'a>, Problem> {
        let missing = || corrupt("a table its JPEG scan needs is missing");
        let (quantization, dc, ac) = self.selected;
        Ok(Scan {
            bits: BitReader::new(entropy),
            quantization: self
                .quantization
                .get(quantization)
                .and_then(Option::as_ref)
                .ok_or_else(missing)?,
            dc: self
                .dc
                .get(dc)
                .and_then(Option::as_ref)
                .ok_or_else(missing)?,
            ac: self
                .ac
                .get(ac)
                .and_then(Option::as_ref)
                .ok_or_else(missing)?,
            restart_interval: self.restart_interval,
            previous_dc: 0,
        })
    }
}

/// The entropy-coded part.
struct Scan<'a> {
    bits: BitReader<'a>,
    quantization: &'a [u16; 64],
    dc: &'a HuffmanTable,
    ac: &'a HuffmanTable,
    restart_interval: usize,
    previous_dc: i32,
}

impl Scan<'_> {
    fn restart_before(&mut self, block: usize) -> Result<(), Problem> {
        if self.restart_interval > 0 && block > 0 && block.is_multiple_of(self.restart_interval) {
            self.bits
                .restart()
                .ok_or_else(|| corrupt("a JPEG restart marker is missing"))?;
            self.previous_dc = 0;
        }
        Ok(())
    }

    /// Dequantised coefficients of the next block (T.81 F.2.2).
    fn next_block(&mut self) -> Result<Block, Problem> {
        self.try_next_block().ok_or_else(|| {
            corrupt("its JPEG entropy-coded data end early or hold an impossible code")
        })
    }

    fn try_next_block(&mut self) -> Option<Block> {
        let mut block = [0.0_f32; 64];
        let size = self.bits.symbol(self.dc)?;
        self.previous_dc = self.previous_dc.checked_add(self.bits.signed(size)?)?;
        *block.first_mut()? = self.previous_dc as f32 * f32::from(*self.quantization.first()?);
        let mut index = 1;
        while index < 64 {
            let symbol = self.bits.symbol(self.ac)?;
            let (run, size) = (usize::from(symbol >> 4), symbol & 15);
            match (run, size) {
                (15, 0) => index += 16,
                (_, 0) => break,
                _ => {
                    index += run;
                    let value =
                        self.bits.signed(size)? as f32 * f32::from(*self.quantization.get(index)?);
                    *block.get_mut(*ZIGZAG.get(index)?)? = value;
                    index += 1;
                }
            }
        }
        Some(block)
    }
}

/// `cosines[x * 8 + u] = C(u) / 2 * cos((2 x + 1) u pi / 16)`, the one-dimensional basis of T.81 A.3.3.
fn cosines() -> Block {
    std::array::from_fn(|index| {
        let (x, u) = ((index / 8) as f32, (index % 8) as f32);
        let scale = if index % 8 == 0 { 0.5_f32.sqrt() } else { 1.0 };
        0.5 * scale * ((2.0 * x + 1.0) * u * PI / 16.0).cos()
    })
}

/// Two-dimensional inverse DCT: both passes transform along rows and transpose.
fn inverse_dct(coefficients: &Block, cosines: &Block) -> Block {
    transformed_rows(&transformed_rows(coefficients, cosines), cosines)
}

fn transformed_rows(block: &Block, cosines: &Block) -> Block {
    let mut transposed = [0.0; 64];
    for (row, line) in block.as_chunks::<8>().0.iter().enumerate() {
        for (x, basis) in cosines.as_chunks::<8>().0.iter().enumerate() {
            let sum = line.iter().zip(basis).map(|(a, b)| a * b).sum();
            if let Some(value) = transposed.get_mut(x * 8 + row) {
                *value = sum;
            }
        }
    }
    transposed
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
    fn a_lone_dc_coefficient_is_a_flat_block() {
        let mut block = [0.0; 64];
        block[0] = 800.0;
        assert!(
            inverse_dct(&block, &cosines())
                .iter()
                .all(|v| (v - 100.0).abs() < 1e-3)
        );
    }

    #[test]
    fn a_horizontal_frequency_stays_horizontal() {
        let mut block = [0.0; 64];
        block[1] = 100.0;
        let samples = inverse_dct(&block, &cosines());
        // f(x) = 1/4 * C(0) * 100 * cos((2 x + 1) pi / 16) with C(0) = 1 / sqrt(2).
        let expected = 25.0 / 2.0_f32.sqrt() * (PI / 16.0).cos();
        assert!((samples[0] - expected).abs() < 1e-3, "{}", samples[0]);
        assert!((samples[56] - expected).abs() < 1e-3);
        assert!((samples[7] + expected).abs() < 1e-3);
    }
}
