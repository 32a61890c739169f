//! One radiograph with everything needed to show and measure it.

use super::{BitDepth, ModalityTransform, PixelSpacing, Polarity, StoredValues, Voi};
use crate::radiograph::{Topic, Warning};
use std::path::PathBuf;

/// Names a radiograph inside one run of the program: SOP Instance UID and a hash of its stored values
/// (duplicated UIDs occur), or the file's path where there is no UID.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StudyId(pub String);

/// What kind of file a radiograph came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileKind {
    /// DICOM with its Transfer Syntax UID.
    Dicom {
        /// Transfer Syntax UID (0002,0010).
        transfer_syntax: String,
    },
    /// Portable Network Graphics.
    Png,
    /// Tagged Image File Format.
    Tiff,
    /// JPEG (JFIF), 8 bit.
    Jpeg,
    /// Made by the phantom, never read from a file.
    Phantom,
}

/// Where a radiograph came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Path as given by the user.
    pub path: PathBuf,
    /// Kind of file.
    pub kind: FileKind,
}

/// What the file says about patient and acquisition, as text ready to show; empty where absent.
///
/// Patient data: for the screen and derived objects, never for a log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StudyInfo {
    /// Patient's Name (0010,0010).
    pub patient_name: String,
    /// Patient ID (0010,0020).
    pub patient_id: String,
    /// Issuer of Patient ID (0010,0021): equal IDs of different issuers are different patients.
    pub issuer_of_patient_id: String,
    /// Patient's Birth Date (0010,0030), `YYYYMMDD`.
    pub birth_date: String,
    /// Patient's Sex (0010,0040).
    pub sex: String,
    /// Patient's Age (0010,1010).
    pub age: String,
    /// Study Date (0008,0020), `YYYYMMDD`.
    pub study_date: String,
    /// Study Time (0008,0030).
    pub study_time: String,
    /// When the image was taken: `YYYYMMDDHHMMSS`, a fraction and the zone where they are stated (0008,002A), else of its date
    /// and time (0008,0022 and 0008,0032); empty where either is not stated.
    pub taken_at: String,
    /// Accession Number (0008,0050).
    pub accession: String,
    /// Modality (0008,0060).
    pub modality: String,
    /// View Position (0018,5101).
    pub view_position: String,
    /// Image Laterality (0020,0062) or Laterality (0020,0060).
    pub laterality: String,
    /// Body Part Examined (0018,0015).
    pub body_part: String,
    /// Patient Orientation (0020,0020), as `row\column`.
    pub orientation: String,
    /// Photometric Interpretation (0028,0004), or the raster format's own word.
    pub photometric: String,
    /// Image Type (0008,0008), components joined by `\`.
    pub image_type: String,
    /// Presentation Intent Type (0008,0068).
    pub presentation_intent: String,
    /// SOP Instance UID (0008,0018).
    pub sop_instance_uid: String,
    /// Study Instance UID (0020,000D).
    pub study_instance_uid: String,
    /// Study Description (0008,1030).
    pub study_description: String,
    /// Series Instance UID (0020,000E).
    pub series_instance_uid: String,
    /// Series Number (0020,0011).
    pub series_number: String,
    /// Series Description (0008,103E).
    pub series_description: String,
    /// Pixel Spacing Calibration Description (0028,0A04): how Pixel Spacing was calibrated, in the file's own words;
    /// empty where another attribute states the size of a pixel.
    pub calibration: String,
    /// What this program says it made of a radiograph, where the file is a picture of its own; empty for all others.
    pub derived: String,
    /// That the picture was compressed lossily, with ratio and method where they are stated; empty where it was not.
    pub lossy_compression: String,
}

/// Modality (0008,0060) of projection radiographs.
const RADIOGRAPHY: [&str; 3] = ["CR", "DX", "RG"];
/// View Position (0018,5101) of views that are not frontal (PS3.3 C.8.11.5, and what older devices write).
const NOT_FRONTAL: [&str; 9] = [
    "LL", "RL", "LAT", "LATERAL", "LLAT", "LLD", "RLD", "RLO", "LLO",
];
/// Said of a radiograph whose polarity is not the file's.
const TURNED: &str = "Black and white were exchanged against what the file says.";
/// Words of Body Part Examined (0018,0015) that show the lungs.
const CHEST: [&str; 4] = ["CHEST", "THORAX", "LUNG", "RIB"];

/// What other programs, and this one, call a picture without its bones, in capitals and single spaces.
const SUPPRESSED: [&str; 8] = [
    "BONE SUPPRESS",
    "BONES SUPPRESS",
    "RIB SUPPRESS",
    "RIBS SUPPRESS",
    "SUPPRESSED BONE",
    "SOFT TISSUE",
    "SOFTVIEW",
    "CLEARREAD",
];

/// The doubt that a description raises, Series or Derivation Description or Image Type, where it tells of a picture
/// whose bones were taken already.
pub fn doubt_of_suppression(description: &str) -> Option<Warning> {
    let capitals = description.to_uppercase();
    let words = capitals.split(|c: char| !c.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let words = words.join(" ");
    let told = SUPPRESSED.iter().any(|name| words.contains(name));
    told.then(|| {
        let text = "The bones seem to have been taken from this picture already (as its description says); the networks know only radiographs with bones.";
        Warning::new(Topic::Kind, text)
    })
}

impl StudyInfo {
    /// Warnings about an acquisition that is not a frontal chest radiograph; what is not stated raises none.
    ///
    /// Reading a file puts them among the [`Radiograph::warnings`]: who judges a radiograph later need
    /// not say them again.
    pub fn doubts(&self) -> Vec<Warning> {
        let mut doubts = Vec::new();
        let mut doubt = |text: String| doubts.push(Warning::new(Topic::Kind, text));
        let modality = self.modality.trim().to_uppercase();
        if !modality.is_empty() && !RADIOGRAPHY.contains(&modality.as_str()) {
            doubt(format!(
                "Modality is {modality}, not a projection radiograph (CR, DX, RG)."
            ));
        }
        let body_part = self.body_part.trim().to_uppercase();
        if !body_part.is_empty() && !CHEST.iter().any(|word| body_part.contains(word)) {
            doubt(format!("Body Part Examined is {body_part}, not the chest."));
        }
        let view = self.view_position.trim().to_uppercase();
        if NOT_FRONTAL.contains(&view.as_str()) {
            doubt(format!("View Position is {view}, not frontal."));
        }
        doubts.extend(doubt_of_suppression(&self.image_type));
        if !self.derived.is_empty() {
            doubts.push(doubt_of_suppression(&self.derived).unwrap_or_else(|| {
                let text = format!(
                    "This is no radiograph but a picture that this program made of one: {}.",
                    self.derived
                );
                Warning::new(Topic::Kind, text)
            }));
        }
        doubts
    }
}

/// An immutable radiograph.
#[derive(Debug, Clone, PartialEq)]
pub struct Radiograph {
    /// Its name in this run.
    pub id: StudyId,
    /// Where it came from.
    pub source: SourceFile,
    /// The numbers in the file.
    pub stored: StoredValues,
    /// Bits of a stored value.
    pub bits: BitDepth,
    /// Stored to modality value.
    pub modality: ModalityTransform,
    /// Ways to turn modality values into grey, the file's first choice first; never empty after reading.
    pub vois: Vec<Voi>,
    /// Whether `vois` came from the file (`true`) or from the range of its values.
    pub vois_from_file: bool,
    /// Which end is white.
    pub polarity: Polarity,
    /// Inclusive range of stored values that are padding, not anatomy (0028,0120 and 0028,0121).
    pub padding: Option<(i32, i32)>,
    /// Size of a pixel, where known.
    pub spacing: Option<PixelSpacing>,
    /// Patient and acquisition.
    pub info: StudyInfo,
    /// What the reader should know before trusting the picture.
    pub warnings: Vec<Warning>,
}

impl Radiograph {
    /// Width and height in pixels.
    pub fn size(&self) -> (usize, usize) {
        self.stored.size()
    }

    /// Smallest and largest modality value that occurs outside padding; `(0, 1)` of the stored values where there is
    /// nothing else. Walks every pixel.
    pub fn modality_range(&self) -> (f64, f64) {
        let stored = self.stored.iter();
        let anatomy = stored.filter(|&value| !self.is_padding(value));
        let values = anatomy.map(|value| self.modality.apply(value));
        let range = values.fold(None, |range: Option<(f64, f64)>, v| {
            Some(range.map_or((v, v), |(low, high)| (low.min(v), high.max(v))))
        });
        range.unwrap_or_else(|| {
            let [a, b] = [0, 1].map(|stored| self.modality.apply(stored));
            (a.min(b), a.max(b))
        })
    }

    /// The same radiograph with black and white exchanged, for a file that states its polarity wrongly; a warning
    /// says so. Done twice, it is the radiograph as it was.
    #[must_use]
    pub fn with_polarity_turned(&self) -> Self {
        let mut turned = self.clone();
        turned.polarity = match self.polarity {
            Polarity::HighIsWhite => Polarity::LowIsWhite,
            Polarity::LowIsWhite => Polarity::HighIsWhite,
        };
        let told = Warning::new(Topic::Polarity, TURNED);
        if self.warnings.contains(&told) {
            turned.warnings.retain(|warning| *warning != told);
        } else {
            turned.warnings.push(told);
        }
        turned
    }

    /// Whether a stored value is padding, not anatomy.
    pub fn is_padding(&self, stored: i32) -> bool {
        let range = self.padding;
        range.is_some_and(|(first, last)| (first..=last).contains(&stored))
    }

    /// Height of a pixel over its width; 1 where the file does not say.
    pub fn pixel_aspect(&self) -> f64 {
        let spacing = self.spacing;
        spacing.map_or(1.0, |spacing| spacing.row_mm / spacing.col_mm)
    }

    /// File name without folder and extension, for output names.
    pub fn stem(&self) -> String {
        let stem = self
            .source
            .path
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned());
        stem.unwrap_or_else(|| "radiograph".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(modality: &str, body_part: &str, view: &str) -> StudyInfo {
        StudyInfo {
            modality: modality.into(),
            body_part: body_part.into(),
            view_position: view.into(),
            ..StudyInfo::default()
        }
    }

    #[test]
    fn a_picture_without_bones_is_named() {
        for told in [
            "DERIVED\\SECONDARY\\BONE_SUPPRESSED",
            "ClearRead bone suppression",
            "Chest PA soft-tissue",
        ] {
            assert!(doubt_of_suppression(told).is_some(), "{told}");
        }
        for told in ["", "ORIGINAL\\PRIMARY", "Chest PA, ribs", "Bone age"] {
            assert!(doubt_of_suppression(told).is_none(), "{told}");
        }
        let derived = StudyInfo {
            image_type: "DERIVED\\PRIMARY\\BONE_SUPPRESSED".into(),
            ..info("DX", "CHEST", "PA")
        };
        assert_eq!(derived.doubts().len(), 1, "{:?}", derived.doubts());
    }

    #[test]
    fn a_lateral_view_is_named() {
        for view in ["LAT", "LL", "rl", "LATERAL"] {
            let doubts = info("DX", "CHEST", view).doubts();
            assert!(doubts[0].text.contains("not frontal"), "{doubts:?}");
        }
    }

    #[test]
    fn only_what_is_stated_and_no_frontal_chest_raises_doubts() {
        for sound in [
            info("DX", "CHEST", "PA"),
            info("CR", "Ribs", "AP"),
            info("", "", ""),
        ] {
            assert!(sound.doubts().is_empty(), "{:?}", sound.doubts());
        }
        let doubts = info("CT", "hand", "LLAT").doubts();
        assert_eq!(doubts.len(), 3, "{doubts:?}");
        assert!(doubts[1].text.contains("HAND, not the chest"), "{doubts:?}");
    }
}
