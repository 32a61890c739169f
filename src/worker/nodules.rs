//! Synthetic nodules on one radiograph: two pictures, one after the other.

use super::NoduleOutcome;
use super::NodulePlan;
use super::driven::{JobError, Pipeline};
use super::part::Part;
use crate::pipeline::{Observer, PreviewChoice, SuppressionRequest};
use std::time::Instant;

/// Has the radiograph suppressed without and with its nodules.
pub(super) fn try_nodules(
    pipeline: &mut dyn Pipeline,
    plan: &NodulePlan,
    observer: &mut dyn Observer,
) -> Result<NoduleOutcome, JobError> {
    let began = Instant::now();
    let mut num_made = 0.0;
    plan.run(|request| {
        let request = SuppressionRequest {
            preview: PreviewChoice::Off,
            ..request.clone()
        };
        let mut part = Part {
            observer: &mut *observer,
            from: 0.5 * num_made,
            to: 0.5 * (num_made + 1.0),
            began,
            began_at: 0.0,
        };
        num_made += 1.0;
        pipeline.suppress(&request, &mut part)
    })
}
