//! Synthetic nodules: laid on a radiograph, and what is left of their contrast in a soft-tissue image.
//!
//! Owns the shape of a nodule, how it enters a radiograph's stored values, where in the lungs it may lie, and the measure
//! of what is kept. Knows no network. A radiograph with a nodule is nobody's: it stays in memory, for the screen and for
//! tables, and no writer of patients' pictures takes it.
//!
//! ```text
//! lungs, bone layer -> places -> Nodule --laid_on--> radiograph --(pipeline)--> soft-tissue image --kept--> share
//! ```

mod insertion;
mod kept;
mod nodule;
mod places;
mod planting;

pub use insertion::{LesionError, Planted, laid_on};
pub use kept::kept;
pub use nodule::Nodule;
pub use places::{BoneHeight, Ground, Place, places};
pub use planting::{CONTRASTS, DIAMETERS_MM, Plant, plant};

/// Longest side of a chest radiograph where the file states no spacing, mm: a detector of 43 cm.
pub const ASSUMED_SIDE_MM: f64 = 430.0;
