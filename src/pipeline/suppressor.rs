//! The loaded networks with what earlier runs left behind.

use super::memory;
use super::networks::Networks;
use super::run::Run;
use super::stage_cache::StageCache;
use super::{
    AdapterChoice, BundleSummary, ComputeOptions, MemoryOffer, Observer, PipelineError,
    SuppressionRequest, SuppressionResult,
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
    available_bytes: fn(tch::Device, u64) -> Option<u64>,
}

impl Suppressor {
    /// A suppressor without networks.
    pub fn new(options: ComputeOptions) -> Self {
        Self {
            options,
            networks: None,
            cache: StageCache::new(),
            available_bytes: memory::available_bytes,
        }
    }

    /// The same with another measure of the free memory of a device, in bytes, of which so many are wanted; `None` is
    /// unknown, and never too little.
    #[must_use]
    pub fn with_available_memory(
        self,
        available_bytes: fn(tch::Device, u64) -> Option<u64>,
    ) -> Self {
        Self {
            available_bytes,
            ..self
        }
    }

    /// Replaces the networks by the bundle in `folder`; where that fails the ones before stay.
    ///
    /// # Errors
    /// [`PipelineError::NoDevice`] or [`PipelineError::Model`].
    pub fn load_bundle(&mut self, folder: &Path) -> Result<BundleSummary, PipelineError> {
        self.load_bundle_on(folder, self.options, None)
    }

    /// [`Self::load_bundle`] on another device or in another number format, which later bundles share, or with an
    /// adapter; where it fails, networks and device stay what they were.
    ///
    /// # Errors
    /// As [`Self::load_bundle`]; [`PipelineError::Model`] where the adapter does not belong to the bundle.
    pub fn load_bundle_on(
        &mut self,
        folder: &Path,
        options: ComputeOptions,
        adapter: Option<&AdapterChoice>,
    ) -> Result<BundleSummary, PipelineError> {
        let networks = Networks::load(folder, options, adapter)?;
        let summary = networks.summary();
        (self.networks, self.options) = (Some(networks), options);
        Ok(summary)
    }

    /// Where the networks run.
    pub fn options(&self) -> ComputeOptions {
        self.options
    }

    /// The soft-tissue image of one radiograph.
    ///
    /// # Errors
    /// [`PipelineError`]; [`PipelineError::Cancelled`] before the next block of a network, or before the next part
    /// of what comes after them.
    pub fn suppress(
        &mut self,
        request: &SuppressionRequest,
        observer: &mut dyn Observer,
    ) -> Result<SuppressionResult, PipelineError> {
        let networks = self.networks.as_ref().ok_or(PipelineError::NoBundle)?;
        request.settings.check_for(networks.manifest())?;
        request.check()?;
        memory::ensure_fits(networks, request, self.available_bytes)?;
        Run::new(networks, &mut self.cache, request, observer)?.suppress()
    }

    /// What would need less memory, after it ran out in a run of this request; nothing is computed for it.
    pub fn memory_offers(&self, request: &SuppressionRequest) -> Vec<MemoryOffer> {
        let networks = self.networks.as_ref();
        networks.map_or_else(Vec::new, |networks| {
            memory::offers_after_want(networks, request, self.available_bytes)
        })
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
