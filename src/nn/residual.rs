//! The denoiser's residual block, steered by the diffusion time.

use tch::Tensor;
use tch::nn::{self, Module as _};

use super::convolution::{Conv2d, Kernel, conv2d, linear, zero_conv2d};
use super::normalisation::group_norm;
use super::resample::Resample;

/// The sizes of a [`ResidualBlock`].
#[derive(Clone, Copy, Debug)]
pub struct ResidualConfig {
    /// Channels of the input.
    pub in_channels: i64,
    /// Channels of the output.
    pub out_channels: i64,
    /// Features of the time embedding.
    pub embedding_channels: i64,
    /// Groups of both normalisations.
    pub norm_groups: i64,
    /// Change of resolution.
    pub resample: Resample,
}

/// `out = skip(x) + conv(silu(norm(h) (1 + scale) + shift))`, `h = conv(resample(silu(norm(x))))`,
/// with scale and shift from the time embedding; the skip is resampled alike and is a 1 × 1
/// convolution where the number of channels changes.
///
/// # Shapes
/// `[B, in, H, W]` and `[B, embedding]` to `[B, out, H', W']`.
///
/// # Source
/// `ResBlock` with `use_scale_shift_norm` in openai/guided-diffusion, guided_diffusion/unet.py.
#[derive(Debug)]
pub struct ResidualBlock {
    in_norm: nn::GroupNorm,
    in_conv: Conv2d,
    embedding: nn::Linear,
    out_norm: nn::GroupNorm,
    out_conv: Conv2d,
    skip: Option<Conv2d>,
    resample: Resample,
}

impl ResidualBlock {
    /// Builds the block; its last convolution starts at zero.
    ///
    /// # Panics
    /// When a number of channels is not a multiple of `norm_groups`.
    pub fn new(vs: &nn::Path<'_>, config: &ResidualConfig) -> Self {
        let &ResidualConfig {
            in_channels,
            out_channels,
            embedding_channels,
            norm_groups,
            resample,
        } = config;
        let (ins, outs) = (vs / "in_layers", vs / "out_layers");
        let skip = (in_channels != out_channels).then(|| {
            let vs = vs / "skip_connection";
            conv2d(&vs, in_channels, out_channels, Kernel::POINT)
        });
        Self {
            in_norm: group_norm(&(&ins / 0), norm_groups, in_channels),
            in_conv: conv2d(&(&ins / 2), in_channels, out_channels, Kernel::SAME3),
            embedding: linear(
                &(vs / "emb_layers" / 1),
                embedding_channels,
                2 * out_channels,
            ),
            out_norm: group_norm(&(&outs / 0), norm_groups, out_channels),
            out_conv: zero_conv2d(&(&outs / 3), out_channels, out_channels),
            skip,
            resample,
        }
    }

    /// Applies the block. `activated_time` is SiLU of the time embedding, `[B, embedding]`: the
    /// same for all blocks of one pass, therefore computed once by the caller.
    pub fn forward(&self, features: &Tensor, activated_time: &Tensor) -> Tensor {
        let normed = self.in_norm.forward(features).silu_();
        let hidden = self.in_conv.forward(&self.resample.forward(&normed));
        drop(normed);

        let scale_shift = self.embedding.forward(activated_time);
        let scale_shift = scale_shift
            .to_kind(features.kind())
            .unsqueeze(-1)
            .unsqueeze(-1)
            .chunk(2, 1);
        let normed = self.out_norm.forward(&hidden);
        let modulated = scale_shift[1]
            .addcmul(&normed, &(&scale_shift[0] + 1.0))
            .silu_();
        let residual = self.out_conv.forward(&modulated);

        let resampled = self.resample.forward(features);
        match &self.skip {
            Some(conv) => conv.forward(&resampled) + residual,
            None => resampled + residual,
        }
    }
}
