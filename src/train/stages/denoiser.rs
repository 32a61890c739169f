//! Noise estimator: one network for the global and the local path, on latents of a frozen VQGAN.

use super::channels::channel_scales;
use super::estimator::Estimator;
use super::judge::mean_terms;
use super::latent_data::LatentData;
use super::latent_task::{LatentTask, TargetPixels};
use super::{
    RunContext, Stage, StepInput, Validation, descend, sampling_clip, trained_denoiser, values,
};
use crate::model::manifest::Prediction;
use crate::train::losses::{gradient_l1, l1, mse, smooth_l1};
use crate::train::observer::Turns;
use crate::train::random::normal;
use crate::train::{DenoiserLoss, Terms, TrainError, TrainedNetwork};
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use tch::nn::VarStore;
use tch::{Device, Tensor};

/// Latents at the border of a decoded crop that do not count: the decoder pads there with zeros.
const CROP_MARGIN: i64 = 2;

/// Stage `denoiser`.
pub(super) struct DenoiserStage {
    network: [TrainedNetwork; 1],
    estimator: Estimator,
    data: LatentData,
    loss: DenoiserLoss,
    /// What scales the differences of each latent channel.
    scales: Option<Tensor>,
    device: Device,
}

impl DenoiserStage {
    pub fn new(context: RunContext<'_>, turns: &mut Turns<'_>) -> Result<Self, TrainError> {
        let RunContext {
            config,
            device,
            folder,
            ..
        } = context;
        let vs = VarStore::new(device);
        let estimator = Estimator::new(config, &vs)?.clipped(sampling_clip(context)?);
        let network = trained_denoiser(config, vs, folder)?;
        let data = LatentData::load(context, turns)?;
        Ok(Self {
            network: [network],
            estimator,
            scales: channel_scales(context, &data.space, turns)?,
            data,
            loss: config.loss.denoiser.clone(),
            device,
        })
    }

    fn timesteps(&self, items: usize, rng: &mut ChaCha8Rng) -> Vec<i64> {
        let last = self.estimator.last_timestep();
        (0..items)
            .map(|_| {
                let drawn = rng.random_range(0..=last);
                if rng.random_bool(self.loss.last_timestep_share) {
                    last
                } else {
                    drawn
                }
            })
            .collect()
    }

    /// The latents that noise is added to: the true ones, and for some items what the network itself
    /// makes of pure noise, as in the second step of the sampler.
    fn origin(&self, task: &LatentTask, rng: &mut ChaCha8Rng) -> Result<Tensor, TrainError> {
        let _guard = tch::no_grad_guard();
        let chosen: Vec<i64> = (0..task.clean.size().first().copied().unwrap_or(0))
            .filter(|_| rng.random_bool(self.loss.rollout_share))
            .collect();
        if chosen.is_empty() {
            return Ok(task.clean.shallow_clone());
        }
        let last = vec![self.estimator.last_timestep(); chosen.len()];
        let chosen = Tensor::from_slice(&chosen).to_device(self.device);
        let condition = task.condition.f_index_select(0, &chosen)?;
        let noise = normal(rng, &condition.size(), self.device);
        let output = self.estimator.predict(&noise, &condition, &last)?;
        let guess = self
            .estimator
            .clean_latent(&output, &noise, &condition, &last)?;
        Ok(task.clean.f_index_copy(0, &chosen, &guess)?)
    }

    /// L1 and gradient L1 between target pixels and a decoded crop of the predicted latent.
    fn pixel_loss(&self, clean: &Tensor, pixels: &TargetPixels, rng: &mut ChaCha8Rng) -> Tensor {
        let size = clean.size();
        let latent_px = self.data.space.latent_px();
        let mut latent = clean.shallow_clone();
        let mut target = pixels.target.shallow_clone();
        let mut weight = pixels.weight.shallow_clone();
        for (dim, &len) in size.iter().enumerate().skip(2) {
            let side = self.loss.pixel_crop_latents.min(len);
            let start = rng.random_range(0..=len - side);
            let dim = dim as i64;
            latent = latent.narrow(dim, start, side);
            target = target.narrow(dim, start * latent_px, side * latent_px);
            weight = weight.narrow(dim, start * latent_px, side * latent_px);
        }
        let inner = |image: &Tensor| {
            let margin = CROP_MARGIN * latent_px;
            let size = image.size();
            (2..4).fold(image.shallow_clone(), |image, dim| {
                image.narrow(dim, margin, size[dim as usize] - 2 * margin)
            })
        };
        let decoded = inner(&self.data.space.decode(&latent));
        let (target, weight) = (inner(&target), inner(&weight));
        l1(&decoded, &target, Some(&weight))
            + gradient_l1(&decoded, &target, Some(&weight)) * self.loss.pixel_gradient
    }

    /// The loss of an output, with its terms.
    fn loss_of(
        &self,
        task: &LatentTask,
        output: &Tensor,
        noise: &Tensor,
        found: &Tensor,
        pixel: Option<Tensor>,
    ) -> Result<(Tensor, Terms), TrainError> {
        let scaled = |latent: &Tensor| match &self.scales {
            Some(scales) => latent * scales,
            None => latent.shallow_clone(),
        };
        let weight = Some(&task.weight);
        let latent_loss = match self.estimator.prediction() {
            Prediction::Epsilon => mse(&scaled(output), &scaled(noise), weight),
            Prediction::Sample | Prediction::ConditionResidual => {
                let beta = self.loss.smooth_l1_beta;
                smooth_l1(&scaled(found), &scaled(&task.clean), beta, weight)
            }
        };
        let mut loss = latent_loss.shallow_clone();
        let mut terms = values([("latent_loss", &latent_loss)])?;
        if let Some(pixel) = pixel {
            terms.extend(values([("pixel_loss", &pixel)])?);
            loss += pixel * self.loss.pixel;
        }
        terms.extend(values([("loss", &loss)])?);
        Ok((loss, terms))
    }
}

impl Stage for DenoiserStage {
    fn networks(&mut self) -> Vec<&mut TrainedNetwork> {
        self.network.iter_mut().collect()
    }

    fn lacking_views(&mut self, items: usize, rng: &mut ChaCha8Rng) -> Option<Vec<u64>> {
        self.data.lacking_views(items, rng)
    }

    fn step(&mut self, input: StepInput) -> Result<Terms, TrainError> {
        let StepInput {
            iteration,
            learning_rate,
            batch,
            mut rng,
            part,
        } = input;
        let rng = &mut rng;
        let task = self.data.task(&batch, rng)?;
        let timesteps = self.timesteps(task.len(), rng);
        let noise = self.estimator.noise(&task.clean.size(), rng);
        let origin = self.origin(&task, rng)?;
        let noisy = self
            .estimator
            .schedule()
            .add_noise(&origin, &noise, &timesteps)?;
        let predicted = self
            .estimator
            .predict_to_learn(&noisy, &task.condition, &timesteps)?;
        let output = predicted.output.shallow_clone();
        let found = self
            .estimator
            .clean_latent(&output, &noisy, &task.condition, &timesteps)?;
        let wants_pixels = self.loss.pixel > 0.0 && iteration.is_multiple_of(self.loss.pixel_every);
        let pixels = task.pixels.as_ref().filter(|_| wants_pixels);
        let pixel = pixels.map(|pixels| self.pixel_loss(&found, pixels, rng));
        let (loss, mut terms) = self.loss_of(&task, &output, &noise, &found, pixel)?;
        let [network] = &mut self.network;
        let rest = || self.estimator.send_back(predicted);
        let norm = descend(network, &loss, learning_rate, part, rest)?;
        terms.insert("gradient_norm".to_owned(), norm);
        Ok(terms)
    }

    fn validate(&mut self, turns: &mut Turns<'_>) -> Result<Option<Validation>, TrainError> {
        let each = self
            .data
            .validation
            .iter()
            .map(|judged| {
                let beta = self.loss.smooth_l1_beta;
                judged.one_step(&self.estimator, &self.data.space, beta, turns)
            })
            .collect::<Result<Vec<Terms>, _>>()?;
        let terms = mean_terms(&each);
        // Tone differences between patients are chance; what is left after an affine map is not.
        let score = terms.get("psnr_affine_one_step").copied();
        Ok(score.map(|score| Validation { terms, score }))
    }

    fn samples(&mut self, turns: &mut Turns<'_>) -> Result<Vec<(String, Tensor)>, TrainError> {
        self.data.samples(&self.estimator, turns)
    }
}
