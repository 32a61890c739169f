//! The loaded networks with what earlier runs left behind.

use super::networks::Networks;
use super::run::Run;
use super::stage_cache::StageCache;
use super::{
    BundleSummary, ComputeOptions, Observer, PipelineError, SuppressionRequest, SuppressionResult,
};
use crate::radiograph::{LungMask, Radiograph};
use std::path::Path;
use std::sync::Arc;

/// Takes the bones out of one radiograph after another.
///
/// A stage whose inputs did not change since one of the last runs is not run again: another LEG weight re-runs the
/// local path and what follows, another fusion only the fusion, another window of the screen nothing.
pub struct Suppressor {
    options: ComputeOptions,
    networks: Option<Networks>,
    cache: StageCache,
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
        request.check()?;
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
        let settings = networks.summary().defaults;
        let request = SuppressionRequest::new(Arc::clone(radiograph), settings);
        Run::new(networks, &mut self.cache, &request, observer)?.segment()
    }
}
