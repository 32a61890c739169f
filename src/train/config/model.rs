//! Architecture of the networks, and what the denoiser predicts.

use crate::diffusion::{NoiseScheduleConfig, ScheduleKind};
use crate::model::manifest::{ConditionScaling, Prediction, ScheduleSpec, SegmenterInput};
use crate::model::{ConfigError, DenoiserConfig, Preset, SegmenterConfig, VqganConfig};
use crate::train::TrainError;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Most timesteps of a schedule; a bundle's manifest takes no more.
const MOST_TIMESTEPS: u32 = 100_000;

/// A preset and what a run changes in it, field by field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ModelConfig {
    /// The family the networks come from.
    pub preset: Preset,
    /// Fields of [`SegmenterConfig`] that differ from the preset's.
    pub segmenter: toml::Table,
    /// Fields of [`VqganConfig`] that differ from the preset's.
    pub vqgan: toml::Table,
    /// Fields of [`DenoiserConfig`] that differ from the preset's.
    pub denoiser: toml::Table,
}

impl Default for ModelConfig {
    fn default() -> Self {
        Self {
            preset: Preset::Compact,
            segmenter: toml::Table::new(),
            vqgan: toml::Table::new(),
            denoiser: toml::Table::new(),
        }
    }
}

impl ModelConfig {
    /// The segmenter to build.
    ///
    /// # Errors
    /// [`TrainError::Setting`] where an override names no field or has the wrong type.
    pub fn segmenter(&self) -> Result<SegmenterConfig, TrainError> {
        overridden("model.segmenter", &self.preset.segmenter(), &self.segmenter)
    }

    /// The VQGAN to build.
    ///
    /// # Errors
    /// As [`Self::segmenter`].
    pub fn vqgan(&self) -> Result<VqganConfig, TrainError> {
        overridden("model.vqgan", &self.preset.vqgan(), &self.vqgan)
    }

    /// The denoiser to build.
    ///
    /// # Errors
    /// As [`Self::segmenter`].
    pub fn denoiser(&self) -> Result<DenoiserConfig, TrainError> {
        overridden("model.denoiser", &self.preset.denoiser(), &self.denoiser)
    }

    pub(super) fn validate(&self) -> Result<(), TrainError> {
        let refuse = |section: &str| {
            let section = format!("model.{section}");
            move |err: ConfigError| TrainError::setting(&section, format!("cannot be built: {err}"))
        };
        self.segmenter()?.check().map_err(refuse("segmenter"))?;
        self.vqgan()?.check().map_err(refuse("vqgan"))?;
        self.denoiser()?.check().map_err(refuse("denoiser"))
    }
}

fn overridden<T: Serialize + DeserializeOwned>(
    section: &str,
    preset: &T,
    overrides: &toml::Table,
) -> Result<T, TrainError> {
    let mut table = toml::Table::try_from(preset)
        .map_err(|err| TrainError::setting(section, format!("cannot be used: {err}")))?;
    for (field, value) in overrides {
        if table.insert(field.clone(), value.clone()).is_none() {
            return Err(TrainError::setting(
                &format!("{section}.{field}"),
                "names no field of the network",
            ));
        }
    }
    table.try_into().map_err(|err: toml::de::Error| {
        TrainError::setting(section, format!("cannot be used: {}", err.message()))
    })
}

/// What the denoiser predicts, and how it sees noise and condition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Conventions {
    /// Meaning of the network's output.
    pub prediction: Prediction,
    /// Scale of the condition; the authors' code trains with `sqrt_alphas_cumprod`.
    pub condition: ConditionScaling,
    /// Its scale while sampling, where that is another one, as in the authors' code: the weights are judged by it, samples
    /// are drawn by it, and a student of distillation learns by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition_in_sampling: Option<ConditionScaling>,
    /// Factor on one more normal number per channel and image, added to the noise.
    pub offset_noise: f64,
    /// Whether latents are brought to mean 0 and standard deviation 1 per channel.
    pub normalize_latents: bool,
    /// Whether the denoiser works on codebook entries rather than on continuous latents.
    pub quantize_latents: bool,
    /// Grey scale of the segmenter's input: `displayed` or `equalized`.
    pub segmenter_input: SegmenterInput,
    /// Noise schedule.
    pub schedule: ScheduleSpec,
}

impl Default for Conventions {
    fn default() -> Self {
        Self {
            prediction: Prediction::ConditionResidual,
            condition: ConditionScaling::Unscaled,
            condition_in_sampling: None,
            // The value of the authors' code (config.py of GL-LCM).
            offset_noise: 0.1,
            normalize_latents: true,
            quantize_latents: false,
            segmenter_input: SegmenterInput::Displayed,
            schedule: ScheduleSpec::ScaledLinear {
                beta_start: 0.00085,
                beta_end: 0.012,
                num_timesteps: 1000,
            },
        }
    }
}

impl Conventions {
    /// Scale of the condition while sampling.
    pub fn sampling_condition(&self) -> ConditionScaling {
        self.condition_in_sampling.unwrap_or(self.condition)
    }

    /// The noise schedule in the form the forward process takes.
    pub fn noise_schedule(&self) -> NoiseScheduleConfig {
        match self.schedule {
            ScheduleSpec::ScaledLinear {
                beta_start,
                beta_end,
                num_timesteps,
            } => NoiseScheduleConfig {
                kind: ScheduleKind::ScaledLinear,
                beta_start,
                beta_end,
                num_timesteps: num_timesteps as usize,
            },
            ScheduleSpec::Cosine { num_timesteps } => NoiseScheduleConfig {
                num_timesteps: num_timesteps as usize,
                ..NoiseScheduleConfig::bs_ldm()
            },
        }
    }

    pub(super) fn validate(&self) -> Result<(), TrainError> {
        if self.prediction == Prediction::ConditionResidual
            && [self.condition, self.sampling_condition()]
                .contains(&ConditionScaling::SqrtAlphasCumprod)
        {
            return Err(TrainError::setting(
                "conventions.condition",
                "must be `unscaled` where the network predicts what to take off the condition",
            ));
        }
        if !(self.offset_noise >= 0.0 && self.offset_noise.is_finite()) {
            return Err(TrainError::setting(
                "conventions.offset_noise",
                "must not be negative",
            ));
        }
        if self.segmenter_input == SegmenterInput::Stretched {
            return Err(TrainError::setting(
                "conventions.segmenter_input",
                "must be `displayed` or `equalized`",
            ));
        }
        self.validate_schedule()
    }

    fn validate_schedule(&self) -> Result<(), TrainError> {
        if !(2..=MOST_TIMESTEPS).contains(&self.schedule.num_timesteps()) {
            return Err(TrainError::setting(
                "conventions.schedule.num_timesteps",
                format!("must lie between 2 and {MOST_TIMESTEPS}"),
            ));
        }
        match self.schedule {
            ScheduleSpec::ScaledLinear {
                beta_start,
                beta_end,
                ..
            } if !(0.0 < beta_start && beta_start < beta_end && beta_end < 1.0) => {
                Err(TrainError::setting(
                    "conventions.schedule.beta_start",
                    "must be positive and below `beta_end`, and that below 1",
                ))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overrides_change_single_fields_of_the_preset() {
        let config: ModelConfig = toml::from_str("[vqgan]\ncodebook_size = 32").unwrap();
        let vqgan = config.vqgan().unwrap();
        assert_eq!(vqgan.codebook_size, 32);
        assert_eq!(vqgan.channels, Preset::Compact.vqgan().channels);
    }

    #[test]
    fn overrides_that_fit_no_field_are_named() {
        let config: ModelConfig = toml::from_str("[denoiser]\nmodel_chanels = 32").unwrap();
        let err = config.denoiser().unwrap_err();
        assert!(err.to_string().contains("model_chanels"), "{err}");
        let config: ModelConfig = toml::from_str("[denoiser]\nmodel_channels = true").unwrap();
        assert!(config.denoiser().is_err());
    }
}
