//! What makes a reader hesitate before trusting a study: the file's own contradictions, what the
//! networks were not made for, what a run found, and other files that claim the same identity.

use super::state::AppState;
use super::study::OpenStudy;
use crate::radiograph::{Radiograph, Topic, Warning};
use crate::worker::suitability_of;
use std::collections::HashSet;
use std::path::Path;

/// What the file alone makes one doubt, cautions first: every warning of its reader, then
/// everything its header says against suppression.
pub(super) fn doubts_of_file(radiograph: &Radiograph) -> Vec<Warning> {
    let warnings = radiograph.warnings.iter().cloned();
    let mut doubts: Vec<_> = warnings.chain(suitability_of(radiograph)).collect();
    cautions_first(&mut doubts);
    // Both the reader of the file and suitability weigh its header.
    let mut known = HashSet::new();
    doubts.retain(|doubt| known.insert(doubt.clone()));
    doubts
}

/// Why this is not what the networks were made for: modality, view, body part, age.
pub(super) fn kind_doubts(radiograph: &Radiograph) -> Vec<Warning> {
    let of_kind = |doubt: &Warning| matches!(doubt.topic, Topic::Kind | Topic::Age);
    let doubts = suitability_of(radiograph).into_iter();
    doubts.filter(of_kind).collect()
}

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

/// Keeps the order among cautions and among the others.
fn cautions_first(doubts: &mut [Warning]) {
    doubts.sort_by_key(|doubt| !doubt.is_caution());
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
