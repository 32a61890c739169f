//! Typed access to the few attributes in use, and patient and acquisition as text.

use super::super::Problem;
use super::character_set::CharacterSets;
use super::element::describe;
use super::syntax::Encoding;
use super::text::{character_sets, element_text};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;
use dicom_transfer_syntax_registry::{TransferSyntaxIndex as _, TransferSyntaxRegistry};

/// Every attribute any part of the reader asks for; nothing else is parsed.
pub(super) const WANTED: &[Tag] = &[
    tags::SPECIFIC_CHARACTER_SET,
    tags::IMAGE_TYPE,
    tags::SERIES_DESCRIPTION,
    tags::DERIVATION_DESCRIPTION,
    tags::SOP_INSTANCE_UID,
    tags::STUDY_DATE,
    tags::STUDY_TIME,
    tags::ACQUISITION_DATE,
    tags::ACQUISITION_TIME,
    tags::ACQUISITION_DATE_TIME,
    tags::ACCESSION_NUMBER,
    tags::MODALITY,
    tags::PRESENTATION_INTENT_TYPE,
    tags::PATIENT_NAME,
    tags::PATIENT_ID,
    tags::ISSUER_OF_PATIENT_ID,
    tags::PATIENT_BIRTH_DATE,
    tags::PATIENT_SEX,
    tags::PATIENT_AGE,
    tags::BODY_PART_EXAMINED,
    tags::VIEW_POSITION,
    tags::IMAGER_PIXEL_SPACING,
    tags::NOMINAL_SCANNED_PIXEL_SPACING,
    tags::ESTIMATED_RADIOGRAPHIC_MAGNIFICATION_FACTOR,
    tags::DISTANCE_SOURCE_TO_DETECTOR,
    tags::DISTANCE_SOURCE_TO_PATIENT,
    tags::STUDY_INSTANCE_UID,
    tags::STUDY_DESCRIPTION,
    tags::SERIES_INSTANCE_UID,
    tags::SERIES_NUMBER,
    tags::PATIENT_ORIENTATION,
    tags::LATERALITY,
    tags::IMAGE_LATERALITY,
    tags::SAMPLES_PER_PIXEL,
    tags::PHOTOMETRIC_INTERPRETATION,
    tags::NUMBER_OF_FRAMES,
    tags::ROWS,
    tags::COLUMNS,
    tags::PIXEL_SPACING,
    tags::PIXEL_ASPECT_RATIO,
    tags::BITS_ALLOCATED,
    tags::BITS_STORED,
    tags::HIGH_BIT,
    tags::PIXEL_REPRESENTATION,
    tags::PIXEL_PADDING_VALUE,
    tags::PIXEL_PADDING_RANGE_LIMIT,
    tags::BURNED_IN_ANNOTATION,
    tags::PIXEL_SPACING_CALIBRATION_TYPE,
    tags::PIXEL_SPACING_CALIBRATION_DESCRIPTION,
    tags::WINDOW_CENTER,
    tags::WINDOW_WIDTH,
    tags::RESCALE_INTERCEPT,
    tags::RESCALE_SLOPE,
    tags::WINDOW_CENTER_WIDTH_EXPLANATION,
    tags::VOILUT_FUNCTION,
    tags::LOSSY_IMAGE_COMPRESSION,
    tags::LOSSY_IMAGE_COMPRESSION_RATIO,
    tags::LOSSY_IMAGE_COMPRESSION_METHOD,
    tags::MODALITY_LUT_SEQUENCE,
    tags::VOILUT_SEQUENCE,
    tags::PRESENTATION_LUT_SHAPE,
];

/// The parsed attributes of one data set or sequence item.
pub(super) struct Attributes<'a> {
    object: std::borrow::Cow<'a, InMemDicomObject>,
    character_sets: CharacterSets,
}

impl Attributes<'static> {
    /// Parses a data set that the scan has passed.
    pub(super) fn parse(dataset: &[u8], encoding: Encoding) -> Result<Self, Problem> {
        let object = parse_object(dataset, encoding)?;
        Ok(Self {
            character_sets: character_sets(&object, &CharacterSets::default()),
            object: std::borrow::Cow::Owned(object),
        })
    }
}

/// Parses a data set, or a part of one, that the scan has passed.
pub(super) fn parse_object(
    dataset: &[u8],
    encoding: Encoding,
) -> Result<InMemDicomObject, Problem> {
    let corrupt = |err: String| Problem::CorruptDataset { what: err };
    let syntax = TransferSyntaxRegistry
        .get(encoding.native_uid())
        .ok_or_else(|| corrupt("its transfer syntax is not registered".to_owned()))?;
    InMemDicomObject::read_dataset_with_ts(dataset, syntax)
        .map_err(|err| corrupt(printable(&err.to_string())))
}

impl Attributes<'_> {
    /// The parsed element, where present with a value.
    pub(super) fn element(&self, tag: Tag) -> Option<&dicom_object::mem::InMemElement> {
        self.object
            .element_opt(tag)
            .ok()
            .flatten()
            .filter(|element| !element.value().multiplicity() > 0)
    }

    /// All values as they stand, components joined by `\`; empty where absent.
    pub(super) fn raw_text(&self, tag: Tag) -> String {
        let Some(element) = self.element(tag) else {
            return String::new();
        };
        let text = element_text(element, &self.character_sets);
        text.trim_matches([' ', '\0']).to_owned()
    }

    /// Terms of Specific Character Set that are not known.
    pub(super) fn unknown_character_sets(&self) -> &[String] {
        &self.character_sets.unknown
    }

    /// Text without anything that could steer a terminal, a log or a spreadsheet's layout.
    pub(super) fn text(&self, tag: Tag) -> String {
        printable(&self.raw_text(tag)).trim().to_owned()
    }

    /// An attribute of exactly one US value, as Rows, Columns and the bit counts must be.
    pub(super) fn unsigned(&self, tag: Tag) -> Result<u16, Problem> {
        let Some(element) = self.element(tag) else {
            return Err(Problem::Missing {
                attribute: describe(tag),
            });
        };
        if element.vr() != VR::US || element.value().multiplicity() != 1 {
            return Err(Problem::Inconsistent {
                attribute: describe(tag),
                value: format!(
                    "{} value(s) of type {}",
                    element.value().multiplicity(),
                    element.vr()
                ),
                expected: "exactly one unsigned short (US) is asked for".to_owned(),
            });
        }
        element
            .to_int::<u16>()
            .map_err(|_err| Problem::Inconsistent {
                attribute: describe(tag),
                value: "not a number".to_owned(),
                expected: "an unsigned short is asked for".to_owned(),
            })
    }

    /// Decimal values (DS, IS, FD, FL); `None` where absent.
    ///
    /// # Errors
    /// The text of the first value that is not a finite number.
    pub(super) fn numbers(&self, tag: Tag) -> Result<Option<Vec<f64>>, Problem> {
        let text = self.raw_text(tag);
        if text.is_empty() {
            return Ok(None);
        }
        let parse = |part: &str| {
            part.trim_matches([' ', '\0'])
                .parse::<f64>()
                .ok()
                .filter(|n| n.is_finite())
        };
        text.split('\\')
            .map(parse)
            .collect::<Option<Vec<f64>>>()
            .map(Some)
            .ok_or_else(|| Problem::Inconsistent {
                attribute: describe(tag),
                value: format!(
                    "\"{}\"",
                    printable(&text).chars().take(40).collect::<String>()
                ),
                expected: "finite numbers are asked for".to_owned(),
            })
    }

    /// One decimal value.
    ///
    /// # Errors
    /// As [`Self::numbers`].
    pub(super) fn number(&self, tag: Tag) -> Result<Option<f64>, Problem> {
        Ok(self
            .numbers(tag)?
            .and_then(|values| values.first().copied()))
    }

    /// The items of a sequence; none where absent.
    pub(super) fn items(&self, tag: Tag) -> Vec<Attributes<'_>> {
        let items = self
            .object
            .element_opt(tag)
            .ok()
            .flatten()
            .and_then(|element| element.items());
        items
            .unwrap_or(&[])
            .iter()
            .map(|item| Attributes {
                object: std::borrow::Cow::Borrowed(item),
                character_sets: character_sets(item, &self.character_sets),
            })
            .collect()
    }
}

/// Text on one line: ends of lines and tabulators, which are legal in long texts, become spaces;
/// other control characters and the marks that reverse or hide text are removed.
pub(super) fn printable(text: &str) -> String {
    let one_line = text.replace("\r\n", " ");
    let legal = one_line.chars().map(|c| match c {
        '\t' | '\n' | '\u{C}' | '\r' => ' ',
        _ => c,
    });
    legal.filter(|&c| !is_steering(c)).collect()
}

/// Whether a character could steer a terminal, or reverse or hide text. The joiners U+200C and
/// U+200D are spelling in Persian and the scripts of India, so they are not among them.
pub(super) fn is_steering(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steering_characters_are_removed_and_lines_joined() {
        assert_eq!(printable("A\u{1b}[31mB\u{202e}C"), "A[31mBC");
        assert_eq!(printable("A\r\nB\tC\u{C}D\nE"), "A B C D E");
        let persian = "\u{645}\u{6cc}\u{200c}\u{62e}\u{648}\u{627}\u{647}\u{645}";
        assert_eq!(printable(persian), persian);
    }
}
