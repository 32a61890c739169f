//! What the networks of an export learned from: the listings of their runs, and what the weights they go on from saw.

use super::base::Base;
use super::{RunConfig, RunFolder, Split, TrainError, TrainStage};
use crate::model::LearnedFrom;

/// What is said of weights that came without the run they were made by.
const CODEC_ALONE: &str = "a VQGAN of which the weights alone are known";

/// What is said of other weights of that kind.
const WEIGHTS_ALONE: &str = "weights that came without their run";

/// Everything that the network of a run saw; `None` where a run, or one that it goes on from, does not say: nothing may be
/// concluded from what is left.
///
/// # Errors
/// [`TrainError`] where the run's files are damaged, or what its base says of itself.
pub(super) fn learned_from(folder: &RunFolder) -> Result<Option<LearnedFrom>, TrainError> {
    let settings = folder.settings()?;
    let Some(mut learned) = earlier(&settings, folder)? else {
        return Ok(None);
    };
    let Some(listing) = folder.listing()? else {
        return Ok(None);
    };
    for entry in listing {
        let files = match entry.split {
            Split::Training => &mut learned.training,
            Split::Validation => &mut learned.validation,
            Split::Excluded | Split::Unusable => continue,
        };
        files.extend(entry.sha256.into_values());
        for key in &entry.keys {
            learned.add_key(key);
        }
    }
    Ok(Some(learned))
}

/// What the weights saw that a run goes on from.
fn earlier(settings: &RunConfig, folder: &RunFolder) -> Result<Option<LearnedFrom>, TrainError> {
    if let Some(base) = Base::of_run(settings, folder)? {
        let manifest = base.manifest();
        let said = base.learned_from()?;
        let name = || format!("{} {}", manifest.name, manifest.version);
        return Ok(Some(said.unwrap_or_else(|| unknown(name()))));
    }
    let is_of_latents = matches!(settings.stage, TrainStage::Denoiser | TrainStage::Distill);
    let codec = settings.vqgan.as_deref().filter(|_| is_of_latents);
    let mut learned = LearnedFrom::default();
    for (weights, alone) in [
        (codec, CODEC_ALONE),
        (settings.start_from.as_deref(), WEIGHTS_ALONE),
    ] {
        let Some(path) = weights else {
            continue;
        };
        if !path.join("run.toml").is_file() {
            learned.merge(unknown(alone.to_owned()));
            continue;
        }
        match learned_from(&RunFolder::open(path)?)? {
            Some(other) => learned.merge(other),
            None => return Ok(None),
        }
    }
    Ok(Some(learned))
}

fn unknown(weights: String) -> LearnedFrom {
    let mut learned = LearnedFrom::default();
    learned.unknown.insert(weights);
    learned
}
