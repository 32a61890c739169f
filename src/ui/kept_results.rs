//! Soft-tissue images that outlive the window: one for each radiograph, beside the session that brings them back.
//!
//! A file is named after the stored values' SHA-256, so that it is found by the picture and not by where that lies. The
//! oldest go where all of them take more than [`MOST_BYTES`].

use crate::formats::{stored_fingerprint, write_private};
use crate::radiograph::Radiograph;
use crate::worker::{KeptResult, KeptResultError};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Memory on the disk that kept results may take, bytes: about twenty of the largest detectors' pictures.
const MOST_BYTES: u64 = 2 << 30;

/// How far the disk has the result that a study shows.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct KeptRecord {
    /// The disk is to be asked for the result of the last session.
    pub is_wanted: bool,
    /// Number of the result that is on the disk, or on its way there.
    pub run: Option<u64>,
    /// Number of the result that is shown, and since when.
    pub shown: Option<(u64, Instant)>,
}

/// Writes the result of a radiograph in place of the one kept before.
///
/// # Errors
/// One sentence; the one before it is then as it was.
pub(super) fn write(
    folder: &Path,
    radiograph: &Radiograph,
    kept: &KeptResult,
) -> Result<(), String> {
    let failed = |why: String| {
        format!(
            "The soft-tissue image is not kept for the next start: {why}: {}",
            folder.display()
        )
    };
    let bytes = kept
        .to_bytes(radiograph)
        .map_err(|err| failed(err.to_string()))?;
    write_private(&path(folder, radiograph), &bytes).map_err(|err| failed(err.to_string()))?;
    make_room(folder, MOST_BYTES);
    Ok(())
}

/// The result kept of a radiograph; `None` where there is none, or one of other polarity.
///
/// # Errors
/// One sentence where a file is there and cannot be taken.
pub(super) fn read(folder: &Path, radiograph: &Radiograph) -> Result<Option<KeptResult>, String> {
    let path = path(folder, radiograph);
    let failed = |why: String| {
        format!(
            "The soft-tissue image kept for this radiograph cannot be read: {why}. Make it again: {}",
            path.display()
        )
    };
    let bytes = match fs::read(&path) {
        Err(err) if err.kind() == ErrorKind::NotFound => return Ok(None),
        read => read.map_err(|err| failed(err.to_string()))?,
    };
    match KeptResult::from_bytes(&bytes, radiograph) {
        Ok(kept) => Ok(Some(kept)),
        Err(KeptResultError::OtherPicture) => Ok(None),
        Err(err) => Err(failed(err.to_string())),
    }
}

fn path(folder: &Path, radiograph: &Radiograph) -> PathBuf {
    let name = stored_fingerprint(&radiograph.stored);
    folder.join(format!("{name}.safetensors"))
}

/// Removes the oldest files where all of them take more than `most` bytes; the newest stays however large it is.
fn make_room(folder: &Path, most: u64) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<_> = entries
        .filter_map(|entry| {
            let path = entry.path();
            let facts = entry.metadata().ok()?;
            let is_kept = path.extension().is_some_and(|end| end == "safetensors");
            is_kept.then_some((facts.modified().ok()?, facts.len(), path))
        })
        .collect();
    files.sort_by_key(|(made, ..)| std::cmp::Reverse(*made));
    let mut num_bytes = 0;
    for (index, (_, size, path)) in files.iter().enumerate() {
        num_bytes += size;
        if index > 0 && num_bytes > most {
            // One that stays is tried again with the next result.
            drop(fs::remove_file(path));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, SystemTime};

    #[test]
    fn the_oldest_results_go_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let names = [
            "a.safetensors",
            "b.safetensors",
            "c.safetensors",
            "measures.json",
        ];
        for (age, name) in names.into_iter().enumerate() {
            let path = folder.path().join(name);
            fs::write(&path, [0; 40]).unwrap();
            let then = SystemTime::now() - Duration::from_secs(60 * age as u64);
            let file = fs::File::options().write(true).open(&path).unwrap();
            file.set_modified(then).unwrap();
        }
        let left = || {
            let here = names
                .iter()
                .filter(|name| folder.path().join(name).exists());
            here.copied().collect::<Vec<_>>()
        };
        make_room(folder.path(), 80);
        assert_eq!(left(), ["a.safetensors", "b.safetensors", "measures.json"]);
        make_room(folder.path(), 10);
        assert_eq!(left(), ["a.safetensors", "measures.json"]);
    }
}
