//! Whether a list of patients is one of these pairs.

use super::check::CheckRequest;
use super::finding::{Finding, FindingKind as Kind};
use super::pair_report::PairReport;
use super::pairing::PairFiles;
use super::{DatasetError, read_patients};
use std::collections::BTreeSet;

/// Most names that a sentence holds.
const MOST_NAMES: usize = 3;

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
            "It names {} that are no pairs here: {}.",
            strangers.len(),
            some_of(&strangers)
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
            "It does not say who is on {} of {} pairs, each of which counts as a patient of its own: {}.",
            unlisted.len(),
            files.len(),
            some_of(&unlisted)
        );
        findings.push(Finding::new(Kind::UnlistedPair, &[&list], text));
    }
    findings
}

/// The first names, and that there are more.
fn some_of(names: &[&String]) -> String {
    let first: Vec<&str> = names
        .iter()
        .take(MOST_NAMES)
        .map(|name| name.as_str())
        .collect();
    let more = if names.len() > MOST_NAMES {
        ", ..."
    } else {
        ""
    };
    format!("{}{more}", first.join(", "))
}
