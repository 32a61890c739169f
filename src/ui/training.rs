//! What goes on in the training window: the wizard that prepares a run, and the run that is watched.

mod curves;
mod evidence;
mod figure;
mod plan;
mod raster;
mod registering;
mod run;
mod samples;
mod wizard;

use super::compare::Compare;
use super::state::AppState;
use crate::worker::{BranchSettings, CheckpointRecord, JobHandle, JobId};
use std::path::PathBuf;

pub use curves::{Curves, Points, smoothed};
pub(super) use evidence::SiteQuestion;
pub use evidence::{CaseOpening, CaseOrder, CaseSet, Evidence, EvidenceCommand, SiteModels};
pub(super) use figure::figure;
pub use plan::{FineTuning, PlanError, RunPlan};
pub(super) use plan::{MIXED_PERCENT, Places};
pub use registering::Registering;
pub(super) use registering::count_of;
pub use run::{LatestStep, RunStatus, TrainingRun};
pub use samples::{SampleBase, SampleLook, SampleMates, SamplePicture, SampleRequest, SampleScrub};
pub(super) use wizard::WrittenFor;
pub use wizard::{Attempt, CheckProgress, PathField, Prepared, SplitMade, Wizard, WizardStep};

/// What a person asked of the training window.
#[derive(Debug, Clone, PartialEq)]
pub enum TrainingCommand {
    /// Open the window, or close it; a run goes on.
    Toggle,
    /// Show this step of the wizard.
    ShowStep(WizardStep),
    /// Show the run.
    ShowRun,
    /// A path was typed.
    Type(PathField, String),
    /// Open the dialog for a path.
    Choose(PathField),
    /// Look at the pairs.
    Check,
    /// End the look at the pairs.
    StopCheck,
    /// Make a registered copy of the pairs.
    Register,
    /// End the making of the copy.
    StopRegister,
    /// How the patients are to be parted.
    SetSplit(crate::dataset::SplitPlan),
    /// Part the patients.
    Split,
    /// How long and with what to train.
    SetPlan(RunPlan),
    /// Run the first steps.
    Preflight,
    /// End the first steps.
    StopPreflight,
    /// Begin the run.
    Start,
    /// Write a checkpoint and let the networks go.
    Pause,
    /// Go on from the newest checkpoint.
    Resume,
    /// End the run; its best checkpoint stays.
    Stop,
    /// Ask where a branch of this checkpoint goes; `None` asks no longer.
    AskBranch(Option<Branch>),
    /// Make the branch that is asked for and go on with it.
    Branch,
    /// Show the run of this folder.
    OpenRun(PathBuf),
    /// Draw this loss term.
    ShowLoss(String),
    /// Draw this validation score.
    ShowScore(String),
    /// Show the held-out image of this name.
    ShowSample(String),
    /// Show it as it was at this validation, counted from 0.
    ShowSampleAt(usize),
    /// Compare it with this.
    SetSampleBase(SampleBase),
    /// Compare it this way.
    CompareSample(Compare),
    /// Look at it otherwise.
    LookAtSample(SampleLook),
    /// Write the curves as a picture into the run folder.
    SavePicture,
    /// Write the numbers of the curves into the run folder.
    SaveNumbers,
    /// Judge the run, or do something with what came of it.
    Evidence(EvidenceCommand),
}

/// A branch that is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// The checkpoint it leaves from.
    pub checkpoint: CheckpointRecord,
    /// The run folder it gets, as it is typed.
    pub out: String,
    /// What it has otherwise than the run it leaves.
    pub settings: BranchSettings,
}

/// What the window shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TrainingPage {
    /// How a run is prepared.
    #[default]
    Wizard,
    /// The run.
    Run,
    /// What speaks for its checkpoints, and against them.
    Evidence,
}

/// What goes on in the training window.
#[derive(Debug, Clone, Default)]
pub struct Training {
    /// The window is open.
    pub is_open: bool,
    /// What it shows.
    pub page: TrainingPage,
    /// The run that is prepared.
    pub wizard: Wizard,
    /// The branch that is asked for.
    pub branch: Option<Branch>,
    /// The run that is watched: one of this window, or one that was opened.
    pub run: Option<TrainingRun>,
    /// Held-out images of the run, over time.
    pub samples: SampleScrub,
    /// The evidence about the run.
    pub evidence: Evidence,
    /// The worker was told to hold training, because the reader waits for something.
    pub(super) is_held: bool,
    /// The run folder has something new to tell.
    pub(super) wants_refresh: bool,
}

impl Training {
    /// The job of the run, while the worker has it.
    pub fn job(&self) -> Option<&JobHandle> {
        self.run.as_ref()?.job.as_ref()
    }

    /// The worker trains, or will.
    pub fn is_running(&self) -> bool {
        self.job().is_some()
    }

    /// The run has this job.
    pub(super) fn has_run(&self, job: JobId) -> bool {
        self.job().is_some_and(|handle| handle.id() == job)
    }

    /// The first steps have this job.
    pub(super) fn has_preflight(&self, job: JobId) -> bool {
        let preflight = self.wizard.preflight_job.as_ref();
        preflight.is_some_and(|handle| handle.id() == job)
    }
}

impl AppState {
    /// What the status bar says of training; `None` where none goes on.
    pub fn training_text(&self) -> Option<String> {
        let training = &self.training;
        if training.wizard.preflight_job.is_some() && !training.is_running() {
            return Some("Training: first steps".to_owned());
        }
        if training.evidence.is_judging() {
            return Some(training.evidence.short_text());
        }
        training.run.as_ref()?.short_text()
    }

    /// The reader waits for something that training must not delay: a file that is read, a bundle, a picture.
    pub(super) fn is_reader_waiting(&self) -> bool {
        let shown = self.studies.get(self.current);
        let is_reading =
            shown.is_some_and(|study| matches!(study.content, super::study::StudyContent::Reading));
        is_reading
            || self.search.is_some()
            || self.job.is_some()
            || self.loading.is_some()
            || self.masking.finding.is_some()
    }
}
