//! How good a soft-tissue image is: error, bone left over, detail and findings kept, and how far off it may be.
//!
//! Owns the numbers that need a target; all pictures are display values in `[0, 1]` on one grid,
//! sums run in `f64`. Knows nothing of files, tables or networks (LPIPS lives with its network).
//!
//! The authors' bone suppression ratio is mean-shifted and one-sided: leftover bone costs nothing
//! in it, and the untouched radiograph scores 0.66 to 0.89. Never show it without
//! [`residual_bone_fraction`], [`psnr_affine`] and the identity row beside it.
//!
//! ```
//! use diaphane::metrics::{Scored, score};
//! use diaphane::radiograph::Raster;
//!
//! let soft = Raster::filled(16, 16, 0.5_f32);
//! let cxr = soft.map(|v| v + 0.1);
//! let scores = score(&Scored { cxr: &cxr, soft: &soft, pred: &cxr, mask: None })?;
//! assert!((scores.psnr - 20.0).abs() < 1e-4);
//! assert_eq!(scores.psnr, scores.identity_psnr);
//! # Ok::<(), diaphane::metrics::MetricsError>(())
//! ```

mod band;
mod bone;
mod difference;
mod finding;
mod scores;
mod ssim;

pub use band::{BAND_LEVEL, ErrorBand, KnownPixel};
pub use bone::{Detail, LungField, detail, edge_bone_fraction, residual_bone_fraction};
pub use difference::{bsr, mse, psnr, psnr_affine};
pub use finding::finding_gain;
pub use scores::{Scored, Scores, score};
pub use ssim::{SsimMap, ssim};

/// Why a score could not be computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MetricsError {
    /// Pictures that must share a grid do not.
    #[error(
        "{what} has {} x {} pixels, the target has {} x {}; resize it to the target's grid first",
        found.0, found.1, target.0, target.1
    )]
    SizeMismatch {
        /// The picture at fault.
        what: &'static str,
        /// Width and height it has.
        found: (usize, usize),
        /// Width and height of the target.
        target: (usize, usize),
    },
    /// A picture without pixels has no score.
    #[error("the target has no pixels; give a picture of at least 1 x 1")]
    Empty,
}

/// Checks that the picture called `what` lies on the grid of the target, which has pixels.
fn ensure_grid(
    what: &'static str,
    found: (usize, usize),
    target: (usize, usize),
) -> Result<(), MetricsError> {
    if target.0 == 0 || target.1 == 0 {
        Err(MetricsError::Empty)
    } else if found == target {
        Ok(())
    } else {
        Err(MetricsError::SizeMismatch {
            what,
            found,
            target,
        })
    }
}
