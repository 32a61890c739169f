//! The real trainer behind the thread.

use super::driven::{JobError, Trainer};
use super::judging::judge;
use super::preflight::preflight;
use super::{
    ContestObserver, ContestOutcome, JudgePlan, Preflight, TrainingObserver, TrainingPlan,
};
use crate::radiograph::FloatImage;
use crate::train::{
    self, EndReason, RunConfig, RunFolder, RunSummary, Start, TrainError, TrainStage, Which,
};
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
        if summary.reason == EndReason::Cancelled {
            return Err(JobError::Cancelled);
        }
        let best = RunFolder::open(&summary.out)?.checkpoint(Which::Best)?;
        Ok(ended(&summary, config.stage, best.as_deref()))
    }

    fn preflight(
        &mut self,
        plan: &TrainingPlan,
        observer: &mut dyn TrainingObserver,
    ) -> Result<Preflight, JobError> {
        preflight(&RunConfig::read(&plan.config)?, observer)
    }

    fn preview_augmentations(
        &mut self,
        config: &Path,
        observer: &mut dyn TrainingObserver,
    ) -> Result<FloatImage, JobError> {
        let config = RunConfig::read(config)?;
        Ok(train::preview_augmentations(&config, observer)?)
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

/// How a run ended, which of its weights are the best, and how a bundle is made of them; `best` is their checkpoint.
fn ended(summary: &RunSummary, stage: TrainStage, best: Option<&Path>) -> String {
    let how = match summary.reason {
        EndReason::Settled => " and got no better",
        EndReason::Finished | EndReason::Cancelled => "",
    };
    let weights = match (summary.best_iteration, best) {
        (Some(iteration), Some(best)) => format!(
            "the best weights are those of iteration {iteration}, in {}",
            best.display()
        ),
        _ => format!(
            "no validation says which weights are the best; the last are in {}",
            summary.last_checkpoint.display()
        ),
    };
    let key = match stage {
        TrainStage::Denoiser | TrainStage::Distill => Some("denoiser"),
        TrainStage::Segmenter => Some("segmenter"),
        // A denoiser is trained with it first, and its run folder keeps a copy.
        TrainStage::Vqgan => None,
    };
    let pack = key.map_or_else(String::new, |key| {
        let run = summary.out.display();
        format!(
            "; `diaphane models pack FILE` makes a bundle of them, with {key} = \"{run}\" in FILE"
        )
    });
    let iterations = summary.iterations;
    format!("trained for {iterations} iterations{how}; {weights}{pack}")
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

/// A run file of a fine-tuning with what it does not state of augmentation and losses, as they proved good.
///
/// # Errors
/// A sentence, where it is no run file or its base cannot be read.
pub fn complete_run_file(text: &str, path: &Path) -> Result<String, String> {
    train::with_recipe(text, path).map_err(|err| err.to_string())
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    #[test]
    fn the_end_of_a_run_names_its_best_weights_and_how_to_pack_them() {
        let summary = |reason, best_iteration: Option<u64>| RunSummary {
            out: PathBuf::from("runs/site"),
            reason,
            iterations: 1000,
            elapsed_secs: 1.0,
            best_score: best_iteration.map(|_| 31.0),
            best_iteration,
            last_checkpoint: PathBuf::from("runs/site/checkpoints/step-00001000"),
        };
        let best = Path::new("runs/site/checkpoints/step-00000300");
        let judged = summary(EndReason::Finished, Some(300));
        assert_eq!(
            ended(&judged, TrainStage::Denoiser, Some(best)),
            "trained for 1000 iterations; the best weights are those of iteration 300, in \
             runs/site/checkpoints/step-00000300; `diaphane models pack FILE` makes a bundle of them, with denoiser = \
             \"runs/site\" in FILE"
        );
        let last = Path::new("runs/site/checkpoints/step-00001000");
        let told = ended(
            &summary(EndReason::Finished, None),
            TrainStage::Vqgan,
            Some(last),
        );
        assert!(
            told.ends_with("the last are in runs/site/checkpoints/step-00001000"),
            "{told}"
        );
        let settled = summary(EndReason::Settled, Some(300));
        let told = ended(&settled, TrainStage::Segmenter, Some(best));
        assert!(told.starts_with("trained for 1000 iterations and got no better; the best"));
        assert!(
            told.ends_with("with segmenter = \"runs/site\" in FILE"),
            "{told}"
        );
    }
}
