//! A bundle's copy: whole and checked, or not there.

use super::learned_from::problem_of;
use super::{Bundle, BundleInfo, files_beside};
use crate::model::ModelError;
use crate::model::manifest::MANIFEST_FILE;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// Copies a bundle to `destination`, under which it appears complete or not at all. A copy that is there already is
/// kept where it is sound and the same.
///
/// # Errors
/// [`ModelError::Io`]; [`ModelError::Faulty`] where the bundle, or what is there already, is not the one that `bundle` tells of.
pub(crate) fn copy_bundle(bundle: &BundleInfo, destination: &Path) -> Result<(), ModelError> {
    if destination.exists() {
        return ensure_same(bundle, destination);
    }
    ensure_record(bundle, &bundle.folder)?;
    let parent = destination.parent().unwrap_or(destination);
    fs::create_dir_all(parent).map_err(|err| ModelError::io("make the folder", parent, err))?;
    let temporary = destination.with_extension(format!("{}.partial", std::process::id()));
    let copied = copy_files(bundle, &temporary)
        .and_then(|()| ensure_same(bundle, &temporary))
        .and_then(|()| {
            fs::rename(&temporary, destination)
                .map_err(|err| ModelError::io("rename", &temporary, err))
        });
    if copied.is_err() {
        // Best effort: the first error is the one to report.
        drop(fs::remove_dir_all(&temporary));
    }
    copied
}

fn copy_files(bundle: &BundleInfo, destination: &Path) -> Result<(), ModelError> {
    if destination.exists() {
        fs::remove_dir_all(destination)
            .map_err(|err| ModelError::io("remove", destination, err))?;
    }
    fs::create_dir(destination)
        .map_err(|err| ModelError::io("make the folder", destination, err))?;
    let weights = bundle.manifest.files.iter().map(|file| file.name.as_str());
    let beside = files_beside(&bundle.folder, &bundle.manifest);
    let names = weights.chain([MANIFEST_FILE]).map(PathBuf::from);
    for name in names.chain(beside) {
        let (from, to) = (bundle.folder.join(&name), destination.join(&name));
        fs::copy(&from, &to).map_err(|err| ModelError::io("copy", &from, err))?;
        let flushed = File::open(&to).and_then(|file| file.sync_all());
        flushed.map_err(|err| ModelError::io("write", &to, err))?;
    }
    Ok(())
}

/// Refuses a folder in which what the networks learned from is not as the manifest lists it.
fn ensure_record(bundle: &BundleInfo, folder: &Path) -> Result<(), ModelError> {
    let listed = bundle.manifest.learned_from.as_ref();
    match listed.and_then(|listed| problem_of(folder, listed)) {
        Some(reason) => Err(ModelError::Faulty {
            folder: folder.to_path_buf(),
            reason,
        }),
        None => Ok(()),
    }
}

/// Refuses a copy that is damaged or another bundle.
fn ensure_same(bundle: &BundleInfo, copy: &Path) -> Result<(), ModelError> {
    let faulty = |reason: String| ModelError::Faulty {
        folder: copy.to_path_buf(),
        reason,
    };
    let report = Bundle::verify(copy)?;
    // A bundle without a model card is copied without one.
    let of_files = report.files.iter().flat_map(|file| {
        let problems = file.problems.iter();
        problems.map(|problem| format!("{}: {problem}", file.name))
    });
    let told: Vec<String> = of_files.collect();
    if !told.is_empty() {
        return Err(faulty(told.join("; ")));
    }
    if report.sha256 != bundle.sha256 {
        return Err(faulty(format!(
            "its hash is {}, not {}",
            report.sha256, bundle.sha256
        )));
    }
    ensure_record(bundle, copy)
}
