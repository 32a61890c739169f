//! What is kept of a study whose pixels were given up to save memory, beside what a crash must not cost: what the
//! reader set, exactly.

use super::file_id::FileId;
use super::look::Looks;
use super::measuring::{Annotations, Keeping};
use super::runs::Runs;
use super::study::OpenStudy;
use crate::radiograph::StudyId;

/// A study given up, until its file is read again.
#[derive(Debug, Clone)]
pub(super) struct GivenUp {
    id: StudyId,
    is_turned: bool,
    looks: Looks,
    difference_limit: Option<f64>,
    suppress_anyway: bool,
    /// None of them, but no later one may have the number of one before.
    runs: Runs,
    is_unit_told: bool,
    /// What the reader left on it, and how far the disk has it; `None` where that is nothing.
    left: Option<(Annotations, Keeping)>,
}

impl GivenUp {
    /// Of a study that is about to be given up.
    pub fn of(study: &OpenStudy) -> Self {
        Self {
            id: study.radiograph.id.clone(),
            is_turned: study.is_turned,
            looks: study.looks.clone(),
            difference_limit: study.difference_limit,
            suppress_anyway: study.suppress_anyway,
            runs: study.runs.emptied(),
            is_unit_told: study.measure_record.is_unit_told,
            left: study
                .has_annotations()
                .then(|| (study.annotations(), study.measure_record.keeping.clone())),
        }
    }

    /// Gives the study what it had, and says by what its file is known. Where the file holds another radiograph by now,
    /// the study gets nothing and is of another file.
    pub fn apply(self, study: &mut OpenStudy) -> FileId {
        if study.radiograph.id != self.id {
            study.file_id = FileId::fresh();
            return study.file_id;
        }
        if study.is_turned != self.is_turned {
            study.turn_polarity();
        }
        study.looks = self.looks;
        study.difference_limit = self.difference_limit;
        study.suppress_anyway = self.suppress_anyway;
        study.runs = self.runs;
        study.measure_record.is_unit_told = self.is_unit_told;
        if let Some((annotations, keeping)) = self.left {
            study.measures = annotations.measures;
            study.is_key_image = annotations.is_key_image;
            study.calibration = annotations.calibration;
            study.measure_record.keeping = keeping;
        }
        study.file_id
    }
}

#[cfg(test)]
mod tests {
    use crate::radiograph::StudyId;
    use crate::ui::study::{OpenStudy, Study};
    use crate::ui::undo::tests::radiograph;
    use std::sync::Arc;

    #[test]
    fn a_file_that_holds_another_radiograph_when_it_is_read_anew_is_another_file() {
        let read = |id: &str| {
            let mut radiograph = radiograph();
            radiograph.id = StudyId(id.to_owned());
            Box::new(OpenStudy::new(Arc::new(radiograph)))
        };
        let mut study = Study::unread("a.png".into());
        study.fill(read("a"), None);
        let first = study.file_id();
        for (id, is_same) in [("a", true), ("b", false)] {
            study.give_up(None);
            study.fill(read(id), None);
            assert_eq!(study.file_id() == first, is_same, "{id}");
            assert_eq!(study.open().unwrap().file_id, study.file_id());
        }
    }
}
