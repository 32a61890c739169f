//! Every doubt about the study shown: what its file gives, what a run found, and other files that claim the same
//! identity.

use super::file_doubts::cautions_first;
use super::state::AppState;
use super::study::OpenStudy;
use crate::radiograph::{Topic, Warning};
use std::path::Path;

/// Every doubt about the study shown, cautions first.
pub(super) fn doubts(state: &AppState) -> Vec<Warning> {
    let Some(study) = state.study() else {
        return Vec::new();
    };
    let mut doubts = conflicts(state);
    doubts.extend(doubts_of_result(study).cloned());
    doubts.extend(study.doubts.iter().cloned());
    cautions_first(&mut doubts);
    doubts
}

/// What a run found; it repeats the doubts of its file, which are left out.
fn doubts_of_result(study: &OpenStudy) -> impl Iterator<Item = &Warning> {
    let found = study.result.iter().flat_map(|result| &result.warnings);
    found.filter(|doubt| !study.doubts.contains(doubt))
}

/// Files read so far that claim to be of the same patient or instance and cannot be; one doubt for
/// each kind of contradiction, with the first file and the number of the others.
fn conflicts(state: &AppState) -> Vec<Warning> {
    let shown = state.studies.get(state.current);
    let Some(identity) = shown.and_then(|study| study.identity.as_ref()) else {
        return Vec::new();
    };
    let mut found: Vec<(&str, &Path, usize)> = Vec::new();
    for other in &state.studies {
        let other_identity = other.identity.as_ref();
        let Some(what) = other_identity.and_then(|other| identity.conflict(other)) else {
            continue;
        };
        match found.iter_mut().find(|(known, ..)| *known == what) {
            Some((.., num_more)) => *num_more += 1,
            None => found.push((what, &other.path, 0)),
        }
    }
    let doubt = |(what, first, num_more): (&str, &Path, usize)| {
        let more = match num_more {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        // No stop: after a path it looks like a part of it.
        let text = format!("{what}: {}{more}", first.display());
        Warning::new(Topic::Identity, text)
    };
    found.into_iter().map(doubt).collect()
}
