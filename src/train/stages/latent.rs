//! Latents of a frozen VQGAN, brought to zero mean and unit deviation.

use super::RunContext;
use super::frozen::FrozenVqgan;
use super::judge::LEAST_MULTIPLE_PX;
use crate::model::Vqgan;
use crate::nn::for_convolution;
use crate::train::base::Base;
use crate::train::data::on_grid;
use crate::train::observer::Turns;
use crate::train::{RunConfig, RunFolder, TrainError};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

/// Most soft-tissue images that mean and deviation are measured over.
const MOST_MEASURED: usize = 32;

/// Mean and standard deviation of each latent channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LatentStats {
    /// Mean per channel.
    pub mean: Vec<f64>,
    /// Standard deviation per channel.
    pub std: Vec<f64>,
}

impl LatentStats {
    /// The file of a run folder that holds them.
    pub const FILE: &str = "latent.toml";

    /// Latents are used as they are.
    pub fn identity(channels: usize) -> Self {
        Self {
            mean: vec![0.0; channels],
            std: vec![1.0; channels],
        }
    }
}

/// A frozen VQGAN that encodes to, and decodes from, normalised latents.
#[derive(Debug)]
pub(super) struct LatentSpace {
    vqgan: Vqgan,
    latent_px: i64,
    mean: Tensor,
    std: Tensor,
    quantized: bool,
    compute: Kind,
    weights: PathBuf,
    /// Keeps the variables alive and frozen.
    _vs: VarStore,
}

impl LatentSpace {
    /// Loads the VQGAN a run file names, and the statistics: from the run folder where they are known,
    /// measured over the training images otherwise; gives a turn before every block of the codec.
    pub fn load(context: RunContext<'_>, turns: &mut Turns<'_>) -> Result<Self, TrainError> {
        let RunContext {
            config,
            device,
            folder,
            ..
        } = context;
        let frozen = FrozenVqgan::find(config, folder)?.keep(folder)?;
        let mut vs = VarStore::new(device);
        let vqgan = Vqgan::new(&vs.root(), &frozen.architecture);
        frozen.fill(&vs)?;
        let FrozenVqgan {
            architecture,
            weights,
            ..
        } = frozen;
        vs.freeze();
        let channels = architecture.latent_channels as usize;
        let mut space = Self {
            vqgan,
            latent_px: architecture.downsampling(),
            mean: Tensor::zeros([1], (Kind::Float, device)),
            std: Tensor::ones([1], (Kind::Float, device)),
            quantized: config.conventions.quantize_latents,
            compute: config.precision.kind(device),
            weights,
            _vs: vs,
        };
        let stats = match Self::known_statistics(config, folder)? {
            Some(stats) => stats,
            None if config.conventions.normalize_latents => {
                space.measure(context, channels, turns)?
            }
            None => LatentStats::identity(channels),
        };
        folder.write_toml(LatentStats::FILE, &stats)?;
        let plane = |values: &[f64]| {
            Tensor::from_slice(values)
                .to_kind(Kind::Float)
                .to_device(device)
                .reshape([1, -1, 1, 1])
        };
        space.mean = plane(&stats.mean);
        space.std = plane(&stats.std);
        Ok(space)
    }

    /// The statistics of this run, or of the run whose weights it starts from: weights mean nothing in a latent space
    /// of another scale.
    fn known_statistics(
        config: &RunConfig,
        folder: &RunFolder,
    ) -> Result<Option<LatentStats>, TrainError> {
        if let Some(own) = folder.read_toml(LatentStats::FILE)? {
            return Ok(Some(own));
        }
        if let Some(base) = Base::of_run(config, folder)? {
            return Ok(Some(base.latent_stats()));
        }
        match &config.start_from {
            Some(run) if run.is_dir() => RunFolder::open(run)?.read_toml(LatentStats::FILE),
            _ => Ok(None),
        }
    }

    fn measure(
        &self,
        RunContext {
            device, dataset, ..
        }: RunContext<'_>,
        channels: usize,
        turns: &mut Turns<'_>,
    ) -> Result<LatentStats, TrainError> {
        let _guard = tch::no_grad_guard();
        let (mut sum, mut squares, mut count) = (vec![0.0; channels], vec![0.0; channels], 0.0);
        let multiple_px = LEAST_MULTIPLE_PX.max(self.latent_px as usize);
        for (soft, grid_px) in dataset.soft_tissue_spread(MOST_MEASURED) {
            let image = on_grid(soft, grid_px, multiple_px);
            let (width, height) = image.size();
            let image = Tensor::from_slice(image.values())
                .reshape([1, 1, height as i64, width as i64])
                .to_device(device);
            let check = turns.between_blocks();
            let latent = self.vqgan.encode_checked(&(image * 2.0 - 1.0), &check)?;
            let latent = latent.to_kind(Kind::Double);
            for (channel, (sum, squares)) in sum.iter_mut().zip(&mut squares).enumerate() {
                let plane = latent.f_select(1, channel as i64)?;
                *sum += plane.sum(Kind::Double).f_double_value(&[])?;
                *squares += plane.square().sum(Kind::Double).f_double_value(&[])?;
            }
            count += (latent.numel() / channels.max(1)) as f64;
        }
        let count = count.max(1.0);
        let mean: Vec<f64> = sum.iter().map(|sum| sum / count).collect();
        let std = squares
            .iter()
            .zip(&mean)
            .map(|(squares, mean)| (squares / count - mean * mean).max(1e-12).sqrt())
            .collect();
        Ok(LatentStats { mean, std })
    }

    /// Where it computes.
    pub fn device(&self) -> Device {
        self.mean.device()
    }

    /// The VQGAN's weights file.
    pub fn weights(&self) -> &Path {
        &self.weights
    }

    /// Image pixels per latent along one axis.
    pub fn latent_px(&self) -> i64 {
        self.latent_px
    }

    /// Normalised latents `[B, C, H/f, W/f]` of images `[B, 1, H, W]` in `[-1, 1]`, f = [`Self::latent_px`].
    pub fn encode(&self, images: &Tensor) -> Tensor {
        let images = for_convolution(images, self.compute);
        self.normalized(&self.vqgan.encode(&images))
    }

    /// As [`Self::encode`]; gives a turn before every block of the codec.
    pub fn encode_in_turns(
        &self,
        images: &Tensor,
        turns: &mut Turns<'_>,
    ) -> Result<Tensor, TrainError> {
        let images = for_convolution(images, self.compute);
        let check = turns.between_blocks();
        let latent = self.vqgan.encode_checked(&images, &check)?;
        Ok(self.normalized(&latent))
    }

    fn normalized(&self, latent: &Tensor) -> Tensor {
        let latent = latent.to_kind(Kind::Float);
        let latent = if self.quantized {
            self.vqgan.quantize(&latent).latent
        } else {
            latent
        };
        (latent - &self.mean) / &self.std
    }

    /// Images of normalised latents; gradients pass.
    pub fn decode(&self, latent: &Tensor) -> Tensor {
        let latent = for_convolution(&(latent * &self.std + &self.mean), self.compute);
        self.vqgan.decode(&latent).to_kind(Kind::Float)
    }

    /// As [`Self::decode`]; gives a turn before every block of the codec.
    pub fn decode_in_turns(
        &self,
        latent: &Tensor,
        turns: &mut Turns<'_>,
    ) -> Result<Tensor, TrainError> {
        self.decode_as(self.compute, latent, turns)
    }

    /// As [`Self::decode_in_turns`], in 32 bits whatever the run computes in: for differences that rounding would hide.
    pub fn decode_precisely(
        &self,
        latent: &Tensor,
        turns: &mut Turns<'_>,
    ) -> Result<Tensor, TrainError> {
        self.decode_as(Kind::Float, latent, turns)
    }

    fn decode_as(
        &self,
        kind: Kind,
        latent: &Tensor,
        turns: &mut Turns<'_>,
    ) -> Result<Tensor, TrainError> {
        let latent = for_convolution(&(latent * &self.std + &self.mean), kind);
        let check = turns.between_blocks();
        let images = self.vqgan.decode_checked(&latent, &check)?;
        Ok(images.to_kind(Kind::Float))
    }
}
