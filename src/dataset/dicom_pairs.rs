//! Pairs of DICOM studies: the radiograph and the soft-tissue image of one exposure or two.

use super::finding::{Finding, FindingKind};
use super::listing::{FolderKind, Listing, PairFiles, no_pairs, stem, without_mate};
use super::parallel::map_parallel;
use super::watch::CancelOnly;
use super::{DatasetError, Observer};
use crate::formats;
use crate::radiograph::{FileKind, Radiograph, StudyInfo, doubt_of_suppression};
use std::collections::{BTreeMap, BTreeSet};
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

/// What a file is, as far as pairs are told by it.
enum Content {
    Dicom {
        /// Patient, who numbered the patients, and study.
        key: [String; 3],
        shown: Shown,
    },
    OtherPicture,
    Unreadable(String),
}

/// Lists the pairs among `files` by their studies; what is no DICOM file is told. `None` where `observer` ended it.
pub(super) fn list(
    folder: &Path,
    files: &[PathBuf],
    observer: &dyn Observer,
) -> Result<Option<Listing>, DatasetError> {
    let Some(contents) = map_parallel(files, &CancelOnly(observer), |path| content_of(path)) else {
        return Ok(None);
    };
    let mut findings = Vec::new();
    let mut studies: BTreeMap<[String; 3], Study> = BTreeMap::new();
    for (path, content) in files.iter().zip(contents) {
        match content {
            Content::Unreadable(text) => {
                findings.push(Finding::new(FindingKind::PassedOver, &[path], text));
            }
            Content::OtherPicture => findings.push(without_mate(path)),
            Content::Dicom { key, shown } => studies.entry(key).or_default().add(path, shown),
        }
    }
    let mut pairs = Vec::new();
    for study in studies.into_values() {
        match (study.radiographs.as_slice(), study.soft_tissue.as_slice()) {
            ([radiograph], [soft_tissue]) => pairs.push(PairFiles {
                name: stem(radiograph),
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
    tell_apart(&mut pairs, folder);
    if pairs.is_empty() && !findings.iter().any(|f| f.kind == FindingKind::SeveralMates) {
        return Err(no_pairs(EXPECTED, folder));
    }
    Ok(Some(Listing {
        kind: FolderKind::DicomStudies,
        pairs,
        findings,
    }))
}

impl Study {
    fn add(&mut self, path: &Path, shown: Shown) {
        match shown {
            Shown::Radiograph => self.radiographs.push(path.to_owned()),
            Shown::SoftTissue => self.soft_tissue.push(path.to_owned()),
            Shown::Bone => {}
        }
    }
}

fn content_of(path: &Path) -> Content {
    match formats::read(path) {
        Err(err) => Content::Unreadable(err.problem.to_string()),
        Ok(radiograph) if !is_dicom(&radiograph) => Content::OtherPicture,
        Ok(Radiograph { info, .. }) => Content::Dicom {
            shown: shown_by(&info),
            key: [
                info.patient_id,
                info.issuer_of_patient_id,
                info.study_instance_uid,
            ],
        },
    }
}

/// Gives every pair a name of its own: exports call the first image of every study alike, and two pairs of one name
/// would be taken for one wherever names count. Such pairs are called by their folders too.
fn tell_apart(pairs: &mut [PairFiles], root: &Path) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for pair in pairs.iter() {
        *counts.entry(pair.name.clone()).or_default() += 1;
    }
    for pair in pairs.iter_mut() {
        if counts.get(&pair.name).is_some_and(|&count| count > 1) {
            let below = pair.radiograph.strip_prefix(root);
            let below = below.unwrap_or(&pair.radiograph).with_extension("");
            let parts = below.components();
            let parts: Vec<String> = parts
                .map(|part| part.as_os_str().to_string_lossy().into_owned())
                .collect();
            pair.name = parts.join("_");
        }
    }
    pairs.sort_by(|a, b| (&a.name, &a.radiograph).cmp(&(&b.name, &b.radiograph)));
    let mut taken = BTreeSet::new();
    for pair in pairs {
        let own = pair.name.clone();
        for number in 2.. {
            if taken.insert(pair.name.clone()) {
                break;
            }
            pair.name = format!("{own}_{number}");
        }
    }
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

    #[test]
    fn images_that_every_study_calls_alike_are_called_by_their_folders_too() {
        let pair = |path: &str| PairFiles {
            name: stem(Path::new(path)),
            radiograph: path.into(),
            soft_tissue: path.into(),
            lung_mask: None,
        };
        let files = [
            "r/b/IM1.dcm",
            "r/a/IM1.dcm",
            "r/c/IM2.dcm",
            "r/a/IM1",
            "r/a_IM1.dcm",
        ];
        let mut pairs: Vec<PairFiles> = files.map(pair).into();
        tell_apart(&mut pairs, Path::new("r"));
        let names: Vec<&str> = pairs.iter().map(|pair| pair.name.as_str()).collect();
        assert_eq!(names, ["IM2", "a_IM1", "a_IM1_2", "a_IM1_3", "b_IM1"]);
    }
}
