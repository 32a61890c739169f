//! What a file alone makes one doubt: its own contradictions, and what the networks were not made for.

use crate::radiograph::{Radiograph, Topic, Warning};
use crate::worker::suitability_of;
use std::collections::HashSet;

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

/// Why this is not what the networks were made for: modality, view, body part, age, a picture whose bones were taken
/// already, or one before the maker's processing.
pub(super) fn kind_doubts(radiograph: &Radiograph) -> Vec<Warning> {
    let mut doubts = doubts_of_file(radiograph);
    doubts.retain(|doubt| matches!(doubt.topic, Topic::Kind | Topic::Age));
    doubts
}

/// Keeps the order among cautions and among the others.
pub(super) fn cautions_first(doubts: &mut [Warning]) {
    doubts.sort_by_key(|doubt| !doubt.is_caution());
}
