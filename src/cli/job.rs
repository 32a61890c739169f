//! What a command line means: checked, with the bundle's defaults filled in.

use super::args::{NetworkArgs, OutputArgs, ReadingArgs, SegmentArgs, SettingsArgs, SuppressArgs};
use super::inputs::{self, Inputs};
use super::kind::ensure_chest;
use super::report::Machine;
use super::words::{Clipping, Fusion, Grid, Guidance, Precision, Sampler};
use crate::contest::fit_mask;
use crate::formats;
use crate::model::{Manifest, default_bundle, find_bundle};
use crate::radiograph::{LungMask, Radiograph};
use crate::worker::{
    AdapterChoice, BundleChoice, ClippingChoice, ComputeOptions, FusionChoice, GuidanceChoice,
    OutputGrid, PrecisionChoice, SamplerChoice, SuppressionSettings,
};
use anyhow::{Context as _, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A bundle's folder with where its networks shall run.
#[derive(Debug, Clone)]
pub(super) struct NetworkChoice {
    pub(super) bundle: PathBuf,
    pub(super) compute: ComputeOptions,
    pub(super) adapter: Option<AdapterChoice>,
}

impl From<&NetworkChoice> for BundleChoice {
    fn from(choice: &NetworkChoice) -> Self {
        Self {
            path: choice.bundle.clone(),
            compute: Some(choice.compute),
            adapter: choice.adapter.clone(),
        }
    }
}

impl NetworkChoice {
    pub(super) fn new(args: &NetworkArgs) -> anyhow::Result<Self> {
        let precision = match args.precision {
            Precision::Auto => PrecisionChoice::Auto,
            Precision::F32 => PrecisionChoice::F32,
            Precision::Bf16 => PrecisionChoice::Bf16,
        };
        Ok(Self {
            bundle: match &args.model {
                Some(name) => find_bundle(name)?,
                None => default_bundle()?,
            },
            adapter: args.adapter.clone().map(|path| AdapterChoice {
                path,
                strength_percent: args.adapter_strength,
            }),
            compute: ComputeOptions {
                device: args.device,
                precision,
            },
        })
    }
}

/// Where outputs go, and what is told.
#[derive(Debug, Clone)]
pub(super) struct Destination {
    pub(super) folder: PathBuf,
    pub(super) overwrite: bool,
    pub(super) machine: Machine,
}

impl Destination {
    fn new(args: &OutputArgs) -> anyhow::Result<Self> {
        let OutputArgs {
            out,
            overwrite,
            json,
        } = args;
        fs::create_dir_all(out).with_context(|| {
            format!(
                "cannot make the folder {}; choose another --out",
                out.display()
            )
        })?;
        Ok(Self {
            folder: out.clone(),
            overwrite: *overwrite,
            machine: Machine::new(*json),
        })
    }
}

impl ReadingArgs {
    /// Reads one, or says why not.
    pub(super) fn read(self, path: &Path) -> anyhow::Result<Arc<Radiograph>> {
        let radiograph = formats::read(path)?;
        ensure_chest(&radiograph, self.anyway)?;
        Ok(Arc::new(if self.inverted {
            radiograph.with_polarity_turned()
        } else {
            radiograph
        }))
    }
}

/// `diaphane suppress`, as meant.
pub(super) struct SuppressJob {
    pub(super) inputs: Inputs,
    pub(super) network: NetworkChoice,
    pub(super) settings: SuppressionSettings,
    pub(super) num_seeds: usize,
    pub(super) mask: Option<LungMask>,
    pub(super) destination: Destination,
    pub(super) resume: bool,
    pub(super) reading: ReadingArgs,
}

impl SuppressJob {
    pub(super) fn new(args: &SuppressArgs) -> anyhow::Result<Self> {
        let network = NetworkChoice::new(&args.network)?;
        let settings = settings(&args.settings, args.grid, &network.bundle)?;
        let mut inputs = inputs::collect(&args.paths, args.shard)?;
        inputs.sources.extend(args.mask.clone());
        let mask = match &args.mask {
            Some(_) if inputs.files.len() > 1 => {
                bail!("--mask belongs to one radiograph; give one path")
            }
            Some(path) => Some(formats::raster::read_mask(path)?),
            None => None,
        };
        Ok(Self {
            inputs,
            network,
            num_seeds: args.seeds,
            settings,
            mask,
            destination: Destination::new(&args.output)?,
            resume: args.resume,
            reading: args.reading,
        })
    }

    /// The given mask on a radiograph's grid.
    pub(super) fn mask_for(&self, size: (usize, usize)) -> anyhow::Result<Option<Arc<LungMask>>> {
        let Some(mask) = &self.mask else {
            return Ok(None);
        };
        Ok(Some(fit_mask(mask, size)?))
    }
}

/// `diaphane segment`, as meant.
pub(super) struct SegmentJob {
    pub(super) inputs: Inputs,
    pub(super) network: NetworkChoice,
    pub(super) destination: Destination,
    pub(super) reading: ReadingArgs,
}

impl SegmentJob {
    pub(super) fn new(args: &SegmentArgs) -> anyhow::Result<Self> {
        Ok(Self {
            inputs: inputs::collect(&args.paths, None)?,
            network: NetworkChoice::new(&args.network)?,
            destination: Destination::new(&args.output)?,
            reading: args.reading,
        })
    }
}

/// The bundle's defaults with what was typed in their place.
pub(super) fn settings(
    args: &SettingsArgs,
    grid: Grid,
    bundle: &Path,
) -> anyhow::Result<SuppressionSettings> {
    let manifest = Manifest::read(bundle)?;
    let defaults = SuppressionSettings::of_bundle(&manifest);
    let settings = SuppressionSettings {
        steps: args.steps.unwrap_or(defaults.steps),
        leg_weight: args.leg.unwrap_or(defaults.leg_weight),
        guidance: args.guidance.map_or(defaults.guidance, guidance),
        sampler: args.sampler.map_or(defaults.sampler, sampler),
        clipping: args.clipping.map_or(defaults.clipping, clipping),
        fusion: args.fusion.map_or(defaults.fusion, fusion),
        output: match grid {
            Grid::Native => OutputGrid::Native,
            Grid::Model => OutputGrid::Model,
        },
        seed: args.seed.unwrap_or(defaults.seed),
    };
    settings.check_for(&manifest)?;
    Ok(settings)
}

fn guidance(typed: Guidance) -> GuidanceChoice {
    match typed {
        Guidance::Leg => GuidanceChoice::Leg,
        Guidance::Cfg => GuidanceChoice::Cfg,
        Guidance::Vanilla => GuidanceChoice::Vanilla,
        Guidance::AuthorsLive => GuidanceChoice::AuthorsLive,
        Guidance::AuthorsCommented => GuidanceChoice::AuthorsCommented,
    }
}

fn sampler(typed: Sampler) -> SamplerChoice {
    match typed {
        Sampler::Lcm => SamplerChoice::Lcm,
        Sampler::Ddim => SamplerChoice::Ddim,
        Sampler::Ddpm => SamplerChoice::Ddpm,
    }
}

fn clipping(typed: Clipping) -> ClippingChoice {
    match typed {
        Clipping::Dynamic => ClippingChoice::Dynamic,
        Clipping::Static => ClippingChoice::Static,
        Clipping::Percentile => ClippingChoice::Percentile,
        Clipping::None => ClippingChoice::None,
    }
}

fn fusion(typed: Fusion) -> FusionChoice {
    match typed {
        Fusion::Poisson => FusionChoice::Poisson,
        Fusion::Alpha => FusionChoice::Alpha,
        Fusion::Opencv => FusionChoice::OpenCv,
        Fusion::None => FusionChoice::None,
    }
}
