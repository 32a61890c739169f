//! What is to be trained, and the run file that says so.

use crate::radiograph::counted;
use std::ops::RangeInclusive;
use std::path::Path;
use toml::{Table, Value};

/// Checkpoints that are kept beside the best one.
const KEPT_CHECKPOINTS: i64 = 3;
/// Reports on the way.
const NUM_REPORTS: u64 = 200;
/// Rank of the changes of an adapter.
const ADAPTER_RANK: i64 = 8;
/// Validations and checkpoints on the way.
const NUM_CHECKPOINTS: u64 = 10;

/// The learning rate at the end, where the largest is not smaller still.
const FLOOR: f64 = 1e-5;
/// Share of the run in which the learning rate rises: one of so many.
const WARM_UP: u64 = 12;
/// Decay of the averaged weights: they remember some fifty iterations.
const EMA_DECAY: f64 = 0.98;

/// Which shares of the patches may be drawn from pairs that are mixed in, per cent: most are the site's own, or the other way
/// round, and never all.
pub(in crate::ui) const MIXED_PERCENT: RangeInclusive<u32> = 1..=90;

/// How long and with what a bundle is trained further.
#[derive(Debug, Clone, PartialEq)]
pub struct RunPlan {
    /// Steps of the optimiser.
    pub iterations: u64,
    /// Patches per iteration.
    pub batch: usize,
    /// Side of a patch, pixels.
    pub patch_px: usize,
    /// Largest learning rate; it falls with the share of the iterations that is done.
    pub learning_rate: f64,
    /// Seed of every random number of the run.
    pub seed: u64,
    /// What of the bundle is changed.
    pub method: FineTuning,
    /// Validations without a better score after which the run ends; 0 trains to its end.
    pub patience: u64,
    /// Iterations between validations; `None` is a tenth of the run.
    pub validate_every: Option<u64>,
    /// Iterations between checkpoints; `None` is a tenth of the run.
    pub checkpoint_every: Option<u64>,
    /// Of a hundred patches, how many are drawn from pairs that are mixed in, [`MIXED_PERCENT`]; the others are the site's.
    /// Without pairs to mix in all are.
    pub mixed_percent: u32,
    /// Where memory is short: one patch after the other, and activations computed a second time.
    pub saves_memory: bool,
}

/// What of a bundle is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FineTuning {
    /// Every weight of the noise estimator.
    #[default]
    Whole,
    /// Low-rank changes beside the weights: a file of a few MB.
    Adapter,
}

impl FineTuning {
    /// As it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Whole => "All weights",
            Self::Adapter => "A small adapter (low rank)",
        }
    }

    /// The largest learning rate that proved good: that of the recipes beside the model.
    pub fn learning_rate(self) -> f64 {
        match self {
            Self::Whole => 4e-4,
            Self::Adapter => 2e-3,
        }
    }
}

impl Default for RunPlan {
    /// What `models/compact/recipe/fine_tune.toml` has, whose worth the README's table shows.
    fn default() -> Self {
        Self {
            iterations: 240,
            batch: 6,
            patch_px: 384,
            learning_rate: FineTuning::Whole.learning_rate(),
            seed: 1,
            method: FineTuning::Whole,
            patience: 5,
            validate_every: None,
            checkpoint_every: None,
            mixed_percent: 25,
            saves_memory: false,
        }
    }
}

/// Why there is no run file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Something of it contradicts the rest.
    #[error("{0}")]
    Contradiction(String),
    /// A path has characters that a run file cannot hold.
    #[error("a run file cannot name this path; give it a name in plain letters: {0}")]
    Path(String),
}

/// Where a run finds what it needs; whole paths.
#[derive(Debug, Clone, Copy)]
pub(in crate::ui) struct Places<'a> {
    /// The bundle that is trained further.
    pub bundle: &'a Path,
    /// The folder of the pairs.
    pub pairs: &'a Path,
    /// The folder of their soft-tissue images, where it is another one.
    pub soft: Option<&'a Path>,
    /// The folder of the pairs that are mixed in, where there are any.
    pub mixed: Option<&'a Path>,
    /// Who is learned from.
    pub split: &'a Path,
    /// The run folder.
    pub out: &'a Path,
}

impl RunPlan {
    /// Iterations between validations.
    pub fn validated_every(&self) -> u64 {
        self.validate_every.unwrap_or(self.share(NUM_CHECKPOINTS))
    }

    /// Iterations between checkpoints.
    pub fn kept_every(&self) -> u64 {
        self.checkpoint_every.unwrap_or(self.share(NUM_CHECKPOINTS))
    }

    /// What cannot be, as a sentence with what to do; `None` where the run can be begun.
    pub fn contradiction(&self) -> Option<String> {
        let intervals = [
            (self.validated_every(), "validation"),
            (self.kept_every(), "checkpoint"),
        ];
        let too_long = intervals.iter().find(|(every, _)| *every > self.iterations);
        if let Some((every, what)) = too_long {
            return Some(format!(
                "With {} between two {what}s the run ends before the first one: choose at most its {}.",
                counted(*every, "iteration"),
                counted(self.iterations, "iteration")
            ));
        }
        let none = intervals.iter().find(|(every, _)| *every == 0);
        none.map(|(_, what)| format!("Choose at least 1 iteration between two {what}s."))
    }

    /// A share of the iterations, 1 at least.
    fn share(&self, times: u64) -> u64 {
        (self.iterations / times).max(1)
    }

    /// The text of the run file.
    ///
    /// # Errors
    /// [`PlanError`] where a path cannot be written.
    pub(in crate::ui) fn run_file(&self, places: Places<'_>) -> Result<String, PlanError> {
        if let Some(sentence) = self.contradiction() {
            return Err(PlanError::Contradiction(sentence));
        }
        let between = |times: u64| integer(self.share(times));
        let mut run = self.base(places.bundle)?;
        run.extend([
            ("out".to_owned(), path(places.out)?),
            ("seed".to_owned(), integer(self.seed)),
            ("batch".to_owned(), integer(self.batch as u64)),
            ("patch_px".to_owned(), integer(self.patch_px as u64)),
            ("iterations".to_owned(), integer(self.iterations)),
            ("report_every".to_owned(), between(NUM_REPORTS)),
            ("checkpoint_every".to_owned(), integer(self.kept_every())),
            ("validate_every".to_owned(), integer(self.validated_every())),
            ("keep_checkpoints".to_owned(), KEPT_CHECKPOINTS.into()),
        ]);
        let optimizer = Table::from_iter([
            ("learning_rate".to_owned(), Value::Float(self.learning_rate)),
            (
                "floor".to_owned(),
                Value::Float(FLOOR.min(self.learning_rate)),
            ),
            ("warm_up".to_owned(), between(WARM_UP)),
            ("ema_decay".to_owned(), Value::Float(EMA_DECAY)),
        ]);
        let data = Table::from_iter([
            ("split".to_owned(), path(places.split)?),
            ("source".to_owned(), Value::Array(self.sources(places)?)),
        ]);
        run.insert("optimizer".to_owned(), optimizer.into());
        run.insert("data".to_owned(), data.into());
        Ok(run.to_string())
    }

    /// Where patches are drawn from: the site's pairs, and those that are mixed in.
    fn sources(&self, places: Places<'_>) -> Result<Vec<Value>, PlanError> {
        let pairs_in = |folder: &Path| -> Result<Table, PlanError> {
            let kind = ("kind".to_owned(), "pairs".into());
            Ok(Table::from_iter([
                kind,
                ("folder".to_owned(), path(folder)?),
            ]))
        };
        let mut own = pairs_in(places.pairs)?;
        if let Some(soft) = places.soft {
            own.insert("soft_folder".to_owned(), path(soft)?);
        }
        let Some(mixed) = places.mixed else {
            return Ok(vec![own.into()]);
        };
        let mut mixed = pairs_in(mixed)?;
        let percent = (self.mixed_percent).clamp(*MIXED_PERCENT.start(), *MIXED_PERCENT.end());
        for (source, percent) in [(&mut own, 100 - percent), (&mut mixed, percent)] {
            source.insert("weight".to_owned(), Value::Float(f64::from(percent)));
        }
        Ok(vec![own.into(), mixed.into()])
    }

    /// What says that the noise estimator of a bundle is trained further.
    fn base(&self, bundle: &Path) -> Result<Table, PlanError> {
        let mut base = Table::from_iter([
            ("stage".to_owned(), "denoiser".into()),
            ("base".to_owned(), path(bundle)?),
        ]);
        if self.method == FineTuning::Adapter {
            let rank = ("rank".to_owned(), ADAPTER_RANK.into());
            base.insert("adapter".to_owned(), Table::from_iter([rank]).into());
        }
        if self.patience > 0 {
            let validations = ("validations".to_owned(), integer(self.patience));
            base.insert(
                "patience".to_owned(),
                Table::from_iter([validations]).into(),
            );
        }
        if self.saves_memory {
            base.insert("accumulate".to_owned(), integer(self.batch as u64));
            base.insert("recompute_activations".to_owned(), true.into());
        }
        Ok(base)
    }
}

fn path(path: &Path) -> Result<Value, PlanError> {
    let text = path.to_str();
    let text = text.ok_or_else(|| PlanError::Path(path.display().to_string()))?;
    Ok(Value::String(text.to_owned()))
}

fn integer(number: u64) -> Value {
    Value::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests;
