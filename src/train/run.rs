//! The loop of a run.

mod arithmetic;
mod judging;
mod reported;
mod summary;

pub use summary::{EndReason, RunSummary};

use super::base::Base;
use super::found_lungs::find_lungs;
use super::observer::Turns;
use super::random::{Purpose, generator};
use super::resume::{reopen, take_up};
use super::stages::{Part, RunContext, Stage, StepInput, attempt, build, check, is_finite, notice};
use super::{
    Dataset, Observer, RunConfig, RunFolder, RunState, Terms, TrainError, TrainEvent, Which,
};
use crate::formats::FileLock;
use arithmetic::{arithmetic, word_of};
use reported::Reported;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Iterations in a row without a finite gradient after which a run gives up.
const MOST_SKIPPED: u32 = 25;

/// How a run begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// In a folder that holds no run yet.
    Fresh,
    /// From the newest checkpoint of the run folder, with the settings and images the run was begun with. Budget,
    /// device, threads, and what is reported, validated and kept when, may differ.
    Resumed,
}

/// Trains one network as its run file says.
///
/// Every random number depends on the seed, the stage and the iteration, so a run resumed from a
/// checkpoint ends with the same weights as one that was never stopped (bit for bit on the CPU, where
/// the budget counts iterations and stays the same: the learning rate follows the share of it that is used).
///
/// # Errors
/// [`TrainError`] where settings, data, checkpoints or libtorch stop it; finished checkpoints stay.
pub fn run(
    config: &RunConfig,
    start: Start,
    observer: &mut dyn Observer,
) -> Result<RunSummary, TrainError> {
    config.validate()?;
    let device = config.device()?;
    if let Some(threads) = config.threads {
        tch::set_num_threads(i32::from(threads));
    }
    let (folder, lock, mut dataset) = match start {
        Start::Fresh => begin(config, observer)?,
        Start::Resumed => reopen(config, observer)?,
    };
    Base::keep(config, &folder)?;
    let turns = &mut Turns::new(observer);
    find_lungs(&mut dataset, config, Some(&folder), device, turns)?;
    // The only use of libtorch's own generator: the initial weights.
    tch::manual_seed(config.seed as i64);
    let context = RunContext {
        config,
        device,
        dataset: &dataset,
        folder: &folder,
    };
    let mut stage = build(context, &mut Turns::new(observer))?;
    let resumed = match start {
        Start::Fresh => None,
        Start::Resumed => take_up(stage.as_mut(), &folder, observer)?,
    };
    if let (None, Some(path)) = (&resumed, &config.start_from) {
        start_from(stage.as_mut(), path)?;
    }
    let state = resumed.unwrap_or_else(|| RunState::fresh(config));
    let arithmetic = arithmetic(config, device);
    if let Some(earlier) = folder.note_start(state.iteration, &arithmetic)? {
        observer.event(&TrainEvent::Warned {
            message: format!(
                "the run was calculated by {earlier} and goes on by {arithmetic}: its weights will differ in their last bits \
                 from those of a run that was never stopped"
            ),
        });
    }
    Run {
        context,
        stage,
        state,
        observer,
        reported: Reported::new(),
        skipped: 0,
        waited: Duration::ZERO,
        _lock: lock,
    }
    .go()
}

/// Reads the images of a new run, then makes its folder: what is refused till then leaves none behind.
fn begin(
    config: &RunConfig,
    observer: &mut dyn Observer,
) -> Result<(RunFolder, FileLock, Dataset), TrainError> {
    check(config)?;
    RunFolder::refuse_place(config)?;
    let dataset = Dataset::load(config, observer)?;
    let folder = RunFolder::create(config)?;
    let lock = folder.lock()?;
    folder.write_listing(dataset.entries())?;
    folder.keep_split(config.data.split.as_deref())?;
    Ok((folder, lock, dataset))
}

/// The weights file that `path` names: itself, or the averaged weights of a run's checkpoint, the one with
/// the best validation score where something was validated, else the newest.
///
/// # Errors
/// [`TrainError::Checkpoint`] where a run folder holds no checkpoint yet.
pub fn weights_file(path: &Path) -> Result<PathBuf, TrainError> {
    if path.is_file() {
        return Ok(path.to_owned());
    }
    RunFolder::open(path)?
        .sound_checkpoint(Which::Best)?
        .map(|checkpoint| checkpoint.join("ema.safetensors"))
        .ok_or_else(|| TrainError::checkpoint(path, "the run has no checkpoint yet"))
}

fn start_from(stage: &mut dyn Stage, path: &Path) -> Result<(), TrainError> {
    let file = weights_file(path)?;
    match stage.networks().first_mut() {
        Some(network) => network.start_from(&file),
        None => Ok(()),
    }
}

struct Run<'a> {
    context: RunContext<'a>,
    stage: Box<dyn Stage>,
    state: RunState,
    observer: &'a mut dyn Observer,
    reported: Reported,
    skipped: u32,
    /// Time that others had, which is no time of training.
    waited: Duration,
    _lock: FileLock,
}

impl Run<'_> {
    fn go(mut self) -> Result<RunSummary, TrainError> {
        self.announce()?;
        let started = Instant::now();
        let earlier_secs = self.state.elapsed_secs;
        let mut last_checkpoint = None;
        let mut is_checkpoint_due = false;
        let mut last_rate = None;
        let mut reason = loop {
            self.give_way();
            let Some(best) = self.judge_where_due()? else {
                break EndReason::Cancelled;
            };
            if best || std::mem::take(&mut is_checkpoint_due) {
                last_checkpoint = Some((self.state.iteration, self.checkpoint()?));
            }
            self.state.elapsed_secs = earlier_secs + self.trained_secs(started);
            let fraction = self.fraction();
            if fraction >= 1.0 {
                break EndReason::Finished;
            }
            if self.is_settled() {
                break EndReason::Settled;
            }
            if self.observer.is_cancelled() {
                break EndReason::Cancelled;
            }
            let learning_rate = self.iterate(fraction)?;
            last_rate = Some(learning_rate);
            self.state.elapsed_secs = earlier_secs + self.trained_secs(started);
            let (done, config) = (self.state.iteration, self.context.config);
            if done.is_multiple_of(config.report_every) {
                self.report(learning_rate)?;
            }
            self.state.is_validation_due = self.is_judged_at(done);
            is_checkpoint_due = done.is_multiple_of(config.checkpoint_every);
        };
        let done = self.state.iteration;
        if let (EndReason::Finished, Some(rate)) = (reason, last_rate)
            && !self.state.unreported.is_empty()
        {
            self.report(rate)?;
        }
        if reason == EndReason::Finished && self.state.judged_at != Some(done) {
            self.state.is_validation_due = true;
            last_checkpoint = None;
            if self.judge_where_due()?.is_none() {
                reason = EndReason::Cancelled;
            }
        }
        let last_checkpoint = match last_checkpoint {
            Some((at, path)) if at == done => path,
            _ => self.checkpoint()?,
        };
        Ok(self.summarize(reason, last_checkpoint))
    }

    fn summarize(&mut self, reason: EndReason, last_checkpoint: PathBuf) -> RunSummary {
        let summary = RunSummary {
            out: self.context.folder.root().to_owned(),
            reason,
            iterations: self.state.iteration,
            elapsed_secs: self.state.elapsed_secs,
            best_score: self.state.best_score,
            best_iteration: self.state.best_iteration,
            last_checkpoint,
        };
        self.observer.event(&TrainEvent::Ended {
            summary: summary.clone(),
        });
        summary
    }

    /// Lets what comes first come first; that is no time of training.
    fn give_way(&mut self) {
        let mut turns = Turns::new(self.observer);
        turns.give();
        let waited = turns.waited();
        self.waited += waited;
        self.reported.since += waited;
    }

    fn announce(&mut self) -> Result<(), TrainError> {
        let num_parameters = self
            .stage
            .networks()
            .iter()
            .flat_map(|network| network.vs.trainable_variables())
            .map(|variable| variable.numel() as i64)
            .sum();
        self.observer.event(&TrainEvent::Started {
            stage: self.context.config.stage,
            device: word_of(self.context.device),
            out: self.context.folder.root().to_owned(),
            num_training: self.context.dataset.num_training(),
            num_validation: self.context.dataset.validation().count(),
            num_parameters,
            iteration: self.state.iteration,
        });
        let cautions = self.context.dataset.cautions(self.context.config);
        for message in notice(self.context)?.into_iter().chain(cautions) {
            self.observer.event(&TrainEvent::Warned { message });
        }
        Ok(())
    }

    /// Training time since `started`, in seconds.
    fn trained_secs(&self, started: Instant) -> f64 {
        started.elapsed().saturating_sub(self.waited).as_secs_f64()
    }

    /// Whether validations were no better for too long.
    fn is_settled(&self) -> bool {
        let patience = self.context.config.patience.as_ref();
        patience.is_some_and(|patience| self.state.validations_without_gain >= patience.validations)
    }

    /// Share of the budget that is used: by iterations, by time, or the larger of both.
    fn fraction(&self) -> f64 {
        let by_iterations = self
            .context
            .config
            .iterations
            .map_or(0.0, |all| self.state.iteration as f64 / all as f64);
        let by_time = self
            .context
            .config
            .minutes
            .map_or(0.0, |minutes| self.state.elapsed_secs / (60.0 * minutes));
        by_iterations.max(by_time).min(1.0)
    }

    fn iterate(&mut self, fraction: f64) -> Result<f64, TrainError> {
        let RunContext {
            config,
            device,
            dataset,
            ..
        } = self.context;
        let iteration = self.state.iteration;
        let rng = |purpose| generator(config.seed, config.stage, iteration, purpose);
        let learning_rate = config.optimizer.learning_rate_at(iteration, fraction);
        let mut images = rng(Purpose::Images);
        let of = config.accumulate;
        let prepare = |stage: &mut dyn Stage, part: Part| {
            let mut rng = rng(Purpose::Step);
            rng.set_stream(part.index as u64);
            let items = config.batch / of;
            let batch = match stage.lacking_views(items, &mut rng) {
                None => dataset.draw(items, &config.augmentation, &mut images, device),
                Some(views) => dataset.draw_each(
                    views
                        .into_iter()
                        .map(|view| generator(config.seed, config.stage, view, Purpose::Views)),
                    &config.augmentation,
                    device,
                ),
            };
            StepInput {
                iteration,
                learning_rate,
                batch,
                rng,
                part,
            }
        };
        let terms = attempt(self.stage.as_mut(), of, prepare)?;
        if is_finite(&terms) {
            self.skipped = 0;
            for network in self.stage.networks() {
                network.average(iteration)?;
            }
            self.reported.iterations += 1;
            self.state.add_terms(terms);
        } else {
            self.skip(iteration)?;
        }
        self.state.iteration += 1;
        Ok(learning_rate)
    }

    fn skip(&mut self, iteration: u64) -> Result<(), TrainError> {
        self.skipped += 1;
        self.observer.event(&TrainEvent::Warned {
            message: format!(
                "iteration {iteration} gave no finite loss or gradient and was skipped"
            ),
        });
        if self.skipped >= MOST_SKIPPED {
            return Err(TrainError::Diverged {
                count: self.skipped,
                iteration,
            });
        }
        Ok(())
    }

    fn report(&mut self, learning_rate: f64) -> Result<(), TrainError> {
        let Reported { since, iterations } = std::mem::replace(&mut self.reported, Reported::new());
        let terms = self.state.take_means();
        self.context.folder.log(&self.state, "training", &terms)?;
        let schedule = Terms::from([("learning_rate".to_owned(), learning_rate)]);
        self.context
            .folder
            .log(&self.state, "schedule", &schedule)?;
        self.observer.event(&TrainEvent::Progressed {
            iteration: self.state.iteration,
            fraction: self.fraction(),
            elapsed_secs: self.state.elapsed_secs,
            learning_rate,
            iterations_per_sec: iterations as f64 / since.elapsed().as_secs_f64().max(1e-9),
            terms,
        });
        Ok(())
    }

    fn checkpoint(&mut self) -> Result<PathBuf, TrainError> {
        let keep = self.context.config.keep_checkpoints;
        // Written as it is, however long others take in between: nothing is trained meanwhile.
        let mut turns = Turns::new(self.observer);
        let networks = self.stage.networks();
        let folder = self.context.folder;
        let path = folder.write_checkpoint(&self.state, &networks, keep, &mut turns)?;
        turns.give();
        let waited = turns.waited();
        self.waited += waited;
        self.reported.since += waited;
        self.observer.event(&TrainEvent::Checkpointed {
            iteration: self.state.iteration,
            path: path.clone(),
        });
        Ok(path)
    }
}
