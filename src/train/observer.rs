//! What a run reports while it goes on.

use super::{RunSummary, TrainError, TrainStage};
use serde::Serialize;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Named numbers: loss terms, scores.
pub type Terms = BTreeMap<String, f64>;

/// A fact about a run, in the past tense; one JSON object each where written by machine.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum TrainEvent {
    /// Data and networks are ready.
    Started {
        /// Which network is trained.
        stage: TrainStage,
        /// Device the networks run on.
        device: String,
        /// The run folder.
        out: PathBuf,
        /// Radiographs that patches are drawn from.
        num_training: usize,
        /// Radiographs kept for validation.
        num_validation: usize,
        /// Trainable numbers.
        num_parameters: i64,
        /// First iteration; above 0 for a resumed run.
        iteration: u64,
    },
    /// Some iterations are done.
    Progressed {
        /// Iterations done.
        iteration: u64,
        /// Share of the budget that is used, in `[0, 1]`.
        fraction: f64,
        /// Training time so far, resumed parts included.
        elapsed_secs: f64,
        /// Learning rate of the last iteration.
        learning_rate: f64,
        /// Speed since the last report.
        iterations_per_sec: f64,
        /// Loss terms, averaged since the last report.
        terms: Terms,
    },
    /// The averaged weights were judged on the validation images.
    Validated {
        /// Iterations done.
        iteration: u64,
        /// Scores.
        terms: Terms,
        /// The score that picks the best checkpoint; larger is better.
        score: f64,
        /// Whether it is the best so far.
        best: bool,
        /// Validations in a row, this one among them, that were no better by what patience asks for.
        without_gain: u64,
    },
    /// A checkpoint was written.
    Checkpointed {
        /// Iterations done.
        iteration: u64,
        /// The checkpoint's folder.
        path: PathBuf,
    },
    /// Something a person should know; the run goes on.
    Warned {
        /// One sentence.
        message: String,
    },
    /// The run ended and left everything on disk.
    Ended {
        /// What it left.
        summary: RunSummary,
    },
}

/// Who watches a run, and may stop it.
pub trait Observer {
    /// Takes note of a fact.
    fn event(&mut self, event: &TrainEvent);

    /// Called between any two iterations, between any two images that are read, before every block of a network where
    /// images are encoded or judged, and between any two files of a checkpoint or a bundle that is written, before
    /// [`Self::is_cancelled`]: whatever comes first may be done here. What it takes is no training time.
    fn between_steps(&mut self) {}

    /// Whether the run shall write a checkpoint and stop; asked where [`Self::between_steps`] is called.
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// How long whoever comes first waits at most while another thread works.
const BETWEEN_TURNS: Duration = Duration::from_millis(5);

/// Turns that are taken with whoever comes first.
pub(crate) struct Turns<'a> {
    observer: &'a mut dyn Observer,
    /// What others took.
    waited: Duration,
}

impl<'a> Turns<'a> {
    pub fn new(observer: &'a mut dyn Observer) -> Self {
        Self {
            observer,
            waited: Duration::ZERO,
        }
    }

    /// Lets what comes first come first.
    pub fn give(&mut self) {
        let began = Instant::now();
        self.observer.between_steps();
        self.waited += began.elapsed();
    }

    /// As [`Self::give`], for work that is worth nothing half done.
    ///
    /// # Errors
    /// [`TrainError::Cancelled`] where the run shall stop.
    pub fn give_or_stop(&mut self) -> Result<(), TrainError> {
        self.give();
        if self.observer.is_cancelled() {
            return Err(TrainError::Cancelled);
        }
        Ok(())
    }

    /// [`Self::give_or_stop`] before every block of a network: a pass over a whole radiograph takes longer than a step.
    pub fn between_blocks(&mut self) -> impl Fn() -> Result<(), TrainError> {
        let turns = RefCell::new(self);
        move || turns.borrow_mut().give_or_stop()
    }

    /// Does work that cannot be cut into small pieces on another thread, and gives turns until it is done; `work` is
    /// handed a flag that asks it to end.
    ///
    /// # Errors
    /// That of `work`; [`TrainError::Cancelled`] where the run shall stop.
    pub fn meanwhile<T: Send>(
        &mut self,
        work: impl FnOnce(&AtomicBool) -> Result<T, TrainError> + Send,
    ) -> Result<T, TrainError> {
        let stopped = AtomicBool::new(false);
        thread::scope(|scope| {
            let working = scope.spawn(|| work(&stopped));
            while !working.is_finished() {
                if self.give_or_stop().is_err() {
                    stopped.store(true, Ordering::Relaxed);
                }
                thread::sleep(BETWEEN_TURNS);
            }
            let done = working.join();
            let done = done.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            if stopped.load(Ordering::Relaxed) {
                return Err(TrainError::Cancelled);
            }
            done
        })
    }

    /// What others took until now.
    pub fn waited(&self) -> Duration {
        self.waited
    }
}

/// Watches nothing and never stops a run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn event(&mut self, _event: &TrainEvent) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts the turns it has, and asks for an end at one of them.
    struct Reader {
        turns: usize,
        ends_at: usize,
    }

    impl Observer for Reader {
        fn event(&mut self, _event: &TrainEvent) {}

        fn between_steps(&mut self) {
            self.turns += 1;
        }

        fn is_cancelled(&self) -> bool {
            self.turns >= self.ends_at
        }
    }

    #[test]
    fn whoever_comes_first_has_turns_while_another_thread_works_and_may_end_it() {
        let waits = |stopped: &AtomicBool| {
            while !stopped.load(Ordering::Relaxed) {
                thread::yield_now();
            }
            Ok(())
        };
        let mut reader = Reader {
            turns: 0,
            ends_at: 3,
        };
        let ended = Turns::new(&mut reader).meanwhile(waits);
        assert!(matches!(ended, Err(TrainError::Cancelled)));
        assert!(reader.turns >= 3);
        let done = Turns::new(&mut Unobserved).meanwhile(|_stopped| Ok(7));
        assert_eq!(done.unwrap(), 7);
    }
}
