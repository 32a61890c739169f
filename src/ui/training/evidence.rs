//! The evidence about a run: who was judged, what came of it, and what may be done with it.

use super::Attempt;
use crate::evidence::Table;
use crate::worker::site::SiteModel;
use crate::worker::{
    Candidate, ContestOutcome, ContestStep, JobHandle, JobId, JudgedCase, KeptOutcome, Progress,
    Scores,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Column by which the cases stand at first, the worst one on top.
const FIRST_COLUMN: &str = "PSNRaff";

/// What a person asks of the evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EvidenceCommand {
    /// Show the page.
    Show,
    /// Judge the checkpoints of the run on its locked test pairs.
    Judge,
    /// End judging; nothing of it is kept.
    Cancel,
    /// Show this candidate, by its place.
    ShowCandidate(usize),
    /// Show the scores on this set.
    ShowSet(CaseSet),
    /// Put the cases in the order of this column, the worst first; or the best first where they stand so already.
    Sort(&'static str),
    /// State, or take back, that the test pairs are not among what earlier weights learned from that do not say what that was.
    State(bool),
    /// Open this test pair in the main window, with what the models made of it.
    OpenCase(String),
    /// Ask whether the candidate shown shall be put in force, or ask no longer.
    AskPromotion(bool),
    /// Put the candidate shown in force.
    Promote,
    /// Put back in force what was before the last promotion.
    TakeBack,
    /// Put the shipped model back in force, whatever became of the others.
    UseShipped,
    /// Write the evidence as a page into the run folder.
    Report,
}

/// A set of cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CaseSet {
    /// The locked test pairs.
    #[default]
    Test,
    /// The phantoms.
    Reference,
}

impl CaseSet {
    /// As it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Test => "Test pairs",
            Self::Reference => "Reference set",
        }
    }

    /// Scores on it.
    pub fn of(self, scores: &Scores) -> &Table {
        match self {
            Self::Test => &scores.test,
            Self::Reference => &scores.reference,
        }
    }
}

/// In which order the cases stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaseOrder {
    /// The column that decides.
    pub column: &'static str,
    /// The best case is on top, not the worst.
    pub best_first: bool,
}

/// Which models the site uses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SiteModels {
    /// The one in force; `None` is the shipped one.
    pub in_force: Option<SiteModel>,
    /// The one before it; `None` is the shipped one.
    pub before: Option<SiteModel>,
}

/// A test pair that is opened in the main window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseOpening {
    /// Its radiograph; whole path.
    pub radiograph: PathBuf,
    /// Files of what the models made of it: that of the base first, that of the candidate shown last.
    pub results: Vec<PathBuf>,
    /// Its study was shown once.
    pub is_shown: bool,
    /// The files are being read.
    pub is_reading: bool,
}

impl CaseOpening {
    /// Opens a test pair; the picture of the candidate of this label is shown at the end.
    pub(in crate::ui) fn new(case: &JudgedCase, candidate: &str) -> Self {
        let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let mut kept: Vec<&(String, PathBuf)> = case.kept.iter().collect();
        // The base is judged last, and is what the candidate is compared with.
        kept.reverse();
        kept.sort_by_key(|(label, _)| label == candidate);
        Self {
            radiograph: whole(&case.radiograph),
            results: kept.into_iter().map(|(_, path)| path.clone()).collect(),
            is_shown: false,
            is_reading: false,
        }
    }
}

/// What is to be asked of the site's folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::ui) enum SiteQuestion {
    /// Nothing.
    #[default]
    None,
    /// Which models it uses.
    Models,
    /// The same, and the window is to work with the one in force, which is another one by now.
    Changed,
}

/// The evidence about the run that is watched.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// The run folder that it is about.
    pub run: PathBuf,
    /// The worker judges.
    pub job: Option<JobHandle>,
    /// The picture under way.
    pub step: Option<ContestStep>,
    /// How far it is.
    pub progress: Option<Progress>,
    /// Judging waits for what the reader wants.
    pub is_waiting: bool,
    /// What came of it.
    pub outcome: Attempt<ContestOutcome>,
    /// It was kept in the run folder, and no run was judged since the window opened.
    pub is_kept: bool,
    /// When the run was judged, and why that holds no more.
    pub out_of_date: Option<String>,
    /// The run folder whose kept evidence was asked for.
    pub(in crate::ui) asked_kept: Option<PathBuf>,
    /// Place of the candidate shown.
    pub shown: usize,
    /// The set shown.
    pub set: CaseSet,
    /// How the cases stand; `None` is the worst of the tone-free PSNR first.
    pub order: Option<CaseOrder>,
    /// Whether to promote is asked.
    pub asks_promotion: bool,
    /// The worker puts a candidate in force.
    pub promoting: Option<JobHandle>,
    /// Which models the site uses.
    pub models: Attempt<SiteModels>,
    /// The test pair that is opened.
    pub opening: Option<CaseOpening>,
    /// What is to be asked of the site's folder.
    pub(in crate::ui) question: SiteQuestion,
}

impl Evidence {
    /// What came of judging the run in this folder.
    pub fn of_run(&self, run: &Path) -> Option<&Arc<ContestOutcome>> {
        self.outcome.done().filter(|_| self.run == run)
    }

    /// The evidence of another run, or of this one judged anew, takes the place of what was there.
    pub(in crate::ui) fn begin(&mut self, run: PathBuf) {
        self.run = run;
        self.step = None;
        self.progress = None;
        self.outcome = Attempt::None;
        self.is_kept = false;
        self.out_of_date = None;
        self.shown = 0;
        self.asks_promotion = false;
    }

    /// Takes what an earlier window kept about a run.
    pub(in crate::ui) fn take_kept(&mut self, run: PathBuf, kept: Result<KeptOutcome, String>) {
        self.begin(run);
        match kept {
            Ok(KeptOutcome::Valid(outcome)) => {
                self.outcome = Attempt::Done(Arc::new(*outcome));
                self.is_kept = true;
            }
            Ok(KeptOutcome::OutOfDate { made_at, why }) => {
                self.out_of_date = Some(format!(
                    "The evidence of {made_at} is out of date: {why}. Judge the run again."
                ));
            }
            Err(sentence) => self.outcome = Attempt::Failed(sentence),
        }
    }

    /// States, or takes back, that the test pairs are not among what nothing is known of.
    pub(in crate::ui) fn state(&mut self, is_stated: bool) {
        self.asks_promotion = false;
        if let Some(outcome) = self.outcome.done() {
            self.outcome = Attempt::Done(Arc::new(outcome.stating(is_stated)));
        }
    }

    /// The worker judges.
    pub fn is_judging(&self) -> bool {
        self.job.is_some()
    }

    /// Judging, or a promotion, has this job.
    pub(in crate::ui) fn has(&self, job: JobId) -> bool {
        let mut jobs = [&self.job, &self.promoting].into_iter().flatten();
        jobs.any(|handle| handle.id() == job)
    }

    /// Copies how far the worker is.
    pub(in crate::ui) fn copy_progress(&mut self) {
        self.progress = self.job.as_ref().and_then(JobHandle::progress);
    }

    /// For the status bar.
    pub(in crate::ui) fn short_text(&self) -> String {
        let step = self.step.as_ref();
        step.map_or_else(
            || "Judging".to_owned(),
            |step| format!("Judging: picture {} of {}", step.number, step.total),
        )
    }

    /// How the cases stand.
    pub fn case_order(&self) -> CaseOrder {
        self.order.unwrap_or(CaseOrder {
            column: FIRST_COLUMN,
            best_first: false,
        })
    }

    /// Turns the order where it is that of the column already.
    pub(in crate::ui) fn sort(&mut self, column: &'static str) {
        let before = self.case_order();
        let best_first = before.column == column && !before.best_first;
        self.order = Some(CaseOrder { column, best_first });
    }

    /// The candidate shown.
    pub fn candidate<'a>(&self, outcome: &'a ContestOutcome) -> Option<&'a Candidate> {
        outcome.candidates.get(self.shown)
    }

    /// The candidate's table of the set shown, in the order that was asked for.
    pub fn cases(&self, candidate: &Candidate) -> Table {
        let mut table = self.set.of(&candidate.contestant.scores).clone();
        let CaseOrder { column, best_first } = self.case_order();
        if best_first {
            table.sort_best_first(column);
        } else {
            table.sort_worst_first(column);
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_clicked_twice_is_turned() {
        let mut evidence = Evidence::default();
        assert_eq!(evidence.case_order().column, "PSNRaff");
        evidence.sort("PSNRaff");
        assert!(evidence.case_order().best_first);
        evidence.sort("RBF");
        assert!(!evidence.case_order().best_first);
    }

    #[test]
    fn the_candidate_s_result_is_opened_last_and_the_base_s_first() {
        let kept = ["best", "last", "base"].map(|label| (label.to_owned(), PathBuf::from(label)));
        let case = JudgedCase {
            name: "a".to_owned(),
            radiograph: PathBuf::from("a.png"),
            soft_tissue: PathBuf::from("b.png"),
            is_simulated: false,
            kept: kept.into(),
        };
        let order = |candidate| {
            let opening = CaseOpening::new(&case, candidate);
            let names = opening.results.iter();
            names
                .map(|path| path.display().to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(order("best"), ["base", "last", "best"]);
        assert_eq!(order("last"), ["base", "best", "last"]);
    }
}
