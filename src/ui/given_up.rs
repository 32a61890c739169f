//! What is kept of a study whose pixels were given up to save memory, beside what a crash must not cost: its number,
//! and what the reader set, exactly.

use super::look::Looks;
use super::runs::Runs;
use super::study::OpenStudy;
use crate::radiograph::{Polarity, StudyId};

/// A study given up, until its file is read again.
#[derive(Debug, Clone)]
pub(super) struct GivenUp {
    /// Number of the study: steps of undo know it by this.
    pub serial: u64,
    id: StudyId,
    polarity: Polarity,
    looks: Looks,
    difference_limit: Option<f64>,
    suppress_anyway: bool,
    /// None of them is left, but no later one may have the number of one before.
    runs: Runs,
    is_unit_told: bool,
}

impl GivenUp {
    /// Of a study that is about to be given up.
    pub fn of(study: &OpenStudy) -> Self {
        Self {
            serial: study.serial,
            id: study.radiograph.id.clone(),
            polarity: study.radiograph.polarity,
            looks: study.looks.clone(),
            difference_limit: study.difference_limit,
            suppress_anyway: study.suppress_anyway,
            runs: study.runs.clone(),
            is_unit_told: study.measure_record.is_unit_told,
        }
    }

    /// Gives the study what it had; nothing where the file holds another radiograph by now.
    pub fn apply(self, study: &mut OpenStudy) {
        if study.radiograph.id != self.id {
            return;
        }
        if study.radiograph.polarity != self.polarity {
            study.turn_polarity();
        }
        study.serial = self.serial;
        study.looks = self.looks;
        study.difference_limit = self.difference_limit;
        study.suppress_anyway = self.suppress_anyway;
        study.runs = self.runs;
        study.measure_record.is_unit_told = self.is_unit_told;
    }
}
