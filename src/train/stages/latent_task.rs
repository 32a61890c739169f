//! What the noise estimator is asked, in latents: a batch of radiographs with their soft-tissue images.

use super::latent::LatentSpace;
use crate::train::{Batch, DenoiserLoss};
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use tch::{Device, Tensor};

/// Everything the loss of one iteration needs, `[B, C, h, w]` unless said otherwise.
pub(super) struct LatentTask {
    pub condition: Tensor,
    pub clean: Tensor,
    /// Weight of each latent `[B, 1, h, w]`.
    pub weight: Tensor,
    /// What a pixel loss compares with; `None` where none was kept.
    pub pixels: Option<TargetPixels>,
}

/// Target pixels and their weight, `[B, 1, H, W]`.
pub(super) struct TargetPixels {
    pub target: Tensor,
    pub weight: Tensor,
}

/// Which items become tasks of the local path, each by the toss of a coin.
pub(crate) fn local_items(loss: &DenoiserLoss, items: usize, rng: &mut ChaCha8Rng) -> Vec<bool> {
    (0..items)
        .map(|_| rng.random_bool(loss.local_share))
        .collect()
}

/// What a noise estimator is shown of a batch, `[B, 1, H, W]` in `[-1, 1]`.
pub(crate) struct SeenImages {
    /// Its condition.
    pub radiograph: Tensor,
    /// What it shall make of it.
    pub target: Tensor,
    /// 1 for an item of the local path, `[B, 1, 1, 1]`.
    local: Tensor,
}

impl SeenImages {
    /// The images of the batch; items that `local` names are masked to their lungs where those are known.
    pub fn new(batch: &Batch, local: &[bool]) -> Self {
        let local: Vec<f32> = batch
            .has_lungs
            .iter()
            .zip(local)
            .map(|(&known, &local)| f32::from(u8::from(local && known)))
            .collect();
        let local = Tensor::from_slice(&local)
            .reshape([-1, 1, 1, 1])
            .to_device(batch.radiograph.device());
        let global: Tensor = 1.0 - &local;
        let seen: Tensor = &local * &batch.lungs + &global;
        // Outside the mask both images are black, -1.
        let mask = |image: &Tensor| (image + 1.0) * &seen - 1.0;
        Self {
            radiograph: mask(&batch.radiograph),
            target: mask(&batch.soft_tissue),
            local,
        }
    }
}

/// What the error of each latent counts for, `[B, 1, h, w]`, where that of each pixel that is valid counts 1.
fn latent_weight(batch: &Batch, valid: &Tensor, lung_weight: f64, px: i64) -> Tensor {
    // A latent counts where every pixel that reaches it does: itself and its 8 neighbours.
    let worthless: Tensor = 1.0 - valid;
    let invalid = worthless.max_pool2d([3 * px, 3 * px], [px, px], [px, px], [1, 1], false);
    let mean = |plane: &Tensor| plane.avg_pool2d([px, px], [px, px], [0, 0], false, true, None);
    (mean(&batch.lungs) * lung_weight + 1.0) * (1.0 - invalid) * mean(&batch.emphasis)
}

impl LatentTask {
    /// Encodes the batch; some items, by the toss of a coin, become tasks of the local path, masked to the lungs.
    pub fn drawn(
        space: &LatentSpace,
        loss: &DenoiserLoss,
        batch: &Batch,
        rng: &mut ChaCha8Rng,
    ) -> Self {
        let local = local_items(loss, batch.len(), rng);
        Self::new(space, loss, batch, &local)
    }

    /// Encodes the batch; items that `local` names become tasks of the local path where their lungs are known.
    pub fn new(space: &LatentSpace, loss: &DenoiserLoss, batch: &Batch, local: &[bool]) -> Self {
        let _guard = tch::no_grad_guard();
        let SeenImages {
            radiograph,
            target,
            local,
        } = SeenImages::new(batch, local);
        let pixel_weight = (&batch.validity + &local).clamp_max(1.0);
        let weight = latent_weight(batch, &pixel_weight, loss.lung_weight, space.latent_px());
        let latents = space.encode(&Tensor::cat(&[&radiograph, &target], 0));
        let items = batch.len() as i64;
        Self {
            condition: latents.narrow(0, 0, items),
            clean: latents.narrow(0, items, items),
            weight,
            pixels: Some(TargetPixels {
                target,
                weight: pixel_weight * &batch.emphasis,
            }),
        }
    }

    /// Number of items.
    pub fn len(&self) -> usize {
        self.clean.size().first().copied().unwrap_or(0) as usize
    }

    /// The same on another device.
    pub fn to_device(&self, device: Device) -> Self {
        self.each(|tensor| tensor.to_device(device))
    }

    fn each(&self, change: impl Fn(&Tensor) -> Tensor) -> Self {
        let pixels = self.pixels.as_ref().map(|pixels| TargetPixels {
            target: change(&pixels.target),
            weight: change(&pixels.weight),
        });
        Self {
            condition: change(&self.condition),
            clean: change(&self.clean),
            weight: change(&self.weight),
            pixels,
        }
    }

    /// Several tasks as one; pixels where all have them.
    ///
    /// # Errors
    /// Where their shapes differ.
    pub fn stacked(tasks: &[&Self]) -> Result<Self, tch::TchError> {
        let cat = |pick: &dyn Fn(&Self) -> &Tensor| {
            let parts: Vec<&Tensor> = tasks.iter().map(|task| pick(task)).collect();
            Tensor::f_cat(&parts, 0)
        };
        let pixels: Option<Vec<&TargetPixels>> =
            tasks.iter().map(|task| task.pixels.as_ref()).collect();
        let pixels = pixels
            .map(|pixels| {
                let of = |pick: &dyn Fn(&TargetPixels) -> &Tensor| {
                    let parts: Vec<&Tensor> = pixels.iter().map(|part| pick(part)).collect();
                    Tensor::f_cat(&parts, 0)
                };
                Ok::<_, tch::TchError>(TargetPixels {
                    target: of(&|pixels| &pixels.target)?,
                    weight: of(&|pixels| &pixels.weight)?,
                })
            })
            .transpose()?;
        Ok(Self {
            condition: cat(&|task| &task.condition)?,
            clean: cat(&|task| &task.clean)?,
            weight: cat(&|task| &task.weight)?,
            pixels,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::data::Patch;

    /// Latents of 4 px, 3 x 3 of them: the middle one's pixels are emphasised, one pixel of the last is not valid, and the
    /// first row of latents is lung.
    #[test]
    fn a_latent_counts_by_lungs_validity_and_emphasis() {
        let plane = |value: &dyn Fn(usize, usize) -> f32| {
            let pixels = (0..12).flat_map(|row| (0..12).map(move |col| (row, col)));
            pixels.map(|(row, col)| value(row, col)).collect::<Vec<_>>()
        };
        let within = |at: usize| (4..8).contains(&at);
        let patch = Patch {
            side: 12,
            radiograph: vec![0.5; 144],
            soft_tissue: Some(vec![0.5; 144]),
            lungs: Some(plane(&|row, _| f32::from(u8::from(row < 4)))),
            validity: None,
            emphasis: Some(plane(&|row, col| {
                if within(row) && within(col) { 5.0 } else { 1.0 }
            })),
        };
        let batch = Batch::stack(&[patch], Device::Cpu);
        let mut valid = vec![1.0_f32; 144];
        if let Some(last) = valid.last_mut() {
            *last = 0.0;
        }
        let valid = Tensor::from_slice(&valid).reshape([1, 1, 12, 12]);
        let weight = latent_weight(&batch, &valid, 2.0, 4);
        let weight: Vec<f32> = weight.reshape([9]).try_into().unwrap();
        // The invalid pixel reaches the middle latent's neighbourhood from its last corner on: the last four latents.
        let expected = [3.0, 3.0, 3.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0];
        let of_valid = latent_weight(&batch, &valid.ones_like(), 2.0, 4);
        let of_valid: Vec<f32> = of_valid.reshape([9]).try_into().unwrap();
        let all_valid = [3.0, 3.0, 3.0, 1.0, 5.0, 1.0, 1.0, 1.0, 1.0];
        for (found, expected) in [(weight, expected), (of_valid, all_valid)] {
            let off = found.iter().zip(expected).map(|(a, b)| (a - b).abs());
            assert!(off.fold(0.0, f32::max) < 1e-6, "{found:?}");
        }
    }
}
