//! What a run learns from beside its images: files that are read at every start, by their checksums.

use super::RunFolder;
use crate::train::TrainError;
use std::collections::BTreeMap;

/// The list in a run folder.
const FILE: &str = "inputs.toml";

impl RunFolder {
    /// Takes note of what the run learns from under the name `what` when it begins, and refuses anything else when it goes
    /// on.
    ///
    /// # Errors
    /// [`TrainError::Changed`] where it is not what it was; [`TrainError::RunFile`] where the list is damaged.
    pub(in crate::train) fn hold_to(&self, what: &str, sha256: &str) -> Result<(), TrainError> {
        let mut held = self.held()?;
        match held.get(what) {
            Some(known) if known == sha256 => Ok(()),
            Some(_) => Err(TrainError::Changed {
                reason: format!("the {what} of the run are not those it was begun with"),
                path: self.root.clone(),
            }),
            None => {
                held.insert(what.to_owned(), sha256.to_owned());
                self.write_toml(FILE, &held)
            }
        }
    }

    /// The checksum that was noted of `what`.
    ///
    /// # Errors
    /// [`TrainError::RunFile`] where the list is damaged.
    pub(in crate::train) fn held_to(&self, what: &str) -> Result<Option<String>, TrainError> {
        Ok(self.held()?.remove(what))
    }

    fn held(&self) -> Result<BTreeMap<String, String>, TrainError> {
        Ok(self.read_toml(FILE)?.unwrap_or_default())
    }
}
