//! From the run folders of trained networks to a bundle.

use super::base::{Base, load_base};
use super::learned::learned_from;
use super::observer::Turns;
use super::packed::{ExportedBundle, PackedCheckpoint};
use super::stages::{FrozenVqgan, LatentStats};
use super::{RunConfig, RunFolder, TrainError, TrainStage, Unobserved, Which, load_variables};
use crate::metrics::ErrorBand;
use crate::model::manifest::{
    CleaningSpec, DenoiserSpec, FileRole, Fit, InputUnits, LatentSpec, SamplerName, SegmenterSpec,
    VqganSpec,
};
use crate::model::weights::{SavedWeights, WeightPrecision, load_weights};
use crate::model::{
    Adapter, Bundle, BundleWriter, Denoiser, LearnedFrom, LungSegmenter, Manifest, Vqgan,
};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use tch::nn::VarStore;
use tch::{Device, Tensor};

/// Stages that train a noise estimator.
const OF_LATENTS: [TrainStage; 2] = [TrainStage::Denoiser, TrainStage::Distill];

/// Steps that a distilled bundle proposes at most.
const DISTILLED_STEPS: u32 = 4;

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
    /// How far the truth may lie from the mean of several seeds, as `diaphane models calibrate` prints it.
    #[serde(default)]
    pub uncertainty: Option<ErrorBand>,
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
    checkpoint: PackedCheckpoint,
}

impl Trained {
    fn open(
        root: &Path,
        stages: &[TrainStage],
        newest: bool,
        turns: &mut Turns<'_>,
    ) -> Result<Self, TrainError> {
        let folder = RunFolder::open(root)?;
        let settings = folder.settings()?;
        if !stages.contains(&settings.stage) {
            let wanted: Vec<&str> = stages.iter().map(|stage| stage.name()).collect();
            return Err(TrainError::checkpoint(
                root,
                format!(
                    "the run trains stage `{}`, not `{}`",
                    settings.stage.name(),
                    wanted.join("` or `")
                ),
            ));
        }
        let which = if newest { Which::Last } else { Which::Best };
        let checkpoint = folder
            .checkpoint_in_turns(which, turns)?
            .ok_or_else(|| TrainError::checkpoint(root, "the run has no checkpoint yet"))?;
        let state = RunFolder::state(&checkpoint)?;
        Ok(Self {
            folder,
            weights: checkpoint.join("ema.safetensors"),
            checkpoint: PackedCheckpoint {
                run: root.to_owned(),
                stage: settings.stage,
                iteration: state.iteration,
                best_iteration: state.best_iteration,
                best_score: state.best_score,
            },
            settings,
        })
    }

    /// Fills the variables of the noise estimator: from the run's weights, or from the base's and the run's changes.
    fn fill(&self, vs: &VarStore) -> Result<(), TrainError> {
        let Some(adapter) = &self.settings.adapter else {
            return load_variables(vs, &self.weights);
        };
        load_base(&self.settings, FileRole::Denoiser, vs, &self.folder)?;
        let factors = Tensor::read_safetensors(&self.weights)?;
        let factors = factors.into_iter().collect();
        let adapter = Adapter::of_factors(&self.weights, factors, adapter.alpha)?;
        Ok(adapter.apply(vs, 1.0)?)
    }
}

/// Writes a bundle from finished runs. Where the denoiser's run has a base, what the run did not train is the base's:
/// conventions, defaults and, unless another is given, the segmenter. Adapters are merged at full strength. The bundle says
/// what its networks learned from ([`LearnedFrom`]), the base's own included where that says.
///
/// # Errors
/// [`TrainError`] where a run is missing, trains another stage or does not fit, or the bundle cannot
/// be written; nothing is left behind then.
pub fn export(config: &ExportConfig) -> Result<ExportedBundle, TrainError> {
    packed(config, &mut Turns::new(&mut Unobserved))
}

/// As [`export`]; gives a turn before every file that is read for its checksum, and before every network.
pub(super) fn packed(
    config: &ExportConfig,
    turns: &mut Turns<'_>,
) -> Result<ExportedBundle, TrainError> {
    let mut open = |root, stages| Trained::open(root, stages, config.newest, turns);
    let denoiser = open(&config.denoiser, &OF_LATENTS)?;
    let segmenter = config.segmenter.as_deref();
    let segmenter = segmenter
        .map(|root| open(root, &[TrainStage::Segmenter]))
        .transpose()?;
    let base = Base::of_run(&denoiser.settings, &denoiser.folder)?;
    if let Some(base) = &base {
        refuse_base(config, base)?;
    }
    let vqgan = FrozenVqgan::find(&denoiser.settings, &denoiser.folder)?;
    let manifest = match &base {
        Some(base) => manifest_of_base(config, &denoiser, segmenter.as_ref(), base)?,
        None => manifest(config, &denoiser, segmenter.as_ref(), &vqgan)?,
    };
    let networks = (
        manifest.vqgan.config.clone(),
        manifest.denoiser.config.clone(),
        manifest.segmenter.clone(),
    );
    let mut writer = BundleWriter::create(&config.out, manifest, config.overwrite)?;
    let mut add = |role, fill: &dyn Fn(&VarStore) -> Result<(), TrainError>| {
        turns.give_or_stop()?;
        let vs = VarStore::new(Device::Cpu);
        fill(&vs)?;
        turns.give_or_stop()?;
        Ok::<(), TrainError>(writer.add_store(role, &vs, config.precision)?)
    };
    add(FileRole::Vqgan, &|vs| {
        drop(Vqgan::new(&vs.root(), &networks.0));
        vqgan.fill(vs)
    })?;
    add(FileRole::Denoiser, &|vs| {
        drop(Denoiser::new(&vs.root(), &networks.1));
        denoiser.fill(vs)
    })?;
    if let Some(spec) = &networks.2 {
        add(FileRole::Segmenter, &|vs| {
            drop(LungSegmenter::new(&vs.root(), &spec.config));
            match (&segmenter, &base) {
                (Some(trained), _) => load_variables(vs, &trained.weights),
                (None, Some(base)) => {
                    let weights = base.weights(FileRole::Segmenter)?;
                    load_weights(vs, &weights.file, Some(&weights.sha256))?;
                    Ok(())
                }
                (None, None) => Ok(()),
            }
        })?;
    }
    if let Some(learned) = seen_by(&denoiser, segmenter.as_ref())? {
        writer.write_learned_from(&learned)?;
    }
    writer.write_card(&card(config)?)?;
    let written = writer.finish()?;
    let trained = [Some(denoiser), segmenter].into_iter().flatten();
    let checkpoints = trained.map(|trained| trained.checkpoint).collect();
    Ok(ExportedBundle::new(written, checkpoints))
}

/// Refuses to replace the bundle that the run went on from: what was judged against it could not be taken back.
fn refuse_base(config: &ExportConfig, base: &Base) -> Result<(), TrainError> {
    let there = Bundle::info(&config.out).ok();
    if there.is_none_or(|there| there.sha256 != base.sha256()) {
        return Ok(());
    }
    Err(TrainError::setting(
        "out",
        "names the bundle that the run goes on from, which is never overwritten; name another folder",
    ))
}

/// Text of the model card: the one that is named, or else what the export file itself says.
fn card(config: &ExportConfig) -> Result<String, TrainError> {
    if let Some(card) = &config.card {
        return std::fs::read_to_string(card)
            .map_err(TrainError::file("reading the model card", card));
    }
    let ExportConfig {
        name,
        version,
        licence,
        training_data,
        ..
    } = config;
    Ok(format!(
        "# {name} {version}\n\nTrained on: {training_data}\n\nLicence: {licence}\n\nFor research and teaching only.\n"
    ))
}

/// What all networks of a bundle saw; `None` where that is not known of one of them.
fn seen_by(
    denoiser: &Trained,
    segmenter: Option<&Trained>,
) -> Result<Option<LearnedFrom>, TrainError> {
    let Some(mut learned) = learned_from(&denoiser.folder)? else {
        return Ok(None);
    };
    if let Some(trained) = segmenter {
        match learned_from(&trained.folder)? {
            Some(other) => learned.merge(other),
            None => return Ok(None),
        }
    }
    Ok(Some(learned))
}

/// Writes what a run with adapters has learned as a file for [`Adapter::read`].
///
/// # Errors
/// [`TrainError::Checkpoint`] where the run trains no adapters or has no checkpoint yet.
pub fn export_adapter(run: &Path, out: &Path, newest: bool) -> Result<SavedWeights, TrainError> {
    let trained = Trained::open(run, &OF_LATENTS, newest, &mut Turns::new(&mut Unobserved))?;
    let (Some(adapter), Some(base)) = (
        &trained.settings.adapter,
        Base::of_run(&trained.settings, &trained.folder)?,
    ) else {
        return Err(TrainError::checkpoint(run, "the run trains no adapters"));
    };
    let factors = Tensor::read_safetensors(&trained.weights)?;
    Ok(Adapter::write(
        out,
        factors,
        &base.weights(FileRole::Denoiser)?.sha256,
        adapter.alpha,
    )?)
}

/// What of a base's manifest a run changes.
fn manifest_of_base(
    config: &ExportConfig,
    denoiser: &Trained,
    segmenter: Option<&Trained>,
    base: &Base,
) -> Result<Manifest, TrainError> {
    let mut manifest = base.manifest().clone();
    manifest.name.clone_from(&config.name);
    manifest.version.clone_from(&config.version);
    manifest.licence.clone_from(&config.licence);
    manifest.training_data.clone_from(&config.training_data);
    // A band that was measured on the base's networks does not hold for these.
    manifest.uncertainty = config.uncertainty;
    if let Some(trained) = segmenter {
        manifest.segmenter = Some(segmenter_spec(trained)?);
    }
    if denoiser.settings.stage == TrainStage::Distill {
        manifest.defaults.sampler = SamplerName::Lcm;
        manifest.defaults.steps = manifest.defaults.steps.min(DISTILLED_STEPS);
    }
    Ok(manifest)
}

fn segmenter_spec(trained: &Trained) -> Result<SegmenterSpec, TrainError> {
    Ok(SegmenterSpec {
        size_px: trained.settings.patch_px as u32,
        // The trainer shows values in [-1, 1], with black borders beyond the picture.
        fit: Fit::Pad,
        input: trained.settings.conventions.segmenter_input,
        units: InputUnits::Signed,
        threshold: SEGMENTER_THRESHOLD,
        cleaning: CleaningSpec::default(),
        config: trained.settings.model.segmenter()?,
    })
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
    manifest.uncertainty = config.uncertainty;
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
        condition: conventions.sampling_condition(),
        condition_in_training: conventions.condition,
        config: architecture,
    };
    manifest.latent = LatentSpec {
        mean: stats.mean,
        std: stats.std,
    };
    manifest.schedule = conventions.schedule.clone();
    manifest.segmenter = segmenter.map(segmenter_spec).transpose()?;
    Ok(manifest)
}
