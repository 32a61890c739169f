//! The pictures of one run: latents decoded, and two of them fused.

use super::Run;
use crate::pipeline::cache::Key;
use crate::pipeline::fusing::Pictures;
use crate::pipeline::plan::{wants_local_path, wants_reconstruction};
use crate::pipeline::preview::PreviewDecoder;
use crate::pipeline::stage_cache::Prepared;
use crate::pipeline::{MaskPair, PipelineError, PreviewChoice, Stage, tensors};
use crate::radiograph::FloatImage;
use std::rc::Rc;
use tch::Tensor;

impl Run<'_> {
    /// The fused picture, and the codec's picture of the radiograph where the result needs it.
    pub(super) fn fused(
        &mut self,
        prepared: &Prepared,
        mask: &MaskPair,
    ) -> Result<(Rc<FloatImage>, Option<Rc<FloatImage>>), PipelineError> {
        let global_condition = self.condition(prepared, None)?;
        if self.request.preview != PreviewChoice::Off && self.preview_decoder.is_none() {
            let picture = self.grid.pad(&prepared.model);
            let picture = tensors::from_picture(&picture, self.networks.device());
            self.preview_decoder = Some(PreviewDecoder::fit(&global_condition, &picture)?);
        }
        let has_local = wants_local_path(&self.settings) && mask.model.num_inside() > 0;
        let local_condition = if has_local {
            Some(self.condition(prepared, Some(&mask.model))?)
        } else {
            None
        };
        let global_path = self.global_path(&global_condition)?;
        let local = match local_condition {
            Some(condition) => {
                Some(self.local_path(&global_condition, &condition, &global_path)?)
            }
            None => None,
        };
        let keys = self.keys;
        let global = self.picture(keys.global_picture, global_path.latent())?;
        let local = match local {
            Some(latent) => Some(self.picture(keys.local_picture, &latent)?),
            None => None,
        };
        let reconstruction = if wants_reconstruction(&self.settings) {
            Some(self.picture(keys.reconstruction, &global_condition)?)
        } else {
            None
        };
        let fused = self.cached(
            Stage::Fuse,
            keys.fused,
            |c| &mut c.fused,
            |run| match &local {
                Some(local) => {
                    let pictures = Pictures {
                        radiograph: &prepared.model,
                        global: &global,
                        local,
                        mask: &mask.model,
                    };
                    let spec = &run.networks.manifest().local_path;
                    Ok(Rc::new(pictures.fused(run.settings.fusion, spec)?))
                }
                None => Ok(Rc::clone(&global)),
            },
        )?;
        Ok((fused, reconstruction))
    }

    /// The picture of a latent on the model's grid without padding.
    fn picture(&mut self, key: Key, latent: &Tensor) -> Result<Rc<FloatImage>, PipelineError> {
        self.cached(
            Stage::Decode,
            key,
            |c| &mut c.pictures,
            |run| {
                let decoded = run.networks.decode(latent, &|| run.check())?;
                let padded = tensors::to_picture(&decoded)?;
                Ok(Rc::new(run.grid.crop(&padded)))
            },
        )
    }
}
