//! The autoencoder between images and latents.

use serde::{Deserialize, Serialize};
use tch::Tensor;
use tch::nn;

use super::config::{Checker, ConfigError};
use crate::nn::{
    Check, Conv2d, ConvTranspose2d, Kernel, Quantized, QuantizerConfig, VectorQuantizer,
    conv_transpose2d, conv2d, go_on,
};

/// The sizes of a [`Vqgan`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VqganConfig {
    /// Channels of an image; 1 for radiographs.
    pub in_channels: i64,
    /// Channels of the encoder's levels; each level halves the resolution.
    pub channels: Vec<i64>,
    /// Residual units per level.
    pub residual_layers: i64,
    /// Channels inside a residual unit.
    pub residual_channels: i64,
    /// Rows of the codebook.
    pub codebook_size: i64,
    /// Channels of the latent.
    pub latent_channels: i64,
}

impl VqganConfig {
    /// How many image pixels one latent position spans along each side.
    pub fn downsampling(&self) -> i64 {
        1 << self.channels.len()
    }

    /// Confirms that a network of these sizes can be built.
    ///
    /// # Errors
    /// When a size is out of range or there are no levels or more than eight.
    pub fn check(&self) -> Result<(), ConfigError> {
        let check = Checker("VQGAN");
        check.positive("in_channels", &[self.in_channels])?;
        check.levels("channels", &self.channels)?;
        check.positive("residual_layers", &[self.residual_layers])?;
        check.positive("residual_channels", &[self.residual_channels])?;
        check.positive("codebook_size", &[self.codebook_size])?;
        check.positive("latent_channels", &[self.latent_channels])
    }
}

/// `relu(x + conv(relu(conv(x))))`, without normalisation.
#[derive(Debug)]
struct ResidualUnit {
    widen: Conv2d,
    narrow: Conv2d,
}

impl ResidualUnit {
    fn new(vs: &nn::Path<'_>, channels: i64, residual_channels: i64) -> Self {
        let conv = |name: &str, ins, outs| conv2d(&(vs / name / "conv"), ins, outs, Kernel::SAME3);
        Self {
            widen: conv("conv1", channels, residual_channels),
            narrow: conv("conv2", residual_channels, channels),
        }
    }

    fn forward(&self, features: &Tensor) -> Tensor {
        let widened = self.widen.forward(features).relu_();
        (features + self.narrow.forward(&widened)).relu_()
    }
}

#[derive(Debug)]
enum Block {
    Convolution {
        conv: Conv2d,
        activated: bool,
    },
    Transposed {
        conv: ConvTranspose2d,
        activated: bool,
    },
    Residual(ResidualUnit),
}

impl Block {
    fn forward(&self, features: &Tensor) -> Tensor {
        let (mut out, activated) = match self {
            Self::Convolution { conv, activated } => (conv.forward(features), *activated),
            Self::Transposed { conv, activated } => (conv.forward(features), *activated),
            Self::Residual(unit) => (unit.forward(features), false),
        };
        if activated { out.relu_() } else { out }
    }
}

/// Numbers the blocks of one half of the network, as the reference's module list does.
struct BlockList<'a> {
    vs: nn::Path<'a>,
    blocks: Vec<Block>,
}

impl<'a> BlockList<'a> {
    fn new(vs: nn::Path<'a>) -> Self {
        let blocks = Vec::new();
        Self { vs, blocks }
    }

    fn next_path(&self) -> nn::Path<'a> {
        &self.vs / self.blocks.len()
    }

    fn convolution(&mut self, in_channels: i64, out_channels: i64, kernel: Kernel) {
        let conv = conv2d(
            &(self.next_path() / "conv"),
            in_channels,
            out_channels,
            kernel,
        );
        // The convolutions next to the latent keep its size and are linear.
        let activated = kernel == Kernel::HALVE4;
        self.blocks.push(Block::Convolution { conv, activated });
    }

    fn transposed(&mut self, in_channels: i64, out_channels: i64, activated: bool) {
        let vs = self.next_path() / "conv";
        let conv = conv_transpose2d(&vs, in_channels, out_channels, Kernel::HALVE4);
        self.blocks.push(Block::Transposed { conv, activated });
    }

    fn residual(&mut self, channels: i64, config: &VqganConfig) {
        for _ in 0..config.residual_layers {
            let unit = ResidualUnit::new(&self.next_path(), channels, config.residual_channels);
            self.blocks.push(Block::Residual(unit));
        }
    }
}

/// Convolutional autoencoder with a vector-quantised latent.
///
/// The encoder has per level a 4 × 4 convolution of stride 2 with ReLU, then residual units; a
/// 3 × 3 convolution leads to the latent. The decoder mirrors it and ends without an activation.
///
/// # Source
/// `VQVAE` in Project-MONAI/GenerativeModels, generative/networks/nets/vqvae.py.
#[derive(Debug)]
pub struct Vqgan {
    encoder: Vec<Block>,
    decoder: Vec<Block>,
    quantizer: VectorQuantizer,
    downsampling: i64,
}

impl Vqgan {
    /// Builds the network under `vs` with fresh weights.
    ///
    /// # Panics
    /// When [`VqganConfig::check`] would fail.
    pub fn new(vs: &nn::Path<'_>, config: &VqganConfig) -> Self {
        let quantizer = QuantizerConfig::new(config.codebook_size, config.latent_channels);
        Self {
            encoder: Self::encoder(vs / "encoder" / "blocks", config),
            decoder: Self::decoder(vs / "decoder" / "blocks", config),
            quantizer: VectorQuantizer::new(&(vs / "quantizer" / "quantizer"), quantizer),
            downsampling: config.downsampling(),
        }
    }

    fn encoder(vs: nn::Path<'_>, config: &VqganConfig) -> Vec<Block> {
        let mut list = BlockList::new(vs);
        let mut previous = config.in_channels;
        for &channels in &config.channels {
            list.convolution(previous, channels, Kernel::HALVE4);
            list.residual(channels, config);
            previous = channels;
        }
        list.convolution(previous, config.latent_channels, Kernel::SAME3);
        list.blocks
    }

    fn decoder(vs: nn::Path<'_>, config: &VqganConfig) -> Vec<Block> {
        let mut list = BlockList::new(vs);
        let mut outs: Vec<i64> = config.channels.clone();
        outs.insert(0, config.in_channels);
        let levels = config.channels.len();
        list.convolution(config.latent_channels, outs[levels], Kernel::SAME3);
        for level in (0..levels).rev() {
            let channels = config.channels[level];
            list.residual(channels, config);
            list.transposed(channels, outs[level], level > 0);
        }
        list.blocks
    }

    /// Encodes an image to its continuous latent; [`Self::quantize`] is a separate step.
    ///
    /// # Shapes
    /// `[B, 1, H, W]` in [-1, 1] to `[B, latent_channels, H/f, W/f]`, `f` the downsampling.
    ///
    /// # Panics
    /// When H or W is not a multiple of `f`.
    pub fn encode(&self, image: &Tensor) -> Tensor {
        let Ok(latent) = self.encode_checked(image, &go_on);
        latent
    }

    /// [`Self::encode`], which `check` may end before any block.
    ///
    /// # Errors
    /// That of `check`.
    ///
    /// # Panics
    /// As [`Self::encode`].
    pub fn encode_checked<E>(&self, image: &Tensor, check: Check<'_, E>) -> Result<Tensor, E> {
        let size = image.size();
        assert!(
            size.iter()
                .skip(2)
                .all(|side| side % self.downsampling == 0),
            "an image of size {size:?} is not a multiple of {} px",
            self.downsampling
        );
        run(&self.encoder, image, check)
    }

    /// Replaces each latent position by the nearest codebook row.
    ///
    /// # Shapes
    /// `[B, C, h, w]` to the same, straight-through, with `[B, h, w]` indices and a scalar loss.
    pub fn quantize(&self, latent: &Tensor) -> Quantized {
        self.quantizer.forward(latent)
    }

    /// The codebook rows at `indices` `[B, h, w]` as a latent `[B, C, h, w]`.
    pub fn lookup(&self, indices: &Tensor) -> Tensor {
        self.quantizer.lookup(indices)
    }

    /// Moves the codebook towards the latents that chose each row; while training, after
    /// [`Self::quantize`] and with its indices.
    pub fn update_codebook(&self, latent: &Tensor, indices: &Tensor) {
        self.quantizer.update_codebook(latent, indices);
    }

    /// The number of codebook rows in effective use, from 1 to the size of the codebook.
    pub fn perplexity(&self, indices: &Tensor) -> f64 {
        self.quantizer.perplexity(indices)
    }

    /// Decodes a latent, quantised or not.
    ///
    /// # Shapes
    /// `[B, latent_channels, h, w]` to `[B, 1, f h, f w]`, about [-1, 1] but unbounded.
    pub fn decode(&self, latent: &Tensor) -> Tensor {
        let Ok(image) = self.decode_checked(latent, &go_on);
        image
    }

    /// [`Self::decode`], which `check` may end before any block.
    ///
    /// # Errors
    /// That of `check`.
    pub fn decode_checked<E>(&self, latent: &Tensor, check: Check<'_, E>) -> Result<Tensor, E> {
        run(&self.decoder, latent, check)
    }
}

fn run<E>(blocks: &[Block], input: &Tensor, check: Check<'_, E>) -> Result<Tensor, E> {
    let start = input.shallow_clone();
    blocks.iter().try_fold(start, |features, block| {
        check()?;
        Ok(block.forward(&features))
    })
}
