//! The split's file: what stands in it, and where the files are that it names.
//!
//! A split is read from other folders than it was made in, and moves with its pairs: files below its own folder are named
//! from there, others by their whole paths.

use super::{FORMAT, OLDEST_FORMAT, Split, SplitEntry};
use crate::dataset::DatasetError;
use crate::dataset::patients::patient_key;
use crate::formats::write_atomically;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf, absolute};

/// The last version that named files from wherever it was made, and patients as their list does.
const LAST_OPEN_FORMAT: u32 = 2;

impl Split {
    /// Reads a split file. The paths in it are whole ones then, and no patient of a list is named, whatever version the
    /// file has.
    ///
    /// # Errors
    /// [`DatasetError`] where it cannot be read or is none.
    pub fn read(path: &Path) -> Result<Self, DatasetError> {
        let text =
            std::fs::read_to_string(path).map_err(DatasetError::file("reading the split", path))?;
        let mut split: Self =
            serde_json::from_str(&text).map_err(|err| DatasetError::Unusable {
                reason: format!("it is no split of a dataset ({err})"),
                path: path.to_owned(),
            })?;
        let found = split.format;
        if !(OLDEST_FORMAT..=FORMAT).contains(&found) {
            return Err(DatasetError::Unusable {
                reason: format!("its format is {found}, this program knows {FORMAT}"),
                path: path.to_owned(),
            });
        }
        let own = folder_of(path);
        if found <= LAST_OPEN_FORMAT {
            split.close_names();
            split.map_paths(|path| searched(path, &own));
        } else {
            split.map_paths(|path| own.join(path));
        }
        split.format = FORMAT;
        Ok(split)
    }

    /// Writes the split file whole or not at all.
    ///
    /// # Errors
    /// [`DatasetError::Format`], where the file exists and `overwrite` is false above all.
    pub fn write(&self, path: &Path, overwrite: bool) -> Result<(), DatasetError> {
        let own = folder_of(path);
        let mut written = self.clone();
        written.format = FORMAT;
        written.map_paths(|path| match path.strip_prefix(&own) {
            Ok(below) => below.to_owned(),
            Err(_) => path.to_owned(),
        });
        let text =
            serde_json::to_string_pretty(&written).map_err(|err| DatasetError::Unusable {
                reason: format!("the split cannot be written as JSON ({err})"),
                path: path.to_owned(),
            })?;
        Ok(write_atomically(path, text.as_bytes(), overwrite)?)
    }

    fn map_paths(&mut self, place: impl Fn(&Path) -> PathBuf) {
        for folder in &mut self.folders {
            *folder = place(folder);
        }
        for pair in &mut self.pairs {
            let files = std::mem::take(&mut pair.sha256).into_iter();
            pair.sha256 = files.map(|(path, sum)| (place(&path), sum)).collect();
        }
    }

    /// Puts checksums in place of what a list calls its patients.
    fn close_names(&mut self) {
        let names: BTreeSet<String> = self.pairs.iter().map(|pair| pair.name.clone()).collect();
        let named = |pair: &&mut SplitEntry| !names.contains(&pair.group);
        for pair in self.pairs.iter_mut().filter(named) {
            pair.group = patient_key(&pair.group);
        }
    }
}

/// The whole path of the folder that a file lies in.
fn folder_of(path: &Path) -> PathBuf {
    let whole = whole(path);
    whole.parent().map_or_else(PathBuf::new, Path::to_owned)
}

/// A path that holds from every folder.
pub(super) fn whole(path: &Path) -> PathBuf {
    // Fails where the path is empty, or the folder that the program was started in is gone.
    absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// A path as an earlier version wrote it: seen from where the program was started then, which is not known; from here, or
/// from one of the folders that the split's file lies in.
fn searched(path: &Path, own: &Path) -> PathBuf {
    if path.is_relative() && !path.exists() {
        let mut places = own.ancestors().map(|folder| folder.join(path));
        if let Some(found) = places.find(|place| place.exists()) {
            return found;
        }
    }
    whole(path)
}
