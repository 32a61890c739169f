//! Soft-tissue images at a few LEG weights, so that a slider between them needs no network.

use super::driven::{JobError, Pipeline};
use crate::pipeline::{Observer, PreviewChoice, Progress, SuppressionRequest};
use crate::radiograph::{FloatImage, StudyId, Warning};
use std::sync::Arc;

/// Which weights to make soft-tissue images for.
#[derive(Debug, Clone)]
pub struct LegNodesPlan {
    /// The suppression whose weight is varied; its own weight does not count.
    pub request: SuppressionRequest,
    /// Weights in any order, each within the range of the settings.
    pub weights: Vec<f64>,
}

/// Soft-tissue images at a few weights of the Local-Enhanced Guidance.
///
/// Each is that of a true run. Between them an image is interpolated: what is shown there must be marked as such.
#[derive(Debug, Clone, PartialEq)]
pub struct LegNodes {
    /// The radiograph they were made from.
    pub study: StudyId,
    /// Weights, rising.
    pub weights: Vec<f64>,
    /// Soft-tissue image of each weight in modality values, on the radiograph's own grid.
    pub soft_tissues: Vec<Arc<FloatImage>>,
}

/// Two nodes and how to mix them: `(1 - share) * lower + share * upper`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NodeMix {
    /// Index of the node below, or at, the weight.
    pub lower: usize,
    /// Index of the node above it; that of `lower` at a node and beyond the ends.
    pub upper: usize,
    /// Share of the upper one, in `[0, 1)`.
    pub share: f32,
}

impl LegNodes {
    /// The nodes to mix for a weight, the nearest end beyond the ends; `None` without nodes.
    pub fn mix(&self, weight: f64) -> Option<NodeMix> {
        let last = self.weights.len().checked_sub(1)?;
        let at_node = |node| NodeMix {
            lower: node,
            upper: node,
            share: 0.0,
        };
        let above = self.weights.iter().position(|&node| node > weight);
        let Some(upper) = above else {
            return Some(at_node(last));
        };
        let Some(lower) = upper.checked_sub(1) else {
            return Some(at_node(0));
        };
        let (from, to) = (self.weights[lower], self.weights[upper]);
        let share = ((weight - from) / (to - from)) as f32;
        if share == 0.0 {
            return Some(at_node(lower));
        }
        Some(NodeMix {
            lower,
            upper,
            share,
        })
    }

    /// The soft-tissue image at a weight, exact at a node and interpolated between two; `None` without nodes.
    pub fn at(&self, weight: f64) -> Option<FloatImage> {
        let NodeMix {
            lower,
            upper,
            share,
        } = self.mix(weight)?;
        let (lower, upper) = (self.soft_tissues.get(lower)?, self.soft_tissues.get(upper)?);
        if share == 0.0 {
            return Some(lower.as_ref().clone());
        }
        lower.zip_map(upper, |a, b| a + share * (b - a)).ok()
    }
}

/// Runs every node; the stages they share are run once.
pub(super) fn make(
    pipeline: &mut dyn Pipeline,
    plan: &LegNodesPlan,
    observer: &mut dyn Observer,
) -> Result<LegNodes, JobError> {
    let mut weights = plan.weights.clone();
    weights.sort_by(f64::total_cmp);
    weights.dedup();
    let count = weights.len();
    let mut soft_tissues = Vec::with_capacity(count);
    for (index, &weight) in weights.iter().enumerate() {
        let mut request = plan.request.clone();
        request.settings.leg_weight = weight;
        request.preview = PreviewChoice::Off;
        let mut node = NodeObserver {
            observer: &mut *observer,
            index,
            count,
        };
        let result = pipeline.suppress(&request, &mut node)?;
        soft_tissues.push(Arc::new(result.soft_tissue));
    }
    Ok(LegNodes {
        study: plan.request.radiograph.id.clone(),
        weights,
        soft_tissues,
    })
}

/// One node's share of the whole; the warnings of a node are those of the run it is made for.
struct NodeObserver<'a> {
    observer: &'a mut dyn Observer,
    index: usize,
    count: usize,
}

impl Observer for NodeObserver<'_> {
    fn progressed(&mut self, progress: Progress) {
        let fraction = (self.index as f32 + progress.fraction) / self.count as f32;
        self.observer.progressed(Progress {
            fraction,
            eta_secs: None,
            ..progress
        });
    }

    fn warned(&mut self, _warning: &Warning) {}

    fn is_cancelled(&self) -> bool {
        self.observer.is_cancelled()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::radiograph::Raster;

    #[test]
    fn nodes_are_exact_and_between_them_linear() {
        let nodes = LegNodes {
            study: StudyId("a".to_owned()),
            weights: vec![1.0, 2.0, 4.0],
            soft_tissues: [0.1, 0.3, 0.2]
                .map(|v| Arc::new(Raster::filled(2, 1, v)))
                .into(),
        };
        let at = |weight: f64| nodes.at(weight).unwrap().values()[0];
        for (weight, value) in [(0.0, 0.1), (1.0, 0.1), (2.0, 0.3), (4.0, 0.2), (9.0, 0.2)] {
            assert_eq!(at(weight).to_bits(), f32::to_bits(value), "{weight}");
        }
        assert!((at(1.5) - 0.2).abs() < 1e-6 && (at(3.0) - 0.25).abs() < 1e-6);
        let mix = nodes.mix(3.5).unwrap();
        assert_eq!((mix.lower, mix.upper), (1, 2));
        assert!((mix.share - 0.75).abs() < 1e-6);
        let none = LegNodes {
            weights: Vec::new(),
            soft_tissues: Vec::new(),
            ..nodes
        };
        assert_eq!(none.mix(1.0), None);
    }
}
