//! Pairs of DICOM studies: the radiograph and the soft-tissue image of one exposure or two.

use super::finding::{Finding, FindingKind};
use super::pairing::{Listing, PairFiles, without_mate};
use super::{DatasetError, FolderKind};
use crate::formats;
use crate::radiograph::{FileKind, Radiograph, StudyInfo, doubt_of_suppression};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What a folder without a pair is told.
const EXPECTED: &str = "a DICOM study needs one radiograph and one image whose Series Description or Image Type \
    says soft tissue; or name files NAME_cxr.* and NAME_soft.*, or lay them in CXR/ and BS/";

/// The files of one study.
#[derive(Default)]
struct Study {
    radiographs: Vec<PathBuf>,
    soft_tissue: Vec<PathBuf>,
}

/// What an image of a dual-energy study shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Radiograph,
    SoftTissue,
    Bone,
}

/// Lists the pairs among `files` by their studies; what is no DICOM file is told.
pub(super) fn list(folder: &Path, files: &[PathBuf]) -> Result<Listing, DatasetError> {
    let mut findings = Vec::new();
    let mut studies: BTreeMap<[String; 3], Study> = BTreeMap::new();
    for path in files {
        let radiograph = match formats::read(path) {
            Ok(radiograph) => radiograph,
            Err(err) => {
                let text = format!("{}.", err.problem);
                findings.push(Finding::new(FindingKind::PassedOver, &[path], text));
                continue;
            }
        };
        if !is_dicom(&radiograph) {
            findings.push(without_mate(path));
            continue;
        }
        let info = radiograph.info;
        let shown = shown_by(&info);
        let key = [
            info.patient_id,
            info.issuer_of_patient_id,
            info.study_instance_uid,
        ];
        let study = studies.entry(key).or_default();
        match shown {
            Shown::Radiograph => study.radiographs.push(path.clone()),
            Shown::SoftTissue => study.soft_tissue.push(path.clone()),
            Shown::Bone => {}
        }
    }
    let mut pairs = Vec::new();
    for study in studies.into_values() {
        match (study.radiographs.as_slice(), study.soft_tissue.as_slice()) {
            ([radiograph], [soft_tissue]) => pairs.push(PairFiles {
                name: name_of(radiograph),
                radiograph: radiograph.clone(),
                soft_tissue: soft_tissue.clone(),
                lung_mask: None,
            }),
            (lonely, []) | ([], lonely) => findings.extend(lonely.iter().map(without_mate)),
            (radiographs, mates) => {
                let files: Vec<&PathBuf> = radiographs.iter().chain(mates).collect();
                let text = "This study has several images of one kind; leave one of each.";
                findings.push(Finding::new(FindingKind::SeveralMates, &files, text));
            }
        }
    }
    pairs.sort_by(|a, b| a.name.cmp(&b.name));
    if pairs.is_empty() && !findings.iter().any(|f| f.kind == FindingKind::SeveralMates) {
        return Err(DatasetError::NoPairs {
            expected: EXPECTED,
            path: folder.to_owned(),
        });
    }
    Ok(Listing {
        kind: FolderKind::DicomStudies,
        pairs,
        findings,
    })
}

fn is_dicom(radiograph: &Radiograph) -> bool {
    matches!(radiograph.source.kind, FileKind::Dicom { .. })
}

/// Told by Series Description (0008,103E) and Image Type (0008,0008), where vendors say it.
fn shown_by(info: &StudyInfo) -> Shown {
    let texts = [&info.series_description, &info.image_type];
    if texts
        .iter()
        .any(|text| doubt_of_suppression(text).is_some())
    {
        return Shown::SoftTissue;
    }
    let says_bone = |text: &&String| {
        let capitals = text.to_uppercase();
        let mut words = capitals.split(|c: char| !c.is_alphanumeric());
        words.any(|word| word == "BONE")
    };
    if texts.iter().any(says_bone) {
        Shown::Bone
    } else {
        Shown::Radiograph
    }
}

fn name_of(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_told_by_what_its_series_says() {
        let shown = |series: &str, image_type: &str| {
            shown_by(&StudyInfo {
                series_description: series.to_owned(),
                image_type: image_type.to_owned(),
                ..StudyInfo::default()
            })
        };
        assert_eq!(shown("CHEST PA", "ORIGINAL\\PRIMARY"), Shown::Radiograph);
        assert_eq!(shown("CHEST PA SOFT TISSUE", ""), Shown::SoftTissue);
        assert_eq!(
            shown("", "DERIVED\\PRIMARY\\SOFT_TISSUE"),
            Shown::SoftTissue
        );
        assert_eq!(shown("Chest Bone", ""), Shown::Bone);
        assert_eq!(shown("Bone suppressed", ""), Shown::SoftTissue);
    }
}
