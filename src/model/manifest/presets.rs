//! Manifests of the published networks, with the conventions of the authors' code.

use super::{
    CleaningSpec, ClipSpec, ConditionScaling, DenoiserSpec, Fit, FusionName, GridSpec,
    GuidanceName, InputRange, InputUnits, LatentSpec, LocalPathSpec, Manifest, Prediction,
    SamplerName, SamplingDefaults, ScheduleSpec, SegmenterInput, SegmenterSpec, VqganSpec,
};
use crate::model::Preset;

impl Manifest {
    /// A manifest without files for a preset, to be completed with licence, training data and weights.
    ///
    /// `gl-lcm` and `bs-ldm` follow the authors' released code: quantised latents without normalisation, a condition
    /// that was scaled by `sqrt(alphas_cumprod)` in training and is unscaled in sampling, and their clip ranges.
    /// In one thing they do not: a radiograph that is not square is padded instead of squeezed, which the authors' square
    /// data does not tell apart.
    /// `compact` follows this project's own training: continuous normalised latents, unscaled condition, and a network
    /// that predicts what must be taken off the condition.
    ///
    /// # Source
    /// GL-LCM: `codes/config.py`, `model.py`, `lcm_train.py` of the authors' repository; BS-LDM: `config.py`,
    /// `ldm_train.py`, `ldm_eval.py` of theirs.
    pub fn for_preset(preset: Preset) -> Self {
        let (vqgan, denoiser) = (preset.vqgan(), preset.denoiser());
        let channels = vqgan.latent_channels.max(0) as usize;
        let compact = preset == Preset::Compact;
        let levels = vqgan.channels.len() + denoiser.channel_mult.len() - 1;
        Self {
            name: preset.name().to_owned(),
            version: "1".to_owned(),
            preset,
            licence: "unstated".to_owned(),
            training_data: "unstated".to_owned(),
            card: "README.md".to_owned(),
            grid: GridSpec {
                size_px: 1024,
                fit: Fit::Pad,
                multiple_px: 1 << levels,
            },
            vqgan: VqganSpec {
                quantize_latents: !compact,
                config: vqgan,
            },
            denoiser: DenoiserSpec {
                prediction: if compact {
                    Prediction::ConditionResidual
                } else {
                    Prediction::Epsilon
                },
                condition: ConditionScaling::Unscaled,
                condition_in_training: if compact {
                    ConditionScaling::Unscaled
                } else {
                    ConditionScaling::SqrtAlphasCumprod
                },
                config: denoiser,
            },
            latent: LatentSpec {
                mean: vec![0.0; channels],
                std: vec![1.0; channels],
            },
            schedule: schedule_of(preset),
            clip: clip_of(preset),
            local_path: local_path_of(preset),
            segmenter: Some(segmenter_of(preset)),
            defaults: defaults_of(preset),
            uncertainty: None,
            learned_from: None,
            files: Vec::new(),
        }
    }
}

fn schedule_of(preset: Preset) -> ScheduleSpec {
    match preset {
        Preset::BsLdm => ScheduleSpec::Cosine {
            num_timesteps: 1000,
        },
        // The defaults of the LCM scheduler the authors use; the betas in their own config are never read.
        Preset::GlLcm | Preset::Compact => ScheduleSpec::ScaledLinear {
            beta_start: 0.00085,
            beta_end: 0.012,
            num_timesteps: 1000,
        },
    }
}

fn clip_of(preset: Preset) -> ClipSpec {
    match preset {
        // The authors' values for SZCH-X-Rays; for JSRT they use 1.7 and 3.
        Preset::GlLcm => ClipSpec::Dynamic {
            slope: 0.025,
            global: 2.0,
            local: 3.5,
        },
        Preset::BsLdm => ClipSpec::Dynamic {
            slope: 0.003,
            global: 1.4,
            local: 1.4,
        },
        // Normalised latents of a direct x0 prediction need no clipping.
        Preset::Compact => ClipSpec::None,
    }
}

fn local_path_of(preset: Preset) -> LocalPathSpec {
    match preset {
        // The authors mask a stretched radiograph, and correct the tone of the local picture afterwards; the erosion is
        // that of OpenCV's `seamlessClone`.
        Preset::GlLcm => LocalPathSpec {
            input: InputRange::Stretched,
            border_px: 3,
            shift_mean: true,
            blank_background: true,
        },
        // BS-LDM has no local path.
        Preset::BsLdm => LocalPathSpec {
            input: InputRange::Displayed,
            border_px: 3,
            shift_mean: false,
            blank_background: false,
        },
        // A latent position spans 8 px and the codec mixes it with its neighbours: 3 px leave a dark line.
        Preset::Compact => LocalPathSpec {
            input: InputRange::Displayed,
            border_px: 24,
            shift_mean: false,
            blank_background: false,
        },
    }
}

fn segmenter_of(preset: Preset) -> SegmenterSpec {
    match preset {
        Preset::GlLcm | Preset::BsLdm => SegmenterSpec {
            size_px: 512,
            fit: Fit::Pad,
            input: SegmenterInput::Stretched,
            units: InputUnits::Unit,
            threshold: 0.2,
            cleaning: CleaningSpec::AUTHORS,
            config: preset.segmenter(),
        },
        Preset::Compact => SegmenterSpec {
            size_px: 256,
            fit: Fit::Pad,
            input: SegmenterInput::Displayed,
            units: InputUnits::Signed,
            threshold: 0.5,
            cleaning: CleaningSpec::default(),
            config: preset.segmenter(),
        },
    }
}

fn defaults_of(preset: Preset) -> SamplingDefaults {
    let common = SamplingDefaults {
        steps: 50,
        leg_weight: 3.0,
        sampler: SamplerName::Lcm,
        fusion: FusionName::Poisson,
        guidance: GuidanceName::Leg,
    };
    match preset {
        Preset::GlLcm => common,
        Preset::BsLdm => SamplingDefaults {
            steps: 1000,
            leg_weight: 1.0,
            sampler: SamplerName::Ddpm,
            fusion: FusionName::None,
            guidance: GuidanceName::Vanilla,
        },
        Preset::Compact => SamplingDefaults {
            steps: 8,
            leg_weight: 1.25,
            ..common
        },
    }
}
