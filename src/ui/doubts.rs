//! What makes a reader hesitate before trusting a study: the file's own contradictions, what the
//! networks were not made for, what a run found, and other files that claim the same identity.

use super::state::AppState;
use super::study::OpenStudy;
use crate::radiograph::Radiograph;
use crate::worker::suitability_of;
use std::collections::HashSet;
use std::path::Path;

/// Words of sentences about polarity and identity: overlooked, they cost more than a poor picture.
const GRAVE_WORDS: [&str; 4] = ["polarity", "patient", "identity", "instance uid"];
/// How the doubt about a small picture begins: it makes a coarse result, not a meaningless one.
const SMALL_PICTURE: &str = "the picture has only";

/// How much a doubt weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// The picture may be another one than it seems, or suppression may make nonsense of it.
    Caution,
    /// Worth knowing.
    Remark,
}

/// One doubt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// Weight.
    pub weight: Weight,
    /// The doubt as a sentence.
    pub text: String,
}

impl Doubt {
    fn new(weight: Weight, text: &str) -> Self {
        let text = sentence(text);
        Self { weight, text }
    }
}

/// What the file alone makes one doubt, cautions first: every warning of its reader, then
/// everything its header says against suppression.
pub(super) fn doubts_of_file(radiograph: &Radiograph) -> Vec<Doubt> {
    let warnings = radiograph.warnings.iter().map(|text| of_warning(text));
    let suitability = suitability_of(radiograph);
    let unsuited = suitability.iter().map(|text| {
        let is_small = text.starts_with(SMALL_PICTURE);
        let weight = if is_small {
            Weight::Remark
        } else {
            Weight::Caution
        };
        Doubt::new(weight, text)
    });
    let mut doubts: Vec<_> = warnings.chain(unsuited).collect();
    doubts.sort_by_key(|doubt| doubt.weight);
    // The reader of the file states some doubts that suitability weighs; the weightier one stays.
    let mut known = HashSet::new();
    doubts.retain(|doubt| known.insert(doubt.text.clone()));
    doubts
}

/// Why this is not what the networks were made for (modality, view, body part, age), as sentences.
pub(super) fn kind_doubts(radiograph: &Radiograph) -> Vec<String> {
    let doubts = suitability_of(radiograph).into_iter();
    let of_kind = doubts.filter(|text| !text.starts_with(SMALL_PICTURE));
    of_kind.map(|text| sentence(&text)).collect()
}

/// Every doubt about the study shown, cautions first.
pub(super) fn doubts(state: &AppState) -> Vec<Doubt> {
    let Some(study) = state.study() else {
        return Vec::new();
    };
    let mut doubts = conflicts(state);
    doubts.extend(doubts_of_result(study));
    doubts.extend(study.doubts.iter().cloned());
    doubts.sort_by_key(|doubt| doubt.weight);
    doubts
}

/// What a run found; it repeats the doubts of its file, which are left out.
fn doubts_of_result(study: &OpenStudy) -> impl Iterator<Item = Doubt> {
    let found = study.result.iter().flat_map(|result| &result.warnings);
    found
        .map(|text| Doubt::new(Weight::Caution, text))
        .filter(|doubt| !study.doubts.iter().any(|known| known.text == doubt.text))
}

fn of_warning(text: &str) -> Doubt {
    let lower = text.to_lowercase();
    let is_grave = GRAVE_WORDS.iter().any(|word| lower.contains(word));
    let weight = if is_grave {
        Weight::Caution
    } else {
        Weight::Remark
    };
    Doubt::new(weight, text)
}

/// Capital first, stop last: the sentences of the pipeline have neither.
fn sentence(text: &str) -> String {
    let mut chars = text.trim().chars();
    let first = chars.next().map(char::to_uppercase);
    let mut sentence: String = first.into_iter().flatten().chain(chars).collect();
    if !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

/// Files read so far that claim to be of the same patient or instance and cannot be; one doubt for
/// each kind of contradiction, with the first file and the number of the others.
fn conflicts(state: &AppState) -> Vec<Doubt> {
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
        Doubt {
            weight: Weight::Caution,
            // Not through `sentence`: a stop after a path looks like a part of it.
            text: format!("{what}: {}{more}", first.display()),
        }
    };
    found.into_iter().map(doubt).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polarity_and_identity_are_cautions() {
        let polarity = of_warning("Polarity tags conflict: MONOCHROME2 with INVERSE.");
        assert_eq!(polarity.weight, Weight::Caution);
        let lossy = of_warning("The picture is stored with lossy compression.");
        assert_eq!(lossy.weight, Weight::Remark);
    }

    #[test]
    fn doubts_are_sentences() {
        assert_eq!(sentence("the modality is CT"), "The modality is CT.");
        assert_eq!(sentence("It is."), "It is.");
    }
}
