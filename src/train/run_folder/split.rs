//! The copy of the split that a run was begun with: the split's own file may go, or become another one.

use super::{RunFolder, write_atomically};
use crate::formats::sha256_of_file;
use crate::train::TrainError;
use std::fs;
use std::path::{Path, PathBuf};

/// The copy.
pub(super) const FILE: &str = "split.json";
/// Its checksum, as `sha256sum` writes and checks it.
const SUM: &str = "split.sha256";

impl RunFolder {
    /// Keeps a copy of the split, where there is one.
    ///
    /// # Errors
    /// [`TrainError`] where it cannot be copied.
    pub(in crate::train) fn keep_split(&self, split: Option<&Path>) -> Result<(), TrainError> {
        let Some(split) = split else {
            return Ok(());
        };
        self.keep_copy(split, FILE)?;
        let sum = format!("{}  {FILE}\n", self.sum_of_split()?);
        write_atomically(&self.root.join(SUM), sum.as_bytes())
    }

    /// The copy of the split with its SHA-256; `None` where the run has none.
    ///
    /// # Errors
    /// [`TrainError::RunFile`] where it is not what the run was begun with.
    pub fn kept_split(&self) -> Result<Option<(PathBuf, String)>, TrainError> {
        let path = self.root.join(FILE);
        let Ok(noted) = fs::read_to_string(self.root.join(SUM)) else {
            return Ok(None);
        };
        let found = self.sum_of_split()?;
        if noted.split_whitespace().next() != Some(found.as_str()) {
            let reason = "it is not the split that the run was begun with".to_owned();
            return Err(TrainError::RunFile { reason, path });
        }
        Ok(Some((path, found)))
    }

    fn sum_of_split(&self) -> Result<String, TrainError> {
        let path = self.root.join(FILE);
        let (sum, _) =
            sha256_of_file(&path).map_err(TrainError::file("reading the split", &path))?;
        Ok(sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_copy_stays_and_a_changed_one_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let folder = RunFolder {
            root: root.path().to_owned(),
        };
        folder.keep_split(None).unwrap();
        assert_eq!(folder.kept_split().unwrap(), None);
        let split = root.path().join("mine.json");
        fs::write(&split, "{}").unwrap();
        folder.keep_split(Some(&split)).unwrap();
        fs::write(&split, "{ }").unwrap();
        let (copy, sum) = folder.kept_split().unwrap().unwrap();
        assert_eq!(fs::read_to_string(&copy).unwrap(), "{}");
        assert!(
            sum.starts_with("44136fa355b3678a"),
            "sha256sum of two braces: {sum}"
        );
        fs::write(&copy, "[]").unwrap();
        let err = folder.kept_split().unwrap_err().to_string();
        assert!(
            err.contains("not the split that the run was begun with"),
            "{err}"
        );
    }
}
