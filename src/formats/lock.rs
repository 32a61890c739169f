//! Locks: one program at a time where files are changed.

use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::Path;

/// Held until it is dropped; the system gives it back when the program ends, however that comes about.
///
/// Some network drives know no locks: there it is taken and keeps nobody out.
#[derive(Debug)]
pub struct FileLock {
    _file: File,
}

impl FileLock {
    /// Locks a folder, or a file that is made where absent, as soon as nobody else holds it.
    ///
    /// # Errors
    /// What the system says where it cannot be opened or locked.
    pub fn wait(path: &Path) -> io::Result<Self> {
        let file = open(path)?;
        match file.lock() {
            Err(err) if err.kind() != ErrorKind::Unsupported => Err(err),
            _ => Ok(Self { _file: file }),
        }
    }

    /// As [`Self::wait`]; `None` where somebody else holds it.
    ///
    /// # Errors
    /// As [`Self::wait`].
    pub fn try_take(path: &Path) -> io::Result<Option<Self>> {
        let file = open(path)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(err)) if err.kind() != ErrorKind::Unsupported => Err(err),
            _ => Ok(Some(Self { _file: file })),
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    if path.is_dir() {
        return File::open(path);
    }
    let mut options = File::options();
    options.create(true).truncate(false).write(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_and_a_folder_belong_to_one_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("lock");
        for path in [file.as_path(), folder.path()] {
            let held = FileLock::try_take(path).unwrap();
            assert!(held.is_some());
            assert!(FileLock::try_take(path).unwrap().is_none(), "{path:?}");
            drop(held);
            let held = FileLock::wait(path).unwrap();
            assert!(FileLock::try_take(path).unwrap().is_none(), "{path:?}");
            drop(held);
        }
        assert!(FileLock::wait(&folder.path().join("gone/lock")).is_err());
    }
}
