//! Where the lungs are, on both grids.

use super::PipelineError;
use super::grid::ModelGrid;
use super::segmenter::Segmenter;
use crate::fusion::{MaskCleaning, clean_mask};
use crate::radiograph::{FloatImage, LungMask};

/// A lung mask on the radiograph's grid and on the model's (without padding).
#[derive(Debug, Clone, PartialEq)]
pub struct MaskPair {
    /// On the radiograph's grid.
    pub native: LungMask,
    /// On the model's grid.
    pub model: LungMask,
}

/// Asks the segmenter, then removes specks and fills holes.
///
/// # Errors
/// [`PipelineError`] where the segmenter cannot run.
pub(super) fn find_lungs(
    segmenter: &Segmenter<'_>,
    picture: &FloatImage,
    grid: &ModelGrid,
) -> Result<MaskPair, PipelineError> {
    let probability = segmenter.probability(picture)?;
    let found = LungMask::from_threshold(&probability, segmenter.threshold());
    let model = clean_mask(&found, &cleaning(&found));
    Ok(MaskPair {
        native: grid.mask_to_native(&model),
        model,
    })
}

/// A lung takes some 10 % of a radiograph; what is far smaller, or hangs on by a thread, is none.
fn cleaning(found: &LungMask) -> MaskCleaning {
    let (width, height) = found.raster().size();
    MaskCleaning {
        min_component_px: width * height / 200,
        hole_filling: true,
        opening_px: (width.max(height) / 170) as u32,
    }
}
