//! The lungs of pictures, found with nothing of a bundle but its segmenter.

use super::PipelineError;
use super::segmenter::Segmenter;
use super::suitability::looks_like_two_lungs;
use crate::model::manifest::SegmenterSpec;
use crate::model::{Bundle, LungSegmenter};
use crate::nn::Check;
use crate::radiograph::{FloatImage, LungMask};
use std::path::Path;
use tch::nn::VarStore;
use tch::{Device, no_grad_guard};

/// A bundle's segmenter on its device.
#[derive(Debug)]
pub struct LungFinder {
    network: LungSegmenter,
    spec: SegmenterSpec,
    store: VarStore,
}

impl LungFinder {
    /// Loads the segmenter of the bundle in `folder`; `None` where the bundle has none.
    ///
    /// # Errors
    /// [`PipelineError::Model`].
    pub fn load(folder: &Path, device: Device) -> Result<Option<Self>, PipelineError> {
        let loaded = Bundle::load_segmenter(folder, device)?;
        Ok(loaded.map(|(spec, store, network)| Self {
            network,
            spec,
            store,
        }))
    }

    /// The lungs in `picture` (display values in `[0, 1]`, bones white), cleaned as the bundle says, on its grid; `None`
    /// where what is found has not the shape of two lungs.
    ///
    /// # Errors
    /// [`PipelineError::NotFinite`] where the network gives no number; that of `check`, which is asked before every
    /// block of the network and may end it.
    pub fn find(
        &self,
        picture: &FloatImage,
        check: Check<'_, PipelineError>,
    ) -> Result<Option<LungMask>, PipelineError> {
        let segmenter = Segmenter {
            network: &self.network,
            spec: &self.spec,
            device: self.store.device(),
        };
        let _guard = no_grad_guard();
        let found = segmenter.mask(picture, check)?;
        Ok(Some(found).filter(looks_like_two_lungs))
    }
}
