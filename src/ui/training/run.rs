//! A training run as the window knows it.

use super::curves::Curves;
use crate::ui::panels::progress::duration_text;
use crate::worker::{CheckpointRecord, JobHandle, RunRecord, SampleRecord, TrainEvent};
use std::path::PathBuf;

/// How it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunStatus {
    /// The worker reads its images and makes its networks.
    Beginning,
    /// It goes on.
    Running,
    /// It waits between two steps, because the reader wants something.
    WaitingForReader,
    /// It writes a checkpoint and will be resumed.
    Pausing,
    /// It writes a checkpoint and ends.
    Stopping,
    /// It ended at a checkpoint and will be resumed.
    Paused,
    /// It ended at a checkpoint as the reader wished.
    Stopped,
    /// Its iterations are done.
    Finished,
    /// It ended with a sentence.
    Failed(String),
    /// It was opened from its folder.
    OnDisk,
}

impl RunStatus {
    /// In a few words.
    pub fn words(&self) -> &'static str {
        match self {
            Self::Beginning => "Reading the images",
            Self::Running => "Training",
            Self::WaitingForReader => "Training paused while a study is read",
            Self::Pausing => "Writing a checkpoint, then pausing",
            Self::Stopping => "Writing a checkpoint, then stopping",
            Self::Paused => "Training paused",
            Self::Stopped => "Training stopped",
            Self::Finished => "Training finished",
            Self::Failed(_) => "Training failed",
            Self::OnDisk => "A run from its folder",
        }
    }
}

/// Where a run stood at its last report.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LatestStep {
    /// Iterations done.
    pub iteration: u64,
    /// Share of the run that is done, in `[0, 1]`.
    pub fraction: f64,
    /// Training time so far.
    pub elapsed_secs: f64,
    /// Iterations a second since the report before; 0 where that is not known.
    pub iterations_per_sec: f64,
}

/// A training run.
#[derive(Debug, Clone)]
pub struct TrainingRun {
    /// The run folder.
    pub folder: PathBuf,
    /// The run file that it was begun with; `None` where it was found on the disk.
    pub run_file: Option<PathBuf>,
    /// The worker has it.
    pub job: Option<JobHandle>,
    /// How it stands.
    pub status: RunStatus,
    /// Its curves.
    pub curves: Curves,
    /// Where it stood last.
    pub latest: Option<LatestStep>,
    /// Iteration and score of the best checkpoint.
    pub best: Option<(u64, f64)>,
    /// Iterations that end it.
    pub iterations: Option<u64>,
    /// Validations without a better score that end it; `None` where nothing but its iterations does.
    pub patience: Option<u64>,
    /// Validations that were no better, as its patience counts them; a branch waits anew.
    pub validations_without_gain: u64,
    /// Largest learning rate; 0 until its folder was read.
    pub learning_rate: f64,
    /// Iterations between validations; 0 validates at the end only.
    pub validate_every: u64,
    /// Patches per iteration.
    pub batch: usize,
    /// Radiographs that are learned from.
    pub num_training: usize,
    /// Radiographs that it leaves out: those kept for the test, above all; 0 until its folder was read.
    pub num_left_out: usize,
    /// Checkpoints, oldest first.
    pub checkpoints: Vec<CheckpointRecord>,
    /// Held-out images as it rendered them.
    pub samples: Vec<SampleRecord>,
    /// What somebody should know, each once.
    pub warnings: Vec<String>,
}

impl TrainingRun {
    /// A run that is sent to the worker.
    pub(in crate::ui) fn begun(folder: PathBuf, job: JobHandle) -> Self {
        Self {
            folder,
            run_file: None,
            job: Some(job),
            status: RunStatus::Beginning,
            curves: Curves::default(),
            latest: None,
            best: None,
            iterations: None,
            patience: None,
            validations_without_gain: 0,
            learning_rate: 0.0,
            validate_every: 0,
            batch: 1,
            num_training: 0,
            num_left_out: 0,
            checkpoints: Vec::new(),
            samples: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// A run as its folder tells it.
    pub(in crate::ui) fn opened(record: RunRecord) -> Self {
        let mut run = Self {
            job: None,
            status: RunStatus::OnDisk,
            ..Self::begun(record.folder.clone(), JobHandle::background())
        };
        run.curves = Curves::of(&record.rows);
        run.latest = record.rows.last().map(|row| LatestStep {
            iteration: row.iteration,
            fraction: record
                .iterations
                .map_or(0.0, |all| row.iteration as f64 / all.max(1) as f64),
            elapsed_secs: row.elapsed_secs,
            iterations_per_sec: 0.0,
        });
        run.take_record(record);
        run
    }

    /// Takes from its folder what the worker does not tell.
    pub(in crate::ui) fn take_record(&mut self, record: RunRecord) {
        self.iterations = record.iterations;
        self.patience = record.patience;
        // One that is read while a validation is made knows less than the worker has told.
        if self.job.is_none() || self.curves.score().is_none() {
            self.validations_without_gain = record.validations_without_gain;
        }
        self.learning_rate = record.learning_rate;
        self.validate_every = record.validate_every;
        self.batch = record.batch;
        if record.num_training > 0 {
            self.num_training = record.num_training;
        }
        self.num_left_out = record.num_left_out;
        let best = record.checkpoints.iter().find(|found| found.is_best);
        if let Some((iteration, score)) = best.and_then(|best| Some((best.iteration, best.score?)))
        {
            self.best = Some((iteration, score));
        }
        self.checkpoints = record.checkpoints;
        self.samples = record.samples;
    }

    /// Takes a fact from the worker; whether its folder has something new to tell.
    pub(in crate::ui) fn take(&mut self, event: &TrainEvent) -> bool {
        match event {
            TrainEvent::Started {
                out,
                num_training,
                iteration,
                ..
            } => {
                self.folder.clone_from(out);
                // The run folder holds its settings from here on.
                self.run_file = None;
                self.num_training = *num_training;
                self.curves.rewind(*iteration);
                self.going_on();
                return true;
            }
            TrainEvent::Progressed {
                iteration,
                fraction,
                elapsed_secs,
                learning_rate,
                iterations_per_sec,
                terms,
            } => {
                self.curves.report(*iteration, terms, *learning_rate);
                self.latest = Some(LatestStep {
                    iteration: *iteration,
                    fraction: *fraction,
                    elapsed_secs: *elapsed_secs,
                    iterations_per_sec: *iterations_per_sec,
                });
                self.going_on();
            }
            TrainEvent::Validated {
                iteration,
                terms,
                score,
                best,
                without_gain,
            } => {
                self.curves.judge(*iteration, terms, *score);
                self.validations_without_gain = *without_gain;
                if *best {
                    self.best = Some((*iteration, *score));
                }
            }
            TrainEvent::Warned { message } => {
                if !self.warnings.contains(message) {
                    self.warnings.push(message.clone());
                }
            }
            TrainEvent::Checkpointed { .. } | TrainEvent::Ended { .. } => return true,
        }
        false
    }

    /// It is not waiting any more; one that was asked to end stays so.
    pub(in crate::ui) fn going_on(&mut self) {
        if matches!(
            self.status,
            RunStatus::Beginning | RunStatus::WaitingForReader
        ) {
            self.status = RunStatus::Running;
        }
    }

    /// Seconds left at the pace of the whole run, with all that it judged and kept; `None` before there is a report.
    pub fn secs_left(&self) -> Option<f64> {
        let latest = self.latest?;
        let left = 1.0 - latest.fraction;
        (latest.fraction > 0.0).then(|| left * latest.elapsed_secs / latest.fraction)
    }

    /// How often every radiograph was drawn since the best score, on the average; `None` before there is one.
    pub fn epochs_since_best(&self) -> Option<f64> {
        let (best, latest) = (self.best?.0, self.latest?.iteration);
        let patches = latest.saturating_sub(best) as f64 * self.batch as f64;
        (self.num_training > 0).then(|| patches / self.num_training as f64)
    }

    /// For the status bar; `None` where it does not go on.
    pub(in crate::ui) fn short_text(&self) -> Option<String> {
        if self.status == RunStatus::Running {
            let latest = self.latest;
            let done = latest.map_or(0.0, |latest| 100.0 * latest.fraction);
            let left = self.secs_left().map(duration_text);
            let left = left.map_or_else(String::new, |left| format!(", about {left} left"));
            return Some(format!("Training {done:.0} %{left}"));
        }
        let is_quiet = matches!(
            self.status,
            RunStatus::Stopped | RunStatus::Finished | RunStatus::OnDisk
        );
        (!is_quiet).then(|| self.status.words().to_owned())
    }
}
