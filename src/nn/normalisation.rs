//! Group and batch normalisation under the reference checkpoints' names.

use tch::nn::{self, Init, ModuleT as _};
use tch::{Kind, Tensor};

/// Added to every variance; the default of the reference networks.
const EPSILON: f64 = 1e-5;

/// Group normalisation with a learned scale and shift, statistics in f32.
///
/// # Shapes
/// `[B, channels, ...]` to the same.
///
/// # Panics
/// When `channels` is not a multiple of `groups`.
pub fn group_norm(vs: &nn::Path<'_>, groups: i64, channels: i64) -> nn::GroupNorm {
    assert!(
        groups > 0 && channels % groups == 0,
        "{channels} channels cannot be split into {groups} groups"
    );
    let config = nn::GroupNormConfig {
        eps: EPSILON,
        ..nn::GroupNormConfig::default()
    };
    nn::group_norm(vs, groups, channels, config)
}

/// Batch normalisation with running statistics (momentum 0.1) and the counter of batches that the
/// reference checkpoints also hold.
#[derive(Debug)]
pub struct BatchNorm {
    inner: nn::BatchNorm,
    num_batches_tracked: Tensor,
}

impl BatchNorm {
    /// Builds the layer; its scale starts as `ws_init`, its shift at zero.
    pub fn new(vs: &nn::Path<'_>, channels: i64, ws_init: Init) -> Self {
        let config = nn::BatchNormConfig {
            eps: EPSILON,
            ws_init,
            ..nn::BatchNormConfig::default()
        };
        let count = Tensor::zeros([], (Kind::Int64, vs.device()));
        Self {
            inner: nn::batch_norm2d(vs, channels, config),
            num_batches_tracked: vs.add("num_batches_tracked", count, false),
        }
    }

    /// Normalises `[B, C, H, W]`: with the batch's statistics, which also move the running ones,
    /// when `train`; else with the running statistics.
    pub fn forward_t(&self, features: &Tensor, train: bool) -> Tensor {
        if train {
            let _guard = tch::no_grad_guard();
            let mut count = self.num_batches_tracked.shallow_clone();
            count += 1;
        }
        self.inner.forward_t(features, train)
    }
}
