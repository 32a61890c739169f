//! Which pixels the renderer gets for a study.

use super::study::OpenStudy;
use crate::render::{LayerKey, LayerKind, LayerPixels, PixelSource};
use crate::worker::SuppressionResult;
use std::sync::Arc;

/// One picture of a result, lent to the renderer without a copy.
struct ResultLayer {
    result: Arc<SuppressionResult>,
    kind: LayerKind,
}

impl PixelSource for ResultLayer {
    fn pixels(&self) -> LayerPixels<'_> {
        match self.kind {
            LayerKind::LungMask => LayerPixels::Mask(&self.result.lung_mask),
            LayerKind::Bone => LayerPixels::Values(&self.result.bone),
            LayerKind::SoftTissue | LayerKind::Original => {
                LayerPixels::Values(&self.result.soft_tissue)
            }
        }
    }
}

/// Key of a layer of a study.
pub(super) fn key(study: &OpenStudy, kind: LayerKind) -> LayerKey {
    LayerKey {
        study: study.serial,
        kind,
        revision: match kind {
            LayerKind::Original => 0,
            _ => study.revision,
        },
    }
}

/// Every layer of a study, so that all of them stay on the graphics card.
pub(super) fn all(study: &OpenStudy) -> Vec<(LayerKey, Arc<dyn PixelSource>)> {
    let original: Arc<dyn PixelSource> =
        Arc::<crate::radiograph::Radiograph>::clone(&study.radiograph);
    let mut layers = vec![(key(study, LayerKind::Original), original)];
    if let Some(result) = &study.result {
        for kind in [LayerKind::SoftTissue, LayerKind::Bone, LayerKind::LungMask] {
            let result = Arc::clone(result);
            layers.push((key(study, kind), Arc::new(ResultLayer { result, kind })));
        }
    }
    layers
}
