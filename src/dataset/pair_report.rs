//! What was measured of a pair.

use super::mates::{MOST_MOTION_PX, MOST_SHIFT_PX};
use super::registration::Registration;
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
    /// Whether it lies so far off that it should be registered.
    pub advised: bool,
    /// Whether places moved by themselves so far that no registration of the whole mends it.
    pub moved: bool,
}

impl RegistrationReport {
    /// The figures of pictures of `height` pixels.
    pub(super) fn new(found: &Registration, height: usize) -> Self {
        let unit = height as f64 / 1024.0;
        Self {
            shift_px: found.shift_px,
            growth_percent: found.growth_percent,
            turn_degrees: found.turn_degrees,
            farthest_px: found.farthest_px,
            local_px: found.local_px,
            agreement: [found.agreement, found.agreement_registered],
            advised: found.farthest_px > MOST_SHIFT_PX * unit,
            moved: found.local_px > MOST_MOTION_PX * unit,
        }
    }
}
