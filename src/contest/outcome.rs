//! What came of a contest: scores, differences, verdicts, and the page that tells them.

use super::{ContestError, Gallery};
use crate::evidence::{Comparison, Page, PageSet, Patients, Table, TestPairs, Verdict};
use crate::model::BundleInfo;
use crate::model::site::{EvidenceFiles, Looks, SiteFolder, SiteModel};
use crate::radiograph::counted;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Column by whose difference the worst cases are told.
const WORST_BY: &str = "PSNRaff";

/// Scores on both sets.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scores {
    /// On the test pairs.
    pub test: Table,
    /// On the phantoms.
    pub reference: Table,
}

/// A model that was judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Contestant {
    /// What it is called.
    pub label: String,
    /// What its bundle says about itself.
    pub info: BundleInfo,
    /// Its scores.
    pub scores: Scores,
}

/// A model that may be promoted where it passed.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The model.
    pub contestant: Contestant,
    /// Against the base on the test pairs.
    pub test: Comparison,
    /// Against the base on the phantoms.
    pub reference: Comparison,
    /// How the test pairs came to be for it.
    pub pairs: TestPairs,
    /// Whether it may be promoted.
    pub verdict: Verdict,
}

/// A test pair, and where its results lie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JudgedCase {
    /// Its name.
    pub name: String,
    /// The radiograph's file.
    pub radiograph: PathBuf,
    /// The known soft-tissue image's file.
    pub soft_tissue: PathBuf,
    /// This program drew or projected it.
    pub is_simulated: bool,
    /// Kept results, each with the label of whose it is.
    pub kept: Vec<(String, PathBuf)>,
}

/// Everything that came of a contest.
#[derive(Debug, Clone, PartialEq)]
pub struct ContestOutcome {
    /// When, in Coordinated Universal Time.
    pub made_at: String,
    /// Where the networks ran.
    pub device: String,
    /// The networks got the pairs' own lung masks.
    pub given_masks: bool,
    /// Folders of the pairs.
    pub folders: Vec<PathBuf>,
    /// The split's file and its hash, where there was one.
    pub split: Option<(PathBuf, String)>,
    /// Who is on the test pairs.
    pub patients: Patients,
    /// How often the test part was looked at, this time included; `None` where nobody counts.
    pub looks: Option<Looks>,
    /// The test pairs.
    pub cases: Vec<JudgedCase>,
    /// Small pictures of them.
    pub gallery: Gallery,
    /// Scores of the radiographs as they are.
    pub untouched: Scores,
    /// Those that may be promoted, in the order they were named in.
    pub candidates: Vec<Candidate>,
    /// The model in force.
    pub base: Contestant,
}

impl ContestOutcome {
    pub(super) fn with_candidates(mut self, judged: Vec<(Contestant, TestPairs)>) -> Self {
        let count = judged.len();
        self.candidates = judged
            .into_iter()
            .map(|(contestant, pairs)| {
                let test = self.against(&contestant, &self.base, |scores| &scores.test);
                let reference = self.against(&contestant, &self.base, |scores| &scores.reference);
                Candidate {
                    verdict: Verdict::new(&pairs, &test, &reference, count),
                    contestant,
                    test,
                    reference,
                    pairs,
                }
            })
            .collect();
        self
    }

    /// The same where somebody states, or takes back, that the test pairs are not among what nothing is known of.
    #[must_use]
    pub fn stating(&self, is_stated: bool) -> Self {
        let count = self.candidates.len();
        let candidates = self.candidates.iter().map(|candidate| {
            let pairs = TestPairs {
                is_stated,
                ..candidate.pairs.clone()
            };
            Candidate {
                verdict: Verdict::new(&pairs, &candidate.test, &candidate.reference, count),
                pairs,
                ..candidate.clone()
            }
        });
        Self {
            candidates: candidates.collect(),
            ..self.clone()
        }
    }

    /// One model against another on one of the sets.
    pub fn against(
        &self,
        of: &Contestant,
        than: &Contestant,
        set: impl Fn(&Scores) -> &Table,
    ) -> Comparison {
        let (ours, theirs) = (set(&of.scores), set(&than.scores));
        Comparison::by_patient((&of.label, ours), (&than.label, theirs), &self.patients)
    }

    /// Every model, the base last.
    pub fn contestants(&self) -> impl Iterator<Item = &Contestant> {
        let candidates = self.candidates.iter();
        candidates
            .map(|candidate| &candidate.contestant)
            .chain([&self.base])
    }

    /// What must be known before any score on the test pairs is read: that they are phantoms, all or some of them.
    pub fn caution(&self) -> Option<String> {
        let simulated = self.cases.iter().filter(|case| case.is_simulated);
        simulated_caution("The test part", simulated.count(), self.cases.len())
    }

    /// Puts a candidate in force that passed every check.
    ///
    /// # Errors
    /// [`ContestError::NotPassed`], [`ContestError::Site`]: what was in force stays so.
    pub fn promote(
        &self,
        candidate: &Candidate,
        site: &SiteFolder,
    ) -> Result<SiteModel, ContestError> {
        if !candidate.verdict.is_passed() {
            return Err(ContestError::NotPassed);
        }
        let page = self.page(candidate).html();
        let statement = candidate.pairs.statement();
        let files = EvidenceFiles {
            json: &format!("{:#}\n", self.json(candidate)),
            html: Some(&page),
            statement: statement.as_deref(),
        };
        let base = &self.base.info.sha256;
        Ok(site.promote(&candidate.contestant.info, base, files)?)
    }

    /// The evidence for or against a candidate, for machines.
    pub fn json(&self, candidate: &Candidate) -> Value {
        let ours = &candidate.contestant;
        let set = |of: fn(&Scores) -> &Table, differences: &Comparison| {
            json!({
                "candidate": of(&ours.scores).json(),
                "base": of(&self.base.scores).json(),
                "identity": of(&self.untouched).json(),
                "differences": differences,
            })
        };
        let split = self.split.as_ref();
        json!({
            "diaphane_version": env!("CARGO_PKG_VERSION"),
            "made_at": self.made_at,
            "candidate": ours.json(),
            "base": self.base.json(),
            "pairs": self.folders_text(),
            "split": split.map(|(path, sha256)| json!({
                "file": path.display().to_string(),
                "sha256": sha256,
            })),
            "test_looks": self.looks,
            "caution": self.caution(),
            "statement": candidate.pairs.statement(),
            "given_masks": self.given_masks,
            "device": self.device,
            "test": set(|scores| &scores.test, &candidate.test),
            "reference": set(|scores| &scores.reference, &candidate.reference),
            "passed": candidate.verdict.is_passed(),
            "checks": candidate.verdict.checks,
        })
    }

    fn folders_text(&self) -> String {
        let folders = self.folders.iter();
        let folders: Vec<String> = folders.map(|folder| folder.display().to_string()).collect();
        folders.join(", ")
    }

    /// The evidence for or against a candidate, for people: against the base first, then against the other candidates.
    pub fn page(&self, candidate: &Candidate) -> Page {
        let titles = [
            format!("Test set, {}", counted(self.cases.len(), "pair")),
            "Reference set: phantoms drawn by this version of the program".to_owned(),
        ];
        let sets: [fn(&Scores) -> &Table; 2] = [|scores| &scores.test, |scores| &scores.reference];
        let sets = titles.into_iter().zip(sets);
        Page {
            title: "Evidence for a site model".to_owned(),
            cautions: self.caution().into_iter().collect(),
            facts: self.facts(candidate),
            verdict: Some(candidate.verdict.clone()),
            sets: sets
                .map(|(title, set)| self.page_set(candidate, title, set))
                .collect(),
            pictures: self.gallery.first_of(candidate.worst_cases()),
        }
    }

    fn page_set(
        &self,
        candidate: &Candidate,
        title: String,
        set: fn(&Scores) -> &Table,
    ) -> PageSet {
        let ours = &candidate.contestant;
        let others = self.contestants().filter(|other| other.label != ours.label);
        let others: Vec<&Contestant> = others.collect();
        let named = |of: &Contestant| (of.label.clone(), set(&of.scores).clone());
        let mut models = vec![named(ours)];
        models.extend(others.iter().map(|other| named(other)));
        models.push((
            "untouched radiograph".to_owned(),
            set(&self.untouched).clone(),
        ));
        // What it is promoted against comes first.
        let rivals = others.iter().rev();
        PageSet {
            title,
            models,
            comparisons: rivals.map(|other| self.against(ours, other, set)).collect(),
        }
    }

    fn facts(&self, candidate: &Candidate) -> Vec<(String, String)> {
        let split = match &self.split {
            Some((path, sha256)) => format!("{}, sha256 {sha256}", path.display()),
            None => "none: nothing shows that the candidate never learned from these pairs".into(),
        };
        let facts = [
            ("made", self.made_at.clone()),
            ("program", format!("diaphane {}", env!("CARGO_PKG_VERSION"))),
            ("candidate", candidate.contestant.words()),
            ("base, in force", self.base.words()),
            ("pairs", self.folders_text()),
            ("split", split),
            ("device", self.device.clone()),
        ];
        let stated = candidate.pairs.statement();
        let more = [
            ("looks", self.looks.map(Looks::sentence)),
            ("stated by the user", stated),
        ];
        let more = more
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        let facts = facts.into_iter().chain(more);
        facts
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }
}

/// What must be said where some or all of the pairs are not taken but drawn; `set` begins the sentence.
pub fn simulated_caution(set: &str, simulated: usize, total: usize) -> Option<String> {
    match simulated {
        0 => None,
        all if all == total => Some(format!(
            "{set} is phantoms only, drawn or projected by this program: nothing here was measured on real radiographs."
        )),
        some => Some(format!(
            "{set} is phantoms in part, drawn or projected by this program: {some} of {total} pairs, of which nothing was \
             measured on real radiographs."
        )),
    }
}

impl Candidate {
    /// Test cases, the one with the least advantage first.
    pub(super) fn worst_cases(&self) -> Vec<&str> {
        let decisive = self.test.of_column(WORST_BY);
        let mut cases: Vec<&(String, f64)> =
            decisive.iter().flat_map(|found| &found.cases).collect();
        cases.sort_by(|(_, a), (_, b)| a.total_cmp(b));
        cases.into_iter().map(|(name, _)| name.as_str()).collect()
    }
}

impl Contestant {
    fn words(&self) -> String {
        let manifest = &self.info.manifest;
        format!(
            "{} {}, sha256 {}",
            manifest.name, manifest.version, self.info.sha256
        )
    }

    fn json(&self) -> Value {
        json!({
            "name": self.info.manifest.name,
            "version": self.info.manifest.version,
            "sha256": self.info.sha256,
            "folder": self.info.folder.display().to_string(),
        })
    }
}
