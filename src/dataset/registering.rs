//! A copy of a dataset whose soft-tissue images lie on their radiographs.
//!
//! The copy is whole: every pair that may be learned from is in it, on one grid, in one scale, under the names that
//! pairs are told by, so that nothing of the source has to be carried along. The source is never touched.

use super::copy_record::{CopyRecord, CopySources, Origins};
use super::finding::{Finding, Severity};
use super::listing::{Listing, PairFiles};
use super::mates::Mates;
use super::pair_check::examine;
use super::pair_report::PairReport;
use super::pairing::list_pairs_watched;
use super::parallel::map_parallel;
use super::patients::{PATIENTS_FILE, patient_key, write_patients};
use super::registration::register;
use super::registration_report::RegistrationReport;
use super::request::CheckRequest;
use super::{DatasetError, Observer};
use crate::formats::raster::{PngMarks, read_mask, write_marked_grey16, write_mask8};
use crate::formats::sha256_of_file;
use crate::radiograph::{FloatImage, PixelSpacing};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Which copy is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterRequest {
    /// The dataset; `thumbnails` means nothing here.
    pub dataset: CheckRequest,
    /// Folder of the copy.
    pub out: PathBuf,
    /// Whether the folder may hold an earlier copy, which is replaced. What no copy wrote is never touched.
    pub overwrite: bool,
    /// Whether the source shows bones black, as JSRT's first publication does; the copy shows them white.
    pub inverted: bool,
}

/// What became of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It lies well: not resampled, so that nothing of its detail is lost.
    Kept,
    /// The soft-tissue image was laid on its radiograph.
    Registered,
    /// Places moved by themselves (heart, diaphragm, breath), which no registration of the whole mends: it is in the
    /// copy as well as it can be laid, and somebody should look whether to leave it out.
    Moved,
    /// It must not be learned from, and is not in the copy.
    LeftOut,
}

impl Outcome {
    /// As it is called in a table.
    pub fn word(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Registered => "registered",
            Self::Moved => "moved",
            Self::LeftOut => "left out",
        }
    }
}

/// What was done with a pair.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RegisteredPair {
    /// What names it, in the source and in the copy.
    pub name: String,
    /// What became of it.
    pub outcome: Outcome,
    /// How the soft-tissue image lay on its radiograph.
    pub before: Option<RegistrationReport>,
    /// How the one in the copy lies, measured anew; `None` where it was not resampled.
    pub after: Option<RegistrationReport>,
    /// Why it is left out, one sentence each.
    pub reasons: Vec<String>,
    /// The soft-tissue image in the copy.
    pub soft_tissue: Option<PathBuf>,
    /// The patient, as the radiograph's header names one: a checksum.
    #[serde(skip)]
    patient: Option<String>,
    /// By what the source is known again.
    #[serde(skip)]
    origin: Vec<String>,
    /// Its files in the copy, the radiograph first.
    #[serde(skip)]
    written: Vec<PathBuf>,
}

/// What was done with a dataset.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RegisteredCopy {
    /// What was done with each pair.
    pub pairs: Vec<RegisteredPair>,
    /// What the source holds beside its pairs: radiographs without a mate above all, which are not in the copy.
    pub findings: Vec<Finding>,
    /// Files of an earlier copy that are no part of this one, and were taken away.
    pub removed: Vec<PathBuf>,
}

/// Ends of the names that a pair may have in a copy.
const ENDINGS: [&str; 4] = ["cxr", "soft", "soft_registered", "lungmask"];

/// Writes the pairs of a dataset into the folder `out`, those that lie off registered: `NAME_cxr.png` with
/// `NAME_soft_registered.png`, or with `NAME_soft.png` where nothing had to be done; 16 bits, as the radiograph's own
/// window shows both; `NAME_lungmask.png`; and who is on them. `None` where `observer` ended it: what was written
/// until then is left.
///
/// What it writes it notes in a hidden file of the folder: a copy that replaces this one takes away what is no part of it.
///
/// # Errors
/// [`DatasetError::OutInside`] where the copy would lie among its sources, [`DatasetError::NotEmpty`] where `out`
/// holds something and `overwrite` is false, [`DatasetError::Foreign`] where it holds pictures that no copy wrote,
/// [`DatasetError`] where there is no pair or a file cannot be written.
pub fn register_dataset(
    request: &RegisterRequest,
    observer: &dyn Observer,
) -> Result<Option<RegisteredCopy>, DatasetError> {
    prepare(request)?;
    let RegisterRequest { dataset, out, .. } = request;
    let mut record = CopyRecord::open(out)?;
    let named = dataset.listed_patients()?;
    let listing = list_pairs_watched(
        &dataset.radiographs,
        dataset.soft_tissue.as_deref(),
        observer,
    )?;
    let Some(Listing {
        pairs: files,
        findings,
        ..
    }) = listing
    else {
        return Ok(None);
    };
    let names = files
        .iter()
        .flat_map(|files| ENDINGS.map(|ending| format!("{}_{ending}.png", files.name)));
    record.begin(names.chain([PATIENTS_FILE.to_owned()]))?;
    let sources = CopySources::of(files.iter().map(|pair| pair.radiograph.as_path()))?;
    let work = |files: &PairFiles| register_pair(files, request, &sources);
    let Some(pairs) = map_parallel(&files, observer, work) else {
        return Ok(None);
    };
    let pairs = pairs.into_iter().collect::<Result<Vec<_>, _>>()?;
    let mut written: Vec<PathBuf> = pairs.iter().flat_map(|pair| pair.written.clone()).collect();
    let patients = patients(&named, &pairs);
    if !patients.is_empty() {
        let list = out.join(PATIENTS_FILE);
        write_patients(&list, &patients, request.overwrite)?;
        written.push(list);
    }
    let removed = record.finish(&written, origins(&pairs))?;
    Ok(Some(RegisteredCopy {
        pairs,
        findings,
        removed,
    }))
}

/// Who is on the pairs of the copy, whose files have no headers: as a list says that goes with the sources, or else their
/// headers; checksums alone.
fn patients(
    named: &BTreeMap<String, String>,
    pairs: &[RegisteredPair],
) -> BTreeMap<String, String> {
    let copied = pairs.iter().filter(|pair| pair.soft_tissue.is_some());
    let patients = copied.filter_map(|pair| {
        let listed = named.get(&pair.name).map(|patient| patient_key(patient));
        let patient = listed.or_else(|| pair.patient.clone())?;
        Some((pair.name.clone(), patient))
    });
    patients.collect()
}

/// What each radiograph of the copy was made of.
fn origins(pairs: &[RegisteredPair]) -> Origins {
    let origin = |pair: &RegisteredPair| {
        let radiograph = pair.written.first()?.file_name()?.to_str()?;
        Some((radiograph.to_owned(), pair.origin.clone()))
    };
    pairs.iter().filter_map(origin).collect()
}

/// By what a pair is known again: its files, the radiograph's pixels and patient, and what it is a copy of itself.
fn known_by(
    files: &PairFiles,
    report: &PairReport,
    sources: &CopySources,
) -> Result<Vec<String>, DatasetError> {
    let mut keys = sources.known_by(&files.radiograph)?;
    for path in [&files.radiograph, &files.soft_tissue] {
        let doing = "reading a pair";
        let sum = sha256_of_file(path).map_err(DatasetError::file(doing, path))?;
        keys.push(sum.0);
    }
    keys.push(report.pixels_sha256.clone());
    keys.extend(report.patient.clone());
    Ok(keys)
}

/// Makes the folder of the copy, where it is not one of the sources.
fn prepare(request: &RegisterRequest) -> Result<(), DatasetError> {
    let RegisterRequest { dataset, out, .. } = request;
    let doing = "making the folder";
    let canonical = |path: &Path| path.canonicalize().map_err(DatasetError::file(doing, path));
    let refuse_within = |place: &Path| {
        for source in dataset.folders() {
            if place.starts_with(canonical(source)?) {
                return Err(DatasetError::OutInside { path: out.clone() });
            }
        }
        Ok(())
    };
    // Not even an empty folder is made among the sources.
    let whole = std::path::absolute(out).map_err(DatasetError::file(doing, out))?;
    if let Some(there) = whole
        .ancestors()
        .find_map(|above| above.canonicalize().ok())
    {
        refuse_within(&there)?;
    }
    std::fs::create_dir_all(out).map_err(DatasetError::file(doing, out))?;
    refuse_within(&canonical(out)?)?;
    let mut files = std::fs::read_dir(out).map_err(DatasetError::file(doing, out))?;
    if !request.overwrite && files.next().is_some() {
        return Err(DatasetError::NotEmpty { path: out.clone() });
    }
    Ok(())
}

fn register_pair(
    files: &PairFiles,
    request: &RegisterRequest,
    sources: &CopySources,
) -> Result<RegisteredPair, DatasetError> {
    let examined = examine(files, false);
    let report = examined.report.as_ref();
    let mut pair = RegisteredPair {
        name: files.name.clone(),
        outcome: Outcome::LeftOut,
        before: report.and_then(|report| report.registration),
        after: None,
        reasons: Vec::new(),
        soft_tissue: None,
        patient: report.and_then(|report| report.patient.clone()),
        origin: Vec::new(),
        written: Vec::new(),
    };
    let errors = examined.findings.iter();
    let errors = errors.filter(|found| found.severity == Severity::Error);
    pair.reasons = errors
        .map(|found| format!("{}: {}", found.kind, found.text))
        .collect();
    let (true, Some(mates), Some(before)) = (pair.reasons.is_empty(), examined.mates, pair.before)
    else {
        return Ok(pair);
    };
    let soft = laid(&mates, before, &mut pair);
    let copy = Copied {
        request,
        name: &files.name,
        spacing: examined.spacing,
    };
    let ending = if pair.after.is_some() {
        "soft_registered"
    } else {
        "soft"
    };
    let radiograph = copy.write("cxr", &mates.radiograph)?;
    let soft_tissue = copy.write(ending, &soft)?;
    pair.soft_tissue = Some(soft_tissue.clone());
    pair.written.extend([radiograph, soft_tissue]);
    if let Some(report) = report {
        pair.origin = known_by(files, report, sources)?;
    }
    if let Some(mask) = &files.lung_mask {
        let (width, height) = mates.radiograph.size();
        let mask = read_mask(mask)?.resized(width, height);
        let path = copy.file("lungmask");
        write_mask8(&path, &mask, request.overwrite)?;
        pair.written.push(path);
    }
    Ok(pair)
}

/// The soft-tissue image as it goes into the copy; notes in `pair` what was done.
fn laid(mates: &Mates, before: RegistrationReport, pair: &mut RegisteredPair) -> FloatImage {
    pair.outcome = if before.moved {
        Outcome::Moved
    } else {
        Outcome::Kept
    };
    let Some(found) = mates.registration.as_ref().filter(|_| before.advised) else {
        return mates.soft_tissue.clone();
    };
    let soft = found.registered(&mates.soft_tissue);
    let again = register(&mates.radiograph, &soft);
    let after = again.map(|again| RegistrationReport::new(&again, soft.height()));
    match after {
        Some(after) if after.farthest_px < before.farthest_px => {
            if !after.moved {
                pair.outcome = Outcome::Registered;
            }
            pair.after = Some(after);
            soft
        }
        _ => {
            pair.outcome = Outcome::Moved;
            mates.soft_tissue.clone()
        }
    }
}

/// A pair of the copy.
struct Copied<'a> {
    request: &'a RegisterRequest,
    name: &'a str,
    spacing: Option<PixelSpacing>,
}

impl Copied<'_> {
    fn file(&self, ending: &str) -> PathBuf {
        self.request.out.join(format!("{}_{ending}.png", self.name))
    }

    /// Writes a picture, and answers where it is.
    fn write(&self, ending: &str, picture: &FloatImage) -> Result<PathBuf, DatasetError> {
        let path = self.file(ending);
        let marks = PngMarks {
            spacing: self.spacing,
            ..PngMarks::default()
        };
        let overwrite = self.request.overwrite;
        if self.request.inverted {
            let upright = picture.map(|v| 1.0 - v);
            write_marked_grey16(&path, &upright, &marks, overwrite)?;
        } else {
            write_marked_grey16(&path, picture, &marks, overwrite)?;
        }
        Ok(path)
    }
}
