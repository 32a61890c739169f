//! Every doubt about the study shown: what its file gives, what a run found, and other files that claim the same
//! identity.

use super::file_doubts::cautions_first;
use super::privacy::HIDDEN;
use super::state::AppState;
use super::study::{OpenStudy, Study};
use crate::formats::conflict_warnings;
use crate::radiograph::Warning;
use std::collections::{BTreeSet, HashSet};
use std::path::Path;

/// Every doubt about the study shown, cautions first.
pub(super) fn doubts(state: &AppState) -> Vec<Warning> {
    let Some(study) = state.study() else {
        return Vec::new();
    };
    // What this very picture gives to doubt stands before what other files do.
    let mut doubts: Vec<_> = study.doubts.clone();
    doubts.extend(found_by_runs(study, state).cloned());
    doubts.extend(conflicts(state));
    cautions_first(&mut doubts);
    // A run repeats the doubts of its file, and what the run before it found.
    let mut known = HashSet::new();
    doubts.retain(|doubt| known.insert(doubt.clone()));
    doubts
}

/// What the run found that made the picture shown, and the one under way: a wrong polarity or a cropped lung is told
/// while there is time to stop.
fn found_by_runs<'a>(
    study: &'a OpenStudy,
    state: &'a AppState,
) -> impl Iterator<Item = &'a Warning> {
    let made = study.result().into_iter();
    let made = made.flat_map(|result| &result.warnings);
    let queued = state.queue.running.as_ref().map(|run| &run.job);
    let jobs = [state.job.as_ref(), queued].into_iter().flatten();
    let of_study = jobs.filter(|job| job.study == Some(study.file_id));
    made.chain(of_study.flat_map(|job| &job.warnings))
}

/// Files read so far that claim to be of the same patient or instance and cannot be; one doubt for
/// each kind of contradiction, with the first file and the number of the others.
fn conflicts(state: &AppState) -> Vec<Warning> {
    let Some(shown) = state.studies.get(state.current) else {
        return Vec::new();
    };
    let others = contradicting(state, shown).map(|(what, other)| {
        let path = if state.is_patient_hidden() {
            Path::new(HIDDEN)
        } else {
            other.path.as_path()
        };
        (what, path)
    });
    conflict_warnings(others)
}

/// The other files that contradict this one, and in what.
fn contradicting<'a>(
    state: &'a AppState,
    study: &'a Study,
) -> impl Iterator<Item = (&'static str, &'a Study)> {
    state.studies.iter().filter_map(move |other| {
        let (identity, others) = (study.identity.as_ref()?, other.identity.as_ref()?);
        Some((identity.conflict(others)?, other))
    })
}

impl AppState {
    /// Cautions about an image, those that other files give among them.
    pub fn num_cautions(&self, study: &Study) -> usize {
        let kinds: BTreeSet<_> = contradicting(self, study).map(|(what, _)| what).collect();
        study.num_cautions + kinds.len()
    }
}
