//! How long a grid will take, from runs that were measured.

use crate::ui::compute::BundleInfo;
use crate::worker::{FusionChoice, Stage, SuppressionResult, SuppressionSettings};

/// Seconds that the parts of one picture took.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct RunTimes {
    /// A step of the global path.
    global_step: f64,
    /// A step of the local path; 0 where it is not walked.
    local_step: f64,
    /// What follows the paths.
    rest: f64,
}

/// What makes one run last as long as another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Likeness<'a> {
    /// Settings; those that a grid varies do not count.
    pub settings: &'a SuppressionSettings,
    /// The model in force, and where it runs.
    pub bundle: Option<&'a BundleInfo>,
}

impl Likeness<'_> {
    fn has(&self, result: &SuppressionResult) -> bool {
        let (a, b) = (self.settings, &result.settings);
        let is_of_bundle = self.bundle.is_some_and(|bundle| {
            result.bundle_sha256 == bundle.sha256
                && result.device == bundle.device
                && result.precision == bundle.precision
        });
        is_of_bundle && (a.guidance, a.sampler, a.fusion) == (b.guidance, b.sampler, b.fusion)
    }
}

impl RunTimes {
    /// From the newest of `results` (newest first) in which each part was not left by an earlier run; `None` where a
    /// part was never measured.
    pub fn measured(results: &[&SuppressionResult], like: Likeness<'_>) -> Option<Self> {
        let alike: Vec<_> = results.iter().filter(|result| like.has(result)).collect();
        let newest = |stage: Stage| {
            alike.iter().find_map(|result| {
                let mut times = result.stage_times.iter();
                let time = times.find(|time| time.stage == stage && !time.cached)?;
                Some(time.elapsed_secs / result.seeds.len().max(1) as f64 / steps_of(stage, result))
            })
        };
        let local_step = if like.settings.fusion == FusionChoice::None {
            0.0
        } else {
            newest(Stage::Local)?
        };
        let after = [Stage::Decode, Stage::Fuse, Stage::Restore];
        Some(Self {
            global_step: newest(Stage::Global)?,
            local_step,
            rest: after.into_iter().filter_map(newest).sum(),
        })
    }

    /// Seconds for these cells: every global path once, everything else for each.
    pub fn sweep_secs(&self, cells: &[SuppressionSettings], num_seeds: usize) -> f64 {
        let mut paths: Vec<(usize, u64)> = Vec::new();
        let mut secs = 0.0;
        for cell in cells {
            let path = (cell.steps, cell.seed);
            if !paths.contains(&path) {
                paths.push(path);
                secs += self.global_step * cell.steps as f64;
            }
            secs += self.local_step * cell.steps as f64 + self.rest;
        }
        secs * num_seeds as f64
    }
}

/// Steps of a stage for one picture.
fn steps_of(stage: Stage, result: &SuppressionResult) -> f64 {
    match stage {
        Stage::Global | Stage::Local => result.settings.steps.max(1) as f64,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::AppState;

    #[test]
    fn a_global_path_is_paid_for_once() {
        let times = RunTimes {
            global_step: 1.0,
            local_step: 2.0,
            rest: 3.0,
        };
        let cell = |steps, leg_weight| SuppressionSettings {
            steps,
            leg_weight,
            ..AppState::default().defaults
        };
        let cells = [cell(4, 1.0), cell(10, 1.0), cell(4, 2.0), cell(10, 2.0)];
        // Global 4 + 10, local 2 * (4 + 10 + 4 + 10), the rest 4 * 3; twice for two pictures averaged.
        assert!((times.sweep_secs(&cells, 1) - 82.0).abs() < 1e-9);
        assert!((times.sweep_secs(&cells, 2) - 164.0).abs() < 1e-9);
    }
}
