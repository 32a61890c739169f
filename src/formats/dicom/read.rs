//! Puts the parts together: file bytes to a radiograph.

use super::super::Problem;
use super::super::fingerprint::stored_fingerprint;
use super::attributes::{Attributes, WANTED};
use super::study::{acquisition_warnings, study_info, text_warnings};
use super::{decode, header, part10, photometric, scan, spacing, stored};
use crate::display::min_max_window;
use crate::radiograph::{FileKind, Radiograph, SourceFile, StoredValues, StudyId, Warning};
use dicom_dictionary_std::tags;
use std::path::Path;

/// Reads the first frame of a greyscale picture.
///
/// # Errors
/// A [`Problem`] for everything that would be shown wrongly.
pub(in crate::formats) fn read(path: &Path, bytes: &[u8]) -> Result<Radiograph, Problem> {
    let file = part10::open(bytes)?;
    let mut warnings = file.warnings;
    let dataset = file.dataset.as_ref();
    let scan = scan::scan(dataset, file.syntax.encoding)?;
    warnings.extend(scan.warnings.iter().cloned());
    let attributes = Attributes::parse(&scan.subset(dataset, WANTED), file.syntax.encoding)?;
    let place = scan
        .pixel_data
        .as_ref()
        .ok_or_else(|| no_pixel_data(&scan))?;
    let header = header::validate(&attributes)?;
    warnings.extend(header.warnings.iter().cloned());
    let cells = decode::first_frame(dataset, place, &file.syntax, &header, &mut warnings)?;
    let stored = first_frame(&cells, &header, &mut warnings)?;
    if scan.has_overlays() {
        warnings.push(Warning::file(
            "The file has graphic overlays, which are not shown.",
        ));
    }

    let modality = photometric::modality_transform(&attributes, &header)?;
    let polarity = photometric::polarity(&attributes, &header, &mut warnings);
    let padding = photometric::padding(&attributes, &header);
    let mut vois = photometric::values_of_interest(&attributes, &header, &modality, &mut warnings);
    let vois_from_file = !vois.is_empty();
    if !vois_from_file {
        vois.push(min_max_window(&stored, &modality, padding));
    }
    let info = study_info(&attributes, file.syntax.lossy);
    warnings.extend(acquisition_warnings(&attributes, &info));
    warnings.extend(text_warnings(&attributes));
    if file.syntax.lossy && attributes.text(tags::LOSSY_IMAGE_COMPRESSION) != "01" {
        warnings.push(Warning::file(
            "The picture is stored with lossy compression.",
        ));
    }
    let spacing = spacing::pixel_spacing(&attributes, &mut warnings);
    Ok(Radiograph {
        id: study_id(path, &info.sop_instance_uid, &stored),
        source: SourceFile {
            path: path.to_owned(),
            kind: FileKind::Dicom {
                transfer_syntax: file.syntax.uid,
            },
        },
        bits: header.bits,
        stored,
        modality,
        vois,
        vois_from_file,
        polarity,
        padding,
        spacing,
        info,
        warnings,
    })
}

fn first_frame(
    cells: &stored::Cells,
    header: &header::ImageHeader,
    warnings: &mut Vec<Warning>,
) -> Result<StoredValues, Problem> {
    if header.num_frames > 1 {
        warnings.push(Warning::file(format!(
            "The file holds {} frames; only the first is shown.",
            header.num_frames
        )));
    }
    let (stored, had_foreign_bits) = stored::stored_values(cells, header)?;
    if had_foreign_bits {
        warnings.push(Warning::file(
            "Unused bits of the pixels hold data, perhaps an old overlay; they were removed.",
        ));
    }
    Ok(stored)
}

/// Instance UIDs are found duplicated on other pictures, so the pixels are part of the name.
fn study_id(path: &Path, sop_instance_uid: &str, stored: &StoredValues) -> StudyId {
    if sop_instance_uid.is_empty() {
        return StudyId(path.display().to_string());
    }
    let fingerprint: String = stored_fingerprint(stored).chars().take(16).collect();
    StudyId(format!("{sop_instance_uid}#{fingerprint}"))
}

fn no_pixel_data(scan: &scan::Scan) -> Problem {
    let what = if scan.contains(tags::DIRECTORY_RECORD_SEQUENCE) {
        "it is a DICOMDIR; open its folder"
    } else if scan.contains(tags::FLOAT_PIXEL_DATA) || scan.contains(tags::DOUBLE_FLOAT_PIXEL_DATA)
    {
        "its values are floating point, which radiographs never are"
    } else {
        "there is no Pixel Data (7FE0,0010)"
    };
    Problem::NoPixelData {
        what: what.to_owned(),
    }
}
