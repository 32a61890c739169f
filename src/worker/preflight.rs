//! What a training run will take, told from its first steps.
//!
//! They are made as the run would make them, in a folder of their own beside the run's, which is not touched; it is
//! removed again.

use super::driven::JobError;
use super::{TrainEvent, TrainingObserver};
use crate::train::{self, EndReason, RunConfig, RunFolder, Start};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Steps that are not measured: libtorch makes its kernels in them.
const WARM_UP_STEPS: u64 = 2;
/// Beginning of the name of the folder of the first steps.
const TRIAL: &str = ".diaphane-first-steps-";
/// Steps that are.
const MEASURED_STEPS: u64 = 5;
/// Both together.
const STEPS: usize = (WARM_UP_STEPS + MEASURED_STEPS) as usize;

/// What a training run will take.
#[derive(Debug, Clone, PartialEq)]
pub struct Preflight {
    /// Device the networks run on, as text.
    pub device: String,
    /// Radiographs that are learned from.
    pub num_training: usize,
    /// Radiographs that judge it.
    pub num_validation: usize,
    /// Trainable numbers.
    pub num_parameters: i64,
    /// One iteration, seconds: the middle one of those measured.
    pub secs_per_iteration: f64,
    /// Judging the weights once, seconds; `None` where there is nothing to judge by.
    pub secs_per_validation: Option<f64>,
    /// Writing a checkpoint once, seconds.
    pub secs_per_checkpoint: f64,
    /// The whole run with what it judges and keeps, seconds.
    pub total_secs: f64,
    /// A checkpoint on the disk, bytes.
    pub checkpoint_bytes: u64,
    /// All that lies there at once, bytes: checkpoints, the best and the one that is being written among them, copies of
    /// the networks that the run builds on, prepared views, and samples.
    pub disk_bytes: u64,
    /// Free on the disk of the run folder, bytes; `None` where the system does not tell.
    pub free_disk_bytes: Option<u64>,
    /// The most memory of the machine that the steps took, bytes; `None` where the system does not tell.
    pub memory_bytes: Option<u64>,
    /// Memory of the machine that is free beside it, bytes; `None` where the system does not tell.
    pub free_memory_bytes: Option<u64>,
}

/// Makes the first steps of a run.
///
/// # Errors
/// [`JobError`] where the run cannot be begun as it stands, or the observer asked for an end.
pub(super) fn preflight(
    config: &RunConfig,
    observer: &mut dyn TrainingObserver,
) -> Result<Preflight, JobError> {
    let trial = trial_folder(&config.out)?;
    let few = RunConfig {
        out: trial.path().to_owned(),
        iterations: Some(WARM_UP_STEPS + MEASURED_STEPS),
        minutes: None,
        report_every: u64::MAX,
        validate_every: 0,
        // So few steps are judged once, at their end.
        patience: None,
        checkpoint_every: u64::MAX,
        ..config.clone()
    };
    let memory_before = memory::reset_peak();
    let mut stopwatch = Stopwatch::new(observer);
    let summary = train::run(&few, Start::Fresh, &mut stopwatch)?;
    if summary.reason == EndReason::Cancelled {
        return Err(JobError::Cancelled);
    }
    let checkpoint_bytes = folder_bytes(&summary.last_checkpoint);
    let memory_bytes = memory_before.zip(memory::peak());
    let found = Preflight {
        checkpoint_bytes,
        disk_bytes: disk_bytes(config, trial.path(), checkpoint_bytes),
        free_disk_bytes: free_disk_bytes(&config.out),
        memory_bytes: memory_bytes
            .map(|(before, peak)| peak.saturating_sub(before) + views_bytes(config, trial.path())),
        free_memory_bytes: memory::available(),
        ..stopwatch.told()
    };
    Ok(Preflight {
        total_secs: total_secs(config, &found),
        ..found
    })
}

/// The whole run: its budget, and what lies between its iterations.
fn total_secs(config: &RunConfig, found: &Preflight) -> f64 {
    let by_time = config.minutes.map(|minutes| 60.0 * minutes);
    let by_iterations = config.iterations.map(|iterations| {
        let judging = num_validations(config) as f64 * found.secs_per_validation.unwrap_or(0.0);
        let keeping = num_checkpoints(config) as f64 * found.secs_per_checkpoint;
        iterations as f64 * found.secs_per_iteration + judging + keeping
    });
    let budgets = [by_time, by_iterations].into_iter().flatten();
    budgets.reduce(f64::min).unwrap_or(0.0)
}

/// Validations of a run that its iterations end; those of one that time ends are not known before.
fn num_validations(config: &RunConfig) -> u64 {
    let iterations = config.iterations.unwrap_or(0);
    iterations.checked_div(config.validate_every).unwrap_or(1)
}

/// Checkpoints of a run that its iterations end, the last among them; where validations write more, they are better
/// than what was before.
fn num_checkpoints(config: &RunConfig) -> u64 {
    let iterations = config.iterations.unwrap_or(0);
    (iterations / config.checkpoint_every.max(1)).max(1)
}

/// Times the steps; what others do between two of them does not count.
struct Stopwatch<'a> {
    observer: &'a mut dyn TrainingObserver,
    begun: Option<Instant>,
    /// Laps from turn to turn: those of the steps, then those of the validation, then those of the checkpoint.
    laps: Vec<Duration>,
    /// Laps that are counted for something already.
    counted: usize,
    told: Option<Preflight>,
}

impl<'a> Stopwatch<'a> {
    fn new(observer: &'a mut dyn TrainingObserver) -> Self {
        Self {
            observer,
            begun: None,
            laps: Vec::new(),
            counted: STEPS,
            told: None,
        }
    }

    /// The laps that were counted for nothing yet, and what came after the last of them.
    fn secs_since_counted(&mut self) -> f64 {
        let last = self.begun.map_or(Duration::ZERO, |begun| begun.elapsed());
        let laps: Duration = self.laps.iter().skip(self.counted).sum();
        self.counted = self.laps.len();
        self.begun = Some(Instant::now());
        (laps + last).as_secs_f64()
    }

    fn told(self) -> Preflight {
        let steps = self.laps.iter().take(STEPS);
        let mut secs: Vec<f64> = steps.map(Duration::as_secs_f64).collect();
        let mut measured = secs.split_off(secs.len().min(WARM_UP_STEPS as usize));
        measured.sort_by(f64::total_cmp);
        let middle = measured.get(measured.len() / 2).copied();
        Preflight {
            secs_per_iteration: middle.unwrap_or(0.0),
            ..self.told.unwrap_or_else(Preflight::unknown)
        }
    }
}

impl Preflight {
    fn unknown() -> Self {
        Self {
            device: String::new(),
            num_training: 0,
            num_validation: 0,
            num_parameters: 0,
            secs_per_iteration: 0.0,
            secs_per_validation: None,
            secs_per_checkpoint: 0.0,
            total_secs: 0.0,
            checkpoint_bytes: 0,
            disk_bytes: 0,
            free_disk_bytes: None,
            memory_bytes: None,
            free_memory_bytes: None,
        }
    }
}

impl TrainingObserver for Stopwatch<'_> {
    fn event(&mut self, event: &TrainEvent) {
        match event {
            TrainEvent::Started {
                device,
                num_training,
                num_validation,
                num_parameters,
                ..
            } => {
                self.told = Some(Preflight {
                    device: device.clone(),
                    num_training: *num_training,
                    num_validation: *num_validation,
                    num_parameters: *num_parameters,
                    ..Preflight::unknown()
                });
                // Turns before that are those of reading and encoding.
                self.laps.clear();
                self.begun = None;
            }
            TrainEvent::Validated { .. } => {
                let secs = self.secs_since_counted();
                if let Some(told) = &mut self.told {
                    told.secs_per_validation = Some(secs);
                }
            }
            TrainEvent::Checkpointed { .. } => {
                let secs = self.secs_since_counted();
                if let Some(told) = &mut self.told {
                    told.secs_per_checkpoint = secs;
                }
            }
            TrainEvent::Warned { .. } => self.observer.event(event),
            _ => {}
        }
    }

    fn between_steps(&mut self) {
        self.laps.extend(self.begun.map(|begun| begun.elapsed()));
        self.observer.between_steps();
        self.begun = Some(Instant::now());
    }

    fn is_cancelled(&self) -> bool {
        self.observer.is_cancelled()
    }
}

/// A folder on the disk that the run folder will lie on; it goes with this.
fn trial_folder(out: &Path) -> Result<tempfile::TempDir, JobError> {
    let there = existing(out).unwrap_or(Path::new("."));
    clear_trials(there);
    let mut named = tempfile::Builder::new();
    named
        .prefix(TRIAL)
        .tempdir_in(there)
        .map_err(|err| {
            let text = format!(
                "a folder for the first steps cannot be made ({err}); free some room, or choose another run folder: {}",
                there.display()
            );
            JobError::Failed(text.into())
        })
}

/// Removes first steps that a killed program left behind; those that a program makes now are locked.
fn clear_trials(folder: &Path) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let trials = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(TRIAL));
    for trial in trials.map(|entry| entry.path()) {
        let lock = std::fs::File::options()
            .write(true)
            .open(trial.join(RunFolder::LOCK));
        if lock.is_ok_and(|lock| lock.try_lock().is_ok()) {
            // Where this fails nothing is lost but room.
            drop(std::fs::remove_dir_all(trial));
        }
    }
}

/// The nearest of a folder and those above it that is there.
fn existing(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|folder| folder.is_dir())
}

/// What a run leaves on the disk at most, told from what its first steps left in `trial`, bytes.
fn disk_bytes(config: &RunConfig, trial: &Path, checkpoint_bytes: u64) -> u64 {
    let [checkpoints, views, samples] =
        ["checkpoints", "latents", "samples"].map(|name| folder_bytes(&trial.join(name)));
    let once = folder_bytes(trial).saturating_sub(checkpoints + views + samples);
    // The best, and the one that is being written.
    let kept = checkpoint_bytes * (config.keep_checkpoints as u64 + 2);
    let validations = num_validations(config).max(1);
    once + kept + views_bytes(config, trial) + samples * validations
}

/// All prepared views, told from those that the first steps left in `trial`, bytes; they stay in memory as well.
fn views_bytes(config: &RunConfig, trial: &Path) -> u64 {
    let views = trial.join("latents");
    folder_bytes(&views) / count_views(&views).max(1) * config.prepared_views
}

/// Prepared views that the first steps made; each has its checksum beside it.
fn count_views(folder: &Path) -> u64 {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let is_view = |path: PathBuf| {
        path.extension()
            .is_some_and(|ending| ending == "safetensors")
    };
    files.filter(|file| is_view(file.path())).count() as u64
}

/// Bytes of all files in a folder and those below it.
fn folder_bytes(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let sizes = entries.filter_map(|entry| {
        let about = entry.metadata().ok()?;
        Some(if about.is_dir() {
            folder_bytes(&entry.path())
        } else {
            about.len()
        })
    });
    sizes.sum()
}

/// Free on the disk of this folder, or of the nearest one above it that is there.
#[cfg(unix)]
fn free_disk_bytes(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(existing(folder)?).ok()?;
    Some(disk.f_bavail * disk.f_frsize)
}

/// This system is not asked.
#[cfg(not(unix))]
fn free_disk_bytes(_folder: &Path) -> Option<u64> {
    None
}

/// Memory of this program as Linux tells it; unknown elsewhere.
mod memory {
    /// Lets the peak begin anew; the memory now, bytes.
    pub(super) fn reset_peak() -> Option<u64> {
        std::fs::write("/proc/self/clear_refs", "5").ok()?;
        stated("/proc/self/status", "VmRSS:")
    }

    /// The most since, bytes.
    pub(super) fn peak() -> Option<u64> {
        stated("/proc/self/status", "VmHWM:")
    }

    /// What is free for new work, bytes.
    pub(super) fn available() -> Option<u64> {
        stated("/proc/meminfo", "MemAvailable:")
    }

    fn stated(file: &str, entry: &str) -> Option<u64> {
        let text = std::fs::read_to_string(file).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix(entry))?;
        let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kib * 1024)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn first_steps_that_a_killed_program_left_are_cleared_and_those_of_another_are_not() {
        let root = tempfile::tempdir().unwrap();
        let trial = |name: &str| {
            let trial = root.path().join(format!("{TRIAL}{name}"));
            fs::create_dir_all(trial.join("checkpoints")).unwrap();
            let lock = fs::File::create(trial.join(RunFolder::LOCK)).unwrap();
            (trial, lock)
        };
        let ((left, _), (going, lock)) = (trial("left"), trial("going"));
        lock.try_lock().unwrap();
        let other = root.path().join("other");
        fs::create_dir(&other).unwrap();
        clear_trials(root.path());
        assert!(!left.exists() && going.exists() && other.exists());
    }
}
