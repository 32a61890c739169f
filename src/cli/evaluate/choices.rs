//! Every choice of a setting, and what the papers found for it.

use super::source::Asked;
use crate::cli::words::Ablated;
use crate::evidence::Published;
use crate::worker::{ClippingChoice, FusionChoice, GuidanceChoice, SuppressionSettings};

/// Numbers of steps that are tried; those above 16 only where the bundle takes as many.
const STEPS: [usize; 7] = [1, 2, 4, 8, 16, 25, 50];
/// Most steps that every bundle tries.
const FEW_STEPS: usize = 16;
/// Weights of the guidance that are tried.
const LEG_WEIGHTS: [f64; 6] = [1.0, 1.25, 1.5, 2.0, 3.0, 5.0];
/// Seeds that are tried, counted up from the first; then their mean.
const SEEDS: u64 = 4;

/// Why the row of a table has no scores with any bundle.
const AUTOENCODER: &str = "no bundle holds the autoencoder that this fusion needs";
const OFFSET_NOISE: &str = "offset noise is a choice of training: train a bundle with conventions.offset_noise = 0.0 and ablate that one";

/// One choice of a setting.
pub(super) struct Choice {
    pub(super) name: String,
    /// What is asked of the networks, or why no bundle can do it.
    pub(super) asked: Result<Asked, &'static str>,
    pub(super) is_default: bool,
    pub(super) published: Option<Published>,
}

/// The setting's name.
pub(super) fn word(setting: Ablated) -> &'static str {
    match setting {
        Ablated::Guidance => "guidance",
        Ablated::Leg => "leg",
        Ablated::Fusion => "fusion",
        Ablated::Clipping => "clipping",
        Ablated::Steps => "steps",
        Ablated::Seeds => "seeds",
    }
}

/// Which published table a setting repeats.
pub(super) fn source(setting: Ablated) -> &'static str {
    match setting {
        Ablated::Guidance => "GL-LCM, table 4",
        Ablated::Fusion => "GL-LCM, table 5",
        Ablated::Clipping => "BS-LDM, table 2; rows without a remark have offset noise there",
        Ablated::Leg | Ablated::Steps | Ablated::Seeds => "",
    }
}

/// Every choice of a setting, everything else as it is.
pub(super) fn choices(setting: Ablated, default: &SuppressionSettings) -> Vec<Choice> {
    let choice = |name: &str, settings: SuppressionSettings| Choice {
        name: name.to_owned(),
        is_default: settings == *default,
        published: None,
        asked: Ok(Asked::once(settings)),
    };
    let of = |published: &[Named<SuppressionSettings>], beyond: &[Beyond]| {
        let choices = published.iter();
        let choices = choices.map(|(name, settings, published)| Choice {
            published: *published,
            ..choice(name, settings.clone())
        });
        let beyond = beyond.iter().map(|(name, why, found)| Choice {
            name: (*name).to_owned(),
            asked: Err(why),
            is_default: false,
            published: Some(*found),
        });
        choices.chain(beyond).collect()
    };
    let with = |change: &dyn Fn(&mut SuppressionSettings)| {
        let mut settings = default.clone();
        change(&mut settings);
        settings
    };
    match setting {
        Ablated::Guidance => of(
            &GUIDANCE.map(|(name, to, found)| (name, with(&|s| s.guidance = to), found)),
            &[],
        ),
        Ablated::Fusion => of(
            &FUSION.map(|(name, to, found)| (name, with(&|s| s.fusion = to), found)),
            &FUSION_BEYOND,
        ),
        Ablated::Clipping => of(
            &CLIPPING.map(|(name, to, found)| (name, with(&|s| s.clipping = to), found)),
            &CLIPPING_BEYOND,
        ),
        Ablated::Leg => numbers(&LEG_WEIGHTS, default.leg_weight)
            .into_iter()
            .map(|weight| choice(&weight.to_string(), with(&|s| s.leg_weight = weight)))
            .collect(),
        Ablated::Steps => steps(default.steps)
            .into_iter()
            .map(|steps| choice(&steps.to_string(), with(&|s| s.steps = steps)))
            .collect(),
        Ablated::Seeds => seeds(default, choice),
    }
}

/// Seed after seed, then the mean of their pictures.
fn seeds(
    default: &SuppressionSettings,
    choice: impl Fn(&str, SuppressionSettings) -> Choice,
) -> Vec<Choice> {
    let mut choices: Vec<Choice> = (0..SEEDS)
        .map(|index| {
            let seed = default.seed.wrapping_add(index);
            let settings = SuppressionSettings {
                seed,
                ..default.clone()
            };
            choice(&seed.to_string(), settings)
        })
        .collect();
    choices.push(Choice {
        name: format!("mean of {SEEDS}"),
        is_default: false,
        published: None,
        asked: Ok(Asked {
            settings: default.clone(),
            num_seeds: SEEDS as usize,
        }),
    });
    choices
}

fn numbers(tried: &[f64], default: f64) -> Vec<f64> {
    let mut numbers = tried.to_vec();
    numbers.push(default);
    numbers.sort_by(f64::total_cmp);
    numbers.dedup();
    numbers
}

fn steps(default: usize) -> Vec<usize> {
    let most = default.max(FEW_STEPS);
    let mut steps: Vec<usize> = STEPS.into_iter().filter(|&steps| steps <= most).collect();
    steps.push(default);
    steps.sort_unstable();
    steps.dedup();
    steps
}

/// A row of a table that no bundle can repeat, why, and what the paper found.
type Beyond = (&'static str, &'static str, Published);

/// A choice by its name, with what a paper found for it.
type Named<T> = (&'static str, T, Option<Published>);

const fn published(psnr: f64, lpips: f64) -> Published {
    Published { psnr, lpips }
}

/// GL-LCM, table 4.
const GUIDANCE: [Named<GuidanceChoice>; 5] = [
    (
        "vanilla",
        GuidanceChoice::Vanilla,
        Some(published(32.777, 0.058)),
    ),
    ("cfg", GuidanceChoice::Cfg, Some(published(32.315, 0.068))),
    ("leg", GuidanceChoice::Leg, Some(published(33.347, 0.056))),
    ("authors-live", GuidanceChoice::AuthorsLive, None),
    ("authors-commented", GuidanceChoice::AuthorsCommented, None),
];

/// GL-LCM, table 5.
const FUSION: [Named<FusionChoice>; 4] = [
    ("none", FusionChoice::None, Some(published(31.360, 0.091))),
    ("alpha", FusionChoice::Alpha, Some(published(29.781, 0.181))),
    (
        "poisson",
        FusionChoice::Poisson,
        Some(published(33.347, 0.056)),
    ),
    ("opencv", FusionChoice::OpenCv, None),
];

/// GL-LCM, table 5, the row of another network.
const FUSION_BEYOND: [Beyond; 1] = [("autoencoder", AUTOENCODER, published(30.850, 0.141))];

/// BS-LDM, table 2, rows without offset noise.
const CLIPPING_BEYOND: [Beyond; 4] = [
    (
        "none, no offset noise",
        OFFSET_NOISE,
        published(30.054, 0.553),
    ),
    (
        "static, no offset noise",
        OFFSET_NOISE,
        published(30.222, 0.141),
    ),
    (
        "percentile, no offset noise",
        OFFSET_NOISE,
        published(30.319, 0.142),
    ),
    (
        "dynamic, no offset noise",
        OFFSET_NOISE,
        published(31.557, 0.053),
    ),
];

/// BS-LDM, table 2, rows with offset noise.
const CLIPPING: [Named<ClippingChoice>; 4] = [
    ("none", ClippingChoice::None, Some(published(30.056, 0.549))),
    (
        "static",
        ClippingChoice::Static,
        Some(published(31.441, 0.128)),
    ),
    (
        "percentile",
        ClippingChoice::Percentile,
        Some(published(29.937, 0.130)),
    ),
    (
        "dynamic",
        ClippingChoice::Dynamic,
        Some(published(32.224, 0.051)),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Manifest, Preset};

    #[test]
    fn every_setting_has_its_default_once() {
        for preset in [Preset::Compact, Preset::GlLcm, Preset::BsLdm] {
            let manifest = Manifest::for_preset(preset);
            let default = SuppressionSettings::of_bundle(&manifest);
            for setting in [
                Ablated::Guidance,
                Ablated::Leg,
                Ablated::Fusion,
                Ablated::Clipping,
                Ablated::Steps,
                Ablated::Seeds,
            ] {
                let choices = choices(setting, &default);
                let defaults = choices.iter().filter(|choice| choice.is_default).count();
                assert_eq!(defaults, 1, "{preset:?} {}", word(setting));
            }
        }
        let default = SuppressionSettings::of_bundle(&Manifest::for_preset(Preset::Compact));
        let rows = |setting| choices(setting, &default).len();
        // The papers' rows, and two forms of guidance and one of fusion that they do not have.
        let tables = [Ablated::Guidance, Ablated::Fusion, Ablated::Clipping];
        assert_eq!(tables.map(rows), [3 + 2, 4 + 1, 8]);
        assert_eq!(steps(8), [1, 2, 4, 8, 16]);
        assert_eq!(steps(50), [1, 2, 4, 8, 16, 25, 50]);
    }
}
