//! What was measured of a pair.

use super::mates::LEAST_AGREEMENT;
use super::registration_report::RegistrationReport;
use super::thumbnail::PairThumbnails;
use super::tone::Tone;
use serde::Serialize;
use std::path::PathBuf;

/// What was measured of a pair.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairReport {
    /// What names it.
    pub name: String,
    /// The patient: a checksum where the file names one.
    pub patient: Option<String>,
    /// The radiograph.
    pub radiograph: PathBuf,
    /// The soft-tissue image.
    pub soft_tissue: PathBuf,
    /// The lung mask.
    pub lung_mask: Option<PathBuf>,
    /// Whether it is a phantom that `simulate` drew.
    pub is_phantom: bool,
    /// Width and height of the radiograph.
    pub size: (usize, usize),
    /// Height of a pixel, mm.
    pub row_mm: Option<f64>,
    /// SHA-256 of the radiograph's stored values.
    pub pixels_sha256: String,
    /// Checksums of the pictures that a registered copy was made of, by which patient and picture are known again there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub known_by: Vec<String>,
    /// How the soft-tissue image lies on it; `None` where that could not be found.
    pub registration: Option<RegistrationReport>,
    /// How it differs in tone.
    pub tone: Option<Tone>,
    /// Its pictures, small; `None` where they were not asked for.
    #[serde(skip)]
    pub thumbnails: Option<PairThumbnails>,
    /// The radiograph's finer structure, for likeness.
    #[serde(skip)]
    pub(super) small: Vec<f32>,
    /// Its coarse shape, for polarity.
    #[serde(skip)]
    pub(super) coarse: Vec<f32>,
}

impl PairReport {
    /// Whether the soft-tissue image lies off its radiograph and can be laid on it: whether a copy by
    /// [`super::register_dataset`] has it registered, unless that brings it no nearer.
    pub fn lies_off(&self) -> bool {
        let found = self.registration.as_ref();
        found.is_some_and(|found| found.advised && found.agreement[1] >= LEAST_AGREEMENT)
    }
}
