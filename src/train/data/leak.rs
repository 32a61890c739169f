//! Nobody who is learned from decides when to stop, under whatever name.

use super::Split;
use crate::train::TrainError;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Who and what a radiograph shows that a run looks at.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) split: Split,
    pub(super) radiograph: PathBuf,
    /// Checksums of the patient, where the file names one, and of the picture.
    pub(super) keys: Vec<String>,
}

/// Refuses a patient or a picture among those learned from and among those that validate.
///
/// # Errors
/// [`TrainError::Data`] naming the second file.
pub(super) fn refuse_leaks(known: &[Known]) -> Result<(), TrainError> {
    let mut first: BTreeMap<&String, &Known> = BTreeMap::new();
    for one in known {
        for key in &one.keys {
            let other = *first.entry(key).or_insert(one);
            if other.split != one.split {
                let reason = format!(
                    "this patient or picture is in training and in validation; the other file is {}",
                    other.radiograph.display()
                );
                return Err(TrainError::data(&one.radiograph, reason));
            }
        }
    }
    Ok(())
}
