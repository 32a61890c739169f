//! A bundle's manifest read as settings of the pipeline's parts.

use super::grid::GridRule;
use super::{
    ClippingChoice, FusionChoice, GuidanceChoice, OutputGrid, PipelineError, SamplerChoice,
    SuppressionSettings,
};
use crate::diffusion::{
    Batching, ClipKind, ConditionScaling, DualPathConfig, Guidance, NoiseOrder, NoiseSchedule,
    NoiseScheduleConfig, SamplerKind, ScheduleKind,
};
use crate::model::Manifest;
use crate::model::manifest::{
    ClipSpec, ConditionScaling as SpecScaling, Fit, FusionName, GuidanceName, Prediction,
    SamplerName, ScheduleSpec,
};

/// Dynamic clipping where a bundle states none: GL-LCM's code for SZCH-X-Rays (slope, global, local).
const DYNAMIC_CLIP: (f64, f64, f64) = (0.025, 2.0, 3.5);
/// Quantile of the percentile clipping where a bundle states none.
const CLIP_QUANTILE: f64 = 0.995;

impl SuppressionSettings {
    /// What a bundle proposes.
    pub fn of_bundle(manifest: &Manifest) -> Self {
        let defaults = &manifest.defaults;
        Self {
            steps: defaults.steps as usize,
            leg_weight: defaults.leg_weight,
            guidance: match defaults.guidance {
                GuidanceName::Leg => GuidanceChoice::Leg,
                GuidanceName::Cfg => GuidanceChoice::Cfg,
                GuidanceName::Vanilla => GuidanceChoice::Vanilla,
                GuidanceName::AuthorsLive => GuidanceChoice::AuthorsLive,
                GuidanceName::AuthorsCommented => GuidanceChoice::AuthorsCommented,
            },
            sampler: match defaults.sampler {
                SamplerName::Lcm => SamplerChoice::Lcm,
                SamplerName::Ddim => SamplerChoice::Ddim,
                SamplerName::Ddpm => SamplerChoice::Ddpm,
            },
            clipping: match manifest.clip {
                ClipSpec::Dynamic { .. } => ClippingChoice::Dynamic,
                ClipSpec::Static { .. } => ClippingChoice::Static,
                ClipSpec::Percentile { .. } => ClippingChoice::Percentile,
                ClipSpec::None => ClippingChoice::None,
            },
            fusion: match defaults.fusion {
                FusionName::Poisson => FusionChoice::Poisson,
                FusionName::Alpha => FusionChoice::Alpha,
                FusionName::Opencv => FusionChoice::OpenCv,
                FusionName::None => FusionChoice::None,
            },
            output: OutputGrid::Native,
            seed: 0,
        }
    }

    /// Refuses values no sampler can run with; the most steps depend on the sampler, which checks them.
    ///
    /// # Errors
    /// [`PipelineError::Setting`] naming the setting, its value and what is possible.
    pub fn check(&self) -> Result<(), PipelineError> {
        let wrong = |name, value, range| Err(PipelineError::Setting { name, value, range });
        if self.steps == 0 {
            return wrong("the number of steps", "0".to_owned(), "1 or more");
        }
        if !(-20.0..=20.0).contains(&self.leg_weight) {
            let value = self.leg_weight.to_string();
            return wrong("the LEG weight", value, "a number from -20 to 20");
        }
        Ok(())
    }

    /// [`Self::check`], and whether the bundle's networks can do it; known from the manifest alone, before any weights
    /// are read.
    ///
    /// # Errors
    /// [`PipelineError`] naming the setting, its value and what is possible.
    pub fn check_for(&self, manifest: &Manifest) -> Result<(), PipelineError> {
        self.check()?;
        let residual = manifest.denoiser.prediction == Prediction::ConditionResidual;
        if self.guidance == GuidanceChoice::Cfg && residual {
            return Err(PipelineError::Setting {
                name: "the guidance",
                value: "cfg".to_owned(),
                range: "leg or vanilla: these networks predict what to take off the radiograph, and \
                        have nothing to say without one",
            });
        }
        let sampler = sampler_kind(self.sampler).build(noise_schedule(manifest)?);
        sampler.timesteps(self.steps)?;
        Ok(())
    }
}

pub(super) fn grid_rule(manifest: &Manifest) -> GridRule {
    GridRule {
        size_px: manifest.grid.size_px as usize,
        multiple_px: manifest.grid.multiple_px as usize,
        square: manifest.grid.fit == Fit::Square,
    }
}

pub(super) fn noise_schedule(manifest: &Manifest) -> Result<NoiseSchedule, PipelineError> {
    let config = match manifest.schedule {
        ScheduleSpec::ScaledLinear {
            beta_start,
            beta_end,
            num_timesteps,
        } => NoiseScheduleConfig {
            kind: ScheduleKind::ScaledLinear,
            num_timesteps: num_timesteps as usize,
            beta_start,
            beta_end,
        },
        ScheduleSpec::Cosine { num_timesteps } => NoiseScheduleConfig {
            num_timesteps: num_timesteps as usize,
            ..NoiseScheduleConfig::bs_ldm()
        },
    };
    Ok(NoiseSchedule::new(&config)?)
}

pub(super) fn sampler_kind(choice: SamplerChoice) -> SamplerKind {
    match choice {
        SamplerChoice::Lcm => SamplerKind::Lcm,
        SamplerChoice::Ddim => SamplerKind::Ddim,
        SamplerChoice::Ddpm => SamplerKind::Ddpm,
    }
}

fn guidance(choice: GuidanceChoice) -> Guidance {
    match choice {
        GuidanceChoice::Leg => Guidance::Leg,
        GuidanceChoice::Cfg => Guidance::Cfg,
        GuidanceChoice::Vanilla => Guidance::Vanilla,
        GuidanceChoice::AuthorsLive => Guidance::AuthorsLive,
        GuidanceChoice::AuthorsCommented => Guidance::AuthorsCommented,
    }
}

/// Predictions one step of the local path takes.
pub(super) fn local_predictions(settings: &SuppressionSettings) -> usize {
    match settings.guidance {
        GuidanceChoice::Leg | GuidanceChoice::Cfg
            if guidance(settings.guidance).needs_reference(settings.leg_weight) =>
        {
            2
        }
        _ => 1,
    }
}

/// How a bundle clips its global path where nobody chooses otherwise.
pub fn global_clip(manifest: &Manifest) -> ClipKind {
    let choice = SuppressionSettings::of_bundle(manifest).clipping;
    clips(choice, &manifest.clip).0
}

/// Clipping of the global and of the local path.
fn clips(choice: ClippingChoice, spec: &ClipSpec) -> (ClipKind, ClipKind) {
    let dynamic = |slope, intercept| ClipKind::Dynamic { slope, intercept };
    match (choice, spec) {
        (ClippingChoice::None, _) => (ClipKind::None, ClipKind::None),
        (ClippingChoice::Dynamic, spec) => {
            let (slope, global, local) = match *spec {
                ClipSpec::Dynamic {
                    slope,
                    global,
                    local,
                } => (slope, global, local),
                _ => DYNAMIC_CLIP,
            };
            (dynamic(slope, global), dynamic(slope, local))
        }
        // A range that does not grow is the same at every step.
        (ClippingChoice::Static, &ClipSpec::Static { global, local }) => {
            (dynamic(0.0, global), dynamic(0.0, local))
        }
        (ClippingChoice::Static, _) => (ClipKind::Static, ClipKind::Static),
        (ClippingChoice::Percentile, spec) => {
            let ratio = match *spec {
                ClipSpec::Percentile { quantile } => quantile,
                _ => CLIP_QUANTILE,
            };
            let clip = ClipKind::Percentile {
                ratio,
                maximum: f64::INFINITY,
            };
            (clip, clip)
        }
    }
}

pub(super) fn dual_path_config(
    manifest: &Manifest,
    settings: &SuppressionSettings,
    batching: Batching,
) -> DualPathConfig {
    let (clip_global, clip_local) = clips(settings.clipping, &manifest.clip);
    DualPathConfig {
        num_steps: settings.steps,
        guidance: guidance(settings.guidance),
        local_weight: settings.leg_weight,
        clip_global,
        clip_local,
        condition_scaling: match manifest.denoiser.condition {
            SpecScaling::Unscaled => ConditionScaling::Unscaled,
            SpecScaling::SqrtAlphasCumprod => ConditionScaling::SqrtAlphasCumprod,
        },
        noise_order: NoiseOrder::Independent,
        batching,
        keep_predictions: settings.guidance == GuidanceChoice::AuthorsCommented,
    }
}
