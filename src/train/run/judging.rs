//! The judgement of the weights between two iterations.

use super::Run;
use crate::train::observer::Turns;
use crate::train::{Terms, TrainError, TrainEvent};
use std::time::Instant;

impl Run<'_> {
    /// Whether the weights are judged after so many iterations.
    pub(super) fn is_judged_at(&self, done: u64) -> bool {
        let every = self.context.config.validate_every;
        every > 0 && done.is_multiple_of(every)
    }

    /// Judges the weights where they are to be; whether they are the best so far. `None` where the run was stopped
    /// meanwhile: it begins with the judgement when it goes on.
    pub(super) fn judge_where_due(&mut self) -> Result<Option<bool>, TrainError> {
        if !self.state.is_validation_due {
            return Ok(Some(false));
        }
        let began = Instant::now();
        let outcome = self.validate();
        // Validation is no part of the measured speed.
        self.reported.since += began.elapsed();
        match outcome {
            Ok(best) => {
                self.state.is_validation_due = false;
                self.state.judged_at = Some(self.state.iteration);
                Ok(Some(best))
            }
            Err(TrainError::Cancelled) => Ok(None),
            Err(err) => Err(err),
        }
    }

    /// Judges the averaged weights; whether they are the best so far.
    fn validate(&mut self) -> Result<bool, TrainError> {
        for network in self.stage.networks() {
            network.swap_averages()?;
        }
        let found = {
            let _guard = tch::no_grad_guard();
            let Self {
                stage,
                observer,
                waited,
                ..
            } = self;
            // An image takes longer than a step: whoever waits is let in before every block of a network.
            let mut turns = Turns::new(*observer);
            let found = stage.validate(&mut turns);
            let found = found.and_then(|found| Ok((found, stage.samples(&mut turns)?)));
            *waited += turns.waited();
            found
        };
        for network in self.stage.networks() {
            network.swap_averages()?;
        }
        let (validation, samples) = found?;
        let mut turns = Turns::new(self.observer);
        for (name, picture) in samples {
            turns.give();
            let folder = self.context.folder;
            folder.write_sample(self.state.iteration, &name, &picture)?;
        }
        turns.give();
        self.waited += turns.waited();
        let Some(validation) = validation else {
            return Ok(false);
        };
        let min_delta = self
            .context
            .config
            .patience
            .as_ref()
            .map_or(0.0, |p| p.min_delta);
        let best = self.state.judge(validation.score, min_delta);
        self.context
            .folder
            .log(&self.state, "validation", &validation.terms)?;
        let score = Terms::from([("score".to_owned(), validation.score)]);
        self.context.folder.log(&self.state, "validation", &score)?;
        self.observer.event(&TrainEvent::Validated {
            iteration: self.state.iteration,
            terms: validation.terms,
            score: validation.score,
            best,
            without_gain: self.state.validations_without_gain,
        });
        Ok(best)
    }
}
