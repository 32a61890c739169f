//! From the run folders of trained networks to a bundle.

use super::stages::{FrozenVqgan, LatentStats};
use super::{RunConfig, RunFolder, TrainError, TrainStage, Which, load_variables};
use crate::model::bundle::WrittenBundle;
use crate::model::manifest::{
    CleaningSpec, DenoiserSpec, FileRole, Fit, InputRange, InputUnits, LatentSpec, SegmenterSpec,
    VqganSpec,
};
use crate::model::weights::WeightPrecision;
use crate::model::{BundleWriter, Denoiser, LungSegmenter, Manifest, Vqgan};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use tch::Device;
use tch::nn::{self, VarStore};

/// Probability above which a pixel belongs to the lungs; the segmenter is trained and judged with it.
const SEGMENTER_THRESHOLD: f64 = 0.5;

/// What a bundle is made of, and what it says about itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportConfig {
    /// The bundle's folder.
    pub out: PathBuf,
    /// Its name.
    pub name: String,
    /// Version of the weights.
    pub version: String,
    /// Licence of the weights.
    pub licence: String,
    /// What the weights were trained on.
    pub training_data: String,
    /// Run folder of the denoiser; it holds the VQGAN the denoiser was trained on.
    pub denoiser: PathBuf,
    /// Run folder of the segmenter.
    #[serde(default)]
    pub segmenter: Option<PathBuf>,
    /// Whether the newest averaged weights are taken even where an earlier checkpoint scored better.
    #[serde(default)]
    pub newest: bool,
    /// Number format of the weights.
    #[serde(default)]
    pub precision: WeightPrecision,
    /// Text file of the model card.
    #[serde(default)]
    pub card: Option<PathBuf>,
    /// Whether an earlier bundle at the same place is replaced.
    #[serde(default)]
    pub overwrite: bool,
}

impl ExportConfig {
    /// Reads an export file; relative paths in it start at its own folder.
    ///
    /// # Errors
    /// [`TrainError::File`] where it cannot be read, [`TrainError::RunFile`] where it is no export file.
    pub fn read(path: &Path) -> Result<Self, TrainError> {
        let text = std::fs::read_to_string(path)
            .map_err(TrainError::file("reading the export file", path))?;
        let mut config: Self = toml::from_str(&text).map_err(|err| TrainError::RunFile {
            reason: err.to_string().trim_end().to_owned(),
            path: path.to_owned(),
        })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let given = [&mut config.out, &mut config.denoiser]
            .into_iter()
            .chain(&mut config.segmenter)
            .chain(&mut config.card);
        for path in given {
            *path = folder.join(&path);
        }
        Ok(config)
    }
}

/// One trained network: its settings and its averaged weights.
struct Trained {
    folder: RunFolder,
    settings: RunConfig,
    weights: PathBuf,
}

impl Trained {
    fn open(root: &Path, stage: TrainStage, newest: bool) -> Result<Self, TrainError> {
        let folder = RunFolder::open(root)?;
        let settings = folder.settings()?;
        if settings.stage != stage {
            return Err(TrainError::checkpoint(
                root,
                format!(
                    "the run trains stage `{}`, not `{}`",
                    settings.stage.name(),
                    stage.name()
                ),
            ));
        }
        let which = if newest { Which::Last } else { Which::Best };
        let checkpoint = folder
            .checkpoint(which)?
            .ok_or_else(|| TrainError::checkpoint(root, "the run has no checkpoint yet"))?;
        Ok(Self {
            folder,
            settings,
            weights: checkpoint.join("ema.safetensors"),
        })
    }
}

/// Writes a bundle from finished runs.
///
/// # Errors
/// [`TrainError`] where a run is missing, trains another stage or does not fit, or the bundle cannot
/// be written; nothing is left behind then.
pub fn export(config: &ExportConfig) -> Result<WrittenBundle, TrainError> {
    let denoiser = Trained::open(&config.denoiser, TrainStage::Denoiser, config.newest)?;
    let segmenter = config
        .segmenter
        .as_deref()
        .map(|root| Trained::open(root, TrainStage::Segmenter, config.newest))
        .transpose()?;
    let vqgan = FrozenVqgan::find(&denoiser.settings, &denoiser.folder)?;
    let manifest = manifest(config, &denoiser, segmenter.as_ref(), &vqgan)?;
    let networks = (
        manifest.vqgan.config.clone(),
        manifest.denoiser.config.clone(),
        manifest.segmenter.clone(),
    );
    let mut writer = BundleWriter::create(&config.out, manifest, config.overwrite)?;
    let mut add = |role, file: &Path, build: &dyn Fn(&nn::Path<'_>)| {
        let vs = VarStore::new(Device::Cpu);
        build(&vs.root());
        load_variables(&vs, file)?;
        Ok::<(), TrainError>(writer.add_store(role, &vs, config.precision)?)
    };
    add(FileRole::Vqgan, &vqgan.weights, &|vs| {
        drop(Vqgan::new(vs, &networks.0));
    })?;
    add(FileRole::Denoiser, &denoiser.weights, &|vs| {
        drop(Denoiser::new(vs, &networks.1));
    })?;
    if let (Some(trained), Some(spec)) = (&segmenter, &networks.2) {
        add(FileRole::Segmenter, &trained.weights, &|vs| {
            drop(LungSegmenter::new(vs, &spec.config));
        })?;
    }
    if let Some(card) = &config.card {
        let text = std::fs::read_to_string(card)
            .map_err(TrainError::file("reading the model card", card))?;
        writer.write_card(&text)?;
    }
    Ok(writer.finish()?)
}

fn manifest(
    config: &ExportConfig,
    denoiser: &Trained,
    segmenter: Option<&Trained>,
    vqgan: &FrozenVqgan,
) -> Result<Manifest, TrainError> {
    let settings = &denoiser.settings;
    let conventions = &settings.conventions;
    let architecture = settings.model.denoiser()?;
    let stats: LatentStats = denoiser
        .folder
        .read_toml(LatentStats::FILE)?
        .ok_or_else(|| {
            TrainError::checkpoint(denoiser.folder.root(), "the latent statistics are missing")
        })?;
    let mut manifest = Manifest::for_preset(settings.model.preset);
    manifest.name.clone_from(&config.name);
    manifest.version.clone_from(&config.version);
    manifest.licence.clone_from(&config.licence);
    manifest.training_data.clone_from(&config.training_data);
    if let Some(source) = settings.data.source.first() {
        manifest.grid.size_px = source.grid_px as u32;
    }
    manifest.grid.multiple_px =
        (vqgan.architecture.downsampling() * architecture.downsampling()) as u32;
    manifest.vqgan = VqganSpec {
        quantize_latents: conventions.quantize_latents,
        config: vqgan.architecture.clone(),
    };
    manifest.denoiser = DenoiserSpec {
        prediction: conventions.prediction,
        condition: conventions.condition,
        condition_in_training: conventions.condition,
        config: architecture,
    };
    manifest.latent = LatentSpec {
        mean: stats.mean,
        std: stats.std,
    };
    manifest.schedule = conventions.schedule.clone();
    manifest.segmenter = match segmenter {
        Some(trained) => Some(SegmenterSpec {
            size_px: trained.settings.patch_px as u32,
            // The trainer shows display values in [-1, 1], with black borders beyond the picture.
            fit: Fit::Pad,
            input: InputRange::Displayed,
            units: InputUnits::Signed,
            threshold: SEGMENTER_THRESHOLD,
            cleaning: CleaningSpec::default(),
            config: trained.settings.model.segmenter()?,
        }),
        None => None,
    };
    Ok(manifest)
}
