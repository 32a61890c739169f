//! Whether a list of patients is one of these pairs.

use super::DatasetError;
use super::finding::{Finding, FindingKind as Kind};
use super::listing::PairFiles;
use super::pair_report::PairReport;
use super::patients::read_patients;
use super::request::CheckRequest;
use crate::radiograph::{agreeing, counted, first_of};
use std::collections::BTreeSet;

/// Most names that a sentence holds.
const MOST_NAMES: usize = 5;

/// What is wrong or odd in the list of patients, where there is one. Pairs are named, patients are not: reports are shown
/// around.
pub(super) fn findings(
    request: &CheckRequest,
    files: &[PairFiles],
    reports: &[PairReport],
) -> Vec<Finding> {
    let Some(list) = request.list_of_patients() else {
        return Vec::new();
    };
    let patients = match read_patients(&list) {
        Ok(patients) => patients,
        Err(err) => {
            let text = match err {
                DatasetError::Unusable { reason, .. } => format!("Correct it: {reason}."),
                err => format!("{err}."),
            };
            return vec![Finding::new(Kind::PatientList, &[&list], text)];
        }
    };
    let mut findings = Vec::new();
    let pairs: BTreeSet<&String> = files.iter().map(|pair| &pair.name).collect();
    let strangers: Vec<&String> = patients
        .keys()
        .filter(|name| !pairs.contains(name))
        .collect();
    if !strangers.is_empty() {
        let text = format!(
            "It names {} that {} here: {}.",
            strangers.len(),
            agreeing(strangers.len(), "is no pair", "are no pairs"),
            first_of(&strangers, MOST_NAMES)
        );
        findings.push(Finding::new(Kind::StrangePatient, &[&list], text));
    }
    let is_known = |name: &String| {
        let named_by_file = |pair: &PairReport| pair.name == *name && pair.patient.is_some();
        patients.contains_key(name) || reports.iter().any(named_by_file)
    };
    let unlisted: Vec<&String> = pairs.into_iter().filter(|name| !is_known(name)).collect();
    if !unlisted.is_empty() {
        let text = format!(
            "It does not say who is on {} of {}, each of which counts as a patient of its own: {}.",
            unlisted.len(),
            counted(files.len(), "pair"),
            first_of(&unlisted, MOST_NAMES)
        );
        findings.push(Finding::new(Kind::UnlistedPair, &[&list], text));
    }
    findings
}
