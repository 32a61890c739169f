//! One region of the soft-tissue image under several settings, a picture after the other.

use super::driven::{JobError, Pipeline};
use super::part::Part;
use crate::pipeline::{Observer, PreviewChoice, SuppressionRequest, SuppressionSettings};
use crate::radiograph::{FloatImage, PixelRect};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// Cost of a step of the global path, predictions of the noise.
const GLOBAL_STEP: f64 = 1.0;
/// Cost of a guided step of the local path, in the same unit.
const LOCAL_STEP: f64 = 2.0;

/// Which pictures to make, and what of them to keep.
#[derive(Debug)]
pub struct SweepPlan {
    /// The suppression that is varied. Cells that share its global path come first: that path may be there already.
    pub request: SuppressionRequest,
    /// Settings of each cell.
    pub cells: Vec<SuppressionSettings>,
    /// The part of the radiograph that is kept of each, within its grid; 4 bytes a pixel and cell.
    pub region: PixelRect,
    /// Cells made so far: a sweep that made room for another job goes on after them.
    num_made: AtomicUsize,
}

/// One picture of a sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepCell {
    /// Index among the cells of the plan.
    pub index: usize,
    /// The region of the soft-tissue image in modality values, as a run with the cell's settings makes it.
    pub soft_tissue: FloatImage,
}

impl SweepPlan {
    /// A sweep of which nothing is made yet.
    pub fn new(
        request: SuppressionRequest,
        cells: Vec<SuppressionSettings>,
        region: PixelRect,
    ) -> Self {
        Self {
            request,
            cells,
            region,
            num_made: AtomicUsize::new(0),
        }
    }

    /// Indices of the cells as they are made: what shares a global path stands together, so that the path is walked
    /// once.
    fn order(&self) -> Vec<usize> {
        let mut paths = vec![path(&self.request.settings)];
        for cell in &self.cells {
            if !paths.contains(&path(cell)) {
                paths.push(path(cell));
            }
        }
        let place =
            |cell: &SuppressionSettings| paths.iter().position(|known| *known == path(cell));
        let mut order: Vec<(usize, &SuppressionSettings)> = self.cells.iter().enumerate().collect();
        order.sort_by_key(|(_, cell)| place(cell));
        order.into_iter().map(|(index, _)| index).collect()
    }

    /// Cost of each cell in this order; a cell that follows one of the same global path has its local path alone.
    fn costs(&self, order: &[usize]) -> Vec<f64> {
        let mut walked = None;
        let cells = order.iter().filter_map(|&index| self.cells.get(index));
        let costs = cells.map(|cell| {
            let global = if walked.replace(path(cell)) == Some(path(cell)) {
                0.0
            } else {
                GLOBAL_STEP
            };
            cell.steps as f64 * (global + LOCAL_STEP)
        });
        costs.collect()
    }
}

/// What of the swept settings decides the global path.
fn path(settings: &SuppressionSettings) -> (usize, u64) {
    (settings.steps, settings.seed)
}

/// Makes every cell that is not made yet, and tells of each.
pub(super) fn make(
    pipeline: &mut dyn Pipeline,
    plan: &SweepPlan,
    observer: &mut dyn Observer,
    mut made: impl FnMut(SweepCell),
) -> Result<(), JobError> {
    let region = plan.region;
    if !region.is_within(plan.request.radiograph.size()) {
        let text = "the region of the grid lies outside the radiograph; choose it again";
        return Err(JobError::Failed(text.into()));
    }
    let order = plan.order();
    let costs = plan.costs(&order);
    let total = costs.iter().sum::<f64>().max(f64::MIN_POSITIVE);
    let before = |place: usize| costs.iter().take(place).sum::<f64>() / total;
    let first = plan.num_made.load(Ordering::Relaxed);
    let (began, began_at) = (Instant::now(), before(first));
    for (place, &index) in order.iter().enumerate().skip(first) {
        let Some(settings) = plan.cells.get(index) else {
            continue;
        };
        let request = SuppressionRequest {
            settings: settings.clone(),
            preview: PreviewChoice::Off,
            ..plan.request.clone()
        };
        let mut cell = Part {
            observer: &mut *observer,
            from: before(place),
            to: before(place + 1),
            began,
            began_at,
        };
        let result = pipeline.suppress(&request, &mut cell)?;
        let PixelRect {
            row,
            col,
            width,
            height,
        } = region;
        made(SweepCell {
            index,
            soft_tissue: result.soft_tissue.crop(row, col, width, height),
        });
        plan.num_made.store(place + 1, Ordering::Relaxed);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::{
        ClippingChoice, FusionChoice, GuidanceChoice, OutputGrid, SamplerChoice, two_pixels,
    };

    fn settings(steps: usize, leg_weight: f64) -> SuppressionSettings {
        SuppressionSettings {
            steps,
            leg_weight,
            guidance: GuidanceChoice::Leg,
            sampler: SamplerChoice::Lcm,
            clipping: ClippingChoice::Dynamic,
            fusion: FusionChoice::Poisson,
            output: OutputGrid::Native,
            seed: 0,
        }
    }

    #[test]
    fn cells_of_one_global_path_stand_together_and_the_study_s_own_come_first() {
        let cells = vec![
            settings(4, 1.0),
            settings(8, 1.0),
            settings(4, 2.0),
            settings(8, 2.0),
        ];
        let request = SuppressionRequest::new(two_pixels().into(), settings(8, 2.0));
        let region = PixelRect {
            row: 0,
            col: 0,
            width: 1,
            height: 1,
        };
        let plan = SweepPlan::new(request, cells, region);
        let order = plan.order();
        assert_eq!(order, [1, 3, 0, 2]);
        // Three predictions a step with the global path, two without.
        assert_eq!(plan.costs(&order), [24.0, 16.0, 12.0, 8.0]);
    }
}
