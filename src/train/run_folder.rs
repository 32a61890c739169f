//! The folder of a run: copy of the run file, data listing, log, checkpoints.
//!
//! ```text
//! OUT/run.toml           the settings the run was begun with, complete
//! OUT/run.lock           locked while a program trains here
//! OUT/data.json          every radiograph found then, its use and checksums
//! OUT/split.json         a copy of the split that decides who is learned from, with split.sha256
//! OUT/inputs.toml        checksums of what is read at every start beside the images: lungs, codec, perceptual weights
//! OUT/latent.toml        denoiser: mean and standard deviation of the latents
//! OUT/vqgan.*            denoiser without a base: the VQGAN it works with, architecture and weights
//! OUT/base/              fine-tuning: a copy of the bundle it goes on from
//! OUT/lungs/NAME-KEY.png fine-tuning: lungs of pairs without a mask, as the base's segmenter finds them
//! OUT/log.csv            iteration, elapsed_secs, split, term, value: every number of every curve
//! OUT/starts.csv         iteration, program, arithmetic: which version of it began and went on there, and on what
//! OUT/checkpoints/step-00000500/{weights,ema,optimizer}.safetensors, state.toml, sha256sums
//! OUT/latents/view-*     denoiser: prepared views, with checksums
//! OUT/samples/step-00000500/NAME_soft.png   validation images as the averaged weights render them
//! OUT/last, OUT/best     name of the newest and of the best checkpoint
//! ```

mod checkpoints;
mod inputs;
mod lock;
mod log;
mod place;
mod samples;
mod split;
mod state;
mod sums;

pub(super) use samples::file_name;
pub use state::RunState;

use super::{DatasetEntry, RunConfig, TrainError};
use crate::formats;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs;
use std::path::{Path, PathBuf};

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

/// The settings in a run folder.
pub(super) const SETTINGS: &str = "run.toml";

/// An existing run folder.
#[derive(Debug, Clone)]
pub struct RunFolder {
    root: PathBuf,
}

impl RunFolder {
    /// Makes the folder of a new run and writes its settings.
    ///
    /// The folder is the user's alone: what lies in it are pictures of patients.
    ///
    /// # Errors
    /// [`TrainError::RunExists`] where a run lies there already.
    pub fn create(config: &RunConfig) -> Result<Self, TrainError> {
        let root = config.out.clone();
        let settings = root.join(SETTINGS);
        let doing = "making the run folder";
        formats::make_private_folder(&root).map_err(TrainError::file(doing, &root))?;
        let checkpoints = root.join("checkpoints");
        fs::create_dir_all(&checkpoints).map_err(TrainError::file(doing, &checkpoints))?;
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
        let settings = root.join(SETTINGS);
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
        read_toml(&self.root.join(SETTINGS))
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

    /// Removes what a killed run was writing, but for checkpoints; the folder must be locked.
    pub(super) fn clear_partial_files(&self) {
        let samples = entries_of(&self.root.join("samples"));
        let folders = [self.root.clone(), self.root.join("latents")];
        for folder in folders.into_iter().chain(samples) {
            for path in entries_of(&folder) {
                if !is_partial(&path) {
                    continue;
                }
                // Where this fails nothing is lost but room.
                drop(if path.is_dir() {
                    fs::remove_dir_all(path)
                } else {
                    fs::remove_file(path)
                });
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
}

fn entries_of(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

/// Whether this is something that was not given its name: `.NAME.*.part`, or `NAME.PROCESS.partial` as models are written.
fn is_partial(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if let Some(rest) = name.strip_suffix(".partial") {
        let process = rest.rsplit_once('.').map(|(_, process)| process);
        return process.is_some_and(|process| process.parse::<u32>().is_ok());
    }
    name.starts_with('.') && name.ends_with(".part")
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

    #[test]
    fn what_a_killed_run_was_writing_is_cleared_away_and_nothing_else() {
        let temp = tempfile::tempdir().unwrap();
        let root = temp.path();
        let folder = RunFolder {
            root: root.to_owned(),
        };
        let (gone, stays) = (
            [
                ".log.csv.12-3.part",
                "base.12.partial/vqgan.safetensors",
                "latents/view-00000001.safetensors.12.partial",
                "latents/.view-00000001.sha256.12-4.part",
                "samples/step-00000003/.a_soft.png.12-5.part",
            ],
            [
                "base/vqgan.safetensors",
                "notes.partial",
                "mine.part",
                "latents/view-00000001.safetensors",
                "samples/step-00000003/a_soft.png",
                "checkpoints/.step-00000003.part/weights.safetensors",
            ],
        );
        for name in gone.iter().chain(&stays) {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "half").unwrap();
        }
        folder.clear_partial_files();
        for name in gone {
            assert!(!root.join(name).exists(), "{name}");
        }
        assert!(!root.join("base.12.partial").exists());
        for name in stays {
            assert!(root.join(name).exists(), "{name}");
        }
    }
}
