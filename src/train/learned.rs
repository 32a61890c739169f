//! What the networks of an export learned from: the listings of their runs, and what the weights they go on from saw.

use super::base::Base;
use super::{Dataset, DatasetEntry, Observer, RunConfig, RunFolder, Split, TrainError, TrainStage};
use crate::model::LearnedFrom;
use crate::model::weights::sha256_of_file;
use std::path::PathBuf;

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
    let split = folder.kept_split()?;
    learned.splits.extend(split.map(|(_, sha256)| sha256));
    note(&mut learned, &listing);
    Ok(Some(learned))
}

/// What the runs of these run files see, for weights that were made by them and whose run folders are gone: every image is
/// found, parted and read as a run does. All run files of a bundle must be given.
///
/// # Errors
/// [`TrainError`] where images are missing or cannot be read, or a run goes on from one whose run file is not given;
/// [`TrainError::Cancelled`].
pub fn learned_from_run_files(
    files: &[PathBuf],
    observer: &mut dyn Observer,
) -> Result<LearnedFrom, TrainError> {
    let read = files.iter().map(|path| RunConfig::read(path));
    let runs = read.collect::<Result<Vec<_>, _>>()?;
    let mut learned = LearnedFrom::default();
    for run in &runs {
        for (field, weights) in [("vqgan", &run.vqgan), ("start_from", &run.start_from)] {
            if let Some(path) = weights
                && !runs.iter().any(|other| other.out == *path)
            {
                let path = path.display();
                return Err(TrainError::setting(
                    field,
                    format!("names {path}, of which no run file is given; give that of every run"),
                ));
            }
        }
        if let Some(base) = &run.base {
            let base = Base::open(base)?;
            learned.merge(said_by(&base)?);
        }
        if let Some(split) = &run.data.split {
            learned.splits.insert(sha256_of_file(split)?.0);
        }
        note(&mut learned, Dataset::load(run, observer)?.entries());
    }
    Ok(learned)
}

/// Adds the images of a listing.
fn note(learned: &mut LearnedFrom, listing: &[DatasetEntry]) {
    for entry in listing {
        let files = match entry.split {
            Split::Training => &mut learned.training,
            Split::Validation => &mut learned.validation,
            Split::Excluded | Split::Unusable => continue,
        };
        files.extend(entry.sha256.values().cloned());
        for key in &entry.keys {
            learned.add_key(key);
        }
    }
}

/// What a base says of itself, or that it says nothing.
fn said_by(base: &Base) -> Result<LearnedFrom, TrainError> {
    let manifest = base.manifest();
    let name = || format!("{} {}", manifest.name, manifest.version);
    Ok(base.learned_from()?.unwrap_or_else(|| unknown(name())))
}

/// What the weights saw that a run goes on from.
fn earlier(settings: &RunConfig, folder: &RunFolder) -> Result<Option<LearnedFrom>, TrainError> {
    if let Some(base) = Base::of_run(settings, folder)? {
        return Ok(Some(said_by(&base)?));
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
