//! What a person set, at one moment.

use super::desk::DeskMoment;
use super::study::StudyMoment;
use crate::ui::file_id::FileId;
use crate::ui::state::AppState;
use crate::ui::study::{OpenStudy, Study};

/// Everything undo brings back, at one moment.
#[derive(Debug, Clone)]
pub(in crate::ui) struct Moment {
    desk: DeskMoment,
    /// The study shown, and whichever others a step may reach.
    pub(super) studies: Vec<StudyMoment>,
}

impl Moment {
    /// With the open study of this file, where there is one.
    pub fn of(state: &AppState, file_id: Option<FileId>) -> Self {
        let study = file_id.and_then(|file_id| state.study_with(file_id));
        Self::with(state, study)
    }

    /// With every open study, the one shown first: for a command that reaches all of them.
    pub fn of_all(state: &AppState) -> Self {
        let shown = state.study();
        let file_id = shown.map(|study| study.file_id);
        let others = state.studies.iter().filter_map(Study::open);
        let others = others.filter(|study| Some(study.file_id) != file_id);
        Self::with(state, shown.into_iter().chain(others))
    }

    fn with<'a>(state: &AppState, studies: impl IntoIterator<Item = &'a OpenStudy>) -> Self {
        let of_study = |study| StudyMoment::of(study, &state.last_settings);
        Self {
            desk: DeskMoment::of(state),
            studies: studies.into_iter().map(of_study).collect(),
        }
    }

    /// The studies of this moment with the same ones of another.
    fn pairs<'a>(
        &'a self,
        other: &'a Self,
    ) -> impl Iterator<Item = (&'a StudyMoment, &'a StudyMoment)> {
        self.studies.iter().filter_map(move |study| {
            let mut others = other.studies.iter();
            Some((study, others.find(|other| other.file_id == study.file_id)?))
        })
    }

    /// What a person would call the step from `self` to `after`; `None` where nothing changed.
    pub(super) fn name_of_step(&self, after: &Self) -> Option<&'static str> {
        let mut pairs = self.pairs(after);
        let of_studies = pairs.find_map(|(before, after)| before.name_of_step(after));
        let of_desk = self.desk.name_of_step(&after.desk);
        // A link that was made moves pictures too, and is what the reader did.
        of_desk
            .filter(|name| *name == "links")
            .or(of_studies)
            .or(of_desk)
    }

    /// The study shown, where the step from `self` to `after` changed something of it.
    pub(super) fn changed_study(&self, after: &Self) -> Option<FileId> {
        let shown = self.pairs(after).next();
        let changed = shown.filter(|(before, after)| before.name_of_step(after).is_some());
        changed.map(|(before, _)| before.file_id)
    }

    /// The step from `self` to `after` exchanged black and white of the picture itself.
    pub(super) fn turns_polarity(&self, after: &Self) -> bool {
        self.pairs(after)
            .any(|(before, after)| before.turns_polarity(after))
    }

    /// Keeps of the results only those that the step from `self` to `after` took away or brought.
    pub(super) fn keep_changed_runs(&mut self, after: &mut Self) {
        for before in &mut self.studies {
            let mut others = after.studies.iter_mut();
            let same = others.find(|after| after.file_id == before.file_id);
            before.keep_changed_runs(same);
        }
    }

    /// Adds the results that `later` holds of the same studies, when a step grows.
    pub(super) fn add_runs_of(&mut self, later: &Self) {
        for study in &mut self.studies {
            let mut others = later.studies.iter();
            if let Some(same) = others.find(|later| later.file_id == study.file_id) {
                study.add_runs_of(same);
            }
        }
    }

    /// Forgets settings and adapter: they were another model's.
    pub(super) fn forget_model(&mut self) {
        self.desk.forget_adapter();
        self.studies
            .iter_mut()
            .for_each(StudyMoment::forget_settings);
    }

    /// Memory of the masks with their numbers, which other moments may share, bytes.
    pub(super) fn mask_bytes(&self) -> impl Iterator<Item = (u64, usize)> {
        self.studies.iter().filter_map(StudyMoment::mask_bytes)
    }

    /// Memory of all else that may be large, bytes.
    pub(super) fn num_bytes(&self) -> usize {
        let of_studies: usize = self.studies.iter().map(StudyMoment::num_bytes).sum();
        of_studies + self.desk.num_bytes()
    }

    /// Exchanges in `state` what differs from `from` to here, and nothing else: what came between two steps stays.
    pub(super) fn exchange(&self, from: &Self, state: &mut AppState) {
        self.desk.exchange(&from.desk, state);
        for (from, to) in from.pairs(self) {
            to.exchange(from, state);
        }
    }
}

/// Gives `value` what differs from `from` to `to`.
pub(super) fn set<T: PartialEq + Clone>(value: &mut T, from: &T, to: &T) {
    if from != to {
        value.clone_from(to);
    }
}
