//! How stored values become grey, settled here once: modality transform, values of interest,
//! polarity, padding.

use super::super::Problem;
use super::attributes::Attributes;
use super::header::{ImageHeader, inconsistent};
use super::lut;
use crate::radiograph::{ModalityTransform, Polarity, Topic, Voi, VoiFunction, VoiLut, Warning};
use dicom_dictionary_std::tags;

/// Modality LUT Sequence where present, otherwise Rescale Slope and Intercept (PS3.3 C.11.1).
///
/// # Errors
/// A transform that is stated but unusable: every number derived from the picture would be wrong.
pub(super) fn modality_transform(
    attributes: &Attributes<'_>,
    header: &ImageHeader,
) -> Result<ModalityTransform, Problem> {
    if let Some(item) = attributes.items(tags::MODALITY_LUT_SEQUENCE).first() {
        let table = lut::read(item, header.bits.signed)?;
        return Ok(ModalityTransform::Lut {
            first: table.first,
            entries: table.entries.into(),
        });
    }
    let slope = attributes.number(tags::RESCALE_SLOPE)?.unwrap_or(1.0);
    let intercept = attributes.number(tags::RESCALE_INTERCEPT)?.unwrap_or(0.0);
    if slope == 0.0 {
        return Err(inconsistent(
            tags::RESCALE_SLOPE,
            slope,
            "zero would make every pixel equal",
        ));
    }
    Ok(ModalityTransform::Rescale { slope, intercept })
}

/// Polarity follows Photometric Interpretation. Presentation LUT Shape states the same thing a
/// second time (INVERSE belongs to MONOCHROME1): it does not cancel it, and only INVERSE on
/// MONOCHROME2 changes what is shown.
pub(super) fn polarity(
    attributes: &Attributes<'_>,
    header: &ImageHeader,
    warnings: &mut Vec<Warning>,
) -> Polarity {
    let shape = attributes.text(tags::PRESENTATION_LUT_SHAPE);
    match (header.photometric_polarity, shape.as_str()) {
        (Polarity::HighIsWhite, "INVERSE") => {
            warnings.push(Warning::new(Topic::Polarity, "Polarity tags conflict: MONOCHROME2 with Presentation LUT Shape INVERSE; shown inverted."));
            Polarity::LowIsWhite
        }
        (Polarity::LowIsWhite, "IDENTITY") => {
            warnings.push(Warning::new(Topic::Polarity, "Polarity tags conflict: MONOCHROME1 with Presentation LUT Shape IDENTITY; shown as MONOCHROME1."));
            Polarity::LowIsWhite
        }
        (polarity, _) => polarity,
    }
}

/// Pixel Padding Value and Range Limit as an inclusive range of stored values (PS3.3 C.7.5.1.1.2).
pub(super) fn padding(attributes: &Attributes<'_>, header: &ImageHeader) -> Option<(i32, i32)> {
    let value = |tag| {
        let value = attributes.element(tag)?.to_int::<i32>().ok()?;
        // US and SS are confused in practice; the sixteen bits are what counts.
        Some(if header.bits.signed {
            i32::from(value as i16)
        } else {
            i32::from(value as u16)
        })
    };
    let first = value(tags::PIXEL_PADDING_VALUE)?;
    let last = value(tags::PIXEL_PADDING_RANGE_LIMIT).unwrap_or(first);
    Some((first.min(last), first.max(last)))
}

/// Windows and VOI LUTs that the file offers (PS3.3 C.11.2), its tables first: a maker that
/// writes a table means it, and the window beside it is only an approximation.
pub(super) fn values_of_interest(
    attributes: &Attributes<'_>,
    header: &ImageHeader,
    modality: &ModalityTransform,
    warnings: &mut Vec<Warning>,
) -> Vec<Voi> {
    let mut vois = Vec::new();
    let signed_input = match modality {
        ModalityTransform::Rescale { slope, intercept } => {
            can_be_negative(header, *slope, *intercept)
        }
        ModalityTransform::Lut { .. } => false,
    };
    for item in attributes.items(tags::VOILUT_SEQUENCE) {
        match lut::read(&item, signed_input) {
            Ok(table) => vois.push(Voi::Lut(voi_lut(
                table,
                header.bits.stored,
                item.text(tags::LUT_EXPLANATION),
                warnings,
            ))),
            Err(err) => warnings.push(Warning::new(
                Topic::Grey,
                format!("A VOI LUT was not used: {err}"),
            )),
        }
    }
    match windows(attributes) {
        Ok(windows) => {
            let num_stated = windows.len();
            vois.extend(windows.into_iter().flatten());
            if num_stated > 0 && !vois.iter().any(|voi| matches!(voi, Voi::Window { .. })) {
                warnings.push(Warning::new(
                    Topic::Grey,
                    "The window of the file is not usable and was not used.",
                ));
            }
        }
        Err(err) => warnings.push(Warning::new(
            Topic::Grey,
            format!("The window of the file was not used: {err}"),
        )),
    }
    vois
}

fn can_be_negative(header: &ImageHeader, slope: f64, intercept: f64) -> bool {
    let bits = u32::from(header.bits.stored);
    let (low, high) = if header.bits.signed {
        (
            -f64::from(1_u32 << (bits - 1)),
            f64::from((1_u32 << (bits - 1)) - 1),
        )
    } else {
        (0.0, f64::from((1_u32 << bits) - 1))
    };
    slope * low + intercept < 0.0 || slope * high + intercept < 0.0
}

/// Bits of an entry that a picture of 12 bits needs: a table of 16 bits that stops there was not meant as one.
const MOST_BITS_OF_A_DETECTOR: u16 = 12;

/// Some makers state the 16 bits an entry takes, not the bits it uses; others state fewer than it
/// uses. Either would show the picture black or clipped, so the entries decide: where they need more
/// bits than stated, or where 16 are stated and no entry needs more than the stored values have. A table
/// of 16 bits that merely ends below white is shown as it is.
fn voi_lut(
    table: lut::Lut,
    bits_stored: u16,
    explanation: String,
    warnings: &mut Vec<Warning>,
) -> VoiLut {
    let largest = table.entries.iter().copied().max().unwrap_or(0);
    let used = (16 - largest.leading_zeros() as u16).max(1);
    let fits_the_picture = bits_stored < 16 && used <= bits_stored.max(MOST_BITS_OF_A_DETECTOR);
    let states_too_many = table.bits == 16 && (fits_the_picture || used <= MOST_BITS_OF_A_DETECTOR);
    let bits = if states_too_many || used > table.bits {
        used
    } else {
        table.bits
    };
    if bits != table.bits {
        warnings.push(Warning::new(
            Topic::Grey,
            format!(
                "A VOI LUT states {} bits an entry but uses {bits}; its entries were believed.",
                table.bits
            ),
        ));
    }
    let lut = VoiLut {
        first: table.first,
        bits,
        entries: table.entries.into(),
        explanation,
    };
    if !lut.is_monotone() {
        warnings.push(Warning::new(Topic::Grey, "A VOI LUT rises and falls: it shows different values as one grey, and what is taken off under it is only approximate."
                ));
    }
    lut
}

/// Window Center and Width in pairs; `None` for a pair that defines no window.
fn windows(attributes: &Attributes<'_>) -> Result<Vec<Option<Voi>>, Problem> {
    let centers = attributes.numbers(tags::WINDOW_CENTER)?.unwrap_or_default();
    let widths = attributes.numbers(tags::WINDOW_WIDTH)?.unwrap_or_default();
    if centers.len() != widths.len() {
        return Err(inconsistent(
            tags::WINDOW_WIDTH,
            format!("{} value(s)", widths.len()),
            &format!("Window Center has {}", centers.len()),
        ));
    }
    let function = function(&attributes.text(tags::VOILUT_FUNCTION))?;
    let explanations = attributes.text(tags::WINDOW_CENTER_WIDTH_EXPLANATION);
    let mut explanations = explanations.split('\\').map(|text| text.trim().to_owned());
    let smallest = if function == VoiFunction::Linear {
        1.0
    } else {
        f64::MIN_POSITIVE
    };
    let window = |(center, width)| {
        let explanation = explanations.next().unwrap_or_default();
        (width >= smallest).then_some(Voi::Window {
            center,
            width,
            function,
            explanation,
        })
    };
    Ok(centers.into_iter().zip(widths).map(window).collect())
}

fn function(stated: &str) -> Result<VoiFunction, Problem> {
    match stated {
        "" | "LINEAR" => Ok(VoiFunction::Linear),
        "LINEAR_EXACT" => Ok(VoiFunction::LinearExact),
        "SIGMOID" => Ok(VoiFunction::Sigmoid),
        _ => Err(inconsistent(
            tags::VOILUT_FUNCTION,
            stated,
            "LINEAR, LINEAR_EXACT or SIGMOID is asked for",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bits(stated: u16, largest: u16, bits_stored: u16) -> (u16, usize) {
        let mut warnings = Vec::new();
        let table = lut::Lut {
            first: 0,
            bits: stated,
            entries: vec![0, largest],
        };
        let lut = voi_lut(table, bits_stored, String::new(), &mut warnings);
        (lut.bits, warnings.len())
    }

    /// PS3.3 C.11.2.1.1: the third value of LUT Descriptor is the number of bits of an entry, 0 to 2^n - 1 its range;
    /// nothing asks that a table reach the end.
    #[test]
    fn a_conforming_table_that_ends_below_white_is_believed() {
        assert_eq!(bits(16, 30_000, 12), (16, 0));
        assert_eq!(bits(16, 30_000, 16), (16, 0));
        assert_eq!(bits(16, 65_535, 12), (16, 0));
        assert_eq!(bits(12, 3_000, 12), (12, 0));
        assert_eq!(bits(10, 300, 12), (10, 0));
    }

    #[test]
    fn entries_that_contradict_their_number_of_bits_decide() {
        // 16 stated for what has the bits of the picture, or of a detector.
        assert_eq!(bits(16, 4_095, 12), (12, 1));
        assert_eq!(bits(16, 4_095, 16), (12, 1));
        assert_eq!(bits(16, 16_383, 14), (14, 1));
        assert_eq!(bits(16, 255, 10), (8, 1));
        // Fewer stated than used.
        assert_eq!(bits(10, 4_095, 12), (12, 1));
    }
}
