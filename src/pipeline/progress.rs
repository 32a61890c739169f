//! How far a suppression is, and whom to tell.

use super::{Preview, Stage, StageSteps};
use crate::radiograph::Warning;
use std::time::Instant;

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// The stage now running.
    pub stage: Stage,
    /// Steps of this stage that are done, over all seeds.
    pub done: usize,
    /// Steps of this stage over all seeds; at least 1.
    pub total: usize,
    /// Share of the whole job that is done, in `[0, 1]`, never falling.
    pub fraction: f32,
    /// Estimated remaining time; `None` until two sampling steps were measured. Only a finished step can raise it.
    pub eta_secs: Option<f64>,
    /// Every stage of the job, not only the one now running.
    pub stages: StageSteps,
}

/// Who asked for a job looks on, and may stop it.
pub trait Observer {
    /// The job moved on.
    fn progressed(&mut self, progress: Progress);
    /// Something the reader should know; the job goes on.
    fn warned(&mut self, warning: &Warning);
    /// What the job is heading for; only where the request asks for previews.
    fn previewed(&mut self, preview: Preview) {
        drop(preview);
    }
    /// Whether the job should stop; asked before every block of a network, so it must cost nothing.
    fn is_cancelled(&self) -> bool;
}

/// One entry of the plan of a job.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlannedStage {
    /// Which stage.
    pub stage: Stage,
    /// Steps it will take, at least 1.
    pub steps: usize,
    /// Expected cost of the whole stage in any unit shared by the plan, > 0.
    pub cost: f64,
}

/// Sampling steps that have to be measured before a remaining time is named.
const MEASURED_STEPS: usize = 2;

/// Turns finished steps into one fraction and one estimate.
#[derive(Debug)]
pub struct ProgressTracker {
    plan: Vec<PlannedStage>,
    /// Where each lap of the plan ends; a lap goes through the stages once.
    lap_ends: Vec<usize>,
    lap: usize,
    started: Instant,
    position: usize,
    /// Finished steps of each planned stage: a stage is entered several times where its pieces differ.
    done: Vec<usize>,
    sampling_steps: usize,
    fraction: f64,
    /// Remaining seconds, and when that was estimated.
    estimate: Option<(f64, Instant)>,
}

impl ProgressTracker {
    /// Starts the clock on `plan`; stages that are reused from a cache are left out of it.
    pub fn new(plan: Vec<PlannedStage>) -> Self {
        Self::of_laps(vec![plan])
    }

    /// Starts the clock on several laps through the stages, one for each seed.
    pub fn of_laps(laps: Vec<Vec<PlannedStage>>) -> Self {
        let ends = laps.iter().scan(0, |end, lap| {
            *end += lap.len();
            Some(*end)
        });
        let lap_ends = ends.collect();
        let plan: Vec<PlannedStage> = laps.into_iter().flatten().collect();
        Self {
            done: vec![0; plan.len()],
            plan,
            lap_ends,
            lap: 0,
            started: Instant::now(),
            position: 0,
            sampling_steps: 0,
            fraction: 0.0,
            estimate: None,
        }
    }

    /// The next seed begins.
    pub fn next_lap(&mut self) {
        self.lap += 1;
    }

    /// `stage` begins or goes on; a stage outside the lap changes nothing.
    pub fn begin(&mut self, stage: Stage) -> Option<Progress> {
        let end = self.lap_ends.get(self.lap).copied()?;
        let before = self.lap.checked_sub(1);
        let start = before.and_then(|lap| self.lap_ends.get(lap).copied());
        let start = start.unwrap_or(0);
        let mut lap = self.plan.get(start..end)?.iter();
        self.position = start + lap.position(|p| p.stage == stage)?;
        self.report()
    }

    /// One more step of the stage that began last is done.
    pub fn step(&mut self) -> Option<Progress> {
        let planned = self.plan.get(self.position)?;
        let done = self.done.get_mut(self.position)?;
        *done = (*done + 1).min(planned.steps);
        if matches!(planned.stage, Stage::Global | Stage::Local) {
            self.sampling_steps += 1;
        }
        self.fraction = self.fraction.max(self.share_done());
        let fraction = self.fraction;
        if self.sampling_steps >= MEASURED_STEPS && fraction > 0.0 {
            let remaining = self.started.elapsed().as_secs_f64() * (1.0 - fraction) / fraction;
            self.estimate = Some((remaining, Instant::now()));
        }
        self.report()
    }

    /// Share of the plan's cost that is done; stages before the present one are over, even where a part of them
    /// was not needed after all.
    fn share_done(&self) -> f64 {
        let cost = |plan: &[PlannedStage]| plan.iter().map(|p| p.cost).sum::<f64>();
        let (before, rest) = self.plan.split_at(self.position.min(self.plan.len()));
        let done = self.done.get(self.position).copied().unwrap_or(0) as f64;
        let here = rest
            .first()
            .map_or(0.0, |p| p.cost * done / p.steps.max(1) as f64);
        ((cost(before) + here) / cost(&self.plan).max(f64::MIN_POSITIVE)).min(1.0)
    }

    fn report(&self) -> Option<Progress> {
        let planned = self.plan.get(self.position)?;
        let remaining = self.estimate.map(|(secs, at)| {
            let passed = at.elapsed().as_secs_f64();
            (secs - passed).max(0.0)
        });
        let entries = self.plan.iter().zip(&self.done);
        let same = entries.filter(|(entry, _)| entry.stage == planned.stage);
        let (total, done) = same.fold((0, 0), |(total, sum), (entry, done)| {
            (total + entry.steps, sum + done)
        });
        Some(Progress {
            stage: planned.stage,
            done,
            total: total.max(1),
            fraction: self.fraction as f32,
            eta_secs: remaining,
            stages: self.stage_steps(),
        })
    }

    /// A stage before the present one is over, even where a part of it was not needed after all.
    fn stage_steps(&self) -> StageSteps {
        let mut steps = StageSteps::default();
        for (index, (entry, &done)) in self.plan.iter().zip(&self.done).enumerate() {
            let is_over = index < self.position;
            let done = if is_over { entry.steps } else { done };
            steps.add(entry.stage, done, entry.steps);
        }
        steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Vec<PlannedStage> {
        let entry = |stage, steps, cost| PlannedStage { stage, steps, cost };
        vec![
            entry(Stage::Encode, 1, 2.0),
            entry(Stage::Global, 4, 4.0),
            entry(Stage::Decode, 1, 2.0),
        ]
    }

    #[test]
    fn the_fraction_follows_the_cost_and_never_falls() {
        let mut tracker = ProgressTracker::new(plan());
        tracker.begin(Stage::Encode);
        assert!((tracker.step().unwrap().fraction - 0.25).abs() < 1e-6);
        tracker.begin(Stage::Global);
        tracker.step();
        let half = tracker.step().unwrap();
        assert!((half.fraction - 0.5).abs() < 1e-6);
        assert_eq!((half.done, half.total), (2, 4));
        // A stage entered again goes on where it was.
        let again = tracker.begin(Stage::Encode).unwrap();
        assert!((again.fraction - 0.5).abs() < 1e-6);
        assert_eq!((again.done, again.total), (1, 1));
    }

    #[test]
    fn no_estimate_before_two_sampling_steps() {
        let mut tracker = ProgressTracker::new(plan());
        tracker.begin(Stage::Encode);
        assert_eq!(tracker.step().unwrap().eta_secs, None);
        tracker.begin(Stage::Global);
        assert_eq!(tracker.step().unwrap().eta_secs, None);
        let first = tracker.step().unwrap().eta_secs.unwrap();
        std::thread::sleep(std::time::Duration::from_millis(30));
        let later = tracker.begin(Stage::Global).unwrap().eta_secs.unwrap();
        assert!(later <= first);
    }

    #[test]
    fn several_laps_make_one_fraction_and_count_their_steps_together() {
        let mut tracker = ProgressTracker::of_laps(vec![plan(), plan()]);
        tracker.begin(Stage::Global);
        for _ in 0..4 {
            tracker.step();
        }
        tracker.begin(Stage::Decode);
        let first = tracker.step().unwrap();
        assert!((first.fraction - 0.5).abs() < 1e-6);
        let steps = first.stages.iter().map(|(_, n)| (n.done, n.total));
        // The encoder was passed over in the first lap, and is still to come in the second.
        assert_eq!(steps.collect::<Vec<_>>(), [(1, 2), (4, 8), (1, 2)]);
        tracker.next_lap();
        let begun = tracker.begin(Stage::Global).unwrap();
        assert_eq!((begun.done, begun.total), (4, 8));
        assert!((tracker.step().unwrap().fraction - 0.6875).abs() < 1e-6);
        tracker.begin(Stage::Decode);
        assert!((tracker.step().unwrap().fraction - 1.0).abs() < 1e-6);
        tracker.next_lap();
        assert!(tracker.begin(Stage::Decode).is_none());
    }

    #[test]
    fn a_stage_outside_the_plan_is_silent() {
        assert!(ProgressTracker::new(plan()).begin(Stage::Restore).is_none());
    }
}
