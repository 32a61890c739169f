//! What is judged on the worker thread, and what is put in force afterwards.

use super::driven::JobError;
use super::site::{SiteError, SiteFolder, SiteModel, bundle_in_force, candidate, default_bundle};
use super::{
    ContestObserver, ContestOutcome, ContestPlan, Contestant, KeptOutcome, TrainEvent,
    TrainingObserver,
};
use crate::contest::{self, Contender, ContestError, PairFolders, TestSet};
use crate::pipeline::ComputeOptions;
use crate::train::{RunFolder, SourceKind, TrainError, Which, pack_checkpoint};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Folders of a run: its bundles, and the results of the test pairs.
const BUNDLES: &str = "site";
const RESULTS: &str = "evidence/results";
/// File of a run with what came of judging it last.
const OUTCOME: &str = "evidence/outcome.json";
/// Checkpoints that are judged, by what they are called.
const JUDGED: [(&str, Which); 2] = [("best", Which::Best), ("last", Which::Last)];

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
    /// The model in force; `None` is the one that the site uses where none is named.
    pub base: Option<PathBuf>,
    /// Where the networks run.
    pub compute: ComputeOptions,
    /// The site, which counts the looks at the test part; `None` counts none.
    pub site: Option<SiteFolder>,
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
    let (prepared, kept_as);
    let (plan, kept_as) = match plan {
        JudgePlan::Bundles(plan) => (&**plan, None),
        JudgePlan::Run(run) => {
            prepared = prepare(run, observer)?;
            kept_as = run.run.join(OUTCOME);
            (&prepared, Some(&kept_as))
        }
    };
    let _guard = tch::no_grad_guard();
    let outcome = contest::run(plan, observer)?;
    if let Some(path) = kept_as {
        outcome.write(path)?;
    }
    Ok(outcome)
}

/// What came of judging a run last, as long as its checkpoints, its bundles and the model in force are what they were then;
/// `None` where it was never judged.
///
/// # Errors
/// A sentence where what was kept cannot be read.
pub fn kept_evidence(run: &Path, site: Option<&SiteFolder>) -> Result<Option<KeptOutcome>, String> {
    let kept = ContestOutcome::read(&run.join(OUTCOME)).map_err(|err| err.to_string())?;
    let Some(KeptOutcome::Valid(outcome)) = kept else {
        return Ok(kept);
    };
    let why = match went_on(run, &outcome) {
        Some(why) => why,
        None if is_base_in_force(&outcome, site) => return Ok(Some(KeptOutcome::Valid(outcome))),
        None => "another model is in force by now".to_owned(),
    };
    let made_at = outcome.made_at;
    Ok(Some(KeptOutcome::OutOfDate { made_at, why }))
}

/// That the run has other checkpoints by now than were judged.
fn went_on(run: &Path, outcome: &ContestOutcome) -> Option<String> {
    let iterations = |which| {
        let checkpoint = RunFolder::open(run).ok()?.checkpoint(which).ok()??;
        Some(RunFolder::state(&checkpoint).ok()?.iteration.to_string())
    };
    let changed = outcome.candidates.iter().find(|candidate| {
        let Contestant { label, info, .. } = &candidate.contestant;
        let which = JUDGED.iter().find(|(name, _)| name == label);
        which.and_then(|(_, which)| iterations(*which)).as_ref() != Some(&info.manifest.version)
    });
    // Where the last one is the best, it is judged as that.
    let is_last_judged = outcome.candidates.iter().any(|candidate| {
        iterations(Which::Last).as_ref() == Some(&candidate.contestant.info.manifest.version)
    });
    (changed.is_some() || !is_last_judged).then(|| "the run went on since".to_owned())
}

fn is_base_in_force(outcome: &ContestOutcome, site: Option<&SiteFolder>) -> bool {
    let info = in_force(site).and_then(|folder| candidate(&folder));
    info.is_ok_and(|info| info.sha256 == outcome.base.info.sha256)
}

/// The bundle that is used where none is named.
fn in_force(site: Option<&SiteFolder>) -> Result<PathBuf, SiteError> {
    site.map_or_else(default_bundle, bundle_in_force)
}

/// Packs the checkpoints of a run, and finds the pairs that its split locked away.
fn prepare(
    contest: &RunContest,
    observer: &mut dyn ContestObserver,
) -> Result<ContestPlan, JobError> {
    let folder = RunFolder::open(&contest.run)?;
    let settings = folder.settings()?;
    // The split's own file may have become another one since.
    let kept = folder.kept_split()?.map(|(path, _)| path);
    let Some(split) = kept.or_else(|| settings.data.split.clone()) else {
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
            only: source.only.clone(),
            limit: source.limit,
        })
        .collect();
    let base = match &contest.base {
        Some(base) => base.clone(),
        None => in_force(contest.site.as_ref()).map_err(ContestError::Site)?,
    };
    let candidates = packed(contest, &folder, observer)?;
    let test = TestSet::new(&pairs, Some(&split), observer)?;
    Ok(ContestPlan {
        candidates,
        base: Contender::new("base", &base)?,
        test,
        given_masks: false,
        compute: contest.compute,
        kept_in: Some(contest.run.join(RESULTS)),
        // It is stated, where it must be, once the evidence is there.
        is_stated: false,
        site: contest.site.clone(),
    })
}

/// Whoever watches a contest, while checkpoints are packed for it.
struct Packing<'a>(&'a mut dyn ContestObserver);

impl TrainingObserver for Packing<'_> {
    fn event(&mut self, _event: &TrainEvent) {}

    fn between_steps(&mut self) {
        self.0.between_pictures();
    }

    fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}

/// The best checkpoint as a bundle, and the last one where that is another.
fn packed(
    contest: &RunContest,
    folder: &RunFolder,
    observer: &mut dyn ContestObserver,
) -> Result<Vec<Contender>, JobError> {
    let best = folder.checkpoint(Which::Best)?;
    let last = folder.checkpoint(Which::Last)?;
    let is_other = best != last;
    if last.is_none() {
        let text = "the run has no checkpoint yet; train it first";
        return Err(TrainError::checkpoint(&contest.run, text).into());
    }
    let mut candidates = Vec::new();
    let wanted = JUDGED.into_iter();
    for (label, which) in wanted.filter(|(_, which)| *which == Which::Best || is_other) {
        observer.between_pictures();
        if observer.is_cancelled() {
            return Err(JobError::Cancelled);
        }
        let to = contest.run.join(BUNDLES).join(label);
        let written = pack_checkpoint(&contest.run, which, &to, &mut Packing(observer))?;
        candidates.push(Contender::new(label, &written.folder)?);
    }
    Ok(candidates)
}
