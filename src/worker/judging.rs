//! What is judged on the worker thread, and what is put in force afterwards.

use super::driven::JobError;
use super::site::{SiteFolder, SiteModel, default_bundle};
use super::{ContestObserver, ContestOutcome, ContestPlan};
use crate::contest::{self, Contender, ContestError, PairFolders, TestSet};
use crate::pipeline::ComputeOptions;
use crate::train::{RunFolder, SourceKind, TrainError, Which, pack_checkpoint};
use std::path::PathBuf;
use std::sync::Arc;

/// Folders of a run: its bundles, and the results of the test pairs.
const BUNDLES: &str = "site";
const RESULTS: &str = "evidence/results";

/// What is judged.
#[derive(Debug, Clone, PartialEq)]
pub enum JudgePlan {
    /// Bundles.
    Bundles(Box<ContestPlan>),
    /// The best and the last checkpoint of a run, which are packed first.
    Run(RunContest),
}

/// A run whose checkpoints are judged on the locked test pairs of its own split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunContest {
    /// The run folder. Bundles come into `site/best` and `site/last` of it, results into `evidence/results`.
    pub run: PathBuf,
    /// The model in force; `None` is the one that is used where none is named.
    pub base: Option<PathBuf>,
    /// Where the networks run.
    pub compute: ComputeOptions,
}

/// A model that was judged and is to be put in force.
#[derive(Debug, Clone, PartialEq)]
pub struct PromotionPlan {
    /// What came of the contest.
    pub outcome: Arc<ContestOutcome>,
    /// Index among its candidates.
    pub candidate: usize,
    /// The site's folder.
    pub site: SiteFolder,
}

impl From<ContestError> for JobError {
    fn from(err: ContestError) -> Self {
        match err {
            ContestError::Cancelled => Self::Cancelled,
            err => Self::Failed(err.to_string().into()),
        }
    }
}

impl PromotionPlan {
    pub(super) fn promote(&self) -> Result<SiteModel, JobError> {
        let candidate = self.outcome.candidates.get(self.candidate);
        let candidate = candidate.ok_or(ContestError::NotPassed)?;
        Ok(self.outcome.promote(candidate, &self.site)?)
    }
}

/// Judges what a plan names.
pub(super) fn judge(
    plan: &JudgePlan,
    observer: &mut dyn ContestObserver,
) -> Result<ContestOutcome, JobError> {
    let prepared;
    let plan = match plan {
        JudgePlan::Bundles(plan) => plan,
        JudgePlan::Run(run) => {
            prepared = prepare(run)?;
            &prepared
        }
    };
    let _guard = tch::no_grad_guard();
    Ok(contest::run(plan, observer)?)
}

/// Packs the checkpoints of a run, and finds the pairs that its split locked away.
fn prepare(contest: &RunContest) -> Result<ContestPlan, JobError> {
    let folder = RunFolder::open(&contest.run)?;
    let settings = folder.settings()?;
    let Some(split) = &settings.data.split else {
        let text = "the run was begun without a split, which locks pairs away for the test; judge it on the command line \
                    (models pack, then models promote)";
        return Err(JobError::Failed(text.into()));
    };
    let sources = settings.data.source.iter();
    let pairs = sources.filter(|source| source.kind == SourceKind::Pairs);
    let pairs: Vec<PairFolders> = pairs
        .map(|source| PairFolders {
            radiographs: source.folder.clone(),
            soft_tissue: source.soft_folder.clone(),
        })
        .collect();
    let base = match &contest.base {
        Some(base) => base.clone(),
        None => default_bundle().map_err(ContestError::Site)?,
    };
    let test = TestSet::new(&pairs, Some(split))?;
    Ok(ContestPlan {
        candidates: packed(contest, &folder)?,
        base: Contender::new("base", &base)?,
        test,
        given_masks: false,
        compute: contest.compute,
        kept_in: Some(contest.run.join(RESULTS)),
    })
}

/// The best checkpoint as a bundle, and the last one where that is another.
fn packed(contest: &RunContest, folder: &RunFolder) -> Result<Vec<Contender>, JobError> {
    let best = folder.checkpoint(Which::Best)?;
    let last = folder.checkpoint(Which::Last)?;
    if last.is_none() {
        let text = "the run has no checkpoint yet; train it first";
        return Err(TrainError::checkpoint(&contest.run, text).into());
    }
    let mut candidates = Vec::new();
    let is_other = best != last;
    let wanted = [("best", Which::Best, true), ("last", Which::Last, is_other)];
    for (label, which, _) in wanted.into_iter().filter(|(_, _, is_wanted)| *is_wanted) {
        let to = contest.run.join(BUNDLES).join(label);
        let written = pack_checkpoint(&contest.run, which, &to)?;
        candidates.push(Contender::new(label, &written.folder)?);
    }
    Ok(candidates)
}
