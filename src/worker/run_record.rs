//! What lies in the folder of a training run, as plain values.

use super::run_samples::{SampleRecord, samples};
use crate::train::{RunFolder, Split, TrainError, TrainStage, Which};
use std::path::{Path, PathBuf};

/// Name of the log in a run folder.
const LOG: &str = "log.csv";

/// A training run as it lies on the disk.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRecord {
    /// The run folder.
    pub folder: PathBuf,
    /// Which network is trained.
    pub stage: TrainStage,
    /// Iterations that end the run; `None` where time does.
    pub iterations: Option<u64>,
    /// Validations without a better score that end it; `None` where nothing but its iterations does.
    pub patience: Option<u64>,
    /// Validations until the newest checkpoint that were no better.
    pub validations_without_gain: u64,
    /// Largest learning rate.
    pub learning_rate: f64,
    /// Iterations between validations; 0 validates at the end only.
    pub validate_every: u64,
    /// Patches per iteration.
    pub batch: usize,
    /// Radiographs that are learned from; 0 where the listing is missing.
    pub num_training: usize,
    /// Radiographs that the run left out: those that its split locked away for the test, above all.
    pub num_left_out: usize,
    /// What was logged, in its order.
    pub rows: Vec<LogRow>,
    /// Checkpoints, oldest first.
    pub checkpoints: Vec<CheckpointRecord>,
    /// Validation images as the run rendered them, by name.
    pub samples: Vec<SampleRecord>,
}

/// A number of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct LogRow {
    /// Iterations done.
    pub iteration: u64,
    /// Training time until then.
    pub elapsed_secs: f64,
    /// What it is of: `training`, `validation` or `schedule`.
    pub part: String,
    /// Name of the number.
    pub term: String,
    /// The number.
    pub value: f64,
}

/// A checkpoint of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckpointRecord {
    /// Its folder.
    pub path: PathBuf,
    /// Iterations done.
    pub iteration: u64,
    /// Validation score then, where one was logged; larger is better.
    pub score: Option<f64>,
    /// It has the best score of the run.
    pub is_best: bool,
    /// It is the newest.
    pub is_last: bool,
}

impl RunRecord {
    /// Reads a run folder, whether its run goes on or has ended.
    ///
    /// # Errors
    /// A sentence where no run lies there or its files are damaged.
    pub fn read(folder: &Path) -> Result<Self, String> {
        Self::read_folder(folder).map_err(|err| err.to_string())
    }

    fn read_folder(path: &Path) -> Result<Self, TrainError> {
        let folder = RunFolder::open(path)?;
        let settings = folder.settings()?;
        let listing = folder.listing()?.unwrap_or_default();
        let used_as = |split: Split| listing.iter().filter(|entry| entry.split == split).count();
        let rows = std::fs::read_to_string(path.join(LOG)).unwrap_or_default();
        let rows: Vec<LogRow> = rows.lines().filter_map(LogRow::parse).collect();
        let newest = folder.checkpoint(Which::Last)?;
        let newest = newest.map(|path| RunFolder::state(&path)).transpose()?;
        let newest = newest.unwrap_or_default();
        let checkpoints = checkpoints(&folder, &rows, newest.best_iteration)?;
        Ok(Self {
            folder: path.to_owned(),
            stage: settings.stage,
            iterations: settings.iterations,
            patience: settings.patience.map(|patience| patience.validations),
            validations_without_gain: newest.validations_without_gain,
            learning_rate: settings.optimizer.learning_rate,
            validate_every: settings.validate_every,
            batch: settings.batch,
            num_training: used_as(Split::Training),
            num_left_out: used_as(Split::Excluded),
            rows,
            checkpoints,
            samples: samples(path, &listing, &settings.data.source),
        })
    }
}

impl LogRow {
    /// A line of the log; `None` for its heading, and for one that a full disk cut off.
    fn parse(line: &str) -> Option<Self> {
        let mut cells = line.split(',');
        let row = Self {
            iteration: cells.next()?.parse().ok()?,
            elapsed_secs: cells.next()?.parse().ok()?,
            part: cells.next()?.to_owned(),
            term: cells.next()?.to_owned(),
            value: cells.next()?.parse().ok()?,
        };
        cells.next().is_none().then_some(row)
    }
}

fn checkpoints(
    folder: &RunFolder,
    rows: &[LogRow],
    best: Option<u64>,
) -> Result<Vec<CheckpointRecord>, TrainError> {
    let is_score = |row: &&LogRow| row.part == "validation" && row.term == "score";
    let score_at = |iteration: u64| {
        let mut scores = rows.iter().rev().filter(is_score);
        let row = scores.find(|row| row.iteration == iteration)?;
        Some(row.value)
    };
    let last = folder.checkpoint(Which::Last)?;
    let listing = std::fs::read_dir(folder.root().join("checkpoints"));
    let mut paths: Vec<PathBuf> = listing
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            let name = path.file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| name.starts_with("step-"))
        })
        .collect();
    paths.sort();
    let found = paths.into_iter().filter_map(|path| {
        // One that is not complete is none.
        let state = RunFolder::state(&path).ok()?;
        let is_best = best == Some(state.iteration);
        let score = score_at(state.iteration);
        Some(CheckpointRecord {
            iteration: state.iteration,
            score: score.or(state.best_score.filter(|_| is_best)),
            is_best,
            is_last: last.as_ref() == Some(&path),
            path,
        })
    });
    Ok(found.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_log_is_read_and_what_is_none_is_passed_over() {
        let row = LogRow::parse("20,1.5,schedule,learning_rate,8e-5").unwrap();
        assert_eq!((row.iteration, row.part.as_str()), (20, "schedule"));
        assert!((row.value - 8e-5).abs() < 1e-18);
        for line in ["iteration,elapsed_secs,split,term,value", "20,1.5,trai", ""] {
            assert_eq!(LogRow::parse(line), None, "{line}");
        }
    }
}
