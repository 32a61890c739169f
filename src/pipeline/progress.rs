//! How far a suppression is, and whom to tell.

use super::Stage;
use std::time::Instant;

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// The stage now running.
    pub stage: Stage,
    /// Steps of this stage that are done.
    pub done: usize,
    /// Steps of this stage; at least 1.
    pub total: usize,
    /// Share of the whole job that is done, in `[0, 1]`, never falling.
    pub fraction: f32,
    /// Estimated remaining time; `None` until two sampling steps were measured, never growing after.
    pub eta_secs: Option<f64>,
}

/// Who asked for a job looks on, and may stop it.
pub trait Observer {
    /// The job moved on.
    fn progressed(&mut self, progress: Progress);
    /// Something the reader should know; the job goes on.
    fn warned(&mut self, warning: &str);
    /// Whether the job should stop; asked between any two steps.
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
    started: Instant,
    position: usize,
    done: usize,
    sampling_steps: usize,
    fraction: f32,
    eta_secs: Option<f64>,
}

impl ProgressTracker {
    /// Starts the clock on `plan`; stages that are reused from a cache are left out of it.
    pub fn new(plan: Vec<PlannedStage>) -> Self {
        Self {
            plan,
            started: Instant::now(),
            position: 0,
            done: 0,
            sampling_steps: 0,
            fraction: 0.0,
            eta_secs: None,
        }
    }

    /// `stage` begins; a stage outside the plan changes nothing.
    pub fn begin(&mut self, stage: Stage) -> Option<Progress> {
        let position = self.plan.iter().position(|p| p.stage == stage)?;
        self.position = position;
        self.done = 0;
        self.report()
    }

    /// One more step of the stage that began last is done.
    pub fn step(&mut self) -> Option<Progress> {
        let planned = self.plan.get(self.position)?;
        self.done = (self.done + 1).min(planned.steps);
        if matches!(planned.stage, Stage::Global | Stage::Local) {
            self.sampling_steps += 1;
        }
        self.report()
    }

    fn report(&mut self) -> Option<Progress> {
        let planned = *self.plan.get(self.position)?;
        let total: f64 = self.plan.iter().map(|p| p.cost).sum();
        let before: f64 = self.plan.iter().take(self.position).map(|p| p.cost).sum();
        let steps = planned.steps.max(1);
        let here = planned.cost * self.done as f64 / steps as f64;
        let fraction = ((before + here) / total.max(f64::MIN_POSITIVE)).min(1.0);
        self.fraction = self.fraction.max(fraction as f32);
        if self.sampling_steps >= MEASURED_STEPS && fraction > 0.0 {
            let eta = self.started.elapsed().as_secs_f64() * (1.0 - fraction) / fraction;
            self.eta_secs = Some(self.eta_secs.map_or(eta, |last| eta.min(last)));
        }
        Some(Progress {
            stage: planned.stage,
            done: self.done,
            total: steps,
            fraction: self.fraction,
            eta_secs: self.eta_secs,
        })
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
        // A stage announced again must not send the bar back.
        let again = tracker.begin(Stage::Encode).unwrap();
        assert!((again.fraction - 0.5).abs() < 1e-6);
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
    fn a_stage_outside_the_plan_is_silent() {
        assert!(ProgressTracker::new(plan()).begin(Stage::Restore).is_none());
    }
}
