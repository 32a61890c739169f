//! What can go wrong in the diffusion process.

use thiserror::Error;

/// Why a schedule, a step or a whole sampling run could not be made.
#[derive(Debug, Error, Clone, PartialEq)]
pub enum DiffusionError {
    /// The settings of the noise schedule describe no schedule.
    #[error(
        "the noise schedule cannot be built: {reason}; correct the schedule of the model bundle"
    )]
    InvalidSchedule {
        /// The setting that is wrong and why.
        reason: String,
    },
    /// The number of sampling steps lies outside what the sampler offers.
    #[error(
        "the {sampler} sampler takes 1 to {maximum} steps, not {requested}; choose a number in that range"
    )]
    InvalidStepCount {
        /// Name of the sampler.
        sampler: &'static str,
        /// Steps asked for.
        requested: usize,
        /// Most steps possible.
        maximum: usize,
    },
    /// A timestep outside the schedule.
    #[error("timestep {timestep} lies outside the noise schedule of {num_timesteps} timesteps")]
    InvalidTimestep {
        /// Timestep asked for.
        timestep: i64,
        /// Length of the schedule.
        num_timesteps: usize,
    },
    /// Two tensors that must fit do not.
    #[error("the {what} has the shape {found:?} where {expected:?} is needed")]
    InvalidShape {
        /// Which tensor.
        what: &'static str,
        /// Shape needed.
        expected: Vec<i64>,
        /// Shape found.
        found: Vec<i64>,
    },
    /// The global path at hand was sampled with other timesteps than the local path asks for.
    #[error("the kept global path was sampled with other timesteps; sample both paths again")]
    OtherGlobalPath,
    /// The guidance needs the global path's predictions, which were not kept.
    #[error(
        "this guidance needs the predictions of the global path, which were not kept; sample both paths again"
    )]
    MissingGlobalPredictions,
    /// The observer asked to stop.
    #[error("sampling was cancelled")]
    Cancelled,
}
