//! Validation images as a run rendered them.

use crate::train::DatasetEntry;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What the names of the pictures end with.
const ENDING: &str = "_soft.png";

/// A validation image as the run rendered it, from the same noise each time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleRecord {
    /// Its name.
    pub name: String,
    /// The radiograph; `None` where the listing does not name it.
    pub radiograph: Option<PathBuf>,
    /// Iterations done and the soft-tissue image then, oldest first.
    pub pictures: Vec<(u64, PathBuf)>,
}

/// Everything that was rendered in a run folder, by name.
pub(super) fn samples(folder: &Path, listing: &[DatasetEntry]) -> Vec<SampleRecord> {
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
    let radiograph = |name: &str| {
        let mut entries = listing.iter();
        let entry = entries.find(|entry| plain(&entry.name) == name)?;
        Some(entry.radiograph.clone())
    };
    let samples = found.into_iter().map(|(name, mut pictures)| {
        pictures.sort();
        SampleRecord {
            radiograph: radiograph(&name),
            name,
            pictures,
        }
    });
    samples.collect()
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
        let found = samples(root.path(), &[]);
        let told: Vec<(&str, Vec<u64>)> = found
            .iter()
            .map(|sample| {
                let steps = sample.pictures.iter().map(|(iteration, _)| *iteration);
                (sample.name.as_str(), steps.collect())
            })
            .collect();
        assert_eq!(told, [("a", vec![100]), ("b", vec![100, 200])]);
        assert_eq!(samples(&root.path().join("absent"), &[]), []);
    }
}
