//! What was measured of a pair.

use super::registration::Registration;
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
    /// Width and height of the radiograph.
    pub size: (usize, usize),
    /// Height of a pixel, mm.
    pub row_mm: Option<f64>,
    /// SHA-256 of the radiograph's stored values.
    pub pixels_sha256: String,
    /// How the soft-tissue image lies on it; `None` where that could not be found.
    pub registration: Option<RegistrationReport>,
    /// How it differs in tone.
    pub tone: Option<Tone>,
    /// The radiograph's finer structure, for likeness.
    #[serde(skip)]
    pub(super) small: Vec<f32>,
    /// Its coarse shape, for polarity.
    #[serde(skip)]
    pub(super) coarse: Vec<f32>,
}

/// The figures of a [`Registration`], pixels of the radiograph.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RegistrationReport {
    /// Columns and rows that the soft-tissue image lies to the right and below.
    pub shift_px: [f64; 2],
    /// How much larger it is, per cent.
    pub growth_percent: f64,
    /// How far it is turned, degrees.
    pub turn_degrees: f64,
    /// Longest way of a corner.
    pub farthest_px: f64,
    /// How far places moved by themselves.
    pub local_px: f64,
    /// Correlation of the outlines as they are, and registered.
    pub agreement: [f64; 2],
}

impl From<&Registration> for RegistrationReport {
    fn from(found: &Registration) -> Self {
        Self {
            shift_px: found.shift_px,
            growth_percent: found.growth_percent,
            turn_degrees: found.turn_degrees,
            farthest_px: found.farthest_px,
            local_px: found.local_px,
            agreement: [found.agreement, found.agreement_registered],
        }
    }
}
