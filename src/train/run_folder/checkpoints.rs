//! Checkpoints: written whole or not at all, and found again after a kill at any moment.
//!
//! A checkpoint is made under a hidden name, `.step-N.part`, and then given its own. One of the same iteration
//! is set aside first, as `.step-N.old`, and removed last: a complete one lies there at every moment. Its checksums tell
//! one that a disk or a hand has damaged since.

use super::sums::{SUMS, is_sound, write_sums};
use super::{RunFolder, RunState, Which, read_toml, write_atomically, write_toml};
use crate::formats::flush_name;
use crate::train::observer::Turns;
use crate::train::{TrainError, TrainedNetwork, Unobserved};
use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};

/// Ending of a checkpoint that is being written.
const PARTIAL: &str = ".part";
/// Ending of a checkpoint that is being replaced.
const ASIDE: &str = ".old";

impl RunFolder {
    /// Writes a checkpoint under a temporary name, then gives it its own: a checkpoint is complete or
    /// does not exist. Older ones beyond `keep` go, except the best. Gives a turn before each file that is written, read
    /// for its checksum, or flushed.
    ///
    /// # Errors
    /// [`TrainError`] where something cannot be written.
    pub(in crate::train) fn write_checkpoint(
        &self,
        state: &RunState,
        networks: &[&mut TrainedNetwork],
        keep: usize,
        turns: &mut Turns<'_>,
    ) -> Result<PathBuf, TrainError> {
        let name = checkpoint_name(state.iteration);
        let path = self.checkpoints().join(&name);
        let partial = self.checkpoints().join(format!(".{name}{PARTIAL}"));
        remove_folder(&partial)?;
        fs::create_dir_all(&partial).map_err(TrainError::file("making a checkpoint", &partial))?;
        for network in networks {
            network.save(&partial, turns)?;
        }
        write_toml(&partial.join("state.toml"), state)?;
        write_sums(&partial, turns)?;
        sync_files(&partial, turns)?;
        self.put_in_place(&partial, &name)?;
        // Before the newest: a run that is killed in between goes on from an earlier one and comes here again, while a best
        // one that nothing points at would never be pointed at.
        if state.best_iteration == Some(state.iteration) {
            self.point(Which::Best, &name)?;
        }
        self.point(Which::Last, &name)?;
        self.tidy()?;
        self.prune(keep)?;
        Ok(path)
    }

    /// The folder of a checkpoint; `None` before the first. Where the newest is not there, the newest one that
    /// is complete stands in for it. Its files are not read: [`Self::sound_checkpoint`] is for whoever goes on with them.
    ///
    /// # Errors
    /// [`TrainError::Lost`] where one is named and nothing can stand in for it.
    pub fn checkpoint(&self, which: Which) -> Result<Option<PathBuf>, TrainError> {
        self.find(which, |folder| folder.join(SUMS).is_file())
    }

    /// As [`Self::checkpoint`], passing over what its checksums say is damaged.
    ///
    /// # Errors
    /// [`TrainError::Lost`] where one is named and nothing can stand in for it.
    pub fn sound_checkpoint(&self, which: Which) -> Result<Option<PathBuf>, TrainError> {
        self.find(which, |folder| is_sound(folder, &[], &|| ()))
    }

    /// As [`Self::sound_checkpoint`]; gives a turn before each file that is read.
    pub(in crate::train) fn checkpoint_in_turns(
        &self,
        which: Which,
        turns: &mut Turns<'_>,
    ) -> Result<Option<PathBuf>, TrainError> {
        let turns = RefCell::new(turns);
        let give = || turns.borrow_mut().give();
        self.find(which, |folder| is_sound(folder, &[], &give))
    }

    /// The newest checkpoint that is sound and has these files.
    ///
    /// # Errors
    /// [`TrainError::Lost`] where one is named and nothing can stand in for it.
    pub(in crate::train) fn checkpoint_with(
        &self,
        files: &[String],
    ) -> Result<Option<PathBuf>, TrainError> {
        self.find(Which::Last, |folder| is_sound(folder, files, &|| ()))
    }

    /// Refuses a checkpoint that is not as it was written.
    ///
    /// # Errors
    /// [`TrainError::Lost`] where it is damaged or not complete.
    pub(crate) fn ensure_sound(checkpoint: &Path) -> Result<(), TrainError> {
        if is_sound(checkpoint, &[], &|| ()) {
            return Ok(());
        }
        Err(TrainError::Lost {
            path: checkpoint.to_owned(),
        })
    }

    fn find(
        &self,
        which: Which,
        is_good: impl Fn(&Path) -> bool,
    ) -> Result<Option<PathBuf>, TrainError> {
        let order = match which {
            Which::Last => &[Which::Last][..],
            Which::Best => &[Which::Best, Which::Last][..],
        };
        for which in order {
            let Ok(name) = fs::read_to_string(self.root.join(which.pointer())) else {
                continue;
            };
            let name = name.trim();
            let found = self.good(name, &is_good).or_else(|| match which {
                Which::Last => self.newest(&is_good),
                // Another one would not be the best.
                Which::Best => None,
            });
            return found.map(Some).ok_or_else(|| TrainError::Lost {
                path: self.checkpoints().join(name),
            });
        }
        Ok(self.newest(is_good))
    }

    /// The checkpoint that should be the newest, where `found` stands in for it.
    pub(in crate::train) fn missing_for(&self, found: &Path) -> Option<String> {
        let named = fs::read_to_string(self.root.join(Which::Last.pointer())).ok()?;
        let (named, found) = (named.trim(), found.file_name()?.to_str()?);
        let same = found == named || hidden(found, ASIDE) == Some(named);
        (!same).then(|| named.to_owned())
    }

    /// Where a run stood at a checkpoint.
    ///
    /// # Errors
    /// [`TrainError::RunFile`] where it is damaged.
    pub fn state(checkpoint: &Path) -> Result<RunState, TrainError> {
        read_toml(&checkpoint.join("state.toml"))
    }

    /// Gives a checkpoint that was copied another state.
    ///
    /// # Errors
    /// [`TrainError::Lost`] where the checkpoint is damaged.
    pub fn restate(checkpoint: &Path, state: &RunState) -> Result<(), TrainError> {
        // New checksums would hide what the old ones tell.
        Self::ensure_sound(checkpoint)?;
        write_toml(&checkpoint.join("state.toml"), state)?;
        write_sums(checkpoint, &mut Turns::new(&mut Unobserved))
    }

    fn checkpoints(&self) -> PathBuf {
        self.root.join("checkpoints")
    }

    fn point(&self, which: Which, name: &str) -> Result<(), TrainError> {
        write_atomically(&self.root.join(which.pointer()), name.as_bytes())
    }

    fn put_in_place(&self, partial: &Path, name: &str) -> Result<(), TrainError> {
        let path = self.checkpoints().join(name);
        let aside = self.checkpoints().join(format!(".{name}{ASIDE}"));
        // Where the path is free, what was set aside may be the only complete one.
        if path.exists() {
            remove_folder(&aside)?;
            fs::rename(&path, &aside)
                .map_err(TrainError::file("setting a checkpoint aside", &path))?;
        }
        fs::rename(partial, &path).map_err(TrainError::file("naming a checkpoint", &path))?;
        flush_name(&path);
        remove_folder(&aside)
    }

    /// The good checkpoint of this name, or the one that was set aside for it.
    fn good(&self, name: &str, is_good: impl Fn(&Path) -> bool) -> Option<PathBuf> {
        [name.to_owned(), format!(".{name}{ASIDE}")]
            .into_iter()
            .map(|name| self.checkpoints().join(name))
            .find(|path| is_good(path))
    }

    fn newest(&self, is_good: impl Fn(&Path) -> bool) -> Option<PathBuf> {
        let mut names: Vec<String> = self
            .listed()
            .unwrap_or_default()
            .iter()
            .map(|name| hidden(name, ASIDE).unwrap_or(name).to_owned())
            .filter(|name| name.starts_with("step-"))
            .collect();
        names.sort();
        names
            .iter()
            .rev()
            .find_map(|name| self.good(name, &is_good))
    }

    fn listed(&self) -> Result<Vec<String>, TrainError> {
        let folder = self.checkpoints();
        let listing =
            fs::read_dir(&folder).map_err(TrainError::file("listing checkpoints", &folder))?;
        Ok(listing
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect())
    }

    /// Clears away what a killed run left half written or set aside.
    fn tidy(&self) -> Result<(), TrainError> {
        for name in self.listed()? {
            let path = self.checkpoints().join(&name);
            if let Some(step) = hidden(&name, ASIDE) {
                let own = self.checkpoints().join(step);
                if own.exists() {
                    remove_folder(&path)?;
                } else {
                    fs::rename(&path, &own)
                        .map_err(TrainError::file("naming a checkpoint", &own))?;
                }
            } else if hidden(&name, PARTIAL).is_some() {
                remove_folder(&path)?;
            }
        }
        Ok(())
    }

    fn prune(&self, keep: usize) -> Result<(), TrainError> {
        let best = fs::read_to_string(self.root.join(Which::Best.pointer())).unwrap_or_default();
        let mut names = self.listed()?;
        names.retain(|name| name.starts_with("step-") && name != best.trim());
        names.sort();
        names.truncate(names.len().saturating_sub(keep));
        names
            .iter()
            .try_for_each(|name| remove_folder(&self.checkpoints().join(name)))
    }
}

fn checkpoint_name(iteration: u64) -> String {
    format!("step-{iteration:08}")
}

/// The checkpoint that a hidden folder with this ending belongs to.
fn hidden<'a>(name: &'a str, ending: &str) -> Option<&'a str> {
    let step = name.strip_prefix('.')?.strip_suffix(ending)?;
    step.starts_with("step-").then_some(step)
}

fn remove_folder(path: &Path) -> Result<(), TrainError> {
    match fs::remove_dir_all(path) {
        Err(err) if err.kind() != std::io::ErrorKind::NotFound => {
            Err(TrainError::file("removing an old checkpoint", path)(err))
        }
        _ => Ok(()),
    }
}

fn sync_files(folder: &Path, turns: &mut Turns<'_>) -> Result<(), TrainError> {
    let mut sync = || -> std::io::Result<()> {
        for entry in fs::read_dir(folder)? {
            turns.give();
            fs::File::open(entry?.path())?.sync_all()?;
        }
        // Their names.
        flush_name(&folder.join(SUMS));
        Ok(())
    };
    sync().map_err(TrainError::file("flushing a checkpoint", folder))
}

#[cfg(test)]
mod tests;
