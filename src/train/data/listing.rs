//! Which files of a folder belong together.

use crate::train::{SourceConfig, SourceKind, TrainError};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

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

/// Roles a file name can end with, the longer endings first where one contains another's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    Radiograph,
    SoftTissue,
    SoftTissueRegistered,
    LungMask,
    Labels,
    InvertedRadiograph,
    InvertedSoftTissue,
}

fn role_of(stem: &str) -> Option<(&str, Role)> {
    const ENDINGS: [(&str, Role); 6] = [
        ("_soft_inverted_lungonly", Role::InvertedSoftTissue),
        ("_cxr_inverted", Role::InvertedRadiograph),
        ("_soft_registered", Role::SoftTissueRegistered),
        ("_soft", Role::SoftTissue),
        ("_cxr", Role::Radiograph),
        ("_labels", Role::Labels),
    ];
    for (ending, role) in ENDINGS {
        if let Some(name) = stem.strip_suffix(ending) {
            return Some((name, role));
        }
    }
    // Masks may carry a word on their origin: `_lungmask`, `_lungmask_derived`.
    let at = stem.rfind("_lungmask")?;
    Some((&stem[..at], Role::LungMask))
}

/// Everything a source holds, in the order of the names.
///
/// # Errors
/// [`TrainError::File`] where the folder cannot be read, [`TrainError::Data`] where it holds no
/// complete set of files of its kind.
pub fn list_source(source: &SourceConfig) -> Result<Vec<SampleFiles>, TrainError> {
    let folder = &source.folder;
    let mut groups: BTreeMap<String, BTreeMap<Role, PathBuf>> = BTreeMap::new();
    for path in files_of(folder)? {
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        let Some((name, role)) = stem.and_then(role_of) else {
            continue;
        };
        let chosen = source.only.is_empty() || source.only.iter().any(|p| name.starts_with(p));
        if !name.is_empty() && chosen {
            groups
                .entry(name.to_owned())
                .or_default()
                .insert(role, path.clone());
        }
    }
    let mut samples: Vec<SampleFiles> = groups
        .into_iter()
        .filter_map(|(name, files)| assemble(source.kind, name, files))
        .collect();
    samples.truncate(source.limit.unwrap_or(usize::MAX));
    if samples.is_empty() {
        return Err(TrainError::data(
            folder,
            format!("no complete set of files of kind {:?} found", source.kind),
        ));
    }
    Ok(samples)
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
        .or_else(|| files.remove(&Role::Labels));
    let (radiograph, soft_tissue) = match kind {
        SourceKind::Pairs => (
            files.remove(&Role::Radiograph)?,
            Some(
                files
                    .remove(&Role::SoftTissueRegistered)
                    .or_else(|| files.remove(&Role::SoftTissue))?,
            ),
        ),
        SourceKind::LungOnly => (
            files.remove(&Role::InvertedRadiograph)?,
            Some(files.remove(&Role::InvertedSoftTissue)?),
        ),
        SourceKind::Masks => (files.remove(&Role::Radiograph)?, None),
    };
    let complete = kind == SourceKind::Pairs || lungs.is_some();
    complete.then_some(SampleFiles {
        kind,
        name,
        radiograph,
        soft_tissue,
        lungs,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(kind: SourceKind, folder: &Path) -> SourceConfig {
        SourceConfig {
            kind,
            folder: folder.to_owned(),
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
            "c_cxr_inverted.png",
            "c_soft_inverted_lungonly.png",
            "c_lungmask.png",
            "d_cxr.jpg",
        ] {
            std::fs::write(folder.path().join(name), b"").unwrap();
        }
        let names = |kind| -> Vec<(String, Option<PathBuf>)> {
            list_source(&source(kind, folder.path()))
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
            [("a".to_owned(), None), ("b".to_owned(), None)]
        );
    }

    #[test]
    fn a_folder_without_pairs_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let err = list_source(&source(SourceKind::Pairs, folder.path())).unwrap_err();
        assert!(err.to_string().contains("no complete set"), "{err}");
    }
}
