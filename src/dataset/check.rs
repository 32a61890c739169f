//! The whole dataset: every pair, and what the pairs say of each other.

use super::copy_record::CopySources;
use super::enlarged;
use super::finding::{Finding, FindingKind as Kind, Severity};
use super::listing::{FolderKind, Listing, PairFiles};
use super::pair_check::examine;
use super::pair_report::PairReport;
use super::pairing::list_pairs_watched;
use super::parallel::map_parallel;
use super::phantoms::phantoms_only;
use super::picture::{likeness, middle_against_lungs, mirrored};
use super::request::CheckRequest;
use super::tone::median;
use super::watch::CancelOnly;
use super::{DatasetError, Observer};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Correlation of the finer structure from which two radiographs are called nearly one. A real radiograph and its own
/// soft-tissue image have at least 0.85; of all pairs among 166 JSRT radiographs none has more than 0.61.
const NEARLY_ONE: f32 = 0.75;
/// A pixel is odd where it is so many times larger or smaller than the dataset's middle one.
const ODD_SPACING: f64 = 1.6;
/// A tone is odd where it is further from the middle one than this, grey levels of 255.
const ODD_TONE: f64 = 25.0;
/// Fewer pairs have no middle tone or size.
const LEAST_FOR_MIDDLE: usize = 5;
/// How much brighter or darker, of coarse pictures of length 1, the middle must be than the lungs for the polarity to be
/// told from one picture. 166 JSRT radiographs and 14 of other sites have 0.033 at least.
const CLEAR_CONTRAST: f32 = 0.015;
/// Fewer pairs have no majority that one of them could be inverted against.
const LEAST_FOR_POLARITY: usize = 3;

/// Everything that was found in a dataset.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// How its pairs were told.
    pub kind: FolderKind,
    /// The folders that were looked at.
    pub folders: Vec<PathBuf>,
    /// The pairs that could be read, by name.
    pub pairs: Vec<PairReport>,
    /// What was found, errors first.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Number of findings of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        let findings = self.findings.iter();
        findings.filter(|found| found.severity == severity).count()
    }

    /// Whether a network may learn from it.
    pub fn is_usable(&self) -> bool {
        self.count(Severity::Error) == 0 && !self.pairs.is_empty()
    }
}

/// Looks at every pair of a dataset, on the cores this process may use; `None` where `observer` ended it.
///
/// # Errors
/// [`DatasetError`] where there is no pair, or a folder cannot be read. What is wrong with files is in the report.
pub fn check(
    request: &CheckRequest,
    observer: &dyn Observer,
) -> Result<Option<Report>, DatasetError> {
    let listing = list_pairs_watched(
        &request.radiographs,
        request.soft_tissue.as_deref(),
        observer,
    )?;
    let Some(Listing {
        kind,
        pairs: files,
        mut findings,
    }) = listing
    else {
        return Ok(None);
    };
    let sources = CopySources::of(files.iter().map(|pair| pair.radiograph.as_path()))?;
    let look = |files: &PairFiles| {
        let examined = examine(files, request.thumbnails);
        (examined.report, examined.findings)
    };
    let Some(examined) = map_parallel(&files, observer, look) else {
        return Ok(None);
    };
    let mut pairs = Vec::with_capacity(examined.len());
    for (report, found) in examined {
        if let Some(mut report) = report {
            report.known_by = sources.known_by(&report.radiograph)?;
            pairs.push(report);
        }
        findings.extend(found);
    }
    let Some(duplicates) = duplicates(&pairs, observer) else {
        return Ok(None);
    };
    findings.extend(duplicates);
    findings.extend(super::listed::findings(request, &files, &pairs));
    let folders: Vec<PathBuf> = request.folders().cloned().collect();
    let text = "Every pair is a phantom that this program drew: what is learned or scored here says nothing of patients.";
    findings.extend(phantoms_only(pairs.iter(), &folders, text));
    findings.extend(odd_polarity(&pairs));
    findings.extend(odd_spacing(&pairs));
    findings.extend(odd_tone(&pairs));
    findings.sort_by(|a, b| {
        let key = |found: &Finding| (found.severity, found.kind, found.files.clone());
        key(a).cmp(&key(b))
    });
    Ok(Some(Report {
        kind,
        folders,
        pairs,
        findings,
    }))
}

/// Whether both are known to be of one patient.
fn same_patient(a: &PairReport, b: &PairReport) -> bool {
    a.patient.is_some() && a.patient == b.patient
}

/// Radiographs that are one picture, or nearly one, seen in a mirror too; `None` where `observer` ended the search.
fn duplicates(pairs: &[PairReport], observer: &dyn Observer) -> Option<Vec<Finding>> {
    let mut findings = Vec::new();
    let mut by_pixels: BTreeMap<&str, &PairReport> = BTreeMap::new();
    for pair in pairs {
        let Some(first) = by_pixels.insert(&pair.pixels_sha256, pair) else {
            continue;
        };
        let files = [&first.radiograph, &pair.radiograph];
        let text = "These are the same pixels under two names; leave one of them.";
        let kind = if same_patient(first, pair) {
            Kind::NearDuplicate
        } else {
            Kind::Duplicate
        };
        findings.push(Finding::new(kind, &files, text));
    }
    let indices: Vec<usize> = (0..pairs.len()).collect();
    let alike = |&index: &usize| nearly_one(pairs, index);
    findings.extend(
        map_parallel(&indices, &CancelOnly(observer), alike)?
            .into_iter()
            .flatten(),
    );
    findings.extend(changed_copies(pairs, observer)?);
    Some(findings)
}

/// Radiographs that are nearly one once one of them is moved, turned, enlarged or mirrored, and not as they lie.
fn changed_copies(pairs: &[PairReport], observer: &dyn Observer) -> Option<Vec<Finding>> {
    let smalls: Vec<&[f32]> = pairs.iter().map(|pair| pair.small.as_slice()).collect();
    let found = enlarged::copies(&smalls, observer)?.into_iter();
    let found = found.map(|(one, other)| (&pairs[one], &pairs[other]));
    let changed = found.filter(|(one, other)| {
        let as_it_lies = likeness(&one.small, &other.small);
        as_it_lies.max(likeness(&mirrored(&one.small), &other.small)) < NEARLY_ONE
    });
    let text = "One of these is nearly the other, moved, turned or enlarged: an enlarged dataset? Give its originals.";
    let told = changed.map(|(one, other)| {
        Finding::new(
            Kind::NearDuplicate,
            &[&one.radiograph, &other.radiograph],
            text,
        )
    });
    Some(told.collect())
}

/// The pairs behind `index` whose radiograph is nearly this one's, or nearly its mirror image.
fn nearly_one(pairs: &[PairReport], index: usize) -> Vec<Finding> {
    let Some((one, others)) = pairs.get(index..).and_then(<[PairReport]>::split_first) else {
        return Vec::new();
    };
    let mirror = mirrored(&one.small);
    let mut findings = Vec::new();
    for other in others {
        if one.pixels_sha256 == other.pixels_sha256 {
            continue;
        }
        let files = [&one.radiograph, &other.radiograph];
        let text = if likeness(&one.small, &other.small) >= NEARLY_ONE {
            "These are nearly one picture: of one patient, or a copy; keep them in one part of a split."
        } else if likeness(&mirror, &other.small) >= NEARLY_ONE {
            "One of these is nearly the other's mirror image: an enlarged dataset? Give its originals."
        } else {
            continue;
        };
        findings.push(Finding::new(Kind::NearDuplicate, &files, text));
    }
    findings
}

/// Radiographs whose lungs are bright: by themselves, or, where that cannot be told, against the others.
fn odd_polarity(pairs: &[PairReport]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for pair in pairs {
        let contrast = middle_against_lungs(&pair.coarse);
        let text = if contrast < -CLEAR_CONTRAST {
            "Its lungs are bright and what lies between them is dark; invert it and its mate, or copy the dataset with \
             `dataset register --inverted` where all are."
        } else if contrast < CLEAR_CONTRAST && is_unlike_others(pair, pairs) {
            "It is dark where most of the dataset is bright; invert it and its mate."
        } else {
            continue;
        };
        findings.push(Finding::new(Kind::OddPolarity, &[&pair.radiograph], text));
    }
    findings
}

fn is_unlike_others(pair: &PairReport, pairs: &[PairReport]) -> bool {
    if pairs.len() < LEAST_FOR_POLARITY {
        return false;
    }
    let others = pairs.iter().filter(|other| other.name != pair.name);
    let alike = others.map(|other| f64::from(likeness(&pair.coarse, &other.coarse)));
    median(alike.collect()).is_some_and(|middle| middle < 0.0)
}

fn odd_spacing(pairs: &[PairReport]) -> Vec<Finding> {
    // What counts is how large a chest is drawn: pixels of one field.
    let known: Vec<f64> = pairs.iter().filter_map(|pair| pair.row_mm).collect();
    if known.len() < LEAST_FOR_MIDDLE {
        return Vec::new();
    }
    let Some(middle) = median(known) else {
        return Vec::new();
    };
    let odd = |mm: f64| mm / middle > ODD_SPACING || middle / mm > ODD_SPACING;
    let pairs = pairs.iter().filter_map(|pair| Some((pair, pair.row_mm?)));
    let odd = pairs.filter(|(_, mm)| odd(*mm));
    odd.map(|(pair, mm)| {
        let text = format!("A pixel measures {mm:.3} mm, most of the dataset's {middle:.3} mm.");
        Finding::new(Kind::OddSpacing, &[&pair.radiograph], text)
    })
    .collect()
}

fn odd_tone(pairs: &[PairReport]) -> Vec<Finding> {
    let offset = |pair: &PairReport| pair.tone.map(|tone| tone.offset);
    let known: Vec<f64> = pairs.iter().filter_map(offset).collect();
    if known.len() < LEAST_FOR_MIDDLE {
        return Vec::new();
    }
    let Some(middle) = median(known) else {
        return Vec::new();
    };
    let pairs = pairs.iter().filter_map(|pair| Some((pair, offset(pair)?)));
    let odd = pairs.filter(|(_, grey)| (grey - middle).abs() > ODD_TONE);
    odd.map(|(pair, grey)| {
        let files: [&PathBuf; 2] = [&pair.radiograph, &pair.soft_tissue];
        let text = format!(
            "The soft-tissue image is {grey:.0} grey levels darker than its radiograph, in most \
            pairs {middle:.0}."
        );
        Finding::new(Kind::OddTone, &files, text)
    })
    .collect()
}
