//! Validation of the Image Pixel module (PS3.3 C.7.6.3): refuse whatever would show other pixels
//! than the file means.

use super::super::Problem;
use super::super::limits::check_size;
use super::attributes::Attributes;
use super::element::describe;
use crate::radiograph::{BitDepth, Polarity, Warning};
use dicom_core::Tag;
use dicom_dictionary_std::tags;

/// The Image Pixel module of a greyscale picture, checked.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ImageHeader {
    pub(super) rows: usize,
    pub(super) cols: usize,
    pub(super) bits: BitDepth,
    /// Number of Frames, at least 1.
    pub(super) num_frames: usize,
    /// From Photometric Interpretation alone.
    pub(super) photometric_polarity: Polarity,
    pub(super) warnings: Vec<Warning>,
}

impl ImageHeader {
    /// Pixels of one frame.
    pub(super) fn num_pixels(&self) -> usize {
        self.rows * self.cols
    }

    /// Bytes of one cell: 1 or 2.
    pub(super) fn bytes_per_cell(&self) -> usize {
        usize::from(self.bits.allocated / 8)
    }

    /// Bytes of one uncompressed frame.
    pub(super) fn frame_bytes(&self) -> usize {
        self.num_pixels() * self.bytes_per_cell()
    }
}

/// Checks the module.
///
/// # Errors
/// The first attribute that is missing, contradictory, or not that of a greyscale picture.
pub(super) fn validate(attributes: &Attributes<'_>) -> Result<ImageHeader, Problem> {
    let mut warnings = Vec::new();
    let photometric_polarity = photometric(attributes, &mut warnings)?;
    let samples = attributes.unsigned(tags::SAMPLES_PER_PIXEL)?;
    if samples != 1 {
        return Err(inconsistent(
            tags::SAMPLES_PER_PIXEL,
            samples,
            "a MONOCHROME picture has 1",
        ));
    }
    let (rows, cols) = (
        attributes.unsigned(tags::ROWS)?,
        attributes.unsigned(tags::COLUMNS)?,
    );
    for (tag, value) in [(tags::ROWS, rows), (tags::COLUMNS, cols)] {
        if value == 0 {
            return Err(inconsistent(tag, value, "a picture has at least 1"));
        }
    }
    check_size(usize::from(cols), usize::from(rows))?;
    Ok(ImageHeader {
        rows: usize::from(rows),
        cols: usize::from(cols),
        bits: bit_depth(attributes, &mut warnings)?,
        num_frames: num_frames(attributes)?,
        photometric_polarity,
        warnings,
    })
}

fn photometric(
    attributes: &Attributes<'_>,
    warnings: &mut Vec<Warning>,
) -> Result<Polarity, Problem> {
    let stated = attributes.text(tags::PHOTOMETRIC_INTERPRETATION);
    let upper = stated.to_ascii_uppercase();
    if upper != stated {
        warnings.push(Warning::file(
            "Photometric Interpretation is written in lower case.",
        ));
    }
    match upper.as_str() {
        "MONOCHROME1" => Ok(Polarity::LowIsWhite),
        "MONOCHROME2" => Ok(Polarity::HighIsWhite),
        "" => Err(Problem::Missing {
            attribute: describe(tags::PHOTOMETRIC_INTERPRETATION),
        }),
        "PALETTE COLOR" | "RGB" | "HSV" | "ARGB" | "CMYK" | "XYB" => {
            Err(Problem::NotGreyscale { what: stated })
        }
        _ if upper.starts_with("YBR_") => Err(Problem::NotGreyscale { what: stated }),
        _ => Err(inconsistent(
            tags::PHOTOMETRIC_INTERPRETATION,
            stated.chars().take(40).collect::<String>(),
            "MONOCHROME1 or MONOCHROME2 is needed to know which end is white",
        )),
    }
}

fn bit_depth(
    attributes: &Attributes<'_>,
    warnings: &mut Vec<Warning>,
) -> Result<BitDepth, Problem> {
    let allocated = attributes.unsigned(tags::BITS_ALLOCATED)?;
    let stored = attributes.unsigned(tags::BITS_STORED)?;
    let high_bit = attributes.unsigned(tags::HIGH_BIT)?;
    let representation = attributes.unsigned(tags::PIXEL_REPRESENTATION)?;
    if !matches!(allocated, 8 | 16) {
        return Err(inconsistent(
            tags::BITS_ALLOCATED,
            allocated,
            "8 and 16 are supported",
        ));
    }
    if !(1..=allocated).contains(&stored) {
        return Err(inconsistent(
            tags::BITS_STORED,
            stored,
            &format!("1 to {allocated} bits are allocated"),
        ));
    }
    if high_bit < stored - 1 || high_bit >= allocated {
        return Err(inconsistent(
            tags::HIGH_BIT,
            high_bit,
            &format!(
                "{stored} stored of {allocated} allocated bits put it at {}",
                stored - 1
            ),
        ));
    }
    if high_bit != stored - 1 {
        warnings.push(Warning::file(format!(
            "High Bit is {high_bit}; the values were moved down to bit {}.",
            stored - 1
        )));
    }
    if representation > 1 {
        return Err(inconsistent(
            tags::PIXEL_REPRESENTATION,
            representation,
            "0 or 1 is asked for",
        ));
    }
    Ok(BitDepth {
        allocated,
        stored,
        high_bit,
        signed: representation == 1,
    })
}

fn num_frames(attributes: &Attributes<'_>) -> Result<usize, Problem> {
    let Some(stated) = attributes.number(tags::NUMBER_OF_FRAMES)? else {
        return Ok(1);
    };
    if stated < 1.0 || stated.fract() != 0.0 || stated > f64::from(i32::MAX) {
        return Err(inconsistent(
            tags::NUMBER_OF_FRAMES,
            stated,
            "a whole number from 1 is asked for",
        ));
    }
    Ok(stated as usize)
}

/// The error for a value that contradicts what is expected.
pub(super) fn inconsistent(tag: Tag, value: impl std::fmt::Display, expected: &str) -> Problem {
    Problem::Inconsistent {
        attribute: describe(tag),
        value: value.to_string(),
        expected: expected.to_owned(),
    }
}
