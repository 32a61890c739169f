//! The loaded networks with what earlier runs left behind.

use super::cache::{Key, Slot};
use super::networks::Networks;
use super::run::Run;
use super::{
    BundleSummary, ComputeOptions, MaskPair, Observer, PipelineError, SuppressionRequest,
    SuppressionResult,
};
use crate::diffusion::GlobalPath;
use crate::radiograph::{FloatImage, LungMask, Radiograph};
use std::path::Path;
use std::rc::Rc;
use std::sync::{Arc, Weak};
use tch::Tensor;

/// Results a stage keeps: enough to go back and forth between a few settings or studies.
const KEPT_RESULTS: usize = 4;

/// Takes the bones out of one radiograph after another.
///
/// A stage whose inputs did not change since one of the last runs is not run again: another LEG weight re-runs the
/// local path and what follows, another fusion only the fusion, another window of the screen nothing.
pub struct Suppressor {
    options: ComputeOptions,
    networks: Option<Networks>,
    cache: StageCache,
}

/// Results of earlier runs by stage.
pub(super) struct StageCache {
    /// The radiograph last hashed, so that a slider does not hash it again.
    hashed: Option<(Weak<Radiograph>, Key)>,
    pub(super) prepared: Slot<Rc<Prepared>>,
    pub(super) masks: Slot<Rc<MaskPair>>,
    pub(super) latents: Slot<Rc<Tensor>>,
    pub(super) global_paths: Slot<Rc<GlobalPath>>,
    pub(super) pictures: Slot<Rc<FloatImage>>,
    pub(super) fused: Slot<Rc<FloatImage>>,
}

/// A radiograph in display units.
#[derive(Debug)]
pub(super) struct Prepared {
    /// On its own grid, `[0, 1]`.
    pub(super) native: FloatImage,
    /// On the model's grid without padding, `[0, 1]`.
    pub(super) model: FloatImage,
}

impl StageCache {
    fn new() -> Self {
        Self {
            hashed: None,
            prepared: Slot::new(KEPT_RESULTS),
            masks: Slot::new(KEPT_RESULTS),
            // Two conditions and one result of each run.
            latents: Slot::new(3 * KEPT_RESULTS),
            global_paths: Slot::new(KEPT_RESULTS),
            // The codec's picture of the radiograph and those of the two paths.
            pictures: Slot::new(3 * KEPT_RESULTS),
            fused: Slot::new(KEPT_RESULTS),
        }
    }

    /// Names all that makes a radiograph look as it does.
    pub(super) fn key_of(&mut self, radiograph: &Arc<Radiograph>) -> Key {
        if let Some((hashed, key)) = &self.hashed
            && hashed
                .upgrade()
                .is_some_and(|last| Arc::ptr_eq(&last, radiograph))
        {
            return *key;
        }
        let pixels = Key::of_bytes(radiograph.stored.iter().map(i32::to_le_bytes));
        let key = pixels.then((
            radiograph.size(),
            &radiograph.modality,
            radiograph.vois.first(),
            radiograph.polarity,
            radiograph.padding,
            radiograph.bits,
        ));
        self.hashed = Some((Arc::downgrade(radiograph), key));
        key
    }
}

impl Suppressor {
    /// A suppressor without networks.
    pub fn new(options: ComputeOptions) -> Self {
        Self {
            options,
            networks: None,
            cache: StageCache::new(),
        }
    }

    /// Replaces the networks by the bundle in `folder`; where that fails the ones before stay.
    ///
    /// # Errors
    /// [`PipelineError::NoDevice`] or [`PipelineError::Model`].
    pub fn load_bundle(&mut self, folder: &Path) -> Result<BundleSummary, PipelineError> {
        let networks = Networks::load(folder, self.options)?;
        let summary = networks.summary();
        self.networks = Some(networks);
        Ok(summary)
    }

    /// The soft-tissue image of one radiograph.
    ///
    /// # Errors
    /// [`PipelineError`]; [`PipelineError::Cancelled`] within one step of the observer's wish.
    pub fn suppress(
        &mut self,
        request: &SuppressionRequest,
        observer: &mut dyn Observer,
    ) -> Result<SuppressionResult, PipelineError> {
        let networks = self.networks.as_ref().ok_or(PipelineError::NoBundle)?;
        request.settings.check_for(networks.manifest())?;
        Run::new(networks, &mut self.cache, request, observer)?.suppress()
    }

    /// The lungs of one radiograph, on its own grid.
    ///
    /// # Errors
    /// [`PipelineError::NoSegmenter`] where the bundle cannot do it, else as [`Suppressor::suppress`].
    pub fn segment(
        &mut self,
        radiograph: &Arc<Radiograph>,
        observer: &mut dyn Observer,
    ) -> Result<LungMask, PipelineError> {
        let networks = self.networks.as_ref().ok_or(PipelineError::NoBundle)?;
        let request = SuppressionRequest {
            radiograph: Arc::clone(radiograph),
            settings: networks.summary().defaults,
            mask: None,
        };
        Run::new(networks, &mut self.cache, &request, observer)?.segment()
    }
}
