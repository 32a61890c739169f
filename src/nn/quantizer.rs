//! Vector quantisation with a codebook that follows the latents by moving averages.

use tch::nn;
use tch::{Kind, Reduction, Tensor};

/// Sizes and constants of a [`VectorQuantizer`].
#[derive(Clone, Copy, Debug)]
pub struct QuantizerConfig {
    /// Number of codebook rows.
    pub codebook_size: i64,
    /// Length of a row, the channels of the latent.
    pub latent_channels: i64,
    /// Weight of the commitment loss.
    pub commitment_cost: f64,
    /// Share of the old moving average that an update keeps.
    pub decay: f64,
    /// Laplace smoothing of the cluster sizes, which keeps unused rows finite.
    pub epsilon: f64,
}

impl QuantizerConfig {
    /// A codebook with the constants GL-LCM trains with: commitment 0.25, decay 0.5, epsilon 1e-5,
    /// the defaults of MONAI generative's `VQVAE`.
    pub fn new(codebook_size: i64, latent_channels: i64) -> Self {
        Self {
            codebook_size,
            latent_channels,
            commitment_cost: 0.25,
            decay: 0.5,
            epsilon: 1e-5,
        }
    }
}

/// A latent replaced by its nearest codebook rows.
#[derive(Debug)]
pub struct Quantized {
    /// `[B, C, H, W]`; gradients pass straight through to the continuous latent.
    pub latent: Tensor,
    /// `[B, H, W]`, i64 rows of the codebook.
    pub indices: Tensor,
    /// Commitment loss, a scalar: `commitment_cost * mse(codebook rows, latent)`.
    pub loss: Tensor,
}

/// Nearest-row lookup in a codebook that is learned by exponential moving averages.
///
/// # Source
/// `EMAQuantizer` in Project-MONAI/GenerativeModels, generative/networks/layers/vector_quantizer.py.
#[derive(Debug)]
pub struct VectorQuantizer {
    codebook: Tensor,
    ema_sum: Tensor,
    ema_cluster_size: Tensor,
    config: QuantizerConfig,
}

impl VectorQuantizer {
    /// A codebook of standard normal rows.
    pub fn new(vs: &nn::Path<'_>, config: QuantizerConfig) -> Self {
        let size = [config.codebook_size, config.latent_channels];
        let rows = Tensor::randn(size, (Kind::Float, vs.device()));
        Self {
            ema_cluster_size: vs.zeros_no_train("ema_cluster_size", &[config.codebook_size]),
            ema_sum: vs.add("ema_w", rows.copy(), false),
            codebook: (vs / "embedding").add("weight", rows, false),
            config,
        }
    }

    /// Replaces each position of `latent` `[B, C, H, W]` by the nearest row in squared distance.
    pub fn forward(&self, latent: &Tensor) -> Quantized {
        let indices = self.nearest_rows(latent);
        let rows = self.lookup(&indices).to_kind(latent.kind());
        let loss = rows.mse_loss(latent, Reduction::Mean) * self.config.commitment_cost;
        Quantized {
            latent: latent + (rows - latent).detach(),
            indices,
            loss,
        }
    }

    /// The codebook rows at `indices` `[B, H, W]` as `[B, C, H, W]`.
    pub fn lookup(&self, indices: &Tensor) -> Tensor {
        let rows = Tensor::embedding(&self.codebook, indices, -1, false, false);
        rows.permute([0, 3, 1, 2]).contiguous()
    }

    /// Moves the codebook towards the mean of the `latent` positions `[B, C, H, W]` that chose each
    /// row, `indices` `[B, H, W]`. To be called after the lookup, while training only.
    pub fn update_codebook(&self, latent: &Tensor, indices: &Tensor) {
        let _guard = tch::no_grad_guard();
        let QuantizerConfig {
            codebook_size,
            decay,
            epsilon,
            ..
        } = self.config;
        let flat = self.positions(latent);
        let indices = indices.flatten(0, -1);
        let counts = indices
            .bincount(None::<&Tensor>, codebook_size)
            .to_kind(Kind::Float);
        let sums = self.codebook.zeros_like().index_add_(0, &indices, &flat);

        let mut sizes = self.ema_cluster_size.shallow_clone();
        sizes.copy_(&(&sizes * decay + counts * (1.0 - decay)));
        let mut ema_sum = self.ema_sum.shallow_clone();
        ema_sum.copy_(&(&ema_sum * decay + sums * (1.0 - decay)));

        let total = sizes.sum(Kind::Float);
        let smoothed = (&sizes + epsilon) / (&total + codebook_size as f64 * epsilon) * &total;
        self.codebook
            .shallow_clone()
            .copy_(&(&ema_sum / smoothed.unsqueeze(1)));
    }

    /// How many rows are in use, in effect: the exponential of the entropy of `indices`.
    pub fn perplexity(&self, indices: &Tensor) -> f64 {
        let counts = indices
            .flatten(0, -1)
            .bincount(None::<&Tensor>, self.config.codebook_size)
            .to_kind(Kind::Double);
        let share = counts / indices.numel() as f64;
        let entropy = -(&share * (&share + 1e-10).log()).sum(Kind::Double);
        entropy.exp().double_value(&[])
    }

    fn nearest_rows(&self, latent: &Tensor) -> Tensor {
        let _guard = tch::no_grad_guard();
        let flat = self.positions(latent);
        let codebook = self.codebook.to_kind(Kind::Float);
        let squares = |rows: &Tensor| (rows * rows).sum_dim_intlist([1].as_slice(), true, None);
        let distances =
            squares(&flat) + squares(&codebook).tr() - flat.matmul(&codebook.tr()) * 2.0;
        let size = latent.size();
        distances.argmin(1, false).view([size[0], size[2], size[3]])
    }

    /// `[B, C, H, W]` as rows `[B·H·W, C]` in f32, detached.
    fn positions(&self, latent: &Tensor) -> Tensor {
        latent
            .detach()
            .to_kind(Kind::Float)
            .permute([0, 2, 3, 1])
            .reshape([-1, self.config.latent_channels])
    }
}

#[cfg(test)]
mod tests {
    use tch::Device;
    use tch::nn::VarStore;

    use super::*;

    /// Two rows, (0, 0) and (4, 4), with a history that an update can be followed by hand in.
    fn two_rows() -> (VarStore, VectorQuantizer) {
        let vs = VarStore::new(Device::Cpu);
        let quantizer = VectorQuantizer::new(&vs.root(), QuantizerConfig::new(2, 2));
        let rows = Tensor::from_slice(&[0.0_f32, 0.0, 4.0, 4.0]).view([2, 2]);
        let _guard = tch::no_grad_guard();
        quantizer.codebook.shallow_clone().copy_(&rows);
        quantizer.ema_sum.shallow_clone().copy_(&rows);
        (vs, quantizer)
    }

    /// One image of two positions, (1, 2) and (3, 3).
    fn latent() -> Tensor {
        Tensor::from_slice(&[1.0_f32, 3.0, 2.0, 3.0]).view([1, 2, 1, 2])
    }

    #[test]
    fn nearest_rows_are_taken_and_gradients_pass_straight_through() {
        let (_vs, quantizer) = two_rows();
        let latent = latent().set_requires_grad(true);
        let quantized = quantizer.forward(&latent);
        assert_eq!(
            quantized.indices,
            Tensor::from_slice(&[0_i64, 1]).view([1, 1, 2])
        );
        let expected = Tensor::from_slice(&[0.0_f32, 4.0, 0.0, 4.0]).view([1, 2, 1, 2]);
        assert_eq!(quantized.latent.detach(), expected);
        // Squared differences 1, 1, 4, 1 with a mean of 1.75, times 0.25.
        assert!((quantized.loss.double_value(&[]) - 0.4375).abs() < 1e-6);
        quantized.latent.sum(Kind::Float).backward();
        assert_eq!(latent.grad(), latent.ones_like());
    }

    #[test]
    fn an_update_halves_the_history_and_spares_the_variables_from_gradients() {
        let (vs, quantizer) = two_rows();
        let indices = Tensor::from_slice(&[0_i64, 1]).view([1, 1, 2]);
        quantizer.update_codebook(&latent(), &indices);
        // Sizes 0.5 and 0.5; sums (0.5, 1) and 0.5 (4, 4) + 0.5 (3, 3); equal sizes need no
        // smoothing, so the rows are twice the sums.
        let expected = Tensor::from_slice(&[1.0_f32, 2.0, 7.0, 7.0]).view([2, 2]);
        let difference = (&quantizer.codebook - expected).abs().max();
        assert!(
            difference.double_value(&[]) < 1e-5,
            "{:?}",
            quantizer.codebook
        );
        assert!(vs.trainable_variables().is_empty());
        assert!((quantizer.perplexity(&indices) - 2.0).abs() < 1e-6);
    }
}
