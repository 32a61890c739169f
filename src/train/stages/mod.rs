//! What one iteration of each stage does.

mod adversary;
mod denoiser;
mod frozen;
mod judge;
mod latent;
mod segmenter;
mod vqgan;

pub(crate) use frozen::FrozenVqgan;
pub use latent::LatentStats;

use super::{Batch, Dataset, RunConfig, RunFolder, Terms, TrainError, TrainStage, TrainedNetwork};
use rand_chacha::ChaCha8Rng;
use tch::{Device, Tensor};

/// What a stage is given for one iteration.
pub(crate) struct StepInput {
    /// The iteration, from 0.
    pub iteration: u64,
    /// Its learning rate.
    pub learning_rate: f64,
    /// Its images.
    pub batch: Batch,
    /// The generator for noise and choices.
    pub rng: ChaCha8Rng,
}

/// Scores of the validation images.
pub(crate) struct Validation {
    /// All scores by name.
    pub terms: Terms,
    /// The score that picks the best checkpoint; larger is better.
    pub score: f64,
}

/// One stage: its networks and what an iteration does to them.
pub(crate) trait Stage {
    /// Everything that is trained, averaged and saved; the main network first.
    fn networks(&mut self) -> Vec<&mut TrainedNetwork>;

    /// One optimiser step; loss terms and gradient norm by name. A term that is not finite means that no
    /// weight was changed; a forward pass may have moved running statistics, which [`attempt`] puts back.
    fn step(&mut self, input: StepInput) -> Result<Terms, TrainError>;

    /// Judges the weights as they stand, without gradients; `None` where there is nothing to judge by.
    fn validate(&mut self) -> Result<Option<Validation>, TrainError>;
}

/// One iteration; where a term is not finite, everything is as it was before.
pub(crate) fn attempt(stage: &mut dyn Stage, input: StepInput) -> Result<Terms, TrainError> {
    for network in stage.networks() {
        network.keep_buffers()?;
    }
    let terms = stage.step(input)?;
    if !is_finite(&terms) {
        for network in stage.networks() {
            network.restore_buffers()?;
        }
    }
    Ok(terms)
}

/// Whether every term is a number: whether the iteration counts.
pub(crate) fn is_finite(terms: &Terms) -> bool {
    terms.values().all(|value| value.is_finite())
}

/// Refuses what only the architecture of a denoiser's VQGAN shows, before anything is written.
pub(crate) fn check(config: &RunConfig) -> Result<(), TrainError> {
    match config.stage {
        TrainStage::Denoiser => FrozenVqgan::named(config)?.check(config),
        TrainStage::Segmenter | TrainStage::Vqgan => Ok(()),
    }
}

/// The stage a run file asks for.
pub(crate) fn build(
    config: &RunConfig,
    device: Device,
    dataset: &Dataset,
    folder: &RunFolder,
) -> Result<Box<dyn Stage>, TrainError> {
    Ok(match config.stage {
        TrainStage::Segmenter => Box::new(segmenter::SegmenterStage::new(config, device, dataset)?),
        TrainStage::Vqgan => Box::new(vqgan::VqganStage::new(config, device, dataset)?),
        TrainStage::Denoiser => Box::new(denoiser::DenoiserStage::new(
            config, device, dataset, folder,
        )?),
    })
}

/// One backward pass; the gradient norm, not a number where the loss is none.
fn backward(network: &mut TrainedNetwork, loss: &Tensor) -> Result<f64, TrainError> {
    network.optimizer.zero_grad();
    loss.f_backward()?;
    if loss.f_double_value(&[])?.is_finite() {
        network.optimizer.gradient_norm()
    } else {
        Ok(f64::NAN)
    }
}

/// One backward pass and optimiser step; the gradient norm. Nothing moves where it is not finite.
fn descend(
    network: &mut TrainedNetwork,
    loss: &Tensor,
    learning_rate: f64,
) -> Result<f64, TrainError> {
    let norm = backward(network, loss)?;
    if norm.is_finite() {
        network.optimizer.step(learning_rate)
    } else {
        Ok(norm)
    }
}

/// Values of named loss terms.
fn values<const N: usize>(terms: [(&str, &Tensor); N]) -> Result<Terms, TrainError> {
    terms
        .into_iter()
        .map(|(name, term)| Ok((name.to_owned(), term.f_double_value(&[])?)))
        .collect()
}

#[cfg(test)]
mod tests;
