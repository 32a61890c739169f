//! Pairs of DICOM studies in one folder: the radiograph and the soft-tissue image of one exposure or two.

use super::dicom_file::{Content, Shown};
use super::dicom_mates::{Lying, mates};
use super::finding::{Finding, FindingKind};
use super::listing::{FolderKind, Listing, PairFiles, stem, tell_apart, without_mate};
use super::parallel::map_parallel;
use super::watch::CancelOnly;
use super::{DatasetError, Observer};
use std::path::{Path, PathBuf};

/// What a folder without a pair is told.
const EXPECTED: &str = "a DICOM study needs one radiograph and one image whose Series Description or Image Type \
    says soft tissue; or name files NAME_cxr.* and NAME_soft.*, or lay them in CXR/ and BS/";

/// Lists the pairs among `files` by their studies; what is no DICOM file is told. `None` where `observer` ended it.
pub(super) fn list(
    folder: &Path,
    files: &[PathBuf],
    observer: &dyn Observer,
) -> Result<Option<Listing>, DatasetError> {
    let read = |path: &PathBuf| Content::of(path);
    let Some(contents) = map_parallel(files, &CancelOnly(observer), read) else {
        return Ok(None);
    };
    let mut findings = Vec::new();
    let (mut radiographs, mut soft_tissue) = (Vec::new(), Vec::new());
    for (path, content) in files.iter().zip(contents) {
        match content {
            Content::Unreadable(text) => {
                findings.push(Finding::new(FindingKind::PassedOver, &[path], text));
            }
            Content::OtherPicture => findings.push(without_mate(path)),
            Content::Dicom(file) => match file.shown {
                Shown::Radiograph => radiographs.push(file),
                Shown::SoftTissue => soft_tissue.push(file),
                Shown::Bone => {}
            },
        }
    }
    let found = mates(radiographs, soft_tissue, Lying::Together);
    findings.extend(found.left.iter().flatten().map(without_mate));
    findings.extend(found.unclear.iter().map(|files| unclear(files)));
    let pairs = found.pairs.into_iter();
    let pairs = pairs.map(|[radiograph, soft_tissue]| PairFiles {
        name: stem(&radiograph),
        radiograph,
        soft_tissue,
        lung_mask: None,
    });
    let mut pairs: Vec<PairFiles> = pairs.collect();
    tell_apart(&mut pairs, folder);
    let listing = Listing {
        kind: FolderKind::DicomStudies,
        pairs,
        findings,
    };
    listing.unless_empty(EXPECTED, folder).map(Some)
}

/// Images of one study of which nobody can tell who belongs to whom.
pub(super) fn unclear(files: &[PathBuf]) -> Finding {
    let files: Vec<&PathBuf> = files.iter().collect();
    let text = "This study has several images of one kind, and neither names nor times part them; leave one of each.";
    Finding::new(FindingKind::SeveralMates, &files, text)
}
