//! Every contestant on every case.

use super::kept::Keeper;
use super::predictor::{Observer, Predictor};
use super::{
    Case, ContestError, ContestOutcome, Contestant, Gallery, JudgedCase, Scores, TestSet, reference,
};
use crate::dataset::{PairFiles, simulated};
use crate::formats;
use crate::model::BundleInfo;
use crate::model::site::{self, Look, Looks, SiteFolder, utc_now};
use crate::pipeline::{ComputeOptions, Perceptual, SuppressionSettings};
use crate::radiograph::LungMask;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A model that is judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Contender {
    /// What it is called in tables.
    pub label: String,
    /// What its bundle says about itself.
    pub info: BundleInfo,
}

impl Contender {
    /// The bundle in a folder.
    ///
    /// # Errors
    /// [`ContestError::Site`] where its manifest cannot be read.
    pub fn new(label: &str, folder: &Path) -> Result<Self, ContestError> {
        Ok(Self {
            label: label.to_owned(),
            info: site::candidate(folder)?,
        })
    }
}

/// Who is judged, against whom and by what.
#[derive(Debug, Clone, PartialEq)]
pub struct ContestPlan {
    /// Those that may be promoted.
    pub candidates: Vec<Contender>,
    /// The model in force.
    pub base: Contender,
    /// The pairs that decide.
    pub test: TestSet,
    /// The networks get the pairs' own lung masks instead of segmenting.
    pub given_masks: bool,
    /// Where the networks run.
    pub compute: ComputeOptions,
    /// Folder in which the results of the test pairs are kept; `None` keeps none.
    pub kept_in: Option<PathBuf>,
    /// Somebody stated that the test pairs are not among what nothing is known of.
    pub is_stated: bool,
    /// The site that counts the looks at a locked test part; `None` counts none.
    pub site: Option<SiteFolder>,
}

/// Runs every contestant on the test pairs and the reference set. Any case that one of them cannot do ends it: without
/// it nobody is judged. LPIPS is among the scores where its weights are installed.
///
/// # Errors
/// [`ContestError`]; [`ContestError::Cancelled`] where the observer asked for an end, within a step of a network.
pub fn run(
    plan: &ContestPlan,
    observer: &mut dyn Observer,
) -> Result<ContestOutcome, ContestError> {
    let without_mask = plan.test.files().filter(|pair| pair.lung_mask.is_none());
    let without_mask: Vec<&PairFiles> = without_mask.collect();
    let num_contestants = plan.candidates.len() + 1;
    let total = num_contestants * (plan.test.len() + reference::COUNT) + without_mask.len();
    // What could not be noted at the end is not begun.
    plan.looks()?;
    let reference = reference::cases(observer)?;
    let mut runner = Runner {
        plan,
        predictor: Predictor::new(plan.compute, plan.given_masks, total, observer),
        masks: BTreeMap::new(),
        reference,
        perceptual: Perceptual::load()?,
        // The site keeps the page of every promotion.
        gallery: Gallery::new(true),
        kept: BTreeMap::new(),
        device: String::new(),
    };
    runner.find_masks(&without_mask)?;
    let mut candidates = Vec::new();
    for contender in &plan.candidates {
        candidates.push(runner.judge(contender)?);
    }
    let base = runner.judge(&plan.base)?;
    let untouched = runner.untouched()?;
    runner.outcome(candidates, base, untouched)
}

impl ContestPlan {
    /// The looks at the locked test part so far.
    fn looks(&self) -> Result<Option<Looks>, ContestError> {
        let site = self.site.as_ref().filter(|_| self.test.split.is_some());
        let looks = site.map(|site| site.looks(&self.test.sha256()));
        Ok(looks.transpose()?)
    }

    /// Notes this one; all looks with it.
    fn note_look(&self) -> Result<Option<Looks>, ContestError> {
        let (Some(site), Some((_, split_sha256))) = (&self.site, &self.test.split) else {
            return Ok(None);
        };
        let judged = self.candidates.iter();
        Ok(Some(site.note_look(&Look {
            at: utc_now(),
            split_sha256: split_sha256.clone(),
            test_sha256: self.test.sha256(),
            candidates: judged.map(|one| one.info.sha256.clone()).collect(),
        })?))
    }
}

/// What scores one contestant after the other.
struct Runner<'a> {
    plan: &'a ContestPlan,
    predictor: Predictor<'a>,
    /// Lungs of the test pairs that come without a mask, by name: the same for everybody.
    masks: BTreeMap<String, LungMask>,
    reference: Vec<Case>,
    perceptual: Option<Perceptual>,
    gallery: Gallery,
    /// Files of kept results with the label of whose they are, by case.
    kept: BTreeMap<String, Vec<(String, PathBuf)>>,
    device: String,
}

impl Runner<'_> {
    /// Has the base find the lungs of the test pairs that have no mask, without which bone and detail have no score.
    fn find_masks(&mut self, without: &[&PairFiles]) -> Result<(), ContestError> {
        if without.is_empty() {
            return Ok(());
        }
        self.load(&self.plan.base)?;
        for pair in without {
            self.predictor.turn()?;
            let radiograph = Arc::new(formats::read(&pair.radiograph)?);
            let found = self.predictor.segment(&pair.name, &radiograph);
            let mask = found.map_err(|err| of_case(err, &pair.radiograph, &self.plan.base))?;
            self.masks.insert(pair.name.clone(), mask);
        }
        Ok(())
    }

    fn load(&mut self, contender: &Contender) -> Result<(), ContestError> {
        let folder = &contender.info.folder;
        let loaded = self.predictor.load(&contender.label, folder)?;
        if loaded.sha256 != contender.info.sha256 {
            let folder = folder.clone();
            return Err(ContestError::Changed { folder });
        }
        self.device = loaded.device;
        Ok(())
    }

    /// A test pair with the mask that it is scored with.
    fn case(&mut self, pair: &PairFiles) -> Result<Case, ContestError> {
        self.predictor.turn()?;
        let case = Case::read(pair)?;
        match self.masks.get(&pair.name) {
            Some(mask) => case.scored_with(mask),
            None => Ok(case),
        }
    }

    fn judge(&mut self, contender: &Contender) -> Result<Contestant, ContestError> {
        self.load(contender)?;
        let settings = SuppressionSettings::of_bundle(&contender.info.manifest);
        let mut scores = Scores::default();
        let (plan, label) = (self.plan, contender.label.as_str());
        let num_contestants = plan.candidates.len() + 1;
        let mut keeper = Keeper::new(plan.kept_in.as_deref(), label, num_contestants);
        for (number, pair) in plan.test.files().enumerate() {
            let case = self.case(pair)?;
            let result = self.predictor.suppress(&case, &settings);
            let result = result.map_err(|err| of_case(err, &case.file, contender))?;
            let predicted = case.predicted(&result)?;
            self.predictor.turn()?;
            self.gallery.keep(&case, label, &predicted);
            let row = case.score(&predicted, self.perceptual.as_ref())?;
            if let Some(file) = keeper.keep(number, &case, result, plan.given_masks)? {
                let kept = self.kept.entry(case.name.clone()).or_default();
                kept.push((label.to_owned(), file));
            }
            scores.test.add(case.name, row);
        }
        for case in &self.reference {
            let result = self.predictor.suppress(case, &settings);
            let result = result.map_err(|err| of_case(err, &case.file, contender))?;
            self.predictor.turn()?;
            let row = case.score(&case.predicted(&result)?, None)?;
            scores.reference.add(case.name.clone(), row);
        }
        Ok(Contestant {
            label: contender.label.clone(),
            info: contender.info.clone(),
            scores,
        })
    }

    /// Scores of the radiographs as they are.
    fn untouched(&mut self) -> Result<Scores, ContestError> {
        let mut scores = Scores::default();
        for pair in self.plan.test.files() {
            let case = self.case(pair)?;
            self.predictor.turn()?;
            let row = case.score(&case.cxr, self.perceptual.as_ref())?;
            scores.test.add(case.name, row);
        }
        for case in &self.reference {
            self.predictor.turn()?;
            let row = case.score(&case.cxr, None)?;
            scores.reference.add(case.name.clone(), row);
        }
        Ok(scores)
    }

    fn outcome(
        mut self,
        candidates: Vec<Contestant>,
        base: Contestant,
        untouched: Scores,
    ) -> Result<ContestOutcome, ContestError> {
        let test = &self.plan.test;
        let cases = test.files().map(|pair| JudgedCase {
            name: pair.name.clone(),
            radiograph: pair.radiograph.clone(),
            soft_tissue: pair.soft_tissue.clone(),
            is_simulated: simulated(&pair.radiograph).is_some(),
            kept: self.kept.remove(&pair.name).unwrap_or_default(),
        });
        let cases = cases.collect();
        let mut judged = Vec::new();
        for candidate in candidates {
            let pairs = test.for_candidate(&candidate.info, self.plan.is_stated)?;
            judged.push((candidate, pairs));
        }
        Ok(ContestOutcome {
            made_at: utc_now(),
            device: self.device,
            given_masks: self.plan.given_masks,
            folders: test.folders.clone(),
            split: test.split.clone(),
            patients: test.patients.clone(),
            looks: self.plan.note_look()?,
            cases,
            gallery: self.gallery,
            untouched,
            candidates: Vec::new(),
            base,
        }
        .with_candidates(judged))
    }
}

fn of_case(err: ContestError, file: &Path, contender: &Contender) -> ContestError {
    match err {
        ContestError::Cancelled => ContestError::Cancelled,
        err => ContestError::Case {
            file: file.to_owned(),
            model: contender.label.clone(),
            source: Box::new(err),
        },
    }
}
