//! Whose picture a file says it is, and where two files contradict each other.

use crate::radiograph::{Radiograph, Topic, Warning};
use std::path::{Path, PathBuf};

/// What must not coincide between different pictures; compared and never shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    sop_instance_uid: String,
    /// Anything that is equal where the pixels are.
    pixels: String,
    patient_id: String,
    /// Name, birth date, issuer of the patient ID, and sex.
    patient: [String; 4],
}

impl Identity {
    /// The identity of a radiograph; `pixels` names its stored values, as their fingerprint does.
    pub fn of(radiograph: &Radiograph, pixels: &str) -> Self {
        let info = &radiograph.info;
        Self {
            sop_instance_uid: info.sop_instance_uid.clone(),
            pixels: pixels.to_owned(),
            patient_id: info.patient_id.clone(),
            patient: [
                info.patient_name.clone(),
                info.birth_date.clone(),
                info.issuer_of_patient_id.clone(),
                sex(&info.sex),
            ],
        }
    }

    /// What cannot be true of both pictures, as a sentence without its stop.
    pub fn conflict(&self, other: &Self) -> Option<&'static str> {
        let same_instance = self.sop_instance_uid == other.sop_instance_uid;
        if !self.sop_instance_uid.is_empty() && same_instance && self.pixels != other.pixels {
            return Some("Another file has the same SOP Instance UID but other pixels");
        }
        let same_id = !self.patient_id.is_empty() && self.patient_id == other.patient_id;
        (same_id && self.contradicts(other)).then_some(
            "Another file has the same Patient ID but another name, birth date, sex or issuer; \
             they may be different patients",
        )
    }

    /// Why the other picture may be of another patient, in a sentence; `None` where both state the same one.
    pub fn other_patient(&self, other: &Self) -> Option<&'static str> {
        if self.patient_id.is_empty() || other.patient_id.is_empty() {
            Some("A Patient ID is missing: it cannot be checked that both are of one patient.")
        } else if self.patient_id != other.patient_id {
            Some("The Patient IDs differ: these may be different patients.")
        } else if self.contradicts(other) {
            Some(
                "The Patient ID is the same but name, birth date, sex or issuer differ: \
                 these may be different patients.",
            )
        } else {
            None
        }
    }

    /// Whether both files state something of the patient differently; what one leaves out contradicts nothing.
    fn contradicts(&self, other: &Self) -> bool {
        let mut both = self.patient.iter().zip(&other.patient);
        both.any(|(a, b)| !a.is_empty() && !b.is_empty() && a != b)
    }
}

/// One of the values of Patient's Sex (0010,0040), PS3.3 C.7.1.1; empty for anything else, which says nothing.
fn sex(stated: &str) -> String {
    let stated = stated.trim().to_uppercase();
    let is_defined = matches!(stated.as_str(), "M" | "F" | "O");
    if is_defined { stated } else { String::new() }
}

/// The identities of the files met so far in a run.
#[derive(Debug, Default)]
pub struct Identities {
    met: Vec<(PathBuf, Identity)>,
}

impl Identities {
    /// Adds the radiograph of the file `path`; what contradicts the files met before it, as warnings.
    pub fn meet(&mut self, path: &Path, radiograph: &Radiograph) -> Vec<Warning> {
        let identity = Identity::of(radiograph, &radiograph.id.0);
        let others = self.met.iter();
        let conflicts =
            others.filter_map(|(other, known)| Some((identity.conflict(known)?, other)));
        let warnings = conflict_warnings(conflicts.map(|(what, other)| (what, other.as_path())));
        self.met.push((path.to_owned(), identity));
        warnings
    }
}

/// One warning for each kind of contradiction, with the first file and the number of the others.
pub fn conflict_warnings<'a>(
    conflicts: impl Iterator<Item = (&'static str, &'a Path)>,
) -> Vec<Warning> {
    let mut found: Vec<(&str, &Path, usize)> = Vec::new();
    for (what, path) in conflicts {
        match found.iter_mut().find(|(known, ..)| *known == what) {
            Some((.., num_more)) => *num_more += 1,
            None => found.push((what, path, 0)),
        }
    }
    let warning = |(what, first, num_more): (&str, &Path, usize)| {
        let more = match num_more {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        // No stop: after a path it looks like a part of it.
        Warning::new(
            Topic::Identity,
            format!("{what}: {}{more}", first.display()),
        )
    };
    found.into_iter().map(warning).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(uid: &str, pixels: &str, id: &str, name: &str) -> Identity {
        Identity {
            sop_instance_uid: uid.to_owned(),
            pixels: pixels.to_owned(),
            patient_id: id.to_owned(),
            patient: [name, "", "", ""].map(str::to_owned),
        }
    }

    #[test]
    fn one_patient_is_one_only_where_both_files_say_so() {
        let current = identity("1.2", "a", "7", "A");
        assert_eq!(current.other_patient(&identity("1.3", "b", "7", "A")), None);
        assert_eq!(current.other_patient(&identity("1.3", "b", "7", "")), None);
        for (other, word) in [
            (identity("1.3", "b", "8", "A"), "IDs differ"),
            (identity("1.3", "b", "", "A"), "missing"),
            (identity("1.3", "b", "7", "B"), "name, birth date"),
        ] {
            let sentence = current.other_patient(&other).unwrap();
            assert!(sentence.contains(word), "{sentence}");
        }
    }

    #[test]
    fn a_patient_has_one_sex_where_both_files_state_it() {
        let of = |stated: &str| Identity {
            patient: ["A", "", "", &sex(stated)].map(str::to_owned),
            ..identity("1.2", "a", "7", "A")
        };
        for (one, other, differ) in [
            ("M", "F", true),
            ("F", "O", true),
            ("M", "m ", false),
            ("M", "", false),
            ("U", "F", false),
        ] {
            let (one, other) = (of(one), of(other));
            assert_eq!(one.conflict(&other).is_some(), differ, "{one:?} {other:?}");
            assert_eq!(one.other_patient(&other).is_some(), differ);
        }
    }

    #[test]
    fn one_id_for_two_names_or_one_uid_for_two_pictures_is_a_conflict() {
        let first = identity("1.2", "a", "7", "A");
        assert_eq!(first.conflict(&identity("1.2", "a", "7", "A")), None);
        let renamed = first.conflict(&identity("1.3", "b", "7", "B"));
        assert!(renamed.unwrap().contains("different patients"));
        let repeated = first.conflict(&identity("1.2", "b", "7", "A"));
        assert!(repeated.unwrap().contains("SOP Instance UID"));
        assert_eq!(first.conflict(&identity("1.4", "c", "7", "")), None);
        // What is empty identifies nothing.
        let nameless = identity("", "a", "", "A");
        assert_eq!(nameless.conflict(&identity("", "b", "", "B")), None);
    }
}
