//! Checksums of a checkpoint's files: what was written, and whether it is still that.

use super::write_atomically;
use crate::formats::sha256_of_file;
use crate::train::TrainError;
use crate::train::observer::Turns;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// File with a line for each other file: its SHA-256 and its name, as `sha256sum` writes and checks them.
pub(super) const SUMS: &str = "sha256sums";

/// Writes the checksums of all other files in a folder; gives a turn before each of them is read.
pub(super) fn write_sums(folder: &Path, turns: &mut Turns<'_>) -> Result<(), TrainError> {
    let mut files = files_of(folder).map_err(TrainError::file("listing a checkpoint", folder))?;
    files.retain(|file| !file.ends_with(SUMS));
    files.sort();
    let line = |file: &PathBuf| {
        turns.give();
        let (digest, _) = sha256_of_file(file).map_err(TrainError::file("reading", file))?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        Ok(format!("{digest}  {name}\n"))
    };
    let text = files
        .iter()
        .map(line)
        .collect::<Result<String, TrainError>>()?;
    write_atomically(&folder.join(SUMS), text.as_bytes())
}

/// What every checkpoint has: the state, and the main network.
const ALWAYS: [&str; 4] = [
    "state.toml",
    "weights.safetensors",
    "ema.safetensors",
    "optimizer.safetensors",
];

/// Whether all that belongs to a checkpoint, and all that is needed of it, is listed and as it was written; `give` is
/// called before each file that is read.
pub(super) fn is_sound(folder: &Path, needed: &[String], give: &dyn Fn()) -> bool {
    let Ok(text) = fs::read_to_string(folder.join(SUMS)) else {
        return false;
    };
    let sound = |line| {
        let (digest, name): (&str, &str) = str::split_once(line, "  ")?;
        give();
        let (found, _) = sha256_of_file(&folder.join(name)).ok()?;
        (found == digest).then_some(name)
    };
    let Some(listed) = text.lines().map(sound).collect::<Option<BTreeSet<&str>>>() else {
        return false;
    };
    let Ok(files) = files_of(folder) else {
        return false;
    };
    // A list that was cut off would vouch for files that it does not name. What others put there is none of the checkpoint.
    let mut own = files
        .iter()
        .filter_map(|file| file.file_name()?.to_str())
        .filter(|name| name.ends_with(".safetensors") || ALWAYS.contains(name));
    let mut needed = ALWAYS.into_iter().chain(needed.iter().map(String::as_str));
    own.all(|name| listed.contains(name)) && needed.all(|name| listed.contains(name))
}

fn files_of(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    Ok(entries.into_iter().map(|entry| entry.path()).collect())
}
