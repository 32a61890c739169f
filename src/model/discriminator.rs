//! The patch discriminator that keeps the autoencoder's pictures sharp.

use serde::{Deserialize, Serialize};
use tch::nn::{self, Init};
use tch::{Reduction, Tensor};

use crate::nn::{BatchNorm, Conv2d, Kernel, conv2d_with};

/// Spread of fresh weights (`initialise_weights` of the reference).
const WEIGHT_STDEV: f64 = 0.02;
/// Slope of the LeakyReLU between the layers.
const SLOPE: f64 = 0.2;
/// Slope of the LeakyReLU that the reference's adversarial loss puts on the logits.
const LOSS_SLOPE: f64 = 0.05;

/// The sizes of a [`PatchDiscriminator`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiscriminatorConfig {
    /// Channels of an image.
    pub in_channels: i64,
    /// Channels of the first layer; each further layer doubles them.
    pub channels: i64,
    /// Layers between the first and the last.
    pub num_layers: i64,
}

impl Default for DiscriminatorConfig {
    /// The published size, 2,763,585 parameters.
    fn default() -> Self {
        Self {
            in_channels: 1,
            channels: 64,
            num_layers: 3,
        }
    }
}

#[derive(Debug)]
struct Layer {
    conv: Conv2d,
    norm: BatchNorm,
}

/// Patch-GAN discriminator: 4 × 4 convolutions with batch normalisation and LeakyReLU 0.2, of
/// stride 2 but for the last two.
///
/// # Source
/// `PatchDiscriminator` of MONAI generative 0.2.2, whose keys and outputs it reproduces.
#[derive(Debug)]
pub struct PatchDiscriminator {
    initial: Conv2d,
    layers: Vec<Layer>,
    last: Conv2d,
}

impl PatchDiscriminator {
    /// Builds the network under `vs` with fresh weights.
    pub fn new(vs: &nn::Path<'_>, config: &DiscriminatorConfig) -> Self {
        let normal = |mean| Init::Randn {
            mean,
            stdev: WEIGHT_STDEV,
        };
        let conv = |vs: nn::Path<'_>, channels, stride, bias| {
            let kernel = Kernel::new(4, stride, 1);
            conv2d_with(&(vs / "conv"), channels, kernel, normal(0.0), bias)
        };
        let first = (config.in_channels, config.channels);
        let mut ins = config.channels;
        let initial = conv(vs / "initial_conv", first, 2, true);
        let mut layers = Vec::new();
        for index in 0..config.num_layers {
            let outs = 2 * ins;
            let stride = if index + 1 == config.num_layers { 1 } else { 2 };
            let vs = vs / index;
            layers.push(Layer {
                conv: conv(vs.clone(), (ins, outs), stride, false),
                norm: BatchNorm::new(&(vs / "adn" / "N"), outs, normal(1.0)),
            });
            ins = outs;
        }
        Self {
            initial,
            layers,
            last: conv(vs / "final_conv", (ins, 1), 1, true),
        }
    }

    /// Judges images; batch statistics are used, and the running ones moved, when `train`.
    ///
    /// # Shapes
    /// `[B, 1, H, W]` in [-1, 1] to one logit per patch, `[B, 1, h, w]`.
    pub fn forward_t(&self, image: &Tensor, train: bool) -> Judgement {
        let mut last = leaky_relu(&self.initial.forward(image), SLOPE);
        let mut features = vec![last.shallow_clone()];
        for Layer { conv, norm } in &self.layers {
            last = leaky_relu(&norm.forward_t(&conv.forward(&last), train), SLOPE);
            features.push(last.shallow_clone());
        }
        let logits = self.last.forward(&last);
        Judgement { features, logits }
    }
}

/// What a discriminator made of a batch of images.
#[derive(Debug)]
pub struct Judgement {
    /// The activated features of every layer but the last, `[B, C, h, w]`.
    pub features: Vec<Tensor>,
    /// `[B, 1, h, w]`; large where a patch looks real.
    pub logits: Tensor,
}

/// The larger of `x` and `slope x`, for a slope below one.
fn leaky_relu(features: &Tensor, slope: f64) -> Tensor {
    features.maximum(&(features * slope))
}

/// What a discriminator is asked to say about a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is a radiograph. Also what the generator wants to hear about its own pictures.
    Real,
    /// It is a reconstruction.
    Fake,
}

/// Least-squares adversarial loss: mean of `(leaky_relu(logits, 0.05) - target)²`, target 1 for
/// real and 0 for fake.
///
/// # Source
/// `PatchAdversarialLoss` of MONAI generative 0.2.2 with `least_squares`, whose activation of the
/// logits is on by default.
pub fn adversarial_loss(logits: &Tensor, wanted: Verdict) -> Tensor {
    let activated = leaky_relu(logits, LOSS_SLOPE);
    let target = match wanted {
        Verdict::Real => activated.ones_like(),
        Verdict::Fake => activated.zeros_like(),
    };
    activated.mse_loss(&target, Reduction::Mean)
}
