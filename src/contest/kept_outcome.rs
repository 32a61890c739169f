//! An outcome as a file: scores and pictures of the cases, from which verdict and page are made again.
//!
//! Of a model that was judged its folder and its hash are kept. Where the bundle in that folder is another one by now, what
//! was said of it holds no more.

use super::{Candidate, ContestError, ContestOutcome, Contestant, Gallery, JudgedCase, Scores};
use crate::evidence::{Patients, TestPairs};
use crate::formats::write_private;
use crate::model::Bundle;
use crate::model::site::Looks;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Version of the file: the second has another reference set, and says which pairs are phantoms.
const FORMAT: u32 = 2;

/// What a file holds that an earlier judging left.
#[derive(Debug, Clone, PartialEq)]
pub enum KeptOutcome {
    /// What came of it; it holds as ever.
    Valid(Box<ContestOutcome>),
    /// A model is another one by now, or gone.
    OutOfDate {
        /// When it was judged, in Coordinated Universal Time.
        made_at: String,
        /// What changed, as a part of a sentence.
        why: String,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: u32,
    made_at: String,
    device: String,
    given_masks: bool,
    folders: Vec<PathBuf>,
    split: Option<(PathBuf, String)>,
    patients: Patients,
    looks: Option<Looks>,
    cases: Vec<JudgedCase>,
    gallery: Gallery,
    untouched: Scores,
    candidates: Vec<(Model, TestPairs)>,
    base: Model,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Model {
    label: String,
    folder: PathBuf,
    sha256: String,
    scores: Scores,
}

impl ContestOutcome {
    /// Writes it, whole or not at all, so that this user alone can read it: there are pictures of patients in it, those that a
    /// page shows. What was stated is not kept; it is stated anew.
    ///
    /// # Errors
    /// [`ContestError::Format`].
    pub fn write(&self, path: &Path) -> Result<(), ContestError> {
        let candidates = self.candidates.iter().map(|candidate| {
            let pairs = TestPairs {
                is_stated: false,
                ..candidate.pairs.clone()
            };
            (Model::of(&candidate.contestant), pairs)
        });
        let file = File {
            format: FORMAT,
            made_at: self.made_at.clone(),
            device: self.device.clone(),
            given_masks: self.given_masks,
            folders: self.folders.clone(),
            split: self.split.clone(),
            patients: self.patients.clone(),
            looks: self.looks,
            cases: self.cases.clone(),
            gallery: self.shown_gallery(),
            untouched: self.untouched.clone(),
            candidates: candidates.collect(),
            base: Model::of(&self.base),
        };
        let text = serde_json::to_vec(&file).map_err(|err| unusable(path, &err))?;
        Ok(write_private(path, &text)?)
    }

    /// Pictures of the cases that stand on the page of a candidate.
    fn shown_gallery(&self) -> Gallery {
        let of = |candidate: &Candidate| self.gallery.first_of(candidate.worst_cases());
        let shown: BTreeSet<String> = self
            .candidates
            .iter()
            .flat_map(of)
            .map(|pictures| pictures.case)
            .collect();
        self.gallery.of_cases(|case| shown.contains(case))
    }

    /// What lies in a file that [`Self::write`] wrote; `None` where there is none.
    ///
    /// # Errors
    /// [`ContestError::Kept`] where it cannot be understood.
    pub fn read(path: &Path) -> Result<Option<KeptOutcome>, ContestError> {
        let text = match fs::read(path) {
            Ok(text) => text,
            Err(err) if err.kind() == ErrorKind::NotFound => return Ok(None),
            Err(err) => return Err(unusable(path, &err)),
        };
        let file: File = serde_json::from_slice(&text).map_err(|err| unusable(path, &err))?;
        if file.format != FORMAT {
            let found = file.format;
            let reason = format!("its format is {found}, this program knows {FORMAT}");
            return Err(unusable(path, &reason));
        }
        let made_at = file.made_at.clone();
        Ok(Some(match file.opened() {
            Ok(outcome) => KeptOutcome::Valid(Box::new(outcome)),
            Err(why) => KeptOutcome::OutOfDate { made_at, why },
        }))
    }
}

impl File {
    /// The outcome, or why it holds no more.
    fn opened(self) -> Result<ContestOutcome, String> {
        let base = self.base.opened()?;
        let candidates = self.candidates.into_iter();
        let candidates = candidates.map(|(model, pairs)| Ok((model.opened()?, pairs)));
        let candidates = candidates.collect::<Result<Vec<_>, String>>()?;
        let outcome = ContestOutcome {
            made_at: self.made_at,
            device: self.device,
            given_masks: self.given_masks,
            folders: self.folders,
            split: self.split,
            patients: self.patients,
            looks: self.looks,
            cases: self.cases,
            gallery: self.gallery,
            untouched: self.untouched,
            candidates: Vec::new(),
            base,
        };
        Ok(outcome.with_candidates(candidates))
    }
}

impl Model {
    fn of(contestant: &Contestant) -> Self {
        Self {
            label: contestant.label.clone(),
            folder: contestant.info.folder.clone(),
            sha256: contestant.info.sha256.clone(),
            scores: contestant.scores.clone(),
        }
    }

    fn opened(self) -> Result<Contestant, String> {
        let label = self.label;
        match Bundle::info(&self.folder) {
            Ok(info) if info.sha256 == self.sha256 => Ok(Contestant {
                label,
                info,
                scores: self.scores,
            }),
            Ok(_) => Err(format!("the model {label} is another one by now")),
            Err(_) => Err(format!("the model {label} is no longer there")),
        }
    }
}

fn unusable(path: &Path, reason: &dyn std::fmt::Display) -> ContestError {
    ContestError::Kept {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}
