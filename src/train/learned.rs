//! What the networks of an export learned from: the listings of their runs, and what the weights they go on from saw.

use super::base::Base;
use super::{RunConfig, RunFolder, Split, TrainError, TrainStage};
use crate::model::LearnedFrom;
use std::path::Path;

/// What is said of weights that came without the run they were made by.
const CODEC_ALONE: &str = "a VQGAN of which the weights alone are known";

/// Everything that the network of a run saw.
///
/// # Errors
/// [`TrainError`] where the run's files are damaged, or what its base says of itself.
pub(super) fn learned_from(folder: &RunFolder) -> Result<LearnedFrom, TrainError> {
    let settings = folder.settings()?;
    let mut learned = earlier(&settings)?;
    let Some(listing) = folder.listing()? else {
        let stage = settings.stage.name();
        learned
            .unknown
            .insert(format!("a run of stage {stage} without a data listing"));
        return Ok(learned);
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
    Ok(learned)
}

/// What the weights saw that a run goes on from.
fn earlier(settings: &RunConfig) -> Result<LearnedFrom, TrainError> {
    if let Some(path) = &settings.base {
        return of_base(path);
    }
    let is_of_latents = matches!(settings.stage, TrainStage::Denoiser | TrainStage::Distill);
    match &settings.vqgan {
        Some(run) if is_of_latents && run.join("run.toml").is_file() => {
            learned_from(&RunFolder::open(run)?)
        }
        Some(_) if is_of_latents => Ok(unknown(CODEC_ALONE.to_owned())),
        _ => Ok(LearnedFrom::default()),
    }
}

fn of_base(path: &Path) -> Result<LearnedFrom, TrainError> {
    let base = Base::open(path)?;
    let manifest = base.manifest();
    let said = base.learned_from()?;
    Ok(said.unwrap_or_else(|| unknown(format!("{} {}", manifest.name, manifest.version))))
}

fn unknown(weights: String) -> LearnedFrom {
    let mut learned = LearnedFrom::default();
    learned.unknown.insert(weights);
    learned
}
