//! A second run that goes on from a checkpoint of a first one.
//!
//! It has a folder of its own with all that the first one had at that checkpoint, optimiser included, so that it goes on
//! exactly; the first one stays as it is. The folder is made under a hidden name and gets its own at the end: one that
//! was cut off is no run.

use super::CheckpointRecord;
use crate::formats::{copy_atomically, flush_name, make_private_folder, write_atomically};
use crate::train::{FOUND_LUNGS, PatienceConfig, RunConfig, RunFolder, TrainError, copy_base};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Files of a run folder that the branch has others of, or none: pointers to checkpoints, settings, and what is held
/// while a program trains there.
const NOT_COPIED: [&str; 4] = ["last", "best", "run.toml", "run.lock"];

/// What a branch may have otherwise than the run it leaves: nothing of the network, and nothing of the data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BranchSettings {
    /// Iterations that end it, those of the first run included.
    pub iterations: u64,
    /// Largest learning rate; it falls with the share of the iterations that is done.
    pub learning_rate: f64,
    /// Validations without a better score after which it ends, counted from its beginning; 0 trains to its end.
    pub patience: u64,
    /// Iterations between validations; 0 validates at the end only.
    pub validate_every: u64,
}

/// Where a branch goes, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct BranchPlan {
    /// The run it leaves.
    pub from: PathBuf,
    /// The run folder it gets.
    pub to: PathBuf,
    /// What it has otherwise.
    pub settings: BranchSettings,
}

/// Makes the folder of a branch; resume it to go on.
///
/// # Errors
/// A sentence where something lies there already, a setting has no meaning, a program trains in the first run's folder, or
/// something is damaged or cannot be copied; nothing is left behind then.
pub fn branch_run(
    plan: &BranchPlan,
    checkpoint: &CheckpointRecord,
    best: Option<&CheckpointRecord>,
) -> Result<(), String> {
    branched(plan, checkpoint, best).map_err(|err| match err {
        BranchError::Run(err) => err.to_string(),
        BranchError::Copy(path, err) => format!(
            "the branch cannot be copied ({err}); free some room, or choose another folder: {}",
            path.display()
        ),
        BranchError::Done => {
            "the checkpoint has as many iterations already; ask for more".to_owned()
        }
        BranchError::Taken => format!(
            "the folder holds files already; choose another one for the branch: {}",
            plan.to.display()
        ),
    })
}

enum BranchError {
    Run(TrainError),
    Copy(PathBuf, io::Error),
    Done,
    Taken,
}

impl From<TrainError> for BranchError {
    fn from(err: TrainError) -> Self {
        Self::Run(err)
    }
}

impl BranchError {
    fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |err| Self::Copy(path, err)
    }
}

fn branched(
    plan: &BranchPlan,
    checkpoint: &CheckpointRecord,
    best: Option<&CheckpointRecord>,
) -> Result<(), BranchError> {
    if plan.settings.iterations <= checkpoint.iteration {
        return Err(BranchError::Done);
    }
    // What is copied stays as long as nobody trains there.
    let run = RunFolder::open(&plan.from)?;
    let _lock = run.lock()?;
    let settings = settings_of(plan, &run)?;
    clear_place(&plan.to)?;
    let partial = hidden(&plan.to);
    // What a program that was cut off left there.
    drop(fs::remove_dir_all(&partial));
    let made = fill(&partial, plan, &settings, (checkpoint, best)).and_then(|()| {
        fs::rename(&partial, &plan.to).map_err(BranchError::at(&plan.to))?;
        flush_name(&plan.to);
        Ok(())
    });
    if made.is_err() {
        drop(fs::remove_dir_all(&partial));
    }
    made
}

/// The settings of the branch, complete.
fn settings_of(plan: &BranchPlan, run: &RunFolder) -> Result<RunConfig, BranchError> {
    let BranchSettings {
        iterations,
        learning_rate,
        patience,
        validate_every,
    } = plan.settings;
    let mut settings = run.settings()?;
    settings.out.clone_from(&plan.to);
    settings.iterations = Some(iterations);
    settings.minutes = None;
    settings.validate_every = validate_every;
    let optimizer = &mut settings.optimizer;
    optimizer.learning_rate = learning_rate;
    optimizer.floor = optimizer.floor.min(learning_rate);
    let min_delta = settings.patience.map_or(0.0, |before| before.min_delta);
    settings.patience = (patience > 0).then_some(PatienceConfig {
        validations: patience,
        min_delta,
    });
    // A split in the first run's folder is copied with it, and must not be missed where that folder goes.
    if let Some(split) = &mut settings.data.split
        && split.parent() == Some(&plan.from)
        && let Some(name) = split.file_name()
    {
        *split = plan.to.join(name);
    }
    settings.validate()?;
    RunFolder::refuse_among_images(&settings)?;
    Ok(settings)
}

/// Makes sure that nothing lies where the branch goes; an empty folder is taken away.
fn clear_place(to: &Path) -> Result<(), BranchError> {
    if to.join("run.toml").exists() {
        return Err(TrainError::RunExists {
            path: to.to_owned(),
        }
        .into());
    }
    match fs::remove_dir(to) {
        Ok(()) => Ok(()),
        Err(err) if err.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(_) => Err(BranchError::Taken),
    }
}

/// The name under which a folder is made, beside its own.
fn hidden(to: &Path) -> PathBuf {
    let name = to.file_name().unwrap_or_default().to_string_lossy();
    to.with_file_name(format!(".{name}.part"))
}

/// Everything of the branch, each file flushed to the disk; the settings last, without which there is no run.
fn fill(
    folder: &Path,
    plan: &BranchPlan,
    settings: &RunConfig,
    (checkpoint, best): (&CheckpointRecord, Option<&CheckpointRecord>),
) -> Result<(), BranchError> {
    make_private_folder(folder).map_err(BranchError::at(folder))?;
    let checkpoints = folder.join("checkpoints");
    fs::create_dir_all(&checkpoints).map_err(BranchError::at(&checkpoints))?;
    for file in files_of(&plan.from)? {
        let name = file.file_name().unwrap_or_default();
        if !NOT_COPIED.iter().any(|other| name == *other) {
            copy(&file, &folder.join(name))?;
        }
    }
    copy_base(&plan.from, folder)?;
    copy_found_lungs(&plan.from, folder)?;
    // A best one that is newer is none of the branch's. Where there is none, the checkpoint itself is what the branch has
    // to beat, if it was judged.
    let best = best.filter(|best| best.iteration <= checkpoint.iteration);
    let best = best.or_else(|| checkpoint.score.map(|_| checkpoint));
    for found in [Some(checkpoint), best].into_iter().flatten() {
        copy_checkpoint(found, &checkpoints)?;
    }
    let path = checkpoints.join(name_of(checkpoint));
    let mut state = RunFolder::state(&path)?;
    state.validations_without_gain = 0;
    state.score_to_beat = None;
    if state.best_iteration != best.map(|best| best.iteration) {
        state.best_score = best.and_then(|best| best.score);
        state.best_iteration = best.map(|best| best.iteration);
    }
    RunFolder::restate(&path, &state)?;
    for (pointer, found) in [("last", Some(checkpoint)), ("best", best)] {
        if let Some(found) = found {
            write(&folder.join(pointer), &name_of(found))?;
        }
    }
    flush_name(&path);
    let path = folder.join("run.toml");
    let text = toml::to_string(settings).map_err(|err| TrainError::RunFile {
        reason: err.to_string(),
        path: path.clone(),
    })?;
    write(&path, &text)
}

fn name_of(checkpoint: &CheckpointRecord) -> String {
    let name = checkpoint.path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// Copies a checkpoint, where it is not there yet, and refuses one that is damaged.
fn copy_checkpoint(found: &CheckpointRecord, checkpoints: &Path) -> Result<(), BranchError> {
    let to = checkpoints.join(name_of(found));
    if to.exists() {
        return Ok(());
    }
    fs::create_dir(&to).map_err(BranchError::at(&to))?;
    for file in files_of(&found.path)? {
        copy(&file, &to.join(file.file_name().unwrap_or_default()))?;
    }
    // Whose files are not what they were when they were written is named, not its copy.
    RunFolder::ensure_sound(&to).map_err(|_lost| {
        BranchError::Run(TrainError::Lost {
            path: found.path.clone(),
        })
    })
}

/// Copies the lungs that were found, where any were: the branch learns from the very same.
fn copy_found_lungs(from: &Path, to: &Path) -> Result<(), BranchError> {
    let [from, to] = [from, to].map(|run| run.join(FOUND_LUNGS));
    if !from.is_dir() {
        return Ok(());
    }
    make_private_folder(&to).map_err(BranchError::at(&to))?;
    for file in files_of(&from)? {
        copy(&file, &to.join(file.file_name().unwrap_or_default()))?;
    }
    Ok(())
}

/// The files of a folder, not those below it, nor those that are being written.
fn files_of(folder: &Path) -> Result<Vec<PathBuf>, BranchError> {
    let failed = |err| BranchError::at(folder)(err);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_file() && path.extension().is_none_or(|ending| ending != "part") {
            files.push(path);
        }
    }
    Ok(files)
}

fn copy(from: &Path, to: &Path) -> Result<(), BranchError> {
    copy_atomically(from, to).map_err(|err| BranchError::at(to)(io::Error::other(err.to_string())))
}

fn write(path: &Path, text: &str) -> Result<(), BranchError> {
    let written = write_atomically(path, text.as_bytes(), false);
    written.map_err(|err| BranchError::at(path)(io::Error::other(err.to_string())))
}
