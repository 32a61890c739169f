//! Reading one image file as display values.

use crate::dataset::patient_sha256;
use crate::display::{display_image, percentile_window};
use crate::formats::{self, stored_fingerprint};
use crate::radiograph::{FloatImage, Radiograph, Raster, Voi};
use crate::train::TrainError;
use std::path::Path;

/// A radiograph that was read.
pub(super) struct Shown {
    /// Display values in `[0, 1]`.
    pub(super) values: FloatImage,
    /// The window that they were read under.
    pub(super) voi: Voi,
    /// Bits of a stored value.
    bits: u16,
    /// Checksums of the patient, where the file names one, and of the stored values: who and what it shows, under
    /// whatever name.
    pub(super) keys: Vec<String>,
}

/// The radiograph in `path`.
pub(super) fn radiograph(path: &Path) -> Result<Shown, TrainError> {
    let radiograph = open(path)?;
    let voi = radiograph
        .vois
        .first()
        .cloned()
        .unwrap_or_else(|| percentile_window(&radiograph, None, 0.0, 100.0));
    let mut keys = vec![stored_fingerprint(&radiograph.stored)];
    keys.extend(patient_sha256(&radiograph.info));
    Ok(Shown {
        values: display_image(&radiograph, &voi),
        bits: radiograph.bits.stored,
        voi,
        keys,
    })
}

/// The soft-tissue image in `path` under the window of its radiograph: a window of its own would hide
/// the very difference that is to be learned. With another number of bits it would be black or white there.
pub(super) fn soft_tissue(path: &Path, shown: &Shown) -> Result<FloatImage, TrainError> {
    let soft_tissue = open(path)?;
    let (bits, ours) = (soft_tissue.bits.stored, shown.bits);
    if bits != ours {
        let reason = format!("the soft-tissue image has {bits} bits, its radiograph {ours}");
        return Err(TrainError::data(path, reason));
    }
    Ok(display_image(&soft_tissue, &shown.voi))
}

/// The file's stored values as they are: masks and labels.
pub(super) fn labels(path: &Path) -> Result<Raster<i32>, TrainError> {
    let radiograph = open(path)?;
    let (width, height) = radiograph.size();
    Raster::new(width, height, radiograph.stored.iter().collect())
        .map_err(|err| TrainError::data(path, err.to_string()))
}

fn open(path: &Path) -> Result<Radiograph, TrainError> {
    Ok(formats::read(path)?)
}
