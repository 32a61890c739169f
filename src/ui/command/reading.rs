//! Which radiographs are in memory: the one shown and those wanted soon are read, those far away are given up.

use super::{Services, measure_work};
use crate::ui::file_id::FileId;
use crate::ui::state::AppState;
use crate::ui::study::{OpenStudy, Study, StudyContent};

/// Studies further away than this from the one shown are given up, unless they have a result or measures.
const KEPT_NEIGHBOURS: usize = 4;

/// Reads what is wanted and not there, in the order of how badly it is, and nothing else.
pub(super) fn read_wanted(state: &mut AppState, services: &mut Services) {
    let wanted = wanted(state);
    for (index, study) in state.studies.iter_mut().enumerate() {
        match study.content {
            StudyContent::Unread if wanted.contains(&index) => {
                study.content = StudyContent::Reading;
            }
            StudyContent::Reading if !wanted.contains(&index) => {
                study.content = StudyContent::Unread;
            }
            _ => {}
        }
    }
    let studies = wanted.iter().filter_map(|&index| state.studies.get(index));
    let unread = studies.filter(|study| matches!(study.content, StudyContent::Reading));
    services.files.read(
        unread
            .map(|study| (study.file_id, study.path.clone()))
            .collect(),
    );
}

/// Places of the studies that should be in memory: the one shown, its prior, the one whose turn it is in the queue and
/// the one below in the browser.
fn wanted(state: &AppState) -> Vec<usize> {
    let prior = state.prior.and_then(|prior| state.index_of(prior));
    let next = state.browser.neighbour(state.current, 1);
    let queued = state.queue.waiting.first();
    let queued = queued.and_then(|&file_id| state.index_of(file_id));
    [Some(state.current), prior, queued, next]
        .into_iter()
        .flatten()
        .collect()
}

/// Gives an entry what was read of its file; one that nobody wants any more stays unread.
pub(super) fn keep(file_id: FileId, read: Result<Box<OpenStudy>, String>, state: &mut AppState) {
    let texture_limit = state.texture_limit;
    let Some(index) = state.index_of(file_id) else {
        return;
    };
    let study = &mut state.studies[index];
    if !matches!(study.content, StudyContent::Reading) {
        return;
    }
    match read {
        Ok(open) => study.fill(open, texture_limit),
        Err(sentence) => study.content = StudyContent::Failed(sentence),
    }
    let known_as = study.file_id;
    state.know_file_as(file_id, known_as);
    state.take_waiting_settings(index);
}

impl AppState {
    /// What was asked for a file holds for it under its new number: its turn in the queue, and that it is the prior.
    fn know_file_as(&mut self, before: FileId, now: FileId) {
        let priors = [&mut self.prior, &mut self.prior_beside];
        let files = self.queue.waiting.iter_mut();
        for file_id in files.chain(priors.into_iter().flatten()) {
            if *file_id == before {
                *file_id = now;
            }
        }
    }
}

/// Gives up studies far from the one shown that lose nothing by it; how they are looked at is remembered.
pub(super) fn give_up_far(state: &mut AppState) {
    let places = state.browser.places();
    let place = |index: usize| places.get(index).copied().unwrap_or(index);
    let is_far = |index: usize| place(index).abs_diff(place(state.current)) > KEPT_NEIGHBOURS;
    let studies = state.studies.iter().enumerate();
    let given_up = studies.filter(|&(index, study)| is_far(index) && is_spare(study, state));
    let given_up: Vec<usize> = given_up.map(|(index, _)| index).collect();
    for index in given_up {
        let view = state.saved_view(&state.studies[index]);
        state.studies[index].give_up(view);
    }
}

/// Whether a study is open and can be had again by reading its file.
fn is_spare(study: &Study, state: &AppState) -> bool {
    let working = state.job.as_ref().and_then(|job| job.study);
    let queued = state.queue.running_file();
    study.open().is_some_and(|open| {
        state.prior != Some(study.file_id)
            && open.runs.all_of_both().next().is_none()
            && !open.has_annotations()
            && measure_work::unwritten(open).is_none()
            && open.mask.is_none()
            && ![working, queued].contains(&Some(open.file_id))
    })
}
