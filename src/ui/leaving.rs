//! Files on their way off the list: what goes with them for good, and what undo puts back.

use super::file_id::FileId;
use super::measuring::Keeping;
use super::session::SavedView;
use super::state::AppState;
use super::study::{OpenStudy, Study, StudyContent};

/// A file that leaves the list as soon as its measures are on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaving {
    /// The file.
    pub file_id: FileId,
    /// The reader was told what is lost, and wants it all the same.
    pub is_asked: bool,
}

/// A file that was taken off the list, as undo puts it back.
#[derive(Debug, Clone)]
pub(super) struct TakenOff {
    /// Its place on the list.
    pub place: usize,
    /// What is left of it: no pixels and no results.
    pub study: Study,
}

/// What cannot be had back once a file is off the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Loss {
    /// Soft-tissue images that were not saved.
    pub num_results: usize,
    /// A lung mask was drawn.
    pub has_mask: bool,
    /// Its measures could not be written to the disk.
    pub has_measures: bool,
}

impl Loss {
    fn of(study: &OpenStudy) -> Self {
        let unsaved = study.runs.all_of_both().filter(|run| !run.is_saved);
        Self {
            num_results: unsaved.count(),
            has_mask: study.mask.is_some(),
            has_measures: study.are_measures_refused(),
        }
    }

    /// In words, one thing each; none where nothing is lost.
    pub fn words(self) -> Vec<String> {
        let results = match self.num_results {
            0 => None,
            1 => Some("a soft-tissue image that was not saved".to_owned()),
            n => Some(format!("{n} soft-tissue images that were not saved")),
        };
        let mask = self.has_mask.then(|| "the lung mask you drew".to_owned());
        let measures = self.has_measures;
        let measures = measures.then(|| "measures that could not be written".to_owned());
        [results, mask, measures].into_iter().flatten().collect()
    }
}

impl OpenStudy {
    /// The disk refused the measures as they are.
    pub(super) fn are_measures_refused(&self) -> bool {
        matches!(self.measure_record.keeping, Keeping::Failed { .. }) && self.has_annotations()
    }
}

impl Study {
    /// What is left of it off the list.
    pub(super) fn off_the_list(mut self, view: Option<SavedView>) -> Self {
        if self.open().is_some() {
            self.give_up(view);
        }
        self.content = StudyContent::Unread;
        self
    }
}

impl AppState {
    /// Studies that have soft-tissue images of which none was saved, where the end of the program loses them.
    pub fn num_unsaved(&self) -> usize {
        if self.session.keeps_results {
            return 0;
        }
        let open = self.studies.iter().filter_map(Study::open);
        let is_unsaved = |study: &&OpenStudy| {
            let mut runs = study.runs.all_of_both().peekable();
            runs.peek().is_some() && runs.all(|run| !run.is_saved)
        };
        open.filter(is_unsaved).count()
    }

    /// What would be lost if this file were taken off the list.
    pub fn loss_of(&self, file_id: FileId) -> Loss {
        self.study_with(file_id).map(Loss::of).unwrap_or_default()
    }

    /// Lets go of whatever speaks of files that are not on the list.
    pub(super) fn forget_unlisted(&mut self) {
        let Self {
            studies,
            queue,
            prior,
            prior_beside,
            ..
        } = self;
        let is_listed = |file_id: &FileId| studies.iter().any(|study| study.file_id == *file_id);
        queue.waiting.retain(is_listed);
        *prior = prior.filter(is_listed);
        *prior_beside = prior_beside.filter(is_listed);
    }
}
