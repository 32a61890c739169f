//! The U-Net that predicts what has to be taken out of a noisy latent.

mod recompute;

pub use recompute::Recomputed;

use serde::{Deserialize, Serialize};
use tch::Tensor;
use tch::nn::{self, Module as _};

use super::config::{Checker, ConfigError};
use crate::nn::{
    AttentionBlock, AttentionOrder, Check, Conv2d, Kernel, Resample, ResidualBlock, ResidualConfig,
    TimestepMlp, conv2d, go_on, group_norm, zero_conv2d,
};

/// The sizes of a [`Denoiser`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DenoiserConfig {
    /// Channels of the noisy latent and its condition together.
    pub in_channels: i64,
    /// Channels of the prediction.
    pub out_channels: i64,
    /// Channels that `channel_mult` multiplies; even.
    pub model_channels: i64,
    /// Width of each level; the resolution halves from level to level.
    pub channel_mult: Vec<i64>,
    /// Residual blocks per level on the way down; the way up has one more.
    pub num_res_blocks: i64,
    /// Downsampling factors at which every residual block is followed by attention. The middle of
    /// the network has attention in any case.
    pub attention_resolutions: Vec<i64>,
    /// Heads of every attention block.
    pub num_heads: i64,
    /// Layout of the attention projections; not recognisable from a checkpoint.
    pub attention_order: AttentionOrder,
    /// Groups of every normalisation.
    pub norm_groups: i64,
}

impl DenoiserConfig {
    /// Height and width of a latent must be multiples of this.
    pub fn downsampling(&self) -> i64 {
        1 << self.channel_mult.len().saturating_sub(1)
    }

    /// Confirms that a network of these sizes can be built.
    ///
    /// # Errors
    /// When a size is out of range, or channels cannot be split into groups or heads.
    pub fn check(&self) -> Result<(), ConfigError> {
        let check = Checker("denoiser");
        check.positive("in_channels", &[self.in_channels])?;
        check.positive("out_channels", &[self.out_channels])?;
        check.positive("model_channels", &[self.model_channels])?;
        check.levels("channel_mult", &self.channel_mult)?;
        check.positive("num_res_blocks", &[self.num_res_blocks])?;
        check.positive("attention_resolutions", &self.attention_resolutions)?;
        check.divides(self.model_channels, 2, "halves of the time embedding")?;
        for mult in &self.channel_mult {
            let channels = mult * self.model_channels;
            check.divides(channels, self.norm_groups, "normalisation groups")?;
            check.divides(channels, self.num_heads, "attention heads")?;
        }
        Ok(())
    }

    fn embedding_channels(&self) -> i64 {
        4 * self.model_channels
    }

    fn level_channels(&self, level: usize) -> i64 {
        self.channel_mult[level] * self.model_channels
    }
}

#[derive(Debug)]
enum Layer {
    Convolution(Conv2d),
    Residual(Box<ResidualBlock>),
    Attention(Box<AttentionBlock>),
}

impl Layer {
    fn forward(&self, features: &Tensor, activated_time: &Tensor) -> Tensor {
        match self {
            Self::Convolution(conv) => conv.forward(features),
            Self::Residual(block) => block.forward(features, activated_time),
            Self::Attention(block) => block.forward(features),
        }
    }
}

/// Layers that run one after the other and share one skip connection.
#[derive(Debug)]
struct Stage(Vec<Layer>);

impl Stage {
    fn forward<E>(
        &self,
        features: &Tensor,
        activated_time: &Tensor,
        check: Check<'_, E>,
    ) -> Result<Tensor, E> {
        let start = features.shallow_clone();
        self.0.iter().try_fold(start, |features, layer| {
            check()?;
            Ok(layer.forward(&features, activated_time))
        })
    }
}

/// Collects the layers of one [`Stage`] under their reference names.
struct StageBuilder<'a> {
    vs: nn::Path<'a>,
    config: &'a DenoiserConfig,
    layers: Vec<Layer>,
}

impl<'a> StageBuilder<'a> {
    fn new(vs: nn::Path<'a>, config: &'a DenoiserConfig) -> Self {
        let layers = Vec::new();
        Self { vs, config, layers }
    }

    fn next_path(&self) -> nn::Path<'a> {
        &self.vs / self.layers.len()
    }

    fn residual(mut self, in_channels: i64, out_channels: i64, resample: Resample) -> Self {
        let config = ResidualConfig {
            in_channels,
            out_channels,
            embedding_channels: self.config.embedding_channels(),
            norm_groups: self.config.norm_groups,
            resample,
        };
        let block = ResidualBlock::new(&self.next_path(), &config);
        self.layers.push(Layer::Residual(Box::new(block)));
        self
    }

    fn attention(mut self, channels: i64) -> Self {
        let config = self.config;
        let block = AttentionBlock::new(
            &self.next_path(),
            channels,
            config.num_heads,
            config.attention_order,
            config.norm_groups,
        );
        self.layers.push(Layer::Attention(Box::new(block)));
        self
    }

    fn attention_at(self, level: usize, channels: i64) -> Self {
        if self.config.attention_resolutions.contains(&(1 << level)) {
            self.attention(channels)
        } else {
            self
        }
    }

    fn build(self) -> Stage {
        Stage(self.layers)
    }
}

/// Diffusion U-Net with time-steered residual blocks and self-attention.
///
/// Every stage on the way down, the first convolution and the halving blocks included, leaves a
/// skip that one stage on the way up takes in. A fresh network predicts zero.
///
/// # Source
/// `UNetModel` with `resblock_updown` and `use_scale_shift_norm` in openai/guided-diffusion,
/// guided_diffusion/unet.py.
#[derive(Debug)]
pub struct Denoiser {
    time: TimestepMlp,
    input: Vec<Stage>,
    middle: Stage,
    output: Vec<Stage>,
    out_norm: nn::GroupNorm,
    out_conv: Conv2d,
    in_channels: i64,
    downsampling: i64,
}

impl Denoiser {
    /// Builds the network under `vs` with fresh weights.
    ///
    /// # Panics
    /// When [`DenoiserConfig::check`] would fail.
    pub fn new(vs: &nn::Path<'_>, config: &DenoiserConfig) -> Self {
        let first = config.level_channels(0);
        let deepest = config.level_channels(config.channel_mult.len() - 1);
        let time_vs = vs / "time_embed";
        let (input, skips) = input_stages(&(vs / "input_blocks"), config);
        let middle = StageBuilder::new(vs / "middle_block", config)
            .residual(deepest, deepest, Resample::Keep)
            .attention(deepest)
            .residual(deepest, deepest, Resample::Keep)
            .build();
        Self {
            time: TimestepMlp::new(&time_vs, config.model_channels, config.embedding_channels()),
            input,
            middle,
            output: output_stages(&(vs / "output_blocks"), config, skips),
            out_norm: group_norm(&(vs / "out" / 0), config.norm_groups, first),
            out_conv: zero_conv2d(&(vs / "out" / 2), first, config.out_channels),
            in_channels: config.in_channels,
            downsampling: config.downsampling(),
        }
    }

    /// Predicts from noisy latents, each with its condition in the further channels.
    ///
    /// # Shapes
    /// `latent` `[B, in_channels, h, w]`, h and w multiples of [`DenoiserConfig::downsampling`];
    /// `timesteps` `[B]`, i64 in 0..=999; to `[B, out_channels, h, w]`.
    ///
    /// # Panics
    /// When a shape is another one.
    pub fn forward(&self, latent: &Tensor, timesteps: &Tensor) -> Tensor {
        let Ok(output) = self.forward_checked(latent, timesteps, &go_on);
        output
    }

    /// [`Self::forward`], which `check` may end before any layer.
    ///
    /// # Errors
    /// That of `check`.
    ///
    /// # Panics
    /// When a shape is another one.
    pub fn forward_checked<E>(
        &self,
        latent: &Tensor,
        timesteps: &Tensor,
        check: Check<'_, E>,
    ) -> Result<Tensor, E> {
        self.assert_shapes(latent, timesteps);
        let time = self.time.forward(timesteps).silu_();
        let mut features = latent.shallow_clone();
        let mut skips = Vec::with_capacity(self.input.len());
        for stage in &self.input {
            features = stage.forward(&features, &time, check)?;
            skips.push(features.shallow_clone());
        }
        features = self.middle.forward(&features, &time, check)?;
        for (stage, skip) in self.output.iter().zip(skips.into_iter().rev()) {
            features = stage.forward(&Tensor::cat(&[features, skip], 1), &time, check)?;
        }
        let activated = self.out_norm.forward(&features).silu_();
        Ok(self.out_conv.forward(&activated))
    }

    fn assert_shapes(&self, latent: &Tensor, timesteps: &Tensor) {
        let (size, times) = (latent.size(), timesteps.size());
        assert!(
            size.len() == 4
                && size[1] == self.in_channels
                && size[2] % self.downsampling == 0
                && size[3] % self.downsampling == 0,
            "the denoiser takes [B, {}, h, w] with h and w multiples of {}, not {size:?}",
            self.in_channels,
            self.downsampling
        );
        assert!(
            times == [size[0]],
            "{} latents need as many timesteps, not {times:?}",
            size[0]
        );
    }
}

/// The way down, and the channels of the skip that each stage leaves.
fn input_stages(vs: &nn::Path<'_>, config: &DenoiserConfig) -> (Vec<Stage>, Vec<i64>) {
    let mut channels = config.level_channels(0);
    let first = conv2d(&(vs / 0 / 0), config.in_channels, channels, Kernel::SAME3);
    let mut stages = vec![Stage(vec![Layer::Convolution(first)])];
    let mut skips = vec![channels];
    for level in 0..config.channel_mult.len() {
        let wanted = config.level_channels(level);
        for _ in 0..config.num_res_blocks {
            let stage = StageBuilder::new(vs / stages.len(), config)
                .residual(channels, wanted, Resample::Keep)
                .attention_at(level, wanted);
            channels = wanted;
            stages.push(stage.build());
            skips.push(channels);
        }
        if level + 1 < config.channel_mult.len() {
            let stage = StageBuilder::new(vs / stages.len(), config);
            stages.push(stage.residual(channels, channels, Resample::Down).build());
            skips.push(channels);
        }
    }
    (stages, skips)
}

/// The way up; takes the skips from the last to the first.
fn output_stages(vs: &nn::Path<'_>, config: &DenoiserConfig, skips: Vec<i64>) -> Vec<Stage> {
    let mut stages = Vec::with_capacity(skips.len());
    let mut skips = skips.into_iter().rev();
    let mut channels = config.level_channels(config.channel_mult.len() - 1);
    for level in (0..config.channel_mult.len()).rev() {
        let wanted = config.level_channels(level);
        for (index, skip) in skips
            .by_ref()
            .take(config.num_res_blocks as usize + 1)
            .enumerate()
        {
            let mut stage = StageBuilder::new(vs / stages.len(), config)
                .residual(channels + skip, wanted, Resample::Keep)
                .attention_at(level, wanted);
            channels = wanted;
            if level > 0 && index as i64 == config.num_res_blocks {
                stage = stage.residual(channels, channels, Resample::Up);
            }
            stages.push(stage.build());
        }
    }
    stages
}
