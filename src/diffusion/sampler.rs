//! What the samplers share: a plan of steps whose coefficients are known before the first one.

use tch::Tensor;

use super::{ClipKind, DdimSampler, DdpmSampler, DiffusionError, LcmSampler, NoiseSchedule};

/// Sampler of the reverse process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SamplerKind {
    /// Latent consistency sampler (GL-LCM).
    Lcm,
    /// Deterministic DDIM, eta 0.
    Ddim,
    /// Ancestral DDPM with the small fixed variance (BS-LDM).
    Ddpm,
}

impl SamplerKind {
    /// The sampler on a schedule.
    pub fn build(self, schedule: NoiseSchedule) -> Box<dyn Sampler> {
        match self {
            Self::Lcm => Box::new(LcmSampler::new(schedule)),
            Self::Ddim => Box::new(DdimSampler::new(schedule)),
            Self::Ddpm => Box::new(DdpmSampler::new(schedule)),
        }
    }
}

/// Coefficients of one step, with `x0` the clipped clean latent and `x` the noisy one:
/// `denoised = d0 x0 + d1 x`, `previous = p0 x0 + p1 x + n noise`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepWeights {
    /// `[d0, d1]`.
    pub denoised: [f64; 2],
    /// `[p0, p1]`.
    pub previous: [f64; 2],
    /// `n`; exactly 0 where the step takes no fresh noise.
    pub noise: f64,
}

/// A rule that walks from noise to a latent along decreasing timesteps.
pub trait Sampler {
    /// The schedule the sampler walks on.
    fn schedule(&self) -> &NoiseSchedule;

    /// `num_steps` timesteps, decreasing.
    ///
    /// # Errors
    /// [`DiffusionError::InvalidStepCount`] for 0 steps or more than the sampler offers.
    fn timesteps(&self, num_steps: usize) -> Result<Vec<i64>, DiffusionError>;

    /// Coefficients of the step from `timestep` to `next`, or to the clean latent where `next` is `None`.
    ///
    /// # Errors
    /// [`DiffusionError::InvalidTimestep`] outside the schedule.
    fn weights(&self, timestep: i64, next: Option<i64>) -> Result<StepWeights, DiffusionError>;

    /// The steps of a whole run.
    ///
    /// # Errors
    /// As [`Sampler::timesteps`].
    fn plan(&self, num_steps: usize) -> Result<Vec<PlannedStep>, DiffusionError> {
        let timesteps = self.timesteps(num_steps)?;
        timesteps
            .iter()
            .enumerate()
            .map(|(index, &timestep)| {
                let weights = self.weights(timestep, timesteps.get(index + 1).copied())?;
                let alpha = self.schedule().alpha_cumprod(timestep)?;
                Ok(PlannedStep {
                    index,
                    timestep,
                    alpha_cumprod: alpha,
                    weights,
                })
            })
            .collect()
    }
}

/// Latents after a step.
#[derive(Debug)]
pub struct Step {
    /// Sample at the next timestep; the result after the last step.
    pub previous: Tensor,
    /// Predicted clean latent at this step: what a preview shows.
    pub denoised: Tensor,
}

/// One step of a run, its coefficients computed.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedStep {
    /// Position in the run, from 0.
    pub index: usize,
    /// Timestep the sample has before the step.
    pub timestep: i64,
    /// `alphas_cumprod[timestep]`.
    pub alpha_cumprod: f64,
    /// Coefficients.
    pub weights: StepWeights,
}

impl PlannedStep {
    /// Whether the step takes fresh noise.
    pub fn needs_noise(&self) -> bool {
        self.weights.noise > 0.0
    }

    /// Takes the step: `x0 = clip((x - sqrt(1 - a) eps) / sqrt(a))`, then the sampler's combination.
    /// Without `noise` the fresh noise is left out.
    ///
    /// # Shapes
    /// `sample`, `epsilon` (predicted noise) and `noise`: `[B, C, h, w]`.
    pub fn step(
        &self,
        sample: &Tensor,
        epsilon: &Tensor,
        clip: ClipKind,
        noise: Option<&Tensor>,
    ) -> Step {
        let predicted =
            (sample - epsilon * (1.0 - self.alpha_cumprod).sqrt()) / self.alpha_cumprod.sqrt();
        let clean = clip.apply(&predicted, self.index);
        let combined = |[of_clean, of_sample]: [f64; 2]| &clean * of_clean + sample * of_sample;
        let previous = combined(self.weights.previous);
        Step {
            previous: match noise {
                Some(noise) if self.needs_noise() => previous + noise * self.weights.noise,
                _ => previous,
            },
            denoised: combined(self.weights.denoised),
        }
    }
}

/// `num_steps` timesteps spaced evenly and counted down from the last one, `T - 1`.
pub(super) fn trailing_timesteps(
    sampler: &'static str,
    schedule: &NoiseSchedule,
    num_steps: usize,
) -> Result<Vec<i64>, DiffusionError> {
    let maximum = schedule.num_timesteps();
    if num_steps == 0 || num_steps > maximum {
        return Err(DiffusionError::InvalidStepCount {
            sampler,
            requested: num_steps,
            maximum,
        });
    }
    let stride = maximum as f64 / num_steps as f64;
    Ok((0..num_steps)
        .map(|i| (maximum as f64 - i as f64 * stride).round() as i64 - 1)
        .collect())
}

/// `alphas_cumprod` of the timestep a step leads to: 1 where it leads to the clean latent.
pub(super) fn next_alpha(
    schedule: &NoiseSchedule,
    next: Option<i64>,
) -> Result<f64, DiffusionError> {
    next.map_or(Ok(1.0), |timestep| schedule.alpha_cumprod(timestep))
}
