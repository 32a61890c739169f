//! Patient and acquisition as text, and what in them a reader should know first.

use super::attributes::{Attributes, is_steering, printable};
use super::character_set::UNDECODED;
use crate::radiograph::{StudyInfo, Topic, Warning, doubt_of_suppression};
use dicom_dictionary_std::tags;

/// Patient and acquisition, ready to show; `is_stored_lossily` says that the file itself is.
pub(super) fn study_info(attributes: &Attributes<'_>, is_stored_lossily: bool) -> StudyInfo {
    let text = |tag| attributes.text(tag);
    let image_laterality = text(tags::IMAGE_LATERALITY);
    StudyInfo {
        patient_name: text(tags::PATIENT_NAME),
        patient_id: text(tags::PATIENT_ID),
        issuer_of_patient_id: text(tags::ISSUER_OF_PATIENT_ID),
        birth_date: text(tags::PATIENT_BIRTH_DATE),
        sex: text(tags::PATIENT_SEX),
        age: text(tags::PATIENT_AGE),
        study_date: text(tags::STUDY_DATE),
        study_time: text(tags::STUDY_TIME),
        taken_at: taken_at(attributes),
        accession: text(tags::ACCESSION_NUMBER),
        modality: text(tags::MODALITY),
        view_position: text(tags::VIEW_POSITION),
        laterality: if image_laterality.is_empty() {
            text(tags::LATERALITY)
        } else {
            image_laterality
        },
        body_part: text(tags::BODY_PART_EXAMINED),
        orientation: text(tags::PATIENT_ORIENTATION),
        photometric: text(tags::PHOTOMETRIC_INTERPRETATION),
        image_type: text(tags::IMAGE_TYPE),
        presentation_intent: text(tags::PRESENTATION_INTENT_TYPE),
        sop_instance_uid: text(tags::SOP_INSTANCE_UID),
        study_instance_uid: text(tags::STUDY_INSTANCE_UID),
        study_description: text(tags::STUDY_DESCRIPTION),
        series_instance_uid: text(tags::SERIES_INSTANCE_UID),
        series_number: text(tags::SERIES_NUMBER),
        series_description: text(tags::SERIES_DESCRIPTION),
        calibration: calibration_text(attributes),
        derived: String::new(),
        lossy_compression: lossy_text(attributes, is_stored_lossily),
    }
}

/// Acquisition DateTime, or else Acquisition Date and Time; empty where one of these is not stated.
fn taken_at(attributes: &Attributes<'_>) -> String {
    let whole = attributes.text(tags::ACQUISITION_DATE_TIME);
    if !whole.is_empty() {
        return whole;
    }
    let [date, time] =
        [tags::ACQUISITION_DATE, tags::ACQUISITION_TIME].map(|tag| attributes.text(tag));
    if date.is_empty() || time.is_empty() {
        return String::new();
    }
    date + &time
}

/// How Pixel Spacing was calibrated; what belongs to a spacing that is not there says nothing.
fn calibration_text(attributes: &Attributes<'_>) -> String {
    if attributes.text(tags::PIXEL_SPACING).is_empty() {
        return String::new();
    }
    attributes.text(tags::PIXEL_SPACING_CALIBRATION_DESCRIPTION)
}

/// What was lost by compression in words, every time it was; empty where nothing was.
fn lossy_text(attributes: &Attributes<'_>, is_stored_lossily: bool) -> String {
    if !is_stored_lossily && attributes.text(tags::LOSSY_IMAGE_COMPRESSION) != "01" {
        return String::new();
    }
    let values = |tag| {
        let text = attributes.text(tag);
        let values = text
            .split('\\')
            .map(str::trim)
            .filter(|value| !value.is_empty());
        values.map(str::to_owned).collect::<Vec<_>>()
    };
    let ratios = values(tags::LOSSY_IMAGE_COMPRESSION_RATIO);
    let ratios: Vec<_> = ratios.iter().map(|ratio| format!("{ratio}:1")).collect();
    let methods = values(tags::LOSSY_IMAGE_COMPRESSION_METHOD);
    let methods: Vec<_> = methods.iter().map(|method| method_name(method)).collect();
    let mut text = "Lossy compression".to_owned();
    if !ratios.is_empty() {
        text = format!("{text} {}", ratios.join(", "));
    }
    if !methods.is_empty() {
        text = format!("{text} ({})", methods.join(", "));
    }
    text
}

/// A method as people call it; one that is not known as the file does.
fn method_name(method: &str) -> &str {
    match method {
        "ISO_10918_1" => "JPEG",
        "ISO_14495_1" => "JPEG-LS",
        "ISO_15444_1" => "JPEG 2000",
        other => other,
    }
}

/// Warnings about the acquisition that a reader should see before trusting the picture.
pub(super) fn acquisition_warnings(attributes: &Attributes<'_>, info: &StudyInfo) -> Vec<Warning> {
    let mut warnings = info.doubts();
    for tag in [tags::SERIES_DESCRIPTION, tags::DERIVATION_DESCRIPTION] {
        let doubt = doubt_of_suppression(&attributes.text(tag));
        warnings.extend(doubt.filter(|doubt| !warnings.contains(doubt)));
    }
    let mut warn = |condition: bool, topic: Topic, sentence: &str| {
        if condition {
            warnings.push(Warning::new(topic, sentence));
        }
    };
    warn(
        info.presentation_intent == "FOR PROCESSING",
        Topic::Kind,
        "The picture is FOR PROCESSING: detector data before the maker's image processing.",
    );
    warn(
        attributes.text(tags::LOSSY_IMAGE_COMPRESSION) == "01",
        Topic::File,
        "The picture has been lossily compressed.",
    );
    warn(
        attributes.text(tags::BURNED_IN_ANNOTATION) == "YES",
        Topic::Identity,
        "Annotations, perhaps with the patient's identity, are burned into the picture.",
    );
    warnings
}

/// Warnings about text that is not what it should be.
pub(super) fn text_warnings(attributes: &Attributes<'_>) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for (tag, name) in [
        (tags::STUDY_DATE, "Study Date"),
        (tags::PATIENT_BIRTH_DATE, "Patient's Birth Date"),
    ] {
        let date = attributes.text(tag);
        if !date.is_empty() && !is_date(&date) {
            warnings.push(Warning::new(
                Topic::Identity,
                format!("{name} is not a date."),
            ));
        }
    }
    let shown = [
        tags::PATIENT_NAME,
        tags::PATIENT_ID,
        tags::ACCESSION_NUMBER,
        tags::STUDY_DATE,
        tags::STUDY_DESCRIPTION,
        tags::SERIES_DESCRIPTION,
        tags::BODY_PART_EXAMINED,
    ];
    let texts = shown.map(|tag| attributes.raw_text(tag));
    if texts.iter().any(|text| text.contains(is_steering)) {
        warnings.push(Warning::new(
            Topic::Identity,
            "Control characters were removed from the patient's or study's text.",
        ));
    }
    if texts.iter().any(|text| text.contains(UNDECODED)) {
        warnings.push(Warning::new(Topic::Identity, undecoded(attributes)));
    }
    warnings
}

/// Says that text is incomplete, and which character set is to blame where that is known.
fn undecoded(attributes: &Attributes<'_>) -> String {
    let unknown = attributes.unknown_character_sets();
    let reason = if unknown.is_empty() {
        "it does not follow the character set that the file states".to_owned()
    } else {
        let terms: Vec<_> = unknown.iter().map(|term| printable(term)).collect();
        let terms: String = terms.join(", ").chars().take(80).collect();
        format!("the character set {terms} is not known")
    };
    format!(
        "Part of the patient's or study's text could not be read: {reason}. {UNDECODED} stands for what is missing."
    )
}

/// `YYYYMMDD`, or `YYYY.MM.DD` of ACR-NEMA days (PS3.5 table 6.2-1).
fn is_date(text: &str) -> bool {
    let digits: String = text.chars().filter(|&c| c != '.').collect();
    let part =
        |range: std::ops::Range<usize>| digits.get(range).and_then(|part| part.parse::<u32>().ok());
    digits.len() == 8
        && digits.bytes().all(|b| b.is_ascii_digit())
        && matches!((part(4..6), part(6..8)), (Some(1..=12), Some(1..=31)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        assert!(is_date("20240229"));
        assert!(is_date("1998.12.31"));
        assert!(!is_date("2024-13-45"));
        assert!(!is_date("20241301"));
    }
}
