//! A run that is no longer wanted ends within a step, in every network, and leaves nothing half made.

use super::{Bench, Watcher};
use diaphane::pipeline::{Observer, PipelineError, Progress, Stage, SuppressionRequest};
use diaphane::radiograph::Warning;
use std::cell::Cell;

/// Counts how often it is asked, and no longer wants the run from its `last`th question on.
struct Asked {
    count: Cell<usize>,
    last: usize,
    /// Where each of the stage's steps ended, in questions.
    ends: Vec<(Stage, usize)>,
}

impl Asked {
    fn until(last: usize) -> Self {
        Self {
            count: Cell::new(0),
            last,
            ends: Vec::new(),
        }
    }

    /// Most questions within one step of `stage`.
    fn most_in_a_step_of(&self, stage: Stage) -> usize {
        let before = [0].into_iter().chain(self.ends.iter().map(|end| end.1));
        let steps = self.ends.iter().zip(before);
        let of_stage = steps.filter(|(end, _)| end.0 == stage);
        of_stage
            .map(|(end, before)| end.1 - before)
            .max()
            .unwrap_or(0)
    }
}

impl Observer for Asked {
    fn progressed(&mut self, progress: Progress) {
        self.ends.push((progress.stage, self.count.get()));
    }

    fn warned(&mut self, _: &Warning) {}

    fn is_cancelled(&self) -> bool {
        self.count.set(self.count.get() + 1);
        self.count.get() >= self.last
    }
}

#[test]
fn every_network_asks_between_its_blocks_and_ends_at_the_first_no() {
    let request = |bench: &Bench| SuppressionRequest {
        mask: None,
        ..bench.request(bench.defaults.clone())
    };
    let _guard = tch::no_grad_guard();
    let mut bench = Bench::new(true);
    let mut asked = Asked::until(usize::MAX);
    let whole = bench
        .suppressor
        .suppress(&request(&bench), &mut asked)
        .unwrap();
    // Blocks of the tiny bundle's networks, the least of which the codec has.
    for stage in [
        Stage::Segment,
        Stage::Encode,
        Stage::Global,
        Stage::Local,
        Stage::Decode,
    ] {
        let most = asked.most_in_a_step_of(stage);
        assert!(most >= 5, "{stage}: {most}");
    }
    let total = asked.count.get();
    for last in (1..=total).step_by(7) {
        let mut bench = Bench::new(true);
        let mut asked = Asked::until(last);
        let ended = bench.suppressor.suppress(&request(&bench), &mut asked);
        assert!(
            matches!(ended, Err(PipelineError::Cancelled)),
            "{last} of {total}"
        );
        assert_eq!(asked.count.get(), last, "it went on after the first no");
        let mut later = Asked::until(usize::MAX);
        let again = bench
            .suppressor
            .suppress(&request(&bench), &mut later)
            .unwrap();
        assert_eq!(
            again.soft_tissue, whole.soft_tissue,
            "after {last} of {total}"
        );
    }
}

#[test]
fn cancelling_ends_within_one_step_of_either_path() {
    for stage in [Stage::Global, Stage::Local] {
        let mut bench = Bench::new(false);
        let request = bench.request(bench.defaults.clone());
        let mut watcher = Watcher {
            stop_at: Some((stage, 1)),
            ..Watcher::default()
        };
        let ended = bench.suppressor.suppress(&request, &mut watcher);
        assert!(matches!(ended, Err(PipelineError::Cancelled)), "{stage}");
        assert_eq!(watcher.after_stop, 0, "{stage} went on");
        // What was done before is kept, and the next run ends well.
        bench.run(bench.defaults.clone());
    }
}
