//! A second run that goes on from a checkpoint of a first one.
//!
//! It has a folder of its own with all that the first one had at that checkpoint, optimiser included, so that it goes on
//! exactly; the first one stays as it is.

use super::CheckpointRecord;
use crate::formats::write_atomically;
use crate::train::{RunFolder, TrainError};
use std::fs;
use std::path::{Path, PathBuf};

/// Files of a run folder that name checkpoints; the branch has others.
const POINTERS: [&str; 2] = ["last", "best"];

/// Where a branch goes, and how far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BranchPlan {
    /// The run it leaves.
    pub from: PathBuf,
    /// The run folder it gets.
    pub to: PathBuf,
    /// Iterations that end it, those of the first run included.
    pub iterations: u64,
}

/// Makes the folder of a branch; resume it to go on.
///
/// # Errors
/// A sentence where a run lies there already, or something cannot be copied.
pub fn branch_run(
    plan: &BranchPlan,
    checkpoint: &CheckpointRecord,
    best: Option<&CheckpointRecord>,
) -> Result<(), String> {
    copy_run(plan, checkpoint, best).map_err(|err| match err {
        BranchError::Run(err) => err.to_string(),
        BranchError::Copy(path, err) => format!(
            "the branch cannot be copied ({err}); free some room, or choose another folder: {}",
            path.display()
        ),
        BranchError::Done => {
            "the checkpoint has as many iterations already; ask for more".to_owned()
        }
    })
}

enum BranchError {
    Run(TrainError),
    Copy(PathBuf, std::io::Error),
    Done,
}

impl From<TrainError> for BranchError {
    fn from(err: TrainError) -> Self {
        Self::Run(err)
    }
}

fn copy_run(
    plan: &BranchPlan,
    checkpoint: &CheckpointRecord,
    best: Option<&CheckpointRecord>,
) -> Result<(), BranchError> {
    if plan.iterations <= checkpoint.iteration {
        return Err(BranchError::Done);
    }
    let mut settings = RunFolder::open(&plan.from)?.settings()?;
    settings.out.clone_from(&plan.to);
    settings.iterations = Some(plan.iterations);
    settings.minutes = None;
    RunFolder::create(&settings)?;
    for file in files_of(&plan.from)? {
        let name = file.file_name().unwrap_or_default();
        let is_pointer = POINTERS.iter().any(|pointer| name == *pointer);
        let to = plan.to.join(name);
        if !is_pointer && !to.exists() {
            copy(&file, &to)?;
        }
    }
    // A best one that is newer is none of the branch's.
    let best = best.filter(|best| best.iteration <= checkpoint.iteration);
    for (pointer, found) in [("last", Some(checkpoint)), ("best", best)] {
        if let Some(found) = found {
            let name = copy_checkpoint(found, &plan.to)?;
            let path = plan.to.join(pointer);
            let written = write_atomically(&path, name.as_bytes(), true);
            written
                .map_err(|err| BranchError::Copy(path, std::io::Error::other(err.to_string())))?;
        }
    }
    Ok(())
}

/// Copies a checkpoint, where it is not there yet; its name.
fn copy_checkpoint(found: &CheckpointRecord, to: &Path) -> Result<String, BranchError> {
    let name = found.path.file_name().unwrap_or_default();
    let to = to.join("checkpoints").join(name);
    if !to.exists() {
        fs::create_dir_all(&to).map_err(|err| BranchError::Copy(to.clone(), err))?;
        for file in files_of(&found.path)? {
            copy(&file, &to.join(file.file_name().unwrap_or_default()))?;
        }
    }
    Ok(name.to_string_lossy().into_owned())
}

/// The files of a folder, not those below it.
fn files_of(folder: &Path) -> Result<Vec<PathBuf>, BranchError> {
    let failed = |err| BranchError::Copy(folder.to_owned(), err);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    Ok(files)
}

fn copy(from: &Path, to: &Path) -> Result<(), BranchError> {
    let copied = fs::copy(from, to);
    copied
        .map(drop)
        .map_err(|err| BranchError::Copy(to.to_owned(), err))
}
