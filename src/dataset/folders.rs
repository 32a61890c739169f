//! The folders of a dataset: what lies in them, and which of them hold radiographs or soft-tissue images.

use super::DatasetError;
use super::patients::PATIENTS_FILE;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Names of two folders side by side that hold radiographs and their soft-tissue images under equal file names: those
/// of the authors' repositories (SZCH-X-Rays), and of the public collections made of JSRT.
const FOLDER_NAMES: [(&str, &str); 6] = [
    ("cxr", "bs"),
    ("cxr_aug", "bs_aug"),
    ("jsrt", "bse_jsrt"),
    ("cxr", "soft"),
    ("images", "targets"),
    ("source", "target"),
];
/// Says in a sentence that a folder is not there, or is none.
pub(super) fn ensure_folder(folder: &Path) -> Result<(), DatasetError> {
    let path = folder.to_owned();
    match std::fs::metadata(folder) {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => Err(DatasetError::NoFolder { path }),
        Err(err) if err.kind() == std::io::ErrorKind::NotFound => {
            Err(DatasetError::Missing { path })
        }
        Err(err) => Err(DatasetError::file("listing the folder", folder)(err)),
    }
}

/// The two folders of a root whose names say what they hold.
pub(super) fn side_by_side(root: &Path) -> Result<Option<(PathBuf, PathBuf)>, DatasetError> {
    let listing =
        std::fs::read_dir(root).map_err(DatasetError::file("listing the folder", root))?;
    let mut folders = BTreeMap::new();
    for entry in listing {
        let path = entry
            .map_err(DatasetError::file("listing the folder", root))?
            .path();
        if path.is_dir()
            && let Some(name) = path.file_name().and_then(|name| name.to_str())
        {
            folders.insert(name.to_lowercase(), path);
        }
    }
    let pair = FOLDER_NAMES.iter().find_map(|(radiographs, soft_tissue)| {
        Some((
            folders.get(*radiographs)?.clone(),
            folders.get(*soft_tissue)?.clone(),
        ))
    });
    Ok(pair)
}

/// Every file below a folder, in the order of their paths; hidden ones are left out. Nothing is judged by its content
/// yet: a soft-tissue image must not be passed over because it is called like one.
pub(super) fn files_below(folder: &Path) -> Result<Vec<PathBuf>, DatasetError> {
    let doing = "listing the folder";
    let (mut files, mut pending) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = pending.pop() {
        let listing = std::fs::read_dir(&folder).map_err(DatasetError::file(doing, &folder))?;
        for entry in listing {
            let entry = entry.map_err(DatasetError::file(doing, &folder))?;
            let kind = entry
                .file_type()
                .map_err(DatasetError::file(doing, &folder))?;
            let name = entry.file_name();
            if name.to_string_lossy().starts_with('.') || name == PATIENTS_FILE {
                continue;
            }
            // A link to a folder may lead round in a circle.
            if kind.is_dir() {
                pending.push(entry.path());
            } else {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}
