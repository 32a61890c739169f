//! Where bundles lie.

use crate::model::ModelError;
use crate::model::manifest::MANIFEST_FILE;
use std::collections::BTreeSet;
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Source tree of a build for development, whose `target` folder may lie anywhere. A release names no folder of the
/// machine it was built on.
const BUILT_FROM: Option<&str> = if cfg!(any(debug_assertions, test)) {
    Some(env!("CARGO_MANIFEST_DIR"))
} else {
    None
};

/// Where packages put bundles, as seen from the program's folder: beside it (Windows); where Debian has data; among the
/// files of a macOS application, or among those of an AppImage.
const INSTALLED_TO: [&str; 3] = [
    "models",
    "../share/diaphane/models",
    if cfg!(target_os = "macos") {
        "../Resources/models"
    } else {
        "../lib/diaphane/models"
    },
];

/// Folders that are searched for bundles, in order: the list in `DIAPHANE_MODELS`; the places where packages put them,
/// `models` beside the program and `share/diaphane/models` of the place it was installed to among them; `models` of the
/// source tree in whose `target` folder the program lies, or, in a build for development, of the one it was built from.
pub fn search_folders() -> Vec<PathBuf> {
    let program = env::current_exe().ok();
    let beside = program.as_deref().and_then(Path::parent);
    search_folders_from(env::var_os("DIAPHANE_MODELS").as_deref(), beside)
}

fn search_folders_from(variable: Option<&OsStr>, beside: Option<&Path>) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = variable
        .into_iter()
        .flat_map(env::split_paths)
        .filter(|folder| !folder.as_os_str().is_empty())
        .collect();
    if let Some(beside) = beside {
        folders.extend(INSTALLED_TO.map(|place| beside.join(place)));
    }
    let tree = beside.and_then(source_tree_around);
    for tree in tree.into_iter().chain(BUILT_FROM.map(Path::new)) {
        let models = tree.join("models");
        if !folders.contains(&models) {
            folders.push(models);
        }
    }
    folders
}

/// The folder whose `target` holds the program's folder: `target/<profile>`, `deps` in it for tests, and both below
/// the name of a platform.
fn source_tree_around(program_folder: &Path) -> Option<&Path> {
    let target = program_folder
        .ancestors()
        .skip(1)
        .take(3)
        .find(|folder| folder.file_name().is_some_and(|name| name == "target"))?;
    target.parent()
}

/// Finds a bundle by the path of its folder or by its name, and returns its folder.
///
/// # Errors
/// [`ModelError::BundleNotFound`] with the folders that were searched.
pub fn find_bundle(name_or_path: &str) -> Result<PathBuf, ModelError> {
    find_bundle_in(name_or_path, &search_folders())
}

fn find_bundle_in(name_or_path: &str, folders: &[PathBuf]) -> Result<PathBuf, ModelError> {
    let direct = Path::new(name_or_path);
    if is_bundle(direct) {
        return Ok(direct.to_path_buf());
    }
    // A manifest named directly means the folder it lies in.
    if direct.file_name().is_some_and(|name| name == MANIFEST_FILE)
        && let Some(folder) = direct.parent()
        && is_bundle(folder)
    {
        return Ok(folder.to_path_buf());
    }
    let mut components = direct.components();
    let is_name = matches!(
        (components.next(), components.next()),
        (Some(Component::Normal(_)), None)
    );
    let mut candidates = folders.iter().map(|folder| folder.join(name_or_path));
    match candidates.find(|folder| is_name && is_bundle(folder)) {
        Some(folder) => Ok(folder),
        None => Err(ModelError::BundleNotFound {
            name: name_or_path.to_owned(),
            searched: folders.to_vec(),
        }),
    }
}

/// Folders of all bundles that [`find_bundle`] finds by name; the first one of each name.
pub fn list_bundles() -> Vec<PathBuf> {
    list_bundles_in(&search_folders())
}

fn list_bundles_in(folders: &[PathBuf]) -> Vec<PathBuf> {
    let mut names = BTreeSet::new();
    let mut bundles = Vec::new();
    for folder in folders {
        let Ok(children) = fs::read_dir(folder) else {
            continue;
        };
        let mut children: Vec<PathBuf> = children.flatten().map(|child| child.path()).collect();
        children.sort();
        for child in children {
            if is_bundle(&child) && names.insert(child.file_name().map(OsString::from)) {
                bundles.push(child);
            }
        }
    }
    bundles
}

fn is_bundle(folder: &Path) -> bool {
    folder.join(MANIFEST_FILE).is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn make_bundle(folder: &Path) {
        fs::create_dir_all(folder).expect("a folder");
        fs::write(folder.join(MANIFEST_FILE), "").expect("a manifest");
    }

    #[test]
    fn the_variable_comes_first_and_the_source_tree_last() {
        let joined = env::join_paths(["/first", "/second"]).expect("two paths");
        let folders = search_folders_from(Some(&joined), Some(Path::new("/program/bin")));
        assert_eq!(folders[..2], ["/first", "/second"].map(PathBuf::from));
        assert_eq!(folders[2], Path::new("/program/bin/models"));
        assert_eq!(
            folders[3],
            Path::new("/program/bin/../share/diaphane/models")
        );
        let among_files = if cfg!(target_os = "macos") {
            "/program/bin/../Resources/models"
        } else {
            "/program/bin/../lib/diaphane/models"
        };
        assert_eq!(folders[4], Path::new(among_files));
        let built_from = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
        assert_eq!(folders[5..], std::slice::from_ref(&built_from)[..]);
        // The tree around the program counts before the one it was built from, and neither twice.
        let around = search_folders_from(None, Some(Path::new("/tree/target/release")));
        assert_eq!(around[3..], [PathBuf::from("/tree/models"), built_from]);
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/debug/deps");
        assert_eq!(search_folders_from(None, Some(&own)).len(), 4);
    }

    #[test]
    fn the_source_tree_is_found_from_every_place_of_a_program_in_it() {
        for place in [
            "release",
            "debug/deps",
            "x86_64-unknown-linux-gnu/release",
            "x86_64-unknown-linux-gnu/debug/deps",
        ] {
            let folder = Path::new("/tree/target").join(place);
            assert_eq!(
                source_tree_around(&folder),
                Some(Path::new("/tree")),
                "{place}"
            );
        }
        for elsewhere in ["/usr/bin", "/tree/target", "/target/a/b/c/d", "/"] {
            assert_eq!(
                source_tree_around(Path::new(elsewhere)),
                None,
                "{elsewhere}"
            );
        }
    }

    #[test]
    fn a_bundle_is_found_by_name_path_and_manifest() {
        let root = tempfile::tempdir().expect("a folder");
        let (first, second) = (root.path().join("a"), root.path().join("b"));
        make_bundle(&first.join("one"));
        make_bundle(&second.join("one"));
        make_bundle(&second.join("two"));
        let folders = [first.clone(), second.clone()];
        let found = |name: &str| find_bundle_in(name, &folders);
        assert_eq!(found("one").expect("by name"), first.join("one"));
        assert_eq!(found("two").expect("by name"), second.join("two"));
        let path = second.join("one");
        assert_eq!(found(&path.to_string_lossy()).expect("by path"), path);
        let manifest = path.join(MANIFEST_FILE);
        assert_eq!(found(&manifest.to_string_lossy()).expect("by file"), path);
        assert_eq!(
            list_bundles_in(&folders),
            [first.join("one"), second.join("two")]
        );
    }

    #[test]
    fn a_name_does_not_walk_out_of_the_folders() {
        let root = tempfile::tempdir().expect("a folder");
        make_bundle(&root.path().join("outside"));
        let folders = [root.path().join("models")];
        fs::create_dir(&folders[0]).expect("a folder");
        let refused = find_bundle_in("../outside", &folders);
        assert!(
            matches!(refused, Err(ModelError::BundleNotFound { searched, .. }) if searched == folders)
        );
    }
}
