//! Which pixels the renderer gets for a study.

use super::file_id::FileId;
use super::leg_scrub::LegScrub;
use super::state::AppState;
use super::study::OpenStudy;
use crate::radiograph::LungMask;
use crate::render::{LayerKey, LayerKind, LayerPixels, Mixture, PixelSource, Region};
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
            LayerKind::LungMask | LayerKind::EditedMask => {
                LayerPixels::Mask(&self.result.lung_mask)
            }
            LayerKind::Bone => LayerPixels::Values(&self.result.bone),
            LayerKind::Uncertainty => {
                let uncertainty = self.result.uncertainty.as_ref();
                LayerPixels::Values(uncertainty.unwrap_or(&self.result.soft_tissue))
            }
            LayerKind::SoftTissue | LayerKind::LegNode | LayerKind::Original => {
                LayerPixels::Values(&self.result.soft_tissue)
            }
        }
    }
}

/// A mask that was drawn, or found without a run.
struct MaskLayer(Arc<LungMask>);

impl PixelSource for MaskLayer {
    fn pixels(&self) -> LayerPixels<'_> {
        LayerPixels::Mask(&self.0)
    }
}

/// Key of the mask whose outline is drawn: that which is edited, else that of the result.
pub(super) fn outline(study: &OpenStudy, state: &AppState) -> Option<LayerKey> {
    if state.masking.is_on {
        return edited_mask(study).map(|(key, _)| key);
    }
    let is_drawn = state.outline_visible && study.result().is_some();
    is_drawn.then(|| key(study, LayerKind::LungMask))
}

/// The mask as it is edited: what was drawn, or what was found.
fn edited_mask(study: &OpenStudy) -> Option<(LayerKey, Arc<dyn PixelSource>)> {
    let key = |kind, revision| LayerKey {
        study: study.file_id.number(),
        kind,
        revision,
    };
    let run = study.runs.newest_with_found_mask();
    if let (None, Some(run)) = (&study.mask, run) {
        let (result, kind) = (Arc::clone(&run.result), LayerKind::LungMask);
        return Some((
            key(kind, run.number),
            Arc::new(ResultLayer { result, kind }),
        ));
    }
    let version = study.mask.as_ref().or(study.segmented.as_ref())?;
    let source = Arc::new(MaskLayer(Arc::clone(&version.mask)));
    Some((key(LayerKind::EditedMask, version.number), source))
}

/// Key of a layer of a study.
pub(super) fn key(study: &OpenStudy, kind: LayerKind) -> LayerKey {
    LayerKey {
        study: study.file_id.number(),
        kind,
        revision: match kind {
            LayerKind::Original => 0,
            _ => study.runs.shown().map_or(0, |run| run.number),
        },
    }
}

/// Key of the soft-tissue image that the shown one is compared with, where it is not the original.
pub(super) fn rival(study: &OpenStudy) -> Option<LayerKey> {
    let revision = study.runs.rival()?.number;
    let kind = LayerKind::SoftTissue;
    Some(LayerKey {
        revision,
        ..key(study, kind)
    })
}

/// Every layer of a study, so that all of them stay on the graphics card.
pub(super) fn all(study: &OpenStudy) -> Vec<(LayerKey, Arc<dyn PixelSource>)> {
    let original: Arc<dyn PixelSource> =
        Arc::<crate::radiograph::Radiograph>::clone(&study.radiograph);
    let mut layers = vec![(key(study, LayerKind::Original), original)];
    if let Some(result) = study.result() {
        let uncertain = result.uncertainty.is_some();
        let kinds = [LayerKind::SoftTissue, LayerKind::Bone, LayerKind::LungMask];
        let uncertainty = uncertain.then_some(LayerKind::Uncertainty);
        for kind in kinds.into_iter().chain(uncertainty) {
            let result = Arc::clone(result);
            layers.push((key(study, kind), Arc::new(ResultLayer { result, kind })));
        }
    }
    let edited = edited_mask(study);
    layers.extend(edited.filter(|(key, _)| layers.iter().all(|(other, _)| other != key)));
    if let (Some(key), Some(run)) = (rival(study), study.runs.rival()) {
        let (result, kind) = (Arc::clone(&run.result), LayerKind::SoftTissue);
        layers.push((key, Arc::new(ResultLayer { result, kind })));
    }
    layers
}

fn node_key((file_id, revision): (FileId, u64)) -> LayerKey {
    LayerKey {
        study: file_id.number(),
        kind: LayerKind::LegNode,
        revision,
    }
}

/// The images at several LEG weights: on the graphics card from the moment they are there, so that no drag waits for
/// them.
pub(super) fn of_nodes(scrub: &LegScrub) -> Vec<(LayerKey, Arc<dyn PixelSource>)> {
    let images = scrub.images();
    images
        .map(|(file_id, number, image)| {
            let source: Arc<dyn PixelSource> = Arc::<crate::radiograph::FloatImage>::clone(image);
            (node_key((file_id, number)), source)
        })
        .collect()
}

/// What stands in the soft-tissue image's place at a LEG weight between two that were made: the upper one, the lower
/// one as its rival, and how they are mixed. `None` where the result itself is shown.
pub(super) fn interpolated(state: &AppState) -> Option<(LayerKey, Option<LayerKey>, Mixture)> {
    let mix = state.interpolation()?;
    let image = |index| state.leg_scrub.image_name(index).map(node_key);
    let (lower, upper) = (image(mix.lower)?, image(mix.upper)?);
    if lower == upper {
        return Some((lower, None, Mixture::LAYER));
    }
    let mixture = Mixture {
        amount: mix.share,
        region: Region::Everywhere,
    };
    Some((upper, Some(lower), mixture))
}
