//! Radiographs projected from a chest CT: real anatomy with bones that are known exactly.
//!
//! ```text
//! slices ─ series ─► CtVolume ─ tissue ─► soft and bone density, lungs (table gone)
//!        ─ projector ─► soft, bone, lung along every ray of a cone beam from behind
//!        ─ exposure ─► attenuation with and without bone at the tube's spectrum, with scatter
//!        ─ processing ─► radiograph, soft-tissue image, bone image, as phantoms
//! ```

mod error;
mod exposure;
mod geometry;
mod morphology;
mod projector;
mod series;
mod study;
mod tissue;
mod write;

pub use error::CtError;
pub use geometry::CtPose;
pub use series::CtVolume;
pub use study::{CtChest, CtConfig, CtSoft, CtStudy};
pub use write::write_projections;
