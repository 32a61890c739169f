//! How noise becomes a soft-tissue latent: schedules, samplers, guidance, clipping and the two paths.
//!
//! Owns the arithmetic of the forward and reverse diffusion process on latents `[B, C, h, w]`. It
//! must not know where a prediction comes from (networks arrive as a closure), nor files, images or
//! masks. Tables are `f64` and built once; tensors appear only where a step is taken.
//!
//! ```text
//!  NoiseSchedule ── Sampler::plan ──> PlannedStep, PlannedStep, ...
//!                                          │
//!  SeededNoise ── z_T ─┬─ global path: eps(z, c_global) ─────────── clip, step ──> global latent
//!                      └─ local path:  Guidance(eps_local, eps_ref) ─ clip, step ─> local latent
//! ```
//!
//! # Example
//! ```
//! use diaphane::diffusion::{NoiseSchedule, NoiseScheduleConfig, Sampler as _, SamplerKind};
//!
//! let schedule = NoiseSchedule::new(&NoiseScheduleConfig::default())?;
//! let sampler = SamplerKind::Lcm.build(schedule);
//! assert_eq!(sampler.timesteps(4)?, [999, 759, 499, 259]);
//! # Ok::<(), diaphane::diffusion::DiffusionError>(())
//! ```

mod clip;
mod ddim;
mod ddpm;
mod dual_path;
mod error;
mod forward;
mod guidance;
mod lcm;
mod noise;
mod prediction;
mod sampler;
mod schedule;

pub use clip::ClipKind;
pub use ddim::DdimSampler;
pub use ddpm::DdpmSampler;
pub use dual_path::{
    Batching, ConditionScaling, Conditions, DualPath, DualPathConfig, DualPathLatents, GlobalPath,
    NoiseOrder, Observer, PathKind, Predict, StepReport,
};
pub use error::DiffusionError;
pub use guidance::Guidance;
pub use lcm::LcmSampler;
pub use noise::{InjectedNoise, NoiseSource, NoiseStream, SeededNoise, offset_noise};
pub use prediction::PredictionKind;
pub use sampler::{PlannedStep, Sampler, SamplerKind, Step, StepWeights};
pub use schedule::{NoiseSchedule, NoiseScheduleConfig, ScheduleKind};
