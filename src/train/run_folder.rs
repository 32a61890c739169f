//! The folder of a run: copy of the run file, data listing, log, checkpoints.
//!
//! ```text
//! OUT/run.toml           the settings the run was begun with, complete
//! OUT/run.lock           locked while a program trains here
//! OUT/data.json          every radiograph found then, its use and checksums
//! OUT/split.json         a copy of the split that decides who is learned from, with split.sha256
//! OUT/latent.toml        denoiser: mean and standard deviation of the latents
//! OUT/vqgan.*            denoiser without a base: the VQGAN it works with, architecture and weights
//! OUT/base/              fine-tuning: a copy of the bundle it goes on from
//! OUT/log.csv            iteration, elapsed_secs, split, term, value
//! OUT/checkpoints/step-00000500/{weights,ema,optimizer}.safetensors, state.toml, sha256sums
//! OUT/latents/view-*     denoiser: prepared views, with checksums
//! OUT/samples/step-00000500/NAME_soft.png   validation images as the averaged weights render them
//! OUT/last, OUT/best     name of the newest and of the best checkpoint
//! ```

mod checkpoints;
mod lock;
mod samples;
mod split;
mod sums;

pub(super) use lock::RunLock;

use super::{DatasetEntry, RunConfig, Terms, TrainError};
use crate::formats;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Where a run stands; saved with each checkpoint.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunState {
    /// Iterations done.
    pub iteration: u64,
    /// Training time so far.
    pub elapsed_secs: f64,
    /// Best validation score so far; larger is better.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best_score: Option<f64>,
    /// Iterations done when it was reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best_iteration: Option<u64>,
    /// Validations since then.
    #[serde(default)]
    pub validations_since_best: u64,
    /// The run was stopped within the validation after this iteration, which is still to be made.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_validation_due: bool,
}

/// Which checkpoint of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The newest.
    Last,
    /// The one with the best validation score; the newest where nothing was validated.
    Best,
}

impl Which {
    fn pointer(self) -> &'static str {
        match self {
            Self::Last => "last",
            Self::Best => "best",
        }
    }
}

/// An existing run folder.
#[derive(Debug, Clone)]
pub struct RunFolder {
    root: PathBuf,
}

impl RunFolder {
    /// Makes the folder of a new run and writes its settings.
    ///
    /// # Errors
    /// [`TrainError::RunExists`] where a run lies there already.
    pub fn create(config: &RunConfig) -> Result<Self, TrainError> {
        let root = config.out.clone();
        let settings = root.join("run.toml");
        if settings.exists() {
            return Err(TrainError::RunExists { path: root });
        }
        let checkpoints = root.join("checkpoints");
        fs::create_dir_all(&checkpoints)
            .map_err(TrainError::file("making the run folder", &checkpoints))?;
        // Of two programs that begin here at once one is refused.
        match formats::write_atomically(&settings, toml_text(&settings, config)?.as_bytes(), false)
        {
            Err(err) if err.class() == "exists" => Err(TrainError::RunExists { path: root }),
            written => Ok(written.map(|()| Self { root })?),
        }
    }

    /// Opens the folder of a run.
    ///
    /// # Errors
    /// [`TrainError::File`] where no run lies there.
    pub fn open(root: &Path) -> Result<Self, TrainError> {
        let settings = root.join("run.toml");
        fs::metadata(&settings).map_err(TrainError::file("opening the run", &settings))?;
        Ok(Self {
            root: root.to_owned(),
        })
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The settings the run was started with.
    ///
    /// # Errors
    /// [`TrainError::RunFile`] where they are damaged.
    pub fn settings(&self) -> Result<RunConfig, TrainError> {
        read_toml(&self.root.join("run.toml"))
    }

    /// Writes the data listing.
    ///
    /// # Errors
    /// [`TrainError::File`] where it cannot be written.
    pub fn write_listing(&self, entries: &[DatasetEntry]) -> Result<(), TrainError> {
        let path = self.root.join("data.json");
        let text = serde_json::to_vec_pretty(entries).map_err(|err| TrainError::RunFile {
            reason: err.to_string(),
            path: path.clone(),
        })?;
        write_atomically(&path, &text)
    }

    /// The data listing; `None` in a folder without one.
    ///
    /// # Errors
    /// [`TrainError::RunFile`] where it is damaged.
    pub fn listing(&self) -> Result<Option<Vec<DatasetEntry>>, TrainError> {
        let path = self.root.join("data.json");
        if !path.exists() {
            return Ok(None);
        }
        let text = fs::read(&path).map_err(TrainError::file("reading the data listing", &path))?;
        let entries = serde_json::from_slice(&text).map_err(|err| TrainError::RunFile {
            reason: err.to_string(),
            path,
        })?;
        Ok(Some(entries))
    }

    /// Removes what a killed run was writing; the folder must be locked.
    pub(super) fn clear_partial_files(&self) {
        let entries = fs::read_dir(&self.root).into_iter().flatten().flatten();
        for entry in entries {
            let path = entry.path();
            let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
            if is_hidden && path.extension().is_some_and(|ending| ending == "part") {
                // Where this fails nothing is lost but room.
                drop(fs::remove_file(path));
            }
        }
    }

    /// Keeps a copy of a weights file, complete or not at all.
    ///
    /// # Errors
    /// [`TrainError::File`] where it cannot be copied.
    pub(super) fn keep_copy(&self, from: &Path, name: &str) -> Result<(), TrainError> {
        Ok(formats::copy_atomically(from, &self.root.join(name))?)
    }

    /// Writes a file of the run folder as TOML.
    ///
    /// # Errors
    /// [`TrainError::File`] where it cannot be written.
    pub fn write_toml(&self, name: &str, value: &impl Serialize) -> Result<(), TrainError> {
        write_toml(&self.root.join(name), value)
    }

    /// Reads a TOML file of the run folder; `None` where it does not exist.
    ///
    /// # Errors
    /// [`TrainError::RunFile`] where it is damaged.
    pub fn read_toml<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, TrainError> {
        let path = self.root.join(name);
        if path.exists() {
            read_toml(&path).map(Some)
        } else {
            Ok(None)
        }
    }

    /// Adds lines to the log.
    ///
    /// # Errors
    /// [`TrainError::File`] where it cannot be written.
    pub fn log(&self, state: &RunState, split: &str, terms: &Terms) -> Result<(), TrainError> {
        let path = self.root.join("log.csv");
        let mut lines: Vec<String> = terms
            .iter()
            .map(|(term, value)| {
                let RunState {
                    iteration,
                    elapsed_secs,
                    ..
                } = state;
                // Learning rates lie below the sixth decimal.
                let value = if value.abs() < 1e-3 && *value != 0.0 {
                    format!("{value:e}")
                } else {
                    format!("{value:.6}")
                };
                format!("{iteration},{elapsed_secs:.1},{split},{term},{value}\n")
            })
            .collect();
        if !path.exists() {
            lines.insert(0, "iteration,elapsed_secs,split,term,value\n".to_owned());
        }
        fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .and_then(|mut file| file.write_all(lines.concat().as_bytes()))
            .map_err(TrainError::file("writing the log", &path))
    }

    /// Takes lines after `iteration` out of the log: a run that was killed logged further than its
    /// last checkpoint, and will log the same iterations again.
    ///
    /// # Errors
    /// [`TrainError::File`] where it cannot be written.
    pub fn rewind_log(&self, iteration: u64) -> Result<(), TrainError> {
        let path = self.root.join("log.csv");
        let Ok(text) = fs::read_to_string(&path) else {
            return Ok(());
        };
        let keep = |line: &&str| {
            let number = line.split(',').next().and_then(|n| n.parse::<u64>().ok());
            number.is_none_or(|n| n <= iteration)
        };
        let mut kept = String::with_capacity(text.len());
        for line in text.lines().filter(keep) {
            kept.push_str(line);
            kept.push('\n');
        }
        write_atomically(&path, kept.as_bytes())
    }
}

fn write_toml(path: &Path, value: &impl Serialize) -> Result<(), TrainError> {
    write_atomically(path, toml_text(path, value)?.as_bytes())
}

fn toml_text(path: &Path, value: &impl Serialize) -> Result<String, TrainError> {
    toml::to_string(value).map_err(|err| TrainError::RunFile {
        reason: err.to_string(),
        path: path.to_owned(),
    })
}

fn read_toml<T: DeserializeOwned>(path: &Path) -> Result<T, TrainError> {
    let text = fs::read_to_string(path).map_err(TrainError::file("reading the run", path))?;
    toml::from_str(&text).map_err(|err| TrainError::RunFile {
        reason: err.to_string().trim_end().to_owned(),
        path: path.to_owned(),
    })
}

fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), TrainError> {
    Ok(formats::write_atomically(path, bytes, true)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(root: &Path) -> RunFolder {
        fs::create_dir_all(root.join("checkpoints")).unwrap();
        RunFolder {
            root: root.to_owned(),
        }
    }

    #[test]
    fn a_rewound_log_holds_no_later_line() {
        let temp = tempfile::tempdir().unwrap();
        let folder = folder(temp.path());
        for iteration in [10, 20, 30] {
            let state = RunState {
                iteration,
                ..RunState::default()
            };
            let terms = Terms::from([("loss".to_owned(), 0.5)]);
            folder.log(&state, "training", &terms).unwrap();
        }
        folder.rewind_log(20).unwrap();
        let text = fs::read_to_string(temp.path().join("log.csv")).unwrap();
        assert_eq!(
            text,
            "iteration,elapsed_secs,split,term,value\n10,0.0,training,loss,0.500000\n20,0.0,training,loss,0.500000\n"
        );
    }
}
