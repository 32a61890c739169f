//! Lung masks of pairs that come without one: the base's segmenter finds them once, and the run folder keeps them, so that a
//! run that goes on learns from the very same.
//!
//! ```text
//! OUT/lungs/NAME-KEY.png   8 bits, white inside; KEY is of the checksum of segmenter and picture
//! ```

use super::base::Base;
use super::observer::Turns;
use super::run_folder::file_name;
use super::{Dataset, RunConfig, RunFolder, TrainError, TrainStage};
use crate::formats::raster::{read_mask, write_mask8};
use crate::formats::{hexadecimal, make_private_folder};
use crate::model::manifest::FileRole;
use crate::pipeline::{LungFinder, PipelineError};
use crate::radiograph::{FloatImage, LungMask};
use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};
use tch::Device;

/// Lungs that no file showed.
#[derive(Debug, Default)]
pub(crate) struct FoundLungs {
    /// Training images in which two lungs were found.
    pub found: usize,
    /// Training images in which none were, though a segmenter looked.
    pub not_found: usize,
    /// What tells these masks from others; empty where nothing was looked for.
    pub digest: String,
}

/// Folder of the masks in a run folder.
pub const FOUND_LUNGS: &str = "lungs";
/// Hexadecimal digits of a key: enough for pictures of one name.
const KEY_LENGTH: usize = 12;

/// Finds the lungs of training images that have no mask, where the local path is to learn from them and the base has a
/// segmenter; keeps the masks in `folder`, and takes those that lie there. Gives a turn before every block of the network.
///
/// # Errors
/// [`TrainError`] where the segmenter cannot be read or cannot run, a mask cannot be kept, or the observer asked for an
/// end.
pub(super) fn find_lungs(
    dataset: &mut Dataset,
    config: &RunConfig,
    folder: Option<&RunFolder>,
    device: Device,
    turns: &mut Turns<'_>,
) -> Result<(), TrainError> {
    if !learns_in_lungs(config) || dataset.without_lungs().next().is_none() {
        return Ok(());
    }
    let base = match folder {
        Some(folder) => Base::of_run(config, folder)?,
        None => config.base.as_deref().map(Base::open).transpose()?,
    };
    let Some(base) = base else {
        return Ok(());
    };
    let Some(finder) = LungFinder::load(base.folder(), device)? else {
        return Ok(());
    };
    let kept = folder.map(|folder| folder.root().join(FOUND_LUNGS));
    if let Some(kept) = &kept {
        let doing = "making the folder of the lungs";
        make_private_folder(kept).map_err(TrainError::file(doing, kept))?;
    }
    let segmenter = base.weights(FileRole::Segmenter)?.sha256;
    let mut lungs = FoundLungs::default();
    let mut digest = Sha256::new();
    for sample in dataset.without_lungs() {
        turns.give_or_stop()?;
        let picture = &sample.radiograph;
        let file = kept.as_deref();
        let file = file.map(|kept| file_in(kept, &sample.name, &segmenter, picture));
        let Some(mask) = lungs_of(&finder, picture, file.as_deref(), turns)? else {
            lungs.not_found += 1;
            continue;
        };
        digest.update(mask.raster().values());
        lungs.found += 1;
        sample.lungs = Some(mask.raster().map(|&inside| f32::from(inside)));
    }
    lungs.digest = hexadecimal(&digest.finalize());
    if let Some(folder) = folder {
        folder.hold_to("lung masks", &lungs.digest)?;
    }
    dataset.lungs = lungs;
    Ok(())
}

/// Whether a run learns anything from lung masks.
pub(super) fn learns_in_lungs(config: &RunConfig) -> bool {
    let loss = &config.loss.denoiser;
    let is_latent = matches!(config.stage, TrainStage::Denoiser | TrainStage::Distill);
    is_latent && (loss.local_share > 0.0 || loss.lung_weight > 0.0)
}

fn file_in(folder: &Path, name: &str, segmenter: &str, picture: &FloatImage) -> PathBuf {
    let mut key = Sha256::new();
    key.update(segmenter);
    key.update(format!("{:?}", picture.size()));
    for value in picture.values() {
        key.update(value.to_le_bytes());
    }
    let key = hexadecimal(&key.finalize());
    let key = key.get(..KEY_LENGTH).unwrap_or_default();
    folder.join(format!("{}-{key}.png", file_name(name)))
}

/// The mask in `file`, else what is found, which is kept there.
fn lungs_of(
    finder: &LungFinder,
    picture: &FloatImage,
    file: Option<&Path>,
    turns: &mut Turns<'_>,
) -> Result<Option<LungMask>, TrainError> {
    let kept = file.and_then(|file| read_mask(file).ok());
    if let Some(kept) = kept.filter(|kept| kept.raster().size() == picture.size()) {
        return Ok(Some(kept));
    }
    let turn = turns.between_blocks();
    let found = finder.find(picture, &|| {
        turn().map_err(|_stopped| PipelineError::Cancelled)
    })?;
    if let (Some(file), Some(mask)) = (file, &found) {
        write_mask8(file, mask, true)?;
    }
    Ok(found)
}
