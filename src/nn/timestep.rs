//! The diffusion time as a vector.

use tch::nn::{self, Module as _};
use tch::{Kind, Tensor};

use super::convolution::linear;

/// Longest period of the sinusoids, in timesteps (`max_period` in guided-diffusion's nn.py).
const MAX_PERIOD: f64 = 10_000.0;

/// Sinusoidal embedding `[cos(t f_i) | sin(t f_i)]`, `f_i = exp(-ln(10000) i / (dim/2))`.
///
/// # Shapes
/// `timesteps` `[B]`, whole numbers 0..=999 of any kind, to `[B, dim]` in f32; `dim` is even.
///
/// # Source
/// `timestep_embedding` in openai/guided-diffusion, guided_diffusion/nn.py.
pub fn timestep_embedding(timesteps: &Tensor, dim: i64) -> Tensor {
    let half = dim / 2;
    // The order of operations is the reference's: a rounding of f is multiplied by t up to 999.
    let indices = Tensor::arange(half, (Kind::Float, timesteps.device()));
    let frequencies = (indices * -MAX_PERIOD.ln() / half as f64).exp();
    let angles = timesteps.to_kind(Kind::Float).unsqueeze(1) * frequencies.unsqueeze(0);
    Tensor::cat(&[angles.cos(), angles.sin()], 1)
}

/// The learned part of the time embedding: linear, SiLU, linear.
#[derive(Debug)]
pub struct TimestepMlp {
    model_channels: i64,
    first: nn::Linear,
    second: nn::Linear,
}

impl TimestepMlp {
    /// Maps the sinusoids of `model_channels` entries to `embedding_channels` features.
    pub fn new(vs: &nn::Path<'_>, model_channels: i64, embedding_channels: i64) -> Self {
        Self {
            model_channels,
            first: linear(&(vs / 0), model_channels, embedding_channels),
            second: linear(&(vs / 2), embedding_channels, embedding_channels),
        }
    }

    /// `[B]` timesteps to `[B, embedding_channels]`, in the kind of the weights.
    pub fn forward(&self, timesteps: &Tensor) -> Tensor {
        let sinusoids = timestep_embedding(timesteps, self.model_channels);
        let hidden = self.first.forward(&sinusoids.to_kind(self.first.ws.kind()));
        self.second.forward(&hidden.silu())
    }
}
