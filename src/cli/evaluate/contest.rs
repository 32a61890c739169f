//! A candidate and the model in force on the same cases: the locked test pairs, and the reference set.

use super::case::Case;
use super::gallery::Gallery;
use super::pairs;
use super::source::{Asked, Networks};
use crate::cli::models::args::PromoteArgs;
use crate::dataset::{PairFiles, Part, Split};
use crate::evidence::{Comparison, Patients, Table};
use crate::formats;
use crate::model::site::{self, BundleInfo};
use crate::pipeline::Perceptual;
use crate::radiograph::FloatImage;
use crate::simulate::{Phantom, PhantomConfig, study_seed};
use crate::worker::SuppressionSettings;
use anyhow::{Context as _, bail, ensure};
use std::path::{Path, PathBuf};

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

/// The pairs that decide.
pub(in crate::cli) struct TestSet {
    pairs: Vec<PairFiles>,
    patients: Patients,
    /// The split's file and its hash, where there is one.
    pub(in crate::cli) split: Option<(PathBuf, String)>,
}

impl TestSet {
    /// The test part of the split, or every pair of the folder without one.
    pub(in crate::cli) fn new(args: &PromoteArgs) -> anyhow::Result<Self> {
        let found = pairs::in_one_folder(&args.pairs)?;
        let Some(path) = &args.split else {
            return Ok(Self {
                pairs: found,
                patients: Patients::new(),
                split: None,
            });
        };
        let split = Split::read(path)?;
        let findings = split.findings();
        if let Some(first) = findings.first() {
            bail!(
                "the split {} does not hold ({} findings): {} {}",
                path.display(),
                findings.len(),
                first.text,
                first
                    .files
                    .first()
                    .map_or_else(String::new, |file| file.display().to_string())
            );
        }
        let (pairs, patients) = locked(found, &split)
            .with_context(|| format!("the test part of {} cannot be used", path.display()))?;
        let sha256 = sha256_of(path)?;
        Ok(Self {
            pairs,
            patients,
            split: Some((path.clone(), sha256)),
        })
    }

    pub(in crate::cli) fn len(&self) -> usize {
        self.pairs.len()
    }
}

/// The pairs of a split's test part, known again by their bytes, with their patients.
fn locked(found: Vec<PairFiles>, split: &Split) -> anyhow::Result<(Vec<PairFiles>, Patients)> {
    let entries = split.pairs.iter();
    let tested: Vec<_> = entries.filter(|entry| entry.part == Part::Test).collect();
    ensure!(!tested.is_empty(), "it is empty; split the dataset again");
    let (mut pairs, mut patients) = (Vec::new(), Patients::new());
    for pair in found {
        let hashes = [sha256_of(&pair.radiograph)?, sha256_of(&pair.soft_tissue)?];
        let entry = tested.iter().find(|entry| {
            let mut known = hashes.iter();
            known.all(|hash| entry.sha256.values().any(|value| value == hash))
        });
        if let Some(entry) = entry {
            patients.insert(pair.name.clone(), entry.group.clone());
            pairs.push(pair);
        }
    }
    ensure!(
        pairs.len() == tested.len(),
        "{} of its {} pairs are in the folder of --pairs; give the folder that was split",
        pairs.len(),
        tested.len()
    );
    Ok((pairs, patients))
}

fn sha256_of(path: &Path) -> anyhow::Result<String> {
    let digest = formats::sha256_of_file(path);
    Ok(digest
        .with_context(|| format!("cannot read {}", path.display()))?
        .0)
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
    let runner = Runner {
        networks,
        test,
        reference: (0..REFERENCE_COUNT)
            .map(reference_case)
            .collect::<Result<_, _>>()?,
        perceptual: Perceptual::load()?,
    };
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
    reference: Vec<Case>,
    perceptual: Option<Perceptual>,
}

impl Runner<'_> {
    /// Scores of a model and the device it ran on; `None` on Ctrl-C.
    fn scores(
        &self,
        contender: &Contender,
        gallery: &mut Gallery,
    ) -> anyhow::Result<Option<(BothSets, String)>> {
        let folder = &contender.info.folder;
        let Some(loaded) = self.networks.session.load(folder.to_owned())? else {
            return Ok(None);
        };
        ensure!(
            loaded.sha256 == contender.info.sha256,
            "the bundle {} was changed while it was judged; begin again",
            folder.display()
        );
        let mut scores = BothSets::default();
        for pair in &self.test.pairs {
            let case = Case::read(pair)?;
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
        for pair in &self.test.pairs {
            let case = Case::read(pair)?;
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
