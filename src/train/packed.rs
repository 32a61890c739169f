//! Which checkpoints a bundle was made of.

use super::TrainStage;
use crate::model::Manifest;
use crate::model::bundle::WrittenBundle;
use std::path::PathBuf;

/// A checkpoint whose averaged weights went into a bundle.
#[derive(Debug, Clone, PartialEq)]
pub struct PackedCheckpoint {
    /// The run folder.
    pub run: PathBuf,
    /// What the run trains.
    pub stage: TrainStage,
    /// Iterations done when it was written.
    pub iteration: u64,
    /// The iteration that scored best until then; `None` where the run was never judged.
    pub best_iteration: Option<u64>,
    /// Its validation score.
    pub best_score: Option<f64>,
}

impl PackedCheckpoint {
    /// Which one it is, for people: `denoiser: iteration 300 of runs/site, the best by validation (score 31.250)`.
    pub fn sentence(&self) -> String {
        let stage = self.stage.name();
        let (iteration, run) = (self.iteration, self.run.display());
        let which = match (self.best_iteration, self.best_score) {
            (Some(best), Some(score)) if best == iteration => {
                format!("the best by validation (score {score:.3})")
            }
            (Some(best), _) => format!("not the best by validation, which is iteration {best}"),
            (None, _) => "the last one; no validation says which is the best".to_owned(),
        };
        format!("{stage}: iteration {iteration} of {run}, {which}")
    }
}

/// A bundle, and what it was made of.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportedBundle {
    /// Its folder.
    pub folder: PathBuf,
    /// Its manifest, with the files.
    pub manifest: Manifest,
    /// sha256 that names manifest and weights together, lower-case hexadecimal.
    pub sha256: String,
    /// The checkpoints: the denoiser's, then the segmenter's where a run of its own gave it.
    pub checkpoints: Vec<PackedCheckpoint>,
}

impl ExportedBundle {
    pub(super) fn new(written: WrittenBundle, checkpoints: Vec<PackedCheckpoint>) -> Self {
        let WrittenBundle {
            folder,
            manifest,
            sha256,
        } = written;
        Self {
            folder,
            manifest,
            sha256,
            checkpoints,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_the_last_and_one_of_many_are_told_apart() {
        let told = |best_iteration: Option<u64>| {
            let checkpoint = PackedCheckpoint {
                run: PathBuf::from("runs/site"),
                stage: TrainStage::Denoiser,
                iteration: 300,
                best_iteration,
                best_score: best_iteration.map(|_| 31.25),
            };
            checkpoint.sentence()
        };
        let expected =
            "denoiser: iteration 300 of runs/site, the best by validation (score 31.250)";
        assert_eq!(told(Some(300)), expected);
        assert!(told(Some(200)).ends_with("not the best by validation, which is iteration 200"));
        assert!(told(None).ends_with("the last one; no validation says which is the best"));
    }
}
