//! Which files of a folder a copy of a dataset wrote, so that a later copy takes away those and nothing else.

use super::DatasetError;
use super::folders::{files_below, side_by_side};
use super::named::is_named_like_a_pair;
use super::patients::PATIENTS_FILE;
use crate::formats::{sha256_of_file, write_atomically};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

/// The record in the copy's folder; hidden, so that nobody takes it for one of its pictures.
const RECORD_FILE: &str = ".diaphane-copy.json";
/// Version of the record; the first did not say what the copy was made of.
const FORMAT: u32 = 2;
const OLDEST_FORMAT: u32 = 1;
/// What is done when it is read.
const READING: &str = "reading the record of a copy";

/// What a folder holds of earlier copies.
pub(super) struct CopyRecord {
    folder: PathBuf,
    files: Files,
    origins: Origins,
}

/// SHA-256 by name; `None` of a file that was being written when its copy ended.
type Files = BTreeMap<String, Option<String>>;

/// By what the patient and the picture are known again that a radiograph was made of: checksums, by the name of its file.
pub(super) type Origins = BTreeMap<String, Vec<String>>;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    format: u32,
    files: Files,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    origins: Origins,
}

impl CopyRecord {
    /// What earlier copies wrote into a folder.
    ///
    /// # Errors
    /// [`DatasetError::Foreign`] where something stands in it that would be taken for part of the copy, and that no copy
    /// wrote or somebody changed since; [`DatasetError`] where folder or record cannot be read.
    pub(super) fn open(folder: &Path) -> Result<Self, DatasetError> {
        let (files, origins) = read(&folder.join(RECORD_FILE))?;
        let record = Self {
            folder: folder.to_owned(),
            files,
            origins,
        };
        record.refuse_foreign()?;
        Ok(record)
    }

    fn refuse_foreign(&self) -> Result<(), DatasetError> {
        let foreign = |path: PathBuf| Err(DatasetError::Foreign { path });
        if let Some((radiographs, _)) = side_by_side(&self.folder)? {
            return foreign(radiographs);
        }
        let list = Some(self.folder.join(PATIENTS_FILE)).filter(|list| list.exists());
        let pictures = files_below(&self.folder)?.into_iter();
        let pictures = pictures.filter(|path| is_named_like_a_pair(path));
        for path in pictures.chain(list) {
            let name = path.strip_prefix(&self.folder).ok().and_then(Path::to_str);
            let is_known = match name.and_then(|name| self.files.get(name)) {
                None => false,
                Some(None) => true,
                Some(Some(expected)) => checksum(&path)? == *expected,
            };
            if !is_known {
                return foreign(path);
            }
        }
        Ok(())
    }

    /// Notes names that are about to be written: what a copy that is cut short leaves behind is known again.
    pub(super) fn begin(
        &mut self,
        names: impl Iterator<Item = String>,
    ) -> Result<(), DatasetError> {
        self.files.extend(names.map(|name| (name, None)));
        self.write()
    }

    /// Takes away what earlier copies wrote and this one did not, and notes what it wrote, and of what. Returns what was
    /// taken away.
    pub(super) fn finish(
        mut self,
        written: &[PathBuf],
        origins: Origins,
    ) -> Result<Vec<PathBuf>, DatasetError> {
        let mut files = Files::new();
        for path in written {
            if let Some(name) = path.strip_prefix(&self.folder).ok().and_then(Path::to_str) {
                files.insert(name.to_owned(), Some(checksum(path)?));
            }
        }
        let earlier: BTreeSet<&String> = self.files.keys().collect();
        let mut removed = Vec::new();
        for name in earlier
            .into_iter()
            .filter(|name| !files.contains_key(*name))
        {
            let path = self.folder.join(name);
            let is_file = path.symlink_metadata().is_ok_and(|found| found.is_file());
            if is_file {
                let doing = "taking away a file of an earlier copy";
                std::fs::remove_file(&path).map_err(DatasetError::file(doing, &path))?;
                removed.push(path);
            }
        }
        self.files = files;
        self.origins = origins;
        self.write()?;
        Ok(removed)
    }

    fn write(&self) -> Result<(), DatasetError> {
        let path = self.folder.join(RECORD_FILE);
        let document = Document {
            format: FORMAT,
            files: self.files.clone(),
            origins: self.origins.clone(),
        };
        let text = serde_json::to_string_pretty(&document);
        let text = text.map_err(|err| unusable(&path, &err.to_string()))?;
        Ok(write_atomically(&path, text.as_bytes(), true)?)
    }
}

fn checksum(path: &Path) -> Result<String, DatasetError> {
    let digest =
        sha256_of_file(path).map_err(DatasetError::file("reading a file of a copy", path))?;
    Ok(digest.0)
}

/// What copies were made of: by what their pictures' patients and sources are known again.
#[derive(Debug, Default)]
pub struct CopySources {
    /// Checksum of the radiograph in the copy, and what its source is known by.
    radiographs: BTreeMap<PathBuf, (String, Vec<String>)>,
}

impl CopySources {
    /// What the copies say that these radiographs lie in.
    ///
    /// # Errors
    /// [`DatasetError::Unfinished`] where a copy was cut short: its pictures would pass for those of nobody known.
    /// [`DatasetError`] where the record of a copy cannot be read.
    pub fn of<'a>(radiographs: impl Iterator<Item = &'a Path>) -> Result<Self, DatasetError> {
        let folders: BTreeSet<&Path> = radiographs.filter_map(Path::parent).collect();
        let mut sources = Self::default();
        for folder in folders {
            let (files, origins) = read(&folder.join(RECORD_FILE))?;
            let mut unfinished = files.iter().filter(|(_, sum)| sum.is_none());
            if unfinished.any(|(name, _)| folder.join(name).exists()) {
                let path = folder.to_owned();
                return Err(DatasetError::Unfinished { path });
            }
            for (name, keys) in origins {
                if let Some(Some(sum)) = files.get(&name) {
                    let path = folder.join(&name);
                    sources.radiographs.insert(path, (sum.clone(), keys));
                }
            }
        }
        Ok(sources)
    }

    /// Checksums of the source's files, its pixels and its patient; none of a file that no copy wrote, or that somebody
    /// put in the place of one.
    ///
    /// # Errors
    /// [`DatasetError::File`] where the radiograph cannot be read.
    pub fn known_by(&self, radiograph: &Path) -> Result<Vec<String>, DatasetError> {
        match self.radiographs.get(radiograph) {
            Some((sum, keys)) if checksum(radiograph)? == *sum => Ok(keys.clone()),
            _ => Ok(Vec::new()),
        }
    }
}

/// The files and sources of a record; none where there is no record.
fn read(path: &Path) -> Result<(Files, Origins), DatasetError> {
    if !path
        .try_exists()
        .map_err(DatasetError::file(READING, path))?
    {
        return Ok((Files::new(), Origins::new()));
    }
    let text = std::fs::read_to_string(path).map_err(DatasetError::file(READING, path))?;
    let document: Document =
        serde_json::from_str(&text).map_err(|err| unusable(path, &err.to_string()))?;
    if !(OLDEST_FORMAT..=FORMAT).contains(&document.format) {
        return Err(unusable(path, "it is of another version"));
    }
    // A record from elsewhere must not name files outside of its folder.
    let is_name = |name: &String| {
        let mut parts = Path::new(name).components();
        matches!(parts.next(), Some(Component::Normal(_))) && parts.next().is_none()
    };
    let mut names = document.files.keys().chain(document.origins.keys());
    match names.find(|name| !is_name(name)) {
        Some(_) => Err(unusable(path, "it names files of other folders")),
        None => Ok((document.files, document.origins)),
    }
}

fn unusable(path: &Path, what: &str) -> DatasetError {
    DatasetError::Unusable {
        reason: format!(
            "the record of a copy says nothing ({what}); make the copy anew, in another folder"
        ),
        path: path.to_owned(),
    }
}
