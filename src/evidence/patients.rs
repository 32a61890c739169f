//! Who is on the cases: those of one patient count once.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Patients of the cases; a case that is not listed is a patient of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Patients {
    of: BTreeMap<String, String>,
    unnamed: BTreeSet<String>,
}

impl Patients {
    /// Notes who is on a case.
    pub fn insert(&mut self, case: String, patient: String) {
        self.of.insert(case, patient);
    }

    /// Notes that nobody said who is on a case. Those of one `group` are nearly the same picture, and count once.
    pub fn insert_unnamed(&mut self, case: String, group: String) {
        self.unnamed.insert(case.clone());
        self.of.insert(case, group);
    }

    /// By what the cases of a patient are put together.
    pub fn key<'a>(&'a self, case: &'a str) -> &'a str {
        self.of.get(case).map_or(case, String::as_str)
    }

    /// Whether nobody said who is on a case.
    pub fn is_unnamed(&self, case: &str) -> bool {
        self.unnamed.contains(case)
    }
}
