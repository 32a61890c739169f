//! The VQGAN's opponent: a patch discriminator with an optimiser of its own.

use super::{Part, backward};
use crate::model::{DiscriminatorConfig, PatchDiscriminator, Verdict, adversarial_loss};
use crate::train::{OptimizerConfig, RunConfig, TrainError, TrainedNetwork};
use tch::nn::VarStore;
use tch::{Device, Tensor};

/// Discriminator and optimiser.
pub(super) struct Adversary {
    /// Variables, saved beside the VQGAN's.
    pub network: TrainedNetwork,
    discriminator: PatchDiscriminator,
    learning_rate: f64,
    /// Weight of the adversarial loss in the generator's loss; the authors scale both sides by it.
    weight: f64,
}

impl Adversary {
    /// The discriminator of a run; `None` where the loss has no adversarial term.
    pub fn new(config: &RunConfig, device: Device) -> Option<Self> {
        let loss = &config.loss.vqgan;
        if loss.adversarial <= 0.0 {
            return None;
        }
        let vs = VarStore::new(device);
        let discriminator = PatchDiscriminator::new(&vs.root(), &DiscriminatorConfig::default());
        let optimizer = OptimizerConfig {
            ema_decay: 0.0,
            ..config.optimizer.clone()
        };
        Some(Self {
            network: TrainedNetwork::new("discriminator", vs, &optimizer),
            discriminator,
            learning_rate: loss.discriminator_learning_rate,
            weight: loss.adversarial,
        })
    }

    /// The generator's share of the game: reconstructions shall be taken for real. The discriminator itself learns nothing
    /// from it: over the parts of an iteration its gradients add up.
    pub fn generator_loss(&self, reconstruction: &Tensor) -> Tensor {
        let variables = self.network.vs.trainable_variables();
        let learn = |wanted| {
            for variable in &variables {
                drop(variable.set_requires_grad(wanted));
            }
        };
        learn(false);
        let judgement = self.discriminator.forward_t(reconstruction, true);
        learn(true);
        adversarial_loss(&judgement.logits, Verdict::Real) * self.weight
    }

    /// Backward pass of the discriminator on the same images, for [`Self::step`]; its loss, not a number where
    /// loss or gradient is not finite.
    pub fn prepare(
        &mut self,
        reconstruction: &Tensor,
        real: &Tensor,
        part: Part,
    ) -> Result<f64, TrainError> {
        let judge = |image: &Tensor, verdict| {
            let judgement = self.discriminator.forward_t(&image.detach(), true);
            adversarial_loss(&judgement.logits, verdict)
        };
        let loss =
            (judge(reconstruction, Verdict::Fake) + judge(real, Verdict::Real)) * 0.5 * self.weight;
        let norm = backward(&mut self.network, &loss, part, || Ok(()))?;
        if norm.is_finite() {
            Ok(loss.f_double_value(&[])?)
        } else {
            Ok(f64::NAN)
        }
    }

    /// The step that [`Self::prepare`] made ready.
    pub fn step(&mut self) -> Result<(), TrainError> {
        self.network.step(self.learning_rate).map(drop)
    }
}
