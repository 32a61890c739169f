//! Fusion of the global and the local result, and the way back to the native grid.
//!
//! Owns what happens to pictures after the decoder: cleaning the lung mask, putting the local
//! soft-tissue image into the global one (GL-LCM, Eq. 5), the authors' two tone corrections, and
//! the bone layer that is subtracted from the native pixels. Works on `f32` grids; knows nothing
//! of networks, files or screens.
//!
//! ```
//! use diaphane::fusion::{Fusion, PoissonOptions, fuse};
//! use diaphane::radiograph::{LungMask, Raster};
//!
//! let global = Raster::filled(32, 32, 0.5_f32);
//! let local = Raster::filled(32, 32, 0.3_f32);
//! let mask = LungMask::from_nonzero(&Raster::filled(32, 32, 1_u8));
//! let fused = fuse(&Fusion::Poisson(PoissonOptions::default()), &global, &local, &mask)?;
//! // The local picture gives its gradient only, and a flat picture has none.
//! assert!(fused.values().iter().all(|v| (v - 0.5).abs() < 1e-5));
//! # Ok::<(), diaphane::fusion::FusionError>(())
//! ```

mod alpha;
mod error;
mod mask;
mod multigrid;
pub mod opencv;
mod poisson;
pub mod restore;
mod tone;

use serde::{Deserialize, Serialize};

use crate::radiograph::{FloatImage, LungMask};

pub use alpha::{AlphaOptions, alpha_fuse};
pub use error::FusionError;
pub use mask::{MaskCleaning, clean_mask};
pub use poisson::{PoissonOptions, poisson_fuse};
pub use tone::{blank_background, shift_local_mean};

/// How the local result enters the global one (the rows of the paper's Table 5, without the
/// autoencoder, which is a network).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Fusion {
    /// The global result alone.
    None,
    /// Weighted mean inside the lungs.
    Alpha(AlphaOptions),
    /// Eq. 5 in floating point.
    Poisson(PoissonOptions),
    /// The authors' 8-bit call of OpenCV's `seamlessClone`.
    OpenCv,
}

impl Default for Fusion {
    fn default() -> Self {
        Self::Poisson(PoissonOptions::default())
    }
}

/// Puts `local` into `global` inside `mask`; all three on one grid, display units `[0, 1]`.
///
/// # Errors
/// [`FusionError::SizeMismatch`] where the grids differ, [`FusionError::NotConverged`] where the
/// Poisson solve stops early.
pub fn fuse(
    fusion: &Fusion,
    global: &FloatImage,
    local: &FloatImage,
    mask: &LungMask,
) -> Result<FloatImage, FusionError> {
    match fusion {
        Fusion::None => Ok(global.clone()),
        Fusion::Alpha(options) => alpha_fuse(global, local, mask, options),
        Fusion::Poisson(options) => poisson_fuse(global, local, mask, options),
        Fusion::OpenCv => {
            // The authors truncate to 8 bits here instead of rounding.
            let quantise = |image: &FloatImage| image.map(|v| (v * 255.0).clamp(0.0, 255.0) as u8);
            let cloned =
                opencv::seamless_clone_monochrome(&quantise(local), &quantise(global), mask)?;
            Ok(cloned.map(|&v| f32::from(v) / 255.0))
        }
    }
}
