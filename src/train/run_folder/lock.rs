//! One program at a time in a run folder.

use super::RunFolder;
use crate::formats::FileLock;
use crate::train::TrainError;

impl RunFolder {
    /// File that is locked while a program trains; it holds nothing.
    pub const LOCK: &str = "run.lock";

    /// Keeps other programs from training in this folder.
    ///
    /// # Errors
    /// [`TrainError::Busy`] where one does.
    pub(crate) fn lock(&self) -> Result<FileLock, TrainError> {
        let path = self.root.join(Self::LOCK);
        let held = FileLock::try_take(&path);
        let held = held.map_err(TrainError::file("locking the run folder", &path))?;
        held.ok_or_else(|| TrainError::Busy {
            path: self.root.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_folder_belongs_to_one_until_it_is_done() {
        let temp = tempfile::tempdir().unwrap();
        let folder = RunFolder {
            root: temp.path().to_owned(),
        };
        let held = folder.lock().unwrap();
        let err = folder.lock().unwrap_err();
        assert!(matches!(err, TrainError::Busy { .. }), "{err}");
        drop(held);
        folder.lock().unwrap();
    }
}
