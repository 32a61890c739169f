//! Pairs of two folders: by their DICOM studies where they are DICOM files, else by their names.

use super::dicom_file::{Content, DicomFile, Shown};
use super::dicom_mates::{DicomMates, Lying, mates, meant};
use super::dicom_pairs::unclear;
use super::finding::{Finding, FindingKind as Kind};
use super::folders::files_below;
use super::listing::{FolderKind, Listing, PairFiles, stem, tell_apart};
use super::named::{Named, is_lung_mask, radiograph_name};
use super::parallel::map_parallel;
use super::watch::CancelOnly;
use super::{DatasetError, Observer};
use crate::formats;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Lists the pairs of a folder of radiographs and of one of soft-tissue images; `None` where `observer` ended it.
pub(super) fn list(
    [radiographs, soft_tissue]: [&Path; 2],
    observer: &dyn Observer,
) -> Result<Option<Listing>, DatasetError> {
    let of = |folder: &Path, other: &Path| -> Result<Vec<PathBuf>, DatasetError> {
        let mut files = files_below(folder)?;
        // One of the two may lie in the other.
        if other.starts_with(folder) {
            files.retain(|path| !path.starts_with(other));
        }
        Ok(files)
    };
    let files = [of(radiographs, soft_tissue)?, of(soft_tissue, radiographs)?];
    let [Some(of_radiographs), Some(of_soft)] =
        files.each_ref().map(|files| told_apart(files, observer))
    else {
        return Ok(None);
    };
    let [in_radiographs, others] = meant(of_radiographs.dicom, Shown::Radiograph);
    let [in_soft, more] = meant(of_soft.dicom, Shown::SoftTissue);
    let mut found = mates(in_radiographs, in_soft, Lying::Apart);
    let [lonely_radiographs, lonely_soft] = std::mem::take(&mut found.left);
    let by_name = [
        [of_radiographs.others, lonely_radiographs].concat(),
        [of_soft.others, lonely_soft].concat(),
    ];
    let mut named = Named::of_two_folders(&by_name[0], &by_name[1]);
    let mut findings: Vec<Finding> = found.unclear.iter().map(|files| unclear(files)).collect();
    findings.extend(others.iter().chain(&more).filter_map(passed_over));
    let of_studies = of_studies(&found, &mut named);
    let mut listing = named.assembled(FolderKind::TwoFolders, findings);
    if !of_studies.is_empty() {
        listing.pairs.extend(of_studies);
        tell_apart(&mut listing.pairs, radiographs);
    }
    Ok(Some(listing))
}

/// The files of a folder.
struct ToldApart {
    dicom: Vec<DicomFile>,
    /// Pictures of another kind, lung masks, and what cannot be read.
    others: Vec<PathBuf>,
}

/// `None` where `observer` ended it. Only DICOM files are read.
fn told_apart(files: &[PathBuf], observer: &dyn Observer) -> Option<ToldApart> {
    let look = |path: &PathBuf| {
        let is_read = !is_lung_mask(path) && formats::is_dicom(path);
        is_read.then(|| Content::of(path))
    };
    let contents = map_parallel(files, &CancelOnly(observer), look)?;
    let mut told = ToldApart {
        dicom: Vec::new(),
        others: Vec::new(),
    };
    for (path, content) in files.iter().zip(contents) {
        match content {
            Some(Content::Dicom(file)) => told.dicom.push(file),
            _ => told.others.push(path.clone()),
        }
    }
    Some(told)
}

/// The pairs of studies, each with its mask where no other radiograph has its name.
fn of_studies(found: &DicomMates, named: &mut Named) -> Vec<PairFiles> {
    let name_of = |radiograph: &Path| radiograph_name(&stem(radiograph)).to_owned();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for [radiograph, _] in &found.pairs {
        *counts.entry(name_of(radiograph)).or_default() += 1;
    }
    let pairs = found.pairs.iter().map(|[radiograph, soft_tissue]| {
        let name = name_of(radiograph);
        let is_alone = counts.get(&name) == Some(&1);
        let lung_mask = is_alone.then(|| named.take_mask(&name)).flatten();
        PairFiles {
            name,
            radiograph: radiograph.clone(),
            soft_tissue: soft_tissue.clone(),
            lung_mask,
        }
    });
    pairs.collect()
}

/// An image that is not meant by its folder, as another one of its study is; nobody asks for the bone image.
fn passed_over(file: &DicomFile) -> Option<Finding> {
    let text = "Its study has another image here that says it is what this folder holds; that one is taken.";
    let found = || Finding::new(Kind::PassedOver, &[&file.path], text);
    (file.shown != Shown::Bone).then(found)
}
