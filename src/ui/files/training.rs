//! File work for the training window: pairs, splits, run files, run folders, figures.

use super::{FileEvent, FileWork, samples};
use crate::dataset::{self, CheckRequest, FindingKind, RegisteredCopy, Report, Split, SplitPlan};
use crate::formats::raster::write_rgb8;
use crate::formats::write_atomically;
use crate::ui::training::{
    CheckProgress, Curves, PathField, Prepared, SampleMates, SamplePicture, SampleRequest,
    SiteModels, SplitMade, figure,
};
use crate::worker::site::{Rollback, Shipped};
use crate::worker::{BranchPlan, CheckpointRecord, KeptOutcome, KeptResult, RunRecord, branch_run};
use eframe::egui;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Names of the curves in a run folder.
const PICTURE: &str = "curves.png";
const NUMBERS: &str = "curves.csv";

/// Work for the training window ended.
pub enum TrainingWork {
    /// The reader chose a folder.
    Chose(PathField, PathBuf),
    /// The pairs were looked at, or one sentence says why not; `None` where the reader ended it.
    Checked(Arc<CheckProgress>, Option<Result<Report, String>>),
    /// A registered copy was made in this folder, or one sentence says why not; `None` where the reader ended it.
    Registered(
        Arc<CheckProgress>,
        PathBuf,
        Option<Result<Box<RegisteredCopy>, String>>,
    ),
    /// The patients were parted, or one sentence says why not.
    Split(Result<SplitMade, String>),
    /// The files of a run were written, or one sentence says why not.
    Prepared(Result<Prepared, String>),
    /// A run folder was read, or one sentence says why not.
    Opened(Result<Box<RunRecord>, String>),
    /// The folder of the run that goes on was read again; where that fails the next time will do.
    Refreshed(Option<Box<RunRecord>>),
    /// The folder of a branch was made, or one sentence says why not.
    Branched(Result<Box<RunRecord>, String>),
    /// Pictures of the held-out image of this name, and what they are compared with; what could not be read is left out.
    SamplesRead(
        String,
        Option<Arc<SampleMates>>,
        Vec<(PathBuf, SamplePicture)>,
    ),
    /// Which models the site uses, or one sentence says why that is not known.
    ModelsRead(Result<Box<SiteModels>, String>),
    /// What taking back changed, or one sentence says why nothing was.
    TookBack(Result<Box<Rollback>, String>),
    /// The shipped model is in force again, or one sentence says why not.
    WentToShipped(Result<Box<Shipped>, String>),
    /// What came of judging the run in this folder last, or one sentence says why that cannot be read.
    EvidenceRead(PathBuf, Result<Option<Box<KeptOutcome>>, String>),
    /// What the models made of the test pair of this radiograph, or one sentence says why it was not read.
    CaseRead(PathBuf, Result<Vec<KeptResult>, String>),
    /// Curves or a page were written to this file, or one sentence says why not.
    Saved(Result<PathBuf, String>),
}

impl FileWork {
    /// Looks at pairs.
    pub(in crate::ui) fn check_pairs(
        &mut self,
        request: CheckRequest,
        progress: &Arc<CheckProgress>,
    ) {
        let text = "the check of the pairs broke down; a damaged file may have done it".to_owned();
        let lost = TrainingWork::Checked(Arc::clone(progress), Some(Err(text)));
        let progress = Arc::clone(progress);
        let watch = self.watch(&progress);
        self.train("diaphane-check", lost, move || {
            let checked = dataset::check(&request, &watch);
            let report = checked.map(|report| report.map(for_window));
            let report = report.map_err(|err| err.to_string()).transpose();
            TrainingWork::Checked(progress, report)
        });
    }

    /// Tells `progress` how far work on pairs is.
    pub(super) fn watch(&self, progress: &Arc<CheckProgress>) -> impl dataset::Observer + use<> {
        Watch {
            progress: Arc::clone(progress),
            ctx: self.ctx.clone(),
        }
    }

    /// Parts the patients of pairs that were looked at.
    pub(in crate::ui) fn split_pairs(
        &mut self,
        asked: CheckRequest,
        report: Arc<Report>,
        plan: SplitPlan,
    ) {
        let lost = TrainingWork::Split(Err("the split broke down".to_owned()));
        self.train("diaphane-split", lost, move || {
            TrainingWork::Split(split(&asked, &report, plan))
        });
    }

    /// Reads a run folder that the reader chose.
    pub(in crate::ui) fn open_run(&mut self, folder: PathBuf) {
        let lost = TrainingWork::Opened(Err("the run folder could not be read".to_owned()));
        self.train("diaphane-run", lost, move || {
            TrainingWork::Opened(RunRecord::read(&folder).map(Box::new))
        });
    }

    /// Reads the folder of the run that goes on again.
    pub(in crate::ui) fn refresh_run(&mut self, folder: PathBuf) {
        self.train("diaphane-run", TrainingWork::Refreshed(None), move || {
            let read = RunRecord::read(&folder);
            TrainingWork::Refreshed(read.ok().map(Box::new))
        });
    }

    /// Makes the folder of a branch.
    pub(in crate::ui) fn branch_run(
        &mut self,
        plan: BranchPlan,
        checkpoint: CheckpointRecord,
        best: Option<CheckpointRecord>,
    ) {
        let lost = TrainingWork::Branched(Err("the branch could not be made".to_owned()));
        self.train("diaphane-branch", lost, move || {
            let made = branch_run(&plan, &checkpoint, best.as_ref());
            let read = made.and_then(|()| RunRecord::read(&plan.to));
            TrainingWork::Branched(read.map(Box::new))
        });
    }

    /// Reads pictures of a held-out image.
    pub(in crate::ui) fn read_samples(&mut self, request: SampleRequest) {
        let name = request.sample.name.clone();
        let lost = TrainingWork::SamplesRead(name.clone(), None, Vec::new());
        self.train("diaphane-samples", lost, move || {
            let (mates, pictures) = samples::read(&request);
            TrainingWork::SamplesRead(name, mates, pictures)
        });
    }

    /// Writes the curves into a run folder: a picture, or numbers.
    pub(in crate::ui) fn save_curves(&mut self, folder: &Path, curves: Curves, as_picture: bool) {
        let lost = TrainingWork::Saved(Err("the curves could not be written".to_owned()));
        let path = folder.join(if as_picture { PICTURE } else { NUMBERS });
        self.train("diaphane-curves", lost, move || {
            let written = if as_picture {
                let (size, pixels) = figure(&curves);
                write_rgb8(&path, size, &pixels, true)
            } else {
                write_atomically(&path, curves.csv().as_bytes(), true)
            };
            TrainingWork::Saved(written.map(|()| path).map_err(|err| err.to_string()))
        });
    }

    pub(super) fn train(
        &mut self,
        name: &str,
        lost: TrainingWork,
        work: impl FnOnce() -> TrainingWork + Send + 'static,
    ) {
        let promise = self.spawn(name, FileEvent::Training(lost), move || {
            FileEvent::Training(work())
        });
        self.tasks.push(promise);
    }
}

/// Without pictures that show nothing else than the one before them.
fn for_window(mut report: Report) -> Report {
    for pair in &mut report.pairs {
        let lies_off = pair.lies_off();
        if let Some(pictures) = pair.thumbnails.as_mut().filter(|_| !lies_off) {
            pictures.difference_registered = None;
        }
    }
    report
}

/// Notes how far a check is, and wakes the window.
struct Watch {
    progress: Arc<CheckProgress>,
    ctx: egui::Context,
}

impl dataset::Observer for Watch {
    fn progressed(&self, done: usize, all: usize) {
        self.progress.note(done, all);
        self.ctx.request_repaint();
    }

    fn is_cancelled(&self) -> bool {
        self.progress.is_stopped()
    }
}

fn split(asked: &CheckRequest, report: &Report, plan: SplitPlan) -> Result<SplitMade, String> {
    let patients = asked.listed_patients();
    let split = patients.and_then(|patients| Split::new(report, &patients, plan));
    let split = split.map_err(|err| err.to_string())?;
    let wrong = split.findings().into_iter();
    let wrong =
        wrong.filter(|found| [FindingKind::Leak, FindingKind::Changed].contains(&found.kind));
    Ok(SplitMade {
        leaks: wrong.map(|found| found.text).collect(),
        num_without_patient: split.leak_check().unnamed,
        phantom_test: split.phantom_test(&report.pairs).map(|found| found.text),
        split,
    })
}
