//! What a bundle's networks learned from, so that a test picture is known among it: checksums alone.

use super::{Bundle, BundleInfo};
use crate::formats::hexadecimal;
use crate::model::ModelError;
use crate::model::manifest::{ListedFile, Manifest};
use crate::model::weights::{AtomicFile, sha256_of_file};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Name of the file inside a bundle's folder.
const FILE: &str = "learned-from.json";
/// Version of the file.
const FORMAT: u32 = 1;
/// A hash takes 70 bytes of the file; what is longer than a million of them is something else.
const MAX_BYTES: u64 = 1 << 26;

/// Every file and person that the networks of a bundle saw, by checksums: no name, no number and no path of anybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LearnedFrom {
    format: u32,
    /// SHA-256 of the files that were learned from, lower-case hexadecimal.
    pub training: BTreeSet<String>,
    /// SHA-256 of the files that decided which weights are the best.
    pub validation: BTreeSet<String>,
    /// SHA-256 of the keys by which patients and pictures are known again in other files; see [`Self::add_key`].
    pub keys: BTreeSet<String>,
    /// Earlier weights that these go on from, of which nobody noted what they learned from: names for people.
    pub unknown: BTreeSet<String>,
    /// SHA-256 of the split files that decided who is learned from.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub splits: BTreeSet<String>,
}

impl Default for LearnedFrom {
    fn default() -> Self {
        Self {
            format: FORMAT,
            training: BTreeSet::new(),
            validation: BTreeSet::new(),
            keys: BTreeSet::new(),
            unknown: BTreeSet::new(),
            splits: BTreeSet::new(),
        }
    }
}

impl LearnedFrom {
    /// Notes the key of a patient or picture: its SHA-256 is kept, never the key.
    pub fn add_key(&mut self, key: &str) {
        self.keys.insert(digest(key));
    }

    /// Adds what other networks saw, whose weights are among these or which these go on from.
    pub fn merge(&mut self, other: Self) {
        self.training.extend(other.training);
        self.validation.extend(other.validation);
        self.keys.extend(other.keys);
        self.unknown.extend(other.unknown);
        self.splits.extend(other.splits);
    }

    /// Number of files that were seen.
    pub fn num_files(&self) -> usize {
        self.training.union(&self.validation).count()
    }

    /// Whether a file of this SHA-256 was seen.
    pub fn has_file(&self, sha256: &str) -> bool {
        self.training.contains(sha256) || self.validation.contains(sha256)
    }

    /// Whether the patient or picture of this key was seen.
    pub fn has_key(&self, key: &str) -> bool {
        self.keys.contains(&digest(key))
    }

    fn to_json(&self) -> Result<Vec<u8>, String> {
        serde_json::to_vec_pretty(self).map_err(|err| err.to_string())
    }

    /// Writes the file into a bundle's folder; what the manifest is to list.
    pub(super) fn write(&self, folder: &Path) -> Result<ListedFile, ModelError> {
        let path = folder.join(FILE);
        let text = self.to_json().map_err(|reason| ModelError::Record {
            path: path.clone(),
            reason,
        })?;
        let mut file = AtomicFile::create(&path)?;
        file.write(&text)?;
        file.commit()?;
        let (sha256, bytes) = sha256_of_file(&path)?;
        Ok(ListedFile {
            name: FILE.to_owned(),
            sha256,
            bytes,
        })
    }

    /// Notes it in a bundle that is there already, in place of what that said before; what the bundle is by then. Weights stay
    /// as they are; the hash of the bundle becomes another one.
    ///
    /// # Errors
    /// [`ModelError`] where the bundle cannot be read or the disk refuses.
    pub fn note_in(&self, bundle: &BundleInfo) -> Result<BundleInfo, ModelError> {
        let folder = &bundle.folder;
        let mut manifest = bundle.manifest.clone();
        manifest.learned_from = Some(self.write(folder)?);
        manifest.write(folder)?;
        Bundle::info(folder)
    }

    /// What a bundle says of itself; `None` where it says nothing.
    ///
    /// # Errors
    /// [`ModelError::Record`] where its file is not the one that the manifest names, or cannot be understood.
    pub fn read(bundle: &BundleInfo) -> Result<Option<Self>, ModelError> {
        let Some(listed) = &bundle.manifest.learned_from else {
            return Ok(None);
        };
        let path = bundle.folder.join(&listed.name);
        let refused = |reason: String| ModelError::Record {
            path: path.clone(),
            reason,
        };
        if let Some(problem) = problem_of(&bundle.folder, listed) {
            return Err(refused(problem));
        }
        let text = fs::read(&path).map_err(|err| ModelError::io("read", &path, err))?;
        let found: Self = serde_json::from_slice(&text).map_err(|err| refused(err.to_string()))?;
        if found.format != FORMAT {
            let found = found.format;
            return Err(refused(format!(
                "its format is {found}, this program knows {FORMAT}"
            )));
        }
        Ok(Some(found))
    }
}

fn digest(key: &str) -> String {
    hexadecimal(&Sha256::digest(key.as_bytes()))
}

/// What is wrong with the file that a manifest lists.
pub(super) fn problem_of(folder: &Path, listed: &ListedFile) -> Option<String> {
    let ListedFile {
        name,
        sha256,
        bytes,
    } = listed;
    if *bytes > MAX_BYTES {
        return Some(format!("{name} is listed with {bytes} bytes"));
    }
    match sha256_of_file(&folder.join(name)) {
        Ok((found, size)) if found == *sha256 && size == *bytes => None,
        Ok((found, _)) => Some(format!("sha256 of {name} is {found}, expected {sha256}")),
        Err(err) => Some(err.to_string()),
    }
}

/// Files of a bundle beside its weights and manifest, as far as they are there: what a copy takes along.
pub(in crate::model) fn files_beside(folder: &Path, manifest: &Manifest) -> Vec<PathBuf> {
    let listed = manifest.learned_from.as_ref().map(|listed| &listed.name);
    let beside = [Some(&manifest.card), listed].into_iter().flatten();
    beside
        .map(PathBuf::from)
        .filter(|name| folder.join(name).is_file())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_people_are_known_again_and_nobody_is_named() {
        let mut learned = LearnedFrom::default();
        learned.training.insert("aa".to_owned());
        learned.add_key("patient 17");
        let mut later = LearnedFrom::default();
        later.validation.insert("bb".to_owned());
        later.merge(learned);
        assert!(later.has_file("aa") && later.has_file("bb") && !later.has_file("cc"));
        assert!(later.has_key("patient 17") && !later.has_key("patient 18"));
        assert_eq!(later.num_files(), 2);
        let text = String::from_utf8(later.to_json().unwrap()).unwrap();
        assert!(!text.contains("patient 17"), "{text}");
    }
}
