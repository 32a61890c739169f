//! Checkpoints: written whole or not at all, and found again after a kill at any moment.
//!
//! A checkpoint is made under a hidden name, `.step-N.part`, and then given its own. One of the same iteration
//! is set aside first, as `.step-N.old`, and removed last: a complete one lies there at every moment. Its checksums tell
//! one that a disk or a hand has damaged since.

use super::sums::{SUMS, is_sound, write_sums};
use super::{RunFolder, RunState, Which, read_toml, write_atomically, write_toml};
use crate::formats::flush_name;
use crate::train::{TrainError, TrainedNetwork};
use std::fs;
use std::path::{Path, PathBuf};

/// Ending of a checkpoint that is being written.
const PARTIAL: &str = ".part";
/// Ending of a checkpoint that is being replaced.
const ASIDE: &str = ".old";

impl RunFolder {
    /// Writes a checkpoint under a temporary name, then gives it its own: a checkpoint is complete or
    /// does not exist. Older ones beyond `keep` go, except the best.
    ///
    /// # Errors
    /// [`TrainError`] where something cannot be written.
    pub fn write_checkpoint(
        &self,
        state: &RunState,
        networks: &[&mut TrainedNetwork],
        keep: usize,
    ) -> Result<PathBuf, TrainError> {
        let name = checkpoint_name(state.iteration);
        let path = self.checkpoints().join(&name);
        let partial = self.checkpoints().join(format!(".{name}{PARTIAL}"));
        remove_folder(&partial)?;
        fs::create_dir_all(&partial).map_err(TrainError::file("making a checkpoint", &partial))?;
        for network in networks {
            network.save(&partial)?;
        }
        write_toml(&partial.join("state.toml"), state)?;
        write_sums(&partial)?;
        sync_files(&partial)?;
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
        self.find(which, is_sound)
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
        if !is_sound(checkpoint) {
            return Err(TrainError::Lost {
                path: checkpoint.to_owned(),
            });
        }
        write_toml(&checkpoint.join("state.toml"), state)?;
        write_sums(checkpoint)
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

fn sync_files(folder: &Path) -> Result<(), TrainError> {
    let sync = || -> std::io::Result<()> {
        for entry in fs::read_dir(folder)? {
            fs::File::open(entry?.path())?.sync_all()?;
        }
        // Their names.
        flush_name(&folder.join(SUMS));
        Ok(())
    };
    sync().map_err(TrainError::file("flushing a checkpoint", folder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::OptimizerConfig;
    use tch::nn::{Init, VarStore};

    fn folder(root: &Path) -> RunFolder {
        fs::create_dir_all(root.join("checkpoints")).unwrap();
        RunFolder {
            root: root.to_owned(),
        }
    }

    fn network() -> TrainedNetwork {
        let vs = VarStore::new(tch::Device::Cpu);
        drop(vs.root().var("w", &[2], Init::Const(1.0)));
        TrainedNetwork::new("", vs, &OptimizerConfig::default())
    }

    /// Writes a checkpoint; none of these is the best after the second.
    fn write(folder: &RunFolder, iteration: u64) {
        let state = RunState {
            iteration,
            elapsed_secs: 1.0,
            best_score: Some(1.0),
            best_iteration: Some(iteration.min(2)),
            ..RunState::default()
        };
        folder
            .write_checkpoint(&state, &[&mut network()], 2)
            .unwrap();
    }

    fn names(folder: &RunFolder) -> Vec<String> {
        let mut names = folder.listed().unwrap();
        names.sort();
        names
    }

    fn iteration(folder: &RunFolder, which: Which) -> u64 {
        let found = folder.checkpoint(which).unwrap().unwrap();
        RunFolder::state(&found).unwrap().iteration
    }

    #[test]
    fn old_checkpoints_go_and_the_best_stays() {
        let temp = tempfile::tempdir().unwrap();
        let folder = folder(temp.path());
        for iteration in 1..=5 {
            write(&folder, iteration);
        }
        assert_eq!(
            names(&folder),
            ["step-00000002", "step-00000004", "step-00000005"]
        );
        assert_eq!(iteration(&folder, Which::Best), 2);
        assert_eq!(iteration(&folder, Which::Last), 5);
        // The same iteration once more, as a run that is resumed at its end writes it.
        write(&folder, 5);
        assert_eq!(names(&folder).len(), 3);
        assert_eq!(iteration(&folder, Which::Last), 5);
    }

    #[test]
    fn a_checkpoint_that_was_being_replaced_is_found_and_gets_its_name_back() {
        let temp = tempfile::tempdir().unwrap();
        let folder = folder(temp.path());
        write(&folder, 2);
        write(&folder, 5);
        // A kill after the old one was set aside, while the new one was complete but nameless.
        let at = |name: &str| temp.path().join("checkpoints").join(name);
        for (name, new) in [
            ("step-00000002", ".step-00000002.old"),
            ("step-00000005", ".step-00000005.old"),
        ] {
            fs::rename(at(name), at(new)).unwrap();
        }
        fs::create_dir(at(".step-00000005.part")).unwrap();
        let last = folder.checkpoint(Which::Last).unwrap().unwrap();
        assert_eq!(RunFolder::state(&last).unwrap().iteration, 5);
        assert_eq!(folder.missing_for(&last), None);
        assert_eq!(iteration(&folder, Which::Best), 2);
        write(&folder, 6);
        assert_eq!(
            names(&folder),
            ["step-00000002", "step-00000005", "step-00000006"]
        );
    }

    #[test]
    fn a_lost_checkpoint_is_replaced_by_the_newest_that_is_complete() {
        let temp = tempfile::tempdir().unwrap();
        let folder = folder(temp.path());
        for iteration in 3..=5 {
            write(&folder, iteration);
        }
        let lost = temp.path().join("checkpoints/step-00000005");
        fs::remove_file(lost.join(SUMS)).unwrap();
        let found = folder.checkpoint(Which::Last).unwrap().unwrap();
        assert_eq!(RunFolder::state(&found).unwrap().iteration, 4);
        assert_eq!(folder.missing_for(&found).as_deref(), Some("step-00000005"));
        // A kill before the first checkpoint was pointed at.
        fs::remove_file(temp.path().join("last")).unwrap();
        assert_eq!(iteration(&folder, Which::Last), 4);
        // Nothing stands in for the best.
        fs::write(temp.path().join("best"), "step-00000002").unwrap();
        let err = folder.checkpoint(Which::Best).unwrap_err();
        assert!(err.to_string().contains("step-00000002"), "{err}");
    }

    #[test]
    fn a_damaged_checkpoint_is_passed_over_by_whoever_goes_on() {
        let temp = tempfile::tempdir().unwrap();
        let folder = folder(temp.path());
        for iteration in [2, 5] {
            write(&folder, iteration);
        }
        let sound = |which| {
            let found = folder.sound_checkpoint(which).unwrap().unwrap();
            RunFolder::state(&found).unwrap().iteration
        };
        assert_eq!((sound(Which::Last), sound(Which::Best)), (5, 2));
        let damage = |step: u64| {
            let file = format!("checkpoints/step-{step:08}/weights.safetensors");
            let mut bytes = fs::read(temp.path().join(&file)).unwrap();
            *bytes.last_mut().unwrap() ^= 1;
            fs::write(temp.path().join(&file), bytes).unwrap();
        };
        damage(5);
        assert_eq!(sound(Which::Last), 2);
        let found = folder.sound_checkpoint(Which::Last).unwrap().unwrap();
        assert_eq!(folder.missing_for(&found).as_deref(), Some("step-00000005"));
        damage(2);
        for which in [Which::Last, Which::Best] {
            let err = folder.sound_checkpoint(which).unwrap_err();
            assert!(matches!(err, TrainError::Lost { .. }), "{err}");
        }
    }

    #[test]
    fn a_checkpoint_that_nothing_stands_in_for_is_named() {
        let temp = tempfile::tempdir().unwrap();
        let folder = folder(temp.path());
        assert!(folder.checkpoint(Which::Best).unwrap().is_none());
        fs::write(temp.path().join("last"), "step-00000007").unwrap();
        let err = folder.checkpoint(Which::Last).unwrap_err();
        assert!(err.to_string().contains("step-00000007"), "{err}");
    }
}
