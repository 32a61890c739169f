//! Who is on the radiographs of a source, as what lies beside them says: a list of patients, the record of a copy.

use super::SampleFiles;
use super::listing::refusal;
use crate::dataset::{CheckRequest, CopySources, patient_key};
use crate::train::{SourceConfig, TrainError};
use std::collections::BTreeMap;

/// What lies beside the radiographs of a source and says who is on them.
#[derive(Debug)]
pub(super) struct People {
    /// Checksums of the list's patients, by the radiographs' names.
    listed: BTreeMap<String, String>,
    copied_from: CopySources,
}

impl People {
    /// Reads the list and the records.
    ///
    /// # Errors
    /// [`TrainError`] where one of them cannot be understood.
    pub(super) fn of(source: &SourceConfig, files: &[SampleFiles]) -> Result<Self, TrainError> {
        let request = CheckRequest {
            soft_tissue: source.soft_folder.clone(),
            ..CheckRequest::of_folder(&source.folder)
        };
        let listed = request.listed_patients().map_err(refusal)?.into_iter();
        let radiographs = files.iter().map(|files| files.radiograph.as_path());
        Ok(Self {
            listed: listed
                .map(|(name, patient)| (name, patient_key(&patient)))
                .collect(),
            copied_from: CopySources::of(radiographs).map_err(refusal)?,
        })
    }

    /// The patient, as the list names one: a checksum.
    pub(super) fn listed(&self, files: &SampleFiles) -> Option<String> {
        self.listed.get(&files.name).cloned()
    }

    /// By what patient and picture of a copy's source are known again.
    ///
    /// # Errors
    /// [`TrainError`] where the radiograph cannot be read.
    pub(super) fn copied_from(&self, files: &SampleFiles) -> Result<Vec<String>, TrainError> {
        let keys = self.copied_from.known_by(&files.radiograph);
        keys.map_err(refusal)
    }
}
