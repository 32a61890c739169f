//! Radiographs with lung labels, and predictions by name.

use anyhow::{Context as _, ensure};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Endings of pictures that are looked at.
const PICTURES: [&str; 7] = ["png", "tif", "tiff", "jpg", "jpeg", "dcm", "dicom"];
/// Endings of a prediction's stem, the best first.
const PREDICTIONS: [&str; 4] = ["", "_soft", "_cxr", "_cxr_soft"];

/// A radiograph with its lung labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Labelled {
    pub(super) name: String,
    pub(super) cxr: PathBuf,
    pub(super) labels: PathBuf,
}

/// `NAME_cxr.*` with `NAME_labels.*` in one folder.
pub(super) fn labelled(folder: &Path) -> anyhow::Result<Vec<Labelled>> {
    let files = pictures(folder)?;
    let found: Vec<Labelled> = named(&files, "_cxr")
        .filter_map(|(name, cxr)| {
            Some(Labelled {
                name: name.to_owned(),
                cxr: cxr.clone(),
                labels: first(&files, name, &["_labels"])?,
            })
        })
        .collect();
    ensure!(
        !found.is_empty(),
        "{} holds no NAME_cxr.* with NAME_labels.*; check the folder",
        folder.display()
    );
    Ok(found)
}

/// The prediction for `name` in a folder of predictions.
pub(super) fn prediction(folder: &Path, name: &str) -> anyhow::Result<PathBuf> {
    let files = pictures(folder)?;
    first(&files, name, &PREDICTIONS).with_context(|| {
        format!(
            "{} holds no prediction for {name}; name it {name}.png or {name}_soft.png",
            folder.display()
        )
    })
}

/// Pictures of a folder by stem.
fn pictures(folder: &Path) -> anyhow::Result<BTreeMap<String, PathBuf>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut files = BTreeMap::new();
    for entry in entries {
        let path = entry
            .with_context(|| format!("cannot read {}", folder.display()))?
            .path();
        let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
        let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned());
        if let (Some(ending), Some(stem)) = (ending, stem)
            && PICTURES.contains(&ending.as_str())
        {
            files.insert(stem, path);
        }
    }
    Ok(files)
}

/// Files whose stem has an ending, with the name before it.
fn named<'a>(
    files: &'a BTreeMap<String, PathBuf>,
    ending: &'static str,
) -> impl Iterator<Item = (&'a str, &'a PathBuf)> {
    files
        .iter()
        .filter_map(move |(stem, path)| Some((stem.strip_suffix(ending)?, path)))
}

fn first(files: &BTreeMap<String, PathBuf>, name: &str, endings: &[&str]) -> Option<PathBuf> {
    let mut candidates = endings.iter().map(|ending| format!("{name}{ending}"));
    candidates.find_map(|stem| files.get(&stem).cloned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            fs::write(folder.path().join(file), "").unwrap();
        }
        folder
    }

    #[test]
    fn predictions_go_by_several_names() {
        let folder = folder(&["a_cxr_soft.png", "b.png", "b_soft.png"]);
        assert!(
            prediction(folder.path(), "a")
                .unwrap()
                .ends_with("a_cxr_soft.png")
        );
        assert!(prediction(folder.path(), "b").unwrap().ends_with("b.png"));
        assert!(prediction(folder.path(), "c").is_err());
    }
}
