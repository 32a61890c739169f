//! Why a CT series cannot be projected.

use crate::formats::FormatError;

/// Why a CT series cannot be projected; each sentence says what to do.
#[derive(Debug, thiserror::Error)]
pub enum CtError {
    /// No slice was found.
    #[error("no CT slices are there; give the folder of one axial series, or its files")]
    NoSlices,
    /// Slices of several series.
    #[error("the slices belong to {series} series; give the folder or the files of one of them")]
    MixedSeries {
        /// How many.
        series: usize,
    },
    /// Slices that do not lie square to the patient's long axis.
    #[error(
        "the slices are not square to the body's long axis ({what}); give an axial series without gantry tilt"
    )]
    NotAxial {
        /// What shows it.
        what: String,
    },
    /// Slices with grids of their own.
    #[error("the slices do not share one grid ({what}); give one series as the scanner made it")]
    UnevenGrid {
        /// What differs.
        what: String,
    },
    /// A gap in the series.
    #[error(
        "slices are missing: {gap_mm:.2} mm lie between two neighbours that should be {spacing_mm:.2} mm apart; copy the whole series"
    )]
    MissingSlices {
        /// The gap found.
        gap_mm: f64,
        /// The usual distance.
        spacing_mm: f64,
    },
    /// Two slices in one place.
    #[error("two slices lie in one place, at {z_mm:.1} mm; give each slice once")]
    DoubleSlice {
        /// Where, along the body's long axis.
        z_mm: f64,
    },
    /// Too few slices for a chest.
    #[error(
        "the series covers {length_mm:.0} mm of the body with {slices} slices; a chest needs {needed_mm:.0} mm at least"
    )]
    TooShort {
        /// Length covered.
        length_mm: f64,
        /// Slices found.
        slices: usize,
        /// Length asked for.
        needed_mm: f64,
    },
    /// A volume beyond memory.
    #[error(
        "the series has {voxels} voxels, more than {limit}; give a reconstruction with fewer pixels or slices"
    )]
    TooLarge {
        /// Voxels found.
        voxels: usize,
        /// The limit.
        limit: usize,
    },
    /// No lungs.
    #[error("no lungs are found in the series; give a chest CT in Hounsfield units")]
    NoLungs,
    /// A voltage no tube has.
    #[error(
        "tube voltages of {low_kv} and {high_kv} kV cannot be projected; give two between 40 and 150, the lower first"
    )]
    TubeVoltage {
        /// Of the soft exposure.
        low_kv: f64,
        /// Of the hard exposure.
        high_kv: f64,
    },
    /// A turn that no patient takes.
    #[error("a turn of {degrees} degrees cannot be projected; give at most 30")]
    Turn {
        /// Turn asked for.
        degrees: f64,
    },
    /// A file could not be read.
    #[error(transparent)]
    Read(#[from] FormatError),
}
