//! What one iteration of each stage does.

mod adversary;
mod channels;
mod context;
mod denoiser;
mod distill;
mod estimator;
mod frozen;
mod judge;
mod judged;
mod latent;
mod latent_data;
mod latent_task;
mod prepared;
mod segmenter;
mod vqgan;

pub(crate) use context::RunContext;
pub(crate) use frozen::FrozenVqgan;
pub use latent::LatentStats;
pub(crate) use latent_task::{SeenImages, local_items};

use super::base::{Base, load_base};
use super::low_rank::LowRank;
use super::observer::Turns;
use super::{Batch, RunConfig, RunFolder, Terms, TrainError, TrainStage, TrainedNetwork};
use crate::diffusion::ClipKind;
use crate::model::Manifest;
use crate::model::manifest::{FileRole, InputRange};
use crate::pipeline::global_clip;
use judge::mean_terms;
use rand_chacha::ChaCha8Rng;
use tch::Tensor;
use tch::nn::VarStore;

/// What a stage is given for one iteration.
pub(crate) struct StepInput {
    /// The iteration, from 0.
    pub iteration: u64,
    /// Its learning rate.
    pub learning_rate: f64,
    /// Its images: fresh ones, or those of the views that were lacking.
    pub batch: Batch,
    /// The generator for noise and choices.
    pub rng: ChaCha8Rng,
    /// Which part of the iteration's images these are.
    pub part: Part,
}

/// One of the parts that the images of an iteration are computed in; the weights move after the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    /// Its number, from 0.
    pub index: usize,
    /// Number of parts.
    pub of: usize,
}

impl Part {
    fn is_first(self) -> bool {
        self.index == 0
    }

    fn is_last(self) -> bool {
        self.index + 1 == self.of
    }
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

    /// Chooses the prepared views of a part; the numbers of those whose images [`Self::step`] shall be given. `None`
    /// where it shall be given fresh ones.
    fn lacking_views(&mut self, _items: usize, _rng: &mut ChaCha8Rng) -> Option<Vec<u64>> {
        None
    }

    /// One optimiser step, or a part of one; loss terms and gradient norm by name. A term that is not finite means that no
    /// weight was changed; a forward pass may have moved running statistics, which [`attempt`] puts back.
    fn step(&mut self, input: StepInput) -> Result<Terms, TrainError>;

    /// Judges the weights as they stand, without gradients; `None` where there is nothing to judge by. Gives
    /// a turn before every block of a network.
    fn validate(&mut self, turns: &mut Turns<'_>) -> Result<Option<Validation>, TrainError>;

    /// Soft-tissue images of the first validation images, by name, `[1, 1, H, W]` in `[-1, 1]`; gives a turn
    /// before every block of a network.
    fn samples(&mut self, _turns: &mut Turns<'_>) -> Result<Vec<(String, Tensor)>, TrainError> {
        Ok(Vec::new())
    }
}

/// One iteration over all its parts; where a term is not finite, everything is as it was before.
pub(crate) fn attempt(
    stage: &mut dyn Stage,
    num_parts: usize,
    mut prepare: impl FnMut(&mut dyn Stage, Part) -> StepInput,
) -> Result<Terms, TrainError> {
    for network in stage.networks() {
        network.keep_buffers()?;
    }
    let mut each = Vec::new();
    for index in 0..num_parts {
        let of = num_parts;
        let input = prepare(stage, Part { index, of });
        let terms = stage.step(input)?;
        let is_good = is_finite(&terms);
        each.push(terms);
        // The weights move with the last part, whatever was wrong in one before.
        if !is_good {
            break;
        }
    }
    let mut terms = mean_terms(&each);
    // Gradients add up over the parts: the norm of the last is that of the step.
    if let Some(norm) = each.last().and_then(|last| last.get("gradient_norm")) {
        terms.insert("gradient_norm".to_owned(), *norm);
    }
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
        TrainStage::Denoiser | TrainStage::Distill => FrozenVqgan::named(config)?.check(config),
        TrainStage::Segmenter | TrainStage::Vqgan => Ok(()),
    }
}

/// What a person should know before a run begins.
pub(crate) fn notice(context: RunContext<'_>) -> Result<Option<String>, TrainError> {
    let config = context.config;
    match config.stage {
        TrainStage::Vqgan => Ok(vqgan::notice(&config.loss.vqgan)),
        TrainStage::Denoiser | TrainStage::Distill => {
            let base = Base::of_run(config, context.folder)?;
            let is_local = config.loss.denoiser.local_share > 0.0;
            Ok(base
                .filter(|_| is_local)
                .and_then(|base| local_notice(&base)))
        }
        TrainStage::Segmenter => Ok(None),
    }
}

/// Where the base's local path sees other grey values than the trainer shows.
fn local_notice(base: &Base) -> Option<String> {
    let manifest = base.manifest();
    (manifest.local_path.input == InputRange::Stretched).then(|| {
        format!(
            "the local path of {} sees radiographs stretched from black to white, and this run shows it them as they are: \
             look at its pictures in the lungs, or set `loss.denoiser.local_share` to 0",
            manifest.name
        )
    })
}

/// The stage a run file asks for; gives a turn before every block of a network that encodes images.
pub(crate) fn build(
    context: RunContext<'_>,
    turns: &mut Turns<'_>,
) -> Result<Box<dyn Stage>, TrainError> {
    Ok(match context.config.stage {
        TrainStage::Segmenter => Box::new(segmenter::SegmenterStage::new(context)?),
        TrainStage::Vqgan => Box::new(vqgan::VqganStage::new(context)?),
        TrainStage::Denoiser => Box::new(denoiser::DenoiserStage::new(context, turns)?),
        TrainStage::Distill => Box::new(distill::DistillStage::new(context, turns)?),
    })
}

/// How the bundle that comes of a run clips its global path: as its base, or as its preset.
fn sampling_clip(context: RunContext<'_>) -> Result<ClipKind, TrainError> {
    let base = Base::of_run(context.config, context.folder)?;
    Ok(match base {
        Some(base) => global_clip(base.manifest()),
        None => global_clip(&Manifest::for_preset(context.config.model.preset)),
    })
}

/// The noise estimator of `vs` to be trained: whole from the base's weights or from fresh ones, or low-rank changes of
/// the base's.
fn trained_denoiser(
    config: &RunConfig,
    vs: VarStore,
    folder: &RunFolder,
) -> Result<TrainedNetwork, TrainError> {
    load_base(config, FileRole::Denoiser, &vs, folder)?;
    match &config.adapter {
        None => Ok(TrainedNetwork::new("", vs, &config.optimizer)),
        Some(adapter) => {
            let factors = VarStore::new(vs.device());
            let low_rank = LowRank::new(&vs, &factors, adapter)?;
            Ok(TrainedNetwork::of_factors(
                factors,
                low_rank,
                &config.optimizer,
            ))
        }
    }
}

/// One backward pass, of which `rest` is what a graph does not reach; the gradient norm, not a number where the loss
/// is none.
fn backward(
    network: &mut TrainedNetwork,
    loss: &Tensor,
    part: Part,
    rest: impl FnOnce() -> Result<(), TrainError>,
) -> Result<f64, TrainError> {
    if part.is_first() {
        network.zero_grad();
    }
    (loss / part.of as f64).f_backward()?;
    rest()?;
    if part.is_last() {
        network.carry_gradients()?;
    }
    if loss.f_double_value(&[])?.is_finite() {
        network.optimizer.gradient_norm()
    } else {
        Ok(f64::NAN)
    }
}

/// One backward pass, and the optimiser's step after the last part; the gradient norm. Nothing moves where it is not
/// finite.
fn descend(
    network: &mut TrainedNetwork,
    loss: &Tensor,
    learning_rate: f64,
    part: Part,
    rest: impl FnOnce() -> Result<(), TrainError>,
) -> Result<f64, TrainError> {
    let norm = backward(network, loss, part, rest)?;
    if norm.is_finite() && part.is_last() {
        network.step(learning_rate)
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
