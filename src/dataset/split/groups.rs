//! Who belongs together, and into which part they fall.

use super::super::finding::FindingKind as Kind;
use super::super::patients::patient_key;
use super::super::{PairReport, Report};
use super::{Part, SplitPlan};
use crate::formats::hexadecimal;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// Who must not be in two parts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Group {
    /// What the group is called where parts are drawn: the patient of the list as it stands there, which is never written
    /// down; the checksum of a header; or a pair's name.
    label: String,
    /// Whether the list of patients says it.
    is_listed: bool,
}

impl Group {
    fn own(pair: &PairReport, patients: &BTreeMap<String, String>) -> Self {
        match patients.get(&pair.name) {
            Some(patient) => Self {
                label: patient.clone(),
                is_listed: true,
            },
            None => Self {
                label: pair.patient.clone().unwrap_or_else(|| pair.name.clone()),
                is_listed: false,
            },
        }
    }

    /// As it is written down.
    pub(super) fn key(&self) -> String {
        if self.is_listed {
            patient_key(&self.label)
        } else {
            self.label.clone()
        }
    }
}

/// The group of each pair, in the report's order: patients, joined where one of them is known by two names, and where
/// pictures are one or nearly one.
pub(super) fn groups(report: &Report, patients: &BTreeMap<String, String>) -> Vec<Group> {
    let pairs = &report.pairs;
    let mut groups: Vec<Group> = pairs
        .iter()
        .map(|pair| Group::own(pair, patients))
        .collect();
    let mut shared: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, pair) in pairs.iter().enumerate() {
        let listed = patients.get(&pair.name).map(|patient| patient_key(patient));
        let own = pair.patient.iter().chain([&pair.pixels_sha256]);
        for key in own.chain(&pair.known_by).cloned().chain(listed) {
            shared.entry(key).or_default().push(index);
        }
    }
    let near = report.findings.iter();
    let near = near.filter(|found| found.kind == Kind::NearDuplicate);
    let near = near.map(|found| {
        let of_files = pairs.iter().enumerate();
        let of_files = of_files.filter(|(_, pair)| found.files.contains(&pair.radiograph));
        of_files.map(|(index, _)| index).collect()
    });
    for together in shared.into_values().chain(near) {
        join(&mut groups, &together);
    }
    groups
}

/// Gives the groups of these pairs, and whoever is in them, the name of the first.
fn join(groups: &mut [Group], together: &[usize]) {
    let joined = together.iter().filter_map(|&index| groups.get(index));
    let joined: BTreeSet<Group> = joined.cloned().collect();
    let Some(first) = joined.first().filter(|_| joined.len() > 1) else {
        return;
    };
    for group in groups.iter_mut().filter(|group| joined.contains(group)) {
        group.clone_from(first);
    }
}

/// Which part each group falls to: those whose checksum with the seed comes first are tested, the next ones validate.
pub(super) fn parts<'a>(
    groups: &BTreeSet<&'a Group>,
    plan: SplitPlan,
) -> BTreeMap<&'a Group, Part> {
    let drawn = |group: &&'a Group| {
        let text = format!("{} {}", plan.seed, group.label);
        (hexadecimal(&Sha256::digest(text)), *group)
    };
    let mut order: Vec<(String, &Group)> = groups.iter().map(drawn).collect();
    order.sort();
    let number = |share: f64| ((share * order.len() as f64).round() as usize).max(1);
    let (test, validation) = (number(plan.test), number(plan.validation));
    let kept = order.len() - 1;
    let of_index = |i: usize| match i {
        i if i < test.min(kept - 1) => Part::Test,
        i if i < (test + validation).min(kept) => Part::Validation,
        _ => Part::Training,
    };
    let parted = order.into_iter().enumerate();
    parted.map(|(i, (_, group))| (group, of_index(i))).collect()
}
