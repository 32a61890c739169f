//! How a soft-tissue image lies on its radiograph, and whether that calls for something.

use super::mates::{MOST_MOTION_PX, MOST_SHIFT_PX};
use super::registration::Registration;
use serde::Serialize;

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
