//! The latents of one run: both conditions, and both sampled paths.

use super::Run;
use crate::diffusion::{
    self, Batching, Conditions, DiffusionError, DualPath, GlobalPath, SeededNoise, StepReport,
};
use crate::pipeline::conventions::{dual_path_config, sampler_kind};
use crate::pipeline::fusing::local_input;
use crate::pipeline::stage_cache::Prepared;
use crate::pipeline::{PipelineError, Preview, Stage, tensors};
use crate::radiograph::LungMask;
use std::cell::RefCell;
use std::ops::ControlFlow;
use std::rc::Rc;
use tch::Tensor;

impl Run<'_> {
    /// The latent of the radiograph, or of its part inside `mask`.
    pub(super) fn condition(
        &mut self,
        prepared: &Prepared,
        mask: Option<&LungMask>,
    ) -> Result<Rc<Tensor>, PipelineError> {
        let key = match mask {
            Some(_) => self.keys.local_condition,
            None => self.keys.global_condition,
        };
        self.cached(
            Stage::Encode,
            key,
            |c| &mut c.latents,
            |run| {
                let device = run.networks.device();
                let tensor = |picture| tensors::from_picture(&run.grid.pad(picture), device);
                let image = match mask {
                    None => tensor(&prepared.model),
                    Some(mask) => {
                        let spec = &run.networks.manifest().local_path;
                        let mask = tensors::from_mask(&run.grid.pad_mask(mask), device);
                        tensors::masked(&tensor(&local_input(&prepared.model, spec)), &mask)
                    }
                };
                Ok(Rc::new(run.networks.encode(&image, &|| run.check())?))
            },
        )
    }

    pub(super) fn global_path(
        &mut self,
        condition: &Tensor,
    ) -> Result<Rc<GlobalPath>, PipelineError> {
        let key = self.keys.global_path;
        self.cached(
            Stage::Global,
            key,
            |c| &mut c.global_paths,
            |run| {
                let path = run.sample(|path, noise, observer| {
                    path.sample_global(condition, noise, observer)
                })?;
                Ok(Rc::new(path))
            },
        )
    }

    pub(super) fn local_path(
        &mut self,
        global: &Tensor,
        local: &Tensor,
        kept: &GlobalPath,
    ) -> Result<Rc<Tensor>, PipelineError> {
        let key = self.keys.local_path;
        let conditions = Conditions {
            global: global.shallow_clone(),
            local: local.shallow_clone(),
        };
        self.cached(
            Stage::Local,
            key,
            |c| &mut c.latents,
            |run| {
                let latent = run.sample(|path, noise, observer| {
                    path.sample_local(&conditions, kept, noise, observer)
                })?;
                Ok(Rc::new(latent))
            },
        )
    }

    /// Walks one path, telling the observer of each step, and asking it within them whether to go on.
    fn sample<T>(
        &mut self,
        walk: impl FnOnce(
            &DualPath<'_>,
            &mut SeededNoise,
            &mut diffusion::Observer<'_>,
        ) -> Result<T, DiffusionError>,
    ) -> Result<T, PipelineError> {
        let (networks, settings) = (self.networks, &self.settings);
        let sampler = sampler_kind(settings.sampler).build(networks.schedule().clone());
        let observer = RefCell::new(&mut *self.observer);
        let check = || {
            if observer.borrow().is_cancelled() {
                return Err(DiffusionError::Cancelled);
            }
            Ok(())
        };
        let predict =
            |z: &Tensor, t: i64, condition: &Tensor| networks.epsilon(z, t, condition, &check);
        // One call for both conditions of the local path launches half the kernels; a CPU gains nothing.
        let batching = if networks.device().is_cuda() {
            Batching::Together
        } else {
            Batching::Separate
        };
        let config = dual_path_config(networks.manifest(), settings, batching);
        let path = DualPath::new(sampler.as_ref(), &predict, config);
        let mut noise = SeededNoise::new(settings.seed, networks.device());
        let tracker = &mut self.tracker;
        let (decoder, grid, preview) = (&self.preview_decoder, &self.grid, self.request.preview);
        let mut look_on = |report: &StepReport<'_>| {
            if let Some(decoder) = decoder
                && preview.shows_after(report.index)
                && let Ok(picture) = decoder.picture(report.denoised)
            {
                let picture = grid.crop_small(&picture);
                let step = report.index + 1;
                let mut observer = observer.borrow_mut();
                observer.previewed(Preview::new(picture, report.path, step, report.total));
            }
            if let Some(progress) = tracker.step() {
                observer.borrow_mut().progressed(progress);
            }
            if check().is_ok() {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        };
        Ok(walk(&path, &mut noise, &mut look_on)?)
    }
}
