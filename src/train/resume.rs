//! Going on with a run: what must be as it was, and what may differ.
//!
//! A run that goes on under other settings or with other images is a run that no run file describes. Free
//! are the settings that decide when a run ends, where it computes and what it writes, but not what an iteration
//! does ([`MAY_DIFFER`]). Folders and files may have moved: of images the SHA-256 counts, of other files the
//! name. From the first checkpoint on `start_from` and `vqgan` are not read again: weights and VQGAN lie in
//! the run folder.

use super::run_folder::SETTINGS;
use super::stages::Stage;
use super::{
    Dataset, DatasetEntry, Observer, PatienceConfig, RunConfig, RunFolder, RunState, Split,
    TrainError, TrainEvent, Which,
};
use crate::formats::FileLock;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// Settings that a resumed run may have otherwise. The budget is one of them, so that a run can go on for
/// longer, although the learning rate depends on it; see [`new_budget`].
const MAY_DIFFER: [&str; 11] = [
    "out",
    "device",
    "threads",
    "iterations",
    "minutes",
    "checkpoint_every",
    "keep_checkpoints",
    "validate_every",
    "report_every",
    "patience",
    "samples",
];

/// Opens the folder of a run that is to go on, and reads its images.
///
/// # Errors
/// [`TrainError::Busy`] where another program trains there; [`TrainError::Changed`] where settings or images are not those
/// the run was begun with; [`TrainError::Unlisted`] where nobody can tell whether the images are.
pub(super) fn reopen(
    config: &RunConfig,
    observer: &mut dyn Observer,
) -> Result<(RunFolder, FileLock, Dataset), TrainError> {
    let folder = RunFolder::open(&config.out)?;
    let lock = folder.lock()?;
    folder.clear_partial_files();
    let begun = folder.settings()?;
    let refuse = |reason: Option<String>| match reason {
        None => Ok(()),
        Some(reason) => Err(TrainError::Changed {
            reason,
            path: folder.root().to_owned(),
        }),
    };
    refuse(changed_setting(&begun, config)?)?;
    let recorded = folder.listing()?;
    if recorded.is_none() && folder.checkpoint(Which::Last)?.is_some() {
        let path = folder.root().to_owned();
        return Err(TrainError::Unlisted { path });
    }
    let dataset = Dataset::load(config, observer)?;
    match recorded {
        Some(recorded) => refuse(changed_data(&recorded, dataset.entries()))?,
        // A kill before the listing was written: nothing was learned from any image yet.
        None => folder.write_listing(dataset.entries())?,
    }
    if ends(&begun) != ends(config) {
        // Whoever opens the folder, or goes on from its run file, means the run as it is now.
        let settings = RunConfig {
            iterations: config.iterations,
            minutes: config.minutes,
            patience: config.patience.clone(),
            ..begun.clone()
        };
        folder.write_toml(SETTINGS, &settings)?;
    }
    if let Some(message) = new_budget(&begun, config) {
        observer.event(&TrainEvent::Warned { message });
    }
    Ok((folder, lock, dataset))
}

/// Takes up networks and state of the newest checkpoint; `None` where the run was ended before its first.
///
/// # Errors
/// [`TrainError`] where the checkpoint is missing or does not fit.
pub(super) fn take_up(
    stage: &mut dyn Stage,
    folder: &RunFolder,
    observer: &mut dyn Observer,
) -> Result<Option<RunState>, TrainError> {
    let needed: Vec<String> = stage.networks().iter().flat_map(|n| n.files()).collect();
    let Some(checkpoint) = folder.checkpoint_with(&needed)? else {
        folder.rewind_log(0)?;
        return Ok(None);
    };
    for network in stage.networks() {
        network.restore(&checkpoint)?;
    }
    let state = RunFolder::state(&checkpoint)?;
    let iteration = state.iteration;
    if let Some(missing) = folder.missing_for(&checkpoint) {
        observer.event(&TrainEvent::Warned {
            message: format!(
                "the newest checkpoint, {missing}, is missing or damaged; the run goes on from iteration {iteration}"
            ),
        });
    }
    folder.rewind_log(iteration)?;
    Ok(Some(state))
}

/// What ends a run.
fn ends(config: &RunConfig) -> (Option<u64>, Option<f64>, Option<&PatienceConfig>) {
    (config.iterations, config.minutes, config.patience.as_ref())
}

/// What a person should know where the budget is another: the learning rate falls with the share of it that
/// is used.
fn new_budget(begun: &RunConfig, given: &RunConfig) -> Option<String> {
    let same = (begun.iterations, begun.minutes) == (given.iterations, given.minutes);
    if same || !given.optimizer.decay.follows_budget() {
        return None;
    }
    Some(
        "the run was begun with another budget; the learning rate follows the new one from here, so the weights \
         will not be those of a run that had it from its beginning"
            .to_owned(),
    )
}

/// The first setting that is not what it was, as a clause.
fn changed_setting(begun: &RunConfig, given: &RunConfig) -> Result<Option<String>, TrainError> {
    let (begun, given) = (decisive(begun)?, decisive(given)?);
    Ok(difference(
        "",
        Some(&Value::Table(begun)),
        Some(&Value::Table(given)),
    ))
}

/// The settings that decide what an iteration does, the architectures written out.
fn decisive(config: &RunConfig) -> Result<Table, TrainError> {
    let mut config = config.clone();
    let files = [
        &mut config.start_from,
        &mut config.vqgan,
        &mut config.base,
        &mut config.data.split,
        &mut config.loss.vqgan.perceptual_weights,
    ];
    for path in files.into_iter().flatten() {
        *path = path.file_name().map_or_else(PathBuf::new, PathBuf::from);
    }
    for source in &mut config.data.source {
        source.folder = PathBuf::new();
        source.soft_folder = source.soft_folder.take().map(|_| PathBuf::new());
    }
    let mut table = as_table(&config)?;
    for field in MAY_DIFFER {
        table.remove(field);
    }
    let model = &config.model;
    let networks = [
        ("segmenter", as_table(&model.segmenter()?)?),
        ("vqgan", as_table(&model.vqgan()?)?),
        ("denoiser", as_table(&model.denoiser()?)?),
    ];
    let networks: Table = networks
        .into_iter()
        .map(|(name, network)| (name.to_owned(), Value::Table(network)))
        .collect();
    table.insert("model".to_owned(), Value::Table(networks));
    Ok(table)
}

fn as_table(settings: &impl Serialize) -> Result<Table, TrainError> {
    Table::try_from(settings)
        .map_err(|err| TrainError::setting("model", format!("cannot be compared: {err}")))
}

fn difference(name: &str, begun: Option<&Value>, given: Option<&Value>) -> Option<String> {
    match (begun, given) {
        (Some(Value::Table(a)), Some(Value::Table(b))) => {
            let fields: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            let dot = if name.is_empty() { "" } else { "." };
            fields.into_iter().find_map(|field| {
                difference(&format!("{name}{dot}{field}"), a.get(field), b.get(field))
            })
        }
        (Some(Value::Array(a)), Some(Value::Array(b)))
            if a.len() == b.len() && a.iter().all(Value::is_table) =>
        {
            (0..a.len()).find_map(|i| difference(&format!("{name}[{i}]"), a.get(i), b.get(i)))
        }
        _ if begun == given => None,
        _ => Some(format!(
            "`{name}` was {} when the run was begun and is {} now",
            in_words(begun),
            in_words(given)
        )),
    }
}

fn in_words(value: Option<&Value>) -> String {
    value.map_or_else(|| "not set".to_owned(), Value::to_string)
}

/// The first image that is not what it was, as a clause.
fn changed_data(recorded: &[DatasetEntry], found: &[DatasetEntry]) -> Option<String> {
    let (recorded, found) = (used(recorded), used(found));
    (0..recorded.len().max(found.len()))
        .find_map(|i| changed_entry(recorded.get(i).copied(), found.get(i).copied()))
}

/// The images that are looked at, in their order.
fn used(entries: &[DatasetEntry]) -> Vec<&DatasetEntry> {
    entries
        .iter()
        .filter(|entry| matches!(entry.split, Split::Training | Split::Validation))
        .collect()
}

fn changed_entry(recorded: Option<&DatasetEntry>, found: Option<&DatasetEntry>) -> Option<String> {
    match (recorded, found) {
        (Some(a), Some(b)) if (&a.name, a.kind, a.split) == (&b.name, b.kind, b.split) => {
            let (a, b) = (by_name(a), by_name(b));
            let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            names
                .into_iter()
                .find(|name| a.get(*name) != b.get(*name))
                .map(|name| format!("the file `{name}` is not what it was when the run was begun"))
        }
        (Some(a), Some(b)) => Some(format!(
            "the image `{}` stands where `{}` stood when the run was begun",
            b.name, a.name
        )),
        (Some(a), None) => Some(format!(
            "the image `{}`, which the run was begun with, is gone",
            a.name
        )),
        (None, Some(b)) => Some(format!(
            "the image `{}` was not there when the run was begun",
            b.name
        )),
        (None, None) => None,
    }
}

/// The checksums by the files' names, wherever the files lie; mates in two folders share their name.
fn by_name(entry: &DatasetEntry) -> BTreeMap<String, Vec<&String>> {
    let name = |path: &Path| {
        path.file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    };
    let mut sums: BTreeMap<String, Vec<&String>> = BTreeMap::new();
    for (path, sha256) in &entry.sha256 {
        sums.entry(name(path)).or_default().push(sha256);
    }
    // Which of two folders comes first says nothing once they were moved.
    for sums in sums.values_mut() {
        sums.sort();
    }
    sums
}

#[cfg(test)]
mod tests;
