//! What a sampling step takes here, as runs measured it.

use super::compute::BundleInfo;
use crate::worker::{FusionChoice, GuidanceChoice, Stage, SuppressionResult, SuppressionSettings};
use std::collections::HashMap;

/// Wall time of one step of each path, by what it depends on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StepCosts {
    secs: HashMap<StepKind, f64>,
}

/// Everything the time of one step depends on beside the picture: networks see all pictures on one grid.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct StepKind {
    bundle_sha256: String,
    device: String,
    precision: String,
    path: Path,
}

/// A sampling path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Path {
    Global,
    /// With the form of its guidance, and whether a weight of 1 saves the second prediction of a step.
    Local {
        guidance: GuidanceChoice,
        is_neutral: bool,
    },
}

impl Path {
    fn local(settings: &SuppressionSettings) -> Self {
        Self::Local {
            guidance: settings.guidance,
            is_neutral: (settings.leg_weight - 1.0).abs() <= f64::EPSILON,
        }
    }
}

impl StepCosts {
    /// Takes what a run measured. A path that an earlier run had walked took no time; where several pictures were
    /// made, some of their paths may have been walked before, and how many is not told.
    pub(super) fn measure(&mut self, result: &SuppressionResult) {
        if result.seeds.len() != 1 {
            return;
        }
        let settings = &result.settings;
        for time in result.stage_times.iter().filter(|time| !time.cached) {
            let path = match time.stage {
                Stage::Global => Path::Global,
                Stage::Local => Path::local(settings),
                _ => continue,
            };
            let kind = StepKind {
                bundle_sha256: result.bundle_sha256.clone(),
                device: result.device.clone(),
                precision: result.precision.clone(),
                path,
            };
            let step = time.elapsed_secs / settings.steps.max(1) as f64;
            self.secs.insert(kind, step);
        }
    }

    /// Wall time of the steps of `num_seeds` pictures with these settings, seconds; `None` until a run measured every
    /// path they take.
    pub fn sampling_secs(
        &self,
        bundle: &BundleInfo,
        settings: &SuppressionSettings,
        num_seeds: usize,
    ) -> Option<f64> {
        let step_of = |path| {
            let kind = StepKind {
                bundle_sha256: bundle.sha256.clone(),
                device: bundle.device.clone(),
                precision: bundle.precision.clone(),
                path,
            };
            self.secs.get(&kind).copied()
        };
        let local = match settings.fusion {
            FusionChoice::None => 0.0,
            _ => step_of(Path::local(settings))?,
        };
        let step = step_of(Path::Global)? + local;
        Some(step * settings.steps as f64 * num_seeds as f64)
    }
}
