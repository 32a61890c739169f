//! Dual-path sampling: the global and the local path, walked side by side.
//!
//! Owns the order of predictions, draws and steps. It must not know what predicts: the network is a
//! closure, images and masks have already become conditions.

mod draws;
mod walk;

use std::ops::ControlFlow;

use tch::Tensor;

use super::{ClipKind, DiffusionError, Guidance, NoiseSource, Sampler};
use walk::{Paths, Walk};

/// Predicts the noise in `z` (`[B, C, h, w]`) at a timestep under a condition of the same size.
///
/// Returns `[B, C', h, w]` with `C' >= C`; channels past C only enter [`Guidance::AuthorsLive`]. With
/// [`Batching::Together`] B is a multiple of the run's own batch. Nothing here waits for the device,
/// so neither should the closure. Its error ends the run, [`DiffusionError::Cancelled`] above all.
pub type Predict<'a> = dyn Fn(&Tensor, i64, &Tensor) -> Result<Tensor, DiffusionError> + 'a;

/// Is told of every step and may end the run with [`ControlFlow::Break`].
pub type Observer<'a> = dyn FnMut(&StepReport<'_>) -> ControlFlow<()> + 'a;

/// One of the two paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PathKind {
    /// Conditioned on the whole radiograph.
    Global,
    /// Conditioned on the radiograph inside the lung field.
    Local,
}

/// A step just taken.
#[derive(Debug)]
pub struct StepReport<'a> {
    /// Path it belongs to.
    pub path: PathKind,
    /// Position in the path, from 0.
    pub index: usize,
    /// Steps of the path.
    pub total: usize,
    /// Timestep before the step.
    pub timestep: i64,
    /// Predicted noise the step used, after guidance, `[B, C, h, w]`.
    pub epsilon: &'a Tensor,
    /// Predicted clean latent: decode it for a preview.
    pub denoised: &'a Tensor,
    /// Sample after the step.
    pub previous: &'a Tensor,
}

/// Latents of the radiograph that steer the two paths, both `[B, C, h, w]`.
#[derive(Debug)]
pub struct Conditions {
    /// Encoded radiograph, c_g.
    pub global: Tensor,
    /// Encoded radiograph inside the lung field, c_l.
    pub local: Tensor,
}

/// Scale at which the network sees its condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConditionScaling {
    /// As encoded, at every timestep (the authors' sampler).
    Unscaled,
    /// Multiplied by `sqrt(alphas_cumprod[t])` (the authors' training).
    SqrtAlphasCumprod,
}

/// Order and size of the noise draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoiseOrder {
    /// One sequence per purpose, only the channels that are used. A path sampled alone sees the same
    /// noise as in a run of both.
    Independent,
    /// One sequence as in the authors' code: start (C channels), then per step guidance
    /// ([`Guidance::AuthorsLive`] only), global and local noise (2 C channels each, half unused).
    Authors,
}

/// How the predictions of one timestep reach the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Batching {
    /// One call each: least memory, and as fast on a CPU.
    Separate,
    /// One call for all (up to three at a timestep): fewer launches on a GPU.
    Together,
}

/// Settings of a run; the default is GL-LCM's with the ranges its code has for SZCH-X-Rays.
#[derive(Debug, Clone, PartialEq)]
pub struct DualPathConfig {
    /// Sampling steps.
    pub num_steps: usize,
    /// Guidance of the local path.
    pub guidance: Guidance,
    /// Weight w of the local condition; the paper's is 3, and 1 means no guidance.
    pub local_weight: f64,
    /// Clipping on the global path.
    pub clip_global: ClipKind,
    /// Clipping on the local path.
    pub clip_local: ClipKind,
    /// Scale of the conditions.
    pub condition_scaling: ConditionScaling,
    /// Order of the draws.
    pub noise_order: NoiseOrder,
    /// Calls of the network.
    pub batching: Batching,
    /// Keep every prediction of the global path, so that [`Guidance::AuthorsCommented`] can later
    /// sample the local path alone. Memory: one latent per step.
    pub keep_predictions: bool,
}

impl Default for DualPathConfig {
    fn default() -> Self {
        Self {
            num_steps: 50,
            guidance: Guidance::Leg,
            local_weight: 3.0,
            clip_global: ClipKind::Dynamic {
                slope: 0.025,
                intercept: 2.0,
            },
            clip_local: ClipKind::Dynamic {
                slope: 0.025,
                intercept: 3.5,
            },
            condition_scaling: ConditionScaling::Unscaled,
            noise_order: NoiseOrder::Independent,
            batching: Batching::Separate,
            keep_predictions: false,
        }
    }
}

/// A sampled global path, with what the local path shares with it.
#[derive(Debug)]
pub struct GlobalPath {
    latent: Tensor,
    start: Tensor,
    timesteps: Vec<i64>,
    /// Predictions from the first step on: one, or all where they were kept.
    epsilons: Vec<Tensor>,
}

impl GlobalPath {
    /// The result z_0, `[B, C, h, w]`.
    pub fn latent(&self) -> &Tensor {
        &self.latent
    }

    /// The start noise z_T, `[B, C, h, w]`.
    pub fn start(&self) -> &Tensor {
        &self.start
    }
}

/// Results of both paths.
#[derive(Debug)]
pub struct DualPathLatents {
    /// The global path, to keep for as long as only the local path's settings change.
    pub global: GlobalPath,
    /// z_0 of the local path, `[B, C, h, w]`.
    pub local: Tensor,
}

/// Dual-path sampling with one network and one set of settings.
///
/// Both paths start from the same noise; the network's first prediction under the global condition is
/// computed once for both. Guidance, weight and local clipping move the local path alone, so after a change
/// of these [`DualPath::sample_local`] with the kept [`GlobalPath`] gives what a whole run would.
///
/// # Source
/// GL-LCM, section 2.2, Eq. 4 and Fig. 1.
pub struct DualPath<'a> {
    sampler: &'a dyn Sampler,
    predict: &'a Predict<'a>,
    config: DualPathConfig,
}

impl<'a> DualPath<'a> {
    /// Ties a sampler, a network and settings together.
    pub fn new(sampler: &'a dyn Sampler, predict: &'a Predict<'a>, config: DualPathConfig) -> Self {
        Self {
            sampler,
            predict,
            config,
        }
    }

    /// Samples both paths. The observer hears of each step of the global, then of the local path.
    ///
    /// # Errors
    /// [`DiffusionError::Cancelled`] where the observer breaks off, at once;
    /// [`DiffusionError::InvalidStepCount`] where the sampler has no such number of steps;
    /// [`DiffusionError::InvalidShape`] where conditions or predictions do not fit.
    pub fn sample(
        &self,
        conditions: &Conditions,
        noise: &mut dyn NoiseSource,
        observer: &mut Observer<'_>,
    ) -> Result<DualPathLatents, DiffusionError> {
        let _guard = tch::no_grad_guard();
        let Conditions { global, local } = conditions;
        let mut walk = Walk::start(self, Paths::Both { global, local }, noise)?;
        walk.run(observer)?;
        let (global, local) = walk.finish();
        Ok(DualPathLatents { global, local })
    }

    /// Samples the global path alone: for a preview, or where there is no lung field.
    ///
    /// # Errors
    /// As [`DualPath::sample`].
    pub fn sample_global(
        &self,
        condition: &Tensor,
        noise: &mut dyn NoiseSource,
        observer: &mut Observer<'_>,
    ) -> Result<GlobalPath, DiffusionError> {
        let _guard = tch::no_grad_guard();
        let mut walk = Walk::start(self, Paths::Global { global: condition }, noise)?;
        walk.run(observer)?;
        Ok(walk.finish().0)
    }

    /// Samples the local path beside a kept global path. `noise` must be a fresh source of the same seed.
    ///
    /// # Errors
    /// As [`DualPath::sample`]; [`DiffusionError::OtherGlobalPath`] where the kept path has other timesteps;
    /// [`DiffusionError::MissingGlobalPredictions`] for [`Guidance::AuthorsCommented`] where they were not kept.
    pub fn sample_local(
        &self,
        conditions: &Conditions,
        kept: &GlobalPath,
        noise: &mut dyn NoiseSource,
        observer: &mut Observer<'_>,
    ) -> Result<Tensor, DiffusionError> {
        let _guard = tch::no_grad_guard();
        let Conditions { global, local } = conditions;
        let paths = Paths::Local {
            global,
            local,
            kept,
        };
        let mut walk = Walk::start(self, paths, noise)?;
        walk.run(observer)?;
        Ok(walk.finish().1)
    }
}

#[cfg(test)]
mod tests;
