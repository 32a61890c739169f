//! Checking a bundle in full, file by file.

use super::learned_from::problem_of;
use super::{bundle_sha256, create_variables};
use crate::model::manifest::{FileEntry, FileRole, Manifest};
use crate::model::weights::{load_weights, sha256_of_file};
use crate::model::{ModelError, WeightProblem};
use serde::Serialize;
use std::path::{Path, PathBuf};
use tch::Device;
use tch::nn::VarStore;

/// What [`super::Bundle::verify`] found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// The bundle's folder.
    pub folder: PathBuf,
    /// The bundle's name.
    pub name: String,
    /// sha256 that names manifest and weights together, lower-case hexadecimal.
    pub sha256: String,
    /// One entry per weights file.
    pub files: Vec<FileReport>,
    /// Faults of the bundle beyond its weights.
    pub problems: Vec<String>,
}

impl VerifyReport {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty() && self.files.iter().all(|file| file.problems.is_empty())
    }
}

/// What is known about one weights file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileReport {
    /// File name inside the bundle.
    pub name: String,
    /// Network it belongs to.
    pub role: FileRole,
    /// Size of the file as it lies there; 0 where it cannot be read.
    pub bytes: u64,
    /// sha256 of the file as it lies there; empty where it cannot be read.
    pub sha256: String,
    /// Number of tensors; 0 where they were not read.
    pub tensors: usize,
    /// Everything that is wrong, one sentence each.
    pub problems: Vec<String>,
}

pub(super) fn verify(folder: &Path) -> Result<VerifyReport, ModelError> {
    let (manifest, text) = Manifest::read_with_text(folder)?;
    let mut problems = Vec::new();
    if !folder.join(&manifest.card).is_file() {
        problems.push(format!("the model card {:?} is missing", manifest.card));
    }
    let listed = manifest.learned_from.as_ref();
    problems.extend(listed.and_then(|listed| problem_of(folder, listed)));
    let files = manifest.files.iter();
    Ok(VerifyReport {
        folder: folder.to_path_buf(),
        name: manifest.name.clone(),
        sha256: bundle_sha256(&text, &manifest.files),
        files: files
            .map(|entry| verify_file(folder, &manifest, entry))
            .collect(),
        problems,
    })
}

fn verify_file(folder: &Path, manifest: &Manifest, entry: &FileEntry) -> FileReport {
    let path = folder.join(&entry.name);
    let mut report = FileReport {
        name: entry.name.clone(),
        role: entry.role,
        bytes: 0,
        sha256: String::new(),
        tensors: 0,
        problems: Vec::new(),
    };
    match sha256_of_file(&path) {
        Ok((sha256, bytes)) => (report.sha256, report.bytes) = (sha256, bytes),
        Err(err) => {
            report.problems.push(err.to_string());
            return report;
        }
    }
    if report.bytes != entry.bytes {
        let (expected, found) = (entry.bytes, report.bytes);
        let problem = WeightProblem::Size { expected, found };
        report.problems.push(problem.to_string());
    }
    match check_weights(&path, manifest, entry) {
        Ok(tensors) => report.tensors = tensors,
        Err(ModelError::WeightsMismatch { problems, .. }) => {
            report
                .problems
                .extend(problems.iter().map(ToString::to_string));
        }
        Err(other) => report.problems.push(other.to_string()),
    }
    report
}

fn check_weights(path: &Path, manifest: &Manifest, entry: &FileEntry) -> Result<usize, ModelError> {
    let vs = VarStore::new(Device::Cpu);
    create_variables(&vs, entry.role, manifest);
    Ok(load_weights(&vs, path, Some(&entry.sha256))?.tensors)
}
