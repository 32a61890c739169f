//! The Dense-U-Net that finds the lungs.

use serde::{Deserialize, Serialize};
use tch::Tensor;
use tch::nn::{self, Init};

use super::config::{Checker, ConfigError};
use crate::nn::{BatchNorm, Check, Conv2d, Kernel, conv2d_with, go_on, upsample_nearest};

/// Convolutions of the segmenter start normal with variance 2/fan_in.
const KAIMING_NORMAL: Init = nn::init::DEFAULT_KAIMING_NORMAL;

/// The sizes of a [`LungSegmenter`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmenterConfig {
    /// Channels of the first convolution; a grey image is repeated into each of them.
    pub in_channels: i64,
    /// Channels of the output; the lungs are where any of them is high.
    pub num_classes: i64,
    /// Features of the first convolution.
    pub init_channels: i64,
    /// Features each dense layer adds.
    pub growth_channels: i64,
    /// Width of a dense layer's bottleneck, in growths.
    pub bottleneck_factor: i64,
    /// Dense layers in each of the four blocks.
    pub block_layers: Vec<i64>,
    /// Features of the decoder's four stages, the one of the highest resolution first.
    pub decoder_channels: Vec<i64>,
    /// Features at full resolution.
    pub head_channels: i64,
}

impl SegmenterConfig {
    /// Height and width of an image must be multiples of this.
    pub const DOWNSAMPLING: i64 = 32;

    /// Confirms that a network of these sizes can be built.
    ///
    /// # Errors
    /// When a size is out of range or a list has not four entries.
    pub fn check(&self) -> Result<(), ConfigError> {
        let check = Checker("segmenter");
        check.positive("in_channels", &[self.in_channels])?;
        check.positive("num_classes", &[self.num_classes])?;
        check.positive("init_channels", &[self.init_channels])?;
        check.positive("growth_channels", &[self.growth_channels])?;
        check.positive("bottleneck_factor", &[self.bottleneck_factor])?;
        check.four("block_layers", &self.block_layers)?;
        check.four("decoder_channels", &self.decoder_channels)?;
        check.positive("head_channels", &[self.head_channels])
    }
}

fn plain_conv(vs: &nn::Path<'_>, ins: i64, outs: i64, kernel: Kernel) -> Conv2d {
    conv2d_with(vs, (ins, outs), kernel, KAIMING_NORMAL, false)
}

fn batch_norm(vs: &nn::Path<'_>, channels: i64) -> BatchNorm {
    BatchNorm::new(vs, channels, Init::Const(1.0))
}

/// Normalisation, ReLU and convolution, in this order.
#[derive(Debug)]
struct PreActivated {
    norm: BatchNorm,
    conv: Conv2d,
}

impl PreActivated {
    fn forward_t(&self, features: &Tensor, train: bool) -> Tensor {
        let activated = self.norm.forward_t(features, train).relu_();
        self.conv.forward(&activated)
    }
}

/// Adds `growth_channels` features to those it is given.
#[derive(Debug)]
struct DenseLayer {
    bottleneck: PreActivated,
    grow: PreActivated,
}

impl DenseLayer {
    fn new(vs: &nn::Path<'_>, ins: i64, config: &SegmenterConfig) -> Self {
        let inner = config.bottleneck_factor * config.growth_channels;
        let growth = config.growth_channels;
        Self {
            bottleneck: PreActivated {
                norm: batch_norm(&(vs / "norm1"), ins),
                conv: plain_conv(&(vs / "conv1"), ins, inner, Kernel::POINT),
            },
            grow: PreActivated {
                norm: batch_norm(&(vs / "norm2"), inner),
                conv: plain_conv(&(vs / "conv2"), inner, growth, Kernel::SAME3),
            },
        }
    }

    fn forward_t(&self, features: &Tensor, train: bool) -> Tensor {
        let narrowed = self.bottleneck.forward_t(features, train);
        let grown = self.grow.forward_t(&narrowed, train);
        Tensor::cat(&[features, &grown], 1)
    }
}

/// How a dense stage halves its input.
#[derive(Debug)]
enum Halving {
    MaxPool,
    /// A point convolution to half the features, then the mean of 2 × 2.
    Transition(Box<PreActivated>),
}

#[derive(Debug)]
struct DenseStage {
    halving: Halving,
    layers: Vec<DenseLayer>,
    last_norm: Option<BatchNorm>,
}

impl DenseStage {
    fn forward_t<E>(
        &self,
        features: &Tensor,
        train: bool,
        check: Check<'_, E>,
    ) -> Result<Tensor, E> {
        let mut features =
            match &self.halving {
                Halving::MaxPool => features.max_pool2d([3, 3], [2, 2], [1, 1], [1, 1], false),
                Halving::Transition(transition) => transition
                    .forward_t(features, train)
                    .avg_pool2d([2, 2], [2, 2], [0, 0], false, true, None),
            };
        for layer in &self.layers {
            check()?;
            features = layer.forward_t(&features, train);
        }
        Ok(match &self.last_norm {
            Some(norm) => norm.forward_t(&features, train).relu_(),
            None => features,
        })
    }
}

/// Densely connected encoder (DenseNet) with a U-shaped decoder.
///
/// # Source
/// `DensenetUnet` of the PyPI package `lungs-segmentation` 1.1.1 (MIT), whose state dict names it
/// carries; the published "Dense-U-Net" has the parameter count of its densenet121 form.
#[derive(Debug)]
pub struct LungSegmenter {
    stem: (Conv2d, BatchNorm),
    stages: Vec<DenseStage>,
    upscalers: Vec<Conv2d>,
    mergers: Vec<Conv2d>,
    head: Conv2d,
    classifier: Conv2d,
    in_channels: i64,
}

impl LungSegmenter {
    /// Builds the network under `vs` with fresh weights.
    ///
    /// # Panics
    /// When [`SegmenterConfig::check`] would fail.
    pub fn new(vs: &nn::Path<'_>, config: &SegmenterConfig) -> Self {
        let encoder = vs / "encoder_stages";
        let stem_kernel = Kernel::new(7, 2, 3);
        let stem_conv = plain_conv(
            &(&encoder / 0 / 0),
            config.in_channels,
            config.init_channels,
            stem_kernel,
        );
        let stem_norm = batch_norm(&(&encoder / 0 / 1), config.init_channels);
        let (stages, widths) = dense_stages(&encoder, config);
        let (upscalers, mergers) = decoder(vs, config, &widths);
        let conv = |vs: nn::Path<'_>, channels, kernel| {
            conv2d_with(&vs, channels, kernel, KAIMING_NORMAL, true)
        };
        let head = (config.decoder_channels[0], config.head_channels);
        let classes = (config.head_channels, config.num_classes);
        Self {
            stem: (stem_conv, stem_norm),
            stages,
            upscalers,
            mergers,
            head: conv(vs / "last_upsample" / "layer" / 1, head, Kernel::SAME3),
            classifier: conv(vs / "final" / 0, classes, Kernel::POINT),
            in_channels: config.in_channels,
        }
    }

    /// Finds the lungs with the running statistics of its normalisation.
    ///
    /// # Shapes
    /// `image` `[B, 1, H, W]`, stretched to [0, 1], H and W multiples of 32, to logits
    /// `[B, 1, H, W]`, the largest over the classes; the lung probability is their sigmoid.
    ///
    /// # Panics
    /// When the shape is another one.
    pub fn forward(&self, image: &Tensor) -> Tensor {
        let Ok(logits) = self.forward_checked(image, &go_on);
        logits
    }

    /// [`Self::forward`], which `check` may end before any layer.
    ///
    /// # Errors
    /// That of `check`.
    ///
    /// # Panics
    /// When the shape is another one.
    pub fn forward_checked<E>(&self, image: &Tensor, check: Check<'_, E>) -> Result<Tensor, E> {
        Ok(self.logits(image, false, check)?.amax([1_i64], true))
    }

    /// The logits of every class, `[B, num_classes, H, W]`; batch statistics are used, and the
    /// running ones moved, when `train`.
    ///
    /// # Panics
    /// When H or W is not a multiple of 32.
    pub fn class_logits(&self, image: &Tensor, train: bool) -> Tensor {
        let Ok(logits) = self.logits(image, train, &go_on);
        logits
    }

    fn logits<E>(&self, image: &Tensor, train: bool, check: Check<'_, E>) -> Result<Tensor, E> {
        let size = image.size();
        assert!(
            size.len() == 4
                && size[2] % SegmenterConfig::DOWNSAMPLING == 0
                && size[3] % SegmenterConfig::DOWNSAMPLING == 0,
            "the segmenter takes [B, 1, H, W] with H and W multiples of 32, not {size:?}"
        );
        let repeated = image.expand([-1, self.in_channels, -1, -1], false);
        let (conv, norm) = &self.stem;
        let mut features = norm.forward_t(&conv.forward(&repeated), train).relu_();
        let mut skips = Vec::with_capacity(self.stages.len());
        for stage in &self.stages {
            let deeper = stage.forward_t(&features, train, check)?;
            skips.push(std::mem::replace(&mut features, deeper));
        }
        let decoder = self.upscalers.iter().zip(&self.mergers).rev();
        for ((upscale, merge), skip) in decoder.zip(skips.into_iter().rev()) {
            check()?;
            let upscaled = upscale.forward(&upsample_nearest(&features)).relu_();
            features = merge.forward(&Tensor::cat(&[upscaled, skip], 1)).relu_();
        }
        check()?;
        let full = self.head.forward(&upsample_nearest(&features)).relu_();
        Ok(self.classifier.forward(&full))
    }
}

/// The encoder after its stem, and the features that the stem and each stage put out.
fn dense_stages(vs: &nn::Path<'_>, config: &SegmenterConfig) -> (Vec<DenseStage>, Vec<i64>) {
    let mut channels = config.init_channels;
    let mut widths = vec![channels];
    let mut stages = Vec::new();
    let last = config.block_layers.len() - 1;
    for (index, &num_layers) in config.block_layers.iter().enumerate() {
        let vs = vs / (index + 1);
        let halving = if index == 0 {
            Halving::MaxPool
        } else {
            let (vs, ins) = (&vs / 0, channels);
            channels /= 2;
            Halving::Transition(Box::new(PreActivated {
                norm: batch_norm(&(&vs / "norm"), ins),
                conv: plain_conv(&(&vs / "conv"), ins, channels, Kernel::POINT),
            }))
        };
        let mut layers = Vec::new();
        for number in 1..=num_layers {
            let vs = &vs / 1 / format!("denselayer{number}");
            layers.push(DenseLayer::new(&vs, channels, config));
            channels += config.growth_channels;
        }
        stages.push(DenseStage {
            halving,
            layers,
            last_norm: (index == last).then(|| batch_norm(&(&vs / 2), channels)),
        });
        widths.push(channels);
    }
    (stages, widths)
}

/// Upscaling and merging convolutions, the stage of the highest resolution first.
fn decoder(
    vs: &nn::Path<'_>,
    config: &SegmenterConfig,
    widths: &[i64],
) -> (Vec<Conv2d>, Vec<Conv2d>) {
    let outs = &config.decoder_channels;
    let last = outs.len() - 1;
    let conv = |vs: nn::Path<'_>, channels| {
        conv2d_with(&vs, channels, Kernel::SAME3, KAIMING_NORMAL, true)
    };
    let mut upscalers = Vec::new();
    let mut mergers = Vec::new();
    for (stage, &out) in outs.iter().enumerate() {
        let deeper = if stage == last {
            widths[stage + 1]
        } else {
            outs[stage + 1]
        };
        let upscaler = vs / "decoder_stages" / stage / "layer" / 1;
        upscalers.push(conv(upscaler, (deeper, out)));
        // The reference numbers the mergers from the deepest one.
        let merger = vs / "bottlenecks" / (last - stage) / "seq" / 0;
        mergers.push(conv(merger, (widths[stage] + out, out)));
    }
    (upscalers, mergers)
}
