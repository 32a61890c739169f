//! What the noise estimator is asked, in latents: a batch of radiographs with their soft-tissue images.

use super::latent::LatentSpace;
use crate::train::{Batch, DenoiserLoss};
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use tch::Tensor;

/// Everything the loss of one iteration needs, `[B, C, h, w]` unless said otherwise.
pub(super) struct LatentTask {
    pub condition: Tensor,
    pub clean: Tensor,
    /// Target pixels `[B, 1, H, W]`.
    pub target: Tensor,
    /// Weight of each target pixel `[B, 1, H, W]`.
    pub pixel_weight: Tensor,
    /// Weight of each latent `[B, 1, h, w]`.
    pub weight: Tensor,
}

impl LatentTask {
    /// Encodes the batch; some items become tasks of the local path, masked to the lungs.
    pub fn new(
        space: &LatentSpace,
        loss: &DenoiserLoss,
        batch: &Batch,
        rng: &mut ChaCha8Rng,
    ) -> Self {
        let _guard = tch::no_grad_guard();
        let local: Vec<f32> = batch
            .has_lungs
            .iter()
            .map(|&known| {
                let local = rng.random_bool(loss.local_share);
                f32::from(u8::from(local && known))
            })
            .collect();
        let local = Tensor::from_slice(&local)
            .reshape([-1, 1, 1, 1])
            .to_device(batch.radiograph.device());
        let global: Tensor = 1.0 - &local;
        let seen: Tensor = &local * &batch.lungs + &global;
        // Outside the mask both images are black, -1.
        let mask = |image: &Tensor| (image + 1.0) * &seen - 1.0;
        let (radiograph, target) = (mask(&batch.radiograph), mask(&batch.soft_tissue));
        let pixel_weight = (&batch.validity + &local).clamp_max(1.0);
        // A latent counts where every pixel that reaches it does: itself and its 8 neighbours.
        let worthless: Tensor = 1.0 - &pixel_weight;
        let px = space.latent_px();
        let invalid = worthless.max_pool2d([3 * px, 3 * px], [px, px], [px, px], [1, 1], false);
        let lungs = batch
            .lungs
            .avg_pool2d([px, px], [px, px], [0, 0], false, true, None);
        let weight = (lungs * loss.lung_weight + 1.0) * (1.0 - invalid);
        let latents = space.encode(&Tensor::cat(&[&radiograph, &target], 0));
        let items = batch.len() as i64;
        Self {
            condition: latents.narrow(0, 0, items),
            clean: latents.narrow(0, items, items),
            target,
            pixel_weight,
            weight,
        }
    }
}
