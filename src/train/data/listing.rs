//! Which files of a folder belong together.

use crate::dataset::{self, DatasetError};
use crate::train::{SourceConfig, SourceKind, TrainError};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// The files of one radiograph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleFiles {
    /// What the files of its source mean.
    pub kind: SourceKind,
    /// Name shared by its files; names the patient in the split.
    pub name: String,
    /// The radiograph.
    pub radiograph: PathBuf,
    /// The soft-tissue image.
    pub soft_tissue: Option<PathBuf>,
    /// The lung mask or label image.
    pub lungs: Option<PathBuf>,
}

/// Roles that a name's ending tells, of files that are no pairs valid everywhere: those are [`crate::dataset`]'s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    Radiograph,
    LungMask,
    Labels,
    InvertedRadiograph,
    InvertedSoftTissue,
}

fn role_of(stem: &str) -> Option<(&str, Role)> {
    const ENDINGS: [(&str, Role); 4] = [
        ("_soft_inverted_lungonly", Role::InvertedSoftTissue),
        ("_cxr_inverted", Role::InvertedRadiograph),
        ("_cxr", Role::Radiograph),
        ("_labels", Role::Labels),
    ];
    for (ending, role) in ENDINGS {
        if let Some(name) = stem.strip_suffix(ending) {
            return Some((name, role));
        }
    }
    // Masks may carry a word on their origin: `_lungmask`, `_lungmask_derived`.
    let (name, _) = stem.rsplit_once("_lungmask")?;
    // What `segment` writes is called after the radiograph's file.
    Some((name.strip_suffix("_cxr").unwrap_or(name), Role::LungMask))
}

/// Everything a source holds, in the order of the names; `stopped` ends it.
///
/// # Errors
/// [`TrainError::Cancelled`] where it was stopped, [`TrainError::File`] where the folder cannot be read, [`TrainError::Data`] where it holds no
/// complete set of files of its kind, or two files that could be the same one.
pub fn list_source(
    source: &SourceConfig,
    stopped: &AtomicBool,
) -> Result<Vec<SampleFiles>, TrainError> {
    let mut samples = match source.kind {
        SourceKind::Pairs => pairs(source, stopped)?,
        SourceKind::LungOnly | SourceKind::Masks => by_ending(source)?,
    };
    samples.retain(|files| is_chosen(source, &files.name));
    samples.truncate(source.limit.unwrap_or(usize::MAX));
    if samples.is_empty() {
        return Err(TrainError::data(
            &source.folder,
            format!("no complete set of files of kind {:?} found", source.kind),
        ));
    }
    Ok(samples)
}

fn is_chosen(source: &SourceConfig, name: &str) -> bool {
    source.only.is_empty() || source.only.iter().any(|start| name.starts_with(start))
}

/// Asks a flag whether to end.
struct Stopped<'a>(&'a AtomicBool);

impl dataset::Observer for Stopped<'_> {
    fn progressed(&self, _done: usize, _all: usize) {}

    fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The pairs that `dataset check` reports, by the same names.
fn pairs(source: &SourceConfig, stopped: &AtomicBool) -> Result<Vec<SampleFiles>, TrainError> {
    let folder = &source.folder;
    let soft_folder = source.soft_folder.as_deref();
    let listing = dataset::list_pairs_watched(folder, soft_folder, &Stopped(stopped));
    let listing = listing.map_err(|err| match err {
        DatasetError::NoPairs { expected, path } => {
            TrainError::data(&path, format!("no pair is found; {expected}"))
        }
        err => refusal(err),
    })?;
    let listing = listing.ok_or(TrainError::Cancelled)?;
    if let Some(found) = listing.ambiguous(&source.only) {
        let path = found.files.first().unwrap_or(folder);
        return Err(TrainError::data(path, found.text.trim_end_matches('.')));
    }
    let files = listing.pairs.into_iter().map(|pair| SampleFiles {
        kind: SourceKind::Pairs,
        name: pair.name,
        radiograph: pair.radiograph,
        soft_tissue: Some(pair.soft_tissue),
        lungs: pair.lung_mask,
    });
    Ok(files.collect())
}

/// What a dataset says of a source, as training says it.
pub(super) fn refusal(err: DatasetError) -> TrainError {
    match err {
        DatasetError::Unusable { reason, path } => TrainError::data(&path, reason),
        DatasetError::File {
            doing,
            source,
            path,
        } => TrainError::File {
            doing,
            source,
            path,
        },
        // Its sentence says what to do, and names the place.
        err => TrainError::Dataset(err),
    }
}

fn by_ending(source: &SourceConfig) -> Result<Vec<SampleFiles>, TrainError> {
    let mut groups: BTreeMap<String, BTreeMap<Role, PathBuf>> = BTreeMap::new();
    for path in files_of(&source.folder)? {
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        let Some((name, role)) = stem.and_then(role_of) else {
            continue;
        };
        if !name.is_empty() {
            let files = groups.entry(name.to_owned()).or_default();
            files.insert(role, path.clone());
        }
    }
    let samples = groups.into_iter();
    Ok(samples
        .filter_map(|(name, files)| assemble(source.kind, name, files))
        .collect())
}

fn files_of(folder: &Path) -> Result<Vec<PathBuf>, TrainError> {
    const EXTENSIONS: [&str; 7] = ["png", "jpg", "jpeg", "tif", "tiff", "dcm", "dicom"];
    let listing = std::fs::read_dir(folder)
        .map_err(TrainError::file("listing the training folder", folder))?;
    let mut files = Vec::new();
    for entry in listing {
        let path = entry
            .map_err(TrainError::file("listing the training folder", folder))?
            .path();
        let known = path
            .extension()
            .and_then(|extension| extension.to_str())
            .is_some_and(|extension| EXTENSIONS.contains(&extension.to_ascii_lowercase().as_str()));
        if known && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn assemble(
    kind: SourceKind,
    name: String,
    mut files: BTreeMap<Role, PathBuf>,
) -> Option<SampleFiles> {
    let lungs = files
        .remove(&Role::LungMask)
        .or_else(|| files.remove(&Role::Labels))?;
    let (radiograph, soft_tissue) = if kind == SourceKind::LungOnly {
        let soft_tissue = files.remove(&Role::InvertedSoftTissue)?;
        (files.remove(&Role::InvertedRadiograph)?, Some(soft_tissue))
    } else {
        (files.remove(&Role::Radiograph)?, None)
    };
    Some(SampleFiles {
        kind,
        name,
        radiograph,
        soft_tissue,
        lungs: Some(lungs),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(source: &SourceConfig) -> Result<Vec<SampleFiles>, TrainError> {
        list_source(source, &AtomicBool::new(false))
    }

    fn source(kind: SourceKind, folder: &Path) -> SourceConfig {
        SourceConfig {
            kind,
            folder: folder.to_owned(),
            soft_folder: None,
            weight: 1.0,
            grid_px: 1024,
            only: Vec::new(),
            limit: None,
        }
    }

    #[test]
    fn files_are_grouped_by_name_and_kind() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "a_cxr.png",
            "a_soft.png",
            "a_soft_registered.png",
            "a_lungmask_derived.png",
            "a_pred_net.png",
            "b_cxr.png",
            "b_labels.png",
            "e_cxr.png",
            "e_cxr_lungmask.png",
            "c_cxr_inverted.png",
            "c_soft_inverted_lungonly.png",
            "c_lungmask.png",
            "d_cxr.jpg",
        ] {
            std::fs::write(folder.path().join(name), b"").unwrap();
        }
        let names = |kind| -> Vec<(String, Option<PathBuf>)> {
            listed(&source(kind, folder.path()))
                .unwrap()
                .into_iter()
                .map(|files| (files.name, files.soft_tissue))
                .collect()
        };
        let at = |name: &str| Some(folder.path().join(name));
        assert_eq!(
            names(SourceKind::Pairs),
            [("a".to_owned(), at("a_soft_registered.png"))]
        );
        assert_eq!(
            names(SourceKind::LungOnly),
            [("c".to_owned(), at("c_soft_inverted_lungonly.png"))]
        );
        // `a` is a radiograph with a mask as well; `d` has none.
        assert_eq!(
            names(SourceKind::Masks),
            ["a", "b", "e"].map(|name| (name.to_owned(), None))
        );
    }

    #[test]
    fn a_folder_without_pairs_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let err = listed(&source(SourceKind::Pairs, folder.path())).unwrap_err();
        assert!(err.to_string().contains("no pair is found"), "{err}");
        let err = listed(&source(SourceKind::Masks, folder.path())).unwrap_err();
        assert!(err.to_string().contains("no complete set"), "{err}");
    }

    #[test]
    fn two_folders_side_by_side_are_a_source_and_a_second_mate_refuses_it() {
        let root = tempfile::tempdir().unwrap();
        for folder in ["CXR", "BS"] {
            std::fs::create_dir(root.path().join(folder)).unwrap();
            for name in ["0.png", "1.png"] {
                std::fs::write(root.path().join(folder).join(name), b"").unwrap();
            }
        }
        let source = |only: &[&str]| SourceConfig {
            only: only.iter().map(|&name| name.to_owned()).collect(),
            ..source(SourceKind::Pairs, root.path())
        };
        let told = dataset::list_pairs(root.path(), None).unwrap().pairs;
        let taken = listed(&source(&[])).unwrap();
        let names = |files: &SampleFiles| (files.name.clone(), files.soft_tissue.clone());
        let expected = told
            .into_iter()
            .map(|pair| (pair.name, Some(pair.soft_tissue)));
        assert!(taken.iter().map(names).eq(expected), "{taken:?}");

        std::fs::write(root.path().join("BS/1.tif"), b"").unwrap();
        let err = listed(&source(&[])).unwrap_err().to_string();
        assert!(err.contains("several files"), "{err}");
        assert_eq!(listed(&source(&["0"])).unwrap().len(), 1);
    }

    #[test]
    fn soft_tissue_images_may_lie_in_any_folder_of_their_own() {
        let [radiographs, soft] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        for name in ["0.png", "1.png"] {
            std::fs::write(radiographs.path().join(name), b"").unwrap();
            std::fs::write(soft.path().join(name), b"").unwrap();
        }
        let source = SourceConfig {
            soft_folder: Some(soft.path().to_owned()),
            ..source(SourceKind::Pairs, radiographs.path())
        };
        let mates: Vec<Option<PathBuf>> = listed(&source)
            .unwrap()
            .into_iter()
            .map(|files| files.soft_tissue)
            .collect();
        let at = |name: &str| Some(soft.path().join(name));
        assert_eq!(mates, [at("0.png"), at("1.png")]);
    }
}
