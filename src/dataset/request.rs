//! Which dataset is looked at, and whose list says who is on its pairs.

use super::DatasetError;
use super::patients::{PATIENTS_FILE, read_patients};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Which dataset is looked at, and what for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckRequest {
    /// Folder of the pairs, or of the radiographs.
    pub radiographs: PathBuf,
    /// Folder of the soft-tissue images, under the names of their radiographs; `None` where the one folder holds both.
    pub soft_tissue: Option<PathBuf>,
    /// List of the patients, read by [`super::read_patients`]; `None`: [`super::PATIENTS_FILE`] among the radiographs,
    /// where it is.
    pub patients: Option<PathBuf>,
    /// Whether the report shall have small pictures of every pair.
    pub thumbnails: bool,
}

impl CheckRequest {
    /// A folder that holds radiographs and soft-tissue images.
    pub fn of_folder(folder: &Path) -> Self {
        Self {
            radiographs: folder.to_owned(),
            soft_tissue: None,
            patients: None,
            thumbnails: false,
        }
    }

    /// The folders that hold the pairs.
    pub(super) fn folders(&self) -> impl Iterator<Item = &PathBuf> {
        std::iter::once(&self.radiographs).chain(&self.soft_tissue)
    }

    /// Who is on the pairs, as a list says it: by the pairs' names; nobody where there is no list.
    ///
    /// # Errors
    /// As [`super::read_patients`].
    pub fn listed_patients(&self) -> Result<BTreeMap<String, String>, DatasetError> {
        match self.list_of_patients() {
            Some(list) => read_patients(&list),
            None => Ok(BTreeMap::new()),
        }
    }

    /// The list that says so: the one that was given, else the one beside the radiographs, else the one beside the
    /// soft-tissue images.
    pub(super) fn list_of_patients(&self) -> Option<PathBuf> {
        let beside = || {
            let mut lists = self.folders().map(|folder| folder.join(PATIENTS_FILE));
            lists.find(|list| list.is_file())
        };
        self.patients.clone().or_else(beside)
    }
}
