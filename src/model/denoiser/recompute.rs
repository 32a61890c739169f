//! A forward pass of the U-Net that keeps the inputs of its stages only, and computes what lies between a second time
//! on the way back.
//!
//! # Source
//! Chen et al., Training Deep Nets with Sublinear Memory Cost (2016), section 4.

use super::{Denoiser, Stage};
use crate::nn::go_on;
use tch::nn::Module as _;
use tch::{Kind, TchError, Tensor};

/// What [`Denoiser::forward_recomputed`] keeps for the way back.
#[derive(Debug)]
pub struct Recomputed {
    /// The prediction: a leaf, which gathers the gradient of the loss.
    pub output: Tensor,
    time: Tensor,
    latent: Tensor,
    /// Outputs of the stages on the way down.
    skips: Vec<Tensor>,
    /// Input of each stage on the way up, without its skip, and of the last convolution.
    upward: Vec<Tensor>,
}

/// A tensor's values as a leaf that gathers a gradient.
fn leaf(tensor: &Tensor) -> Tensor {
    tensor.detach().set_requires_grad(true)
}

/// Sends `gradient` of `output` back to the leaves that `output` was computed from.
fn send_back(output: &Tensor, gradient: &Tensor) -> Result<(), TchError> {
    // The gradient of <x, g> with respect to x is g.
    (output * gradient.detach())
        .f_sum(Kind::Float)?
        .f_backward()
}

impl Denoiser {
    /// [`Self::forward`] without a graph; [`Self::backward_recomputed`] makes one, stage by stage.
    ///
    /// # Shapes
    /// As [`Self::forward`].
    ///
    /// # Panics
    /// When a shape is another one.
    pub fn forward_recomputed(&self, latent: &Tensor, timesteps: &Tensor) -> Recomputed {
        self.assert_shapes(latent, timesteps);
        let time = self.time.forward(timesteps).silu();
        let _guard = tch::no_grad_guard();
        let (mut skips, mut upward) = (Vec::new(), Vec::new());
        let mut features = latent.detach();
        for stage in &self.input {
            features = run(stage, &features, &time);
            skips.push(features.shallow_clone());
        }
        features = run(&self.middle, &features, &time);
        for (stage, skip) in self.output.iter().zip(skips.iter().rev()) {
            upward.push(features.shallow_clone());
            features = run(stage, &Tensor::cat(&[&features, skip], 1), &time);
        }
        let output = self.last(&features);
        upward.push(features);
        Recomputed {
            output: leaf(&output),
            time,
            latent: latent.detach(),
            skips,
            upward,
        }
    }

    fn last(&self, features: &Tensor) -> Tensor {
        self.out_conv
            .forward(&self.out_norm.forward(features).silu())
    }

    /// Adds the gradients of the network's variables, once the gradient of [`Recomputed::output`] is there.
    ///
    /// # Errors
    /// Where libtorch refuses.
    pub fn backward_recomputed(&self, mut kept: Recomputed) -> Result<(), TchError> {
        let time = leaf(&kept.time);
        let mut gradient = kept.output.grad();
        if !gradient.defined() {
            return Ok(());
        }
        if let Some(features) = kept.upward.pop() {
            let features = leaf(&features);
            send_back(&self.last(&features), &gradient)?;
            gradient = features.grad();
        }
        let mut of_skips = Vec::with_capacity(kept.skips.len());
        for (stage, skip) in self.output.iter().rev().zip(&kept.skips) {
            let Some(features) = kept.upward.pop() else {
                break;
            };
            let (features, skip) = (leaf(&features), leaf(skip));
            let output = run(stage, &Tensor::f_cat(&[&features, &skip], 1)?, &time);
            send_back(&output, &gradient)?;
            gradient = features.grad();
            of_skips.push(skip.grad());
        }
        let inputs = std::iter::once(&kept.latent).chain(&kept.skips);
        let inputs: Vec<Tensor> = inputs.map(leaf).collect();
        if let Some(deepest) = inputs.last() {
            send_back(&run(&self.middle, deepest, &time), &gradient)?;
            gradient = deepest.grad();
        }
        for ((stage, input), of_skip) in self.input.iter().zip(&inputs).zip(&of_skips).rev() {
            send_back(&run(stage, input, &time), &(gradient + of_skip))?;
            gradient = input.grad();
        }
        // Where nothing of the embedding is trained, nothing asks for its gradient.
        if kept.time.requires_grad() {
            send_back(&kept.time, &time.grad())?;
        }
        Ok(())
    }
}

fn run(stage: &Stage, features: &Tensor, time: &Tensor) -> Tensor {
    let Ok(output) = stage.forward(features, time, &go_on);
    output
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{DenoiserConfig, Preset};
    use std::collections::BTreeMap;
    use tch::nn::VarStore;
    use tch::{Device, Kind};

    fn small() -> DenoiserConfig {
        DenoiserConfig {
            model_channels: 8,
            channel_mult: vec![1, 2, 2],
            num_res_blocks: 1,
            norm_groups: 4,
            num_heads: 2,
            attention_resolutions: vec![2],
            ..Preset::Compact.denoiser()
        }
    }

    #[test]
    fn an_embedding_of_the_time_that_stands_still_is_passed_over() {
        let vs = VarStore::new(Device::Cpu);
        let config = small();
        let denoiser = Denoiser::new(&vs.root(), &config);
        let variables = vs.variables();
        let still = variables
            .iter()
            .filter(|(name, _)| name.starts_with("time_embed"));
        let still: Vec<Tensor> = still.map(|(_, v)| v.set_requires_grad(false)).collect();
        assert_eq!(still.len(), 4, "{:?}", variables.keys());
        let latent = Tensor::randn([1, config.in_channels, 8, 8], (Kind::Float, Device::Cpu));
        let recomputed = denoiser.forward_recomputed(&latent, &Tensor::from_slice(&[20_i64]));
        recomputed.output.sum(Kind::Float).backward();
        denoiser.backward_recomputed(recomputed).unwrap();
        assert!(variables.iter().any(|(_, v)| v.grad().defined()));
    }

    #[test]
    fn gradients_equal_those_of_a_graph_that_is_kept() {
        tch::manual_seed(1);
        let vs = VarStore::new(Device::Cpu);
        let config = small();
        let denoiser = Denoiser::new(&vs.root(), &config);
        {
            // A fresh network predicts zero, and much of its gradient with it.
            let _guard = tch::no_grad_guard();
            for mut variable in vs.variables().into_values() {
                drop(variable.f_add_(&(variable.randn_like() * 0.1)).unwrap());
            }
        }
        let options = (Kind::Float, Device::Cpu);
        let latent = Tensor::randn([2, config.in_channels, 8, 12], options);
        let times = Tensor::from_slice(&[999_i64, 20]);
        let wanted = Tensor::randn([2, config.out_channels, 8, 12], options);
        let loss = |output: &Tensor| (output - &wanted).square().mean(Kind::Float);
        let gradients = || -> BTreeMap<String, Tensor> {
            let variables = vs.variables().into_iter();
            variables
                .map(|(name, mut variable)| {
                    let gradient = variable.grad().copy();
                    variable.zero_grad();
                    (name, gradient)
                })
                .collect()
        };

        let kept = denoiser.forward(&latent, &times);
        loss(&kept).backward();
        let expected = gradients();
        let recomputed = denoiser.forward_recomputed(&latent, &times);
        assert!((&recomputed.output - &kept).abs().max().double_value(&[]) < 1e-6);
        loss(&recomputed.output).backward();
        denoiser.backward_recomputed(recomputed).unwrap();
        for (name, found) in gradients() {
            let expected = &expected[&name];
            let scale = expected.abs().max().double_value(&[]);
            let error = (found - expected).abs().max().double_value(&[]);
            assert!(scale > 0.0, "{name} has no gradient");
            // f32, summed in another order.
            assert!(error < 1e-4 * scale, "{name}: {error} of {scale}");
        }
    }
}
