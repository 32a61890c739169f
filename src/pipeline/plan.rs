//! Which stages a run will go through, and what they cost.

use super::conventions::local_predictions;
use super::keys::Keys;
use super::stage_cache::StageCache;
use super::{FusionChoice, OutputGrid, PlannedStage, Stage, SuppressionSettings};

/// Cost of one pass of the codec in predictions of the noise, for the progress bar only (measured
/// on the compact bundle; the published codec takes 5.9).
const CODEC_COST: f64 = 3.0;
/// Cost of a stage without sampling or codec, in the same unit.
const SMALL_COST: f64 = 0.5;

/// Without a fusion the local path would be walked for nothing.
pub(super) fn wants_local_path(settings: &SuppressionSettings) -> bool {
    settings.fusion != FusionChoice::None
}

/// The bone layer on native pixels is the difference to the codec's picture of the radiograph.
pub(super) fn wants_reconstruction(settings: &SuppressionSettings) -> bool {
    settings.output == OutputGrid::Native
}

/// The stages whose results are not kept. What all seeds share is made by the first of them.
pub(super) fn plan(
    cache: &StageCache,
    keys: &Keys,
    settings: &SuppressionSettings,
    is_first_seed: bool,
) -> Vec<PlannedStage> {
    let steps = settings.steps;
    let (local, native) = (wants_local_path(settings), wants_reconstruction(settings));
    let missing = |wanted: bool, kept: bool| usize::from(wanted && !kept);
    let first = |wanted: bool, kept: bool| missing(wanted && is_first_seed, kept);
    let encodes = first(true, cache.latents.contains(&keys.global_condition))
        + first(local, cache.latents.contains(&keys.local_condition));
    let decodes = missing(true, cache.pictures.contains(&keys.global_picture))
        + missing(local, cache.pictures.contains(&keys.local_picture))
        + first(native, cache.pictures.contains(&keys.reconstruction));
    let globals = missing(true, cache.global_paths.contains(&keys.global_path)) * steps;
    let locals = missing(local, cache.latents.contains(&keys.local_path)) * steps;
    let local_cost = local_predictions(settings) as f64;
    [
        (
            Stage::Prepare,
            first(true, cache.prepared.contains(&keys.prepared)),
            SMALL_COST,
        ),
        (
            Stage::Segment,
            first(true, cache.masks.contains(&keys.mask)),
            SMALL_COST,
        ),
        (Stage::Encode, encodes, CODEC_COST),
        (Stage::Global, globals, 1.0),
        (Stage::Local, locals, local_cost),
        (Stage::Decode, decodes, CODEC_COST),
        (
            Stage::Fuse,
            missing(true, cache.fused.contains(&keys.fused)),
            SMALL_COST,
        ),
        (Stage::Restore, 1, SMALL_COST),
    ]
    .into_iter()
    .filter(|&(_, steps, _)| steps > 0)
    .map(|(stage, steps, cost)| PlannedStage {
        stage,
        steps,
        cost: cost * steps as f64,
    })
    .collect()
}
