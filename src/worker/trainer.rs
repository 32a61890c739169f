//! The real trainer behind the thread.

use super::driven::{JobError, Trainer};
use super::judging::judge;
use super::preflight::preflight;
use super::{
    ContestObserver, ContestOutcome, JudgePlan, Preflight, TrainingObserver, TrainingPlan,
};
use crate::train::{self, EndReason, RunConfig, RunFolder, Start, TrainError};
use std::path::Path;

/// Trains networks as run files say.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct NetworkTrainer;

impl From<TrainError> for JobError {
    fn from(err: TrainError) -> Self {
        match err {
            TrainError::Cancelled => Self::Cancelled,
            other => Self::Failed(other.to_string().into()),
        }
    }
}

impl Trainer for NetworkTrainer {
    fn train(
        &mut self,
        plan: &TrainingPlan,
        observer: &mut dyn TrainingObserver,
    ) -> Result<String, JobError> {
        let (config, start) = begun(plan)?;
        let summary = train::run(&config, start, observer)?;
        match summary.reason {
            EndReason::Cancelled => Err(JobError::Cancelled),
            EndReason::Finished => Ok(format!(
                "trained for {} iterations; the weights are in {}",
                summary.iterations,
                summary.last_checkpoint.display()
            )),
            EndReason::Settled => Ok(format!(
                "trained for {} iterations and got no better; the best weights are those of iteration {}, in {}",
                summary.iterations,
                summary.best_iteration.unwrap_or(summary.iterations),
                summary.out.display()
            )),
        }
    }

    fn preflight(
        &mut self,
        plan: &TrainingPlan,
        observer: &mut dyn TrainingObserver,
    ) -> Result<Preflight, JobError> {
        preflight(&RunConfig::read(&plan.config)?, observer)
    }

    fn judge(
        &mut self,
        plan: &JudgePlan,
        observer: &mut dyn ContestObserver,
    ) -> Result<ContestOutcome, JobError> {
        judge(plan, observer)
    }
}

/// The settings of a plan and how its run begins. A run that was stopped before it had a folder begins anew.
fn begun(plan: &TrainingPlan) -> Result<(RunConfig, Start), TrainError> {
    let Some(folder) = &plan.resume else {
        let config = match &plan.out {
            Some(out) => RunConfig::read_to_repeat(&plan.config, out)?,
            None => RunConfig::read(&plan.config)?,
        };
        return Ok((config, Start::Fresh));
    };
    if RunFolder::open(folder).is_err() {
        let config = RunConfig::read(&plan.config)?;
        // Anything else is a slip, which the trainer tells.
        if std::path::absolute(folder).is_ok_and(|folder| config.out == folder) {
            return Ok((config, Start::Fresh));
        }
    }
    let config = RunConfig::read_to_resume(&plan.config, folder)?;
    Ok((config, Start::Resumed))
}

/// Reads a run file and checks every setting by itself and against the others.
///
/// # Errors
/// A sentence that names the first setting that cannot be used.
pub fn check_run_file(path: &Path) -> Result<(), String> {
    RunConfig::read(path)
        .map(drop)
        .map_err(|err| err.to_string())
}

/// Whether a run may write into `folder` that learns from images in `sources`.
///
/// # Errors
/// A sentence, where the folder lies among the images.
pub fn check_run_place<'a>(
    folder: &Path,
    sources: impl IntoIterator<Item = &'a Path>,
) -> Result<(), String> {
    RunFolder::refuse_inside(folder, sources).map_err(|err| err.to_string())
}
