//! What a DICOM file says that pairs are told by.

use crate::formats;
use crate::radiograph::{FileKind, Radiograph, StudyInfo, doubt_of_suppression};
use std::path::{Path, PathBuf};

/// What an image of a dual-energy study shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    Radiograph,
    SoftTissue,
    Bone,
}

/// An image of a study.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DicomFile {
    pub(super) path: PathBuf,
    /// Patient, who numbered the patients, and study.
    pub(super) key: [String; 3],
    pub(super) shown: Shown,
    /// When it was taken, seconds since some day; `None` where date or time is not stated.
    pub(super) taken_secs: Option<f64>,
}

/// What a file is, as far as pairs are told by it.
pub(super) enum Content {
    Dicom(DicomFile),
    OtherPicture,
    Unreadable(String),
}

impl Content {
    /// Reads a file.
    pub(super) fn of(path: &Path) -> Self {
        match formats::read(path) {
            Err(err) => Self::Unreadable(err.problem.to_string()),
            Ok(radiograph) if !is_dicom(&radiograph) => Self::OtherPicture,
            Ok(Radiograph { info, .. }) => Self::Dicom(DicomFile {
                path: path.to_owned(),
                shown: shown_by(&info),
                taken_secs: seconds(&info.taken_at),
                key: [
                    info.patient_id,
                    info.issuer_of_patient_id,
                    info.study_instance_uid,
                ],
            }),
        }
    }
}

impl DicomFile {
    /// Whether both name one patient.
    pub(super) fn has_patient_of(&self, other: &Self) -> bool {
        let [patient, issuer, _] = &self.key;
        let [other, other_issuer, _] = &other.key;
        !patient.is_empty() && patient == other && issuer == other_issuer
    }

    /// Whether both were taken within so many seconds, as far as both say when.
    pub(super) fn was_taken_with(&self, other: &Self, most_secs: f64) -> bool {
        let both = self.taken_secs.zip(other.taken_secs);
        both.is_some_and(|(one, other)| (one - other).abs() <= most_secs)
    }
}

/// Seconds of a DICOM date and time, `YYYYMMDDHHMMSS` with or without a fraction: months count as 31 days, which puts no
/// two moments into another order and none of different days close together. What stands behind the seconds' fraction
/// (the zone) is left out.
fn seconds(date_time: &str) -> Option<f64> {
    let digits = date_time.get(..14)?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |from: usize, to: usize| digits.get(from..to)?.parse::<f64>().ok();
    let days = (number(0, 4)? * 12.0 + number(4, 6)?) * 31.0 + number(6, 8)?;
    let whole = (number(8, 10)? * 60.0 + number(10, 12)?) * 60.0 + number(12, 14)?;
    let fraction = date_time.get(14..).unwrap_or_default();
    let end = fraction.find(['+', '-']).unwrap_or(fraction.len());
    let fraction: f64 = fraction.get(..end)?.parse().unwrap_or(0.0);
    Some(days * 86_400.0 + whole + fraction)
}

fn is_dicom(radiograph: &Radiograph) -> bool {
    matches!(radiograph.source.kind, FileKind::Dicom { .. })
}

/// Told by Series Description (0008,103E) and Image Type (0008,0008), where vendors say it.
fn shown_by(info: &StudyInfo) -> Shown {
    let texts = [&info.series_description, &info.image_type];
    if texts
        .iter()
        .any(|text| doubt_of_suppression(text).is_some())
    {
        return Shown::SoftTissue;
    }
    let says_bone = |text: &&String| {
        let capitals = text.to_uppercase();
        let mut words = capitals.split(|c: char| !c.is_alphanumeric());
        words.any(|word| word == "BONE")
    };
    if texts.iter().any(says_bone) {
        Shown::Bone
    } else {
        Shown::Radiograph
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_told_with_their_fractions_and_not_without_a_date() {
        let apart = |one: &str, other: &str| seconds(other).unwrap() - seconds(one).unwrap();
        assert!((apart("20240131235959.9", "20240131235959.75+0100") + 0.15).abs() < 1e-4);
        assert!((apart("20240101080000", "20240101080105") - 65.0).abs() < 1e-4);
        assert!(apart("20240131235959", "20240201000000") >= 1.0);
        for unusable in ["", "080000", "20240101", "2024010108000x"] {
            assert_eq!(seconds(unusable), None, "{unusable}");
        }
    }

    #[test]
    fn an_image_is_told_by_what_its_series_says() {
        let shown = |series: &str, image_type: &str| {
            shown_by(&StudyInfo {
                series_description: series.to_owned(),
                image_type: image_type.to_owned(),
                ..StudyInfo::default()
            })
        };
        assert_eq!(shown("CHEST PA", "ORIGINAL\\PRIMARY"), Shown::Radiograph);
        assert_eq!(shown("CHEST PA SOFT TISSUE", ""), Shown::SoftTissue);
        assert_eq!(
            shown("", "DERIVED\\PRIMARY\\SOFT_TISSUE"),
            Shown::SoftTissue
        );
        assert_eq!(shown("Chest Bone", ""), Shown::Bone);
        assert_eq!(shown("Bone suppressed", ""), Shown::SoftTissue);
    }
}
