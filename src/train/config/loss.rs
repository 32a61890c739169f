//! Loss terms of each stage.

use crate::train::TrainError;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Distance between two images.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PixelDistance {
    /// Mean absolute difference (BS-LDM's code).
    L1,
    /// Mean squared difference (GL-LCM's code).
    Mse,
}

/// Segmenter: weights of the terms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SegmenterLoss {
    /// Weight of the binary cross-entropy.
    pub cross_entropy: f64,
    /// Weight of the soft Dice loss.
    pub dice: f64,
}

impl Default for SegmenterLoss {
    fn default() -> Self {
        Self {
            cross_entropy: 1.0,
            dice: 1.0,
        }
    }
}

/// VQGAN: weights of the terms; images in `[-1, 1]`.
///
/// The defaults train a codec of continuous latents; what the shipped one was trained with stands in
/// `models/compact/recipe/vqgan.toml`. GL-LCM's code has `distance = "mse"`, `gradient = 0`,
/// `quantization = 1`, `quantized_share = 1`, `perceptual = 0.001`, `adversarial = 0.01`,
/// `ms_ssim = 1`, `latent_noise = 0`, `latent_magnitude = 0`. Its perceptual term is LPIPS on VGG; here it is
/// LPIPS on AlexNet, theirs in form only, so that the same weight does not have the same effect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VqganLoss {
    /// Distance between image and reconstruction; weight 1.
    pub distance: PixelDistance,
    /// Weight of the L1 distance between the two images' differences of neighbours.
    pub gradient: f64,
    /// Weight of the commitment loss.
    pub quantization: f64,
    /// Share of the items that are decoded from quantised latents; the others from continuous ones.
    pub quantized_share: f64,
    /// Standard deviation of noise added to continuous latents, as a share of the latents' own.
    pub latent_noise: f64,
    /// Weight of the mean squared latent.
    pub latent_magnitude: f64,
    /// Weight of LPIPS on AlexNet; the authors' is LPIPS on VGG, which this program does not have.
    pub perceptual: f64,
    /// AlexNet weights for LPIPS; not given, those installed with the bundles. Where there are none the perceptual term
    /// is left out, and the run says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub perceptual_weights: Option<PathBuf>,
    /// Weight of the least-squares adversarial loss of a patch discriminator.
    pub adversarial: f64,
    /// Learning rate of the discriminator.
    pub discriminator_learning_rate: f64,
    /// Weight of 1 - MS-SSIM.
    pub ms_ssim: f64,
}

impl Default for VqganLoss {
    fn default() -> Self {
        Self {
            distance: PixelDistance::L1,
            gradient: 2.0,
            quantization: 0.0,
            quantized_share: 0.0,
            latent_noise: 0.03,
            latent_magnitude: 1e-4,
            perceptual: 0.0,
            perceptual_weights: None,
            adversarial: 0.0,
            discriminator_learning_rate: 5e-4,
            ms_ssim: 0.0,
        }
    }
}

/// What a difference in a latent channel counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelWeights {
    /// The same in every channel, each of unit deviation.
    #[default]
    Equal,
    /// What it changes in the decoded picture: the root mean square of the pixels' change for noise in that channel alone,
    /// measured over training images when the run begins. The channels of a continuous codec differ by a factor of
    /// thirty; with equal weights most of the network learns what nobody sees.
    Pixels,
}

/// Denoiser: what the latent loss looks like and whether pixels are compared too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DenoiserLoss {
    /// Transition of the smooth L1 distance of predicted and true latents (`sample` and
    /// `condition_residual` predictions); `epsilon` predictions take the mean square.
    pub smooth_l1_beta: f64,
    /// What a difference in a latent channel counts for.
    pub channel_weights: ChannelWeights,
    /// Extra weight of latents inside the lung field.
    pub lung_weight: f64,
    /// Share of the items that are forced to the schedule's last timestep, 999 of 1000.
    pub last_timestep_share: f64,
    /// Share of the items trained on the local path (condition and target masked to the lungs).
    pub local_share: f64,
    /// Share of the items whose noisy latent is made of the network's own one-step guess from pure noise
    /// (unguided, unclipped) instead of the true latent, as in the sampler's second step. Without them the
    /// network takes a noisy latent for the truth when it is its own guess, and its errors of tone grow
    /// from step to step. `sample` and `condition_residual` predictions only.
    pub rollout_share: f64,
    /// Weight of the pixel loss: L1 + `pixel_gradient` x gradient L1 of the decoded prediction.
    pub pixel: f64,
    /// Weight of the gradient term within the pixel loss.
    pub pixel_gradient: f64,
    /// Iterations between two uses of the pixel loss.
    pub pixel_every: u64,
    /// Side of the latent crop that is decoded for it.
    pub pixel_crop_latents: i64,
}

impl Default for DenoiserLoss {
    fn default() -> Self {
        Self {
            smooth_l1_beta: 0.1,
            channel_weights: ChannelWeights::Equal,
            lung_weight: 0.0,
            last_timestep_share: 0.25,
            local_share: 0.25,
            rollout_share: 0.0,
            pixel: 0.0,
            pixel_gradient: 2.0,
            pixel_every: 1,
            pixel_crop_latents: 24,
        }
    }
}

/// Distillation: the tasks are those of [`DenoiserLoss`] (`lung_weight`, `local_share`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DistillLoss {
    /// Transition c of the pseudo-Huber distance.
    pub huber: f64,
}

impl Default for DistillLoss {
    fn default() -> Self {
        // `huber_c` of diffusers' example train_lcm_distill_sd_wds.py.
        Self { huber: 0.001 }
    }
}

/// Loss terms of all stages; a run uses those of its own.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LossConfig {
    /// Stage `segmenter`.
    pub segmenter: SegmenterLoss,
    /// Stage `vqgan`.
    pub vqgan: VqganLoss,
    /// Stage `denoiser`, and the tasks of stage `distill`.
    pub denoiser: DenoiserLoss,
    /// Stage `distill`.
    pub distill: DistillLoss,
}

impl LossConfig {
    pub(super) fn validate(&self) -> Result<(), TrainError> {
        let Self {
            segmenter,
            vqgan,
            denoiser,
            ..
        } = self;
        let weights = [
            ("segmenter.cross_entropy", segmenter.cross_entropy),
            ("segmenter.dice", segmenter.dice),
            ("vqgan.gradient", vqgan.gradient),
            ("vqgan.quantization", vqgan.quantization),
            ("vqgan.latent_noise", vqgan.latent_noise),
            ("vqgan.latent_magnitude", vqgan.latent_magnitude),
            ("vqgan.perceptual", vqgan.perceptual),
            ("vqgan.adversarial", vqgan.adversarial),
            ("vqgan.ms_ssim", vqgan.ms_ssim),
            (
                "vqgan.discriminator_learning_rate",
                vqgan.discriminator_learning_rate,
            ),
            ("denoiser.lung_weight", denoiser.lung_weight),
            ("denoiser.pixel", denoiser.pixel),
            ("denoiser.pixel_gradient", denoiser.pixel_gradient),
        ];
        for (field, weight) in weights {
            if !(weight >= 0.0 && weight.is_finite()) {
                return Err(TrainError::setting(
                    &format!("loss.{field}"),
                    "must not be negative",
                ));
            }
        }
        for (field, share) in [
            ("vqgan.quantized_share", vqgan.quantized_share),
            ("denoiser.last_timestep_share", denoiser.last_timestep_share),
            ("denoiser.local_share", denoiser.local_share),
            ("denoiser.rollout_share", denoiser.rollout_share),
        ] {
            if !(0.0..=1.0).contains(&share) {
                return Err(TrainError::setting(
                    &format!("loss.{field}"),
                    "must lie between 0 and 1",
                ));
            }
        }
        self.validate_details()
    }

    fn validate_details(&self) -> Result<(), TrainError> {
        let Self {
            vqgan,
            denoiser,
            distill,
            ..
        } = self;
        if !(distill.huber > 0.0 && distill.huber.is_finite()) {
            return Err(TrainError::setting(
                "loss.distill.huber",
                "must be a positive number",
            ));
        }
        if vqgan.quantized_share > 0.0 && vqgan.quantization <= 0.0 {
            return Err(TrainError::setting(
                "loss.vqgan.quantization",
                "must be positive where items are quantised",
            ));
        }
        if !(denoiser.smooth_l1_beta > 0.0 && denoiser.smooth_l1_beta.is_finite()) {
            return Err(TrainError::setting(
                "loss.denoiser.smooth_l1_beta",
                "must be a positive number",
            ));
        }
        if denoiser.pixel_every == 0 || denoiser.pixel_crop_latents < 8 {
            return Err(TrainError::setting(
                "loss.denoiser.pixel_every",
                "must be at least 1, and `pixel_crop_latents` at least 8",
            ));
        }
        Ok(())
    }
}
