//! A candidate and the model in force on the same cases: the locked test pairs, and the reference set.

use super::case::Case;
use super::gallery::Gallery;
use super::source::{Asked, Networks};
use super::test_set::TestSet;
use crate::cli::segment::segment_one;
use crate::cli::session::LoadedBundle;
use crate::dataset::PairFiles;
use crate::evidence::{Comparison, Patients, Table};
use crate::formats;
use crate::model::site::{self, BundleInfo};
use crate::pipeline::Perceptual;
use crate::radiograph::{FloatImage, LungMask};
use crate::simulate::{Phantom, PhantomConfig, study_seed};
use crate::worker::SuppressionSettings;
use anyhow::{Context as _, ensure};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Seed of the reference set; its phantoms are drawn anew each time.
const REFERENCE_SEED: u64 = 4_242;
/// Number of phantoms in the reference set.
const REFERENCE_COUNT: usize = 4;
/// Their side in pixels.
const REFERENCE_SIZE_PX: usize = 512;

/// A model that is judged.
pub(in crate::cli) struct Contender {
    /// What it is called in tables.
    pub(in crate::cli) label: String,
    pub(in crate::cli) info: BundleInfo,
    settings: SuppressionSettings,
}

impl Contender {
    pub(in crate::cli) fn new(label: &str, folder: &Path) -> anyhow::Result<Self> {
        let info = site::candidate(folder)?;
        Ok(Self {
            label: label.to_owned(),
            settings: SuppressionSettings::of_bundle(&info.manifest),
            info,
        })
    }
}

/// Scores of both on one set.
pub(in crate::cli) struct SetScores {
    pub(in crate::cli) candidate: Table,
    pub(in crate::cli) base: Table,
    pub(in crate::cli) identity: Table,
    pub(in crate::cli) comparison: Comparison,
}

/// Scores of both on both sets.
pub(in crate::cli) struct Contest {
    pub(in crate::cli) test: SetScores,
    pub(in crate::cli) reference: SetScores,
    pub(in crate::cli) gallery: Gallery,
    /// Where the networks ran.
    pub(in crate::cli) device: String,
}

/// Runs both models; `None` on Ctrl-C. Any case that one of them cannot do ends it: without it nobody is judged.
pub(in crate::cli) fn run(
    networks: &Networks,
    (candidate, base): (&Contender, &Contender),
    test: &TestSet,
) -> anyhow::Result<Option<Contest>> {
    // The site keeps the page of every promotion.
    let mut gallery = Gallery::new(true);
    let mut runner = Runner {
        networks,
        test,
        masks: BTreeMap::new(),
        reference: (0..REFERENCE_COUNT)
            .map(reference_case)
            .collect::<Result<_, _>>()?,
        perceptual: Perceptual::load()?,
    };
    if !runner.find_masks(base)? {
        return Ok(None);
    }
    let Some((ours, device)) = runner.scores(candidate, &mut gallery)? else {
        return Ok(None);
    };
    let Some((theirs, _)) = runner.scores(base, &mut gallery)? else {
        return Ok(None);
    };
    let identity = runner.identity()?;
    let set = |ours, theirs, identity, patients: &Patients| {
        let comparison =
            Comparison::by_patient((&candidate.label, &ours), (&base.label, &theirs), patients);
        SetScores {
            candidate: ours,
            base: theirs,
            identity,
            comparison,
        }
    };
    Ok(Some(Contest {
        test: set(ours.test, theirs.test, identity.test, &test.patients),
        reference: set(
            ours.reference,
            theirs.reference,
            identity.reference,
            &Patients::new(),
        ),
        gallery,
        device,
    }))
}

/// Scores of one model.
#[derive(Default)]
struct BothSets {
    test: Table,
    reference: Table,
}

/// What scores one model after the other.
struct Runner<'a> {
    networks: &'a Networks,
    test: &'a TestSet,
    /// Lungs of the test pairs that come without a mask, by name: the same for every model.
    masks: BTreeMap<String, Arc<LungMask>>,
    reference: Vec<Case>,
    perceptual: Option<Perceptual>,
}

impl Runner<'_> {
    /// Has the base find the lungs of the test pairs that have no mask, without which bone and detail have no score;
    /// `false` on Ctrl-C.
    fn find_masks(&mut self, base: &Contender) -> anyhow::Result<bool> {
        let without = self.test.files().filter(|pair| pair.lung_mask.is_none());
        let without: Vec<PairFiles> = without.cloned().collect();
        if without.is_empty() {
            return Ok(true);
        }
        if self.load(base)?.is_none() {
            return Ok(false);
        }
        for pair in without {
            let radiograph = Arc::new(formats::read(&pair.radiograph)?);
            let Some(mask) = segment_one(&self.networks.session, radiograph, &pair.name)? else {
                return Ok(false);
            };
            self.masks.insert(pair.name, mask);
        }
        Ok(true)
    }

    /// Loads a model; `None` on Ctrl-C.
    fn load(&self, contender: &Contender) -> anyhow::Result<Option<LoadedBundle>> {
        let folder = &contender.info.folder;
        let Some(loaded) = self.networks.session.load(folder.to_owned())? else {
            return Ok(None);
        };
        ensure!(
            loaded.sha256 == contender.info.sha256,
            "the bundle {} was changed while it was judged; begin again",
            folder.display()
        );
        Ok(Some(loaded))
    }

    /// A test pair with the mask that it is scored with.
    fn case(&self, pair: &PairFiles) -> anyhow::Result<Case> {
        let case = Case::read(pair)?;
        match self.masks.get(&pair.name) {
            Some(mask) => case.scored_with(mask),
            None => Ok(case),
        }
    }

    /// Scores of a model and the device it ran on; `None` on Ctrl-C.
    fn scores(
        &self,
        contender: &Contender,
        gallery: &mut Gallery,
    ) -> anyhow::Result<Option<(BothSets, String)>> {
        let Some(loaded) = self.load(contender)? else {
            return Ok(None);
        };
        let mut scores = BothSets::default();
        for pair in self.test.files() {
            let case = self.case(pair)?;
            let Some(predicted) = self.predict(&case, contender)? else {
                return Ok(None);
            };
            gallery.keep(&case, &contender.label, &predicted);
            let row = case.score(&predicted, self.perceptual.as_ref())?;
            scores.test.add(case.name, row);
        }
        for case in &self.reference {
            let Some(predicted) = self.predict(case, contender)? else {
                return Ok(None);
            };
            let row = case.score(&predicted, None)?;
            scores.reference.add(case.name.clone(), row);
        }
        Ok(Some((scores, loaded.device)))
    }

    fn predict(&self, case: &Case, contender: &Contender) -> anyhow::Result<Option<FloatImage>> {
        let asked = Asked::once(contender.settings.clone());
        let predicted = self.networks.predict(case, asked);
        predicted.with_context(|| format!("{} with {}", case.file.display(), contender.label))
    }

    /// Scores of the untouched radiographs.
    fn identity(&self) -> anyhow::Result<BothSets> {
        let mut scores = BothSets::default();
        for pair in self.test.files() {
            let case = self.case(pair)?;
            let row = case.score(&case.cxr, self.perceptual.as_ref())?;
            scores.test.add(case.name, row);
        }
        for case in &self.reference {
            let row = case.score(&case.cxr, None)?;
            scores.reference.add(case.name.clone(), row);
        }
        Ok(scores)
    }
}

/// A phantom of the reference set: the same whenever this version of the program draws it.
fn reference_case(number: usize) -> anyhow::Result<Case> {
    let config = PhantomConfig {
        size_px: REFERENCE_SIZE_PX,
        ..PhantomConfig::default()
    };
    let phantom = Phantom::new(&config, study_seed(REFERENCE_SEED, number))?;
    let name = format!("phantom {}", number + 1);
    Ok(Case::of_phantom(name, phantom.study()))
}
