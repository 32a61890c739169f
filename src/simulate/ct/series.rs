//! A series put together from its slices.

use super::CtError;
use crate::dataset::patient_sha256;
use crate::formats::{CtSlice, Search, find_radiographs, hexadecimal, read_ct_slice};
use crate::radiograph::StudyInfo;
use sha2::{Digest as _, Sha256};
use std::collections::HashSet;
use std::path::PathBuf;

/// Largest deviation of a unit vector from its axis: about a twentieth of a degree.
const AXIS_TOLERANCE: f64 = 1e-3;
/// Largest stated tilt of the gantry, degrees.
const MAX_TILT_DEG: f64 = 0.1;
/// How far first pixels may lie beside each other, mm.
const SIDEWAYS_MM: f64 = 0.5;
/// Distances between neighbours may differ from the usual one by this share.
const UNEVEN_SHARE: f64 = 0.1;
/// Shortest series taken for a chest, mm.
const SHORTEST_MM: f64 = 150.0;
/// Digits of a checksum that names a patient without Patient ID.
const PATIENT_DIGITS: usize = 16;
/// Most voxels taken: 4 GiB of working memory.
const MAX_VOXELS: usize = 1 << 29;

/// Hounsfield units on an even grid.
#[derive(Debug, Clone, PartialEq)]
pub struct CtVolume {
    /// Value of voxel `(x, y, z)` at `(z * ny + y) * nx + x`.
    pub(super) hounsfield: Vec<i16>,
    /// Voxels to the patient's left, to the back, to the head.
    pub(super) size: [usize; 3],
    /// Distance between voxels along the same axes, mm.
    pub(super) spacing_mm: [f64; 3],
    /// Stated thickness of the slices, mm; their distance where none is stated.
    thickness_mm: f64,
    /// Series Instance UID.
    pub(super) series: String,
    /// Who was scanned: a checksum.
    pub(super) patient: String,
}

impl CtVolume {
    /// Reads a series from its folder, or from its files.
    ///
    /// # Errors
    /// [`CtError`] for files that are no CT, slices of several series, a tilted gantry, missing or
    /// doubled slices, and series too short or too large.
    pub fn read(paths: &[PathBuf]) -> Result<Self, CtError> {
        let found = find_radiographs(paths, &Search::default());
        let slices = found
            .files
            .iter()
            .map(|file| read_ct_slice(file))
            .collect::<Result<Vec<_>, _>>()?;
        Self::from_slices(slices)
    }

    /// Puts slices together, in whatever order they come.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn from_slices(mut slices: Vec<CtSlice>) -> Result<Self, CtError> {
        let first = slices.first().ok_or(CtError::NoSlices)?.clone();
        let series: HashSet<&str> = slices.iter().map(|s| s.series.as_str()).collect();
        if series.len() > 1 {
            return Err(CtError::MixedSeries {
                series: series.len(),
            });
        }
        for slice in &slices {
            refuse_tilt(slice)?;
            refuse_other_grid(&first, slice)?;
        }
        slices.sort_by(|a, b| a.position_mm[2].total_cmp(&b.position_mm[2]));
        let spacing_mm = even_spacing(&slices)?;
        let (width, height) = first.hounsfield.size();
        let size = [width, height, slices.len()];
        let voxels = size.iter().product();
        if voxels > MAX_VOXELS {
            return Err(CtError::TooLarge {
                voxels,
                limit: MAX_VOXELS,
            });
        }
        let mut hounsfield = Vec::with_capacity(voxels);
        for slice in &slices {
            append_upright(&mut hounsfield, slice);
        }
        Ok(Self {
            hounsfield,
            size,
            spacing_mm: [first.col_mm, first.row_mm, spacing_mm],
            thickness_mm: first.thickness_mm.unwrap_or(spacing_mm).max(spacing_mm),
            patient: patient_of(&first),
            series: first.series,
        })
    }

    /// Number of slices.
    pub fn num_slices(&self) -> usize {
        self.size[2]
    }

    /// Thickness of a slice or, where larger, the distance between two, mm.
    pub fn thickness_mm(&self) -> f64 {
        self.thickness_mm
    }
}

/// A checksum of the patient: of the Patient ID where there is one, which other files of the patient have too, or else of
/// the study, or of the series.
fn patient_of(slice: &CtSlice) -> String {
    let [patient_id, issuer_of_patient_id] = slice.patient.clone();
    let info = StudyInfo {
        patient_id,
        issuer_of_patient_id,
        ..StudyInfo::default()
    };
    patient_sha256(&info).unwrap_or_else(|| {
        let uid = [&slice.study, &slice.series]
            .into_iter()
            .find(|uid| !uid.is_empty());
        hexadecimal(&Sha256::digest(uid.map_or("", String::as_str)))
            .chars()
            .take(PATIENT_DIGITS)
            .collect()
    })
}

/// Refuses slices whose axes are not the patient's.
fn refuse_tilt(slice: &CtSlice) -> Result<(), CtError> {
    let tilted = |what: String| Err(CtError::NotAxial { what });
    if slice.tilt_deg.abs() > MAX_TILT_DEG {
        return tilted(format!(
            "the gantry was tilted by {:.1} degrees",
            slice.tilt_deg
        ));
    }
    let along_axis = |vector: [f64; 3], axis: usize| {
        (vector[axis].abs() - 1.0).abs() < AXIS_TOLERANCE
            && (0..3).all(|i| i == axis || vector[i].abs() < 30.0 * AXIS_TOLERANCE)
    };
    if !along_axis(slice.along_row, 0) || !along_axis(slice.down_column, 1) {
        return tilted("their orientation says so".to_owned());
    }
    Ok(())
}

fn refuse_other_grid(first: &CtSlice, slice: &CtSlice) -> Result<(), CtError> {
    let uneven = |what: &str| {
        Err(CtError::UnevenGrid {
            what: what.to_owned(),
        })
    };
    if first.hounsfield.size() != slice.hounsfield.size() {
        return uneven("their sizes differ");
    }
    let same = |a: f64, b: f64| (a - b).abs() < 1e-4 * a.abs();
    if !same(first.row_mm, slice.row_mm) || !same(first.col_mm, slice.col_mm) {
        return uneven("the sizes of their pixels differ");
    }
    let dot = |a: [f64; 3], b: [f64; 3]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    if dot(first.along_row, slice.along_row) < 0.9
        || dot(first.down_column, slice.down_column) < 0.9
    {
        return uneven("some are mirrored");
    }
    let aside = (0..2).map(|axis| (first.position_mm[axis] - slice.position_mm[axis]).abs());
    if aside.fold(0.0, f64::max) > SIDEWAYS_MM {
        return Err(CtError::NotAxial {
            what: "they lie beside each other".to_owned(),
        });
    }
    Ok(())
}

/// The distance between neighbours, where it is the same all along.
fn even_spacing(sorted: &[CtSlice]) -> Result<f64, CtError> {
    let gaps = || {
        sorted
            .windows(2)
            .map(|pair| pair[1].position_mm[2] - pair[0].position_mm[2])
    };
    let mut ordered: Vec<f64> = gaps().collect();
    ordered.sort_by(f64::total_cmp);
    let usual = ordered.get(ordered.len() / 2).copied().unwrap_or(0.0);
    for (pair, gap_mm) in sorted.windows(2).zip(gaps()) {
        if gap_mm < 0.01 {
            return Err(CtError::DoubleSlice {
                z_mm: pair[0].position_mm[2],
            });
        }
        if (gap_mm - usual).abs() > UNEVEN_SHARE * usual {
            return Err(CtError::MissingSlices {
                gap_mm: gap_mm.max(usual),
                spacing_mm: gap_mm.min(usual),
            });
        }
    }
    let length_mm = usual * sorted.len() as f64;
    if length_mm < SHORTEST_MM {
        return Err(CtError::TooShort {
            length_mm,
            slices: sorted.len(),
            needed_mm: SHORTEST_MM,
        });
    }
    Ok(usual)
}

/// Appends one slice with `x` growing to the patient's left and `y` to the back.
fn append_upright(volume: &mut Vec<i16>, slice: &CtSlice) {
    let (_, height) = slice.hounsfield.size();
    for y in 0..height {
        let row = if slice.down_column[1] < 0.0 {
            height - 1 - y
        } else {
            y
        };
        let row = slice.hounsfield.row(row).unwrap_or(&[]);
        if slice.along_row[0] < 0.0 {
            volume.extend(row.iter().rev());
        } else {
            volume.extend(row);
        }
    }
}
