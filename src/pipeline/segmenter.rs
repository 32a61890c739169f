//! A bundle's lung segmenter under its conventions.

use super::grid::{GridRule, ModelGrid};
use super::{PipelineError, tensors};
use crate::fusion::{MaskCleaning, clean_mask};
use crate::model::LungSegmenter;
use crate::model::manifest::{Fit, InputUnits, SegmenterInput, SegmenterSpec};
use crate::nn::Check;
use crate::radiograph::{FloatImage, LungMask, equalized, resize_bilinear};
use tch::Device;

/// The network with what its manifest says of it.
pub(super) struct Segmenter<'a> {
    pub(super) network: &'a LungSegmenter,
    pub(super) spec: &'a SegmenterSpec,
    pub(super) device: Device,
}

impl Segmenter<'_> {
    /// The lungs in `picture` (`[0, 1]`), on its grid, without specks and holes.
    ///
    /// # Errors
    /// As [`Self::probability`].
    pub(super) fn mask(
        &self,
        picture: &FloatImage,
        check: Check<'_, PipelineError>,
    ) -> Result<LungMask, PipelineError> {
        let probability = self.probability(picture, check)?;
        let found = LungMask::from_threshold(&probability, self.threshold());
        Ok(clean_mask(&found, &self.cleaning(found.raster().size())))
    }

    /// Probability above which a pixel is lung.
    fn threshold(&self) -> f32 {
        self.spec.threshold as f32
    }

    /// How a mask of `width` x `height` pixels is cleaned.
    fn cleaning(&self, (width, height): (usize, usize)) -> MaskCleaning {
        let spec = &self.spec.cleaning;
        let scale = width.max(height) as f64 / 1024.0;
        MaskCleaning {
            min_component_px: (spec.min_component_share * (width * height) as f64).round() as usize,
            hole_filling: spec.fill_holes,
            opening_px: (f64::from(spec.opening_px) * scale).round() as u32,
        }
    }

    /// Probability of lung for each pixel of `picture` (`[0, 1]`), on its grid.
    ///
    /// # Errors
    /// [`PipelineError::NotFinite`] where the network gives no number; that of `check`, which may end it.
    pub(super) fn probability(
        &self,
        picture: &FloatImage,
        check: Check<'_, PipelineError>,
    ) -> Result<FloatImage, PipelineError> {
        let grid = ModelGrid::fit(picture.size(), 1.0, self.grid_rule());
        let small = match self.spec.input {
            SegmenterInput::Displayed | SegmenterInput::Equalized => grid.to_model(picture),
            SegmenterInput::Stretched => stretch(&grid.to_model(picture)),
        };
        let (width, height) = grid.padded();
        // As the compact segmenter is trained: black borders, the picture in the middle.
        let (mut framed, (left, top)) = small.centred(width, height, 0.0);
        if self.spec.input == SegmenterInput::Equalized {
            framed = equalized(&framed);
        }
        let signed = tensors::from_picture(&framed, self.device);
        let input = match self.spec.units {
            InputUnits::Signed => signed,
            InputUnits::Unit => (signed + 1.0) * 0.5,
        };
        let logits = self.network.forward_checked(&input, check)?;
        let probability = logits.sigmoid();
        let (width, height) = small.size();
        let probability = tensors::to_values(&probability)?.crop(top, left, width, height);
        let (width, height) = picture.size();
        Ok(resize_bilinear(&probability, width, height))
    }

    fn grid_rule(&self) -> GridRule {
        let size_px = self.spec.size_px as usize;
        GridRule {
            size_px,
            multiple_px: size_px,
            square: self.spec.fit == Fit::Square,
        }
    }
}

/// The values mapped so that the smallest becomes 0 and the largest 1.
pub(super) fn stretch(picture: &FloatImage) -> FloatImage {
    let bounds = picture
        .values()
        .iter()
        .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), &v| {
            (low.min(v), high.max(v))
        });
    let span = (bounds.1 - bounds.0).max(f32::EPSILON);
    picture.map(|&v| (v - bounds.0) / span)
}
