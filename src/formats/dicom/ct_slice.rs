//! One slice of a CT series: Hounsfield units with their place in the patient (PS3.3 C.8.2).

use super::super::Problem;
use super::attributes::{Attributes, WANTED};
use super::element::describe;
use super::{decode, header, part10, photometric, scan, stored};
use crate::radiograph::Raster;
use dicom_core::Tag;
use dicom_dictionary_std::tags;

/// Hounsfield units of air: what padding stands for.
const AIR_HU: i16 = -1000;

/// One slice, in the patient's coordinates: `x` to the left, `y` to the back, `z` to the head, mm.
#[derive(Debug, Clone, PartialEq)]
pub struct CtSlice {
    /// Patient ID and its issuer; empty where not stated. For a checksum, not for a screen or a log.
    pub patient: [String; 2],
    /// Study Instance UID.
    pub study: String,
    /// Series Instance UID.
    pub series: String,
    /// Hounsfield units.
    pub hounsfield: Raster<i16>,
    /// Centre of the first pixel.
    pub position_mm: [f64; 3],
    /// Unit vector along a row, towards growing columns.
    pub along_row: [f64; 3],
    /// Unit vector down a column, towards growing rows.
    pub down_column: [f64; 3],
    /// Distance between rows.
    pub row_mm: f64,
    /// Distance between columns.
    pub col_mm: f64,
    /// Stated thickness of the slice.
    pub thickness_mm: Option<f64>,
    /// Gantry/Detector Tilt, degrees; 0 where not stated.
    pub tilt_deg: f64,
}

/// Attributes of slices, beside those of every picture.
const WANTED_OF_SLICES: &[Tag] = &[
    tags::IMAGE_POSITION_PATIENT,
    tags::IMAGE_ORIENTATION_PATIENT,
    tags::SLICE_THICKNESS,
    tags::GANTRY_DETECTOR_TILT,
];

/// Reads one slice.
///
/// # Errors
/// [`Problem::NotCt`] for pictures of another kind, localisers and multi-frame files; otherwise as
/// reading a radiograph.
pub(in crate::formats) fn read_ct_slice(bytes: &[u8]) -> Result<CtSlice, Problem> {
    let file = part10::open(bytes)?;
    let dataset = file.dataset.as_ref();
    let scan = scan::scan(dataset, file.syntax.encoding)?;
    let wanted: Vec<Tag> = WANTED.iter().chain(WANTED_OF_SLICES).copied().collect();
    let attributes = Attributes::parse(&scan.subset(dataset, &wanted), file.syntax.encoding)?;
    refuse_other_kinds(&attributes)?;
    let place = scan.pixel_data.as_ref().ok_or_else(|| Problem::NotCt {
        what: "it holds no picture".to_owned(),
    })?;
    let header = header::validate(&attributes)?;
    if header.num_frames > 1 {
        return Err(Problem::NotCt {
            what: "it holds many frames; export one file for each slice".to_owned(),
        });
    }
    let mut warnings = Vec::new();
    let cells = decode::first_frame(dataset, place, &file.syntax, &header, &mut warnings)?;
    let (stored, _) = stored::stored_values(&cells, &header)?;
    let modality = photometric::modality_transform(&attributes, &header)?;
    let padding = photometric::padding(&attributes, &header);
    let hounsfield = stored.iter().map(|value| {
        if padding.is_some_and(|(low, high)| (low..=high).contains(&value)) {
            AIR_HU
        } else {
            modality.apply(value).round() as i16
        }
    });
    let hounsfield = Raster::new(header.cols, header.rows, hounsfield.collect());
    let vectors: [f64; 6] = exactly(&attributes, tags::IMAGE_ORIENTATION_PATIENT)?;
    let [ax, ay, az, dx, dy, dz] = vectors;
    let [row_mm, col_mm] = exactly(&attributes, tags::PIXEL_SPACING)?;
    Ok(CtSlice {
        patient: [tags::PATIENT_ID, tags::ISSUER_OF_PATIENT_ID].map(|tag| attributes.text(tag)),
        study: attributes.text(tags::STUDY_INSTANCE_UID),
        series: attributes.text(tags::SERIES_INSTANCE_UID),
        hounsfield: hounsfield.map_err(|err| Problem::CorruptCodestream {
            what: err.to_string(),
        })?,
        position_mm: exactly(&attributes, tags::IMAGE_POSITION_PATIENT)?,
        along_row: [ax, ay, az],
        down_column: [dx, dy, dz],
        row_mm,
        col_mm,
        thickness_mm: attributes.number(tags::SLICE_THICKNESS)?,
        tilt_deg: attributes
            .number(tags::GANTRY_DETECTOR_TILT)?
            .unwrap_or(0.0),
    })
}

fn refuse_other_kinds(attributes: &Attributes<'_>) -> Result<(), Problem> {
    let modality = attributes.text(tags::MODALITY);
    let what = if modality != "CT" {
        format!("its modality is \"{modality}\"")
    } else if attributes.text(tags::IMAGE_TYPE).contains("LOCALIZER") {
        "it is the localiser, a scout view".to_owned()
    } else {
        return Ok(());
    };
    Err(Problem::NotCt { what })
}

/// An attribute of exactly `N` numbers.
fn exactly<const N: usize>(attributes: &Attributes<'_>, tag: Tag) -> Result<[f64; N], Problem> {
    let numbers = attributes.numbers(tag)?.ok_or_else(|| Problem::Missing {
        attribute: describe(tag),
    })?;
    let count = numbers.len();
    numbers
        .try_into()
        .map_err(|_numbers| Problem::Inconsistent {
            attribute: describe(tag),
            value: format!("{count} numbers"),
            expected: format!("{N} are asked for"),
        })
}
