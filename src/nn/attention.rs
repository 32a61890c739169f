//! Self-attention over the positions of a feature map.

use serde::{Deserialize, Serialize};
use tch::Tensor;
use tch::nn::{self, Module as _};

use super::convolution::{Conv1dPoint, conv1d_point, zero_conv1d_point};
use super::normalisation::group_norm;

/// How the 3C channels of the joint projection are laid out. Checkpoints of both layouts have the
/// same names and shapes, so the order must travel with the weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AttentionOrder {
    /// Queries of all heads, then keys of all heads, then values (GL-LCM).
    New,
    /// Head by head: its query, key and value (BS-LDM).
    Legacy,
}

/// Multi-head self-attention with a residual connection:
/// `out = x + proj(softmax(q kᵀ / sqrt(C/heads)) v)`, `q, k, v` from the group-normalised `x`.
///
/// # Shapes
/// `[B, C, H, W]` to the same, at any H and W.
///
/// # Source
/// `AttentionBlock`, `QKVAttention` and `QKVAttentionLegacy` in openai/guided-diffusion,
/// guided_diffusion/unet.py.
#[derive(Debug)]
pub struct AttentionBlock {
    norm: nn::GroupNorm,
    qkv: Conv1dPoint,
    proj_out: Conv1dPoint,
    num_heads: i64,
    order: AttentionOrder,
}

impl AttentionBlock {
    /// Builds the block for `channels` channels in `num_heads` heads.
    ///
    /// # Panics
    /// When `channels` is not a multiple of `num_heads` or of `norm_groups`.
    pub fn new(
        vs: &nn::Path<'_>,
        channels: i64,
        num_heads: i64,
        order: AttentionOrder,
        norm_groups: i64,
    ) -> Self {
        assert!(
            num_heads > 0 && channels % num_heads == 0,
            "{channels} channels cannot be split into {num_heads} heads"
        );
        Self {
            norm: group_norm(&(vs / "norm"), norm_groups, channels),
            qkv: conv1d_point(&(vs / "qkv"), channels, 3 * channels),
            proj_out: zero_conv1d_point(&(vs / "proj_out"), channels),
            num_heads,
            order,
        }
    }

    /// Lets every position of `features` attend to every other one of its image.
    pub fn forward(&self, features: &Tensor) -> Tensor {
        let flat = features.flatten(2, -1);
        let qkv = self.qkv.forward(&self.norm.forward(&flat));
        let attended = self.proj_out.forward(&self.attend(&qkv));
        (flat + attended).view_as(features)
    }

    /// `[B, 3C, T]` to `[B, C, T]`.
    fn attend(&self, qkv: &Tensor) -> Tensor {
        // Both branches give [B, heads, 3, C/heads, T].
        let by_head = match self.order {
            AttentionOrder::New => qkv.unflatten(1, [3, self.num_heads, -1]).transpose(1, 2),
            AttentionOrder::Legacy => qkv.unflatten(1, [self.num_heads, 3, -1]),
        };
        let part = |index| by_head.select(2, index).transpose(2, 3);
        let attended = Tensor::scaled_dot_product_attention(
            &part(0),
            &part(1),
            &part(2),
            None::<Tensor>,
            0.0,
            false,
            None,
            false,
        );
        attended.transpose(2, 3).flatten(1, 2)
    }
}
