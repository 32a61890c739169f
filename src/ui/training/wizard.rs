//! A run that is prepared: data, check, split, preflight, start.

use super::plan::RunPlan;
use super::registering::Registering;
use crate::dataset::{Part, RegisteredCopy, Report, Severity, Split, SplitPlan};
use crate::worker::{JobHandle, Preflight};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// A step of the wizard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum WizardStep {
    /// Where the pairs lie, and where the run goes.
    #[default]
    Data,
    /// Whether a network may learn from them.
    Check,
    /// Who is learned from, and who is kept.
    Split,
    /// What the run takes.
    Preflight,
    /// Begin.
    Start,
}

impl WizardStep {
    /// Every step, in its order.
    pub const ALL: [Self; 5] = [
        Self::Data,
        Self::Check,
        Self::Split,
        Self::Preflight,
        Self::Start,
    ];

    /// As it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Data => "1 Data",
            Self::Check => "2 Check",
            Self::Split => "3 Split",
            Self::Preflight => "4 Preflight",
            Self::Start => "5 Start",
        }
    }

    /// The one after it.
    pub fn next(self) -> Option<Self> {
        let place = Self::ALL.iter().position(|&step| step == self)?;
        Self::ALL.get(place + 1).copied()
    }
}

/// A path that is typed or chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathField {
    /// The folder of the pairs.
    Pairs,
    /// The folder of their soft-tissue images, where it is another one.
    Soft,
    /// The folder of pairs that are mixed in.
    Mixed,
    /// The run folder.
    Run,
    /// The folder of a registered copy of the pairs.
    Copy,
    /// The folder of an earlier run.
    Earlier,
}

/// How far a look at the pairs is; shared with the thread that looks.
#[derive(Debug, Default)]
pub struct CheckProgress {
    done: AtomicUsize,
    count: AtomicUsize,
    is_stopped: AtomicBool,
}

impl CheckProgress {
    /// Takes note of how many pairs are done, of how many.
    pub(in crate::ui) fn note(&self, done: usize, count: usize) {
        self.done.store(done, Ordering::Relaxed);
        self.count.store(count, Ordering::Relaxed);
    }

    /// Pairs that are done, and all.
    pub fn told(&self) -> (usize, usize) {
        let load = |number: &AtomicUsize| number.load(Ordering::Relaxed);
        (load(&self.done), load(&self.count))
    }

    /// Ends it after the pair under way.
    pub(in crate::ui) fn stop(&self) {
        self.is_stopped.store(true, Ordering::Relaxed);
    }

    /// Whether it is to end.
    pub(in crate::ui) fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Relaxed)
    }
}

/// Something that is tried on another thread.
#[derive(Debug, Clone, Default)]
pub enum Attempt<T> {
    /// Not yet.
    #[default]
    None,
    /// It goes on.
    Running,
    /// It is there.
    Done(Arc<T>),
    /// It failed; what, and what to do.
    Failed(String),
}

impl<T> Attempt<T> {
    /// What came of it.
    pub fn done(&self) -> Option<&Arc<T>> {
        match self {
            Self::Done(found) => Some(found),
            _ => None,
        }
    }

    /// The sentence where it failed.
    pub fn failure(&self) -> Option<&str> {
        match self {
            Self::Failed(sentence) => Some(sentence),
            _ => None,
        }
    }

    /// It goes on.
    pub fn is_running(&self) -> bool {
        matches!(self, Self::Running)
    }

    /// Takes the end of it.
    pub(in crate::ui) fn settle(&mut self, end: Result<T, String>) {
        *self = match end {
            Ok(found) => Self::Done(Arc::new(found)),
            Err(sentence) => Self::Failed(sentence),
        };
    }
}

/// A split, and what is wrong with it.
#[derive(Debug, Clone, PartialEq)]
pub struct SplitMade {
    /// Who is in which part.
    pub split: Split,
    /// Sentences on who is in two parts, and on files that changed.
    pub leaks: Vec<String>,
    /// Pairs whose patient nobody knows: each of them counts as a patient.
    pub num_without_patient: usize,
    /// A sentence where the test part holds phantoms alone.
    pub phantom_test: Option<String>,
}

impl SplitMade {
    /// Pairs of the training, of the validation and of the test.
    pub fn counts(&self) -> [usize; 3] {
        [Part::Training, Part::Validation, Part::Test].map(|part| self.split.count(part))
    }
}

/// The files of a run that are written before it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// The run file.
    pub run_file: PathBuf,
}

/// A run that is prepared.
#[derive(Debug, Clone, Default)]
pub struct Wizard {
    /// The step shown.
    pub step: WizardStep,
    /// Where the pairs lie, as it is typed.
    pub pairs: String,
    /// Where their soft-tissue images lie, as it is typed; empty where the same folder holds them.
    pub soft: String,
    /// Where other pairs lie that are mixed in, as it is typed; empty where none are.
    pub mixed: String,
    /// The run folder, as it is typed.
    pub out: String,
    /// The folder of an earlier run, as it is typed.
    pub earlier: String,
    /// How far the look at the pairs is.
    pub checking: Option<Arc<CheckProgress>>,
    /// What the look at the pairs found.
    pub report: Attempt<Report>,
    /// A registered copy of the pairs.
    pub registering: Registering,
    /// How the patients are parted.
    pub split_plan: SplitPlan,
    /// Who is in which part.
    pub split: Attempt<SplitMade>,
    /// How long and with what to train.
    pub plan: RunPlan,
    /// The first steps, while the worker makes them.
    pub preflight_job: Option<JobHandle>,
    /// What the run takes.
    pub preflight: Attempt<Preflight>,
    /// The run file is being written for this.
    pub(in crate::ui) writing: Option<WrittenFor>,
}

/// What follows once the run file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrittenFor {
    /// The first steps.
    Preflight,
    /// The run.
    Start,
}

impl Wizard {
    /// The text of a path.
    pub fn path(&self, field: PathField) -> &str {
        match field {
            PathField::Pairs => &self.pairs,
            PathField::Soft => &self.soft,
            PathField::Mixed => &self.mixed,
            PathField::Run => &self.out,
            PathField::Copy => &self.registering.out,
            PathField::Earlier => &self.earlier,
        }
    }

    /// What stands in the way of a step, as a sentence; `None` where it can be taken.
    pub fn obstacle(&self, step: WizardStep) -> Option<&'static str> {
        let has_paths = !self.pairs.trim().is_empty() && !self.out.trim().is_empty();
        let report = self.report.done();
        let is_split = self.split.done().is_some_and(|made| made.leaks.is_empty());
        let needs = [
            (WizardStep::Check, has_paths, "Name the folders first."),
            (
                WizardStep::Split,
                report.is_some(),
                "Check the pairs first.",
            ),
            (
                WizardStep::Split,
                !self.registering.is_running(),
                "The registered copy is being made: wait for it, or stop it.",
            ),
            (
                WizardStep::Split,
                report.is_some_and(|report| report.is_usable()),
                "Errors stand in the way: mend or take out what the check names, then check again.",
            ),
            (WizardStep::Preflight, is_split, "Part the patients first."),
            (
                WizardStep::Start,
                self.preflight.done().is_some(),
                "Run the first steps first: they show whether the run fits.",
            ),
        ];
        let missing = needs.iter().find(|(of, is_met, _)| *of <= step && !is_met);
        missing.map(|(_, _, sentence)| *sentence)
    }

    /// Takes where the pairs lie; what was found out about others holds no more.
    pub(in crate::ui) fn name_pairs(&mut self, pairs: String, soft: String) {
        self.registering.stop();
        self.registering = Registering::beside(&pairs);
        self.pairs = pairs;
        self.soft = soft;
        self.forget_after(WizardStep::Data);
    }

    /// Goes on with the registered copy that lies in `folder` instead of the pairs it was made of.
    pub(in crate::ui) fn go_on_with(&mut self, folder: &Path, copy: RegisteredCopy) {
        self.name_pairs(folder.display().to_string(), String::new());
        self.registering.made = Attempt::Done(Arc::new(copy));
        self.step = WizardStep::Check;
    }

    /// What was found out about other pairs, or for another plan, holds no more.
    pub(in crate::ui) fn forget_after(&mut self, step: WizardStep) {
        if step <= WizardStep::Data {
            if let Some(progress) = self.checking.take() {
                progress.stop();
            }
            self.report = Attempt::None;
        }
        if step <= WizardStep::Check {
            self.split = Attempt::None;
        }
        if let Some(job) = self.preflight_job.take() {
            job.cancel();
        }
        self.preflight = Attempt::None;
    }

    /// Errors and warnings of the check.
    pub fn num_findings(&self) -> Option<[usize; 2]> {
        let report = self.report.done()?;
        Some([Severity::Error, Severity::Warning].map(|severity| report.count(severity)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_taken_after_those_before_it() {
        let mut wizard = Wizard::default();
        assert_eq!(wizard.obstacle(WizardStep::Data), None);
        assert_eq!(
            wizard.obstacle(WizardStep::Start),
            Some("Name the folders first.")
        );
        "a".clone_into(&mut wizard.pairs);
        "b".clone_into(&mut wizard.out);
        assert_eq!(wizard.obstacle(WizardStep::Check), None);
        assert!(wizard.obstacle(WizardStep::Split).is_some());
        assert_eq!(WizardStep::Data.next(), Some(WizardStep::Check));
        assert_eq!(WizardStep::Start.next(), None);
    }

    #[test]
    fn other_pairs_end_what_is_under_way() {
        let mut wizard = Wizard::default();
        let progress = Arc::new(CheckProgress::default());
        wizard.checking = Some(Arc::clone(&progress));
        let job = JobHandle::background();
        wizard.preflight_job = Some(job.clone());
        wizard.forget_after(WizardStep::Data);
        assert!(progress.is_stopped() && job.is_cancelled());
        assert!(wizard.checking.is_none() && wizard.preflight_job.is_none());
    }
}
