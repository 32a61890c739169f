//! Noise estimator: one network for the global and the local path, on latents of a frozen VQGAN.

use super::judge::{WholeImage, mean_terms, psnr, whole_images};
use super::latent::LatentSpace;
use super::{Stage, StepInput, Validation, descend, values};
use crate::diffusion::NoiseSchedule;
use crate::model::Denoiser;
use crate::model::manifest::{ConditionScaling, Prediction};
use crate::nn::for_convolution;
use crate::train::losses::{gradient_l1, l1, mse, smooth_l1};
use crate::train::random::{Purpose, generator, normal};
use crate::train::{
    Batch, Conventions, Dataset, DenoiserLoss, RunConfig, RunFolder, Terms, TrainError, TrainStage,
    TrainedNetwork,
};
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

/// Latents at the border of a decoded crop that do not count: the decoder pads there with zeros.
const CROP_MARGIN: i64 = 2;
/// Where in the schedule the validation looks: at the ends of these fiftieths, which are the steps that the latent
/// consistency sampler can take. Of 1000 timesteps that is 999, 499 and 139.
const JUDGED_FIFTIETHS: [usize; 3] = [50, 25, 7];

/// Everything the loss of one iteration needs, `[B, C, h, w]` unless said otherwise.
struct Task {
    condition: Tensor,
    clean: Tensor,
    /// Target pixels `[B, 1, H, W]`.
    target: Tensor,
    /// Weight of each target pixel `[B, 1, H, W]`.
    pixel_weight: Tensor,
    /// Weight of each latent `[B, 1, h, w]`.
    weight: Tensor,
}

/// One validation image in latent space, with fixed noise.
struct Judged {
    image: WholeImage,
    condition: Tensor,
    clean: Tensor,
    noise: Tensor,
}

/// Stage `denoiser`.
pub(super) struct DenoiserStage {
    network: [TrainedNetwork; 1],
    denoiser: Denoiser,
    space: LatentSpace,
    schedule: NoiseSchedule,
    conventions: Conventions,
    loss: DenoiserLoss,
    device: Device,
    compute: Kind,
    validation: Vec<Judged>,
}

impl DenoiserStage {
    pub fn new(
        config: &RunConfig,
        device: Device,
        dataset: &Dataset,
        folder: &RunFolder,
    ) -> Result<Self, TrainError> {
        let (conventions, loss) = (config.conventions.clone(), config.loss.denoiser.clone());
        let schedule = NoiseSchedule::new(&conventions.noise_schedule())?;
        let vs = VarStore::new(device);
        let architecture = config.model.denoiser()?;
        let denoiser = Denoiser::new(&vs.root(), &architecture);
        let space = LatentSpace::load(config, device, dataset, folder)?;
        let multiple_px = space.latent_px() * architecture.downsampling();
        let mut stage = Self {
            network: [TrainedNetwork::new("", vs, &config.optimizer)],
            denoiser,
            space,
            schedule,
            conventions,
            loss,
            device,
            compute: config.precision.kind(device),
            validation: Vec::new(),
        };
        stage.validation = stage.judged(whole_images(dataset, multiple_px), config.seed);
        Ok(stage)
    }

    fn judged(&self, images: Vec<WholeImage>, seed: u64) -> Vec<Judged> {
        let _guard = tch::no_grad_guard();
        images
            .into_iter()
            .enumerate()
            .filter_map(|(index, image)| {
                let soft = image.soft_tissue.as_ref()?.to_device(self.device);
                let condition = self.space.encode(&image.radiograph.to_device(self.device));
                let clean = self.space.encode(&soft);
                let index = index as u64;
                let mut rng = generator(seed, TrainStage::Denoiser, index, Purpose::Validation);
                let noise = normal(&mut rng, &clean.size(), self.device);
                Some(Judged {
                    image,
                    condition,
                    clean,
                    noise,
                })
            })
            .collect()
    }

    /// Encodes the batch; some items become tasks of the local path, masked to the lungs.
    fn task(&self, batch: &Batch, rng: &mut ChaCha8Rng) -> Task {
        let _guard = tch::no_grad_guard();
        let local: Vec<f32> = batch
            .has_lungs
            .iter()
            .map(|&known| {
                let local = rng.random_bool(self.loss.local_share);
                f32::from(u8::from(local && known))
            })
            .collect();
        let local = Tensor::from_slice(&local)
            .reshape([-1, 1, 1, 1])
            .to_device(self.device);
        let global: Tensor = 1.0 - &local;
        let seen: Tensor = &local * &batch.lungs + &global;
        // Outside the mask both images are black, -1.
        let mask = |image: &Tensor| (image + 1.0) * &seen - 1.0;
        let (radiograph, target) = (mask(&batch.radiograph), mask(&batch.soft_tissue));
        let pixel_weight = (&batch.validity + &local).clamp_max(1.0);
        // A latent counts where every pixel that reaches it does: itself and its 8 neighbours.
        let worthless: Tensor = 1.0 - &pixel_weight;
        let px = self.space.latent_px();
        let invalid = worthless.max_pool2d([3 * px, 3 * px], [px, px], [px, px], [1, 1], false);
        let lungs = batch
            .lungs
            .avg_pool2d([px, px], [px, px], [0, 0], false, true, None);
        let weight = (lungs * self.loss.lung_weight + 1.0) * (1.0 - invalid);
        let latents = self.space.encode(&Tensor::cat(&[&radiograph, &target], 0));
        let items = batch.len() as i64;
        Task {
            condition: latents.narrow(0, 0, items),
            clean: latents.narrow(0, items, items),
            target,
            pixel_weight,
            weight,
        }
    }

    fn timesteps(&self, items: usize, rng: &mut ChaCha8Rng) -> Vec<i64> {
        let last = self.schedule.num_timesteps() as i64 - 1;
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

    fn noise(&self, shape: &[i64], rng: &mut ChaCha8Rng) -> Tensor {
        let noise = normal(rng, shape, self.device);
        let per_channel = match shape {
            [items, channels, ..] => normal(rng, &[*items, *channels, 1, 1], self.device),
            _ => return noise,
        };
        noise + per_channel * self.conventions.offset_noise
    }

    /// The network's output for noisy latents: its first channels, as many as the latent has.
    fn predict(
        &self,
        noisy: &Tensor,
        condition: &Tensor,
        timesteps: &[i64],
    ) -> Result<Tensor, TrainError> {
        let scaled = match self.conventions.condition {
            ConditionScaling::Unscaled => condition.shallow_clone(),
            ConditionScaling::SqrtAlphasCumprod => {
                condition * self.schedule.signal_scale(condition, timesteps)?
            }
        };
        let channels = noisy.size().get(1).copied().unwrap_or(0);
        let timesteps = Tensor::from_slice(timesteps).to_device(self.device);
        let input = for_convolution(&Tensor::f_cat(&[noisy, &scaled], 1)?, self.compute);
        let output = self.denoiser.forward(&input, &timesteps);
        Ok(output.f_narrow(1, 0, channels)?.f_to_kind(Kind::Float)?)
    }

    /// The clean latent that an output stands for.
    fn clean_latent(
        &self,
        output: &Tensor,
        noisy: &Tensor,
        condition: &Tensor,
        timesteps: &[i64],
    ) -> Result<Tensor, TrainError> {
        Ok(match self.conventions.prediction {
            Prediction::Epsilon => self
                .schedule
                .sample_from_epsilon(noisy, output, timesteps)?,
            Prediction::Sample => output.shallow_clone(),
            Prediction::ConditionResidual => condition - output,
        })
    }

    /// The latents that noise is added to: the true ones, and for some items what the network itself
    /// makes of pure noise, as in the second step of the sampler.
    fn origin(&self, task: &Task, rng: &mut ChaCha8Rng) -> Result<Tensor, TrainError> {
        let _guard = tch::no_grad_guard();
        let chosen: Vec<i64> = (0..task.clean.size().first().copied().unwrap_or(0))
            .filter(|_| rng.random_bool(self.loss.rollout_share))
            .collect();
        if chosen.is_empty() {
            return Ok(task.clean.shallow_clone());
        }
        let last = vec![self.schedule.num_timesteps() as i64 - 1; chosen.len()];
        let chosen = Tensor::from_slice(&chosen).to_device(self.device);
        let condition = task.condition.f_index_select(0, &chosen)?;
        let noise = normal(rng, &condition.size(), self.device);
        let output = self.predict(&noise, &condition, &last)?;
        let guess = self.clean_latent(&output, &noise, &condition, &last)?;
        Ok(task.clean.f_index_copy(0, &chosen, &guess)?)
    }

    /// L1 and gradient L1 between target pixels and a decoded crop of the predicted latent.
    fn pixel_loss(&self, clean: &Tensor, task: &Task, rng: &mut ChaCha8Rng) -> Tensor {
        let size = clean.size();
        let latent_px = self.space.latent_px();
        let mut latent = clean.shallow_clone();
        let mut target = task.target.shallow_clone();
        let mut weight = task.pixel_weight.shallow_clone();
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
        let decoded = inner(&self.space.decode(&latent));
        let (target, weight) = (inner(&target), inner(&weight));
        l1(&decoded, &target, Some(&weight))
            + gradient_l1(&decoded, &target, Some(&weight)) * self.loss.pixel_gradient
    }

    fn judge(&self, judged: &Judged) -> Result<Terms, TrainError> {
        let mut terms = Terms::new();
        let Judged {
            image,
            condition,
            clean,
            noise,
        } = judged;
        let validity = image.validity(self.device);
        let latent_validity = validity
            .as_ref()
            .map(|v| v.avg_pool2d_default(self.space.latent_px()).floor());
        let timesteps = judged_timesteps(self.schedule.num_timesteps());
        for (index, t) in timesteps.into_iter().enumerate() {
            let noisy = self.schedule.add_noise(clean, noise, &[t])?;
            let output = self.predict(&noisy, condition, &[t])?;
            let found = self.clean_latent(&output, &noisy, condition, &[t])?;
            let error = smooth_l1(
                &found,
                clean,
                self.loss.smooth_l1_beta,
                latent_validity.as_ref(),
            );
            terms.insert(format!("latent_loss_{t}"), error.f_double_value(&[])?);
            if let (0, Some(soft)) = (index, &image.soft_tissue) {
                let soft = soft.to_device(self.device);
                let decoded = self.space.decode(&found).clamp(-1.0, 1.0);
                let (plain, affine) = psnr(&decoded, &soft, validity.as_ref());
                terms.insert("psnr_one_step".to_owned(), plain);
                terms.insert("psnr_affine_one_step".to_owned(), affine);
            }
        }
        Ok(terms)
    }
}

impl Stage for DenoiserStage {
    fn networks(&mut self) -> Vec<&mut TrainedNetwork> {
        self.network.iter_mut().collect()
    }

    fn step(&mut self, input: StepInput) -> Result<Terms, TrainError> {
        let StepInput {
            iteration,
            learning_rate,
            batch,
            mut rng,
        } = input;
        let task = self.task(&batch, &mut rng);
        let timesteps = self.timesteps(batch.len(), &mut rng);
        let noise = self.noise(&task.clean.size(), &mut rng);
        let origin = self.origin(&task, &mut rng)?;
        let noisy = self.schedule.add_noise(&origin, &noise, &timesteps)?;
        let output = self.predict(&noisy, &task.condition, &timesteps)?;
        let found = self.clean_latent(&output, &noisy, &task.condition, &timesteps)?;
        let latent_loss = match self.conventions.prediction {
            Prediction::Epsilon => mse(&output, &noise, Some(&task.weight)),
            Prediction::Sample | Prediction::ConditionResidual => smooth_l1(
                &found,
                &task.clean,
                self.loss.smooth_l1_beta,
                Some(&task.weight),
            ),
        };
        let mut loss = latent_loss.shallow_clone();
        let mut terms = values([("latent_loss", &latent_loss)])?;
        if self.loss.pixel > 0.0 && iteration.is_multiple_of(self.loss.pixel_every) {
            let pixel = self.pixel_loss(&found, &task, &mut rng);
            terms.extend(values([("pixel_loss", &pixel)])?);
            loss += pixel * self.loss.pixel;
        }
        terms.extend(values([("loss", &loss)])?);
        let [network] = &mut self.network;
        let norm = descend(network, &loss, learning_rate)?;
        terms.insert("gradient_norm".to_owned(), norm);
        Ok(terms)
    }

    fn validate(&mut self) -> Result<Option<Validation>, TrainError> {
        let each = self
            .validation
            .iter()
            .map(|judged| self.judge(judged))
            .collect::<Result<Vec<Terms>, _>>()?;
        let terms = mean_terms(&each);
        // Tone differences between patients are chance; what is left after an affine map is not.
        let score = terms.get("psnr_affine_one_step").copied();
        Ok(score.map(|score| Validation { terms, score }))
    }
}

/// The timesteps of [`JUDGED_FIFTIETHS`] in a schedule of `num_timesteps`.
fn judged_timesteps(num_timesteps: usize) -> [i64; 3] {
    JUDGED_FIFTIETHS.map(|fiftieths| (num_timesteps * fiftieths / 50).max(1) as i64 - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_validation_looks_at_the_same_places_of_every_schedule() {
        assert_eq!(judged_timesteps(1000), [999, 499, 139]);
        assert_eq!(judged_timesteps(500), [499, 249, 69]);
        assert_eq!(judged_timesteps(2), [1, 0, 0]);
    }
}
