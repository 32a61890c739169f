//! What the network of a run will see: the first images of its first iterations, changed as the run changes them.

use super::found_lungs::find_lungs;
use super::observer::Turns;
use super::random::{Purpose, generator};
use super::stages::{SeenImages, check, local_items};
use super::{Batch, Dataset, Observer, RunConfig, TrainError, TrainStage};
use crate::radiograph::{FloatImage, Raster};
use tch::{Device, Kind, Tensor};

/// Tiles along each side.
const TILES: usize = 3;
/// White lines between tiles, pixels.
const GAP_PX: usize = 6;

/// One picture of three times three tiles, display values in `[0, 1]`: what is shown to the network above what it shall
/// make of it (the segmenter: the lungs; a codec: what it is shown in turn). Exactly what a run under these settings draws
/// first, or the first of its prepared views; items of the local path are masked to their lungs. Nothing is written.
///
/// # Errors
/// [`TrainError`] where settings or images cannot be used, or the observer asked for an end.
pub fn preview_augmentations(
    config: &RunConfig,
    observer: &mut dyn Observer,
) -> Result<FloatImage, TrainError> {
    config.validate()?;
    check(config)?;
    let mut dataset = Dataset::load(config, observer)?;
    let mut turns = Turns::new(observer);
    find_lungs(&mut dataset, config, None, config.device()?, &mut turns)?;
    let mut tiles = Vec::new();
    for iteration in 0.. {
        turns.give_or_stop()?;
        let before = tiles.len();
        drawn_in(config, &dataset, iteration, &mut tiles)?;
        if tiles.len() >= TILES * TILES || tiles.len() == before {
            break;
        }
    }
    Ok(laid_out(&tiles, config.patch_px))
}

/// The tiles of one iteration, as a run draws them: every part after the other from one stream of images.
fn drawn_in(
    config: &RunConfig,
    dataset: &Dataset,
    iteration: u64,
    tiles: &mut Vec<[Vec<f32>; 2]>,
) -> Result<(), TrainError> {
    let rng = |number, purpose| generator(config.seed, config.stage, number, purpose);
    let mut images = rng(iteration, Purpose::Images);
    let items = config.batch / config.accumulate;
    for part in 0..config.accumulate as u64 {
        let mut step = rng(iteration, Purpose::Step);
        step.set_stream(part);
        let augmentation = &config.augmentation;
        if config.prepared_views == 0 {
            let batch = dataset.draw(items, augmentation, &mut images, Device::Cpu);
            let local = local_items(&config.loss.denoiser, batch.len(), &mut step);
            push(config.stage, &batch, &local, tiles)?;
            continue;
        }
        let first = iteration * config.batch as u64 + part * items as u64;
        for view in (first..first + items as u64).take_while(|&view| view < config.prepared_views) {
            let mut view = rng(view, Purpose::Views);
            let batch = dataset.draw(1, augmentation, &mut view.clone(), Device::Cpu);
            // The toss of a coin for the path comes from a stream of its own.
            view.set_stream(1);
            let local = local_items(&config.loss.denoiser, 1, &mut view);
            push(config.stage, &batch, &local, tiles)?;
        }
    }
    Ok(())
}

/// Adds both planes of every item.
fn push(
    stage: TrainStage,
    batch: &Batch,
    local: &[bool],
    tiles: &mut Vec<[Vec<f32>; 2]>,
) -> Result<(), TrainError> {
    let (shown, wanted) = match stage {
        TrainStage::Segmenter => (batch.radiograph.shallow_clone(), &batch.lungs * 2.0 - 1.0),
        TrainStage::Vqgan => (
            batch.radiograph.shallow_clone(),
            batch.soft_tissue.shallow_clone(),
        ),
        TrainStage::Denoiser | TrainStage::Distill => {
            let seen = SeenImages::new(batch, local);
            (seen.radiograph, seen.target)
        }
    };
    for item in 0..batch.len() {
        tiles.push([grey(&shown, item)?, grey(&wanted, item)?]);
    }
    Ok(())
}

/// One item of `[B, 1, H, W]` in `[-1, 1]` as display values, row by row.
fn grey(images: &Tensor, item: usize) -> Result<Vec<f32>, TrainError> {
    let image = images.f_get(item as i64)?.f_reshape([-1])?;
    let image = ((image + 1.0) * 0.5).clamp(0.0, 1.0).to_kind(Kind::Float);
    Ok(Vec::try_from(image)?)
}

fn laid_out(tiles: &[[Vec<f32>; 2]], side: usize) -> FloatImage {
    let (step_x, step_y) = (side + GAP_PX, 2 * side + GAP_PX);
    let (width, height) = (TILES * step_x - GAP_PX, TILES * step_y - GAP_PX);
    let mut picture = Raster::filled(width, height, 1.0);
    for (nth, planes) in tiles.iter().take(TILES * TILES).enumerate() {
        let (left, top) = (nth % TILES * step_x, nth / TILES * step_y);
        let rows = planes.iter().flat_map(|plane| plane.chunks_exact(side));
        for (row, values) in rows.enumerate() {
            let start = (top + row) * width + left;
            if let Some(place) = picture.values_mut().get_mut(start..start + side) {
                place.copy_from_slice(values);
            }
        }
    }
    picture
}

#[cfg(test)]
mod tests;
