//! Noise schedules: how much of the clean latent is left at each timestep.

use std::f64::consts::FRAC_PI_2;

use serde::{Deserialize, Serialize};

use super::DiffusionError;

/// Offset of the squared cosine schedule (Nichol and Dhariwal's `s`, as in the authors' fixtures).
const COSINE_OFFSET: f64 = 0.008;

/// Cap of a cosine beta: without it the last one is 1 and nothing of the latent is left.
const MAX_COSINE_BETA: f64 = 0.999;

/// Form of the curve of betas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScheduleKind {
    /// Square roots of the betas are equally spaced (GL-LCM, Implementation Details).
    ScaledLinear,
    /// Betas are equally spaced.
    Linear,
    /// Squared cosine of the remaining signal; ignores the beta range (BS-LDM).
    #[serde(rename = "cosine")]
    SquaredCosine,
}

/// Settings of a [`NoiseSchedule`]; the default is GL-LCM's published one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NoiseScheduleConfig {
    /// Form of the curve.
    pub kind: ScheduleKind,
    /// First beta, in `(0, 1)`; GL-LCM: 0.00085. The cosine schedule does not read it.
    pub beta_start: f64,
    /// Last beta, in `(0, 1)`; GL-LCM: 0.012. The cosine schedule does not read it.
    pub beta_end: f64,
    /// Number of timesteps T; 1000 in both papers.
    pub num_timesteps: usize,
}

impl Default for NoiseScheduleConfig {
    fn default() -> Self {
        Self {
            kind: ScheduleKind::ScaledLinear,
            beta_start: 0.00085,
            beta_end: 0.012,
            num_timesteps: 1000,
        }
    }
}

impl NoiseScheduleConfig {
    /// The schedule BS-LDM's released code runs with (its beta range has no effect).
    pub fn bs_ldm() -> Self {
        Self {
            kind: ScheduleKind::SquaredCosine,
            beta_start: 0.0008,
            beta_end: 0.02,
            num_timesteps: 1000,
        }
    }

    fn validate(&self) -> Result<(), DiffusionError> {
        let refuse = |reason: String| Err(DiffusionError::InvalidSchedule { reason });
        if self.num_timesteps == 0 {
            return refuse("it has no timesteps".to_owned());
        }
        let ordered =
            0.0 < self.beta_start && self.beta_start <= self.beta_end && self.beta_end < 1.0;
        if self.kind != ScheduleKind::SquaredCosine && !ordered {
            return refuse(format!(
                "0 < beta_start <= beta_end < 1 does not hold for {} and {}",
                self.beta_start, self.beta_end
            ));
        }
        Ok(())
    }

    fn betas(&self) -> Vec<f64> {
        let last = (self.num_timesteps - 1).max(1) as f64;
        let linear = |from: f64, to: f64, t: usize| from + (to - from) * t as f64 / last;
        let steps = 0..self.num_timesteps;
        match self.kind {
            ScheduleKind::ScaledLinear => steps
                .map(|t| linear(self.beta_start.sqrt(), self.beta_end.sqrt(), t).powi(2))
                .collect(),
            ScheduleKind::Linear => steps
                .map(|t| linear(self.beta_start, self.beta_end, t))
                .collect(),
            ScheduleKind::SquaredCosine => {
                let total = self.num_timesteps as f64;
                let remaining = |t: usize| {
                    let phase = (t as f64 / total + COSINE_OFFSET) / (1.0 + COSINE_OFFSET);
                    (phase * FRAC_PI_2).cos().powi(2)
                };
                steps
                    .map(|t| (1.0 - remaining(t + 1) / remaining(t)).min(MAX_COSINE_BETA))
                    .collect()
            }
        }
    }
}

/// Betas and their running products, in `f64`, built once.
///
/// The forward process is `z_t = sqrt(a_t) z_0 + sqrt(1 - a_t) eps` with `a_t = alphas_cumprod[t]`
/// and `a_t = prod_{i <= t} (1 - beta_i)`.
///
/// # Source
/// GL-LCM, Eq. 1 and Implementation Details; BS-LDM, Implementation Details (cosine).
#[derive(Debug, Clone, PartialEq)]
pub struct NoiseSchedule {
    betas: Vec<f64>,
    alphas_cumprod: Vec<f64>,
}

impl NoiseSchedule {
    /// Builds the tables.
    ///
    /// # Errors
    /// [`DiffusionError::InvalidSchedule`] where there is no timestep or the beta range is not inside `(0, 1)`.
    pub fn new(config: &NoiseScheduleConfig) -> Result<Self, DiffusionError> {
        config.validate()?;
        let betas = config.betas();
        let alphas_cumprod = betas
            .iter()
            .scan(1.0, |product, beta| {
                *product *= 1.0 - beta;
                Some(*product)
            })
            .collect();
        Ok(Self {
            betas,
            alphas_cumprod,
        })
    }

    /// Variance added at each timestep, `[T]`.
    pub fn betas(&self) -> &[f64] {
        &self.betas
    }

    /// Share of the clean latent's power left at each timestep, `[T]`, falling from just below 1.
    pub fn alphas_cumprod(&self) -> &[f64] {
        &self.alphas_cumprod
    }

    /// Number of timesteps T.
    pub fn num_timesteps(&self) -> usize {
        self.betas.len()
    }

    /// `alphas_cumprod[timestep]`.
    ///
    /// # Errors
    /// [`DiffusionError::InvalidTimestep`] outside `0..T`.
    pub fn alpha_cumprod(&self, timestep: i64) -> Result<f64, DiffusionError> {
        usize::try_from(timestep)
            .ok()
            .and_then(|t| self.alphas_cumprod.get(t))
            .copied()
            .ok_or(DiffusionError::InvalidTimestep {
                timestep,
                num_timesteps: self.num_timesteps(),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signal_falls_strictly_in_every_schedule() {
        for kind in [
            ScheduleKind::ScaledLinear,
            ScheduleKind::Linear,
            ScheduleKind::SquaredCosine,
        ] {
            let schedule = NoiseSchedule::new(&NoiseScheduleConfig {
                kind,
                ..NoiseScheduleConfig::default()
            })
            .unwrap();
            assert_eq!(schedule.num_timesteps(), 1000);
            assert!(schedule.alphas_cumprod().windows(2).all(|w| w[1] < w[0]));
            assert!(schedule.betas().iter().all(|&b| 0.0 < b && b <= 0.999));
        }
    }

    #[test]
    fn linear_betas_meet_both_ends() {
        let schedule = NoiseSchedule::new(&NoiseScheduleConfig {
            kind: ScheduleKind::Linear,
            beta_start: 0.1,
            beta_end: 0.4,
            num_timesteps: 4,
        })
        .unwrap();
        for (beta, expected) in schedule.betas().iter().zip([0.1, 0.2, 0.3, 0.4]) {
            assert!((beta - expected).abs() < 1e-12);
        }
        // 0.9 * 0.8 * 0.7 * 0.6
        assert!((schedule.alpha_cumprod(3).unwrap() - 0.3024).abs() < 1e-12);
    }

    #[test]
    fn settings_that_are_no_schedule_are_refused() {
        let broken = |edit: fn(&mut NoiseScheduleConfig)| {
            let mut config = NoiseScheduleConfig::default();
            edit(&mut config);
            matches!(
                NoiseSchedule::new(&config),
                Err(DiffusionError::InvalidSchedule { .. })
            )
        };
        assert!(broken(|c| c.num_timesteps = 0));
        assert!(broken(|c| c.beta_start = 0.0));
        assert!(broken(|c| c.beta_end = 1.0));
        assert!(broken(|c| c.beta_end = f64::NAN));
        assert!(broken(|c| c.beta_start = 0.5));
    }

    #[test]
    fn timesteps_outside_the_table_are_refused() {
        let schedule = NoiseSchedule::new(&NoiseScheduleConfig::default()).unwrap();
        for timestep in [-1, 1000] {
            assert_eq!(
                schedule.alpha_cumprod(timestep),
                Err(DiffusionError::InvalidTimestep {
                    timestep,
                    num_timesteps: 1000
                })
            );
        }
    }
}
