//! One program at a time in a run folder.

use super::RunFolder;
use crate::train::TrainError;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;

/// Held while a program trains in a run folder. The system gives it back when the program ends, however that comes about.
#[derive(Debug)]
pub(crate) struct RunLock {
    _file: File,
}

impl RunFolder {
    /// File that is locked while a program trains; it holds nothing.
    pub const LOCK: &str = "run.lock";

    /// Keeps other programs from training in this folder.
    ///
    /// # Errors
    /// [`TrainError::Busy`] where one does.
    pub(in crate::train) fn lock(&self) -> Result<RunLock, TrainError> {
        let path = self.root.join(Self::LOCK);
        let failed = |err| TrainError::file("locking the run folder", &path)(err);
        let mut options = OpenOptions::new();
        let file = options.create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(RunLock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(TrainError::Busy {
                path: self.root.clone(),
            }),
            // Some network drives know no locks; training there is as it was before there were any.
            Err(TryLockError::Error(err)) if err.kind() == ErrorKind::Unsupported => {
                Ok(RunLock { _file: file })
            }
            Err(TryLockError::Error(err)) => Err(failed(err)),
        }
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
