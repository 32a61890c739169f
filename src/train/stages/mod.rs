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

    /// One optimiser step; loss terms and gradient norm by name. A term that is not finite means that
    /// nothing was changed.
    fn step(&mut self, input: StepInput) -> Result<Terms, TrainError>;

    /// Judges the weights as they stand, without gradients; `None` where there is nothing to judge by.
    fn validate(&mut self) -> Result<Option<Validation>, TrainError>;
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

/// One backward pass and optimiser step; the gradient norm.
fn descend(
    network: &mut TrainedNetwork,
    loss: &Tensor,
    learning_rate: f64,
) -> Result<f64, TrainError> {
    network.optimizer.zero_grad();
    loss.f_backward()?;
    network.optimizer.step(learning_rate)
}

/// Values of named loss terms.
fn values<const N: usize>(terms: [(&str, &Tensor); N]) -> Result<Terms, TrainError> {
    terms
        .into_iter()
        .map(|(name, term)| Ok((name.to_owned(), term.f_double_value(&[])?)))
        .collect()
}
