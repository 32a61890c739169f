//! One run through the stages.

mod latents;
mod pictures;

use super::cache::{Key, Slot};
use super::clock::StageClock;
use super::conventions::grid_rule;
use super::grid::ModelGrid;
use super::keys::Keys;
use super::networks::Networks;
use super::plan::plan;
use super::preview::PreviewDecoder;
use super::seeds::{SeedMean, SeedRun};
use super::stage_cache::{Prepared, StageCache};
use super::{
    Changes, MaskPair, Observer, PipelineError, ProgressTracker, Stage, SuppressionRequest,
    SuppressionResult, SuppressionSettings, UncertaintyForm, restore, segment, suitability,
    uncertainty_full_scale,
};
use crate::display::{display_image, displayed_modality};
use crate::guard::{Evidence, Mark, look_here};
use crate::metrics::ErrorBand;
use crate::radiograph::{FloatImage, LungMask, Warning};
use std::rc::Rc;
use std::time::Instant;

/// One request on its way.
pub(super) struct Run<'a> {
    networks: &'a Networks,
    cache: &'a mut StageCache,
    request: &'a SuppressionRequest,
    observer: &'a mut dyn Observer,
    grid: ModelGrid,
    /// Settings and keys of each seed.
    seeds: Vec<(SuppressionSettings, Keys)>,
    /// Those of the seed that is run now.
    settings: SuppressionSettings,
    keys: Keys,
    preview_decoder: Option<PreviewDecoder>,
    tracker: ProgressTracker,
    clock: StageClock,
    warnings: Vec<Warning>,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        networks: &'a Networks,
        cache: &'a mut StageCache,
        request: &'a SuppressionRequest,
        observer: &'a mut dyn Observer,
    ) -> Result<Self, PipelineError> {
        let size = request.radiograph.size();
        if size.0 == 0 || size.1 == 0 {
            return Err(PipelineError::NoPixels);
        }
        let aspect = request.radiograph.pixel_aspect();
        let mask = request.mask.as_deref();
        if let Some(mask) = mask
            && mask.raster().size() != size
        {
            return Err(PipelineError::MaskSize {
                mask: mask.raster().size(),
                radiograph: size,
            });
        }
        let radiograph = cache.key_of(&request.radiograph);
        let bundle = Key::of_bytes([networks.sha256()])
            .then((networks.device_text(), networks.precision_text()));
        let seeds: Vec<(SuppressionSettings, Keys)> = (request.seeds().into_iter())
            .map(|seed| {
                let mut settings = request.settings.clone();
                settings.seed = seed;
                let keys = Keys::new(radiograph, bundle, mask, &settings);
                (settings, keys)
            })
            .collect();
        let laps = seeds.iter().enumerate();
        let laps = laps.map(|(i, (settings, keys))| plan(cache, keys, settings, i == 0));
        let tracker = ProgressTracker::of_laps(laps.collect());
        Ok(Self {
            networks,
            cache,
            request,
            observer,
            grid: ModelGrid::fit(size, aspect, grid_rule(networks.manifest())),
            keys: Keys::new(radiograph, bundle, mask, &request.settings),
            settings: request.settings.clone(),
            seeds,
            preview_decoder: None,
            tracker,
            clock: StageClock::default(),
            warnings: Vec::new(),
        })
    }

    /// The whole way.
    pub(super) fn suppress(mut self) -> Result<SuppressionResult, PipelineError> {
        let prepared = self.prepare()?;
        self.warn_of_file();
        let radiograph = &self.request.radiograph;
        let (width, height) = radiograph.size();
        let aspect = height as f64 * radiograph.pixel_aspect() / width.max(1) as f64;
        let squeezed = suitability::doubt_about_grid(aspect, grid_rule(self.networks.manifest()));
        self.warn(squeezed.into_iter().collect());
        let mask = self.mask(&prepared)?;
        self.warn(suitability::doubts_from_lungs(&mask, &prepared.model));
        let mut mean = SeedMean::default();
        for (i, (settings, keys)) in std::mem::take(&mut self.seeds).into_iter().enumerate() {
            if i > 0 {
                self.tracker.next_lap();
            }
            (self.settings, self.keys) = (settings, keys);
            mean.add(self.seed(&prepared, &mask)?)?;
        }
        let (mut run, uncertainty) = mean.finish().ok_or(PipelineError::NoPixels)?;
        if uncertainty.is_some() {
            // The mean of several pictures is the radiograph less the mean of their layers.
            let layer = &run.restored.bone;
            (run.restored.soft_tissue, run.restored.bone) =
                restore::take_off(&self.request.radiograph, &prepared.native, layer)?;
        }
        self.check()?;
        let changes = Changes::of(&run.restored.bone, run.restored.gate.as_ref(), &mask.native);
        self.warn(changes.doubts());
        self.check()?;
        let marks = self.marks(&prepared, &run, uncertainty.as_ref(), &mask)?;
        // What was cancelled is never complete, however near it was.
        self.check()?;
        let uncertainty = uncertainty.map(|deviation| self.uncertainty(deviation, &run.restored));
        Ok(self.result(run, uncertainty.transpose()?, &mask, (changes, marks)))
    }

    /// What the guard finds in the restored pictures.
    fn marks(
        &self,
        prepared: &Prepared,
        run: &SeedRun,
        uncertainty: Option<&FloatImage>,
        mask: &MaskPair,
    ) -> Result<Vec<Mark>, PipelineError> {
        let radiograph = &self.request.radiograph;
        let voi = radiograph.vois.first().ok_or(PipelineError::NoWindow)?;
        let full_scale = uncertainty_full_scale(radiograph).filter(|&scale| scale > 0.0);
        let shown = |sd: &FloatImage| sd.map(|&v| v / full_scale.unwrap_or(1.0) as f32);
        let spacing = radiograph.spacing;
        Ok(look_here(&Evidence {
            original: &prepared.native,
            soft_tissue: &displayed_modality(radiograph, voi, &run.restored.soft_tissue),
            bone: &run.restored.bone,
            uncertainty: uncertainty.map(shown).as_ref(),
            lungs: &mask.native,
            pixel_mm: spacing.map(|spacing| (spacing.row_mm * spacing.col_mm).sqrt()),
        }))
    }

    /// The way of one seed once the lungs are known.
    fn seed(&mut self, prepared: &Prepared, mask: &MaskPair) -> Result<SeedRun, PipelineError> {
        let (fused, reconstruction) = self.fused(prepared, mask)?;
        self.begin(Stage::Restore)?;
        let started = Instant::now();
        let restoration = restore::Restoration {
            radiograph: &self.request.radiograph,
            prepared,
            reconstruction: reconstruction.as_deref(),
            fused: &fused,
            mask: &mask.model,
            grid: &self.grid,
        };
        let restored = restore::restore(&restoration, &|| self.check())?;
        self.clock.ran(Stage::Restore, started);
        self.step();
        Ok(SeedRun {
            restored,
            fused: (*fused).clone(),
        })
    }

    /// The uncertainty that was asked for, with the band whose half-width it is.
    fn uncertainty(
        &self,
        deviation: FloatImage,
        restored: &restore::Restored,
    ) -> Result<(FloatImage, Option<ErrorBand>), PipelineError> {
        let band = match self.request.uncertainty {
            UncertaintyForm::AsMeasured => self.networks.error_band(),
            UncertaintyForm::SeedDeviation => None,
        };
        // The deviation of fewer pictures is too unsteady for a band that was measured with more.
        let num_seeds = self.request.seeds().len();
        let band = band.filter(|band| num_seeds >= band.num_seeds as usize);
        let scale = uncertainty_full_scale(&self.request.radiograph);
        let (Some(band), Some(scale)) = (band, scale.filter(|&scale| scale > 0.0)) else {
            return Ok((deviation, None));
        };
        let wide = deviation.zip_map(&restored.bone, |sd, taken| {
            (scale * band.half_width(f64::from(sd) / scale, f64::from(taken))) as f32
        })?;
        Ok((wide, Some(band)))
    }

    /// The way to the lung mask, on the radiograph's own grid.
    pub(super) fn segment(mut self) -> Result<LungMask, PipelineError> {
        let prepared = self.prepare()?;
        self.warn_of_file();
        let mask = self.mask(&prepared)?;
        self.warn(suitability::doubts_from_lungs(&mask, &prepared.model));
        Ok(mask.native.clone())
    }

    /// What reading the file left in doubt, its polarity above all, belongs to the result too.
    fn warn_of_file(&mut self) {
        let radiograph = &self.request.radiograph;
        let doubts = suitability::doubts_from_header(&radiograph.info, radiograph.size());
        let note = suitability::note_about_age(radiograph);
        self.warn(radiograph.warnings.clone());
        self.warn(doubts);
        self.warn(note.into_iter().collect());
    }

    fn result(
        self,
        run: SeedRun,
        uncertainty: Option<(FloatImage, Option<ErrorBand>)>,
        mask: &MaskPair,
        (changes, marks): (Changes, Vec<Mark>),
    ) -> SuppressionResult {
        let (uncertainty, uncertainty_band) = uncertainty.unzip();
        SuppressionResult {
            study: self.request.radiograph.id.clone(),
            soft_tissue: run.restored.soft_tissue,
            bone: run.restored.bone,
            uncertainty,
            uncertainty_band: uncertainty_band.flatten(),
            seeds: self.request.seeds(),
            model_soft_tissue: run.fused,
            lung_mask: mask.native.clone(),
            changes,
            marks,
            settings: self.request.settings.clone(),
            bundle_name: self.networks.name(),
            bundle_sha256: self.networks.sha256().to_owned(),
            device: self.networks.device_text(),
            precision: self.networks.precision_text().to_owned(),
            stage_times: self.clock.into_times(),
            warnings: self.warnings,
        }
    }

    fn prepare(&mut self) -> Result<Rc<Prepared>, PipelineError> {
        let key = self.keys.prepared;
        self.cached(
            Stage::Prepare,
            key,
            |c| &mut c.prepared,
            |run| {
                let radiograph = &run.request.radiograph;
                let voi = radiograph.vois.first().ok_or(PipelineError::NoWindow)?;
                let native = display_image(radiograph, voi);
                let model = run.grid.to_model(&native);
                Ok(Rc::new(Prepared { native, model }))
            },
        )
    }

    fn mask(&mut self, prepared: &Prepared) -> Result<Rc<MaskPair>, PipelineError> {
        let key = self.keys.mask;
        self.cached(
            Stage::Segment,
            key,
            |c| &mut c.masks,
            |run| {
                let mask = if let Some(given) = &run.request.mask {
                    MaskPair {
                        native: (**given).clone(),
                        model: run.grid.mask_to_model(given),
                        lungs_appear_inverted: false,
                    }
                } else {
                    let segmenter = run.networks.segmenter()?;
                    let check = || run.check();
                    segment::find_lungs(&segmenter, &prepared.model, &run.grid, &check)?
                };
                Ok(Rc::new(mask))
            },
        )
    }

    /// The result under `key`, from an earlier run or made now.
    fn cached<T: Clone>(
        &mut self,
        stage: Stage,
        key: Key,
        slot: impl Fn(&mut StageCache) -> &mut Slot<T>,
        make: impl FnOnce(&mut Self) -> Result<T, PipelineError>,
    ) -> Result<T, PipelineError> {
        if let Some(kept) = slot(self.cache).get(&key) {
            self.clock.reused(stage);
            return Ok(kept);
        }
        self.begin(stage)?;
        let started = Instant::now();
        let made = make(self)?;
        self.clock.ran(stage, started);
        if !matches!(stage, Stage::Global | Stage::Local) {
            self.step();
        }
        slot(self.cache).put(key, made.clone());
        Ok(made)
    }

    /// Whether the run is still wanted; asked before every block of a network.
    fn check(&self) -> Result<(), PipelineError> {
        if self.observer.is_cancelled() {
            return Err(PipelineError::Cancelled);
        }
        Ok(())
    }

    fn begin(&mut self, stage: Stage) -> Result<(), PipelineError> {
        self.check()?;
        if let Some(progress) = self.tracker.begin(stage) {
            self.observer.progressed(progress);
        }
        Ok(())
    }

    fn step(&mut self) {
        if let Some(progress) = self.tracker.step() {
            self.observer.progressed(progress);
        }
    }

    fn warn(&mut self, warnings: Vec<Warning>) {
        for warning in &warnings {
            self.observer.warned(warning);
        }
        self.warnings.extend(warnings);
    }
}
