//! The run file, RUN.toml: everything that decides what a training run does.
//!
//! ```toml
//! stage = "denoiser"            # segmenter | vqgan | denoiser | distill
//! out = "runs/denoiser"         # relative paths start at the run file's folder
//! seed = 1
//! device = "auto"               # auto | cpu | cuda:N
//! batch = 4
//! patch_px = 320
//! iterations = 20000            # and / or minutes = 60
//! checkpoint_every = 500
//! validate_every = 500
//! vqgan = "runs/vqgan"          # denoiser only: a run folder or a weights file
//! # base = "compact"            # instead of vqgan, [model] and [conventions]: the bundle to fine-tune
//!
//! # [adapter]                   # with `base`: low-rank changes in place of whole weights
//! # rank = 8
//!
//! # [patience]                  # ends a run that gets no better
//! # validations = 5
//!
//! [optimizer]
//! kind = "adamw"
//! learning_rate = 8e-4
//! weight_decay = 1e-3
//!
//! [data]
//! split = "../split.json"       # of `diaphane dataset split`: the test is left out
//! exclude = ["szch_101"]        # name prefixes: leave one patient out
//! validation = ["szch_101"]     # whole names, kept out of training
//! [[data.source]]
//! kind = "pairs"                # pairs | lung_only | masks
//! folder = "../data/pairs"
//! # soft_folder = "../data/soft"  # where the soft-tissue images lie in a folder of their own
//! weight = 1.0
//!
//! [augmentation]
//! gamma = [0.75, 1.35]
//!
//! [model]
//! preset = "compact"
//! [model.denoiser]
//! model_channels = 48
//!
//! [loss.denoiser]
//! pixel = 0.5
//!
//! [conventions]
//! prediction = "condition_residual"
//! ```

mod adapter;
mod augmentation;
mod check;
mod data;
mod loss;
mod model;
mod optimizer;
mod patience;
mod samples;
mod stage;

pub use adapter::AdapterConfig;
pub use augmentation::AugmentationConfig;
pub use data::{DataConfig, SourceConfig, SourceKind};
pub use loss::{
    ChannelWeights, DenoiserLoss, DistillLoss, LossConfig, PixelDistance, SegmenterLoss, VqganLoss,
};
pub use model::{Conventions, ModelConfig};
pub use optimizer::{Decay, OptimizerConfig, OptimizerKind};
pub use patience::PatienceConfig;
pub use samples::SamplesConfig;
pub use stage::{Precision, TrainStage};

use super::TrainError;
use super::base::Base;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use tch::Device;

/// One training run, as read from its run file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunConfig {
    /// Which network is trained.
    pub stage: TrainStage,
    /// Run folder; created, never overwritten.
    pub out: PathBuf,
    /// Seed of every random number of the run.
    #[serde(default)]
    pub seed: u64,
    /// `auto`, `cpu` or `cuda:N`.
    #[serde(default = "default_device")]
    pub device: String,
    /// Threads of libtorch on the CPU; the library's choice where absent. One thread does not wait for
    /// others on a busy machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threads: Option<u16>,
    /// Number format of the convolutions; weights, losses and the optimiser stay f32.
    #[serde(default)]
    pub precision: Precision,
    /// Ends the run after this many iterations. A resumed run may have another number: it goes on from where it
    /// stands, and the learning rate follows the new budget from there, not as if it had been so from the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iterations: Option<u64>,
    /// Ends the run after this many minutes of training time, resumed parts included; may change as `iterations`
    /// may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes: Option<f64>,
    /// Patches (segmenter: images) per iteration.
    #[serde(default = "default_batch")]
    pub batch: usize,
    /// Parts that a batch is computed in, one after the other, before the weights move: as many times less memory. The
    /// step is that of the whole batch, but for statistics and weighted means, which are taken of a part each.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub accumulate: usize,
    /// Whether activations are computed a second time on the way back instead of being kept: less memory for about a
    /// third more time. Denoiser and distillation only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub recompute_activations: bool,
    /// Random views of the training images that are encoded once, kept in the run folder and drawn from; 0 encodes fresh
    /// ones in every iteration. Denoiser and distillation only.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub prepared_views: u64,
    /// Side of a patch (segmenter: of the square that the whole image is fitted into) in pixels.
    #[serde(default = "default_patch")]
    pub patch_px: usize,
    /// Iterations between checkpoints; the last iteration always writes one.
    #[serde(default = "default_checkpoint_every")]
    pub checkpoint_every: u64,
    /// Newest checkpoints to keep; the best one is kept besides.
    #[serde(default = "default_keep_checkpoints")]
    pub keep_checkpoints: usize,
    /// Iterations between validations; 0 validates at the end only.
    #[serde(default = "default_checkpoint_every")]
    pub validate_every: u64,
    /// Iterations between progress reports and log lines.
    #[serde(default = "default_report_every")]
    pub report_every: u64,
    /// Bundle to fine-tune: its folder, or the name of one that the program knows. Architecture, conventions, codec,
    /// scale of the latents and first weights are the bundle's; it is only read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<PathBuf>,
    /// Low-rank changes of the base's denoiser are trained instead of its weights.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adapter: Option<AdapterConfig>,
    /// Ends a run whose validation gets no better.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patience: Option<PatienceConfig>,
    /// Pictures written at every validation; denoiser and distillation only.
    #[serde(default)]
    pub samples: SamplesConfig,
    /// Weights to start from: a weights file, or a run folder of the same architecture. Of a run folder the averaged
    /// weights of the checkpoint with the best validation score are taken, and of the newest checkpoint only
    /// where nothing was validated. Patients kept for testing must not be named under `data.validation` of
    /// that run: their scores would choose the weights that they are to test.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_from: Option<PathBuf>,
    /// Denoiser only: run folder or weights file of the frozen VQGAN. Of a run folder the same checkpoint is taken
    /// as for `start_from`: the one with the best validation score, so that patients kept for testing must
    /// not be named under `data.validation` of that run either.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vqgan: Option<PathBuf>,
    /// Optimiser, learning rate and averaging.
    #[serde(default)]
    pub optimizer: OptimizerConfig,
    /// Which images, and how often.
    pub data: DataConfig,
    /// Random changes of the training images.
    #[serde(default)]
    pub augmentation: AugmentationConfig,
    /// Architecture.
    #[serde(default)]
    pub model: ModelConfig,
    /// Loss terms per stage.
    #[serde(default)]
    pub loss: LossConfig,
    /// What the denoiser predicts and how it sees its condition.
    #[serde(default)]
    pub conventions: Conventions,
}

fn default_device() -> String {
    "auto".to_owned()
}
fn default_batch() -> usize {
    4
}
fn default_patch() -> usize {
    256
}
fn default_checkpoint_every() -> u64 {
    500
}
fn default_keep_checkpoints() -> usize {
    2
}
fn default_report_every() -> u64 {
    20
}
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands the field by reference"
)]
fn is_zero(count: &u64) -> bool {
    *count == 0
}
fn one() -> usize {
    1
}
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands the field by reference"
)]
fn is_one(count: &usize) -> bool {
    *count == 1
}

impl RunConfig {
    /// Reads and checks a run file; relative paths in it start at its own folder.
    ///
    /// # Errors
    /// [`TrainError::File`] where it cannot be read, [`TrainError::RunFile`] where it is no run file,
    /// [`TrainError::Setting`] where a setting has no meaning.
    pub fn read(path: &Path) -> Result<Self, TrainError> {
        Self::read_with(path, Base::open)
    }

    /// As [`Self::read`], for going on with the run in the folder `run`: its copy of the base counts, whatever became of the
    /// bundle that the run file names.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_to_resume(path: &Path, run: &Path) -> Result<Self, TrainError> {
        let mut config = Self::read_with(path, |named| Base::kept_in(run, named))?;
        run.clone_into(&mut config.out);
        Ok(config)
    }

    /// As [`Self::read`], for making a run again in the folder `out`: where the run file is that of a run folder, the copy
    /// of the base there counts.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_to_repeat(path: &Path, out: &Path) -> Result<Self, TrainError> {
        let absolute = |path| {
            std::path::absolute(path).map_err(TrainError::file("reading the run file", path))
        };
        let run = absolute(path)?;
        let run = run.parent().unwrap_or(Path::new(""));
        let mut config = Self::read_with(path, |named| Base::kept_in(run, named))?;
        if let Some(base) = &mut config.base {
            *base = Base::place_in(run, base);
        }
        config.out = absolute(out)?;
        Ok(config)
    }

    fn read_with(
        path: &Path,
        open_base: impl FnOnce(&Path) -> Result<Base, TrainError>,
    ) -> Result<Self, TrainError> {
        // Settings are written out again, and read from another folder: no path of theirs may depend on this one.
        let path =
            &std::path::absolute(path).map_err(TrainError::file("reading the run file", path))?;
        let text = std::fs::read_to_string(path)
            .map_err(TrainError::file("reading the run file", path))?;
        let mut config: Self = toml::from_str(&text).map_err(|err| TrainError::RunFile {
            reason: err.to_string().trim_end().to_owned(),
            path: path.to_owned(),
        })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        config.out = folder.join(&config.out);
        if let Some(base) = &mut config.base
            && !Base::is_bare_name(base, folder)
        {
            *base = folder.join(&base);
        }
        for given in [&mut config.start_from, &mut config.vqgan]
            .into_iter()
            .flatten()
        {
            *given = folder.join(&given);
        }
        if let Some(weights) = &mut config.loss.vqgan.perceptual_weights {
            *weights = folder.join(&weights);
        }
        if let Some(split) = &mut config.data.split {
            *split = folder.join(&split);
        }
        for source in &mut config.data.source {
            source.folder = folder.join(&source.folder);
            if let Some(soft) = &mut source.soft_folder {
                *soft = folder.join(&soft);
            }
        }
        if let Some(base) = &config.base {
            open_base(base)?.settle(&mut config)?;
        }
        config.validate()?;
        Ok(config)
    }

    /// The device asked for; `auto` takes the first CUDA device where there is one.
    ///
    /// # Errors
    /// [`TrainError::Setting`] where the text names no device, or one this machine lacks.
    pub fn device(&self) -> Result<Device, TrainError> {
        match self.device.as_str() {
            "cpu" => Ok(Device::Cpu),
            "auto" => Ok(Device::cuda_if_available()),
            other => {
                let index = other
                    .strip_prefix("cuda:")
                    .and_then(|index| usize::from_str(index).ok())
                    .ok_or_else(|| {
                        TrainError::setting("device", "must be `auto`, `cpu` or `cuda:N`")
                    })?;
                if (index as i64) < tch::Cuda::device_count() {
                    Ok(Device::Cuda(index))
                } else {
                    Err(TrainError::setting(
                        "device",
                        format!("asks for `{other}`, which this machine does not have"),
                    ))
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
