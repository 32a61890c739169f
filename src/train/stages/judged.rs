//! Validation images in latent space, with noise that never changes: what differs from one validation to the next is
//! the network.

use super::RunContext;
use super::estimator::Estimator;
use super::judge::{WholeImage, psnr, whole_images};
use super::latent::LatentSpace;
use crate::train::losses::smooth_l1;
use crate::train::observer::Turns;
use crate::train::random::{Purpose, generator, normal};
use crate::train::{Terms, TrainError, TrainStage};
use tch::Tensor;

/// Where in the schedule the validation looks: at the ends of these fiftieths, which are the steps that the latent
/// consistency sampler can take. Of 1000 timesteps that is 999, 499 and 139.
const JUDGED_FIFTIETHS: [usize; 3] = [50, 25, 7];

/// One validation image.
pub(super) struct Judged {
    image: WholeImage,
    condition: Tensor,
    clean: Tensor,
    noise: Tensor,
    seed: u64,
    index: u64,
}

impl Judged {
    /// All validation images that have a soft-tissue image, on the device of `space`; both sides are multiples of
    /// `multiple_px`. Gives a turn before every block of the codec.
    pub fn all(
        context: RunContext<'_>,
        multiple_px: i64,
        space: &LatentSpace,
        turns: &mut Turns<'_>,
    ) -> Result<Vec<Self>, TrainError> {
        let _guard = tch::no_grad_guard();
        let (device, seed) = (space.device(), context.config.seed);
        let mut all = Vec::new();
        for (index, image) in whole_images(context.dataset, multiple_px)
            .into_iter()
            .enumerate()
        {
            let Some(soft) = &image.soft_tissue else {
                continue;
            };
            let clean = space.encode_in_turns(&soft.to_device(device), turns)?;
            let condition = space.encode_in_turns(&image.radiograph.to_device(device), turns)?;
            let index = index as u64;
            let mut rng = generator(seed, TrainStage::Denoiser, index, Purpose::Validation);
            let noise = normal(&mut rng, &clean.size(), device);
            all.push(Self {
                image,
                condition,
                clean,
                noise,
                seed,
                index,
            });
        }
        Ok(all)
    }

    /// The picture of [`Self::sampled`] with the image's name.
    pub fn sample(
        &self,
        estimator: &Estimator,
        space: &LatentSpace,
        num_steps: usize,
        turns: &mut Turns<'_>,
    ) -> Result<(String, Tensor), TrainError> {
        let picture = self.sampled(estimator, space, num_steps, turns)?;
        Ok((self.image.name.clone(), picture))
    }

    /// How close the clean latent comes at each of the judged timesteps, and the picture that one step makes of pure noise:
    /// what noise is laid on holds a little of the truth even at the last timestep, and would be scored with it. Gives a
    /// turn before every block of a network.
    pub fn one_step(
        &self,
        estimator: &Estimator,
        space: &LatentSpace,
        smooth_l1_beta: f64,
        turns: &mut Turns<'_>,
    ) -> Result<Terms, TrainError> {
        let mut terms = Terms::new();
        let validity = self.image.validity(self.clean.device());
        let latent_validity = validity
            .as_ref()
            .map(|v| v.avg_pool2d_default(space.latent_px()).floor());
        let timesteps = judged_timesteps(estimator.schedule().num_timesteps());
        for t in timesteps {
            let noisy = estimator
                .schedule()
                .add_noise(&self.clean, &self.noise, &[t])?;
            let output = estimator.predict_in_turns(&noisy, &self.condition, t, turns)?;
            let found = estimator.clean_latent(&output, &noisy, &self.condition, &[t])?;
            let error = smooth_l1(
                &found,
                &self.clean,
                smooth_l1_beta,
                latent_validity.as_ref(),
            );
            terms.insert(format!("latent_loss_{t}"), error.f_double_value(&[])?);
        }
        let (plain, affine) = self.scores(&self.sampled(estimator, space, 1, turns)?);
        terms.insert("psnr_one_step".to_owned(), plain);
        terms.insert("psnr_affine_one_step".to_owned(), affine);
        Ok(terms)
    }

    /// The picture that `num_steps` steps make of the same noise each time, `[1, 1, H, W]` in `[-1, 1]`. Gives a turn before
    /// every block of a network.
    pub fn sampled(
        &self,
        estimator: &Estimator,
        space: &LatentSpace,
        num_steps: usize,
        turns: &mut Turns<'_>,
    ) -> Result<Tensor, TrainError> {
        let mut rng = generator(
            self.seed,
            TrainStage::Distill,
            self.index,
            Purpose::Validation,
        );
        let latent = estimator.sample(&self.condition, num_steps, &mut rng, turns)?;
        Ok(space.decode_in_turns(&latent, turns)?.clamp(-1.0, 1.0))
    }

    /// PSNR of a picture in dB, plain and after the best affine map of its grey values.
    pub fn scores(&self, picture: &Tensor) -> (f64, f64) {
        let validity = self.image.validity(self.clean.device());
        let Some(soft) = &self.image.soft_tissue else {
            return (f64::NAN, f64::NAN);
        };
        let soft = soft.to_device(self.clean.device());
        psnr(&picture.clamp(-1.0, 1.0), &soft, validity.as_ref())
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
