//! Wall times of the stages of one run.

use super::{Stage, StageTime};
use std::time::Instant;

/// Adds up what each stage took; a stage counts as cached while nothing of it ran.
#[derive(Debug, Default)]
pub(super) struct StageClock {
    times: Vec<StageTime>,
}

impl StageClock {
    /// A result of `stage` was reused.
    pub(super) fn reused(&mut self, stage: Stage) {
        self.entry(stage);
    }

    /// A part of `stage` ran since `started`.
    pub(super) fn ran(&mut self, stage: Stage, started: Instant) {
        let time = self.entry(stage);
        time.elapsed_secs += started.elapsed().as_secs_f64();
        time.cached = false;
    }

    pub(super) fn into_times(self) -> Vec<StageTime> {
        self.times
    }

    fn entry(&mut self, stage: Stage) -> &mut StageTime {
        let at = self.times.iter().position(|time| time.stage == stage);
        let at = at.unwrap_or_else(|| {
            self.times.push(StageTime {
                stage,
                elapsed_secs: 0.0,
                cached: true,
            });
            self.times.len() - 1
        });
        &mut self.times[at]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_part_that_ran_makes_the_stage_run() {
        let mut clock = StageClock::default();
        clock.reused(Stage::Decode);
        clock.ran(Stage::Decode, Instant::now());
        clock.reused(Stage::Decode);
        clock.reused(Stage::Encode);
        let times = clock.into_times();
        assert_eq!(times.len(), 2);
        assert!(!times[0].cached && times[1].cached);
    }
}
