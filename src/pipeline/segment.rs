//! Where the lungs are, on both grids.

use super::PipelineError;
use super::grid::ModelGrid;
use super::segmenter::Segmenter;
use super::suitability::looks_like_two_lungs;
use crate::nn::Check;
use crate::radiograph::{FloatImage, LungMask};

/// A lung mask on the radiograph's grid and on the model's (without padding).
#[derive(Debug, Clone, PartialEq)]
pub struct MaskPair {
    /// On the radiograph's grid.
    pub native: LungMask,
    /// On the model's grid.
    pub model: LungMask,
    /// Whether the segmenter sees no two lungs in the picture, and sees them once it is inverted.
    pub lungs_appear_inverted: bool,
}

/// Asks the segmenter, then removes specks and fills holes.
///
/// # Errors
/// [`PipelineError`] where the segmenter cannot run; that of `check`, which may end it.
pub(super) fn find_lungs(
    segmenter: &Segmenter<'_>,
    picture: &FloatImage,
    grid: &ModelGrid,
    check: Check<'_, PipelineError>,
) -> Result<MaskPair, PipelineError> {
    let model = segmenter.mask(picture, check)?;
    let inverted = || segmenter.mask(&picture.map(|v| 1.0 - v), check);
    let lungs_appear_inverted = !looks_like_two_lungs(&model) && looks_like_two_lungs(&inverted()?);
    Ok(MaskPair {
        native: grid.mask_to_native(&model),
        model,
        lungs_appear_inverted,
    })
}
