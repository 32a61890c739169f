//! A file that appears under its name only once it is complete.

use crate::model::ModelError;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file written under a temporary name beside its destination; [`AtomicFile::commit`] flushes it to the disk and
/// renames it. Dropped without a commit, it leaves nothing behind.
pub(crate) struct AtomicFile {
    writer: BufWriter<File>,
    temporary: PathBuf,
    destination: PathBuf,
    committed: bool,
}

impl AtomicFile {
    /// Starts a file that will replace `destination`.
    pub(crate) fn create(destination: &Path) -> Result<Self, ModelError> {
        let mut name = OsString::from(".");
        name.push(destination.file_name().unwrap_or_default());
        name.push(format!(".{}.partial", std::process::id()));
        let temporary = destination.with_file_name(name);
        let file =
            File::create(&temporary).map_err(|err| ModelError::io("write", destination, err))?;
        Ok(Self {
            writer: BufWriter::with_capacity(1 << 20, file),
            temporary,
            destination: destination.to_path_buf(),
            committed: false,
        })
    }

    /// Appends bytes.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), ModelError> {
        self.writer
            .write_all(bytes)
            .map_err(|err| ModelError::io("write", &self.destination, err))
    }

    /// Flushes, syncs and renames.
    pub(crate) fn commit(mut self) -> Result<(), ModelError> {
        self.writer
            .flush()
            .and_then(|()| self.writer.get_ref().sync_all())
            .map_err(|err| ModelError::io("write", &self.destination, err))?;
        fs::rename(&self.temporary, &self.destination)
            .map_err(|err| ModelError::io("rename", &self.destination, err))?;
        self.committed = true;
        sync_folder_of(&self.destination);
        Ok(())
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if !self.committed {
            drop(fs::remove_file(&self.temporary));
        }
    }
}

/// Makes a rename durable where the system lets a folder be synced; elsewhere the rename itself is all there is.
pub(crate) fn sync_folder_of(path: &Path) {
    if let Some(folder) = path.parent()
        && let Ok(handle) = File::open(folder)
    {
        drop(handle.sync_all());
    }
}
