//! The blocks that the networks in [`crate::model`] are built from.
//!
//! Owns residual, attention and resampling blocks, the timestep embedding, normalisation layers and
//! the vector quantiser. Every block is built under a [`tch::nn::Path`], so that the names of its
//! variables equal the keys of the reference checkpoints. Must not know weights, files, schedules
//! or images; its only dependency is libtorch.
//!
//! All feature maps are `[B, C, H, W]`.

mod attention;
mod check;
mod convolution;
mod layout;
mod normalisation;
mod quantizer;
mod resample;
mod residual;
mod timestep;

pub use attention::{AttentionBlock, AttentionOrder};
pub use check::{Check, go_on};
pub use convolution::{
    Conv1dPoint, Conv2d, ConvTranspose2d, Kernel, conv_transpose2d, conv1d_point, conv2d,
    conv2d_with, linear, zero_conv1d_point, zero_conv2d,
};
pub use layout::{fast_kind, for_convolution, prepare_for_inference};
pub use normalisation::{BatchNorm, group_norm};
pub use quantizer::{Quantized, QuantizerConfig, VectorQuantizer};
pub use resample::{Resample, upsample_nearest};
pub use residual::{ResidualBlock, ResidualConfig};
pub use timestep::{TimestepMlp, timestep_embedding};
