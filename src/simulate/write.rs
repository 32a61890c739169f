//! Writing studies to files.

use super::{Phantom, PhantomConfig, PhantomStudy};
use crate::formats::FormatError;
use crate::formats::raster::{write_grey16, write_mask8};
use std::path::{Path, PathBuf};

/// Why phantom studies could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// A size the phantom is not drawn at.
    #[error(
        "a phantom of {size_px} x {size_px} pixels cannot be drawn; choose a side between {} and {}",
        super::MIN_SIZE_PX,
        super::MAX_SIZE_PX
    )]
    Size {
        /// Side asked for, pixels.
        size_px: usize,
    },
    /// The folder for the studies could not be made.
    #[error(
        "the folder {} cannot be made: {source}; choose a folder that you may write to",
        folder.display()
    )]
    Folder {
        /// Folder asked for.
        folder: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file could not be written.
    #[error(transparent)]
    Write(#[from] FormatError),
}

/// Writes `count` studies into `dir` (made where absent) and returns every file written.
///
/// Study `i` of seed `s` is `phantom_s_i_cxr.png`, `_soft.png` and `_bone.png` (16 bit) and
/// `_lungmask.png` (8 bit), and is drawn from a seed of its own that depends on `s` and `i` alone.
/// `progress(done, count)` is called before the first study and after each.
///
/// # Errors
/// [`SimulateError::Size`] for a size that [`PhantomConfig::validate`] refuses;
/// [`SimulateError::Folder`] and [`SimulateError::Write`] where a folder or file cannot be written,
/// or a file exists and `overwrite` is false. Studies already written stay.
pub fn write_studies(
    dir: &Path,
    count: usize,
    seed: u64,
    config: &PhantomConfig,
    overwrite: bool,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Vec<PathBuf>, SimulateError> {
    config.validate()?;
    std::fs::create_dir_all(dir).map_err(|source| SimulateError::Folder {
        folder: dir.to_owned(),
        source,
    })?;
    let mut written = Vec::with_capacity(4 * count);
    progress(0, count);
    for index in 0..count {
        let study = Phantom::new(config, study_seed(seed, index))?.study();
        let stem = format!("phantom_{seed}_{index:04}");
        written.extend(write_study(dir, &stem, &study, overwrite)?);
        progress(index + 1, count);
    }
    Ok(written)
}

/// The seed of study `index`: one step of SplitMix64 per index, so that series with neighbouring
/// seeds share no study.
pub fn study_seed(seed: u64, index: usize) -> u64 {
    let mut z = seed
        .wrapping_mul(0xD134_2543_DE82_EF95)
        .wrapping_add((index as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn write_study(
    dir: &Path,
    stem: &str,
    study: &PhantomStudy,
    overwrite: bool,
) -> Result<Vec<PathBuf>, SimulateError> {
    let path = |part: &str| dir.join(format!("{stem}_{part}.png"));
    let pictures = [
        ("cxr", &study.radiograph),
        ("soft", &study.soft_tissue),
        ("bone", &study.bone),
    ];
    let mut written = Vec::with_capacity(4);
    for (part, image) in pictures {
        write_grey16(&path(part), image, overwrite)?;
        written.push(path(part));
    }
    write_mask8(&path("lungmask"), &study.lung_mask, overwrite)?;
    written.push(path("lungmask"));
    Ok(written)
}
