//! Every doubt about the study shown: what its file gives, what a run found, and other files that claim the same
//! identity.

use super::file_doubts::cautions_first;
use super::privacy::HIDDEN;
use super::state::AppState;
use super::study::OpenStudy;
use crate::formats::conflict_warnings;
use crate::radiograph::Warning;
use std::path::Path;

/// Every doubt about the study shown, cautions first.
pub(super) fn doubts(state: &AppState) -> Vec<Warning> {
    let Some(study) = state.study() else {
        return Vec::new();
    };
    // What this very picture gives to doubt stands before what other files do.
    let mut doubts: Vec<_> = study.doubts.clone();
    doubts.extend(doubts_of_result(study).cloned());
    doubts.extend(conflicts(state));
    cautions_first(&mut doubts);
    doubts
}

/// What a run found; it repeats the doubts of its file, which are left out.
fn doubts_of_result(study: &OpenStudy) -> impl Iterator<Item = &Warning> {
    let found = study
        .result()
        .into_iter()
        .flat_map(|result| &result.warnings);
    found.filter(|doubt| !study.doubts.contains(doubt))
}

/// Files read so far that claim to be of the same patient or instance and cannot be; one doubt for
/// each kind of contradiction, with the first file and the number of the others.
fn conflicts(state: &AppState) -> Vec<Warning> {
    let shown = state.studies.get(state.current);
    let Some(identity) = shown.and_then(|study| study.identity.as_ref()) else {
        return Vec::new();
    };
    let others = state.studies.iter().filter_map(|other| {
        let what = identity.conflict(other.identity.as_ref()?)?;
        let path = if state.is_patient_hidden() {
            Path::new(HIDDEN)
        } else {
            other.path.as_path()
        };
        Some((what, path))
    });
    conflict_warnings(others)
}
