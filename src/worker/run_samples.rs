//! Validation images as a run rendered them.

use crate::train::{DatasetEntry, SourceConfig, SourceKind};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What the names of the pictures end with.
const ENDING: &str = "_soft.png";
/// What tells a lung mask by its name, and a label image.
const MASK_WORD: &str = "_lungmask";
const LABELS: &str = "_labels";

/// A validation image as the run rendered it, from the same noise each time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SampleRecord {
    /// Its name.
    pub name: String,
    /// The radiograph; `None` where the listing does not name it.
    pub radiograph: Option<PathBuf>,
    /// The true soft-tissue image; `None` where there is none that is valid everywhere.
    pub soft_tissue: Option<PathBuf>,
    /// Its files have bones black.
    pub is_inverted: bool,
    /// Grid of the network that its longer side spans, pixels; what it was rendered on is padded at the right and
    /// below. 0 where that is not known.
    pub grid_px: usize,
    /// Iterations done and the soft-tissue image then, oldest first.
    pub pictures: Vec<(u64, PathBuf)>,
}

/// Everything that was rendered in a run folder, by name.
pub(super) fn samples(
    folder: &Path,
    listing: &[DatasetEntry],
    sources: &[SourceConfig],
) -> Vec<SampleRecord> {
    let mut found: BTreeMap<String, Vec<(u64, PathBuf)>> = BTreeMap::new();
    for step in entries(&folder.join("samples")) {
        let iteration = file_name(&step).and_then(|name| name.strip_prefix("step-")?.parse().ok());
        let Some(iteration) = iteration else {
            continue;
        };
        for picture in entries(&step) {
            let name = file_name(&picture).and_then(|name| name.strip_suffix(ENDING));
            if let Some(name) = name {
                let pictures = found.entry(name.to_owned()).or_default();
                pictures.push((iteration, picture.clone()));
            }
        }
    }
    let samples = found.into_iter().map(|(name, mut pictures)| {
        pictures.sort();
        let entry = listing.iter().find(|entry| plain(&entry.name) == name);
        SampleRecord {
            name,
            pictures,
            ..entry.map_or_else(SampleRecord::default, |entry| of_entry(entry, sources))
        }
    });
    samples.collect()
}

/// What the listing tells of an image.
fn of_entry(entry: &DatasetEntry, sources: &[SourceConfig]) -> SampleRecord {
    let is_inverted = entry.kind == SourceKind::LungOnly;
    let is_soft = |path: &&PathBuf| {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        **path != entry.radiograph && !stem.contains(MASK_WORD) && !stem.ends_with(LABELS)
    };
    let soft_tissue = entry.sha256.keys().find(is_soft).cloned();
    let mut sources = sources.iter();
    let source = sources.find(|source| entry.radiograph.starts_with(&source.folder));
    SampleRecord {
        radiograph: Some(entry.radiograph.clone()),
        soft_tissue: soft_tissue.filter(|_| !is_inverted),
        is_inverted,
        grid_px: source.map_or(0, |source| source.grid_px),
        ..SampleRecord::default()
    }
}

/// A name without the folders that it may hold, as pictures are called by.
fn plain(name: &str) -> String {
    name.replace(['/', '\\', ':'], "_")
}

fn file_name(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let listing = std::fs::read_dir(folder).into_iter().flatten().flatten();
    listing.map(|entry| entry.path()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_told_by_name_in_the_order_of_their_iterations() {
        let root = tempfile::tempdir().unwrap();
        for (step, name) in [
            ("step-00000200", "b_soft.png"),
            ("step-00000100", "b_soft.png"),
            ("step-00000100", "a_soft.png"),
            ("step-00000100", "a_soft.png.part"),
            ("other", "a_soft.png"),
        ] {
            let folder = root.path().join("samples").join(step);
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(name), b"").unwrap();
        }
        let found = samples(root.path(), &[], &[]);
        let told: Vec<(&str, Vec<u64>)> = found
            .iter()
            .map(|sample| {
                let steps = sample.pictures.iter().map(|(iteration, _)| *iteration);
                (sample.name.as_str(), steps.collect())
            })
            .collect();
        assert_eq!(told, [("a", vec![100]), ("b", vec![100, 200])]);
        assert_eq!(samples(&root.path().join("absent"), &[], &[]), []);
    }

    #[test]
    fn the_listing_tells_its_mates_and_its_grid() {
        let entry = |kind, files: &[&str]| DatasetEntry {
            name: "a".to_owned(),
            kind,
            split: crate::train::Split::Validation,
            radiograph: PathBuf::from("here/a_cxr.png"),
            sha256: files
                .iter()
                .map(|file| (file.into(), String::new()))
                .collect(),
            keys: Vec::new(),
        };
        let source = |folder: &str, grid_px| SourceConfig {
            kind: SourceKind::Pairs,
            folder: folder.into(),
            soft_folder: None,
            weight: 1.0,
            grid_px,
            only: Vec::new(),
            limit: None,
        };
        let files = ["here/a_cxr.png", "here/a_lungmask.png", "there/a.png"];
        let sources = [source("elsewhere", 512), source("here", 768)];
        let found = of_entry(&entry(SourceKind::Pairs, &files), &sources);
        assert_eq!(found.soft_tissue, Some("there/a.png".into()));
        assert_eq!((found.grid_px, found.is_inverted), (768, false));
        let found = of_entry(&entry(SourceKind::LungOnly, &files), &sources[..1]);
        assert_eq!(
            (found.soft_tissue, found.grid_px, found.is_inverted),
            (None, 0, true)
        );
    }
}
