//! Which radiographs are in memory: the one shown and those wanted soon are read, those far away are given up.

use super::{Services, measure_work};
use crate::ui::state::AppState;
use crate::ui::study::{OpenStudy, Study, StudyContent};
use std::path::Path;

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
    services
        .files
        .read(unread.map(|study| study.path.clone()).collect());
}

/// Places of the studies that should be in memory: the one shown, its prior, the one whose turn it is in the queue and
/// the one below in the browser.
fn wanted(state: &AppState) -> Vec<usize> {
    let prior = state.prior.as_ref();
    let prior = state
        .studies
        .iter()
        .position(|study| Some(&study.path) == prior);
    let next = state.browser.neighbour(state.current, 1);
    let queued = state.queue.waiting.first().copied();
    [Some(state.current), prior, queued, next]
        .into_iter()
        .flatten()
        .collect()
}

/// Gives an entry what was read of its file; one that nobody wants any more stays unread.
pub(super) fn keep(path: &Path, read: Result<Box<OpenStudy>, String>, state: &mut AppState) {
    let texture_limit = state.texture_limit;
    let is_reading = |content: &StudyContent| matches!(content, StudyContent::Reading);
    let is_it = |study: &Study| study.path == path && is_reading(&study.content);
    let Some(index) = state.studies.iter().position(is_it) else {
        return;
    };
    match read {
        Ok(open) => state.studies[index].fill(open, texture_limit),
        Err(sentence) => state.studies[index].content = StudyContent::Failed(sentence),
    }
    state.take_waiting_settings(index);
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
    let queued = state.queue.running_serial();
    study.open().is_some_and(|open| {
        state.prior.as_ref() != Some(&study.path)
            && open.runs.all_of_both().next().is_none()
            && !open.has_annotations()
            && measure_work::unwritten(open).is_none()
            && open.mask.is_none()
            && ![working, queued].contains(&Some(open.serial))
    })
}
