//! File work for the evidence page: reports, results of test pairs, the site's record.

use super::FileWork;
use super::training::TrainingWork;
use crate::formats::write_private;
use crate::radiograph::Radiograph;
use crate::ui::training::SiteModels;
use crate::worker::site::SiteFolder;
use crate::worker::{ContestOutcome, KeptResult, kept_evidence};
use std::path::{Path, PathBuf};
use std::sync::Arc;

impl FileWork {
    /// Writes the evidence about a candidate as a page.
    pub(in crate::ui) fn save_report(
        &mut self,
        path: PathBuf,
        outcome: Arc<ContestOutcome>,
        candidate: usize,
    ) {
        let lost = TrainingWork::Saved(Err("the page could not be written".to_owned()));
        self.train("diaphane-report", lost, move || {
            TrainingWork::Saved(write_report(path, &outcome, candidate))
        });
    }

    /// Reads what the models made of a test pair.
    pub(in crate::ui) fn read_case(
        &mut self,
        path: PathBuf,
        radiograph: Arc<Radiograph>,
        results: Vec<PathBuf>,
    ) {
        let sentence = "the results of this pair could not be read".to_owned();
        let lost = TrainingWork::CaseRead(path.clone(), Err(sentence));
        self.train("diaphane-case", lost, move || {
            let read = results.iter().map(|file| read_result(file, &radiograph));
            TrainingWork::CaseRead(path, read.collect())
        });
    }

    /// Reads what came of judging a run last.
    pub(in crate::ui) fn read_evidence(&mut self, run: PathBuf, site: Option<SiteFolder>) {
        let sentence = "the evidence that was kept could not be read".to_owned();
        let lost = TrainingWork::EvidenceRead(run.clone(), Err(sentence));
        self.train("diaphane-evidence", lost, move || {
            let kept = kept_evidence(&run, site.as_ref());
            TrainingWork::EvidenceRead(run, kept.map(|kept| kept.map(Box::new)))
        });
    }

    /// Reads which models the site uses.
    pub(in crate::ui) fn read_models(&mut self, site: SiteFolder) {
        let sentence = "the site's record could not be read".to_owned();
        let lost = TrainingWork::ModelsRead(Err(sentence));
        self.train("diaphane-site", lost, move || {
            let promoted = site.promoted().map_err(|err| err.to_string());
            let models = promoted.map(|mut promoted| SiteModels {
                in_force: promoted.pop(),
                before: promoted.pop(),
            });
            TrainingWork::ModelsRead(models.map(Box::new))
        });
    }

    /// Puts back in force what was before the last promotion.
    pub(in crate::ui) fn take_back(&mut self, site: SiteFolder) {
        let sentence = "the site's record could not be written".to_owned();
        let lost = TrainingWork::TookBack(Err(sentence));
        self.train("diaphane-site", lost, move || {
            let change = site.roll_back().map(Box::new);
            TrainingWork::TookBack(change.map_err(|err| err.to_string()))
        });
    }

    /// Puts the shipped model back in force.
    pub(in crate::ui) fn use_shipped(&mut self, site: SiteFolder) {
        let sentence = "the site's record could not be written".to_owned();
        let lost = TrainingWork::WentToShipped(Err(sentence));
        self.train("diaphane-site", lost, move || {
            let change = site.use_shipped().map(Box::new);
            TrainingWork::WentToShipped(change.map_err(|err| err.to_string()))
        });
    }
}

fn write_report(
    path: PathBuf,
    outcome: &ContestOutcome,
    candidate: usize,
) -> Result<PathBuf, String> {
    let candidate = outcome.candidates.get(candidate);
    let candidate = candidate.ok_or("there is no such candidate")?;
    let page = outcome.page(candidate).html();
    // It shows pictures of patients.
    let written = write_private(&path, page.as_bytes());
    written.map(|()| path).map_err(|err| err.to_string())
}

fn read_result(file: &Path, radiograph: &Radiograph) -> Result<KeptResult, String> {
    let failed = |why: String| {
        format!(
            "What a model made of this pair cannot be read ({why}); judge the run again: {}",
            file.display()
        )
    };
    let bytes = std::fs::read(file).map_err(|err| failed(err.to_string()))?;
    KeptResult::from_bytes(&bytes, radiograph).map_err(|err| failed(err.to_string()))
}
